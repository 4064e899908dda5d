"""Payments that are unlike the person's own habit on a card or wallet: `bill.anomaly`.

Robust statistics over the person's own history, account by account: the median of the logarithm
of amounts and its median absolute deviation, the hours at which they pay, and whom. One oddity is
nothing; several on one payment are worth a question.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from statistics import median

from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Severity
from notmyloan.model.identity import mask
from notmyloan.model.place_in_time import Precision
from notmyloan.model.record import Flow, Transaction, record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.known import FAILED, Known, known
from notmyloan.reconcile.match import payee_key
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import step
from notmyloan.reconcile.weigh import Scale, Told, verdict

_HISTORY = 40  # fewer payments tell no habit
_RECENT = timedelta(days=180)
_NEW_FOR = timedelta(days=1)
_MOST = 20
_WORTH = 0.5
_SMALL = 50.0  # whole currency units: nobody steals less and it would drown the rest


@dataclass(slots=True)
class Habit:
    """How one account is used: logarithms of amounts, payments by local hour."""

    n: int
    centre: float
    spread: float
    hours: Counter[int]
    timed: int

    def distance(self, amount: float) -> float:
        """How many robust standard deviations above the usual an amount lies."""
        return (log(max(amount, 0.01)) - self.centre) / self.spread

    def at_hour(self, hour: int) -> float:
        """The share of payments within an hour of that hour of the day."""
        near = sum(self.hours[(hour + shift) % 24] for shift in (-1, 0, 1))
        return (near + 0.5) / (self.timed + 1)


@rule
def anomaly(dossier: Dossier) -> Iterable[Finding]:
    """`bill.anomaly`: a payment to a new payee at an odd hour, or of an odd size."""
    evidence = known(dossier)
    accounts: dict[tuple[str, str], list[Transaction]] = {}
    for t in dossier.transactions():
        if t.status and FAILED.search(t.status):
            continue
        if t.flow is Flow.OUT and t.amount.amount > 0 and t.amount.currency == _currency(evidence):
            accounts.setdefault((t.provider, t.account or t.method or ""), []).append(t)
    found = [
        finding
        for payments in accounts.values()
        if len(payments) >= _HISTORY
        for finding in _odd_ones(payments, dossier, evidence)
    ]
    yield from sorted(found, key=lambda f: -f.confidence)[:_MOST]


def _currency(evidence: Known) -> str:
    return evidence.pack.currency


def _habit(payments: Sequence[Transaction], dossier: Dossier) -> Habit:
    logs = [log(float(t.amount.amount)) for t in payments]
    centre = median(logs)
    spread = 1.4826 * median(abs(x - centre) for x in logs)
    hours = Counter(
        t.at.astimezone(dossier.zone).hour for t in payments if t.precision is not Precision.DAY
    )
    # A person who always pays the same sum has no spread: a third of the size is still habit.
    return Habit(len(payments), centre, max(spread, 0.3), hours, sum(hours.values()))


def _odd_ones(payments: list[Transaction], dossier: Dossier, evidence: Known) -> Iterable[Finding]:
    payments.sort(key=lambda t: t.at)
    habit = _habit(payments, dossier)
    own_payees = {payee_key(o.value) for o in evidence.lines(OwnedKind.PAYEE)}
    last = payments[-1].at
    first: dict[str, datetime] = {}
    times = [t.at for t in payments]
    # Everybody is new at the beginning: the first third only teaches who is known.
    learnt = len(payments) // 3
    for index, t in enumerate(payments):
        payee = payee_key(t.counterparty or t.summary or "")
        # Who was first paid today is as new the second time.
        since = t.at - first.setdefault(payee, t.at)
        new = bool(payee) and since < _NEW_FOR and payee not in own_payees
        if index < learnt or last - t.at > _RECENT or float(t.amount.amount) < _SMALL:
            continue
        scale = _judge(t, new, habit, dossier)
        burst = index - bisect_left(times, t.at - timedelta(minutes=10))
        if burst >= 2 and new:
            scale.add("in_a_burst", 0.8, n=burst + 1)
        if scale.probability >= _WORTH:
            yield _finding(t, scale)


def _judge(t: Transaction, new: bool, habit: Habit, dossier: Dossier) -> Scale:
    scale = Scale()
    scale.add("habit_prior", -4.5, n=habit.n)
    if new:
        scale.add("new_payee", 1.5)
    distance = habit.distance(float(t.amount.amount))
    if distance > 2:
        scale.add("large", min(1.3 * (distance - 1.5), 4.0), amount=t.amount)
    if t.precision is not Precision.DAY and habit.timed >= _HISTORY:
        share = habit.at_hour(t.at.astimezone(dossier.zone).hour)
        if share < 0.03:
            scale.add("odd_hour", min(-log(share / 0.03) + 1.0, 2.8), at=t.at)
    return scale


def _finding(t: Transaction, scale: Scale) -> Finding:
    return Finding(
        rule="bill.anomaly",
        subject=(record_id(t),),
        severity=Severity.MEDIUM if scale.probability >= 0.8 else Severity.LOW,
        verdict=verdict(scale.probability, Told.NOTHING),
        confidence=scale.probability,
        title=Text(
            "reconcile.title.anomaly",
            payee=mask(t.counterparty or t.summary or "") or Text("reconcile.word.no_payee"),
            amount=t.amount,
            at=t.at,
        ),
        why=scale.why,
        cites=(record_id(t),),
        steps=(
            step("remember_payment"),
            step("report_theft", "lender", "at_once"),
            step("police", "police"),
        ),
        basis=("CARDSPC 4", "CARDSPC 7"),
        at=t.at,
    )
