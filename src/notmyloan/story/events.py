"""What happens in a life, as values with their truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from notmyloan.model.credit import CreditFile
from notmyloan.model.label import Label
from notmyloan.story.people import Person


@dataclass(frozen=True, slots=True)
class Said:
    """A message. `foreign` = it comes of the leak or of the impostor."""

    at: datetime
    party: str
    text: str
    label: Label
    sent: bool = False
    contact: str | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Rang:
    """A call; `outcome` is Android's code, `seconds` its length."""

    at: datetime
    party: str
    outcome: int
    seconds: int
    contact: str | None = None
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class Paid:
    """A movement of money in one of the person's accounts; `amount` is signed."""

    at: datetime
    account: str
    amount: Decimal
    who: str
    what: str
    kind: str
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Gave:
    """A disclosure."""

    on: date
    recipient: str
    kind: str
    given: tuple[str, ...]
    purpose: str
    listed: bool = True


@dataclass
class Life:
    """A whole made-up life, truth included."""

    person: Person
    today: date
    messages: list[Said] = field(default_factory=list)
    calls: list[Rang] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)
    gave: list[Gave] = field(default_factory=list)
    reports: list[CreditFile] = field(default_factory=list)
    leaks: list[tuple[str, date]] = field(default_factory=list)
    foreign_accounts: list[str] = field(default_factory=list)
    foreign_enquiries: list[str] = field(default_factory=list)
