"""Made-up choices from one seeded generator; nothing here keeps a state of its own."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from notmyloan.model.place_in_time import SHANGHAI

T = TypeVar("T")


def weighted(rng: random.Random, choices: Iterable[tuple[T, float]]) -> T:
    """One of `(value, weight)`."""
    values, weights = zip(*choices, strict=True)
    picked: T = rng.choices(values, weights)[0]
    return picked


def chance(rng: random.Random, probability: float) -> bool:
    return rng.random() < probability


def some(rng: random.Random, values: Sequence[T], low: int, high: int) -> list[T]:
    """Between `low` and `high` different ones, in their own order."""
    count = min(len(values), rng.randint(low, high))
    return [values[i] for i in sorted(rng.sample(range(len(values)), count))]


def day_between(rng: random.Random, first: date, last: date) -> date:
    """A day of [first, last]; `first` where the span is empty."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def digits(rng: random.Random, count: int) -> str:
    """`count` digits, the first not 0."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


# How busy the hours of a day are, for people and for those who push loans.
HOURS = {
    "people": (1, 1, 0, 0, 0, 1, 3, 6, 8, 8, 8, 9, 10, 8, 7, 7, 8, 10, 12, 12, 12, 11, 8, 4),
    "office": (0, 0, 0, 0, 0, 0, 0, 1, 4, 14, 15, 13, 6, 6, 14, 15, 14, 10, 5, 4, 2, 1, 0, 0),
    "shops": (0, 0, 0, 0, 0, 0, 0, 1, 4, 8, 10, 12, 9, 6, 7, 9, 9, 10, 11, 10, 7, 3, 1, 0),
    "night": (8, 10, 10, 8, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 6, 8),
}


def moment(rng: random.Random, day: date, shape: str = "people") -> datetime:
    """A second of `day` in local time, by the hours of `shape`."""
    hour = rng.choices(range(24), HOURS[shape])[0]
    clock = time(hour, rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, clock, SHANGHAI)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the month's 28th where there is none."""
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, min(day.day, 28))


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_between(first: date, last: date) -> int:
    """Whole calendar months from `first`'s month to `last`'s."""
    return (last.year - first.year) * 12 + last.month - first.month
