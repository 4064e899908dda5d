"""Made-up lives for the tracing, drawn from another process than the tracing assumes: leaks sold
on in batches to buyers who each call in a burst, leaks after log-normal delays, a background that
rises over the years and clusters, gaps in the log, leaks by people who are not listed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

from notmyloan.model.disclosure import Given, RecipientKind
from notmyloan.trace.evidence import Contact, Evidence, Recipient

KINDS = {
    RecipientKind.BANK: (3, 0.2), RecipientKind.CONSUMER_FINANCE: (3, 0.6),
    RecipientKind.SMALL_LOAN: (3, 1.5), RecipientKind.LOAN_PLATFORM: (4, 2.0),
    RecipientKind.LEAD_SELLER: (1, 5.0), RecipientKind.INSURER: (2, 0.8),
    RecipientKind.TELECOM: (1, 0.4), RecipientKind.SHOP: (4, 0.6),
    RecipientKind.EMPLOYER: (2, 0.2), RecipientKind.OTHER: (2, 0.6),
}  # fmt: skip
_ENOUGH, _NEAR, _CLEAR = 25, 60, 4.0
FACTS = (Given.NAME, Given.ID_NUMBER, Given.ADDRESS, Given.EMPLOYER, Given.INCOME)


@dataclass(frozen=True)
class World:
    """`leaks`: the day of each listed leaker's leak; `unlisted`: days of other leaks;
    `contacts_of`: what each brought; `clear`: what it brought within 60 days, in standard deviations
    of all else that came in these days."""

    evidence: Evidence
    leaks: dict[str, date]
    unlisted: tuple[date, ...]
    contacts_of: dict[str, int]
    clear: dict[str, float]


def world(seed: int) -> World:
    r = random.Random(f"trace {seed}")
    first = date(2020, 1, 1)
    days = r.randint(500, 2200)
    last = first + timedelta(days=days - 1)
    count = r.choice((5, 8, 12, 18, 25, 40, 60))
    points = ("a", "b") if r.random() < 0.3 else ("a",)
    people = []
    for n in range(count):
        kind = r.choices(list(KINDS), [w for w, _ in KINDS.values()])[0]
        given = first + timedelta(days=r.randint(-200, days - 40))
        facts = frozenset(f for f in FACTS if r.random() < 0.5) | {Given.PHONE}
        revoked = given + timedelta(days=r.randint(60, 600)) if r.random() < 0.1 else None
        people.append(
            Recipient(f"r{n}", f"recipient {n}", kind, (given,), facts,
                      frozenset([r.choice(points)]), revoked)
        )  # fmt: skip
    wanted = r.choices((1, 2, 3), (0.6, 0.3, 0.1))[0]
    leaks: dict[str, date] = {}
    weights = [KINDS[p.kind][1] for p in people]
    for _ in range(200):
        if len(leaks) == wanted:
            break
        person = r.choices(people, weights)[0]
        leak = person.given_on[0] + timedelta(days=int(r.lognormvariate(3.4, 1.1)))
        if person.id not in leaks and first <= leak <= last - timedelta(days=30):
            leaks[person.id] = leak
    unlisted = tuple(
        first + timedelta(days=r.randint(0, days - 30)) for _ in range(r.random() < 0.25)
    )
    contacts: list[Contact] = []
    made: dict[str, int] = {}
    own: dict[str, list[Contact]] = {}
    sources = [(p, leaks[p.id]) for p in people if p.id in leaks]
    for person, leak in [*sources, *((None, day) for day in unlisted)]:
        before = len(contacts)
        contacts += _sold(r, person, leak, last, points)
        if person is not None:
            made[person.id] = len(contacts) - before
            own[person.id] = contacts[before:]
    contacts += _background(r, first, days, points)
    gaps = ()
    if r.random() < 0.25:
        begin = first + timedelta(days=r.randint(0, days - 90))
        gaps = ((begin, begin + timedelta(days=r.randint(20, 80))),)
    seen = [
        c for c in contacts
        if first <= c.on <= last and not any(a <= c.on <= b for a, b in gaps)
    ]  # fmt: skip
    evidence = Evidence(tuple(people), tuple(seen), first, last, (), gaps)
    clear = {}
    for person, leak in sources:
        near = [c for c in seen if 0 <= (c.on - leak).days < _NEAR]
        mine = len([c for c in own[person.id] if 0 <= (c.on - leak).days < _NEAR])
        clear[person.id] = mine / math.sqrt(max(len(near) - mine, 0) + 1)
    return World(evidence, leaks, unlisted, made, clear)


def identifiable(made: World) -> str | None:
    """The leaker where one leaked and nobody unlisted, it brought 25 contacts or more, those of
    its first 60 days four standard deviations of all else, and who knew the leak's day and the laws
    that `world` draws by (kinds, delays, phones) would be 90 % sure of it."""
    if len(made.leaks) != 1 or made.unlisted:
        return None
    ((leaker, day),) = made.leaks.items()
    people = made.evidence.recipients
    (phone,) = next(p for p in people if p.id == leaker).points
    weight = {}
    for person in people:
        late = (day - person.given_on[0]).days + 0.5
        law = math.exp(-((math.log(late) - 3.4) ** 2) / 2 / 1.1**2) / late if late > 0 else 0.0
        weight[person.id] = KINDS[person.kind][1] * law * (phone in person.points)
    sure = weight[leaker] >= 0.9 * sum(weight.values())
    seen = made.contacts_of[leaker] >= _ENOUGH and made.clear[leaker] >= _CLEAR
    return leaker if sure and seen else None


def _sold(
    r: random.Random, person: Recipient | None, leak: date, last: date, points: tuple[str, ...]
) -> list[Contact]:
    """Buyers in batches: many at once, fewer later; each calls in a burst of its own."""
    found = []
    buyers = max(int(r.lognormvariate(2.2, 0.7)), 2)
    fade = r.choice((20, 50, 120, 250))
    point = r.choice(points) if person is None else next(iter(person.points))
    for _ in range(buyers):
        day = float(r.expovariate(1 / fade))
        knows = frozenset(
            f for f in (person.facts if person else FACTS) if f in FACTS and r.random() < 0.3
        )
        for _ in range(max(int(r.expovariate(1 / 5)), 1)):
            day += r.expovariate(1 / 2.5)
            on = leak + timedelta(days=int(day))
            if on.weekday() >= 5 and r.random() < 0.5:
                continue
            if on <= last:
                facts = knows if r.random() < 0.6 else frozenset()
                found.append(Contact(on, r.choice((0.7, 0.9, 1.0)), point, facts))
    return found


def _background(r: random.Random, first: date, days: int, points: tuple[str, ...]) -> list[Contact]:
    found = []
    level = r.choice((0.02, 0.05, 0.12, 0.3))
    rise = r.uniform(1, 3)
    for n in range(days):
        on = first + timedelta(days=n)
        rate = level * (1 + (rise - 1) * n / days) * (0.5 if on.weekday() >= 5 else 1.2)
        while r.random() < rate / (1 + rate):
            facts = frozenset([Given.NAME]) if r.random() < 0.08 else frozenset()
            more = 1 + (r.random() < 0.15) * r.randint(1, 3)
            found.extend(
                Contact(on + timedelta(days=extra), r.choice((0.5, 0.8, 1.0)), r.choice(points),
                        facts)
                for extra in range(more)
            )  # fmt: skip
    return found
