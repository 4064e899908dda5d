"""Rule 23: loans whose real yearly cost is above what courts and rules allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from notmyloan.model.credit import AccountKind, AccountState, CreditAccount
from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.record import Flow, record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.adverse import same_account
from notmyloan.reconcile.enquiries import moment
from notmyloan.reconcile.known import Known, LoanMove, known
from notmyloan.reconcile.rates import Cost, of_flows, of_level_payments
from notmyloan.reconcile.reports import current_files
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import above, step
from notmyloan.reconcile.weigh import Scale

_SETTLED = (AccountState.SETTLED, AccountState.CLOSED)


@dataclass(frozen=True, slots=True)
class Priced:
    """A loan's cost, and what it was computed from. `prepaid` was kept back from the payout."""

    cost: Cost
    scale: Scale
    cites: tuple[str, ...]
    prepaid: Decimal = Decimal(0)


@rule
def cap(dossier: Dossier) -> Iterable[Finding]:
    """`cr.cap`: the loan's cash flow costs more a year than the cap in force when it was made."""
    evidence = known(dossier)
    if "rates" not in evidence.pack.facts:
        return
    seen: set[tuple[object, ...]] = set()
    for file in current_files(dossier):
        for account in file.accounts:
            key = same_account(account, evidence)
            if account.account_kind is not AccountKind.LOAN or key in seen:
                continue
            priced = _price(account, evidence)
            if priced is None:
                continue
            limit = _cap_for(account, evidence)
            # A twentieth over, so that rounding to whole yuan is never a finding.
            if priced.cost.nominal <= float(limit) * 1.02:
                continue
            seen.add(key)
            yield _finding(account, priced, limit, evidence)


def _price(account: CreditAccount, evidence: Known) -> Priced | None:
    return _from_bills(account, evidence) or _from_report(account)


def _from_bills(account: CreditAccount, evidence: Known) -> Priced | None:
    """From the money that really moved, where the whole loan lies in the bills."""
    opened = account.opened
    if opened is None or account.amount is None or account.state not in _SETTLED:
        return None
    window = int(evidence.pack.facts["accounts"]["payout_window_days"])
    principal = account.amount.amount
    payouts = [
        m for m in evidence.moves(account.institution, Flow.IN)
        if abs((m.day - opened).days) <= window
        and principal * Decimal("0.6") <= m.transaction.amount.amount <= principal
    ]  # fmt: skip
    if len(payouts) != 1:
        return None  # none, or no telling which
    until = account.closed or date.max
    paid = [
        m for m in evidence.moves(account.institution, Flow.OUT)
        if opened <= m.day <= until and not m.card
    ]  # fmt: skip
    total = sum((m.transaction.amount.amount for m in paid), Decimal(0))
    received = payouts[0].transaction.amount.amount
    # Repayments that do not cover the principal, or cover it twice, belong to something else too.
    if not principal <= total <= 2 * principal:
        return None
    cost = of_flows([_flow(payouts[0], 1), *(_flow(m, -1) for m in paid)])
    if cost is None:
        return None
    scale = Scale()
    scale.add("cost_from_bills", 2.5, received=payouts[0].transaction.amount, n=len(paid))
    if received < principal:
        scale.add("kept_back", 0.5, amount=account.amount, received=payouts[0].transaction.amount)
    cites = tuple(record_id(m.transaction) for m in (*payouts, *paid))
    return Priced(cost, scale, cites, principal - received)


def _flow(move: LoanMove, sign: int) -> tuple[date, float]:
    return move.day, sign * float(move.transaction.amount.amount)


def _from_report(account: CreditAccount) -> Priced | None:
    """From the report's own terms: principal, number of months, and a level instalment."""
    if account.amount is None or account.due_this_month is None or not account.terms:
        return None
    level = account.method is not None and "等额本息" in account.method
    monthly = account.frequency is None or "月" in account.frequency
    late = account.overdue.current_periods or (
        account.overdue.current_amount and account.overdue.current_amount.amount > 0
    )
    # The last instalment may hold a remainder, arrears and odd intervals spoil the sum.
    if not (level and monthly) or late or (account.remaining_terms or 0) < 1:
        return None
    cost = of_level_payments(
        float(account.amount.amount), float(account.due_this_month.amount), account.terms
    )
    if cost is None:
        return None
    scale = Scale()
    scale.add("cost_from_report", 1.2, payment=account.due_this_month, n=account.terms)
    return Priced(cost, scale, ())


def _cap_for(account: CreditAccount, evidence: Known) -> Decimal:
    """The cap in percent a year for this lender at the day the loan was made."""
    rates = evidence.pack.facts["rates"]
    told = evidence.firms.institutions.kind_of(account.institution)
    opened = account.opened
    if (
        told is not None
        and told[0] is RecipientKind.SMALL_LOAN
        and opened is not None
        and opened >= rates["small_loan_lpr_from"]
    ):
        prime = evidence.pack.lpr(opened)
        if prime is not None:
            return prime.percent * int(rates["private_lpr_multiple"])
    return Decimal(rates["court"])


def _finding(account: CreditAccount, priced: Priced, limit: Decimal, evidence: Known) -> Finding:
    old = float(evidence.pack.facts["rates"]["old"])
    nominal = round(priced.cost.nominal, 1)
    key = "cap_far" if nominal > old else "cap"
    return Finding(
        rule="cr.cap",
        subject=tuple(str(part or "") for part in same_account(account, evidence)),
        severity=Severity.MEDIUM,
        verdict=Verdict.NOTICE,
        confidence=priced.scale.probability,
        title=Text(f"reconcile.title.{key}", firm=account.institution, cost=nominal, limit=limit),
        why=priced.scale.why,
        cites=(record_id(account), *priced.cites),
        steps=(
            step("ask_cost_table", "lender", "lender_complaint", firm=account.institution),
            step("keep_bills"),
            above(evidence.firms, account.institution),
        ),
        basis=("LOANHELP", "COSTSHOW") + (("CC 670", "PLR 26") if priced.prepaid else ()),
        at=moment(account.opened) if account.opened else None,
        facts={"nominal": nominal, "effective": round(priced.cost.effective, 1)},
    )
