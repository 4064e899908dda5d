"""The alibi and the money that never came: what is claimed, and what is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.credit import CreditFile
from notmyloan.model.disclosure import Disclosure, Mine, Owned, OwnedKind
from notmyloan.model.dossier import Screened
from notmyloan.model.label import Label
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
from notmyloan.respond.alibi import Kept, Photo, Shows, alibi
from notmyloan.respond.money import MoneyShown, money_shown

DAY = date(2026, 6, 10)
LENDER = ("某某消费金融", "某某金融")


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def origin(name: str = "bill") -> Origin:
    return Origin(SourceFile(name, name.ljust(64, "0"), "test", 1), "line:1")


NOW = at(12, day=date(2026, 11, 20))
ALL_CARDS = Mine(complete=frozenset({OwnedKind.CARD}))


@dataclass
class Papers:
    """A person's records, as a Dossier."""

    texts: list[Message] = field(default_factory=list)
    phone: list[Call] = field(default_factory=list)
    bills: list[Transaction] = field(default_factory=list)
    mine: Mine = ALL_CARDS
    now: datetime = NOW
    zone: tzinfo = SHANGHAI
    country: str = "cn"
    disclosures: tuple[Disclosure, ...] = ()

    def messages(self, labels: Collection[Label] | None = None) -> Iterator[Screened]:
        return (Screened(m, None) for m in self.texts)

    def calls(self) -> Iterator[Call]:
        return iter(self.phone)

    def transactions(self) -> Iterator[Transaction]:
        return iter(self.bills)

    def credit_files(self) -> tuple[CreditFile, ...]:
        return ()


def text(moment: datetime, words: str, party: str, way: Direction = Direction.RECEIVED) -> Message:
    return Message(origin(), moment, way, party, words)


def paid(
    day: date, amount: int, *, who: str = "某店", flow: Flow = Flow.OUT, hour: int = 12,
    provider: str = "某银行", file: str = "bill", balance: int | None = None,
) -> Transaction:  # fmt: skip
    return Transaction(
        origin(file), at(hour, day=day), Precision.MINUTE, flow, Money(Decimal(amount)), provider,
        account="6222****9962", counterparty=who,
        balance=None if balance is None else Money(Decimal(balance)),
    )  # fmt: skip


# -- the alibi


def test_who_can_confirm_it_near_the_minute_is_counted() -> None:
    papers = Papers(
        texts=[
            text(at(22, 41), "【某某金融】验证码123456", "10690001"),
            text(at(22, 30), "在路上了", "13800000001", Direction.SENT),
            text(at(9), "早", "13800000001", Direction.SENT),
        ],
        bills=[paid(DAY, 30, hour=22, provider="wechat"), paid(DAY, 9, hour=8, provider="alipay")],
    )
    photo = Photo(at(22, 50), "dinner.jpg", "30.2,120.1", 4)
    found = alibi(papers, DAY, LENDER, [photo])
    assert found.independent == ("carrier", "wechat")  # not Alipay's, fourteen hours before
    assert not found.told
    assert [s.shows for s in found.sightings if s.kept is Kept.OWN] == [Shows.TAKEN]
    by_contract = alibi(papers, DAY, LENDER, [photo], [at(8, 30)])
    assert by_contract.told
    assert by_contract.independent == ("alipay", "carrier")
    assert alibi(papers, DAY, ()).independent == ("alipay", "carrier", "wechat")


def test_whoever_spoke_in_the_lenders_name_is_no_alibi() -> None:
    """The call on which the code was talked out of the person is the other side's evidence."""
    fraud = "18600000790"
    papers = Papers(
        texts=[text(at(22, 48), "您好我是某某金融客服，请报验证码", fraud)],
        phone=[
            Call(origin(), at(22, 48), CallOutcome.ANSWERED, "+86 186 0000 0790", 96),
            Call(origin(), at(22, 49), CallOutcome.MISSED, "13900000000", 0),
        ],
    )
    found = alibi(papers, DAY, LENDER)
    assert [s.shows for s in found.sightings] == [Shows.AGAINST, Shows.AGAINST, Shows.REACHED]
    assert found.hours == ()
    assert found.independent == ()


def test_a_day_without_an_hour_places_nobody() -> None:
    bill = replace(paid(DAY, 5), precision=Precision.DAY)
    found = alibi(Papers(bills=[bill]), DAY, LENDER)
    assert found.hours == ()
    assert found.independent == ()


# -- the money


def statement(first: date, last: date, file: str = "bill") -> list[Transaction]:
    """A payment a day, with running balances."""
    return [
        paid(first + timedelta(n), 1, file=file, balance=90_000 - (first - DAY).days - n)
        for n in range((last - first).days + 1)
    ]


WHOLE = statement(date(2026, 5, 1), date(2026, 8, 1))


def shown(bills: list[Transaction], **also: object) -> MoneyShown:
    papers = Papers(bills=sorted(bills, key=lambda t: t.at), **also)  # type: ignore[arg-type]
    return money_shown(papers, DAY, Money(Decimal(9_000)), LENDER)


