"""Records: one thing read from a source each, with its origin.

Every record has `identity()`, the facts that make it the same thing when it
comes in from a second export, and through it a `record_id`. Nothing here has a
readable `repr`: a record in a traceback or a log must not name anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import ClassVar, Protocol

from notmyloan.model.money import Money
from notmyloan.model.place_in_time import Precision
from notmyloan.model.text import Text


class Private:
    """Mixin: the class name only, whatever the fields hold."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, slots=True, repr=False)
class SourceFile(Private):
    """A file as the person gave it.

    `name` is its path relative to what was given on the command line, `sha256`
    of its bytes (of the database inside, for a backup folder), `format` the
    reader's id, `size` in bytes.
    """

    name: str
    sha256: str
    format: str
    size: int


@dataclass(frozen=True, slots=True, repr=False)
class Origin(Private):
    """Where a record stands: the file, and the place in it.

    `place` is `key:value` pairs joined by `;`, keys among member, table, page,
    line, row, column, byte, box (x0,y0,x1,y1 in PDF points from the top left):
    `page:3;row:12`, `member:messages.ndjson;line:4`.
    """

    source: SourceFile
    place: str


class Identified(Protocol):
    """What has a kind and an identity: records, and lines of the person's own lists."""

    kind: ClassVar[str]

    def identity(self) -> tuple[str, ...]:
        """Facts equal for the same thing in any export, and only for it."""
        ...


class Record(Identified, Protocol):
    """What every record can do."""

    @property
    def origin(self) -> Origin: ...


def record_id(record: Identified) -> str:
    """32 hex digits from the record's kind and identity: the same in every export of it."""
    return record_key(record).hex()


def record_key(record: Identified) -> bytes:
    """The 16 bytes of `record_id`.

    Those of a message or call begin with its second (4 bytes, big-endian): neighbours in time
    then lie together in a store's index, without which every batch of an import touches every
    page of it.
    """
    facts = record.identity()
    joined = "\x1f".join((record.kind, *facts))
    digest = blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    if isinstance(record, (Message, Call)):
        return (int(facts[0]) & 0xFFFFFFFF).to_bytes(4, "big") + digest[:12]
    return digest


class Channel(StrEnum):
    """How a message travelled."""

    SMS = "sms"
    MMS = "mms"
    IMESSAGE = "imessage"
    WHATSAPP = "whatsapp"
    OTHER = "other"


class Direction(StrEnum):
    """Which way a message went, seen from the person."""

    RECEIVED = "received"
    SENT = "sent"
    DRAFT = "draft"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, repr=False)
class Message(Private):
    """A text message. `party` is the other side's number or name as the export gives it,
    `contact` the name under which the person keeps it (None where the export has none)."""

    kind: ClassVar[str] = "message"
    origin: Origin
    at: datetime
    direction: Direction
    party: str
    text: str
    channel: Channel = Channel.SMS
    contact: str | None = None
    sim: str | None = None
    read: bool | None = None

    def identity(self) -> tuple[str, ...]:
        # Whole seconds: some exports drop the milliseconds of the same message.
        return (
            str(int(self.at.timestamp())),
            self.direction,
            plain_party(self.party),
            self.text.strip(),
        )


class CallOutcome(StrEnum):
    """How a call went, seen from the person."""

    ANSWERED = "answered"
    OUTGOING = "outgoing"
    MISSED = "missed"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class Call(Private):
    """A phone call. `duration` in seconds; `party` is empty where the number was withheld."""

    kind: ClassVar[str] = "call"
    origin: Origin
    at: datetime
    outcome: CallOutcome
    party: str
    duration: int
    contact: str | None = None
    sim: str | None = None
    withheld: bool = False

    def identity(self) -> tuple[str, ...]:
        return (
            str(int(self.at.timestamp())), self.outcome, plain_party(self.party),
            str(self.duration),
        )  # fmt: skip


class Flow(StrEnum):
    """Which way money went, seen from the person; neutral is between own pockets."""

    IN = "in"
    OUT = "out"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, repr=False)
class Transaction(Private):
    """One line of a bill.

    `account` is the person's own account or wallet as the bill names it (often
    masked), `provider` the institution whose bill it is (`alipay`, `wechat`, or
    the bank's name), `amount` never negative (the sign is in `flow`), `order`
    the provider's own number for the transaction.
    """

    kind: ClassVar[str] = "transaction"
    origin: Origin
    at: datetime
    precision: Precision
    flow: Flow
    amount: Money
    provider: str
    account: str | None = None
    counterparty: str | None = None
    counterparty_account: str | None = None
    category: str | None = None
    summary: str | None = None
    method: str | None = None
    status: str | None = None
    order: str | None = None
    balance: Money | None = None
    note: str | None = None

    def identity(self) -> tuple[str, ...]:
        if self.order:
            return (self.provider, self.order, self.flow, str(self.amount.amount))
        return (
            self.provider,
            self.account or "",
            str(int(self.at.timestamp())),
            self.flow,
            str(self.amount.amount),
            self.counterparty or "",
            self.summary or "",
            str(self.balance.amount) if self.balance else "",
        )


@dataclass(frozen=True, slots=True, repr=False)
class Unreadable(Private):
    """Something a reader met and did not understand: data too, never fatal.

    `shape` shows its structure with every letter folded to `a`, digit to `9`
    and Han character to `字`, so that it can be shown and shared.
    """

    kind: ClassVar[str] = "unreadable"
    origin: Origin
    why: Text
    shape: str = ""

    def identity(self) -> tuple[str, ...]:
        return (self.origin.source.sha256, self.origin.place, self.why.key)


_FULL_WIDTH = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SEPARATORS = str.maketrans("", "", " -()\t\u00a0\u200b\u200e\u200f\u202a\u202c.")


def plain_party(party: str) -> str:
    """A number without spaces, dashes and +86/0086, or a name trimmed: for comparing only."""
    if party.isascii() and party.isalnum():  # the common case, kept cheap
        return party[2:] if len(party) == 13 and party.startswith("86") else party
    folded = party.translate(_FULL_WIDTH).strip()
    plain = folded.translate(_SEPARATORS)
    if plain.startswith("+86"):
        plain = plain[3:]
    elif plain.startswith("0086"):
        plain = plain[4:]
    digits = plain.lstrip("+")
    return plain if digits.isdigit() else folded
