"""Somebody else's SQLite files, opened without ever writing to them."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from notmyloan.read.source import Source

MAGIC = b"SQLite format 3\0"
# A database larger than this is opened in place, read-only; smaller ones are copied into memory,
# so that their write-ahead log can be applied without touching the original folder.
IN_MEMORY_BYTES = 1 << 30


@contextmanager
def opened(source: Source) -> Iterator[sqlite3.Connection]:
    """The database, with its write-ahead log where one lies beside it.

    Raises sqlite3.DatabaseError where it is none, OSError where it cannot be read.
    """
    log = Path(f"{source.path}-wal") if source.path is not None and source.data is None else None
    has_log = log is not None and log.is_file() and log.stat().st_size > 0
    if source.size > IN_MEMORY_BYTES and source.path is not None:
        db = sqlite3.connect(f"{source.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    else:
        with source.open() as stream:
            image = stream.read()
        if has_log and log is not None:
            image = with_log(image, log.read_bytes())
        # Bytes 18 and 19 name the journal mode; write-ahead mode cannot be opened from memory.
        if image[18:20] == b"\x02\x02":
            image = image[:18] + b"\x01\x01" + image[20:]
        db = sqlite3.connect(":memory:")
        db.deserialize(image)
    try:
        db.execute("pragma query_only = 1")
        db.execute("pragma trusted_schema = 0")
        # Text that is not UTF-8 loses its bad bytes, never the row. A partial of `str` runs in C.
        db.text_factory = partial(str, encoding="utf-8", errors="replace")
        yield db
    finally:
        db.close()


def with_log(image: bytes, log: bytes) -> bytes:
    """The database with the committed frames of its write-ahead log applied.

    SQLite file format, section 4: a 32-byte header, then frames of a 24-byte header and a page;
    a frame counts if its salts are the header's, up to the last frame that ends a transaction.
    """
    if len(log) < 32 or log[:4] not in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"):
        return image
    (size,) = struct.unpack(">I", log[8:12])
    salts = log[16:24]
    if size < 512 or size > 65536 or size & (size - 1):
        return image
    pages: dict[int, bytes] = {}
    committed: dict[int, bytes] = {}
    length = 0
    for at in range(32, len(log) - 24 - size + 1, 24 + size):
        number, after = struct.unpack(">II", log[at : at + 8])
        if log[at + 8 : at + 16] != salts or not number:
            break
        pages[number] = log[at + 24 : at + 24 + size]
        if after:
            committed |= pages
            pages = {}
            length = after
    if not committed:
        return image
    whole = bytearray(image[: length * size].ljust(length * size, b"\0"))
    for number, page in committed.items():
        if number <= length:
            whole[(number - 1) * size : number * size] = page
    return bytes(whole)


def tables(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Column names of every table, in lower case."""
    names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
    found = {}
    for name in names:
        quoted = name.replace('"', '""')
        try:
            columns = db.execute(f'pragma table_info("{quoted}")').fetchall()
        except sqlite3.DatabaseError:
            continue  # a virtual table of a module that is not here
        found[name.lower()] = [row[1].lower() for row in columns]
    return found


def table_names(source: Source) -> dict[str, list[str]]:
    """`tables` of a source for recognising it; empty where it is no database."""
    if not source.head.startswith(MAGIC):
        return {}
    try:
        with opened(source) as db:
            return tables(db)
    except (sqlite3.Error, OSError, MemoryError):
        return {}