def test_a_whole_statement_proves_it() -> None:
    found = shown(WHOLE)
    assert found.proved
    assert found.gaps == ()


def received(amount: int, who: str = "某支付公司", day: date = DAY, hour: int = 23) -> Transaction:
    return paid(day, amount, who=who, flow=Flow.IN, hour=hour)


@pytest.mark.parametrize(
    "payout",
    [
        [received(9_000)],
        [received(7_900)],  # fees taken off in advance
        [received(5_000), received(4_000, hour=22)],  # in two parts
        [received(120, who="某某消费金融股份有限公司")],  # the lender's own, whatever the amount
        [received(9_000, day=DAY + timedelta(days=29))],
    ],
    ids=["whole", "less the fees", "in parts", "by the lender", "late"],
)
def test_a_planted_payout_is_always_found(payout: list[Transaction]) -> None:
    bills = [replace(t, balance=None) for t in WHOLE]
    found = shown([*bills, *payout])
    assert set(found.suspicious) == set(payout)
    assert not found.proved


@given(
    first=st.integers(0, 30), length=st.integers(1, 34), tail=st.booleans(), balances=st.booleans()
)
def test_no_claim_is_made_when_a_statement_is_missing(
    first: int, length: int, tail: bool, balances: bool
) -> None:
    """Two exports with days between them: whatever the days, nothing is taken for granted."""
    begin = date(2026, 6, 7) + timedelta(first)
    end = begin + timedelta(length - 1)
    before = statement(date(2026, 5, 1), begin - timedelta(1), "one")
    after = statement(end + timedelta(1), date(2026, 8, 1), "two")
    bills = before if tail else [*before, *after]
    if not balances:
        bills = [replace(t, balance=None) for t in bills]
    found = shown(bills)
    assert not found.proved
    (account,) = found.accounts
    assert account.missing[0][0] == begin


def test_a_row_left_out_of_a_statement_breaks_its_balances() -> None:
    for left_out in range(40, 60):
        bills = [t for n, t in enumerate(WHOLE) if n != left_out]
        (account,) = shown(bills).accounts
        assert account.broken
        assert not account.covered
    # The order of rows within a minute does not matter.
    same = [
        paid(DAY, 5, flow=Flow.IN, balance=105, who="b"), paid(DAY, 10, balance=100, who="a"),
        paid(DAY, 2, balance=103, who="c"),
    ]  # fmt: skip
    (account,) = shown(same).accounts
    assert account.broken == ()


def test_a_damaged_file_an_unfinished_window_and_an_unlisted_card_prove_nothing() -> None:
    papers = Papers(bills=WHOLE)
    damaged = money_shown(
        papers, DAY, Money(Decimal(9_000)), LENDER, damaged={origin().source.sha256}
    )
    assert not damaged.proved
    assert damaged.gaps[0].damaged
    early = shown(WHOLE, now=at(12, day=date(2026, 7, 1)))
    assert not early.over
    assert not early.proved
    card = Owned(OwnedKind.CARD, "6217000000001942", institution="另一银行")
    unread = shown(WHOLE, mine=Mine((card,), frozenset({OwnedKind.CARD})))
    assert [a.name for a in unread.gaps] == ["另一银行 *1942"]
    assert not shown(WHOLE, mine=Mine()).proved
    assert not shown([]).proved


def test_a_row_that_stands_in_two_exports_joins_them() -> None:
    one = statement(date(2026, 5, 1), date(2026, 6, 20), "one")
    two = statement(date(2026, 6, 15), date(2026, 8, 1), "two")
    shared = {t.at for t in two}
    rows = [(t, (t.origin, origin("two")) if t.at in shared else (t.origin,)) for t in one]
    rows += [(t, (t.origin,)) for t in two if t.at > one[-1].at]
    papers = Papers(bills=[t for t, _ in rows])
    assert money_shown(papers, DAY, None, LENDER, rows).proved


def test_that_the_phone_with_the_codes_was_in_use_is_told_to_nobody() -> None:
    """Nor is the call of a stranger who talked the code out of the person an alibi."""
    papers = Papers(
        texts=[
            text(at(0, 14), "【某某金融】验证码123456，您正在申请借款", "10690001"),
            text(at(0, 30), "还没睡", "13800000001", Direction.SENT),
        ],
        phone=[
            Call(origin(), at(0, 16), CallOutcome.ANSWERED, "17012340000", 141),
            Call(origin(), at(1, 10), CallOutcome.ANSWERED, "13800000001", 60),
            Call(origin(), at(9), CallOutcome.OUTGOING, "13800000001", 60),
        ],
        bills=[paid(DAY, 30, hour=1, provider="wechat")],
    )
    found = alibi(papers, DAY, LENDER)
    assert [s.record for s in found.against] == [papers.texts[0], papers.phone[0]]
    assert found.hours == (0, 1)
    assert found.elsewhere == (1,)  # the payment
    assert alibi(papers, DAY, ("别家金融",)).elsewhere == (0, 1, 9)  # its codes came elsewhere
