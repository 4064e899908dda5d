"""Deadlines: how a date was worked out, day by day, in the pack's calendar.

The day something happens is not counted. A length in working days counts the calendar's working
days; one in calendar days counts every day. Days on which the clock stood still are left out. Where
the last day is no working day, nothing here decides which way the law moves it: the person's own
deadline is met on the working day before it, and the other side is called late only after the
working day that follows it. Nobody is late by relying on either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from notmyloan.country import Calendar, Holiday

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Length:
    """How long: `count` of `unit`, which is `days`, `working_days` or `years`."""

    count: int
    unit: str = "days"


@dataclass(frozen=True, slots=True)
class Worked:
    """A deadline and how it came about.

    `start` is the day of the event, not counted; `due` the last day; `latest_safe` the last
    working day not after it, for the person; `late_from` the first day on which the other side is
    late. `skipped` lists the holidays that fell in between and counted for nothing, `made_up` the
    weekend days that counted, `paused` the days on which the clock stood still. `estimated` when
    the holidays of a year it runs through are not known yet.
    """

    start: date
    length: Length
    due: date
    latest_safe: date
    late_from: date
    skipped: tuple[Holiday, ...]
    made_up: tuple[date, ...]
    paused: tuple[tuple[date, date], ...]
    estimated: bool

    def left(self, today: date) -> int:
        """Days until `due`; negative when it is past."""
        return (self.due - today).days


def work_out(
    start: date,
    length: Length,
    calendar: Calendar,
    pauses: Sequence[tuple[date, date]] = (),
) -> Worked:
    """The deadline of `length` after `start`. `pauses` are first and last days, both included, on
    which the clock stands still. Raises ValueError for a length that is not positive."""
    if length.count <= 0 or length.unit not in ("days", "working_days", "years"):
        raise ValueError("a length is a positive number of days, working days or years")
    if length.unit == "years":
        due = _years_after(start, length.count)
        for first, last in pauses:
            if first <= due:
                due += last - max(first, start + _DAY) + _DAY
        skipped: list[Holiday] = []
        made_up: list[date] = []
    else:
        due, skipped, made_up = _count(start, length, calendar, pauses)
    safe = due
    while not calendar.works(safe) and safe > start:
        safe -= _DAY
    late = due
    while not calendar.works(late):
        late += _DAY
    needed = length.unit == "working_days" or not calendar.works(due)
    return Worked(
        start, length, due, safe, late + _DAY, tuple(skipped), tuple(made_up), tuple(pauses),
        needed and not all(calendar.known(y) for y in range(start.year, due.year + 1)),
    )  # fmt: skip


def _count(
    start: date, length: Length, calendar: Calendar, pauses: Sequence[tuple[date, date]]
) -> tuple[date, list[Holiday], list[date]]:
    skipped: list[Holiday] = []
    made_up: list[date] = []
    business = length.unit == "working_days"
    day, counted = start, 0
    while counted < length.count:
        day += _DAY
        if any(first <= day <= last for first, last in pauses):
            continue
        if business and not calendar.works(day):
            holiday = calendar.holiday(day)
            if holiday is not None:
                skipped.append(holiday)
            continue
        if business and calendar.made_up(day):
            made_up.append(day)
        counted += 1
    return day, skipped, made_up


def _years_after(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February: the day before, so as never to be late
        return start.replace(year=start.year + years, day=28)
