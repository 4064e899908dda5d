"""What the person's own papers say about each firm: the list of "mine", disclosures, bills and
notices, gathered once per dossier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from weakref import WeakKeyDictionary

from notmyloan.country import Numbers, Pack, load
from notmyloan.country.names import signature
from notmyloan.model.disclosure import Disclosure, Owned, OwnedKind, Standing
from notmyloan.model.dossier import Dossier
from notmyloan.model.label import Label
from notmyloan.model.record import Flow, Message, Transaction, record_id
from notmyloan.reconcile.match import Firms

_RELATION = re.compile(
    r"还款成功|扣款成功|已还款|已结清|账单(?:日|金额|已出)?|应还(?:款|金额)|自动扣款|欢迎(?:您|成为|使用)"
    r"|放款成功|借款成功|贷款已发放|本期应还|最低还款|交易提醒|消费人民币"
)
_ADVERSE_NOTICE = re.compile(r"逾期|征信|上报|不良信(?:息|用)|信用记录")
# How a bank's own bill says that money came from or went into a loan.
LOAN_WORDS = re.compile(
    r"放款|借款|贷款|还贷|还款|借呗|花呗|白条|金条|微粒贷|网商贷|分期(?:还|扣)|代扣.*?贷|消费贷|信用贷"
    r"|\bloan\b|repayment|disbursement",
    re.IGNORECASE,
)
_CARD_REPAYMENT = re.compile(r"信用卡(?:自动)?还款|还信用卡|贷记卡还款|credit card payment", re.I)
FAILED = re.compile(r"失败|关闭|取消|撤销|已退款|全额退款|failed|cancel+ed|refunded", re.I)
CITED = 3
# A denial that names a day means what happened about then.
_SAME_DAYS = 31


@dataclass(frozen=True, slots=True)
class LoanMove:
    """Money between the person and a lender, with the lender's name as the bill has it."""

    transaction: Transaction
    firm: str
    card: bool
    day: date


@dataclass(slots=True)
class Notices:
    """Messages of one firm that speak to a customer, and those that warn of bad records."""

    relation: int = 0
    adverse: int = 0
    first_adverse: datetime | None = None
    cites: list[str] = field(default_factory=list)

    def add(self, message: Message) -> None:
        adverse = bool(_ADVERSE_NOTICE.search(message.text))
        if adverse:
            self.adverse += 1
            self.first_adverse = min(self.first_adverse or message.at, message.at)
        elif _RELATION.search(message.text):
            self.relation += 1
        else:
            return
        if len(self.cites) < CITED:
            self.cites.append(record_id(message))


class Known:
    """The evidence of one dossier. Bills and messages are read when first asked for."""

    def __init__(self, dossier: Dossier) -> None:
        self.pack: Pack = load(dossier.country)
        self.firms = Firms(self.pack.institutions)
        self.mine = dossier.mine
        self.disclosures = dossier.disclosures
        self.today: date = dossier.now.astimezone(dossier.zone).date()
        self._moves, self._bill_days = _loan_moves(dossier, self.firms)
        self._notices, self.any_messages = _notices(dossier, self.firms, self.pack.numbers)

    def lines(self, *kinds: OwnedKind) -> Iterator[Owned]:
        """Lines of "mine" of these kinds that the person did not strike."""
        for owned in self.mine.owned:
            if owned.owned_kind in kinds and owned.standing is not Standing.STRUCK:
                yield owned

    def count(self, *kinds: OwnedKind) -> int:
        return sum(len(self.mine.of(kind)) for kind in kinds)

    def firm_of(self, owned: Owned) -> str | None:
        """The firm a line speaks of: its institution, a card's bank, or its own value."""
        if owned.institution:
            return owned.institution
        if owned.owned_kind is OwnedKind.CARD:
            return self.pack.bins.bank(owned.value) if len(owned.value) > 8 else None
        return owned.value or None

    def denied(self, firm: str, reason: str = "", on: date | None = None) -> bool:
        """Whether the person said that this is not theirs: a firm, one purpose of enquiry
        (everywhere, or at one firm), or what a firm did about one day."""
        return any(
            self._denies(owned, firm, reason, on) for owned in self.mine.of(OwnedKind.NOT_MINE)
        )

    def _denies(self, owned: Owned, firm: str, reason: str, on: date | None) -> bool:
        if owned.opened and on and abs((owned.opened - on).days) > _SAME_DAYS:
            return False
        value = owned.value.strip()
        purpose = value if value and value in self._purposes else None
        if owned.institution:
            # A purpose beside the firm narrows the denial to it.
            return self._named(owned.institution, firm) and (purpose or "") in reason
        if purpose:
            return purpose in reason
        return bool(value) and self._named(value, firm)

    @cached_property
    def _purposes(self) -> frozenset[str]:
        """The printed reasons of enquiries that the country pack knows."""
        listed = self.pack.facts.get("enquiries", {}).values()
        return frozenset(word for words in listed if isinstance(words, list) for word in words)

    def _named(self, said: str, name: str) -> bool:
        """Whether the person's words name this firm (or, elsewhere, this very thing)."""
        if not name.strip():
            return False
        if said.strip() == name.strip() or self.firms.key(said) == self.firms.key(name):
            return True
        meant = self.pack.institutions.find(said) or self.pack.institutions.mentioned(said)
        return meant is not None and meant is self.pack.institutions.find(name)

    def given_to(self, firm: str) -> list[Disclosure]:
        """Disclosures to this firm or its house, confirmed or proposed."""
        return [d for d in self.disclosures if self.firms.related(d.recipient, firm)]

    def moves(self, firm: str, flow: Flow) -> list[LoanMove]:
        """Loan money from (`IN`) or to (`OUT`) a firm or its house, oldest first."""
        return [
            m for m in self._moves
            if m.transaction.flow is flow and self.firms.related(m.firm, firm)
        ]  # fmt: skip

    def all_moves(self) -> tuple[LoanMove, ...]:
        return self._moves

    def bills_cover(self, day: date, days: int) -> bool:
        """Whether the bills show business both before and after a day, within `days`."""
        return any(
            day - timedelta(days) <= d <= day for d in self._bill_days
        ) and any(day <= d <= day + timedelta(days) for d in self._bill_days)  # fmt: skip

    def notices(self, firm: str) -> Notices | None:
        """What the firm wrote to the person as to a customer."""
        return self._notices.get(self.firms.key(firm))


