"""A letter holds against its reader what the reader did, and nobody else's doings."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from docx import Document
from test_cli_case import Run, checked, disputed, run

from notmyloan.guard.case_story import enquiries_told
from notmyloan.model.case import Case
from notmyloan.model.credit import AccountKind, AccountState, CreditAccount, Enquiry
from notmyloan.model.record import Origin, SourceFile

__all__ = ["checked", "run"]  # fixtures

_AT = Origin(SourceFile("r.pdf", "0" * 64, "test", 1), "page:1")
_DAY = date(2026, 8, 19)
_CASE = Case(1, "loan_not_mine", "cn", "马上消费金融", _DAY)


def _enquiry(by: str, number: int) -> Enquiry:
    return Enquiry(_AT, "1", number, _DAY, by, "贷款审批")


def _account(by: str) -> CreditAccount:
    return CreditAccount(_AT, "1", 1, AccountKind.LOAN, by, AccountState.NORMAL, opened=_DAY)


def _text(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def test_only_the_other_sides_enquiry_is_told_to_it() -> None:
    ours = (_enquiry("马上消费金融股份有限公司", 1), (_AT,))
    others = (_enquiry("海尔消费金融有限公司", 2), (_AT,))
    loan = (_account("马上消费金融股份有限公司"), (_AT,))
    assert enquiries_told({"b": others, "a": ours, "c": loan}, _CASE) == {"a"}
    assert enquiries_told({"b": others, "c": loan}, _CASE) == set()
    assert enquiries_told({"b": others}, _CASE) == {"b"}  # what such a case is about


def test_each_letter_follows_up_what_its_reader_was_sent(run: Run, tmp_path: Path) -> None:
    """An objection sent a day later to the credit bureau is not what the lender answered."""
    run("case", "open", *disputed(run))
    for step in ("keep", "report"):
        run("case", "step", "1", "skip", "--step", step)
    run("case", "step", "1", "done", "--step", "demand", "--on", "2026-11-20")
    run("case", "step", "1", "done", "--step", "objection", "--on", "2026-11-23", now="2026-11-30")
    run("case", "step", "1", "evasive", "--step", "demand", "--on", "2026-11-28",
        "--note", "只说是本人操作", now="2026-11-30")  # fmt: skip
    out = tmp_path / "letters"
    wrote = run("case", "letter", "1", "lender_second", "pboc_complaint", "-o", out,
                now="2026-12-20")  # fmt: skip
    assert wrote.returncode == 0, wrote.stderr
    second = _text(out / "lender_second.docx")
    assert "2026年11月20日书面提出要求，2026年11月28日收到答复" in second
    assert "11月23日" not in second
    assert "本人已提出异议" in _text(out / "pboc_complaint.docx")


def test_that_the_phone_was_in_use_is_not_told_where_the_lenders_codes_came_to_it(
    run: Run, tmp_path: Path
) -> None:
    """Not even beside a guarantor's enquiry of that day, to whom no code points."""
    run("case", "open", *disputed(run))
    shown = json.loads(run("evidence", "alibi", "--case", "1", "--json").stdout.splitlines()[0])
    assert any(sighting["shows"] == "against" for sighting in shown["sightings"])
    run("case", "letter", "1", "lender_demand", "-o", tmp_path / "letters")
    assert "使用自己的手机" not in _text(tmp_path / "letters/lender_demand.docx")
