"""Money, moments, texts and findings: exact, unreadable where they must be, and JSON both ways."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.disclosure import Disclosure, Given, Mine, Owned, OwnedKind, Standing
from notmyloan.model.finding import Finding, Reason, Severity, Step, Verdict
from notmyloan.model.money import Money, currency_code, parse_amount
from notmyloan.model.place_in_time import SHANGHAI, from_epoch_ms, in_zone, to_epoch_ms
from notmyloan.model.record import (
    Direction,
    Message,
    Origin,
    SourceFile,
    plain_party,
    record_id,
)
from notmyloan.model.serial import from_json, to_json
from notmyloan.model.text import Text

ORIGIN = Origin(SourceFile("a.xml", "0" * 64, "test", 1), "line:1")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("¥1,234.50", "1234.50"),
        ("-3.00元", "-3.00"),
        ("１２３．４", "123.4"),
        ("(5.00)", "-5.00"),
        ("", None),
        ("abc", None),
        ("1 and 2", None),
        ("1.2E+5", None),
        ("--", None),
        (".50", ".50"),
    ],
)
def test_amounts_are_read_or_refused(text: str, amount: str | None) -> None:
    assert parse_amount(text) == (Decimal(amount) if amount else None)


@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_a_written_amount_is_read_back(amount: Decimal) -> None:
    assert parse_amount(f"¥{amount:,.2f}") == amount


def test_currencies_by_their_words() -> None:
    assert [currency_code(w) for w in ("人民币", " ¥ ", "美元", "贝壳")] == [
        "CNY",
        "CNY",
        "USD",
        None,
    ]


@given(st.integers(0, 4_000_000_000_000))
def test_milliseconds_survive(ms: int) -> None:
    assert to_epoch_ms(from_epoch_ms(ms)) == ms


def test_a_wall_clock_is_fixed_to_its_zone() -> None:
    assert in_zone(datetime(2026, 1, 1, 8), SHANGHAI) == datetime(2026, 1, 1, 0, tzinfo=UTC)
    with pytest.raises(ValueError):
        from_epoch_ms(10**18)


@pytest.mark.parametrize(
    "party", ["+86 138-0013-8000", "0086 13800138000", "8613800138000", "１３８００１３８０００"]
)
def test_one_number_compares_as_one(party: str) -> None:
    assert plain_party(party) == "13800138000"


def message(text: str = "secret words", ms: int = 0) -> Message:
    at = datetime(2026, 1, 1, microsecond=ms * 1000, tzinfo=UTC)
    return Message(ORIGIN, at, Direction.RECEIVED, "+8613800138000", text)


def test_one_message_in_two_exports_is_one_record() -> None:
    assert record_id(message()) == record_id(message(ms=7))
    assert record_id(message()) != record_id(message("other words"))


def test_nothing_readable_in_a_repr() -> None:
    shown = repr([message(), Text("core.x", name="张三"), Owned(OwnedKind.NAME, "张三"), ORIGIN])
    assert "secret" not in shown
    assert "张三" not in shown
    assert "1380" not in shown


arguments = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
    | st.dates() | st.builds(Money, st.decimals(0, 10**6, places=2))
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.sampled_from("abc"), inner, max_size=2).map(lambda a: Text("core.y", **a)),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["n", "firm", "amount"]), arguments))
def test_texts_survive_json(args: dict[str, object]) -> None:
    text = Text.of("core.x", args)  # type: ignore[arg-type]
    back = from_json(Text, json.loads(json.dumps(to_json(text))))
    assert back == text


def finding(**more: object) -> Finding:
    fields: dict[str, object] = {
        "rule": "cr.x", "subject": ("a", "b"), "severity": Severity.HIGH,
        "verdict": Verdict.UNSURE, "confidence": 0.5, "title": Text("core.x"),
        "why": (Reason(Text("core.y", n=2), 0.7),), "cites": ("1", "2"),
        "steps": (Step(Text("core.z"), "police"),), "due": date(2026, 1, 2),
    }  # fmt: skip
    return Finding(**(fields | more))  # type: ignore[arg-type]


def test_findings_survive_json_and_keep_their_identity() -> None:
    back = from_json(Finding, json.loads(json.dumps(to_json(finding()))))
    assert back == finding()
    assert back.finding_id == finding(confidence=0.9).finding_id
    assert back.finding_id != finding(subject=("ab",)).finding_id


def test_new_facts_change_the_fingerprint_and_their_order_does_not() -> None:
    assert finding(cites=("2", "1")).fingerprint == finding().fingerprint
    assert finding(cites=("1", "2", "3")).fingerprint != finding().fingerprint


def test_the_worst_comes_first() -> None:
    mild = finding(severity=Severity.LOW, confidence=0.99)
    assert min([mild, finding()], key=Finding.rank) == finding()


def test_damaged_json_is_refused() -> None:
    for damaged in ({}, {"rule": 1}, [], "x", None):
        with pytest.raises(ValueError):
            from_json(Finding, damaged)


def test_only_confirmed_lines_count_as_said() -> None:
    mine = Mine(
        (
            Owned(OwnedKind.PHONE, "1"),
            Owned(OwnedKind.PHONE, "2", standing=Standing.PROPOSED),
            Owned(OwnedKind.EMAIL, "3"),
        )
    )
    assert [o.value for o in mine.of(OwnedKind.PHONE)] == ["1"]


def test_a_disclosure_is_the_same_whatever_order_it_was_told_in() -> None:
    one = Disclosure("A", None, (Given.NAME, Given.PHONE))
    other = Disclosure("A", None, (Given.PHONE, Given.NAME))
    assert record_id(one) == record_id(other)  # type: ignore[arg-type]
