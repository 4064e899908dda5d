"""Evidence in the vault: the pieces, the log that only grows, and the time stamps on its heads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from notmyloan.model.errors import UsageError
from notmyloan.model.place_in_time import from_epoch_ms, to_epoch_ms
from notmyloan.model.record import Private
from notmyloan.vault import blobs
from notmyloan.vault.codec import dump

if TYPE_CHECKING:
    from notmyloan.vault.vault import Vault

# Makes a line of the log from how many there are, the last of them, and the SHA-256 and size.
Entry: TypeAlias = Callable[[int, str | None, str, int], str]
_COLUMNS = "number, matter, sha256, name, size, note, facts, added"


@dataclass(frozen=True, slots=True, repr=False)
class Exhibit(Private):
    """A piece of evidence. `case` is the case it belongs to, None for all; `facts` tells how it
    was collected: `grade`, `held_by`, `collector`, `device`, `offset`, `how`."""

    number: int
    case: int | None
    sha256: str
    name: str
    size: int
    note: str
    facts: Mapping[str, str]
    added: datetime


@dataclass(frozen=True, slots=True, repr=False)
class KeptStamp(Private):
    """A head of the log sent, or to be sent, to a time-stamp authority. `reply` is None while it
    waits."""

    number: int
    head: str
    url: str
    request: bytes | None
    reply: bytes | None
    asked: datetime
    got: datetime | None


class Exhibits:
    """The part of an open vault that belongs to evidence."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(
        self,
        stream: BinaryIO,
        name: str,
        note: str,
        facts: Mapping[str, str],
        case: int | None,
        now: datetime,
        entry: Entry,
    ) -> tuple[Exhibit, bool]:
        """Keep a file's bytes, the piece, and its line in the log, all or nothing. The piece, and
        whether it is new:
        the same bytes in the same case are one piece."""
        with self._vault.writing() as db:
            sha256 = blobs.put(db, stream, now)
            same = db.execute(
                f"select {_COLUMNS} from exhibit where sha256 = ? and matter is ?", (sha256, case)
            ).fetchone()
            if same:
                return _exhibit(same), False
            (size,) = db.execute("select size from blob where sha256 = ?", (sha256,)).fetchone()
            number = db.execute(
                "insert into exhibit (matter, sha256, name, size, note, facts, added)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (case, sha256, name, size, note, dump(dict(facts)), to_epoch_ms(now)),
            ).lastrowid
            append_line(db, entry, sha256, size)
            row = db.execute(
                f"select {_COLUMNS} from exhibit where number = ?", (number,)
            ).fetchone()
        return _exhibit(row), True

    def describe(
        self,
        number: int,
        note: str | None,
        facts: Mapping[str, str],
        case: int | None,
        entry: Entry,
    ) -> Exhibit:
        """Change what is said about a piece, never its bytes: `facts` go over the old ones, an
        empty value takes one away; None leaves the note or the case as it is. The log gets a line.
        Raises UsageError where there is no such piece."""
        with self._vault.writing() as db:
            old = self.get(number)
            said = {name: value for name, value in {**old.facts, **facts}.items() if value}
            db.execute(
                "update exhibit set note = ?, facts = ?, matter = ? where number = ?",
                (old.note if note is None else note, dump(said),
                 old.case if case is None else case, number),
            )  # fmt: skip
            append_line(db, entry, old.sha256, old.size)
        return self.get(number)

    def append(self, sha256: str, size: int, entry: Entry) -> None:
        """A line in the log for something that is not kept itself: a package, an extract."""
        with self._vault.writing() as db:
            append_line(db, entry, sha256, size)

    def all(self, case: int | None = None) -> list[Exhibit]:
        """The pieces of a case with those that belong to all cases; without a case, every piece."""
        where = "" if case is None else " where matter is null or matter = ?"
        rows = self._vault._all(
            f"select {_COLUMNS} from exhibit{where} order by number",
            *(() if case is None else (case,)),
        )
        return [_exhibit(row) for row in rows]

    def get(self, number: int) -> Exhibit:
        """A piece. Raises UsageError where there is none of that number."""
        rows = self._vault._all(f"select {_COLUMNS} from exhibit where number = ?", number)
        if not rows:
            raise UsageError("vault.no_such_exhibit", number=number)
        return _exhibit(rows[0])

    def log(self) -> list[str]:
        """Every line of the log, oldest first."""
        return [
            str(entry) for (entry,) in self._vault._all("select entry from evidence_log order by n")
        ]

    def queue(self, head: str, url: str, request: bytes | None, now: datetime) -> int:
        """Note that a head is to be stamped; the stamp's number."""
        with self._vault.writing() as db:
            return int(
                db.execute(
                    "insert into stamp (head, url, request, asked) values (?, ?, ?, ?)",
                    (head, url, request, to_epoch_ms(now)),
                ).lastrowid
            )

    def stamped(self, number: int, request: bytes, reply: bytes, now: datetime) -> None:
        """Keep the authority's reply."""
        with self._vault.writing() as db:
            db.execute(
                "update stamp set request = ?, reply = ?, got = ? where n = ?",
                (request, reply, to_epoch_ms(now), number),
            )

    def stamps(self) -> list[KeptStamp]:
        """Every stamp, waiting ones too, oldest first."""
        rows = self._vault._all(
            "select n, head, url, request, reply, asked, got from stamp order by n"
        )
        return [
            KeptStamp(n, head, url, request, reply, from_epoch_ms(asked),
                      from_epoch_ms(got) if got is not None else None)
            for n, head, url, request, reply, asked, got in rows
        ]  # fmt: skip


def append_line(db: Any, entry: Entry, sha256: str, size: int) -> None:
    """A line in the log, within a change of the vault that is under way."""
    last = db.execute("select n, entry from evidence_log order by n desc limit 1").fetchone()
    number, line = (last[0] + 1, last[1]) if last else (0, None)
    db.execute(
        "insert into evidence_log values (?, ?)", (number, entry(number, line, sha256, size))
    )


def _exhibit(row: Any) -> Exhibit:
    number, case, sha256, name, size, note, facts, added = row
    return Exhibit(number, case, sha256, name, size, note, json.loads(facts), from_epoch_ms(added))
