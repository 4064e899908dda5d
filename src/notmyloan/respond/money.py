"""The money that never came: every account the person has, over the window of a disputed payout.

That nothing arrived is shown only by accounts whose bills cover the whole window. The others are
named as gaps, each with the statement that would close it; and nobody can list accounts that the
person did not name, so the statement of completeness says whose word it rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.money import Money
from notmyloan.model.record import Flow, Private, Transaction
from notmyloan.respond.alibi import window_of

_NEAR = Decimal("0.15")  # fees taken off in advance make a payout smaller than the loan


@dataclass(frozen=True, slots=True, repr=False)
class AccountShown(Private):
    """An account of the person and what its bills say. `covered`: whether they span the window;
    `credits` what came in during the window; `suspicious` those that could be the payout."""

    name: str
    first: date | None
    last: date | None
    covered: bool
    credits: tuple[Transaction, ...]
    suspicious: tuple[Transaction, ...]


@dataclass(frozen=True, slots=True, repr=False)
class MoneyShown(Private):
    """All accounts over the window. `listed_complete`: the person said that these are all their
    cards. `proved` only when that is so, every account is covered and nothing could be the
    payout."""

    first: date
    last: date
    amount: Money | None
    accounts: tuple[AccountShown, ...]
    listed_complete: bool

    @property
    def gaps(self) -> tuple[AccountShown, ...]:
        """Accounts whose bills do not span the window."""
        return tuple(a for a in self.accounts if not a.covered)

    @property
    def suspicious(self) -> tuple[Transaction, ...]:
        return tuple(t for a in self.accounts for t in a.suspicious)

    @property
    def proved(self) -> bool:
        return (
            self.listed_complete and bool(self.accounts) and not self.gaps and not self.suspicious
        )


def money_shown(
    dossier: Dossier, opened: date, amount: Money | None, names: Sequence[str] = ()
) -> MoneyShown:
    """What the person's bills show of a payout after `opened`. `names`: what the lender is
    called."""
    first, last = window_of(opened)
    spans: dict[str, list[date]] = {}
    credits: dict[str, list[Transaction]] = {}
    for transaction in dossier.transactions():
        name = " ".join(filter(None, (transaction.provider, transaction.account)))
        day = transaction.at.astimezone(dossier.zone).date()
        span = spans.setdefault(name, [day, day])
        span[0], span[1] = min(span[0], day), max(span[1], day)
        if transaction.flow is Flow.IN and first <= day <= last:
            credits.setdefault(name, []).append(transaction)
    shown = [
        AccountShown(
            name, begun, ended, begun <= first and ended >= min(last, _today(dossier)),
            tuple(credits.get(name, ())),
            tuple(t for t in credits.get(name, ()) if _could_be(t, amount, names)),
        )
        for name, (begun, ended) in sorted(spans.items())
    ]  # fmt: skip
    for card in dossier.mine.of(OwnedKind.CARD):
        tail = card.value[-4:]
        if not any(tail in account.name for account in shown):
            name = " ".join(filter(None, (card.institution, f"*{tail}")))
            shown.append(AccountShown(name, None, None, False, (), ()))
    return MoneyShown(first, last, amount, tuple(shown), OwnedKind.CARD in dossier.mine.complete)


def _today(dossier: Dossier) -> date:
    return dossier.now.astimezone(dossier.zone).date()


def _could_be(transaction: Transaction, amount: Money | None, names: Sequence[str]) -> bool:
    who = " ".join(filter(None, (transaction.counterparty, transaction.summary, transaction.note)))
    if any(name and name in who for name in names):
        return True
    if amount is None or transaction.amount.currency != amount.currency:
        return False
    short = amount.amount - transaction.amount.amount
    return 0 <= short <= amount.amount * _NEAR
