"""The JSON reference is run: every key that a command prints is in it, and every command of it
prints what it says."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from PIL import Image, ImageDraw

from notmyloan.cli.app import App
from notmyloan.cli.main import build
from notmyloan.model import credit
from notmyloan.model.record import Call, Message, Transaction

ROOT = Path(__file__).parents[2]
RECORDS = (
    Message, Call, Transaction, credit.CreditReport, credit.CreditAccount, credit.Guarantee,
    credit.CreditLine, credit.NonCreditRecord, credit.PublicRecord, credit.Enquiry,
)  # fmt: skip
OBJECTS = tomllib.loads((ROOT / "docs/json.toml").read_text(encoding="utf-8"))


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every path of a value, as the reference writes them."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from paths(inside, f"{at}.{key}" if at else key)
        if not value and at:
            yield at
    elif isinstance(value, list):
        for inside in value:
            yield from paths(inside, f"{at}[]")
        if not value:
            yield f"{at}[]"
    else:
        yield at


def documented(path: str, names: set[str]) -> bool:
    """Whether a path is in the reference: itself, under an `object`, or a `.*` of any keys."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in names or head.removesuffix("[]") in names:
            return True
        if ".".join([*parts[: length - 1], "*"]) in names:
            return True
    # An empty list or object stands for what it would hold.
    return any(name.startswith((path, f"{path.removesuffix('[]')}.")) for name in names)


