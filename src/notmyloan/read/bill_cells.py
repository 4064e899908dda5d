"""Moments and amounts as cells of a bill write them, and cells that a spreadsheet damaged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from notmyloan.model.money import parse_amount
from notmyloan.model.place_in_time import Precision, in_zone
from notmyloan.model.record import Flow, Private

_YMD = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})日?"
    r"|(?P<y2>(?:19|20)\d\d)(?P<m2>\d\d)(?P<d2>\d\d)(?=$|\D|\d{4}(?:\d\d)?$)"
)
_OTHER_ORDER = re.compile(
    r"(?P<a>\d{1,2})\s*[-/.]\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<y>\d{4}|\d\d)(?!\d)"
)
_NAMED_MONTH = re.compile(
    r"(?:(?P<d>\d{1,2})[\s-]*(?P<m>[a-z]{3,9})|(?P<m2>[a-z]{3,9})[\s-]*(?P<d2>\d{1,2}))"
    r"[\s,-]+(?P<y>\d{4}|\d\d)(?!\d)", re.IGNORECASE
)  # fmt: skip
_MONTHS = {
    name: number for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}  # fmt: skip
_CLOCK = re.compile(
    r"(?P<half>上午|下午)?\s*(?P<h>\d{1,2})\s*[:：时.]\s*(?P<mi>\d{1,2})(?:\s*[:：分.]\s*(?P<s>\d{1,2}))?"
    r"(?:\.\d+)?秒?分?\s*(?P<ap>[ap]\.?m\.?)?", re.IGNORECASE
)  # fmt: skip
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")
_EPOCH = datetime(1899, 12, 30)  # day 0 of the usual spreadsheet calendar


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall-clock moment and how finely it was told."""

    day: date
    clock: time | None
    precision: Precision

    def in_utc(self, zone: tzinfo) -> datetime:
        return in_zone(datetime.combine(self.day, self.clock or time()), zone)


def parse_day(text: str, day_first: bool = True) -> tuple[date, str] | None:
    """The day a cell starts with and the rest of the cell, or None.

    `day_first` decides `03/04/2024`, where nothing else does.
    """
    found = _YMD.match(text)
    if found is not None:
        parts = (found["y"] or found["y2"], found["m"] or found["m2"], found["d"] or found["d2"])
        year, month, day = map(int, parts)
        return _dated(year, month, day, rest=text[found.end() :])
    found = _OTHER_ORDER.match(text)
    if found is not None:
        first, second, year = int(found["a"]), int(found["b"]), int(found["y"])
        year += 2000 if year < 100 else 0
        day, month = (first, second) if day_first else (second, first)
        if month > 12:
            day, month = month, day
        return _dated(year, month, day, rest=text[found.end() :])
    found = _NAMED_MONTH.match(text)
    if found is not None:
        named = _MONTHS.get((found["m"] or found["m2"])[:3].lower())
        year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
        if named is not None:
            return _dated(year, named, int(found["d"] or found["d2"]), rest=text[found.end() :])
    return None


def _dated(year: int, month: int, day: int, rest: str) -> tuple[date, str] | None:
    try:
        return date(year, month, day), rest.strip(" T　,")
    except ValueError:
        return None


def parse_clock(text: str) -> tuple[time, Precision] | None:
    """A time of day: `12:30:05`, `12:30`, `下午3:05`, `123005` (also with lost zeros: `93005`)."""
    plain = text.strip()
    if re.fullmatch(r"\d{5,6}", plain):
        plain = plain.zfill(6)
        plain = f"{plain[:2]}:{plain[2:4]}:{plain[4:]}"
    elif re.fullmatch(r"\d{4}", plain):
        plain = f"{plain[:2]}:{plain[2:]}"
    found = _CLOCK.match(plain)
    if found is None:
        return None
    hour = int(found["h"])
    afternoon = found["half"] == "下午" or (found["ap"] or "").lower().startswith("p")
    if afternoon and hour < 12:
        hour += 12
    elif hour == 12 and (found["half"] == "上午" or (found["ap"] or "").lower().startswith("a")):
        hour = 0
    try:
        clock = time(hour, int(found["mi"]), int(found["s"] or 0))
    except ValueError:
        return None
    return clock, Precision.MINUTE if found["s"] is None else Precision.SECOND


def parse_moment(text: str, clock_text: str = "", day_first: bool = True) -> Moment | None:
    """A moment from a cell with a day, and maybe a time there or in a cell of its own."""
    dated = parse_day(text, day_first)
    if dated is None:
        return None
    day, rest = dated
    clock = parse_clock(rest) if rest else None
    if clock is None and clock_text:
        later = parse_day(clock_text, day_first)
        clock = parse_clock(later[1] if later is not None else clock_text)
    if clock is None:
        return Moment(day, None, Precision.DAY)
    return Moment(day, *clock)


def from_serial(text: str) -> Moment | None:
    """The moment behind a spreadsheet's serial number (`45231.5` = 2023-11-01 12:00)."""
    if not _SERIAL.fullmatch(text):
        return None
    days = Decimal(text)
    at = _EPOCH + timedelta(days=int(days), seconds=round((days % 1) * 86400))
    if days == int(days):
        return Moment(at.date(), None, Precision.DAY)
    return Moment(at.date(), at.time(), Precision.SECOND)


