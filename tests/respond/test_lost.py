"""The emergency order: the calls that end all harm in the fewest minutes, checked by trying all."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from notmyloan.respond.lost import HARM, MINUTES, Call, Holdings, Kind, Thing, blast

KINDS = [Kind.EMAIL, Kind.WALLET, Kind.BANK, Kind.CARD, Kind.LENDER, Kind.DEVICE]
SIM, PHONE = Thing(Kind.SIM, "SIM"), Thing(Kind.DEVICE, "phone")


@st.composite
def holdings(draw: st.DrawFn) -> Holdings:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    things = [SIM, PHONE, *(Thing(kind, f"{kind}{n}") for n, kind in enumerate(kinds))]
    pairs = [(a, b) for a in things for b in things if a != b and b not in (SIM, PHONE)]
    links = draw(st.lists(st.sampled_from(pairs), max_size=14, unique=True))
    return Holdings(tuple(things), tuple(links))


def reached(held: Holdings, cut: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Reachability written out once more, the slow and plain way."""
    inside = {t.key for t in (SIM, PHONE) if t.key not in cut}
    for _ in held.things:
        inside |= {b.key for a, b in held.links if a.key in inside and b.key not in cut}
    return inside


def harmed(held: Holdings, cut: set[tuple[str, str]]) -> bool:
    kinds = {t.key: t.kind for t in held.things}
    return any(HARM[kinds[key]] for key in reached(held, cut))


@given(holdings())
def test_the_marked_calls_end_all_harm_in_the_fewest_minutes(held: Holdings) -> None:
    found = blast(held, [SIM, PHONE])
    marked = [call for call in found.calls if call.in_cut]
    assert not harmed(held, {call.thing.key for call in marked})
    best = min(
        (
            sum(MINUTES[t.kind] for t in some)
            for size in range(len(held.things) + 1)
            for some in combinations(held.things, size)
            if not harmed(held, {t.key for t in some})
        ),
        default=0,
    )
    assert sum(call.minutes for call in marked) == best


@given(holdings())
def test_every_call_says_what_it_keeps_away_and_the_marked_come_first(held: Holdings) -> None:
    calls = blast(held, [SIM, PHONE]).calls
    assert [c.in_cut for c in calls] == sorted((c.in_cut for c in calls), reverse=True)
    cut: set[tuple[str, str]] = set()
    for call in calls:
        before = reached(held, cut)
        cut.add(call.thing.key)
        gone = before - reached(held, cut)
        assert {t.key for t in call.keeps_from} == gone
        assert call.saved == sum(HARM[t.kind] for t in call.keeps_from)


def test_a_phone_with_wallets_is_cut_at_the_sim_and_the_wallets() -> None:
    bank, card = Thing(Kind.BANK, "bank", "95588"), Thing(Kind.CARD, "card *1")
    pay = Thing(Kind.WALLET, "wallet", "95188")
    held = Holdings(
        (SIM, PHONE, bank, card, pay),
        ((SIM, bank), (SIM, pay), (PHONE, pay), (bank, card), (pay, card)),
    )
    calls: tuple[Call, ...] = blast(held, [SIM, PHONE]).calls
    assert {c.thing for c in calls if c.in_cut} == {SIM, pay}
    assert calls[0].minutes == MINUTES[calls[0].thing.kind]


def test_what_holds_nothing_needs_no_call() -> None:
    assert blast(Holdings((PHONE,), ()), [PHONE]).calls == ()
