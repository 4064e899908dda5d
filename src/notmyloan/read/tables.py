"""Rows out of anything that holds a table: CSV in any usual encoding, xls, xlsx, HTML.

Every cell comes out as text, whatever the file kept it as, and every row with its sheet and
its number, so that the readers above never care which of them it was. Real dates are written
`2025-07-01 12:30:00`, numbers without a trailing `.0`, and a number too long for a
spreadsheet to have kept exactly in scientific notation, as the spreadsheet itself shows it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import BinaryIO

from notmyloan.model.errors import InputError
from notmyloan.model.record import Private
from notmyloan.read.source import Source

LARGEST = 256 * 1024 * 1024  # bytes of text or of an unpacked workbook
_CELL = 16_384  # characters; longer is no cell of a bill
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, repr=False)
class Row(Private):
    """One row. `number` counts from 1 as the program that shows the file would; `sheet` is
    None in a text file."""

    number: int
    cells: tuple[str, ...]
    sheet: str | None = None

    @property
    def place(self) -> str:
        """Its place in the form of `Origin.place`."""
        if self.sheet is None:
            return f"line:{self.number}"
        return f"table:{re.sub('[;:]', ' ', self.sheet)};row:{self.number}"

    def filled(self) -> int:
        """How many cells hold something."""
        return sum(1 for cell in self.cells if cell)


def sniff_encoding(head: bytes, whole: BinaryIO | None = None) -> str | None:
    """The encoding of a text file, or None where it is no text.

    A byte order mark decides; else UTF-8 where all of it (`whole`, else the head) is valid;
    else GB18030, in which Chinese programs write whatever is not UTF-8.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if head.startswith(mark):
            return name
    sample = head[:4096]
    if len(sample) >= 8 and sample.count(0) > len(sample) // 5:
        return _utf16(sample)
    if sum(sample.count(c) for c in b"\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x10\x7f") > 2:
        return None
    chunks = iter(lambda: whole.read(_CHUNK), b"") if whole is not None else iter((head,))
    for name in ("utf-8", "gb18030"):
        if _decodes(head, name, final=False) and (name != "utf-8" or _all_utf8(chunks, whole)):
            return name
    return "gb18030" if _mostly_text(head) else None


def _utf16(sample: bytes) -> str | None:
    # Commas, digits and line ends have a zero half: which one tells the byte order.
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 8 > max(even, odd):
        return None  # noughts in both halves: a database or a picture, no text holds U+0000
    name = "utf-16-le" if odd > even else "utf-16-be"
    return name if _mostly_text(sample, name) else None


def _decodes(data: bytes, name: str, final: bool) -> bool:
    try:
        codecs.getincrementaldecoder(name)().decode(data, final)
    except UnicodeDecodeError:
        return False
    return True


def _all_utf8(chunks: Iterable[bytes], whole: BinaryIO | None) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        if whole is not None:
            decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_text(data: bytes, name: str = "gb18030") -> bool:
    decoded = data.decode(name, "replace")
    odd = sum(1 for c in decoded if c == "\ufffd" or (c < " " and c not in "\t\r\n\0"))
    return odd * 50 <= len(decoded)


def text_lines(source: Source) -> Iterator[str]:
    """The decoded lines of a text file, without stray NULs. Raises InputError."""
    if source.size > LARGEST:
        raise InputError("bills.too_large", name=source.name, mb=LARGEST >> 20)
    with source.open() as stream:
        encoding = sniff_encoding(source.head, stream)
    if encoding is None:
        raise InputError("bills.no_text", name=source.name)
    with source.open() as raw:
        text = io.TextIOWrapper(raw, encoding, errors="replace", newline=None)
        # A "line" of hundreds of megabytes is no table; bounded reads keep memory bounded.
        while line := text.readline(_CELL * 16):
            yield line.rstrip("\n").replace("\0", "")


def head_lines(source: Source) -> list[str]:
    """The lines in the first 64 KiB, for detection; empty where it is no text."""
    encoding = sniff_encoding(source.head)
    if encoding is None:
        return []
    text = source.head.decode(encoding, "replace").replace("\0", "")
    return text.splitlines()


