"""The meaning of a simplified report's (简版) sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from notmyloan.model.credit import CreditAccount, Guarantee
from notmyloan.model.record import SourceFile
from notmyloan.read import credit_sentence
from notmyloan.read.credit_meaning import origin_at
from notmyloan.read.credit_page import fold, line_text
from notmyloan.read.credit_record import Document, Sentence
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.credit_sentence import Understood

_NAMES = {
    "cards": "信用卡", "loans": "贷款", "home_loans": "购房贷款", "other_loans": "其他贷款",
    "other_business": "其他业务", "C1": "被追偿信息",
}  # fmt: skip
_NUMBER = re.compile(r"\(?(\d{1,3})\)?[.、]?(?=\d{4}[年.\-/]\d{1,2}[月.\-/])")
# As printed, in the original's own punctuation.
_PRINTED = ("institution", "business", "debtor", "original_creditor", "role", "contract",
            "debtor_id_type", "debtor_id", "state_text")  # fmt: skip


def accounts(
    document: Document, source: SourceFile, report: str, refuse: Refuse
) -> Iterator[CreditAccount]:
    """Every account sentence, in the order printed. Raises InputError for one not understood."""
    last: tuple[str, str] = ("", "")
    count = 0
    for sentence in document.sentences:
        if sentence.section == "guarantee":
            continue
        here = (sentence.section, sentence.group)
        if here[0] != last[0]:
            count = 0
        start, number = _numbered(sentence)
        if number is not None and number not in (count + 1, 1):
            raise refuse("refuse.gap", sentence.spot(), expected=count + 1, found=number)
        if number == 1 and count and here == last:
            raise refuse("refuse.gap", sentence.spot(), expected=count + 1, found=number)
        count = number if number is not None else count + 1
        last = here
        understood = credit_sentence.account(sentence.text[start:], *here)
        if understood is None or understood.kind is None:
            raise refuse("refuse.sentence", sentence.spot(), number=count)
        values = _as_printed(understood, sentence, start)
        name = _NAMES[sentence.section]
        yield CreditAccount(
            origin=origin_at(source, sentence.spot()),
            report=report,
            number=count,
            account_kind=understood.kind,
            group=f"{name}/{sentence.group}" if sentence.group else name,
            notes=_notes(understood, sentence, start),
            text=line_text(sentence.chars),
            places=_places(understood, sentence, start),
            **values,
        )


def guarantees(
    document: Document, source: SourceFile, report: str, refuse: Refuse
) -> Iterator[Guarantee]:
    """Every sentence of 相关还款责任信息."""
    counts: dict[str, int] = {}
    for sentence in document.sentences:
        if sentence.section != "guarantee":
            continue
        start, number = _numbered(sentence)
        understood = credit_sentence.guarantee(sentence.text[start:])
        counts[sentence.group] = counts.get(sentence.group, 0) + 1
        expected = counts[sentence.group]
        if number is not None and number != expected:
            raise refuse("refuse.gap", sentence.spot(), expected=expected, found=number)
        if understood is None:
            raise refuse("refuse.sentence", sentence.spot(), number=expected)
        values = _as_printed(understood, sentence, start)
        notes = _notes(understood, sentence, start)
        yield Guarantee(
            origin=origin_at(source, sentence.spot()),
            report=report,
            number=expected,
            for_whom=sentence.group,
            fields={"说明": "\n".join(notes)} if notes else {},
            text=line_text(sentence.chars),
            places=_places(understood, sentence, start),
            **values,
        )


def _numbered(sentence: Sentence) -> tuple[int, int | None]:
    m = _NUMBER.match(sentence.text)
    return (m.end(), int(m[1])) if m else (0, None)


def _as_printed(understood: Understood, sentence: Sentence, start: int) -> dict[str, Any]:
    values = dict(understood.values)
    for name in _PRINTED:
        if name == "state_text":
            if "state" in understood.spans and values.get(name):
                a, b = understood.spans["state"]
                values[name] = line_text(sentence.chars[start + a : start + b])
        elif values.get(name) and name in understood.spans:
            a, b = understood.spans[name]
            values[name] = line_text(sentence.chars[start + a : start + b])
    return values


def _notes(understood: Understood, sentence: Sentence, start: int) -> tuple[str, ...]:
    return tuple(
        line_text(sentence.chars[start + a : start + b]).strip("。，,；; ")
        for a, b in understood.notes
    )


_RENAMED = {
    "months": "overdue.months", "over_90_days": "overdue.over_90_days",
    "months_over_90": "overdue.months_over_90", "current_amount": "overdue.current_amount",
    "current_periods": "overdue.current_periods",
}  # fmt: skip


def _places(understood: Understood, sentence: Sentence, start: int) -> dict[str, str]:
    return {
        _RENAMED.get(name, name): sentence.spot(start + a, start + b).place()
        for name, (a, b) in understood.spans.items()
    }


def folded(text: str) -> str:
    """A sentence as the grammar wants it, for callers that have plain text."""
    return "".join(fold(text).split())
