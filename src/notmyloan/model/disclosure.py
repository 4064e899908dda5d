"""What the person gave to whom, and what is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar

from notmyloan.model.record import Origin, Private


class Given(StrEnum):
    """A kind of fact a person hands out."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    ID_COPY = "id_copy"
    BANK_CARD = "bank_card"
    ADDRESS = "address"
    EMAIL = "email"
    FACE = "face"
    CONTACTS = "contacts"
    EMPLOYER = "employer"
    INCOME = "income"


class RecipientKind(StrEnum):
    """What sort of recipient; the tracing's prior hazards go by this."""

    BANK = "bank"
    CONSUMER_FINANCE = "consumer_finance"
    SMALL_LOAN = "small_loan"
    LOAN_PLATFORM = "loan_platform"
    LEAD_SELLER = "lead_seller"
    INSURER = "insurer"
    TELECOM = "telecom"
    SHOP = "shop"
    EMPLOYER = "employer"
    AUTHORITY = "authority"
    OTHER = "other"


class Standing(StrEnum):
    """Where a ledger line comes from and whether the person stands behind it."""

    CONFIRMED = "confirmed"
    PROPOSED = "proposed"
    STRUCK = "struck"


class Consent(StrEnum):
    STANDING = "standing"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure(Private):
    """One handing-over. `marks` names the marks it carried (sealed copy, alias);
    `because` lists the record ids a proposal rests on; `legal_basis` is the
    person's note of why the recipient may hold it; `probability` how likely a proposal is the
    person's own doing."""

    kind: ClassVar[str] = "disclosure"
    recipient: str
    on: date | None
    given: tuple[Given, ...]
    recipient_kind: RecipientKind = RecipientKind.OTHER
    purpose: str | None = None
    legal_basis: str | None = None
    consent: Consent = Consent.UNKNOWN
    standing: Standing = Standing.CONFIRMED
    phone: str | None = None
    email: str | None = None
    marks: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    origin: Origin | None = None
    note: str | None = None
    probability: float | None = None
    revoked_on: date | None = None

    def identity(self) -> tuple[str, ...]:
        return (self.recipient, self.on.isoformat() if self.on else "", *sorted(self.given))


class OwnedKind(StrEnum):
    """What sort of thing a line of "mine" is."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"  # a bank card: full number or its last four digits, `institution` the bank
    ACCOUNT = "account"  # a loan or credit line: `institution`, `opened`, `extra["business"]`
    LENDER = "lender"  # a lender the person does business with, whatever the product
    ADDRESS = "address"
    EMPLOYER = "employer"
    PAYEE = "payee"  # somebody the person pays knowingly
    APPLICATION = "application"  # the person applied at `institution` on `opened`
    REPORT_REQUEST = "report_request"  # the person asked for their own report on `opened`
    NOT_MINE = "not_mine"  # the person says: this institution, purpose or item is not mine


@dataclass(frozen=True, slots=True, repr=False)
class Owned(Private):
    """One line of "mine". `value` is the number, name or words; which of the other
    attributes matter is told by `OwnedKind`."""

    kind: ClassVar[str] = "owned"
    owned_kind: OwnedKind
    value: str
    institution: str | None = None
    opened: date | None = None
    closed: date | None = None
    standing: Standing = Standing.CONFIRMED
    because: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None
    probability: float | None = None  # of a proposal

    def identity(self) -> tuple[str, ...]:
        return (
            self.owned_kind, self.value, self.institution or "",
            self.opened.isoformat() if self.opened else "",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Mine(Private):
    """Everything the person says is theirs. `complete` lists the kinds of which the person
    said "that is all": only then does a missing one count as foreign with high confidence."""

    owned: tuple[Owned, ...] = ()
    complete: frozenset[OwnedKind] = frozenset()

    def of(self, owned_kind: OwnedKind) -> tuple[Owned, ...]:
        """The confirmed lines of one kind."""
        return tuple(
            o for o in self.owned
            if o.owned_kind is owned_kind and o.standing is Standing.CONFIRMED
        )  # fmt: skip
