"""What the tracing looks at: recipients, unwanted contacts, marks met again, and the window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from notmyloan.model.disclosure import Given, RecipientKind
from notmyloan.model.errors import UsageError
from notmyloan.model.record import Private


@dataclass(frozen=True, slots=True, repr=False)
class Recipient(Private):
    """Somebody who was given something.

    `given_on`: the days of the disclosures, empty where unknown. `facts` and `points`: what they
    were given, and through which of the person's phones or mail addresses they can reach them
    (empty: not known). `revoked`: the day consent ended.
    """

    id: str
    name: str
    kind: RecipientKind = RecipientKind.OTHER
    given_on: tuple[date, ...] = ()
    facts: frozenset[Given] = frozenset()
    points: frozenset[str] = frozenset()
    revoked: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Contact(Private):
    """One unwanted call or message. `weight`: how likely it is a solicitation at all, 0 to 1;
    `point`: the phone or address it reached; `facts`: what the caller knew; `hour`: of the day,
    0 to 23, None where it isn't known."""

    on: date
    weight: float = 1.0
    point: str | None = None
    facts: frozenset[Given] = frozenset()
    hour: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Mark(Private):
    """A mark of a recipient's that was met again by `on`; `error`: the chance of a false match."""

    recipient: str
    on: date
    error: float


@dataclass(frozen=True, slots=True, repr=False)
class Evidence(Private):
    """All of it. `first` and `last`: the days watched, both inside; `gaps`: stretches of them of
    which no record is there, both ends inside.

    Raises UsageError when a recipient's consent was revoked before anything was given, when two
    recipients share an id, when a mark names nobody or its error is no chance, or when the window
    is empty.
    """

    recipients: tuple[Recipient, ...]
    contacts: tuple[Contact, ...]
    first: date
    last: date
    marks: tuple[Mark, ...] = ()
    gaps: tuple[tuple[date, date], ...] = field(default=())

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise UsageError("trace.window")
        ids = [r.id for r in self.recipients]
        if len(set(ids)) != len(ids):
            raise UsageError("trace.twice")
        for recipient in self.recipients:
            begun = min(recipient.given_on, default=None)
            if recipient.revoked and begun and recipient.revoked < begun:
                raise UsageError(
                    "trace.revoked_first", recipient=recipient.name,
                    given=begun, revoked=recipient.revoked,
                )  # fmt: skip
        if any(mark.recipient not in ids for mark in self.marks):
            raise UsageError("trace.no_such_recipient")
        if any(not 0 < mark.error < 1 for mark in self.marks):
            raise UsageError("trace.mark_error")


def points_of(contacts: Iterable[Contact]) -> frozenset[str]:
    """All phones and addresses that were reached."""
    return frozenset(c.point for c in contacts if c.point is not None)
