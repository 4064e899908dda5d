"""The log of evidence: what came in, when, and what was made of it; entries are only added.

Each entry names the hash of the one before (a chain), and the hashes of all are the leaves of a
Merkle tree, so that one entry can be shown to be in the log without showing the others. A `Head`
says which log it is at one moment; it is what an outside authority stamps. Whoever holds the log
alone can rewrite it whole: only the stamped heads keep them from it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from notmyloan.evidence import merkle
from notmyloan.evidence.errors import LogError
from notmyloan.evidence.merkle import Tree

FIRST = "0" * 64  # what the first entry names as the one before
HEX = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"[a-z][a-z_]{0,31}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_HEAD = re.compile(
    r"notmyloan head 1\nsize (0|[1-9][0-9]{0,17})\nroot ([0-9a-f]{64})\nat ([0-9TZ:-]{20})\n"
    r"(?:([0-9a-f]{64})  manifest-sha256\.txt\n)?"
)


def to_second(moment: datetime) -> datetime:
    """`moment` in UTC, to the second below. Raises ValueError when it has no zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).replace(microsecond=0)


def write_moment(moment: datetime) -> str:
    """As `2026-11-24T08:56:26Z`."""
    # Not strftime: its %Y drops leading zeros on some systems.
    return to_second(moment).replace(tzinfo=None).isoformat() + "Z"


def read_moment(text: str) -> datetime:
    """The moment that `write_moment` wrote so. Raises ValueError on any other writing."""
    moment = datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    if write_moment(moment) != text:
        raise ValueError("not in canonical form")
    return moment


def canonical(value: Any) -> bytes:
    """JSON with sorted names, no spaces, UTF-8: equal values give equal bytes."""
    words = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return words.encode()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    `number` counts from 0; `at`: UTC, to the second; `kind`: one word ("added", "extract",
    "packed", "note" …); `subject`: SHA-256 of the bytes it is about, `size` theirs in bytes;
    `note_sha256`: hash of the note, which is bound by it but not shown (None: no note);
    `previous`: `digest` of the entry before. Hashes as lower-case hex. Raises ValueError when a
    part is not of this form.
    """

    number: int
    at: datetime
    kind: str
    subject: str
    size: int
    note_sha256: str | None
    previous: str

    def __post_init__(self) -> None:
        hashes = (self.subject, self.previous, self.note_sha256 or FIRST)
        if not (
            self.number >= 0
            and self.size >= 0
            and self.at == to_second(self.at)
            and self.at.utcoffset() == UTC.utcoffset(None)
            and _KIND.fullmatch(self.kind)
            and all(HEX.fullmatch(h) for h in hashes)
        ):
            raise ValueError("not an entry of the log")

    def as_json(self) -> dict[str, Any]:
        """What `canonical` writes."""
        return {
            "at": write_moment(self.at),
            "kind": self.kind,
            "note_sha256": self.note_sha256,
            "number": self.number,
            "previous": self.previous,
            "size": self.size,
            "subject": self.subject,
        }

    def canonical(self) -> bytes:
        """The bytes that are hashed."""
        return canonical(self.as_json())

    def digest(self) -> str:
        """What the next entry names as `previous`."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def leaf(self) -> bytes:
        """Its leaf in the Merkle tree."""
        return merkle.leaf(self.canonical())


def read_entry(raw: Any) -> Entry:
    """The entry of what `Entry.as_json` gave. Raises ValueError on anything else."""
    try:
        entry = Entry(**{**raw, "at": read_moment(raw["at"])})
        if entry.as_json() == raw and type(entry.number) is type(entry.size) is int:
            return entry
    except (TypeError, KeyError, AttributeError):
        pass
    raise ValueError("not an entry of the log")


@dataclass(frozen=True, slots=True)
class Head:
    """The log at one moment: how many entries, their Merkle root (hex), and when it was taken.

    `manifest`: in a package's head, the SHA-256 of its manifest-sha256.txt, so that a stamp over
    the head is one over every file of the package, and `sha256sum -c head.txt` tests it.
    """

    size: int
    root: str
    at: datetime
    manifest: str | None = None

    def canonical(self) -> bytes:
        """The bytes of head.txt, which are time-stamped."""
        lines = (
            f"notmyloan head 1\nsize {self.size}\nroot {self.root}\nat {write_moment(self.at)}\n"
        )
        return (
            lines + (f"{self.manifest}  manifest-sha256.txt\n" if self.manifest else "")
        ).encode()


def read_head(data: bytes) -> Head:
    """The head of these bytes. Raises LogError unless they are exactly one."""
    try:
        match = _HEAD.fullmatch(data.decode("ascii"))
        if match:
            return Head(int(match[1]), match[2], read_moment(match[3]), match[4])
    except ValueError:
        pass
    raise LogError("evidence.log.head")


def append(
    entries: Sequence[Entry],
    *,
    at: datetime,
    kind: str,
    subject: str,
    size: int,
    note: bytes | None = None,
) -> Entry:
    """The entry that follows `entries` (it is not added to them; of them only the last is read).

    Raises LogError when `at` is before the last entry, ValueError on a bad hash or kind.
    """
    at = to_second(at)
    last = entries[-1] if entries else None
    if last is not None and at < last.at:
        raise LogError("evidence.log.backwards", last.number + 1, at=at, before=last.at)
    note_sha256 = None if note is None else hashlib.sha256(note).hexdigest()
    number, previous = (last.number + 1, last.digest()) if last else (0, FIRST)
    return Entry(number, at, kind, subject, size, note_sha256, previous)


def head(tree: Tree, at: datetime, manifest: str | None = None) -> Head:
    """The head of a log whose `Entry.leaf`s the tree holds."""
    return Head(len(tree), tree.root().hex(), to_second(at), manifest)


def check_chain(entries: Iterable[Entry], of: Head | None = None) -> None:
    """Raises LogError that names the first wrong entry: missing, reordered, earlier than the one
    before, or changed. Without `of` a change of the last entry cannot show; with it, the log must
    also be exactly the one that the head says."""
    row = list(entries)
    digests = [entry.digest() for entry in row]
    numbers = {entry.number for entry in row}
    for at, entry in enumerate(row):
        if entry.number != at:
            raise LogError(f"evidence.log.{'reordered' if at in numbers else 'missing'}", at)
        if at and entry.at < row[at - 1].at:
            raise LogError("evidence.log.backwards", at, at=entry.at, before=row[at - 1].at)
        if entry.previous != (digests[at - 1] if at else FIRST):
            # When the next entry vouches for this one, what changed is the one before.
            vouched = at + 1 < len(row) and row[at + 1].previous == digests[at]
            raise LogError("evidence.log.changed", at - 1 if vouched and at else at)
    if of is None:
        return
    if len(row) < of.size:
        raise LogError("evidence.log.missing", len(row))
    if row and row[min(of.size, len(row)) - 1].at > of.at:
        raise LogError("evidence.log.after_head", of.size - 1, at=of.at)
    if Tree(entry.leaf() for entry in row[: of.size]).root().hex() != of.root:
        raise LogError("evidence.log.changed", max(of.size - 1, 0))
