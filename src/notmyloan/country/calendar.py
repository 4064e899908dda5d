"""A country's working days: weekends, holidays, and days worked to make up for holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from notmyloan.country.data import table
from notmyloan.country.words import Words

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off that is no mere weekend, and what it is called."""

    on: date
    name: Words


class Calendar:
    """Which days are working days in a country.

    Data: `holidays.toml`, either the published list of a year (`off`, `working`) or yearly rules
    (`yearly`). A year that has neither counts by weekends alone: see `known`.
    """

    def __init__(self, country: str) -> None:
        self._data = table(country, "holidays")
        self._weekend = frozenset(self._data.get("weekend", (6, 7)))
        self._year = cache(self._read)

    def known(self, year: int) -> bool:
        """Whether the holidays of that year are in the data."""
        return bool(self._data.get("yearly")) or str(year) in self._data

    def holiday(self, day: date) -> Holiday | None:
        """The holiday on `day`, if it is one."""
        return self._year(day.year)[0].get(day)

    def made_up(self, day: date) -> bool:
        """Whether `day` is a weekend day worked in place of a holiday."""
        return day in self._year(day.year)[1]

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        if self.made_up(day):
            return True
        return day.isoweekday() not in self._weekend and self.holiday(day) is None

    def source(self, year: int) -> str:
        """Where that year's holidays come from, empty where unknown."""
        data = self._data.get(str(year), self._data)
        return str(data.get("source", "")) if self.known(year) else ""

    def _read(self, year: int) -> tuple[dict[date, Holiday], frozenset[date]]:
        listed = self._data.get(str(year))
        if isinstance(listed, Mapping):
            off = {
                day: Holiday(day, Words.of({k: row[k] for k in ("zh", "en")}))
                for row in listed["off"]
                for day in _days(row["from"], row["to"])
            }
            return off, frozenset(listed.get("working", ()))
        found = {}
        # A New Year's Day on a Saturday is observed in the year before.
        for which in (year, year + 1):
            for row in self._data.get("yearly", ()):
                day = _observed(row, which)
                if day is not None and day.year == year:
                    found[day] = Holiday(day, Words.of(row["name"]))
        return found, frozenset()


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _observed(row: Mapping[str, Any], year: int) -> date | None:
    """The day a yearly holiday is kept in `year`."""
    if year < row.get("since", year):
        return None
    if "day" in row:
        day = date(year, row["month"], row["day"])
        return day + _DAY * {6: -1, 7: 1}.get(day.isoweekday(), 0)
    month, weekday, nth = int(row["month"]), int(row["weekday"]), int(row["nth"])
    if nth > 0:
        first = date(year, month, 1)
        return first + _DAY * ((weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - _DAY
    return last - _DAY * ((last.isoweekday() - weekday) % 7 + 7 * (-nth - 1))
