"""Kept findings: numbered for good, dismissed with a reason, back only on new facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from notmyloan.model.finding import Finding
from notmyloan.model.place_in_time import from_epoch_ms, to_epoch_ms
from notmyloan.model.record import Private
from notmyloan.model.serial import from_json, to_json
from notmyloan.model.text import Text
from notmyloan.vault.codec import dump

_COLUMNS = "number, payload, state, first_seen, last_seen, reason"


@dataclass(frozen=True, slots=True, repr=False)
class StoredFinding(Private):
    """A finding with its number. `state` is open, dismissed, or gone (no longer found)."""

    number: int
    finding: Finding
    state: str
    first_seen: datetime
    last_seen: datetime
    dismissed_reason: str | None


@dataclass(frozen=True, slots=True, repr=False)
class FindingsChange(Private):
    """What a check changed: `new` ones (and dismissed ones back on new facts), `changed` ones
    that rest on other records now, `gone` ones, and how many stayed."""

    new: tuple[StoredFinding, ...]
    changed: tuple[StoredFinding, ...]
    gone: tuple[StoredFinding, ...]
    still: int


def stored(row: tuple[Any, ...]) -> StoredFinding:
    """From _COLUMNS."""
    number, payload, state, first, last, reason = row
    return StoredFinding(
        number, decode(payload), state, from_epoch_ms(first), from_epoch_ms(last), reason
    )


def encode(finding: Finding) -> str:
    """A finding as JSON. Its facts are untyped, so they go as a text's arguments do: tagged."""
    facts = to_json(Text.of("facts", finding.facts))["args"]
    return dump(to_json(replace(finding, facts={})) | {"facts": facts})


def decode(payload: str) -> Finding:
    """What `encode` made, back."""
    data = json.loads(payload)
    facts = from_json(Text, {"key": "facts", "args": data.pop("facts")}).args
    finding: Finding = from_json(Finding, data)
    return replace(finding, facts=facts)


def select(db: Any, state: str | None) -> list[StoredFinding]:
    """All of one state, or all, in order of number."""
    if state is None:
        rows = db.execute(f"select {_COLUMNS} from finding order by number").fetchall()
    else:
        rows = db.execute(
            f"select {_COLUMNS} from finding where state = ? order by number", (state,)
        ).fetchall()
    return [stored(row) for row in rows]


def put(db: Any, findings: Sequence[Finding], now: datetime) -> FindingsChange:
    """Make `findings` the findings of today. Call inside a transaction."""
    known = {
        row[0]: row[1:]
        for row in db.execute(
            "select id, payload, fingerprint, state, dismissed_fingerprint from finding"
        )
    }
    moment = to_epoch_ms(now)
    new: list[str] = []
    changed: list[str] = []
    still = 0
    for finding in findings:
        key, print_ = finding.finding_id, finding.fingerprint
        payload = encode(finding)
        before = known.pop(key, None)
        if before is None:
            db.execute(
                "insert into finding (id, fingerprint, payload, state, first_seen, last_seen)"
                " values (?, ?, ?, 'open', ?, ?)",
                (key, print_, payload, moment, moment),
            )
            new.append(key)
            continue
        old_payload, old_print, state, dismissed_print = before
        # A record fewer gives another fingerprint, but is no new fact.
        fewer = state == "dismissed" and set(finding.cites) <= set(decode(old_payload).cites)
        if state == "dismissed" and (print_ == dismissed_print or fewer):
            if print_ != dismissed_print:  # all that was dismissed stays known
                payload, print_ = old_payload, old_print
            after = "dismissed"
            still += 1
        else:
            after = "open"
            if state != "open":
                new.append(key)
            elif print_ != old_print:
                changed.append(key)
            else:
                still += 1
        db.execute(
            "update finding set fingerprint = ?, payload = ?, state = ?, last_seen = ?"
            " where id = ?",
            (print_, payload, after, moment, key),
        )
    gone = [key for key, (_, _, state, _) in known.items() if state == "open"]
    db.executemany("update finding set state = 'gone' where id = ?", [(key,) for key in gone])
    return FindingsChange(_by_id(db, new), _by_id(db, changed), _by_id(db, gone), still)


def _by_id(db: Any, ids: Sequence[str]) -> tuple[StoredFinding, ...]:
    rows = (
        db.execute(f"select {_COLUMNS} from finding where id = ?", (key,)).fetchone() for key in ids
    )
    return tuple(stored(row) for row in rows)
