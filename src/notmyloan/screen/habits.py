"""Habits in the bills: who is paid again and again, who pays wages, which cards are used."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from notmyloan.country.institutions import Institution
from notmyloan.model.dossier import Dossier
from notmyloan.model.record import Flow, Transaction, record_id
from notmyloan.screen.signer import Sender
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene

MOST_CITED = 12
_Key = TypeVar("_Key", bound=Hashable)
# One person's bills name some thousands of shops; a hostile file could name millions.
MOST_NAMES = 20_000
_WAGE = re.compile(r"工资|薪|代发|奖金|payroll|salary|wages|direct dep", re.IGNORECASE)
_CARD = re.compile(
    r"(?P<bank>[\u4e00-\u9fff]{2,8}银行|[\u4e00-\u9fff]{1,2}行)[\u4e00-\u9fff]{0,6}[^\d]{0,6}(?P<tail>\d{4})(?!\d)"
)
_REFUND = re.compile(r"退款|关闭|失败|refund|closed|failed", re.IGNORECASE)
_NOBODY = re.compile(r"^[/\-—\s]*$|^\d+$|未知")


@dataclass(slots=True)
class Repeated:
    """Something that came again: how often, in which months, and the first records of it."""

    n: int = 0
    months: set[tuple[int, int]] = field(default_factory=set)
    cites: list[str] = field(default_factory=list)

    def add(self, transaction: Transaction) -> None:
        self.n += 1
        self.months.add((transaction.at.year, transaction.at.month))
        if len(self.cites) < MOST_CITED:
            self.cites.append(record_id(transaction))


class Habits:
    """What repeats in the bills."""

    def __init__(self) -> None:
        self._firms: dict[str, tuple[Institution, Repeated]] = {}
        self._payees: dict[str, Repeated] = {}
        self._wages: dict[str, Repeated] = {}
        self._cards: dict[tuple[str, str], Repeated] = {}
        self._accounts: dict[str, Repeated] = {}

    def add(self, transaction: Transaction, scene: Scene) -> None:
        """Take one line of a bill into account."""
        if _REFUND.search(transaction.status or ""):
            return
        name = (transaction.counterparty or "").strip()
        if name and len(name) <= 60 and not _NOBODY.match(name):
            self._add_party(transaction, name, scene)
        self._add_card(transaction, scene)
        account = (transaction.account or "").strip()
        if "@" in account or (account.isdigit() and len(account) == 11):
            _at(self._accounts, account).add(transaction)

    def _add_party(self, transaction: Transaction, name: str, scene: Scene) -> None:
        words = f"{transaction.summary or ''} {transaction.category or ''} {transaction.note or ''}"
        if transaction.flow is Flow.IN and _WAGE.search(words):
            _at(self._wages, name).add(transaction)
            return
        if transaction.flow is not Flow.OUT:
            return
        firm = scene.pack.institutions.find(name)
        if firm is not None:
            self._firms.setdefault(firm.id, (firm, Repeated()))[1].add(transaction)
        else:
            _at(self._payees, name).add(transaction)

    def _add_card(self, transaction: Transaction, scene: Scene) -> None:
        found = _CARD.search(transaction.method or "")
        if found:
            firm = scene.pack.institutions.find(found["bank"])
            _at(self._cards, (firm.short if firm else found["bank"], found["tail"])).add(
                transaction
            )
            return
        account = re.sub(r"[\s]", "", transaction.account or "")
        bank = scene.pack.institutions.find(transaction.provider)
        if bank is not None and re.fullmatch(r"[\d*xX]{4,19}", account) and account[-4:].isdigit():
            if account.isdigit() and len(account) == 11:
                return  # a phone number that is a wallet's account
            _at(self._cards, (bank.short, account[-4:])).add(transaction)

    def months_paid(self, sender: Sender) -> int:
        """In how many months the person paid this firm."""
        paid = self._paid(sender)
        return len(paid.months) if paid else 0

    def paid_cites(self, sender: Sender) -> tuple[str, ...]:
        """The first payments to this firm."""
        paid = self._paid(sender)
        return tuple(paid.cites) if paid else ()

    def _paid(self, sender: Sender) -> Repeated | None:
        entry = self._firms.get(sender.institution.id) if sender.institution else None
        return entry[1] if entry else None

    def firms(self) -> Iterator[tuple[Institution, Repeated]]:
        """Listed firms that were paid, by id."""
        yield from (self._firms[key] for key in sorted(self._firms))

    def employers(self) -> Iterator[tuple[str, Repeated]]:
        """Who paid wages in three months or more."""
        yield from _often(self._wages)

    def payees(self) -> Iterator[tuple[str, Repeated]]:
        """Who was paid in three months or more."""
        yield from _often(self._payees)

    def cards(self) -> Iterator[tuple[tuple[str, str], Repeated]]:
        """Cards by bank and last four digits."""
        yield from sorted(self._cards.items(), key=lambda kv: kv[0])

    def accounts(self) -> Iterator[tuple[str, Repeated]]:
        """Wallet accounts that are a phone number or mail address in full."""
        yield from sorted(self._accounts.items(), key=lambda kv: kv[0])


def _at(table: dict[_Key, Repeated], key: _Key) -> Repeated:
    if key not in table and len(table) >= MOST_NAMES:
        return Repeated()
    return table.setdefault(key, Repeated())


def _often(table: dict[str, Repeated]) -> Iterator[tuple[str, Repeated]]:
    least = thresholds("proposals")["repeats"]
    for name in sorted(table):
        if len(table[name].months) >= least:
            yield name, table[name]


def read_habits(dossier: Dossier, scene: Scene) -> Habits:
    """Read the bills once."""
    habits = Habits()
    for transaction in dossier.transactions():
        habits.add(transaction, scene)
    return habits
