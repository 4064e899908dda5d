"""A made-up person's papers, put together line by line."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import pytest

from notmyloan.country import load
from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.credit import (
    AccountKind,
    AccountState,
    CreditAccount,
    CreditFile,
    CreditReport,
    Enquiry,
    Guarantee,
    IdentitySection,
    Overdue,
    ReportVersion,
)
from notmyloan.model.disclosure import Disclosure, Given, Mine, Owned, OwnedKind
from notmyloan.model.dossier import Screened
from notmyloan.model.finding import Finding
from notmyloan.model.label import LABELS, Judgement, Label
from notmyloan.model.money import Money
from notmyloan.model.place_in_time import SHANGHAI, Precision
from notmyloan.model.record import (
    Call,
    Direction,
    Flow,
    Message,
    Origin,
    SourceFile,
    Transaction,
)

ORIGIN = Origin(SourceFile("made up", "0" * 64, "test", 1), "line:1")
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
MY_ID = "11010519491231002X"


def moment(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI).astimezone(UTC)


def yuan(amount: float | str | None) -> Money | None:
    return None if amount is None else Money(Decimal(str(amount)))


@dataclass(eq=False)
class Life:
    """A Dossier built by hand."""

    owned: list[Owned] = field(default_factory=list)
    complete: frozenset[OwnedKind] = frozenset()
    given: list[Disclosure] = field(default_factory=list)
    texts: list[Screened] = field(default_factory=list)
    moves: list[Transaction] = field(default_factory=list)
    files: list[CreditFile] = field(default_factory=list)
    now: datetime = NOW
    zone: tzinfo = SHANGHAI
    country: str = "cn"

    @property
    def mine(self) -> Mine:
        return Mine(tuple(self.owned), self.complete)

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        return tuple(self.given)

    def messages(self, labels: Collection[Label] | None = None) -> Iterator[Screened]:
        for screened in self.texts:
            if labels is None or (screened.judgement and screened.judgement.label in labels):
                yield screened

    def calls(self) -> Iterator[Call]:
        return iter(())

    def transactions(self) -> Iterator[Transaction]:
        return iter(sorted(self.moves, key=lambda t: t.at))

    def credit_files(self) -> tuple[CreditFile, ...]:
        return tuple(self.files)

    # what the person says and has

    def owns(self, kind: OwnedKind, value: str = "", **more: Any) -> Life:
        self.owned.append(Owned(kind, value, **more))
        return self

    def gave(self, recipient: str, on: date | None, *given: Given, **more: Any) -> Life:
        self.given.append(Disclosure(recipient, on, given or (Given.PHONE,), **more))
        return self

    def text(self, text: str, label: Label, on: date = date(2026, 5, 1)) -> Life:
        odds = tuple(0.91 if known is label else 0.01 for known in LABELS)
        message = Message(ORIGIN, moment(on), Direction.RECEIVED, "10690000000", text)
        self.texts.append(Screened(message, Judgement(odds, "test")))
        return self

    def moved(
        self, flow: Flow, amount: float, party: str, on: date, hour: int = 12, **more: Any
    ) -> Life:
        at = moment(on, hour) + timedelta(seconds=len(self.moves))
        self.moves.append(
            Transaction(
                ORIGIN, at, Precision.SECOND, flow, Money(Decimal(str(amount))), "招商银行",
                counterparty=party, **{"account": "1234"} | more,
            )
        )  # fmt: skip
        return self

    # what the report says

    def reported(
        self,
        *items: CreditAccount | Guarantee | Enquiry,
        at: date = date(2026, 5, 30),
        identity: IdentitySection | None = None,
        id_number: str = MY_ID,
        name: str = "张三",
        **more: Any,
    ) -> Life:
        number = f"R{len(self.files) + 1}"
        report = CreditReport(
            ORIGIN, number, moment(at), ReportVersion.DETAILED, name, "身份证", id_number,
            identity_section=identity,
        )  # fmt: skip

        def of(kind: type) -> tuple[Any, ...]:
            return tuple(_renumber(i, number, n) for n, i in enumerate(items) if type(i) is kind)

        self.files.append(
            CreditFile(
                report, of(CreditAccount), of(Guarantee), enquiries=of(Enquiry),
                **more,
            )
        )  # fmt: skip
        return self


def _renumber(item: Any, report: str, number: int) -> Any:
    return replace(item, report=report, number=number + 1)


def loan(firm: str, opened: date, amount: float | None = 10000, **more: Any) -> CreditAccount:
    return CreditAccount(
        ORIGIN, "", 0, more.pop("account_kind", AccountKind.LOAN), firm,
        more.pop("state", AccountState.NORMAL), opened=opened, amount=yuan(amount), **more,
    )  # fmt: skip


def card(firm: str, opened: date, tail: str | None = None, **more: Any) -> CreditAccount:
    return loan(
        firm, opened, None, account_kind=AccountKind.CREDIT_CARD, card_tail=tail,
        limit=yuan(20000), **more,
    )  # fmt: skip


def guarantee(firm: str, opened: date, amount: float = 10000) -> Guarantee:
    return Guarantee(ORIGIN, "", 0, firm, "个人", opened=opened, amount=yuan(amount))


def asked(firm: str, on: date, reason: str = "贷款审批", own: bool = False) -> Enquiry:
    return Enquiry(ORIGIN, "", 0, on, firm, reason, own)


def late(months: int = 1, **more: Any) -> Overdue:
    return Overdue(months=months, **more)


@pytest.fixture
def life() -> Life:
    return Life()


@dataclass(frozen=True)
class Make:
    """The builders, for tests."""

    loan: Callable[..., CreditAccount] = loan
    card: Callable[..., CreditAccount] = card
    guarantee: Callable[..., Guarantee] = guarantee
    asked: Callable[..., Enquiry] = asked
    late: Callable[..., Overdue] = late
    yuan: Callable[..., Money | None] = yuan
    origin: Origin = ORIGIN
    my_id: str = MY_ID


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def check() -> Callable[[Iterable[Finding]], list[Finding]]:
    """Findings as a list, each held to what every finding promises."""

    def held(findings: Iterable[Finding]) -> list[Finding]:
        pack = load("cn")
        found = list(findings)
        assert len({f.finding_id for f in found}) == len(found)
        for finding in found:
            assert finding.cites
            assert len(set(finding.cites)) == len(finding.cites)
            assert finding.steps
            weights = [r.weight for r in finding.why if r.weight is not None]
            if weights:
                told = 1 / (1 + math.exp(-sum(weights)))
                assert finding.confidence == pytest.approx(told)
            assert all(ref in pack.statutes for ref in finding.basis)
            for step in finding.steps:
                assert step.channel is None or step.channel in pack.channels
            for language in LANGUAGES:
                say = Speaker(language).say
                texts = [finding.title, *(r.text for r in finding.why)]
                texts += [t for s in finding.steps for t in (s.text, s.within) if t]
                for text in texts:
                    said = say(text)
                    assert said
                    assert MY_ID not in said
                    assert "{" not in said
        return found

    return held
