"""Every field of a printed `Paper` against the records read back."""

# ruff: noqa: PERF401

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from credit_paper import Paper

from notmyloan.model.credit import (
    CreditAccount,
    CreditLine,
    CreditReport,
    Enquiry,
    Guarantee,
    NonCreditRecord,
    PublicRecord,
)
from notmyloan.model.money import Money
from notmyloan.model.place_in_time import SHANGHAI


def plain(value: Any) -> Any:
    if isinstance(value, Money):
        return value.amount
    return value


def compare(paper: Paper, records: Iterable[Any]) -> list[str]:
    """What differs, a line each; empty when every field is right."""
    got = list(records)
    bad: list[str] = []
    head = got[0]
    assert isinstance(head, CreditReport)
    for name, want in paper.head.items():
        have = getattr(head, name)
        if name == "at":
            want = datetime.fromisoformat(want.replace(".", "-")).replace(tzinfo=SHANGHAI)
        if have != want:
            bad.append(f"head {name}: {want!r} != {have!r}")
    bad += _each("account", paper.accounts, [r for r in got if isinstance(r, CreditAccount)])
    bad += _each("guarantee", paper.guarantees, [r for r in got if isinstance(r, Guarantee)])
    bad += _each("line", paper.lines, [r for r in got if isinstance(r, CreditLine)])
    bad += _each("non_credit", paper.non_credit, [r for r in got if isinstance(r, NonCreditRecord)])
    bad += _each("public", paper.public, [r for r in got if isinstance(r, PublicRecord)])
    bad += _each("enquiry", paper.enquiries, [r for r in got if isinstance(r, Enquiry)])
    return bad


def _each(what: str, wanted: list[dict[str, Any]], got: list[Any]) -> list[str]:
    if len(wanted) != len(got):
        return [f"{what}: {len(wanted)} wanted, {len(got)} read"]
    bad = []
    order = {"C1": 0, "D1": 1, "R4": 2, "R1": 3, "R2": 4, "R3": 5}
    if what == "account" and all("group" not in w for w in wanted):
        wanted = sorted(wanted, key=lambda w: order[w["account_kind"]])
    for want, record in zip(wanted, got, strict=True):
        for name, value in want.items():
            have = _get(record, name)
            if name == "fields":
                have = {k: v for k, v in have.items() if k in value}
            if isinstance(have, Decimal) and isinstance(value, int):
                value = Decimal(value)
            if have != value:
                bad.append(f"{what} {want.get('number')} {name}: {value!r} != {have!r}")
        if isinstance(record, (CreditAccount, Guarantee, Enquiry)):
            for name in ("institution", "opened", "on", "by"):
                if (
                    getattr(record, name, None)
                    and name not in record.places
                    and name not in ("by",)
                ):
                    bad.append(f"{what} {want.get('number')} {name}: no place")
    return bad


def _get(record: Any, name: str) -> Any:
    if name == "noted":
        return bool(record.notes)
    if name == "special":
        return len(record.special)
    if name == "repayments":
        return {
            (m.year, m.month): (m.code, f"{m.amount.amount:,}" if m.amount else "0")
            for m in record.repayments
        }
    if name == "fields":
        return dict(record.fields)
    if name in ("months", "over_90_days", "months_over_90", "current_periods", "current_amount",
                "principal_31_60", "principal_over_180"):  # fmt: skip
        return plain(getattr(record.overdue, name))
    return plain(getattr(record, name))