def _trimmed(cell: str) -> str:
    plain = cell.strip(" \t\u00a0\u3000\ufeff\u200b`'\r\n")
    # Excel keeps a number as text in the form ="0123".
    if plain.startswith('="') and plain.endswith('"'):
        plain = plain[2:-1].strip()
    elif len(plain) > 1 and plain[0] == plain[-1] == '"':
        plain = plain[1:-1].strip()
    return plain[:_CELL]


def split_lines(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Rows of delimited text. A quoted cell may run over lines; a quote that never closes
    costs its own line only."""
    waiting: list[str] = []
    source = enumerate(lines, 1)
    pending: list[tuple[int, str]] = []
    while True:
        numbered = pending.pop(0) if pending else next(source, None)
        if numbered is None:
            return
        number, line = numbered
        waiting = [line]
        taken: list[tuple[int, str]] = []
        cells = _split(line, delimiter)
        while cells is None and len(waiting) < 12:
            following = pending.pop(0) if pending else next(source, None)
            if following is None:
                break
            taken.append(following)
            waiting.append(following[1])
            cells = _split("\n".join(waiting), delimiter)
        if cells is None:
            pending = [*taken, *pending]
            cells = line.split(delimiter)
        yield Row(number, tuple(_trimmed(c) for c in cells))


def _split(text: str, delimiter: str) -> list[str] | None:
    """The cells, or None where a quoted cell is still open."""
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
    except StopIteration:
        return [text]
    try:
        return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return text.split(delimiter)


def is_workbook(head: bytes) -> bool:
    """Whether it can be an xls (OLE) or xlsx (zip) file."""
    return head.startswith((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"))


def is_html(head: bytes) -> bool:
    """Whether it is a web page; several banks call one `.xls`."""
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")) or (
        b"<table" in head[:8192].lower() and start.startswith(b"<")
    )


def workbook_rows(source: Source, most: int | None = None) -> Iterator[Row]:
    """Rows of every sheet, the first `most` of each. Raises InputError."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    from notmyloan.read.workbook_guard import refuse_hostile

    refuse_hostile(source)
    with source.open() as stream:
        data = stream.read()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            yield from _sheet_rows(book.get_sheet_by_name(name).iter_rows(), name, most)
    except PasswordError as error:
        raise InputError("bills.workbook_locked", name=source.name) from error
    except (CalamineError, ValueError, OSError, OverflowError) as error:
        raise InputError("bills.workbook_broken", name=source.name) from error
    except BaseException as error:
        # A panic of the Rust library arrives as a BaseException of its own.
        if type(error).__name__ == "PanicException":
            raise InputError("bills.workbook_broken", name=source.name) from None
        raise


def _sheet_rows(rows: Iterable[Sequence[object]], name: str, most: int | None) -> Iterator[Row]:
    for number, cells in enumerate(rows, 1):
        if most is not None and number > most:
            return
        yield Row(number, tuple(_trimmed(_cell_text(cell)) for cell in cells), name)


def _cell_text(cell: object) -> str:
    if isinstance(cell, str):
        return cell.replace("\0", "")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return _number_text(float(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    if isinstance(cell, timedelta):
        seconds = int(cell.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if cell is None else str(cell)


def _number_text(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if abs(value) >= 1e15:
        return f"{value:.14E}"  # a spreadsheet keeps 15 digits; the rest are gone
    # Fifteen significant digits undo the binary fraction: 0.1 + 0.2 is shown as 0.3.
    plain = Decimal(f"{value:.15g}")
    return f"{plain:f}"


def html_rows(source: Source) -> Iterator[Row]:
    """Rows of every table of a web page. Raises InputError."""
    from notmyloan.read.html_tables import TableRows

    parser = TableRows()
    number = 0
    try:
        for line in chain(text_lines(source), (None,)):
            parser.feed(line + "\n") if line is not None else parser.close()
            for cells in parser.take():
                number += 1
                yield Row(number, tuple(_trimmed(c) for c in cells), "1")
    except AssertionError as error:  # how the standard parser refuses broken declarations
        raise InputError("bills.workbook_broken", name=source.name) from error


DELIMITERS = (",", "\t", ";", "|")