def _loan_moves(dossier: Dossier, firms: Firms) -> tuple[tuple[LoanMove, ...], frozenset[date]]:
    moves: list[LoanMove] = []
    days: set[date] = set()
    for t in dossier.transactions():
        day = t.at.astimezone(dossier.zone).date()
        days.add(day)
        if t.flow is Flow.NEUTRAL and not _said(t):
            continue
        if t.status and FAILED.search(t.status):
            continue
        move = _loan_move(t, firms, day)
        if move is not None:
            moves.append(move)
    return tuple(moves), frozenset(days)


def _said(t: Transaction) -> str:
    return " ".join(s for s in (t.summary, t.note, t.category) if s and LOAN_WORDS.search(s))


def _loan_move(t: Transaction, firms: Firms, day: date) -> LoanMove | None:
    """The move, where the counterparty lends, and a bank only where the words speak of a loan."""
    words = " ".join(s for s in (t.counterparty, t.summary, t.note, t.category) if s)
    card = bool(_CARD_REPAYMENT.search(words))
    names = [t.counterparty, t.summary, t.note]
    if card or LOAN_WORDS.search(words):
        mentioned = firms.institutions.mentioned(words)
        names.append(mentioned.short if mentioned else None)
    for name in names:
        if not name or not firms.institutions.lends(name):
            continue
        told = firms.institutions.kind_of(name)
        is_bank = told is not None and told[0].value == "bank"
        if is_bank and not (LOAN_WORDS.search(words) or card):
            return None
        return LoanMove(t, name, card, day)
    return None


def _notices(dossier: Dossier, firms: Firms, hotlines: Numbers) -> tuple[dict[str, Notices], bool]:
    found: dict[str, Notices] = {}
    any_messages = False
    for message, _ in dossier.messages((Label.TRANSACTIONAL, Label.DUNNING)):
        any_messages = True
        name = signature(message.text) or hotlines.hotline_owner(message.party)
        name = name or _sender_name(message)
        if name and firms.institutions.lends(name):
            found.setdefault(firms.key(name), Notices()).add(message)
    return found, any_messages


def _sender_name(message: Message) -> str | None:
    """The sender's name where the export kept one."""
    return message.contact or (message.party if not message.party.lstrip("+").isdigit() else None)


_CACHE: WeakKeyDictionary[Dossier, Known] = WeakKeyDictionary()


def known(dossier: Dossier) -> Known:
    """The evidence of a dossier, gathered at its first rule and shared by the others."""
    try:
        found = _CACHE.get(dossier)
    except TypeError:  # a dossier that cannot be weakly referenced is gathered every time
        return Known(dossier)
    if found is None or found.mine is not dossier.mine:
        found = _CACHE[dossier] = Known(dossier)
    return found
