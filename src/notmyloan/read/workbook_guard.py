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
from notmyloan.read.source import Source

LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_CELLS = 8_000_000
_CHUNK = 1 << 18
_REF = re.compile(rb"""\br=["']\$?([A-Za-z]{0,5})\$?([0-9]{1,12})["']""")
_CELL_RECORDS = {
    0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x0207, 0x027E, 0x00BD, 0x00BE, 0x00D6, 0x00FD,
}  # fmt: skip


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
    """Walks the records of an xls and bounds the block its cells span."""
    with source.open() as stream:
        data = stream.read()
    rows, columns = 0, 0
    for book in _streams(data):
        at = 0
        while at + 4 <= len(book):
            kind = int.from_bytes(book[at : at + 2], "little")
            length = int.from_bytes(book[at + 2 : at + 4], "little")
            if kind in _CELL_RECORDS and length >= 4:
                rows = max(rows, int.from_bytes(book[at + 4 : at + 6], "little") + 1)
                columns = max(columns, int.from_bytes(book[at + 6 : at + 8], "little") + 1)
                if kind in (0x00BD, 0x00BE):  # many cells of one row
                    columns = max(columns, int.from_bytes(
                        book[at + 2 + length : at + 4 + length], "little") + 1)  # fmt: skip
            at += 4 + length
    if rows * columns > MOST_CELLS:
        raise InputError("bills.workbook_hostile", name=source.name)


def _streams(data: bytes) -> Iterator[bytes]:
    """The streams of a compound file that are large enough to lie in whole sectors, and the
    container of the small ones. Broken chains just end: the reading library judges them."""
    if len(data) < 512:
        return
    sector = 1 << min(max(int.from_bytes(data[30:32], "little"), 7), 12)

    def at(number: int) -> bytes:
        return data[(number + 1) * sector : (number + 2) * sector]

    def numbers(block: bytes) -> list[int]:
        return [int.from_bytes(block[i : i + 4], "little") for i in range(0, len(block) - 3, 4)]

    fat_sectors = [n for n in numbers(data[76:512]) if n < 0xFFFFFFFA]
    following = int.from_bytes(data[68:72], "little")
    seen: set[int] = set()
    while following < 0xFFFFFFFA and following not in seen:
        seen.add(following)
        block = numbers(at(following))
        if not block:
            break
        fat_sectors += [n for n in block[:-1] if n < 0xFFFFFFFA]
        following = block[-1]
    fat = [n for s in fat_sectors for n in numbers(at(s))]

    def chain(first: int) -> bytes:
        parts: list[bytes] = []
        visited: set[int] = set()
        while first < len(fat) and first not in visited:
            visited.add(first)
            parts.append(at(first))
            first = fat[first]
        return b"".join(parts)

    directory = chain(int.from_bytes(data[48:52], "little"))
    entries = [directory[i : i + 128] for i in range(0, len(directory) - 127, 128)]
    for entry in entries:
        name = entry[: max(0, int.from_bytes(entry[64:66], "little") - 2)]
        if name.decode("utf-16-le", "replace") not in ("Workbook", "Book"):
            continue
        first = int.from_bytes(entry[116:120], "little")
        if int.from_bytes(entry[120:124], "little") >= 4096:
            yield chain(first)
        else:
            # Small streams lie in 64-byte sectors of their own inside the root's stream.
            small = chain(int.from_bytes(entries[0][116:120], "little"))
            links = numbers(chain(int.from_bytes(data[60:64], "little")))
            yield _small_chain(small, links, first)


def _small_chain(container: bytes, links: list[int], first: int) -> bytes:
    parts: list[bytes] = []
    visited: set[int] = set()
    while first < len(links) and first not in visited:
        visited.add(first)
        parts.append(container[first * 64 : (first + 1) * 64])
        first = links[first]
    return b"".join(parts)