# Many commands in one process, each told apart by its exit code: a start costs half a second.
DRIVER = """
import contextlib, glob, io, json, sys
from notmyloan.cli.main import main
for words in json.load(sys.stdin):
    words = [found for word in words for found in (glob.glob(word) if "*" in word else [word])]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(words)
        except SystemExit as left:
            code = left.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""


def call(folder: Path, commands: list[list[str]]) -> list[list[Any]]:
    """The objects that each command prints."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        capture_output=True, text=True, encoding="utf-8", input=json.dumps(commands),
        env=os.environ
        | {
            "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "passphrase"),
            "NOTMYLOAN_VAULT": str(folder / "vault"),
            "NOTMYLOAN_NOW": "2026-11-20T20:00:00+08:00",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    for words, (code, _, err) in zip(commands, outcomes, strict=True):
        assert code in (0, 1), (words, err)
    return [[json.loads(line) for line in out.splitlines()] for _, out, _ in outcomes]


def commands_of(row: dict[str, Any], folder: Path) -> list[list[str]]:
    """What prints an object, with files of `folder` for the names in braces."""

    def own(found: re.Match[str]) -> str:
        name = found[1]
        return RECIPIENT if name == "recipient" else str(folder / FILES.get(name, name))

    return [
        [*(re.sub(r"\{(\w+)\}", own, word) for word in run.split()), "--json"] for run in row["run"]
    ]


RECIPIENT = "大家商城"  # who was given something in the life of the tests
FILES = {
    "scan": "scan.png", "paper": "paper.png", "sealed": "sealed.png", "sheet": "sheet.pdf",
    "messages": "messages.csv", "sample": "sample.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def printed(life: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What the commands of each object print, run in the order of the reference."""
    folder = tmp_path_factory.mktemp("json")
    (folder / "passphrase").write_text("four unrelated made up words\n")
    (folder / "texts").write_text("您的验证码是123456，请勿告诉他人\n", encoding="utf-8")
    (folder / "messages.csv").write_text(
        "number,date,text\n10690001,2026-11-01 10:00:00,您的验证码是123456\n10690001,never,你好\n",
        encoding="utf-8",
    )
    scan = Image.new("L", (300, 90), 255)
    ImageDraw.Draw(scan).line([(20, 70), (120, 20), (260, 75)], 20, 6)
    scan.save(folder / "scan.png")
    noise = Image.frombytes("L", (500, 320), random.Random(7).randbytes(500 * 320))
    noise.resize((1000, 640)).convert("RGB").save(folder / "paper.png")
    unread, _, rows = call(
        folder,
        [
            ["check", str(folder / "messages.csv"), "--json"],
            ["check", str(life / "exports"), "--json"],
            ["findings", "--json"],
        ],
    )
    assert unread
    rules = ("cr.unknown_account", "cr.unknown_enquiry")
    numbers = [str(row["number"]) for row in rows if row["rule"] in rules]
    before = [
        ["case", "open", *numbers],
        ["case", "step", "1", "done", "--step", "demand", "--note", "x"],
        ["case", "set", "1", "police.station=x"],
        ["evidence", "add", str(folder / "texts"), "--case", "1"],
        ["consent", "withdraw", "招商银行", "-o", str(folder / "out")],
    ]
    runs = [(name, words) for name, row in OBJECTS.items() for words in commands_of(row, folder)]
    # The address as alias made it is only known then: what whose hears is read back from it.
    split = next(n for n, (name, _) in enumerate(runs) if name == "heard")
    first = call(folder, [[*words, "--json"] for words in before] + [w for _, w in runs[:split]])
    first = first[len(before) :]
    address = next(out for (name, _), out in zip(runs, first, strict=False) if name == "alias")
    heard = next(line["value"] for line in address if line["field"] == "address")
    rest = [
        [heard if word == str(folder / "heard") else word for word in words]
        for _, words in runs[split:]
    ]
    found: dict[str, list[Any]] = {}
    for (name, words), lines in zip(runs, first + call(folder, rest), strict=True):
        assert lines, words
        found.setdefault(name, []).extend(lines)
    return found


def check(name: str, fields: list[dict[str, str]], lines: list[Any]) -> None:
    """That every key of `lines` is among `fields`, and what they promise at the top is there."""
    names = {field["name"] for field in fields}
    seen = {path for line in lines for path in paths(line)}
    unknown = sorted(path for path in seen if not documented(path, names))
    assert not unknown, (name, unknown)
    tops = {n.partition(".")[0].removesuffix("[]") for n in names} - {"id", "new"}
    there = {path.partition(".")[0].removesuffix("[]") for path in seen}
    assert tops <= there, (name, tops - there)


def named(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def test_every_key_that_is_printed_is_in_the_reference(printed: dict[str, list[Any]]) -> None:
    for name, lines in printed.items():
        fields = OBJECTS[name]["fields"]
        if name == "record":
            fields = fields + named(*(f.name for f in dataclasses.fields(Message)))
        if name != "exported":
            check(name, fields, lines)


def test_every_kind_that_an_export_holds_is_in_the_reference(
    printed: dict[str, list[Any]],
) -> None:
    by_kind: dict[str, list[Any]] = {}
    for line in printed["exported"]:
        by_kind.setdefault(line["kind"], []).append(line)
    of_records = {cls.kind: cls for cls in RECORDS}
    kinds = OBJECTS["exported"]["kinds"]
    assert kinds.keys() <= by_kind.keys()  # the life above has something of each
    for kind, lines in by_kind.items():
        if kind in kinds:
            check(kind, kinds[kind] + named("kind"), lines)
        elif kind in of_records:
            names = [f.name for f in dataclasses.fields(of_records[kind])]
            judged = ["judgement.probabilities[]", "judgement.model"] if kind == "message" else []
            check(kind, named("kind", "origins", *names, *judged), lines)
        else:
            more = {"owned": ["origins"], "disclosure": ["origins"]}.get(kind, ["kind"])
            own = {"case": {"title", "next_day", "steps"}}.get(kind, set())
            fields = [f for f in OBJECTS[kind]["fields"] if f["name"].split("[")[0] not in own]
            check(kind, fields + named(*more), lines)


def test_every_command_is_in_the_reference() -> None:
    listed = [
        run.split() for row in OBJECTS.values() for run in [*row["run"], *row.get("commands", ())]
    ]
    App.begin("en")
    for command in leaves(build()):
        assert any(words[: len(command)] == command for words in listed), " ".join(command)


def leaves(group: click.Group) -> Iterator[list[str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ([name, *words] for words in leaves(command))
        else:
            yield [name]


def test_the_reference_is_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/json-reference"), "--check"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
