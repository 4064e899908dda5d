"""Wall-clock times as exports print them, in the orders and words of many locales."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from notmyloan.model.place_in_time import from_epoch_ms, in_zone

_NUMBERS = re.compile(r"\d+")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?$")
_AFTERNOON = re.compile(r"(?:\bp\.?\s?m\b|下午|晚上|午後|오후)", re.I)
_MORNING = re.compile(r"(?:\ba\.?\s?m\b|上午|凌晨|早上|清晨|午前|오전)", re.I)
_NOON = re.compile(r"中午")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH_NAME = re.compile(r"\b(" + "|".join(_MONTHS) + r")[a-z]*\b", re.I)
# Digits of other scripts and marks that only steer the writing direction.
_INVISIBLE = str.maketrans("", "", "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff")


def parse(words: str, zone: tzinfo, order: str = "ymd") -> datetime | None:
    """The moment that `words` names in `zone`, or None.

    Understands ISO 8601, epoch seconds and milliseconds, year-first dates in any separators,
    and dates with the year last in the given `order` (`dmy` or `mdy`), with 12-hour words.
    """
    words = words.translate(_INVISIBLE).strip()
    if _EPOCH.match(words):
        value = float(words)
        try:
            return from_epoch_ms(int(value if value > 1e11 else value * 1000))
        except ValueError:
            return None
    try:
        at = datetime.fromisoformat(words)
        return at.astimezone(UTC) if at.tzinfo else in_zone(at, zone)
    except (ValueError, OverflowError):
        pass
    month_name = _MONTH_NAME.search(words)
    numbers = [int(n) for n in _NUMBERS.findall(words) if len(n) <= 6]
    if month_name is not None:
        numbers = _with_month(words, month_name, numbers)
    return _moment(numbers, words, zone, order)


def _with_month(words: str, name: re.Match[str], numbers: list[int]) -> list[int]:
    """Day, month and year in year-first order where the month is a word."""
    month = _MONTHS[name[1][:3].lower()]
    if len(numbers) < 2:
        return []
    if numbers[0] > 31:
        year, day = numbers[0], numbers[1]
    else:
        day, year = numbers[0], numbers[1]
    return [year if year > 99 else 2000 + year, month, day, *numbers[2:]]


def _moment(numbers: list[int], words: str, zone: tzinfo, order: str) -> datetime | None:
    if len(numbers) < 3:
        return None
    if numbers[0] > 31 or order == "ymd":
        year, month, day = numbers[:3]
    elif order == "dmy":
        day, month, year = numbers[:3]
    else:
        month, day, year = numbers[:3]
    if year < 100:
        year += 2000 if year < 70 else 1900
    if numbers[0] > 9999999:
        return None
    hour, minute, second = ([*numbers[3:6], 0, 0, 0])[:3]
    if _AFTERNOON.search(words) and hour < 12:
        hour += 12
    elif _MORNING.search(words) and hour == 12:
        hour = 0
    elif _NOON.search(words) and hour < 11:
        hour += 12
    try:
        return in_zone(datetime(year, month, day, hour, minute, second), zone)
    except (ValueError, OverflowError):
        return None


def day_first(dates: list[str]) -> str:
    """The order that fits all of the dates that have their year last: `dmy` unless some month
    would be over 12 that way."""
    firsts, seconds = set(), set()
    for words in dates:
        numbers = [int(n) for n in _NUMBERS.findall(words) if len(n) <= 4]
        if len(numbers) >= 3 and numbers[0] <= 31:
            firsts.add(numbers[0])
            seconds.add(numbers[1])
    if any(n > 12 for n in seconds):
        return "mdy"
    if any(n > 12 for n in firsts) or not firsts:
        return "dmy"
    # Both fit: in order of time the day changes faster than the month.
    return "mdy" if len(seconds) > len(firsts) else "dmy"
