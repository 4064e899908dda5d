"""What hangs on a lost thing, and which calls cut off the most harm first.

The person's things form a graph: whoever holds the lost phone holds its SIM, whoever holds the SIM
receives the codes of the accounts on it, whoever enters a wallet reaches the cards bound to it. A
call (suspending the SIM, freezing an account) takes an edge away and costs minutes. The calls that
together keep the finder from all money for the fewest minutes are a minimum cut of that graph
(Ford and Fulkerson 1956); within the cut, and after it, the call that cuts off the most harm a
minute comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import networkx

from notmyloan.model.record import Private

_SOURCE, _SINK = ("source", ""), ("sink", "")


class Kind(StrEnum):
    """What a thing is."""

    DEVICE = "device"
    SIM = "sim"
    CARD = "card"
    ID = "id"
    EMAIL = "email"
    WALLET = "wallet"
    BANK = "bank"
    LENDER = "lender"


# Minutes that cutting a thing off takes, and the harm in it once somebody is inside, relative to
# a bank account. Judgements, not measurements: they order calls, and nothing else depends on them.
# A phone that is switched off cannot be locked from afar, so little is built on that.
MINUTES = {
    Kind.DEVICE: 60, Kind.SIM: 5, Kind.CARD: 5, Kind.ID: 60, Kind.EMAIL: 10, Kind.WALLET: 5,
    Kind.BANK: 8, Kind.LENDER: 8,
}  # fmt: skip
HARM = {
    Kind.DEVICE: 0.0, Kind.SIM: 0.0, Kind.CARD: 0.5, Kind.ID: 0.5, Kind.EMAIL: 0.4,
    Kind.WALLET: 1.0, Kind.BANK: 1.0, Kind.LENDER: 0.8,
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Thing(Private):
    """Something of the person's: `name` as shown (masked), `hotline` whom to call for it."""

    kind: Kind
    name: str
    hotline: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind.value, self.name)


@dataclass(frozen=True, slots=True, repr=False)
class Holdings(Private):
    """Who opens what: each link leads from a thing to one that its holder can enter."""

    things: tuple[Thing, ...]
    links: tuple[tuple[Thing, Thing], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Call(Private):
    """A call to make: the thing it cuts off, the harm it keeps away (what the finder can no longer
    reach by it, given the calls before), and whether it belongs to the minimum cut."""

    thing: Thing
    minutes: int
    saved: float
    in_cut: bool
    keeps_from: tuple[Thing, ...] = field(default=())


@dataclass(frozen=True, slots=True, repr=False)
class Blast(Private):
    """The blast radius of lost things: all that can be reached, and the calls in order."""

    lost: tuple[Thing, ...]
    reached: tuple[Thing, ...]
    calls: tuple[Call, ...]
    links: tuple[tuple[Thing, Thing], ...]


def blast(holdings: Holdings, lost: Sequence[Thing]) -> Blast:
    """What can be reached from `lost`, and the calls in the order that cuts off most harm first."""
    reached = _reach(holdings, lost, frozenset())
    cut = _minimum_cut(holdings, lost, reached)
    calls: list[Call] = []
    done: set[tuple[str, str]] = set()
    for wanted in (cut, {t.key for t in reached}):
        left = [t for t in reached if t.key in wanted and t.key not in done]
        while left:
            now = _reach(holdings, lost, frozenset(done))
            best = max(left, key=lambda t: (_rate(holdings, lost, done, now, t), t.name))
            after = _reach(holdings, lost, frozenset(done | {best.key}))
            lost_to_them = tuple(t for t in now if t.key not in {a.key for a in after})
            saved = sum(HARM[t.kind] for t in lost_to_them)
            left.remove(best)
            if saved or best.key in cut:
                calls.append(Call(best, MINUTES[best.kind], saved, best.key in cut, lost_to_them))
                done.add(best.key)
    return Blast(tuple(lost), reached, tuple(calls), holdings.links)


def _rate(
    holdings: Holdings,
    lost: Sequence[Thing],
    done: set[tuple[str, str]],
    now: Sequence[Thing],
    thing: Thing,
) -> float:
    """Harm kept away a minute by cutting `thing` off next."""
    after = _reach(holdings, lost, frozenset(done | {thing.key}))
    saved = sum(HARM[t.kind] for t in now) - sum(HARM[t.kind] for t in after)
    return saved / MINUTES[thing.kind]


def _reach(
    holdings: Holdings, lost: Sequence[Thing], cut: frozenset[tuple[str, str]]
) -> tuple[Thing, ...]:
    """Everything that the holder of `lost` can enter when the things of `cut` are cut off."""
    following: dict[tuple[str, str], list[Thing]] = {}
    for begin, end in holdings.links:
        following.setdefault(begin.key, []).append(end)
    found: dict[tuple[str, str], Thing] = {}
    waiting = list(lost)
    while waiting:
        thing = waiting.pop(0)
        if thing.key in found or thing.key in cut:
            continue
        found[thing.key] = thing
        waiting += following.get(thing.key, [])
    return tuple(found.values())


def _minimum_cut(
    holdings: Holdings, lost: Sequence[Thing], reached: Sequence[Thing]
) -> set[tuple[str, str]]:
    """The things to cut off for the fewest minutes so that no harm is reached. Each thing is an
    edge of its minutes from its door to its inside."""
    graph = networkx.DiGraph()
    for thing in reached:
        door, inside = (*thing.key, "door"), (*thing.key, "inside")
        graph.add_edge(door, inside, capacity=MINUTES[thing.kind])
        if HARM[thing.kind]:
            graph.add_edge(inside, _SINK)  # no capacity: infinite
    keys = {thing.key for thing in reached}
    for begin, end in holdings.links:
        if begin.key in keys and end.key in keys:
            graph.add_edge((*begin.key, "inside"), (*end.key, "door"))
    for thing in lost:
        graph.add_edge(_SOURCE, (*thing.key, "door"))
    if _SINK not in graph:
        return set()
    _, (ours, _) = networkx.minimum_cut(graph, _SOURCE, _SINK)
    return {t.key for t in reached if (*t.key, "door") in ours and (*t.key, "inside") not in ours}
