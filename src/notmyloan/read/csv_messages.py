"""Messages or calls in a plain CSV, by whatever program wrote it.

Columns are recognised by their names in Chinese and English, else by their content; the person
can tell them apart with `notmyloan columns`, whose answer arrives in `ReadContext.columns`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from notmyloan.model.errors import InputError
from notmyloan.model.record import (
    Call,
    CallOutcome,
    Direction,
    Message,
    Origin,
    Private,
    SourceFile,
    Unreadable,
)
from notmyloan.model.text import Text
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source
from notmyloan.read.tables import Row, sniff_encoding, split_lines, text_lines
from notmyloan.read.wall_clock import day_first, parse

FIELDS = ("at", "party", "text", "direction", "duration", "contact")
LOOKED_AT = 40

_NAMES: dict[str, tuple[str, ...]] = {
    "at": ("at", "date", "time", "datetime", "date time", "timestamp", "sent", "received", "日期",
           "时间", "日期时间", "发送时间", "接收时间", "通话时间", "起始时间", "通话起始时间",
           "收到时间", "短信时间"),
    "party": ("party", "number", "phone", "phone number", "address", "from", "sender", "to", "号码",
              "对方号码", "电话", "电话号码", "手机号", "手机号码", "发件人", "发送人", "联系号码",
              "来电号码", "发送号码", "对方"),
    "text": ("text", "body", "message", "content", "sms", "msg", "内容", "短信内容", "正文", "短信",
             "消息", "消息内容", "信息内容", "文本"),
    "direction": ("direction", "type", "call type", "status", "folder", "box", "方向", "类型",
                  "收发类型", "呼叫类型", "通话类型", "主被叫", "状态", "收发"),
    "duration": ("duration", "duration (s)", "seconds", "length", "call duration", "时长",
                 "通话时长", "持续时间", "时长(秒)", "通话时长(秒)", "时长(s)"),
    "contact": ("contact", "name", "contact name", "display name", "姓名", "联系人", "名称",
                "对方姓名", "联系人姓名"),
}  # fmt: skip
_LOOK_UP = {name: field for field, names in _NAMES.items() for name in names}

_DIRECTIONS: tuple[tuple[re.Pattern[str], Direction], ...] = (
    (re.compile(r"^(?:2|sent|out\w*|to|发送|已发送|发出|发件|发件箱)$", re.I), Direction.SENT),
    (re.compile(r"^(?:3|draft|草稿)$", re.I), Direction.DRAFT),
    (re.compile(r"^(?:[456]|failed|queued|发送失败|失败)$", re.I), Direction.FAILED),
    (re.compile(r"^(?:1|received|in\w*|inbox|from|接收|已接收|收到|收件|收件箱|)$", re.I),
     Direction.RECEIVED),
)  # fmt: skip
_OUTCOMES: tuple[tuple[re.Pattern[str], CallOutcome], ...] = (
    (re.compile(r"^(?:2|out\w*|dialled|dialed|呼出|主叫|拨出|已拨|去电|已拨电话)", re.I),
     CallOutcome.OUTGOING),
    (re.compile(r"^(?:3|miss\w*|未接)", re.I), CallOutcome.MISSED),
    (re.compile(r"^(?:5|reject\w*|declin\w*|拒接|已拒)", re.I), CallOutcome.REJECTED),
    (re.compile(r"^(?:6|block\w*|拦截|已拦)", re.I), CallOutcome.BLOCKED),
    (re.compile(r"^(?:4|voice ?mail|语音信箱|留言)", re.I), CallOutcome.VOICEMAIL),
    (re.compile(r"^(?:1|in\w*|answer\w*|received|呼入|被叫|已接|来电|接听)", re.I),
     CallOutcome.ANSWERED),
)  # fmt: skip
_PARTY = re.compile(r"^\+?[\d\s()*-]{3,20}$")
_CLOCK = re.compile(
    r"(?:(\d+)\s*(?:h|小时|时))?\s*(?:(\d+)\s*(?:m|min|分|分钟))?\s*(?:(\d+)\s*(?:s|秒)?)?$", re.I
)


@dataclass(frozen=True, slots=True, repr=False)
class ColumnGuess(Private):
    """What the columns were taken for: field name to column name, the header, the shape of an
    example of each column, and where the header is (0 = there is none)."""

    columns: dict[str, str]
    header: tuple[str, ...]
    shapes: tuple[str, ...]
    header_row: int = 1
    delimiter: str = ","

    @property
    def readable(self) -> bool:
        """Enough for messages (moment and text) or calls (moment, number and duration)."""
        has = self.columns.keys()
        return "at" in has and ("text" in has or {"party", "duration"} <= has)


def guess_columns(source: Source, wanted: dict[str, str] | None = None) -> ColumnGuess:
    """Look at the first rows. Raises InputError where the file is no text or has no rows, or a
    column that the person named is not there."""
    if sniff_encoding(source.head) is None or not source.head.strip():
        raise InputError("read.no_table", name=source.name)
    delimiter, rows = _sample(source)
    if not rows:
        raise InputError("read.no_table", name=source.name)
    at = _header_at(rows, wanted)
    header = tuple(c.strip() for c in rows[at].cells) if at is not None else ()
    body = rows[at + 1 :] if at is not None else rows
    width = len(header) or max(len(row.cells) for row in body)
    header = header or tuple(f"{n}" for n in range(1, width + 1))
    examples = [next((r.cells[n] for r in body if n < len(r.cells) and r.cells[n]), "")
                for n in range(width)]  # fmt: skip
    columns: dict[str, str] = {}
    if at is not None:
        for name in header:
            field = field_of(name)
            if field is not None and field not in columns:
                columns[field] = name
    columns = _by_content(columns, header, body) | (wanted or {})
    for name in (wanted or {}).values():
        if name not in header:
            raise InputError("read.no_such_column", name=source.name, column=name)
    return ColumnGuess(
        columns,
        header,
        tuple(shape_of(example)[:60] for example in examples),
        rows[at].number if at is not None else 0,
        delimiter,
    )


def field_of(name: str) -> str | None:
    """The field that a column of this name holds, or None where the name is not known."""
    return _LOOK_UP.get(_folded(name))


def _folded(name: str) -> str:
    return name.strip().lower().replace("（", "(").replace("）", ")").replace("_", " ")


def _sample(source: Source) -> tuple[str, list[Row]]:
    """The delimiter that cuts the first lines into the most regular columns, and those rows."""
    lines = []
    for line in text_lines(source):
        lines.append(line)
        if len(lines) >= LOOKED_AT:
            break
    best: tuple[float, str, list[Row]] = (0.0, ",", [])
    for delimiter in (",", "\t", ";", "|"):
        rows = [row for row in split_lines(lines, delimiter) if row.filled()]
        widths = [len(row.cells) for row in rows]
        if not rows or max(widths) < 2:
            continue
        usual = max(set(widths), key=lambda w: (widths.count(w), w))
        score = widths.count(usual) / len(widths) * min(usual, 6)
        if score > best[0]:
            best = (score, delimiter, rows)
    return best[1], best[2]


def _header_at(rows: Sequence[Row], wanted: dict[str, str] | None) -> int | None:
    """The row that names columns: two known names, or all those that the person gave."""
    for position, row in enumerate(rows[:20]):
        names = {_folded(cell) for cell in row.cells}
        if wanted and set(wanted.values()) <= {cell.strip() for cell in row.cells}:
            return position
        if len({_LOOK_UP[name] for name in names if name in _LOOK_UP}) >= 2:
            return position
    return 0 if _heads_dates(rows) else None


def _heads_dates(rows: Sequence[Row]) -> bool:
    """Whether the first row names columns that nobody knows: words over a column of moments."""
    first, body = rows[0].cells, rows[1:]
    zone = ZoneInfo("UTC")
    if not body or not all(cell and not re.search(r"\d{4}", cell) for cell in first):
        return False
    for n in range(len(first)):
        cells = [row.cells[n] for row in body if n < len(row.cells) and row.cells[n]]
        moments = sum(len(c) >= 8 and parse(c, zone, "dmy") is not None for c in cells)
        if cells and moments > len(cells) * 0.8:
            return True
    return False


def _by_content(
    columns: dict[str, str], header: tuple[str, ...], body: Sequence[Row]
) -> dict[str, str]:
    """Moment, number and text by what the cells look like, where no name told."""
    found = dict(columns)
    zone = ZoneInfo("UTC")
    for n, name in enumerate(header):
        if name in found.values():
            continue
        cells = [row.cells[n] for row in body if n < len(row.cells) and row.cells[n]]
        if not cells:
            continue
        dates = sum(parse(cell, zone, "dmy") is not None and len(cell) >= 8 for cell in cells)
        parties = sum(bool(_PARTY.match(cell)) for cell in cells)
        longest = sum(len(cell) for cell in cells) / len(cells)
        if "at" not in found and dates > len(cells) * 0.8:
            found["at"] = name
        elif "party" not in found and parties > len(cells) * 0.8 and longest >= 5:
            found["party"] = name
        elif "text" not in found and longest >= 12 and dates == parties == 0:
            found["text"] = name
    return found


class CsvMessagesReader:
    format = "csv_messages"

    def recognise(self, source: Source) -> float:
        head = source.head.lstrip(b"\xef\xbb\xbf \r\n\t")
        if not head or head[:1] in b"<{[%" or head.startswith((b"PK", b"SQLite", b"ANDROID")):
            return 0.0
        try:
            guess = guess_columns(source)
        except (InputError, csv.Error, UnicodeError, ValueError):
            return 0.0
        if not guess.readable:
            return 0.0
        # A bill has amounts as well; its own readers are surer.
        return 0.6 if guess.header_row else 0.35

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Call | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        guess = guess_columns(source, context.columns)
        if not guess.readable:
            raise InputError("read.text_unknown", name=source.name)
        index = {field: guess.header.index(name) for field, name in guess.columns.items()}
        order = day_first([row.cells[index["at"]] for row in _sample(source)[1]
                           if len(row.cells) > index["at"]])  # fmt: skip
        for row in split_lines(text_lines(source), guess.delimiter):
            if row.number <= guess.header_row or not row.filled():
                continue
            origin = Origin(file, row.place)
            cells = {f: row.cells[n].strip() for f, n in index.items() if n < len(row.cells)}
            at = parse(cells.get("at", ""), context.zone, order)
            if at is None:
                shape = shape_of(guess.delimiter.join(row.cells))
                yield Unreadable(origin, Text("read.bad_field", field=guess.columns["at"]), shape)
                continue
            try:
                yield _message(cells, at, origin) if "text" in index else _call(cells, at, origin)
            except ValueError as error:
                shape = shape_of(guess.delimiter.join(row.cells))
                yield Unreadable(origin, Text("read.bad_field", field=str(error)), shape)


def _message(cells: dict[str, str], at: datetime, origin: Origin) -> Message:
    words = cells.get("direction", "")
    direction = next((d for pattern, d in _DIRECTIONS if pattern.match(words)), None)
    if direction is None:
        raise ValueError("direction")
    return Message(origin, at, direction, cells.get("party", ""), cells.get("text", ""),
                   contact=cells.get("contact") or None)  # fmt: skip


def _call(cells: dict[str, str], at: datetime, origin: Origin) -> Call:
    words = cells.get("direction", "")
    outcome = next((o for pattern, o in _OUTCOMES if pattern.match(words)), CallOutcome.UNKNOWN)
    seconds = _seconds(cells.get("duration", ""))
    party = cells.get("party", "")
    return Call(origin, at, outcome, party, seconds, cells.get("contact") or None,
                withheld=not party)  # fmt: skip


def _seconds(words: str) -> int:
    """`75`, `1:15`, `1分15秒`. Raises ValueError."""
    words = words.strip()
    if not words:
        return 0
    if ":" in words:
        total = 0
        for part in words.split(":"):
            total = total * 60 + int(part)
        return total
    found = _CLOCK.match(words)
    if not found or not any(found.groups()):
        raise ValueError("duration")
    hours, minutes, seconds = (int(g or 0) for g in found.groups())
    return hours * 3600 + minutes * 60 + seconds


READER = CsvMessagesReader()
