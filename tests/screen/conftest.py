"""A made-up dossier for the rules: what they see, without a vault or a model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

import pytest

from notmyloan.model.credit import CreditFile
from notmyloan.model.disclosure import Disclosure, Mine, Owned, OwnedKind
from notmyloan.model.dossier import Screened
from notmyloan.model.label import LABELS, Judgement, Label
from notmyloan.model.money import Money
from notmyloan.model.place_in_time import SHANGHAI, Precision
from notmyloan.model.record import (
    Call,
    CallOutcome,
    Direction,
    Flow,
    Message,
    Origin,
    SourceFile,
    Transaction,
)

_FILE = SourceFile("phone.xml", "0" * 64, "test", 1)
START = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning in Shanghai


def judgement(label: Label, p: float = 0.95) -> Judgement:
    """A judgement with `p` on one label and the rest spread evenly."""
    rest = (1 - p) / (len(LABELS) - 1)
    return Judgement(tuple(p if other is label else rest for other in LABELS), "test")


@dataclass
class FakeDossier:
    """A `Dossier` held in memory, with short ways to put records into it.

    Times are minutes after START unless a moment is given.
    """

    now: datetime = START + timedelta(days=1)
    zone: tzinfo = SHANGHAI
    country: str = "cn"
    owned: list[Owned] = field(default_factory=list)
    complete: frozenset[OwnedKind] = frozenset()
    given: list[Disclosure] = field(default_factory=list)
    screened: list[Screened] = field(default_factory=list)
    rung: list[Call] = field(default_factory=list)
    paid: list[Transaction] = field(default_factory=list)
    files: list[CreditFile] = field(default_factory=list)

    @property
    def mine(self) -> Mine:
        return Mine(tuple(self.owned), self.complete)

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        return tuple(self.given)

    def messages(self, labels: Collection[Label] | None = None) -> Iterator[Screened]:
        for one in sorted(self.screened, key=lambda s: (s.message.at, s.message.text)):
            if labels is None or (one.judgement and one.judgement.label in labels):
                yield one

    def calls(self) -> Iterator[Call]:
        yield from sorted(self.rung, key=lambda c: c.at)

    def transactions(self) -> Iterator[Transaction]:
        yield from sorted(self.paid, key=lambda t: t.at)

    def credit_files(self) -> tuple[CreditFile, ...]:
        return tuple(self.files)

    def _place(self) -> Origin:
        n = len(self.screened) + len(self.rung) + len(self.paid) + 1
        return Origin(_FILE, f"row:{n}")

    def _at(self, when: float | datetime) -> datetime:
        return when if isinstance(when, datetime) else START + timedelta(minutes=when)

    def text(
        self,
        when: float | datetime,
        text: str,
        label: Label = Label.VERIFICATION_CODE,
        party: str = "10690123456789",
        p: float = 0.95,
        contact: str | None = None,
        sim: str | None = None,
    ) -> Message:
        """A received message with its label."""
        message = Message(
            self._place(), self._at(when), Direction.RECEIVED, party, text, contact=contact, sim=sim
        )
        self.screened.append(Screened(message, judgement(label, p)))
        return message

    def sent(self, when: float | datetime, text: str, party: str) -> Message:
        """A message that the person sent."""
        message = Message(self._place(), self._at(when), Direction.SENT, party, text)
        self.screened.append(Screened(message, None))
        return message

    def call(
        self,
        when: float | datetime,
        party: str,
        duration: int = 20,
        outcome: CallOutcome = CallOutcome.ANSWERED,
        contact: str | None = None,
    ) -> Call:
        """A call; answered for twenty seconds unless told otherwise."""
        call = Call(self._place(), self._at(when), outcome, party, duration, contact)
        self.rung.append(call)
        return call

    def pay(
        self,
        when: float | datetime,
        counterparty: str,
        amount: str = "100",
        flow: Flow = Flow.OUT,
        provider: str = "alipay",
        account: str | None = None,
        summary: str | None = None,
        method: str | None = None,
    ) -> Transaction:
        """A line of a bill."""
        transaction = Transaction(
            self._place(), self._at(when), Precision.SECOND, flow, Money(Decimal(amount)),
            provider, account=account, counterparty=counterparty, summary=summary, method=method,
            order=str(len(self.paid)),
        )  # fmt: skip
        self.paid.append(transaction)
        return transaction

    def own(self, kind: OwnedKind, value: str, institution: str | None = None) -> Owned:
        """A confirmed line of "mine"."""
        line = Owned(kind, value, institution)
        self.owned.append(line)
        return line


@pytest.fixture
def dossier() -> FakeDossier:
    """An empty dossier to fill."""
    return FakeDossier()


@pytest.fixture
def judged() -> Callable[[Label, float], Judgement]:
    """Makes judgements."""
    return judgement


@pytest.fixture
def labels() -> Sequence[Label]:
    """Every label in order."""
    return LABELS
