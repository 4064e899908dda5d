"""Refuses a workbook that would eat the machine, before the library that reads it sees it.

The library keeps a sheet as one dense block from its first to its last cell: two cells in
opposite corners of the sheet would ask for hundreds of gigabytes and end the process.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator

from notmyloan.model.errors import InputError
from notmyloan.read.compound_file import BrokenCompoundFile, workbook_streams
from notmyloan.read.source import Source

LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_CELLS = 8_000_000
_CHUNK = 1 << 18
_REF = re.compile(rb"""\br=["']\$?([A-Za-z]{0,5})\$?([0-9]{1,12})["']""")
_CELL_RECORDS = {
    0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x0207, 0x027E, 0x00BD, 0x00BE, 0x00D6, 0x00FD,
}  # fmt: skip

_MANY_CELLS = {0x00BD, 0x00BE}
_STRINGS, _DIMENSIONS = 0x00FC, 0x0200
_WHOLE_SHEET = 65_537 * 257


def refuse_hostile(source: Source) -> None:
    """Raises InputError for a bomb, a broken container or an absurd sheet."""
    if source.size > LARGEST_UNPACKED:
        raise InputError("bills.too_large", name=source.name, mb=LARGEST_UNPACKED >> 20)
    if source.head.startswith(b"PK"):
        _check_zip(source)
    else:
        _check_ole(source)


def _check_zip(source: Source) -> None:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as packed:
            members = packed.infolist()
            if sum(m.file_size for m in members) > LARGEST_UNPACKED or len(members) > 5000:
                raise InputError("bills.workbook_hostile", name=source.name)
            if not any(m.filename.lower() == "xl/workbook.xml" for m in members):
                raise InputError("bills.workbook_broken", name=source.name)
            budget = LARGEST_UNPACKED
            for member in members:
                for piece in _pieces(packed, member):
                    budget -= len(piece)
                    if budget < 0:  # the directory lied about the sizes
                        raise InputError("bills.workbook_hostile", name=source.name)
            for member in members:
                if "worksheets/" in member.filename:
                    _check_sheet(source, _pieces(packed, member))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
            NotImplementedError) as error:  # fmt: skip
        raise InputError("bills.workbook_broken", name=source.name) from error


def _pieces(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(member) as stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _check_sheet(source: Source, pieces: Iterator[bytes]) -> None:
    rows, columns = 0, 0
    tail = b""
    for piece in pieces:
        data = tail + piece
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise InputError("bills.workbook_hostile", name=source.name)
        for letters, digits in _REF.findall(data):
            rows = max(rows, int(digits))
            columns = max(columns, _column(letters))
        tail = data[-64:]
    if rows * max(columns, 1) > MOST_CELLS:
        raise InputError("bills.workbook_hostile", name=source.name)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_ole(source: Source) -> None:
    """Walks the records of an xls and bounds what they make the library allocate."""
    with source.open() as stream:
        data = stream.read()
    try:
        books = list(workbook_streams(data))
    except BrokenCompoundFile as error:
        raise InputError("bills.workbook_broken", name=source.name) from error
    if not books:
        raise InputError("bills.workbook_broken", name=source.name)
    for book in books:
        if _cells_spanned(book) > MOST_CELLS:
            raise InputError("bills.workbook_hostile", name=source.name)


def _cells_spanned(book: bytes) -> int:
    """The largest block of cells or list of strings that the records of a workbook claim."""
    rows, columns, claimed = 0, 0, 0
    at = 0
    while at + 4 <= len(book):
        kind, length = _u16(book, at), _u16(book, at + 2)
        if kind in _CELL_RECORDS and length >= 4:
            rows = max(rows, _u16(book, at + 4) + 1)
            columns = max(columns, _u16(book, at + 6) + 1)
            if kind in _MANY_CELLS:  # the last column stands at the record's end
                columns = max(columns, _u16(book, at + 2 + length) + 1)
        elif kind == _STRINGS and length >= 8:
            count = int.from_bytes(book[at + 8 : at + 12], "little")
            claimed = max(claimed, count if count > len(book) else 0)
        elif kind == _DIMENSIONS:
            claimed = max(claimed, _dimensions(book[at + 4 : at + 4 + length]))
        at += 4 + length
    return max(rows * columns, claimed)


def _dimensions(record: bytes) -> int:
    """The cells a sheet says it spans; a negative span counts as endless."""
    wide = len(record) >= 14  # since Excel 97
    size = 4 if wide else 2
    first_row, last_row = (int.from_bytes(record[i : i + size], "little") for i in (0, size))
    first_column, last_column = _u16(record, 2 * size), _u16(record, 2 * size + 2)
    if first_row > last_row or first_column > last_column:
        return MOST_CELLS + 1
    # Some programs claim a whole sheet of 65,536 rows and 256 columns; that is still bearable.
    span = (last_row - first_row + 1) * (last_column - first_column + 1)
    return span if span > _WHOLE_SHEET else 0


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
