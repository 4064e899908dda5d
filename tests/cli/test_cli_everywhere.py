"""What holds for every command: JSON on request, examples, a last line that says what next, and
completion in a real shell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from notmyloan.cli.app import App
from notmyloan.cli.main import build


def commands(
    group: click.Group, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


@pytest.fixture(scope="module")
def every() -> dict[str, click.Command]:
    App.begin("en")
    return dict(commands(build()))


def test_every_command_answers_in_json(every: dict[str, click.Command]) -> None:
    without = [
        name for name, command in every.items()
        if not any("--json" in parameter.opts for parameter in command.params)
    ]  # fmt: skip
    assert without == []


def test_every_command_has_examples(every: dict[str, click.Command]) -> None:
    assert [
        name for name, command in every.items() if "notmyloan" not in (command.epilog or "")
    ] == []


def test_no_passphrase_is_ever_an_argument(every: dict[str, click.Command]) -> None:
    for name, command in every.items():
        for parameter in command.params:
            assert not {"--passphrase", "--password"} & set(parameter.opts), name


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("init",), {"vault", "keyring"}),
        (("vault", "where"), {"vault", "exists"}),
        (("vault", "verify"), {"whole", "broken"}),
        (("vault", "backup", "{tmp}/copy"), {"backup", "bytes"}),
        (("vault", "export", "-o", "{tmp}/all.jsonl"), {"file", "objects"}),
        (("vault", "passphrase", "--new-file", "{tmp}/passphrase"), {"vault", "changed"}),
        (("completion", "bash"), {"shell", "script"}),
        (("sample", "{tmp}/sms.csv", "-o", "{tmp}/made.csv"), {"file", "bytes"}),
    ],
)
def test_json_of_the_small_commands(run, tmp_path: Path, words, keys) -> None:
    (tmp_path / "sms.csv").write_text(
        "date,number,text,type\n2026-10-01 12:00:00,138,hi,received\n"
    )
    if words[0] != "init":
        assert run("init").returncode == 0
    done = run(*(word.format(tmp=tmp_path) for word in words), "--json")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) == keys
    assert done.stderr.strip()  # and a person is told what comes next


def test_a_backup_is_written_over_an_earlier_one_only(run, tmp_path: Path) -> None:
    run("init")
    precious = tmp_path / "precious"
    precious.write_text("my only copy")
    assert run("vault", "backup", precious).returncode == 4
    assert precious.read_text() == "my only copy"
    assert run("vault", "backup", tmp_path / "copy").returncode == 0
    assert run("vault", "backup", tmp_path / "copy").returncode == 0


def test_several_findings_are_set_aside_at_once_or_none(run, life: Path) -> None:
    report = json.loads(run("check", life / "exports", "--json").stdout)
    first, second = (str(f["number"]) for f in report["findings"][:2])
    assert run("dismiss", first, "999", "--reason", "x").returncode == 2
    rows = [json.loads(line) for line in run("findings", "--json").stdout.splitlines()]
    assert first in {str(r["number"]) for r in rows}
    done = run("dismiss", first, second, "--reason", "x", "--json")
    assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == ["dismissed"] * 2
    rows = [json.loads(line) for line in run("findings", "--json").stdout.splitlines()]
    assert not {first, second} & {str(r["number"]) for r in rows}
    assert run("reopen", first, second).returncode == 0


def test_rescreen_may_be_tried_first(run, life: Path) -> None:
    run("check", life / "exports")
    done = run("rescreen", "--dry-run")
    assert "nothing was stored" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")
def test_bash_completes(run, tmp_path: Path) -> None:
    script = tmp_path / "completion.sh"
    script.write_text(run("completion", "bash").stdout)
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "notmyloan"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m notmyloan "$@"\n')
    program.chmod(0o755)

    def complete(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        code = (
            f'source "{script}"; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; '
            f'_notmyloan_completion notmyloan "{words[-1]}" "{words[-2]}"; '
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        environ = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, env=environ)
        return done.stdout.split()

    assert complete("notmyloan", "fin") == ["findings"]
    assert "verify" in complete("notmyloan", "vault", "")
    assert "--pdf" in complete("notmyloan", "check", "--p")


def test_json_of_a_case(run, life: Path, tmp_path: Path) -> None:
    report = json.loads(run("check", life / "exports", "--json").stdout)
    number = next(f["number"] for f in report["findings"] if f["rule"] == "cr.unknown_account")
    assert run("case", "open", str(number)).returncode == 0
    calendar = tmp_path / "days.ics"
    for words, keys in (
        (("case", "set", "1", "person.name=Chen"), {"case", "set"}),
        (("case", "calendar", "-o", str(calendar)), {"file", "calendar"}),
        (("case", "close", "1"), {"case", "closed"}),
        (("case", "close", "1", "--reopen"), {"case", "closed"}),
        (("country", "list"), {"country", "playbooks", "statutes"}),
    ):
        done = run(*words, "--json")
        assert done.returncode == 0, (words, done.stderr)
        assert set(json.loads(done.stdout.splitlines()[0])) == keys
    report = json.loads(run("report", "--json").stdout)
    assert 1 in {deadline["case"] for deadline in report["deadlines"]}