def month_and_day(text: str, until: date) -> Moment | None:
    """A day told without its year (`01/15`, `0115`), in the year before `until`."""
    found = re.fullmatch(r"(\d\d?)[-/.月](\d\d?)日?|(\d\d)(\d\d)", text)
    if found is None:
        return None
    month, day = int(found[1] or found[3]), int(found[2] or found[4])
    for year in (until.year, until.year - 1):
        try:
            at = date(year, month, day)
        except ValueError:
            continue
        if at <= until:
            return Moment(at, None, Precision.DAY)
    return None


_NOTHING = re.compile(r"[-–—/\\*.\s]*|null|none|n/?a|无", re.IGNORECASE)


def said(text: str) -> str | None:
    """The cell's words, or None where it holds only what stands for nothing (`/`, `--`)."""
    plain = text.strip()
    return None if _NOTHING.fullmatch(plain) else plain


def amount_of(cell: str) -> Decimal | None:
    """The number of an amount cell, sign and all, or None.

    A sign may stand before or behind, `(1.00)` is minus, `CR` and `DR` are left to the caller.
    """
    plain = re.sub(r"(?i)\s*(?:cr|dr)\.?$", "", cell.strip())
    plain = plain.replace("−", "-").replace("﹣", "-")
    # Shops write behind the amount what became of it: 12.00(已退款3.00).
    plain = re.sub(r"\s*[(（][^()（）]*[\u4e00-\u9fff][^()（）]*[)）]$", "", plain)
    trailing = re.fullmatch(r"([\d,.]+)\s*-", plain)
    if trailing is not None:
        plain = f"-{trailing[1]}"
    if re.search(r"[:年月]|\d[-/]\d", plain):
        return None  # a date is no amount
    number = parse_amount(plain)
    if number is None or not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        return None
    if re.match(r"-\s*[¥￥$€£]", plain) and number > 0:
        number = -number
    return number


_OUT = frozenset(
    ["支出", "借", "付", "支", "出", "取", "已支出", "转出", "debit", "dr", "d", "dbit", "-", "out"]
)
_IN = frozenset(
    ["收入", "贷", "收", "进", "存", "已收入", "转入", "credit", "cr", "c", "crdt", "+", "in", "入"]
)


def flow_of(flag: str) -> Flow | None:
    """The direction a 收/支 or 借/贷 cell tells: neutral for `不计收支`, `中性`, `/`; None where
    it is empty or not known."""
    plain = re.sub(r"\s+", "", flag).casefold()
    if not plain:
        return None
    if plain.startswith(("不计", "中性", "其他", "其它", "neutral")) or plain in ("/", "-/-", "无"):
        return Flow.NEUTRAL
    if plain in _OUT or plain.startswith(("支出", "借", "debit", "付款", "转出")):
        return Flow.OUT
    if plain in _IN or plain.startswith(("收入", "贷", "credit", "收款", "转入")):
        return Flow.IN
    return None


class Damage(StrEnum):
    """What re-saving in a spreadsheet did to a cell."""

    SCIENTIFIC = "scientific"  # 2.02302E+23: digits are lost
    ROUNDED = "rounded"  # 202302150011000000000: digits are lost, less visibly
    HASHES = "hashes"  # ######: nothing is left
    ERROR = "error"  # #NAME?
    SERIAL = "serial"  # 45231.5: a date as a number, nothing is lost


_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2,3}")
_ERRORS = re.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NUM!|NULL!)", re.IGNORECASE)


def damage_of(cell: str) -> Damage | None:
    """What a spreadsheet did to this cell, as far as the cell alone tells."""
    if not cell:
        return None
    if _SCIENTIFIC.fullmatch(cell):
        return Damage.SCIENTIFIC
    if cell.startswith("#"):
        if _ERRORS.fullmatch(cell):
            return Damage.ERROR
        if len(cell) > 2 and set(cell) == {"#"}:
            return Damage.HASHES
    if len(cell) > 17 and cell.isdecimal() and not cell[15:].strip("0"):
        return Damage.ROUNDED
    return None


@dataclass(frozen=True, slots=True, repr=False)
class Span(Private):
    """The days a bill says it covers."""

    start: date
    end: date


_DAYS = re.compile(r"(?:19|20)\d\d\s*[-/.年]?\s*\d{1,2}\s*[-/.月]?\s*\d{1,2}")


def span_of(text: str) -> Span | None:
    """The first and last day named in a line that names at least two."""
    days = [
        dated[0] for found in _DAYS.finditer(text) if (dated := parse_day(found[0])) is not None
    ]
    return Span(min(days), max(days)) if len(days) >= 2 else None


def cents(number: Decimal) -> Decimal:
    """The number with at least two decimals, so that 8.8 and 8.80 make the same record."""
    exponent = number.as_tuple().exponent
    return number.quantize(_CENT) if isinstance(exponent, int) and exponent > -2 else number


_CENT = Decimal("0.01")
