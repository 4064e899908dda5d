"""What happens in a life, as values with their truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from notmyloan.model.credit import CreditFile
from notmyloan.model.label import Label
from notmyloan.story.chance import add_months
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


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A loan, or where not `taken` only an application for one: whose texts it sends (`brand`),
    who the report names (`legal`, and a `guarantor` that asked too), and what of it the person
    wrote down: the lender under the name `listed` (empty: not listed), the application, the
    disclosure. `late`: an instalment of their own was missed, and dunned. `paid_into` is the account of theirs that it came into, empty where none."""

    brand: str
    legal: str
    opened: date
    mine: bool
    amount: int = 12000
    months: int = 12
    guarantor: str = ""
    taken: bool = True
    paid_into: str = ""
    listed: str = ""
    listed_application: bool = False
    texts: bool = True
    late: bool = False

    def due(self, n: int) -> date:
        """The day of the `n`th instalment."""
        return add_months(self.opened, n)


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
    borrowed: list[Borrowed] = field(default_factory=list)
    lists: str = "some"  # what they wrote down: all, some, phones, none
    papers: tuple[str, ...] = ("brief", "detailed", "bills")
    foreign_accounts: list[str] = field(default_factory=list)
    foreign_enquiries: list[str] = field(default_factory=list)
