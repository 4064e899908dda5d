"""`country lint` on packs of somebody else's making: each mistake an editor can make is found."""

from __future__ import annotations

import importlib
import itertools
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notmyloan import country
from notmyloan.country.data import folder
from notmyloan.country.pack import Pack
from notmyloan.locale import Speaker
from notmyloan.model.errors import UsageError
from notmyloan.respond.letter import load_letter
from notmyloan.respond.lint import lint

Change = Callable[[Path], None]
_numbers = itertools.count()


def replaced(file: str, old: str, new: str) -> Change:
    def change(pack: Path) -> None:
        path = pack / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def removed(file: str) -> Change:
    return lambda pack: (pack / file).unlink()


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Change], Pack]]:
    """A copy of the Chinese pack, installed as another country's, with a change made to it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(change: Change) -> Pack:
        code = f"z{next(_numbers)}"
        name = f"pack_{code}"
        shutil.copytree(
            Path(str(folder("cn"))), tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
        change(tmp_path / name)
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[notmyloan.countries]\n{code} = {name}\n")
        importlib.invalidate_caches()
        return country.load(code)

    yield make
    for name in [n for n in sys.modules if n.startswith("pack_z")]:
        del sys.modules[name]


def said(pack: Pack) -> list[str]:
    return [f"{p.file}: {Speaker('en').say(p.what)}" for p in lint(pack)]


BOOK, LETTER = "playbooks/harassment.toml", "letters/stop_contact.zh.md"
MISTAKES = {
    "unknown field": (replaced(LETTER, "{{ institution.name }}", "{{ institution.nmae }}"),
                      "institution.nmae"),
    "unknown column": (replaced("letters/timeline.zh.md", "row.source", "row.sauce"), "sauce"),
    "unknown field needed": (replaced("letters/stop_contact.toml", '"person.phone"',
                                      '"person.fone"'), "person.fone"),
    "statute in a letter": (replaced(LETTER, 'cite("CPL 29")', 'cite("CPL 999")'), "CPL 999"),
    "statute in a step": (replaced(BOOK, '"ADL 43"', '"ADL 999"'), "ADL 999"),
    "statute of a clock": (replaced(BOOK, 'basis = "APPANSWER"', 'basis = "NOSUCH"'), "NOSUCH"),
    "cited in one language": (replaced(LETTER, '、{{ cite("ADL 43") }}', ""), "ADL 43"),
    "no English": (removed("letters/stop_contact.en.md"), "stop_contact.en.md"),
    "no Chinese in a step": (replaced(BOOK, 'title = { zh = "向12321举报", en', 'title = { en'),
                             "r12321.title"),
    "dangling need": (replaced("playbooks/loan_not_mine.toml", 'needs = ["keep"]',
                               'needs = ["kept"]'), "kept"),
    "dangling event": (replaced(BOOK, '"refuse.refused"', '"refused.refused"'), "refused.refused"),
    "impossible outcome": (replaced(BOOK, '"refuse.refused"', '"refuse.renewed"'), "renewed"),
    "silence unheard": (replaced(BOOK, 'after = ["refuse.silent", "refuse.refused", ',
                                 'after = ["refuse.refused", '), "refuse.silent"),
    "no such letter": (replaced(BOOK, '["stop_contact"]', '["stop_contract"]'), "stop_contract"),
    "letter unused": (replaced(BOOK, '["stop_contact"]', '["stop_contact_second"]'),
                      "letters/stop_contact: no step"),
    "no such channel": (replaced(BOOK, 'channel = "12321"', 'channel = "12322"'), "12322"),
    "no such paper": (replaced(BOOK, '"call_log"', '"call_logs"'), "call_logs"),
    "hotline in no list": (replaced(BOOK, "联通打10010", "联通打10019"), "10019"),
    "broken braces": (replaced(LETTER, "{{ institution.name }}", "{{ institution.name }"),
                      "stop_contact.zh.md"),
    "missing part": (replaced(LETTER, '{% include "story" %}', '{% include "storey" %}'),
                     "parts/storey.zh.md"),
    "part that includes itself": (replaced("letters/parts/story.zh.md", "{% if case.story %}",
                                           '{% include "story" %}{% if case.story %}'),
                                  "parts/story.zh.md"),
    "nowhere to sign": (replaced("letters/parts/close.zh.md", "{{ signature }}", ""),
                        "stop_contact.zh.md"),
    "unknown key": (replaced(BOOK, 'who = "you"', 'whom = "you"'), "whom"),
    "unknown actor": (replaced(BOOK, 'who = "you"', 'who = "aunt"'), "aunt"),
    "unknown addressee": (replaced("letters/stop_contact.toml", 'to = "institution"',
                                   'to = "neighbour"'), "neighbour"),
    "unknown kind of institution": (replaced("letters/nfra_complaint.toml", '"insurer"',
                                             '"pawnshop"'), "pawnshop"),
    "law newer than the check": (replaced("letters/stop_contact.toml", "as_of = 2026-11-26",
                                          "as_of = 2013-01-01"), "CPL 29"),
    "two steps of one name": (replaced(BOOK, 'id = "block"', 'id = "keep"'), "two steps"),
}  # fmt: skip


def test_the_copy_itself_has_no_problem(edited: Callable[[Change], Pack]) -> None:
    assert said(edited(lambda pack: None)) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_named_with_its_file(
    mistake: str, edited: Callable[[Change], Pack]
) -> None:
    change, word = MISTAKES[mistake]
    found = said(edited(change))
    assert any(word in line for line in found), found


def test_a_letter_that_is_wrong_is_refused_in_one_sentence(
    edited: Callable[[Change], Pack],
) -> None:
    pack = edited(removed("letters/lender_demand.toml"))
    with pytest.raises(UsageError) as error:
        load_letter(pack.code, "lender_demand")
    assert "lender_demand" in Speaker("zh_CN").say(error.value.text)
