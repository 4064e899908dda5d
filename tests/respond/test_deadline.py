"""Deadlines, against a second method: counting over calendars that others keep."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.country import load
from notmyloan.locale import Speaker
from notmyloan.respond.deadline import Length, work_out
from notmyloan.respond.explain import explain

CN, US = load("cn").calendar, load("us").calendar
FEDERAL = holidays.country_holidays("US", years=range(2014, 2036), observed=True)
DAY = timedelta(days=1)
# Years that the Chinese calendar's list covers with what a deadline may run into.
starts_cn = st.dates(date(2023, 1, 1), date(2026, 7, 31))
starts_us = st.dates(date(2015, 1, 1), date(2033, 12, 31))


def counted(start: date, count: int, works: object) -> date:
    """The slow way: a list of all working days after the start, and its nth."""
    assert callable(works)
    days = (start + DAY * n for n in range(1, 400))
    return next(islice((day for day in days if works(day)), count - 1, None))


def federal_day(day: date) -> bool:
    return day.weekday() < 5 and day not in FEDERAL


@given(starts_cn, st.integers(1, 60))
def test_chinese_working_days_agree_with_another_calendar(start: date, count: int) -> None:
    worked = work_out(start, Length(count, "working_days"), CN)
    assert worked.due == counted(start, count, chinese_calendar.is_workday)
    assert not worked.estimated


@given(starts_us, st.integers(1, 60))
def test_american_working_days_agree_with_another_calendar(start: date, count: int) -> None:
    assert work_out(start, Length(count, "working_days"), US).due == counted(
        start, count, federal_day
    )


@given(starts_cn, st.integers(1, 120))
def test_nobody_is_late_by_relying_on_a_date(start: date, count: int) -> None:
    worked = work_out(start, Length(count), CN)
    assert worked.due == start + DAY * count
    assert start <= worked.latest_safe <= worked.due < worked.late_from
    assert worked.latest_safe == start or CN.works(worked.latest_safe)
    # The day before the other side is late is a working day, on which it could still answer.
    assert CN.works(worked.late_from - DAY)


@given(starts_cn, st.integers(1, 40), st.integers(0, 30), st.integers(0, 30))
def test_a_pause_moves_the_date_by_the_days_it_takes(
    start: date, count: int, after: int, long: int
) -> None:
    first = start + DAY * (after + 1)
    last = first + DAY * long
    free = work_out(start, Length(count), CN)
    paused = work_out(start, Length(count), CN, [(first, last)])
    if first > free.due:
        assert paused.due == free.due
    else:
        assert paused.due == free.due + DAY * (long + 1)


def test_the_spring_festival_is_left_out_and_said() -> None:
    # 2026: off from 15 to 23 February, worked on Saturday the 14th and the 28th.
    worked = work_out(date(2026, 2, 11), Length(7, "working_days"), CN)
    assert worked.due == date(2026, 2, 27)
    assert [h.name.zh for h in worked.skipped] == ["春节"] * 9
    assert worked.made_up == (date(2026, 2, 14),)


def test_a_year_without_a_published_list_is_an_estimate() -> None:
    worked = work_out(date(2027, 9, 25), Length(10, "working_days"), CN)
    assert worked.estimated
    assert worked.due == date(2027, 10, 8)  # weekends alone


def test_years_end_a_day_early_rather_than_late() -> None:
    assert work_out(date(2024, 2, 29), Length(3, "years"), CN).due == date(2027, 2, 28)


@pytest.mark.parametrize("length", [Length(0), Length(-1), Length(3, "weeks")])
def test_a_length_that_is_none_is_refused(length: Length) -> None:
    with pytest.raises(ValueError, match="length"):
        work_out(date(2026, 1, 1), length, CN)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_last_day_that_is_no_working_day_is_explained(language: str) -> None:
    speaker, pack = Speaker(language), load("cn")

    def said(days: int, *, own: bool) -> str:
        worked = work_out(date(2026, 11, 20), Length(days), CN)
        return "\n".join(speaker.say(text) for text in explain(worked, "", pack, language, own=own))

    friday, sunday, monday = (speaker.day(date(2026, 12, n)) for n in (18, 20, 21))
    assert friday in said(30, own=True)
    assert monday not in said(30, own=True)
    assert monday in said(30, own=False)
    assert friday not in said(30, own=False)
    assert said(28, own=True) == said(28, own=False)  # a Friday
    assert sunday in said(30, own=True)
