"""Kept files: their bytes, addressed by SHA-256, in pieces so that none has to fit in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from notmyloan.model.place_in_time import to_epoch_ms

PIECE = 1 << 20
_INCOMING = "incoming"


def put(db: Any, stream: BinaryIO, now: datetime) -> str:
    """Keep what `stream` holds; its SHA-256. Call inside a transaction.

    A stream that can be read twice is hashed first, so that its pieces go where they belong at
    once; those of any other wait under a name no digest can have."""
    told = _digest(stream) if stream.seekable() else _INCOMING
    if _known(db, told):
        return told
    digest, size, number = hashlib.sha256(), 0, 0
    db.execute("delete from chunk where sha256 in (?, ?)", (_INCOMING, told))
    while piece := stream.read(PIECE):
        digest.update(piece)
        db.execute("insert into chunk values (?, ?, ?)", (told, number, piece))
        number += 1
        size += len(piece)
    name = digest.hexdigest()
    if _known(db, name):
        db.execute("delete from chunk where sha256 = ?", (told,))
        return name
    if name != told:  # could be read only once, or was written to between the two readings
        for n in range(number):  # one by one: a single update would hold every piece in memory
            db.execute("update chunk set sha256 = ? where sha256 = ? and n = ?", (name, told, n))
    db.execute("insert into blob values (?, ?, ?)", (name, size, to_epoch_ms(now)))
    return name


def _known(db: Any, sha256: str) -> bool:
    return bool(db.execute("select 1 from blob where sha256 = ?", (sha256,)).fetchone())


def _digest(stream: BinaryIO) -> str:
    begin, digest = stream.tell(), hashlib.sha256()
    while piece := stream.read(PIECE):
        digest.update(piece)
    stream.seek(begin)
    return digest.hexdigest()


def pieces(db: Any, sha256: str) -> Iterator[bytes]:
    """The bytes, a piece at a time."""
    number = 0
    while row := db.execute(
        "select data from chunk where sha256 = ? and n = ?", (sha256, number)
    ).fetchone():
        yield row[0]
        number += 1


def broken(db: Any) -> list[str]:
    """The names of kept files whose bytes no longer hash to them."""
    wrong = []
    for (name,) in db.execute("select sha256 from blob").fetchall():
        digest = hashlib.sha256()
        for piece in pieces(db, name):
            digest.update(piece)
        if digest.hexdigest() != name:
            wrong.append(name)
    return wrong
