"""Loan money in the bills that belongs to no loan the person knows of.

A repayment taken from the person's account for somebody else's loan, or a payout that the
person did not ask for and that a swindler will soon ask back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from notmyloan.model.disclosure import OwnedKind, Standing
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.record import Flow, record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.accounts import Judged, judge_accounts
from notmyloan.reconcile.known import Known, LoanMove, known
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import above, step
from notmyloan.reconcile.weigh import WORTH_ASKING, Scale, Told, asks, start, told, verdict

_LOANS = (OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.APPLICATION)
_CARDS = (OwnedKind.CARD, OwnedKind.LENDER)
_CITED = 12


@rule
def unknown_loan_payment(dossier: Dossier) -> Iterable[Finding]:
    """`bill.unknown_loan_payment`: money collected for a loan or card the person does not know."""
    yield from _unknown(dossier, Flow.OUT, "bill.unknown_loan_payment")


@rule
def unknown_disbursement(dossier: Dossier) -> Iterable[Finding]:
    """`bill.unknown_disbursement`: a lender paid out money, and the person knows of no loan."""
    yield from _unknown(dossier, Flow.IN, "bill.unknown_disbursement")


def _unknown(dossier: Dossier, flow: Flow, rule: str) -> Iterable[Finding]:
    evidence = known(dossier)
    accounts = judge_accounts(dossier)
    groups: dict[tuple[str, bool], list[LoanMove]] = {}
    for move in evidence.all_moves():
        if move.transaction.flow is flow:
            groups.setdefault((evidence.firms.key(move.firm), move.card), []).append(move)
    for (firm_key, card), moves in groups.items():
        scale, said = _judge(moves, flow, card, evidence, accounts)
        if not asks(scale.probability, said):
            continue
        yield _finding(rule, (firm_key, "card" if card else "loan"), moves, scale, said, evidence)


def _judge(
    moves: Sequence[LoanMove], flow: Flow, card: bool, evidence: Known, accounts: Sequence[Judged]
) -> tuple[Scale, Told]:
    scale = Scale()
    firm = moves[0].firm
    kinds = _CARDS if card else _LOANS
    said = told(evidence.mine, *kinds)
    start(scale, said, evidence.count(*kinds))
    if evidence.denied(firm):
        scale.add("denied", 6.0)
        said = Told.ALL
    own = [
        line for line in evidence.lines(*_LOANS, OwnedKind.CARD, OwnedKind.PAYEE)
        if (name := evidence.firm_of(line)) and evidence.firms.related(name, firm)
    ]  # fmt: skip
    if own:
        sure = any(line.standing is Standing.CONFIRMED for line in own)
        scale.add(*(("own_lender", -5.0) if sure else ("line_proposed", -0.4)))
    there = [j for j in accounts if evidence.firms.related(j.institution, firm)]
    if there and min(j.probability for j in there) < WORTH_ASKING and not own:
        scale.add("own_account_there", -3.0)
    elif there and not own:
        scale.add("unknown_account_there", 1.0)
    confirmed = [d for d in evidence.given_to(firm) if d.standing is Standing.CONFIRMED]
    if confirmed:
        scale.add("disclosed", -1.2)
    if flow is Flow.OUT and len({(m.day.year, m.day.month) for m in moves}) >= 3:
        scale.add("paid_for_months", -1.0, n=len(moves))
    return scale, said


def _finding(
    rule: str,
    subject: tuple[str, ...],
    moves: Sequence[LoanMove],
    scale: Scale,
    said: Told,
    evidence: Known,
) -> Finding:
    firm, first = moves[0].firm, moves[0]
    outcome = verdict(scale.probability, said)
    payout = rule == "bill.unknown_disbursement"
    severity = Severity.HIGH if outcome is Verdict.NOT_MINE else Severity.MEDIUM
    if payout and outcome is Verdict.NOT_MINE:
        severity = Severity.CRITICAL
    if said is Told.NOTHING and not payout:
        severity = Severity.LOW
    steps = (
        (step("do_not_pass_on"), step("ask_lender", "lender", firm=firm), step("police", "police"))
        if payout
        else (
            step("stop_collection", "lender", firm=firm),
            step("ask_whose_loan", "lender", "lender_complaint", firm=firm),
        )
    )
    return Finding(
        rule=rule,
        subject=subject,
        severity=severity,
        verdict=outcome,
        confidence=scale.probability,
        title=Text(
            f"reconcile.title.{'disbursement' if payout else 'loan_payment'}",
            firm=firm,
            n=len(moves),
            amount=first.transaction.amount,
            on=first.day,
        ),
        why=scale.why,
        cites=tuple(record_id(m.transaction) for m in moves[-_CITED:]),
        steps=(*steps, above(evidence.firms, firm)),
        basis=("CC 668", "CC 171", "CARDSPC 7") if not payout else ("CC 171", "CC 668"),
        at=moves[-1].transaction.at,
    )
