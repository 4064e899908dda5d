"""Calls: solicitors told by the log alone, with reasons that add up."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.country import load
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.model.record import Call, CallOutcome
from notmyloan.screen.calls import CallKind, Dialling, JudgedCall, campaigns, judge_calls

NUMBERS = load("cn").numbers


def judged(dossier: Any, flagged: tuple[str, ...] = ()) -> list[JudgedCall]:
    return list(judge_calls(dossier.calls(), SHANGHAI, NUMBERS, flagged))


def adds_up(one: JudgedCall) -> None:
    total = sum(r.weight for r in one.reasons if r.weight is not None)
    assert one.solicitor == pytest.approx(1 / (1 + math.exp(-total)))
    if one.machine is not None:
        total = sum(r.weight for r in one.machine_reasons if r.weight is not None)
        assert one.machine == pytest.approx(1 / (1 + math.exp(-total)))


def test_a_call_centres_new_numbers_lie_beside_its_old_ones(dossier: Any) -> None:
    for n in range(6):
        dossier.call(n * 1_000, f"0571866630{10 + n}", duration=8)
    dossier.call(100, "13955550001", duration=40)
    found = judged(dossier)
    centre = [one for one in found if one.call.party.startswith("05718666")]
    assert all(one.kind is CallKind.SOLICITOR for one in centre)
    alone = next(one for one in found if one.call.party == "13955550001")
    assert alone.kind is CallKind.UNKNOWN
    for one in found:
        adds_up(one)
    (campaign,) = campaigns(found)
    assert len(campaign.numbers) == 6
    assert campaign.first == centre[0].call.at


def test_contacts_and_numbers_one_rings_are_known(dossier: Any) -> None:
    dossier.call(0, "13800001111", contact="妈妈")
    dossier.call(10, "057112345678", outcome=CallOutcome.OUTGOING)
    dossier.call(20, "057112345678")
    kinds = [one.kind for one in judged(dossier)]
    assert kinds == [CallKind.KNOWN, CallKind.OWN, CallKind.KNOWN]
    assert all(one.solicitor < 0.2 for one in judged(dossier))


def test_a_long_talk_speaks_against_a_solicitor_and_a_machine(dossier: Any) -> None:
    dossier.call(0, "95123456", duration=4)
    dossier.call(5_000, "95234567", duration=900)
    short, long = judged(dossier)
    assert short.solicitor > long.solicitor
    assert short.machine is not None
    assert long.machine is not None
    assert short.machine > long.machine
    assert long.dialling is Dialling.MANUAL


def test_recordings_of_equal_length_are_dialled_by_machine(dossier: Any) -> None:
    for n in range(5):
        dossier.call(n * 700, f"0208877660{n}", duration=21)
    assert {one.dialling for one in judged(dossier)} == {Dialling.AUTOMATIC}


def test_who_dialled_stays_open_where_nothing_tells(dossier: Any) -> None:
    dossier.call(0, "13977778888", duration=35)
    (one,) = judged(dossier)
    assert one.dialling is Dialling.CANNOT_TELL
    assert any(r.text.key.endswith("no_sound") for r in one.machine_reasons)


def test_forms_alone_never_make_a_solicitor(dossier: Any) -> None:
    for number in ("4008123456", "17012345678", "95123456", "+85212345678"):
        dossier.call(len(dossier.rung) * 10_000, number, duration=60)
    assert {one.kind for one in judged(dossier)} == {CallKind.UNKNOWN}


def test_numbers_that_sent_loan_texts_push_loans(dossier: Any) -> None:
    dossier.call(0, "17012345678", duration=12)
    (before,) = judged(dossier)
    (after,) = judged(dossier, ("17012345678",))
    assert after.solicitor > 0.5 > before.solicitor


def test_nobody_calls_from_110(dossier: Any) -> None:
    dossier.call(0, "110", duration=90)
    assert judged(dossier)[0].kind is CallKind.FORGED


def test_one_ring_from_abroad(dossier: Any) -> None:
    dossier.call(0, "+22370012345", duration=0, outcome=CallOutcome.MISSED)
    dossier.call(60, "13912340000", duration=2, outcome=CallOutcome.MISSED)
    dossier.call(120, "13912349999", duration=0, outcome=CallOutcome.MISSED)
    kinds = [one.kind for one in judged(dossier)]
    assert kinds == [CallKind.ONE_RING, CallKind.ONE_RING, CallKind.UNKNOWN]


def test_withheld_numbers_are_no_single_caller(dossier: Any) -> None:
    for n in range(8):
        dossier.call(n * 3_000, "", duration=10)
    for one in judged(dossier):
        assert one.form == "withheld"
        assert not any("repeated" in r.text.key for r in one.reasons)


def test_order_of_input_does_not_matter(dossier: Any) -> None:
    for n in range(12):
        dossier.call(n * 97, f"1701234{n % 4:04d}", duration=n)
    forward = [(one.solicitor, one.kind) for one in judged(dossier)]
    dossier.rung.reverse()
    assert [(one.solicitor, one.kind) for one in judged(dossier)] == forward


def _call(at: int, party: str, outcome: CallOutcome, duration: int, template: Call) -> Call:
    from datetime import timedelta

    return Call(template.origin, template.at + timedelta(minutes=at), outcome, party, duration)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 100_000),
            st.sampled_from(["", "110", "95588", "13812345678", "+14155550100", "建行", "0571123"])
            | st.text(max_size=15),
            st.sampled_from(list(CallOutcome)),
            st.integers(0, 10_000),
        ),
        max_size=30,
    )
)
def test_every_log_is_judged_and_adds_up(rows: list[tuple[int, str, CallOutcome, int]]) -> None:
    from datetime import UTC, datetime

    from notmyloan.model.record import Origin, SourceFile

    origin = Origin(SourceFile("c", "0" * 64, "test", 1), "row:1")
    first = Call(origin, datetime(2026, 1, 1, tzinfo=UTC), CallOutcome.MISSED, "1", 0)
    calls = [_call(at, party, outcome, n, first) for at, party, outcome, n in rows]
    found = list(judge_calls(calls, SHANGHAI, NUMBERS))
    assert len(found) == len(calls)
    for one in found:
        assert 0 < one.solicitor < 1
        adds_up(one)
