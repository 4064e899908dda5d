"""The packs as they are shipped: every playbook walked to its end, every letter written."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from notmyloan.country import load
from notmyloan.locale import Speaker
from notmyloan.model.case import Case, CaseEvent, Outcome
from notmyloan.model.document import Block, Facts, Heading, Items, Paragraph, Table, Value
from notmyloan.respond import StepState, load_playbook, stand
from notmyloan.respond.fields import fields
from notmyloan.respond.letter import Enclosure, letter_names, load_letter, unfilled, write
from notmyloan.respond.lint import lint
from notmyloan.respond.playbook import Playbook, names

PACKS = ("cn", "us")
START = date(2026, 3, 2)
BOOKS = [(pack, name) for pack in PACKS for name in names(pack)]
LETTERS = [(pack, name) for pack in PACKS for name in letter_names(pack)]


def words_of(blocks: tuple[Block, ...]) -> str:
    out: list[str] = []
    for block in blocks:
        if isinstance(block, (Heading, Paragraph)):
            out += [s.words for s in block.spans]
        elif isinstance(block, Items):
            out += [s.words for item in block.items for s in item]
        elif isinstance(block, Table):
            out += list(block.header)
            out += [s.words for row in block.rows for cell in row for s in cell]
    return "\n".join(out)


@pytest.mark.parametrize("pack", PACKS)
def test_the_shipped_packs_have_no_problem(pack: str) -> None:
    said = [(p.file, Speaker("en").say(p.what)) for p in lint(load(pack))]
    assert said == []


@pytest.mark.parametrize("pack", PACKS)
def test_there_are_playbooks_for_what_the_pack_promises(pack: str) -> None:
    have = set(names(pack))
    assert {f"lost_{what}" for what in ("phone", "sim", "card", "id")} <= have
    if pack == "cn":
        assert {
            "loan_not_mine", "enquiry_not_mine", "harassment", "information_sold",
            "consent_withdrawal", "unlawful_dunning", "credit_repair_scam", "id_copy_leaked",
            "signed_blank", "code_given", "account_in_my_name",
        } <= have  # fmt: skip


@pytest.mark.parametrize(("pack", "name"), BOOKS)
@pytest.mark.parametrize(
    "reply", [Outcome.SILENT, Outcome.REFUSED, Outcome.EVASIVE, Outcome.ANSWERED]
)
def test_every_playbook_can_be_walked_to_its_end(pack: str, name: str, reply: Outcome) -> None:
    """Whatever the other side does, something is open, or all is over; nothing loops."""
    book = load_playbook(pack, name)
    seen = walk(book, reply)
    assert seen[-1] == "end"
    if reply is Outcome.SILENT:
        waited = [s for s in book.steps if s.clocks and s.id in seen]
        for step in waited:
            followers = {s.id for s in book.followers(f"{step.id}.silent")}
            assert followers & set(seen), step.id


def walk(book: Playbook, reply: Outcome) -> list[str]:
    calendar = load(book.country).calendar
    events: list[CaseEvent] = []
    today, seen = START, []
    for _ in range(100):
        case = Case(1, book.id, book.country, "某某", START, events=tuple(events), known_on=START)
        standings = stand(book, case, calendar, today)
        open_ = [s for s in standings if s.state is StepState.OPEN]
        waiting = [s for s in standings if s.state is StepState.WAITING]
        if open_:
            events.append(CaseEvent(open_[0].step.id, Outcome.DONE, today))
            seen.append(open_[0].step.id)
        elif waiting and reply is Outcome.SILENT:
            day = waiting[0].act_on
            assert day is not None
            assert day > today
            today = day
        elif waiting:
            today += timedelta(days=1)
            events.append(CaseEvent(waiting[0].step.id, reply, today))
        else:
            blocked = [s for s in standings if s.state is StepState.BLOCKED]
            assert not blocked, [s.step.id for s in blocked]
            return [*seen, "end"]
    raise AssertionError(f"{book.id} never ends")


def full() -> Facts:
    values = {n: Value(f"〔{n}〕", "test", "•••") for n, f in fields().items() if not f.rows}
    lists = {
        n: ({c: Value(f"〔{n}.{c}〕", "test") for c in f.rows},)
        for n, f in fields().items()
        if f.rows
    }
    return Facts(values, lists)


@pytest.mark.parametrize(("pack", "name"), LETTERS)
def test_every_letter_is_written_with_all_facts_and_with_none(pack: str, name: str) -> None:
    template = load_letter(pack, name)
    paper = Enclosure(1, "报告", "征信中心", "账户不是本人的", "1", "本人")
    for language in ("zh", "en"):
        filled = write(template, language, full(), load(pack), START, [paper])
        said = words_of(filled.document.blocks)
        assert not unfilled(said)
        assert not filled.blanks
        assert not filled.missing
        assert "\\" not in said
        assert "**" not in said
        assert "账户不是本人的" in said  # the evidence list is in it
        empty = write(template, language, Facts(), load(pack), START)
        assert {f.name for f in empty.missing} == set(template.needs)
        assert not empty.used
        assert not unfilled(words_of(empty.document.blocks))


@pytest.mark.parametrize(("pack", "name"), LETTERS)
def test_letters_follow_the_facts_and_mask_what_the_addressee_does_not_need(
    pack: str, name: str
) -> None:
    template = load_letter(pack, name)
    language = "zh" if pack == "cn" else "en"
    said = words_of(write(template, language, full(), load(pack), START).document.blocks)
    bare = words_of(write(template, language, Facts(), load(pack), START).document.blocks)
    assert said != bare
    if "person.id_number" not in template.shows:
        assert "〔person.id_number〕" not in said


def test_words_of_letters_differ_with_the_facts() -> None:
    """Two people's letters are no look-alikes: they share less than all their sentences."""
    template, pack = load_letter("cn", "lender_demand"), load("cn")
    report = full()
    calls = Facts({k: v for k, v in report.values.items() if not k.startswith(("report", "acc"))})
    first = words_of(write(template, "zh", report, pack, START).document.blocks)
    second = words_of(write(template, "zh", calls, pack, START).document.blocks)
    ours, theirs = (set(re.split(r"[。\n]", t)) for t in (first, second))
    assert ours - theirs
    assert theirs - ours
