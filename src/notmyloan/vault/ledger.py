"""The two ledgers: what is mine, and what was given to whom. Lines are numbered for good."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from notmyloan.model.disclosure import Consent, Disclosure, Owned, Standing
from notmyloan.model.errors import UsageError
from notmyloan.model.record import Private, record_id
from notmyloan.model.serial import from_json, to_json
from notmyloan.vault.codec import dump

Table = Literal["owned", "disclosure"]
_TYPES: dict[str, Any] = {"owned": Owned, "disclosure": Disclosure}


@dataclass(frozen=True, slots=True, repr=False)
class OwnedLine(Private):
    """A numbered line of "mine"."""

    number: int
    owned: Owned


@dataclass(frozen=True, slots=True, repr=False)
class DisclosureLine(Private):
    """A numbered disclosure."""

    number: int
    disclosure: Disclosure


def put(db: Any, table: Table, line: Owned | Disclosure) -> bool:
    """Add a line unless it is there; whether anything changed.

    A confirmed line takes the place of the same line, which may have learnt more (a day of
    closing, a note); a proposal never touches a line the person confirmed or struck, and a
    withdrawn consent stays withdrawn. Call inside a transaction.
    """
    key = _key(line)
    row = db.execute(
        f"select number, standing, payload from {table} where id = ?", (key,)
    ).fetchone()
    payload = dump(to_json(line))
    if row is None:
        db.execute(
            f"insert into {table} (id, standing, payload) values (?, ?, ?)",
            (key, line.standing.value, payload),
        )
        return True
    if line.standing is Standing.PROPOSED:
        return False
    before = from_json(_TYPES[table], json.loads(row[2]))
    if isinstance(line, Disclosure) and before.consent is Consent.REVOKED:
        line = replace(line, consent=Consent.REVOKED, revoked_on=before.revoked_on)
    if isinstance(line, Disclosure):  # a second copy on the same day is one more mark
        line = replace(line, marks=tuple(dict.fromkeys((*before.marks, *line.marks))))
    # Where the line was first read stays with it, and so does what a proposal rested on.
    line = replace(
        line, origin=before.origin or line.origin, because=line.because or before.because
    )
    payload = dump(to_json(line))
    if payload == row[2]:
        return False
    db.execute(
        f"update {table} set standing = ?, payload = ? where number = ?",
        (line.standing.value, payload, row[0]),
    )
    return True


def lines(db: Any, table: Table) -> list[tuple[int, Any]]:
    """Every line with its number, struck ones too."""
    rows = db.execute(f"select number, payload from {table} order by number").fetchall()
    return [(number, from_json(_TYPES[table], json.loads(payload))) for number, payload in rows]


def set_standing(db: Any, table: Table, number: int, standing: Standing) -> bool:
    """Confirm or strike line `number`; False where there is none."""
    return _change(db, table, number, standing=standing)


def revoke(db: Any, number: int, on: date | None = None) -> bool:
    """Note that consent was withdrawn, on which day; False where there is no such disclosure.

    Raises UsageError when it was given only after that day.
    """
    for n, line in lines(db, "disclosure"):
        if n == number and on is not None and line.on is not None and on < line.on:
            raise UsageError("cli.gave.revoked_first", number=number, given=line.on, revoked=on)
    return _change(db, "disclosure", number, consent=Consent.REVOKED, revoked_on=on)


def _change(db: Any, table: Table, number: int, **changes: Any) -> bool:
    row = db.execute(f"select payload from {table} where number = ?", (number,)).fetchone()
    if row is None:
        return False
    line = replace(from_json(_TYPES[table], json.loads(row[0])), **changes)
    db.execute(
        f"update {table} set payload = ?, standing = ? where number = ?",
        (dump(to_json(line)), line.standing.value, number),
    )
    return True


def _key(line: Owned | Disclosure) -> bytes:
    return bytes.fromhex(record_id(line))
