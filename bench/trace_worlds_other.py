"""Other made-up lives for the tracing, by a second generator that shares no code with the first:
contacts drawn day by day from a rate, with waves that step up and stop, fade, swell, come weekly,
pulse for some days, or start weeks late; backgrounds that hold, grow, jump or swing with the
seasons; decoys given something just before a wave; several leakers, one, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from notmyloan.model.disclosure import Given, RecipientKind
from notmyloan.trace.evidence import Contact, Evidence, Recipient

_RISK = {
    RecipientKind.LEAD_SELLER: 6.0, RecipientKind.LOAN_PLATFORM: 3.0,
    RecipientKind.SMALL_LOAN: 2.0, RecipientKind.CONSUMER_FINANCE: 1.0, RecipientKind.SHOP: 1.0,
    RecipientKind.INSURER: 1.0, RecipientKind.TELECOM: 0.5, RecipientKind.BANK: 0.3,
    RecipientKind.OTHER: 1.0,
}  # fmt: skip
_FACTS = {
    RecipientKind.SHOP: {Given.NAME, Given.ADDRESS},
    RecipientKind.INSURER: {Given.NAME, Given.ID_NUMBER, Given.ADDRESS},
    RecipientKind.BANK: {Given.NAME, Given.ID_NUMBER, Given.EMPLOYER, Given.INCOME},
    RecipientKind.OTHER: {Given.NAME},
    RecipientKind.TELECOM: {Given.NAME, Given.ID_NUMBER},
    RecipientKind.LEAD_SELLER: {Given.NAME, Given.INCOME},
}  # fmt: skip
_LENDER = {Given.NAME, Given.ID_NUMBER, Given.EMPLOYER, Given.INCOME, Given.BANK_CARD}
WAVES = ("step", "fade", "swell", "weekly", "pulse", "late")
EPOCH = date(2021, 1, 4)


@dataclass(frozen=True)
class Life:
    """`leaks`: the day of each listed leaker's leak; `contacts_of`: what it brought; `oracle`: for
    each leaker the chance that somebody gives who knows the day and all laws but not the owner; `clear`: what it brought within 60 days, in standard
    deviations of the background there."""

    evidence: Evidence
    leaks: dict[str, date]
    unlisted: tuple[date, ...]
    contacts_of: dict[str, int]
    oracle: dict[str, float]
    wave: str
    clear: dict[str, float]


def life(seed: int) -> Life:
    g = np.random.default_rng([77, seed])
    days = int(g.integers(400, 2500))
    size = int(g.integers(5, 61))
    kinds = [list(_RISK)[n] for n in g.integers(0, len(_RISK), size)]
    given = g.integers(0, days - 30, size)
    phones = ["one", "two"][: 1 + int(g.random() < 0.25)]
    phone = [phones[n] for n in g.integers(0, len(phones), size)]
    wave = WAVES[int(g.integers(len(WAVES)))]
    leakers = int(g.choice(4, p=(0.1, 0.55, 0.2, 0.15)))
    delays = g.exponential(12, size) if g.random() < 0.5 else g.uniform(0, 45, size)
    even = bool(g.random() < 0.3)  # in some lives the kinds tell nothing
    risk = np.array([1.0 if even else _RISK[k] for k in kinds])
    order = np.argsort(g.exponential(1, size) / risk)  # a draw without replacement by risk
    chosen = [int(n) for n in order if given[n] + delays[n] < days - 40][:leakers]
    rates: list[tuple[int | None, int, np.ndarray]] = []
    for n in chosen:
        at = int(given[n] + delays[n])
        rates.append((n, at, _rate(g, wave, at, days)))
        for _ in range(int(g.integers(0, 3)) if g.random() < 0.6 else 0):
            other = int(g.integers(size))  # a decoy: given something just before
            if other not in chosen:
                given[other] = max(at - int(g.integers(0, 9)), 0)
    unlisted = [int(g.integers(0, days - 40))] if g.random() < 0.2 else []
    rates += [(None, at, _rate(g, wave, at, days)) for at in unlisted]
    known = [frozenset(_FACTS.get(k, _LENDER)) for k in kinds]
    contacts: list[Contact] = []
    brought: dict[str, int] = {}
    clear: dict[str, float] = {}
    background = _background(g, days)
    for owner, at, rate in rates:
        facts = known[owner] if owner is not None else frozenset(_LENDER)
        point = phone[owner] if owner is not None else phones[int(g.integers(len(phones)))]
        before = len(contacts)
        for day in np.repeat(np.arange(days), g.poisson(rate)):
            shown = frozenset(f for f in sorted(facts) if g.random() < 0.12)
            contacts.append(_contact(g, int(day), point, shown))
        if owner is not None:
            brought[f"p{owner}"] = len(contacts) - before
            soon = sum((c.on - EPOCH).days < at + 60 for c in contacts[before:])
            clear[f"p{owner}"] = soon / float(np.sqrt(background[at : at + 60].sum() + 1))
    for day in np.repeat(np.arange(days), g.poisson(background)):
        shown = frozenset([Given.NAME] if g.random() < 0.05 else [])
        contacts.append(_contact(g, int(day), phones[int(g.integers(len(phones)))], shown))
    people = tuple(
        Recipient(f"p{n}", f"person {n}", kinds[n], (EPOCH + timedelta(days=int(given[n])),),
                  known[n] | {Given.PHONE}, frozenset([phone[n]]))
        for n in range(size)
    )  # fmt: skip
    oracle = {}
    for owner, at, _ in rates:
        if owner is not None:
            late = at - given
            weight = risk * np.where((late >= 0) & (late <= 45), np.exp(-late / 20), 1e-6)
            seen = [c.facts for c in contacts if 0 <= (c.on - EPOCH).days - at < 60 and c.facts]
            fits = np.array([all(f <= k for f in seen[:40]) for k in known])
            weight = weight * np.where(fits, 1, 0.05)
            if len(phones) > 1:
                weight = weight * np.where(np.array(phone) == phone[owner], 1, 0.01)
            oracle[f"p{owner}"] = float(weight[owner] / weight.sum())
    return Life(
        Evidence(people, tuple(contacts), EPOCH, EPOCH + timedelta(days=days - 1)),
        {f"p{n}": EPOCH + timedelta(days=at) for n, at, _ in rates if n is not None},
        tuple(EPOCH + timedelta(days=at) for at in unlisted), brought, oracle, wave, clear,
    )  # fmt: skip


def _contact(g: np.random.Generator, day: int, point: str, facts: frozenset[Given]) -> Contact:
    return Contact(EPOCH + timedelta(days=day), float(g.uniform(0.6, 1.0)), point, facts)


def _rate(g: np.random.Generator, wave: str, at: int, days: int) -> np.ndarray:
    """Contacts a day that one leak brings."""
    since = np.arange(days) - at
    much = float(np.exp(g.uniform(np.log(0.25), np.log(3.0))))
    long = float(g.uniform(25, 150))
    if wave == "late":
        since = since - int(g.integers(10, 50))
        wave = "fade"
    on = since >= 0
    forms = {
        "step": (since < long).astype(float),
        "fade": np.exp(-np.maximum(since, 0) / long),
        "swell": np.maximum(since, 0) / long * np.exp(1 - np.maximum(since, 0) / long),
        "weekly": (since % 7 < 2) * 2.5 * (since < long),
        "pulse": (since < 10) * 1.5 + (since >= 10) * 0.1 * (since < long),
    }
    return np.where(on, much * forms[wave], 0.0)


def _background(g: np.random.Generator, days: int) -> np.ndarray:
    t = np.arange(days)
    level = float(np.exp(g.uniform(np.log(0.01), np.log(0.4))))
    form = int(g.integers(4))
    shape = (
        np.ones(days), 1 + 3 * t / days, 1 + 0.6 * np.sin(t / 58.1), 1 + 1.5 * (t > days / 2)
    )[form]  # fmt: skip
    week = np.where(t % 7 >= 5, g.choice((0.4, 1.0)), 1.0)
    clumps = g.gamma(0.7, 1 / 0.7, days) if g.random() < 0.4 else 1.0
    return level * shape * week * clumps


def identifiable(made: Life) -> str | None:
    """The leaker where one leaked and nobody unlisted, it brought 15 contacts or more, four standard
    deviations of the background within 60 days, and who knew the leak's day and the laws of delay,
    risk and facts would be 90 % sure of it."""
    if len(made.leaks) != 1 or made.unlisted:
        return None
    (leaker,) = made.leaks
    seen = made.contacts_of[leaker] >= 15 and made.clear[leaker] >= 4
    return leaker if seen and made.oracle[leaker] >= 0.9 else None
