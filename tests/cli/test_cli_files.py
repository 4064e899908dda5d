"""Files written for the person: never over something else of theirs, edited letters kept."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]

CSV = "time,number,text\n2026-11-02 10:00,106900001111,【某某】贷款额度已批，点击领取\n"


@pytest.fixture
def vault(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "messages.csv").write_text(CSV, encoding="utf-8")
    run("check", tmp_path / "messages.csv")
    return tmp_path


def test_a_report_replaces_an_earlier_one_and_nothing_else(run: Run, vault: Path) -> None:
    page, mine = vault / "report.html", vault / "mine.html"
    mine.write_text("a letter of mine\n")
    assert run("report", "--html", page).returncode in (0, 1)
    assert run("report", "--html", page).returncode in (0, 1)
    done = run("report", "--html", mine)
    assert done.returncode == 2
    assert "mine.html" in done.stderr
    assert mine.read_text() == "a letter of mine\n"


@pytest.mark.parametrize("name", ["vault.notmyloan", "passphrase", "messages.csv"])
def test_an_export_never_takes_the_place_of_another_file(run: Run, vault: Path, name: str) -> None:
    before = (vault / name).read_bytes()
    done = run("vault", "export", "-o", vault / name)
    assert done.returncode == 2
    assert (vault / name).read_bytes() == before
    assert not [p for p in vault.iterdir() if p.name.startswith(".")], "something was left behind"


def test_a_sample_never_takes_the_place_of_the_export(run: Run, vault: Path) -> None:
    export = vault / "messages.csv"
    for lang in ("en", "zh-CN"):
        done = run("sample", export, "-o", export, lang=lang)
        assert done.returncode == 2
        assert "messages.csv" in done.stderr
    assert export.read_text(encoding="utf-8") == CSV


def test_a_folder_is_no_place_to_write_to(run: Run, vault: Path) -> None:
    done = run("report", "--html", vault)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_stays_one(run: Run, vault: Path) -> None:
    (vault / "stick").mkdir()
    link = vault / "report.html"
    link.symlink_to(vault / "stick" / "report.html")
    assert run("report", "--html", link).returncode in (0, 1)
    assert link.is_symlink()
    assert (vault / "stick" / "report.html").read_bytes().startswith(b"<!doctype")


def test_a_name_as_long_as_the_system_allows(run: Run, vault: Path) -> None:
    name = "x" * 250 + ".html"
    assert run("report", "--html", vault / name).returncode in (0, 1)


def test_the_answer_comes_even_where_the_report_cannot_be_written(run: Run, vault: Path) -> None:
    done = run("check", "--html", vault / "nowhere" / "report.html")
    assert done.returncode == 3
    assert "messages.csv" in done.stdout
    assert "nowhere" in done.stderr


def test_a_letter_somebody_changed_is_kept(run: Run, vault: Path) -> None:
    docx = pytest.importorskip("docx")
    assert run("case", "open", "--playbook", "id_copy_leaked").returncode == 0
    folder = vault / "letters"
    run("case", "letter", "1", "-o", folder)
    written = sorted(p.name for p in folder.iterdir())
    path = next(folder.glob("*.docx"))
    edited = docx.Document(str(path))
    edited.add_paragraph("我自己写的一段")
    edited.save(str(path))

    done = run("case", "letter", "1", "-o", folder)
    kept = f"{path.stem}.mine-1.docx"
    assert kept in done.stderr
    assert sorted(p.name for p in folder.iterdir()) == sorted([*written, kept])
    assert docx.Document(str(folder / kept)).paragraphs[-1].text == "我自己写的一段"
    assert docx.Document(str(path)).paragraphs[-1].text != "我自己写的一段"

    assert "mine" not in run("case", "letter", "1", "-o", folder).stderr


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("group", ["case", "evidence", "consent", "vault"])
def test_a_groups_list_says_what_each_command_does(run: Run, group: str, lang: str) -> None:
    page = run(group, "--help", lang=lang, COLUMNS="70").stdout
    listed = re.split(r"^(?:Commands:|命令：)\n", page, flags=re.M)[1]
    assert "..." not in listed
    for line in re.findall(r"^  \S+ +(\S.*)$", listed, flags=re.M):
        assert len(line) > 1
