"""Where the person's own records put them and their phone when a loan was made in their name.

A credit report dates an opening to the day, so the whole local day is shown. The minute comes from
the contract, once the lender gives it, or from the lender's own messages of that day; what lies
near a known minute is told apart. Each record is graded by who else keeps it: what a third party
issues stands without the person's word, what lies on their phone alone does not. What speaks
against the person is kept too: the other side will find it, so the person should know it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    plain_party,
)

NEAR = timedelta(hours=2)  # around a known minute
_LURE = timedelta(minutes=10)  # a stranger's call so near a code may have asked for it
ENOUGH = 2  # independent sources, before an alibi is said to stand on more than one leg


class Shows(StrEnum):
    """What a record shows: the person's `hands` on the phone, a payment at a `place`, where a
    photo was `taken`, the phone merely `reached`, or something the other side will point
    `against` the person."""

    HANDS = "hands"
    PLACE = "place"
    TAKEN = "taken"
    REACHED = "reached"
    AGAINST = "against"


class Kept(StrEnum):
    """Who else keeps it. `third`: a bank or wallet issued it, from its own books; `carrier`: it
    lies on the phone, and the carrier keeps the same call or message; `own`: the person's word and
    device alone."""

    THIRD = "third"
    CARRIER = "carrier"
    OWN = "own"


@dataclass(frozen=True, slots=True, repr=False)
class Photo(Private):
    """A photo among the person's evidence: when its camera says it was taken, where (latitude,
    longitude as words, empty where it does not say), and its number among the evidence."""

    at: datetime
    name: str
    place: str
    number: int


@dataclass(frozen=True, slots=True, repr=False)
class Sighting(Private):
    """One record of the day. `precise`: whether its hour is known. `custodian` names who keeps it
    (a bill's provider; empty for the carrier and the person). `apart`: how far it is from the
    nearest known minute, None where none is known."""

    at: datetime
    shows: Shows
    record: Call | Message | Transaction | Photo
    precise: bool
    kept: Kept
    custodian: str = ""
    apart: timedelta | None = None

    @property
    def near(self) -> bool:
        """Whether it lies within `NEAR` of a known minute."""
        return self.precise and self.apart is not None and self.apart <= NEAR


@dataclass(frozen=True, slots=True, repr=False)
class Alibi(Private):
    """The day of a disputed event. `minutes`: when it happened, as far as that is known, and
    `told` whether the contract said so (else the lender's messages did). `hours` lists the local
    hours in which the phone was in the person's hands or they paid or photographed somewhere: near
    those minutes, or that day where none is known. `elsewhere` are those of them that may be told
    to the other side: where the lender's codes came to this very phone, that it was in use is no
    help, and only payments and photos count."""

    day: date
    sightings: tuple[Sighting, ...]
    hours: tuple[int, ...]
    minutes: tuple[datetime, ...] = ()
    told: bool = False
    elsewhere: tuple[int, ...] = ()

    @property
    def against(self) -> tuple[Sighting, ...]:
        """What the other side will point at."""
        return tuple(s for s in self.sightings if s.shows is Shows.AGAINST)

    @property
    def independent(self) -> tuple[str, ...]:
        """Who other than the person can confirm where they were near the known minutes, or that
        day where none is known: providers of bills, and `carrier`."""
        found = {
            s.custodian if s.kept is Kept.THIRD else "carrier"
            for s in self.sightings
            if s.kept is not Kept.OWN
            and s.shows in _SEEN
            and (s.near if self.minutes else s.precise)
        }
        return tuple(sorted(found))


_SEEN = (Shows.HANDS, Shows.PLACE, Shows.TAKEN)


def alibi(
    dossier: Dossier,
    day: date,
    names: Sequence[str] = (),
    photos: Iterable[Photo] = (),
    signed: Sequence[datetime] = (),
) -> Alibi:
    """The person's records of the local day `day`. `names`: what the lender is called; its codes
    and its messages that day are what it will say reached the person, and so are the calls of
    whoever spoke in its name. `photos` are those among the evidence; `signed` the minutes that the
    contract names."""
    zone = dossier.zone
    texts = [m for m, _ in dossier.messages() if m.at.astimezone(zone).date() == day]
    theirs = [m for m in texts if m.direction is Direction.RECEIVED and _named(m.text, names)]
    spoke = {plain_party(m.party) for m in theirs}
    found: list[Sighting] = []

    def see(
        record: Call | Message | Transaction | Photo, shows: Shows, kept: Kept,
        custodian: str = "", *, precise: bool = True,
    ) -> None:  # fmt: skip
        found.append(Sighting(record.at, shows, record, precise, kept, custodian))

    calls = list(dossier.calls())
    familiar = {
        plain_party(c.party) for c in calls if c.outcome is CallOutcome.OUTGOING and c.party
    }
    for call in calls:
        if call.at.astimezone(zone).date() == day:
            party = plain_party(call.party) if call.party else ""
            talked = call.outcome is CallOutcome.ANSWERED and call.duration > 0
            lured = any(abs(call.at - m.at) <= _LURE for m in theirs) and party not in familiar
            against = (bool(party) and party in spoke) or (talked and lured)
            see(call, Shows.AGAINST if against else _of_call(call), Kept.CARRIER)
    for message in texts:
        if message.direction is Direction.SENT:
            against = plain_party(message.party) in spoke
            see(message, Shows.AGAINST if against else Shows.HANDS, Kept.CARRIER)
        elif message.direction is Direction.RECEIVED:
            see(message, Shows.AGAINST if message in theirs else Shows.REACHED, Kept.CARRIER)
    for transaction in dossier.transactions():
        if transaction.at.astimezone(zone).date() == day:
            precise = transaction.precision is not Precision.DAY
            # Money that comes in shows nothing of where the person was.
            shows = Shows.PLACE if transaction.flow is Flow.OUT else Shows.REACHED
            if _named(transaction.counterparty or "", names):
                shows = Shows.AGAINST
            see(transaction, shows, Kept.THIRD, transaction.provider, precise=precise)
    for photo in photos:
        if photo.at.astimezone(zone).date() == day:
            see(photo, Shows.TAKEN, Kept.OWN)
    told = tuple(sorted(m for m in signed if m.astimezone(zone).date() == day))
    minutes = told or tuple(m.at for m in theirs)
    found = [_placed(s, minutes) for s in sorted(found, key=lambda s: s.at)]
    told_of = _SEEN if not theirs else (Shows.PLACE, Shows.TAKEN)
    hours, elsewhere = (
        tuple(
            sorted(
                {
                    s.at.astimezone(zone).hour
                    for s in found
                    if s.shows in shown and (s.near if minutes else s.precise)
                }
            )
        )
        for shown in (_SEEN, told_of)
    )
    return Alibi(day, tuple(found), hours, minutes, bool(told), elsewhere)


def _named(text: str, names: Sequence[str]) -> bool:
    return any(name and name in text for name in names)


def _placed(sighting: Sighting, minutes: Sequence[datetime]) -> Sighting:
    if not minutes or not sighting.precise:
        return sighting
    apart = min(abs(sighting.at - minute) for minute in minutes)
    return Sighting(
        sighting.at, sighting.shows, sighting.record, sighting.precise, sighting.kept,
        sighting.custodian, apart,
    )  # fmt: skip


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
