"""Sealed copies, aliases, and marks met again: what the vault keeps to tell copies apart."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from notmyloan.model.disclosure import Disclosure
from notmyloan.model.place_in_time import from_epoch_ms, to_epoch_ms
from notmyloan.model.record import Private
from notmyloan.vault import blobs, ledger
from notmyloan.vault.exhibits import Entry, append_line

if TYPE_CHECKING:
    from notmyloan.vault.vault import Vault

_KEY = "seal.key"


@dataclass(frozen=True, slots=True, repr=False)
class KeptOriginal(Private):
    """A paper laid flat. `sha256` of its pixels, `dpi` of its picture, `salt` of its key's
    commitment."""

    number: int
    sha256: str
    kind: str
    dpi: float
    picture: str
    salt: bytes


@dataclass(frozen=True, slots=True, repr=False)
class KeptCopy(Private):
    """One sealed copy. `digest`: of its layout, which `packed` holds; `sketch`: of its ink."""

    id: str
    recipient: str
    purpose: str
    made: date
    digest: str
    packed: bytes
    sketch: bytes


@dataclass(frozen=True, slots=True, repr=False)
class KeptAlias(Private):
    """A canary field that one recipient was given; `words` nobody else got."""

    number: int
    id: str
    recipient: str
    field: str
    value: str
    made: date
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Leak(Private):
    """A mark met again: `mark` is a copy's or an alias's id, `error` the bound on the chance of
    a false match, `source` what it was met in (SHA-256 of a picture or text)."""

    mark: str
    kind: str
    recipient: str
    error: float
    source: str
    found: datetime


class Seals:
    """The part of an open vault that belongs to sealing."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def key(self) -> bytes:
        """The vault's key for marks: 32 random bytes, made on first use."""
        kept = self._vault.setting(_KEY)
        if kept is None:
            with self._vault.writing() as db:  # another process may be as quick: one wins
                db.execute(
                    "insert or ignore into setting values (?, ?)", (_KEY, secrets.token_hex(32))
                )
            kept = self._vault.setting(_KEY) or ""
        return bytes.fromhex(kept)

    def originals(self) -> list[KeptOriginal]:
        """Every paper that copies were made of, the first one first."""
        rows = self._vault._all(
            "select n, sha256, kind, dpi, picture, salt from original order by n"
        )
        return [KeptOriginal(*row) for row in rows]

    def picture(self, original: KeptOriginal) -> bytes:
        """The file of an original's picture."""
        return b"".join(self._vault.blob_open(original.picture))

    def copies(self, original: KeptOriginal) -> list[KeptCopy]:
        """The copies of an original in the order they were handed out."""
        rows = self._vault._all(
            "select id, recipient, purpose, made, digest, packed, sketch from copy"
            " where original = ? order by n",
            original.number,
        )
        return [
            KeptCopy(name, recipient, purpose, date.fromisoformat(made), digest, packed, sketch)
            for name, recipient, purpose, made, digest, packed, sketch in rows
        ]

    def marks(self, original: KeptOriginal) -> list[tuple[str, str]]:
        """Id and layout digest of each copy of an original, in the order they were handed out."""
        return [
            (str(name), str(digest))
            for name, digest in self._vault._all(
                "select id, digest from copy where original = ? order by n", original.number
            )
        ]

    def newest_commitment(self, original: KeptOriginal) -> bytes | None:
        """The last commitment to an original, which names all its copies."""
        rows = self._vault._all(
            "select data from commitment where original = ? order by n desc limit 1",
            original.number,
        )
        return bytes(rows[0][0]) if rows else None

    def commitments(self, original: KeptOriginal) -> list[bytes]:
        """The commitments to an original, oldest first."""
        rows = self._vault._all(
            "select data from commitment where original = ? order by n", original.number
        )
        return [bytes(data) for (data,) in rows]

    def put(
        self,
        original: KeptOriginal,
        picture: bytes,
        copy: KeptCopy,
        commitment: tuple[str, bytes],
        previous: bytes | None,
        disclosure: Disclosure,
        now: datetime,
        entry: Entry,
    ) -> bool:
        """Keep a new copy, its commitment (digest and bytes), the commitment's line in the log of
        evidence, which time stamps cover, and the disclosure: all or nothing. A new original
        comes with number 0 and its `picture`.

        False, and nothing kept, where another process has made a copy since `previous`, the
        commitment that this one follows.
        """
        with self._vault.writing() as db:
            last = db.execute(
                "select data from commitment where original ="
                " (select n from original where sha256 = ?) order by n desc limit 1",
                (original.sha256,),
            ).fetchone()
            if (None if last is None else bytes(last[0])) != previous:
                return False
            row = db.execute(
                "select n from original where sha256 = ?", (original.sha256,)
            ).fetchone()
            if row is None:
                name = blobs.put(db, io.BytesIO(picture), now)
                row = db.execute(
                    "insert into original (sha256, kind, dpi, picture, salt)"
                    " values (?, ?, ?, ?, ?) returning n",
                    (original.sha256, original.kind, original.dpi, name, original.salt),
                ).fetchone()
            db.execute(
                "insert into copy (id, original, recipient, purpose, made, digest, packed, sketch)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                (copy.id, row[0], copy.recipient, copy.purpose, copy.made.isoformat(),
                 copy.digest, copy.packed, copy.sketch),
            )  # fmt: skip
            db.execute(
                "insert into commitment (original, digest, data, made) values (?, ?, ?, ?)",
                (row[0], *commitment, to_epoch_ms(now)),
            )
            append_line(db, entry, commitment[0], len(commitment[1]))
            ledger.put(db, "disclosure", disclosure)
        return True

    def aliases(self) -> list[KeptAlias]:
        """Every alias given out, the first one first."""
        rows = self._vault._all(
            "select n, id, recipient, field, value, made, words from alias order by n"
        )
        return [
            KeptAlias(
                n, name, recipient, field, value, date.fromisoformat(made), tuple(json.loads(words))
            )
            for n, name, recipient, field, value, made, words in rows
        ]

    def put_aliases(self, aliases: Sequence[KeptAlias], disclosure: Disclosure) -> None:
        """Keep new aliases (their numbers are given here) and the disclosure they go with."""
        with self._vault.writing() as db:
            db.executemany(
                "insert into alias (id, recipient, field, value, made, words)"
                " values (?, ?, ?, ?, ?, ?)",
                [
                    (a.id, a.recipient, a.field, a.value, a.made.isoformat(), json.dumps(a.words))
                    for a in aliases
                ],
            )
            ledger.put(db, "disclosure", disclosure)

    def leaks(self) -> list[Leak]:
        """Every mark met again, the first one first."""
        rows = self._vault._all(
            "select mark, kind, recipient, error, source, found from leak order by n"
        )
        return [
            Leak(mark, kind, recipient, error, source, from_epoch_ms(found))
            for mark, kind, recipient, error, source, found in rows
        ]

    def put_leak(self, leak: Leak) -> None:
        """Note that a mark was met; the same mark in the same source is noted once."""
        with self._vault.writing() as db:
            db.execute(
                "insert or ignore into leak (mark, kind, recipient, error, source, found)"
                " values (?, ?, ?, ?, ?, ?)",
                (leak.mark, leak.kind, leak.recipient, leak.error, leak.source,
                 to_epoch_ms(leak.found)),
            )  # fmt: skip
