"""Kept files: their bytes, addressed by SHA-256, in pieces so that none has to fit in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from notmyloan.model.place_in_time import to_epoch_ms

PIECE = 1 << 20


def put(db: Any, stream: BinaryIO, now: datetime) -> str:
    """Keep what `stream` holds; its SHA-256. Call inside a transaction."""
    digest, size = hashlib.sha256(), 0
    # The digest is known only at the end: pieces wait under a name no digest can have.
    db.execute("delete from chunk where sha256 = 'incoming'")
    number = 0
    while piece := stream.read(PIECE):
        digest.update(piece)
        db.execute("insert into chunk values ('incoming', ?, ?)", (number, piece))
        number += 1
        size += len(piece)
    name = digest.hexdigest()
    if db.execute("select 1 from blob where sha256 = ?", (name,)).fetchone():
        db.execute("delete from chunk where sha256 = 'incoming'")
    else:
        db.execute("update chunk set sha256 = ? where sha256 = 'incoming'", (name,))
        db.execute("insert into blob values (?, ?, ?)", (name, size, to_epoch_ms(now)))
    return name


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
