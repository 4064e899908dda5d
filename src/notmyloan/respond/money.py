"""The money that never came: every account the person has, over the window of a disputed payout.

That nothing arrived is shown only by accounts whose bills cover the whole window without a gap and
without a row that could not be read; where a bill tells balances, they must follow from one
another, as a row that was left out breaks them. The others are named as gaps, each with the
statement that would close it; and nobody can list accounts that the person did not name, so the
statement of completeness says whose word it rests on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.money import Money
from notmyloan.model.record import Flow, Origin, Private, Transaction
from notmyloan.respond.alibi import window_of

_NEAR = Decimal("0.15")  # fees taken off in advance make a payout smaller than the loan
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, repr=False)
class AccountShown(Private):
    """An account of the person and what its bills say. `covered`: whether they span the window
    whole; `missing` the days of the window that they do not; `damaged`: a row of a bill could not
    be read; `broken` the days on which the balances do not follow; `credits` what came in during
    the window; `suspicious` those that could be the payout, or parts of it."""

    name: str
    first: date | None
    last: date | None
    covered: bool
    credits: tuple[Transaction, ...]
    suspicious: tuple[Transaction, ...]
    missing: tuple[tuple[date, date], ...] = ()
    damaged: bool = False
    broken: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class MoneyShown(Private):
    """All accounts over the window. `listed_complete`: the person said that these are all their
    cards; `over`: the window has passed. `proved` only when both are so, every account is covered
    and nothing could be the payout."""

    first: date
    last: date
    amount: Money | None
    accounts: tuple[AccountShown, ...]
    listed_complete: bool
    over: bool = True

    @property
    def gaps(self) -> tuple[AccountShown, ...]:
        """Accounts whose bills do not span the window whole."""
        return tuple(a for a in self.accounts if not a.covered)

    @property
    def suspicious(self) -> tuple[Transaction, ...]:
        return tuple(t for a in self.accounts for t in a.suspicious)

    @property
    def proved(self) -> bool:
        return (
            self.listed_complete
            and self.over
            and bool(self.accounts)
            and not self.gaps
            and not self.suspicious
        )


def money_shown(
    dossier: Dossier,
    opened: date,
    amount: Money | None,
    names: Sequence[str] = (),
    rows: Iterable[tuple[Transaction, Sequence[Origin]]] | None = None,
    damaged: Collection[str] = (),
) -> MoneyShown:
    """What the person's bills show of a payout after `opened`. `names`: what the lender is
    called; `rows`: every transaction with all files it stands in, where the caller knows them;
    `damaged`: SHA-256 of the files in which something could not be read."""
    first, last = window_of(opened)
    if rows is None:
        rows = ((t, (t.origin,)) for t in dossier.transactions())
    found: dict[str, list[Transaction]] = defaultdict(list)
    spans: dict[str, dict[str, list[date]]] = defaultdict(dict)
    for transaction, origins in rows:
        name = " ".join(filter(None, (transaction.provider, transaction.account)))
        found[name].append(transaction)
        day = transaction.at.astimezone(dossier.zone).date()
        for origin in origins:
            span = spans[name].setdefault(origin.source.sha256, [day, day])
            span[0], span[1] = min(span[0], day), max(span[1], day)

    def shown(name: str) -> AccountShown:
        files = spans[name]
        missing = _missing(sorted((a, b) for a, b in files.values()), first, last)
        hurt = any(sha256 in damaged for sha256 in files)
        broken = tuple(day for day in _broken(found[name], dossier) if first <= day <= last)
        credits = tuple(
            t for t in found[name]
            if t.flow is not Flow.OUT
            and first <= t.at.astimezone(dossier.zone).date() <= last
        )  # fmt: skip
        incoming = tuple(t for t in credits if t.flow is Flow.IN)
        return AccountShown(
            name, min(a for a, _ in files.values()), max(b for _, b in files.values()),
            not missing and not hurt and not broken, incoming,
            _suspicious(incoming, amount, names, dossier), missing, hurt, broken,
        )  # fmt: skip

    accounts = [shown(name) for name in sorted(found)]
    for card in dossier.mine.of(OwnedKind.CARD):
        tail = card.value[-4:]
        if not any(tail in account.name for account in accounts):
            name = " ".join(filter(None, (card.institution, f"*{tail}")))
            accounts.append(AccountShown(name, None, None, False, (), (), ((first, last),)))
    return MoneyShown(
        first, last, amount, tuple(accounts), OwnedKind.CARD in dossier.mine.complete,
        last < dossier.now.astimezone(dossier.zone).date(),
    )  # fmt: skip


def _missing(
    spans: Sequence[tuple[date, date]], first: date, last: date
) -> tuple[tuple[date, date], ...]:
    """The days of the window that lie in no bill. Between two bills nothing is taken for granted:
    only days that touch are joined."""
    found = []
    next_day = first
    for begin, end in spans:
        if end < next_day:
            continue
        if begin > last:
            break
        if begin > next_day:
            found.append((next_day, begin - _DAY))
        next_day = max(next_day, end + _DAY)
    if next_day <= last:
        found.append((next_day, last))
    return tuple(found)


def _broken(transactions: Sequence[Transaction], dossier: Dossier) -> list[date]:
    """Days whose balances do not follow from those of the day before; empty for a bill without
    running balances. Within a day rows may stand in any order: banks book in an order of their
    own."""
    days: dict[date, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for t in transactions:
        if t.balance is None or t.flow is Flow.NEUTRAL or t.balance.currency != t.amount.currency:
            return []
        signed = t.amount.amount if t.flow is Flow.IN else -t.amount.amount
        day = t.at.astimezone(dossier.zone).date()
        days[day].append((t.balance.amount - signed, t.balance.amount))
    found = []
    balance: Decimal | None = None
    for day in sorted(days):
        rows = days[day]
        end = _chained(rows, balance)
        if end is None:
            if balance is not None:
                found.append(day)
            # Where it began does not follow from anything: go on from where these rows can end.
            starts = [before for before, _ in rows]
            ends = (_chained(rows, start) for start in starts)
            end = next((e for e in ends if e is not None), rows[-1][1])
        balance = end
    return found


def _chained(rows: Sequence[tuple[Decimal, Decimal]], balance: Decimal | None) -> Decimal | None:
    """The balance after all rows, begun from `balance`, in whatever order they follow from one
    another; None where they do not. Every row is an edge from one balance to the next, so this is
    a walk over all edges: it exists where the edges meet and no balance is left more often than it
    is reached, but for the two ends."""
    if balance is None:
        return None
    surplus: Counter[Decimal] = Counter()
    onward: dict[Decimal, set[Decimal]] = defaultdict(set)
    for before, after in rows:
        surplus[before] += 1
        surplus[after] -= 1
        onward[before].add(after)
    ends = [value for value, count in surplus.items() if count < 0]
    starts = [value for value, count in surplus.items() if count > 0]
    if (starts, len(ends)) not in (([balance], 1), ([], 0)) or any(
        abs(count) > 1 for count in surplus.values()
    ):
        return None
    reached, waiting = {balance}, [balance]
    while waiting:
        for after in onward[waiting.pop()] - reached:
            reached.add(after)
            waiting.append(after)
    if any(before not in reached for before, _ in rows):
        return None
    return ends[0] if ends else balance


def _suspicious(
    credits: Sequence[Transaction],
    amount: Money | None,
    names: Sequence[str],
    dossier: Dossier,
) -> tuple[Transaction, ...]:
    """What could be the payout: by who paid, by how much, or by how much one payer paid in a
    day."""
    parts: dict[tuple[str, date], list[Transaction]] = defaultdict(list)
    for t in credits:
        parts[t.counterparty or "", t.at.astimezone(dossier.zone).date()].append(t)
    found = []
    for t in credits:
        who = " ".join(filter(None, (t.counterparty, t.summary, t.note)))
        same = parts[t.counterparty or "", t.at.astimezone(dossier.zone).date()]
        whole = sum((p.amount.amount for p in same), Decimal())
        if (
            any(name and name in who for name in names)
            or _near(t.amount.amount, t.amount.currency, amount)
            or (len(same) > 1 and _near(whole, t.amount.currency, amount))
        ):
            found.append(t)
    return tuple(found)


def _near(sum_: Decimal, currency: str, amount: Money | None) -> bool:
    if amount is None or currency != amount.currency:
        return False
    return 0 <= amount.amount - sum_ <= amount.amount * _NEAR
