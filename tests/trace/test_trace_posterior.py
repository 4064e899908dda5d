"""The trace: right where it can be told, silent where it cannot, equal to the exact posterior."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from notmyloan.model.disclosure import Given, RecipientKind
from notmyloan.model.errors import InputError, UsageError
from notmyloan.trace import (
    Contact,
    Evidence,
    Mark,
    Priors,
    Recipient,
    Verdict,
    default_priors,
    read_priors,
    who,
)

FIRST = date(2025, 1, 1)


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def recipient(name: str, *days: int, **more: object) -> Recipient:
    found = Recipient(name, name, RecipientKind.LOAN_PLATFORM, tuple(map(day, days)))
    return replace(found, **more)  # type: ignore[arg-type]


def every(begin: int, end: int, step: int = 1, **more: object) -> tuple[Contact, ...]:
    return tuple(Contact(day(n), **more) for n in range(begin, end, step))  # type: ignore[arg-type]


def chances(evidence: Evidence, priors: Priors | None = None) -> dict[str, float]:
    return {s.recipient.id: s.chance for s in who(evidence, priors).suspects}


def test_one_clear_leak_is_named_with_its_day_and_reasons() -> None:
    people = (recipient("early", 20), recipient("leaker", 200), recipient("late", 380))
    evidence = Evidence(people, every(0, 210, 15) + every(210, 400), day(0), day(399))
    answer = who(evidence)
    assert answer.suspects[0].recipient.id == "leaker"
    assert answer.suspects[0].chance > 0.6
    when = answer.suspects[0].when
    assert when is not None
    assert when.low <= day(212)
    assert day(205) <= when.high <= day(260)
    assert answer.verdict in (Verdict.NAMED, Verdict.LIKELY)
    assert {"trace.reason.timing"} <= {r.text.key for r in answer.suspects[0].reasons}
    assert answer.next_revoke is not None
    assert answer.next_revoke.id == "leaker"


def test_silence_accuses_nobody() -> None:
    answer = who(Evidence((recipient("a", 10), recipient("b", 50)), (), day(0), day(300)))
    assert answer.verdict is Verdict.NO_LEAK
    assert max(s.chance for s in answer.suspects) < 0.3


def test_a_burst_before_every_disclosure_is_somebody_not_listed() -> None:
    people = (recipient("a", 300), recipient("b", 310))
    answer = who(Evidence(people, every(0, 60, 20) + every(60, 250), day(0), day(330)))
    assert answer.unlisted > 0.7
    assert answer.verdict is Verdict.UNLISTED
    assert all(s.chance < 0.3 for s in answer.suspects)


def test_who_cannot_be_told_apart_shares_and_is_named_together() -> None:
    people = (recipient("a", 100), recipient("b", 100), recipient("c", 20))
    answer = who(Evidence(people, every(0, 110, 20) + every(110, 300), day(0), day(300)))
    found = {s.recipient.id: s for s in answer.suspects}
    assert answer.verdict is Verdict.CANNOT_TELL
    assert {m.recipient.id for m in answer.marks} >= {"a", "b"}
    assert found["a"].chance == found["b"].chance
    assert found["a"].alike == ("b",)
    assert found["c"].alike == ()
    assert found["a"].chance < 0.9


def test_a_mark_speaks_but_not_without_limit() -> None:
    people = (recipient("a", 100), recipient("b", 100))
    contacts = every(0, 110, 20) + every(110, 300)
    plain = chances(Evidence(people, contacts, day(0), day(300)))
    marks = (Mark("b", day(250), 1e-9), Mark("b", day(251), 1e-9))
    marked = chances(Evidence(people, contacts, day(0), day(300), marks))
    assert marked["b"] > 0.95 > plain["b"]
    assert marked["a"] < plain["a"]
    timid = replace(default_priors(), mark_most=1.0)
    evidence = Evidence(people, contacts, day(0), day(300), marks)
    assert chances(evidence, timid)["b"] < 0.9


def test_what_only_one_was_given_decides() -> None:
    knows = frozenset([Given.EMPLOYER])
    people = (recipient("told", 100, facts=knows), recipient("not", 100))
    contacts = every(0, 110, 20) + every(110, 300, facts=knows)
    found = chances(Evidence(people, contacts, day(0), day(300)))
    assert found["told"] > 4 * found["not"]


def test_the_phone_that_only_one_was_given_decides() -> None:
    people = (
        recipient("a", 100, points=frozenset(["new"])),
        recipient("b", 100, points=frozenset(["old"])),
    )
    contacts = every(0, 110, 10, point="old") + every(110, 300, point="new")
    found = chances(Evidence(people, contacts, day(0), day(300)))
    assert found["a"] > 4 * found["b"]


def test_a_gap_in_the_log_is_no_silence() -> None:
    people = (recipient("before", 90), recipient("after", 195))
    contacts = every(0, 100, 20) + every(200, 330)
    gap = ((day(100), day(199)),)
    silent = chances(Evidence(people, contacts, day(0), day(330)))
    gapped = chances(Evidence(people, contacts, day(0), day(330), (), gap))
    assert gapped["before"] > silent["before"]


def test_seed_and_order_decide_nothing() -> None:
    people = tuple(recipient(name, 40 * n + 20) for n, name in enumerate("abcdef"))
    contacts = every(0, 150, 12) + every(150, 330)
    one = Evidence(people, contacts, day(0), day(330))
    other = Evidence(people[::-1], contacts, day(0), day(330))
    first = chances(one)
    assert first == chances(one)
    for name, chance in chances(other).items():
        assert chance == pytest.approx(first[name], abs=0.12)


CONTACTS = st.lists(
    st.builds(
        Contact,
        st.integers(-5, 60).map(day),
        st.floats(0, 1),
        st.sampled_from([None, "a", "b"]),
        st.frozensets(st.sampled_from([Given.NAME, Given.EMPLOYER]), max_size=2),
        st.one_of(st.none(), st.integers(0, 23)),
    ),
    max_size=25,
)


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    CONTACTS, st.lists(st.lists(st.integers(-90, 90), max_size=2), max_size=4), st.integers(1, 50)
)
def test_any_evidence_gives_chances(
    contacts: list[Contact], given_on: list[list[int]], last: int
) -> None:
    people = tuple(recipient(f"r{n}", *days) for n, days in enumerate(given_on))
    answer = who(Evidence(people, tuple(contacts), day(0), day(last)))
    assert len(answer.suspects) == len(people)
    for chance in (answer.unlisted, answer.nobody, *(s.chance for s in answer.suspects)):
        assert 0 <= chance <= 1
    assert np.isfinite(answer.leak_days).all()


def test_without_recipients_it_is_somebody_not_listed_or_nobody() -> None:
    answer = who(
        Evidence((), every(100, 300, 1, point="a") + every(0, 300, 9, point="b"), day(0), day(300))
    )
    assert answer.suspects == ()
    assert answer.marks == ()
    assert answer.unlisted > 0.9


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"last": day(-1)}, "trace.window"),
        ({"recipients": (recipient("a", 1), recipient("a", 2))}, "trace.twice"),
        ({"recipients": (recipient("a", 9, revoked=day(3)),)}, "trace.revoked_first"),
        ({"marks": (Mark("b", day(3), 0.1),)}, "trace.no_such_recipient"),
        ({"marks": (Mark("a", day(3), 0.0),)}, "trace.mark_error"),
    ],
)
def test_evidence_that_makes_no_sense_is_refused(change: dict[str, object], key: str) -> None:
    good = Evidence((recipient("a", 1),), (), day(0), day(9))
    with pytest.raises(UsageError) as caught:
        replace(good, **change)  # type: ignore[arg-type]
    assert caught.value.text.key == key


@pytest.mark.parametrize("data", [b"", b"\xff", b"[hazard]\nbank = 2", b"hazard = 1"])
def test_a_broken_file_of_assumptions_is_named(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_priors(data, "mine.toml")
    assert caught.value.text.args["name"] == "mine.toml"
