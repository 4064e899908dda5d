"""Where the person's own records put them and their phone when a loan was made in their name.

A credit report dates an opening to the day, so the whole local day is shown, hour by hour; the
contract's own time, once the lender gives it, narrows it. What speaks against the person is listed
too: the other side will find it, so the person should know it first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from notmyloan.model.dossier import Dossier
from notmyloan.model.place_in_time import Precision
from notmyloan.model.record import (
    Call,
    CallOutcome,
    Direction,
    Flow,
    Message,
    Private,
    Transaction,
)


class Shows(StrEnum):
    """What a record shows: the person's `hands` on the phone, a payment at a `place`, the phone
    merely `reached`, or something the other side will point `against` the person."""

    HANDS = "hands"
    PLACE = "place"
    REACHED = "reached"
    AGAINST = "against"


@dataclass(frozen=True, slots=True, repr=False)
class Sighting(Private):
    """One record of the day. `precise`: whether its hour is known."""

    at: datetime
    shows: Shows
    record: Call | Message | Transaction
    precise: bool


@dataclass(frozen=True, slots=True, repr=False)
class Alibi(Private):
    """The day of a disputed event. `hours` lists the local hours in which the phone was in the
    person's hands or they paid somewhere."""

    day: date
    sightings: tuple[Sighting, ...]
    hours: tuple[int, ...]

    @property
    def against(self) -> tuple[Sighting, ...]:
        """What the other side will point at."""
        return tuple(s for s in self.sightings if s.shows is Shows.AGAINST)


def alibi(dossier: Dossier, day: date, names: Sequence[str] = ()) -> Alibi:
    """The person's records of the local day `day`. `names`: what the lender is called; its codes
    and its messages that day are what it will say reached the person."""
    zone = dossier.zone
    found = [
        Sighting(call.at, _of_call(call), call, True)
        for call in dossier.calls()
        if call.at.astimezone(zone).date() == day
    ]
    for message, _ in dossier.messages():
        if message.at.astimezone(zone).date() != day:
            continue
        if message.direction is Direction.SENT:
            found.append(Sighting(message.at, Shows.HANDS, message, True))
        else:
            theirs = any(name and name in message.text for name in names)
            shows = Shows.AGAINST if theirs else Shows.REACHED
            found.append(Sighting(message.at, shows, message, True))
    for transaction in dossier.transactions():
        if transaction.at.astimezone(zone).date() == day:
            precise = transaction.precision is not Precision.DAY
            theirs = any(name and name in (transaction.counterparty or "") for name in names)
            # Money that comes in shows nothing of where the person was.
            place = Shows.PLACE if transaction.flow is Flow.OUT else Shows.REACHED
            shows = Shows.AGAINST if theirs else place
            found.append(Sighting(transaction.at, shows, transaction, precise))
    found.sort(key=lambda s: s.at)
    hours = sorted(
        {
            s.at.astimezone(zone).hour
            for s in found
            if s.precise and s.shows in (Shows.HANDS, Shows.PLACE)
        }
    )
    return Alibi(day, tuple(found), tuple(hours))


def _of_call(call: Call) -> Shows:
    spoken = call.outcome is CallOutcome.OUTGOING or (
        call.outcome is CallOutcome.ANSWERED and call.duration > 0
    )
    return Shows.HANDS if spoken else Shows.REACHED


# Payouts reach an account within hours; a bank's working days and a long holiday are allowed for.
_BEFORE, _AFTER = timedelta(days=3), timedelta(days=30)


def window_of(opened: date) -> tuple[date, date]:
    """The days in which a loan opened on `opened` would have been paid out."""
    return opened - _BEFORE, opened + _AFTER
