"""Accounts, limits and guarantees in the report that are not the person's.

Rule 13: an account whose institution, month and kind match nothing of "mine". One platform loan
that shows as funder, guarantor and platform is one finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from notmyloan.model.credit import AccountKind, AccountState, CreditAccount, CreditFile, Guarantee
from notmyloan.model.disclosure import Owned, OwnedKind, Standing
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Due, Finding, Reason, Severity
from notmyloan.model.money import parse_amount
from notmyloan.model.record import Flow, record_id
from notmyloan.model.text import Argument, Text
from notmyloan.reconcile.known import Known, known
from notmyloan.reconcile.match import events
from notmyloan.reconcile.reports import current_files, same_phone
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import dispute_account
from notmyloan.reconcile.weigh import (
    Scale,
    Told,
    asks,
    lowered,
    start,
    told,
    verdict,
)

CARDS = (AccountKind.CREDIT_CARD, AccountKind.QUASI_CREDIT_CARD)
_OVER = (AccountState.SETTLED, AccountState.CLOSED, AccountState.ENDED)
_LATE = (AccountState.OVERDUE, AccountState.BAD_DEBT, AccountState.LEGAL_RECOVERY)
_KEPT_MONTHS = 4
_OWN_KINDS = (OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.CARD, OwnedKind.APPLICATION)


@dataclass(slots=True)
class Judged:
    """An account (or guarantee) with how sure it is that it is not the person's. `cites` are
    all its appearances in reports of about the same time."""

    item: CreditAccount | Guarantee
    scale: Scale
    said: Told
    cites: list[str]

    @property
    def probability(self) -> float:
        return self.scale.probability

    @property
    def institution(self) -> str:
        return self.item.institution

    @property
    def opened(self) -> date | None:
        return self.item.opened

    @property
    def is_card(self) -> bool:
        return isinstance(self.item, CreditAccount) and self.item.account_kind in CARDS

    @property
    def is_over(self) -> bool:
        return isinstance(self.item, CreditAccount) and self.item.state in _OVER


def judge_accounts(dossier: Dossier) -> list[Judged]:
    """Every account and guarantee of the newest own reports, judged."""
    evidence = known(dossier)
    judged: dict[tuple[object, ...], Judged] = {}
    for file in current_files(dossier):
        items: tuple[CreditAccount | Guarantee, ...] = (*file.accounts, *file.guarantees)
        alike: Counter[tuple[object, ...]] = Counter()
        for item in items:
            key = _key(item, evidence)
            alike[key] += 1
            key = (*key, alike[key])  # two alike in one report are two
            if key in judged:
                judged[key].cites.append(record_id(item))
            else:
                scale, said = judge(item, file, evidence)
                judged[key] = Judged(item, scale, said, [record_id(item)])
    return list(judged.values())


def _key(item: CreditAccount | Guarantee, evidence: Known) -> tuple[object, ...]:
    """Equal for one account in two reports, whatever the institution is called there."""
    firm = evidence.firms.key(item.institution)
    if isinstance(item, Guarantee):
        return ("guarantee", firm, item.opened, item.amount)
    if item.account_kind in CARDS:
        return ("card", firm, item.opened, item.card_tail, item.currency)
    return ("loan", firm, item.opened, item.amount)


def judge(item: CreditAccount | Guarantee, file: CreditFile, evidence: Known) -> tuple[Scale, Told]:
    """How sure it is that this is not the person's, with every reason."""
    scale = Scale()
    card = isinstance(item, CreditAccount) and item.account_kind in CARDS
    kinds = (
        (OwnedKind.CARD, OwnedKind.LENDER)
        if card
        else (OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.APPLICATION)
    )
    said = told(evidence.mine, *kinds)
    start(scale, said, evidence.count(*kinds))
    if evidence.denied(item.institution, on=item.opened):
        scale.add("denied", 6.0)
        said = Told.ALL
    others = _others_there(item, file, evidence)
    _by_lines(scale, item, card, evidence)
    _by_disclosures(scale, item, others, evidence)
    _by_bills(scale, item, others, evidence)
    _by_conduct(scale, item, file, evidence)
    notices = evidence.notices(item.institution)
    if notices and notices.relation:
        weight = -0.8 if notices.relation < 3 else -1.4
        # Another account of the firm explains them as well.
        scale.add("notices", weight * (0.3 if others else 1.0), n=notices.relation)
    return scale, said


def _others_there(
    item: CreditAccount | Guarantee, file: CreditFile, evidence: Known
) -> list[CreditAccount]:
    """Further accounts of the firm or its house in the same report."""
    return [
        a for a in file.accounts
        if a is not item and evidence.firms.related(a.institution, item.institution)
    ]  # fmt: skip


def _by_lines(scale: Scale, item: CreditAccount | Guarantee, card: bool, evidence: Known) -> None:
    """The best fitting line of "mine". A proposal that the person has not confirmed was made from
    the same bills and messages that are weighed here: it weighs little."""
    fits = [
        fit
        for line in evidence.lines(*_OWN_KINDS)
        if (line.standing is Standing.CONFIRMED or line.owned_kind is OwnedKind.CARD)
        and (fit := _fit(line, item, card, evidence)) is not None
    ]
    if fits:
        key, weight = min(fits, key=lambda fit: fit[1])
        scale.add(key, weight)
    elif any(
        line.standing is Standing.PROPOSED
        and (firm := evidence.firm_of(line))
        and evidence.firms.related(firm, item.institution)
        for line in evidence.lines(*_OWN_KINDS)
    ):
        scale.add("line_proposed", -0.4)


def _fit(
    line: Owned, item: CreditAccount | Guarantee, card: bool, evidence: Known
) -> tuple[str, float] | None:
    firm = evidence.firm_of(line)
    window = int(evidence.pack.facts["accounts"]["opened_window_days"])
    near = _near(line.opened, item.opened, window)
    share = 1.0 if line.standing is Standing.CONFIRMED else 0.3
    same = firm is not None and evidence.firms.related(firm, item.institution)
    if card and line.owned_kind is OwnedKind.CARD:
        tail = item.card_tail if isinstance(item, CreditAccount) else None
        if tail and len(line.value) >= 4:
            if line.value[-4:] == tail and (same or firm is None):
                return "own_card", -7.0 * share
            return ("other_card_there", -0.8 * share) if same else None
        if near is False:
            return ("other_card_there", -0.8 * share) if same else None
        return ("own_bank_card", -5.5 * share) if same else None
    if line.owned_kind is OwnedKind.LENDER and same:
        return "own_lender", -6.0 * share
    if card or line.owned_kind is OwnedKind.CARD:
        return ("own_bank", -0.8 * share) if same else None
    if not same:
        # The report names who funds a loan, not the platform where it was taken.
        joint = firm is not None and evidence.firms.lends_with_partners(firm)
        if not (joint and near):
            return None
        that_day = _near(line.opened, item.opened, 3)
        return "platform_that_day", (-5.5 if that_day else -3.5) * share
    if line.owned_kind is OwnedKind.APPLICATION:
        return ("own_application", -6.0 * share) if near is not False else ("own_bank", -0.6)
    if near is False or _amount_differs(line, item):
        return "other_account_there", -0.8 * share
    return ("own_account_dated", -6.5 * share) if near else ("own_account", -6.2 * share)


def _near(a: date | None, b: date | None, days: int) -> bool | None:
    return abs((a - b).days) <= days if a and b else None


def _amount_differs(line: Owned, item: CreditAccount | Guarantee) -> bool:
    own = parse_amount(line.extra.get("amount", ""))
    return own is not None and item.amount is not None and own != item.amount.amount


def _by_disclosures(
    scale: Scale,
    item: CreditAccount | Guarantee,
    others: Sequence[CreditAccount],
    evidence: Known,
) -> None:
    given = evidence.given_to(item.institution)
    confirmed = [d for d in given if d.standing is Standing.CONFIRMED]
    before = [d for d in confirmed if not d.on or not item.opened or d.on <= item.opened]
    if any(_near(d.on, item.opened, 31) for d in before):
        scale.add("disclosed_then", -2.5)
    elif before and not any(_near(d.on, a.opened, 31) for d in before for a in others):
        scale.add("disclosed", -1.2)
    elif given:
        scale.add("disclosure_proposed", -0.4)


def _by_bills(
    scale: Scale,
    item: CreditAccount | Guarantee,
    others: Sequence[CreditAccount],
    evidence: Known,
) -> None:
    opened = item.opened
    if opened is None or isinstance(item, Guarantee):
        return
    window = int(evidence.pack.facts["accounts"]["payout_window_days"])
    paid_out = [
        m for m in evidence.moves(item.institution, Flow.IN) if abs((m.day - opened).days) <= window
    ]
    if any(item.amount and m.transaction.amount == item.amount for m in paid_out):
        scale.add("payout_exact", -3.5)
    elif paid_out:
        scale.add("payout", -2.0)
    repaid = [m for m in evidence.moves(item.institution, Flow.OUT) if m.day >= opened]
    if repaid and not never_paid(item):
        weight = -min(2.0 + 0.4 * (len(repaid) - 1), 4.0)
        # Repayments to the firm may be those of another account there.
        scale.add("repaid", weight * (0.4 if others else 1.0), n=len(repaid))
    elif not paid_out and item.account_kind not in CARDS and evidence.bills_cover(opened, 45):
        scale.add("no_trace_in_bills", 0.8)


def _is_late(item: CreditAccount) -> bool:
    return item.state in _LATE or bool(item.overdue.months or item.overdue.current_periods)


def never_paid(item: CreditAccount) -> bool:
    """Whether the report shows it overdue with the whole sum still owed."""
    owed, lent = item.balance, item.amount
    return bool(_is_late(item) and owed and lent and owed.amount >= lent.amount)


def _by_conduct(
    scale: Scale, item: CreditAccount | Guarantee, file: CreditFile, evidence: Known
) -> None:
    """How the account was kept: an impostor seldom pays for months, and often never; and what the
    lender reported of the borrower about then."""
    if not isinstance(item, CreditAccount) or item.opened is None:
        return
    months = (file.report.at.date() - item.opened).days // 30
    late, owed, lent = _is_late(item), item.balance, item.amount
    if never_paid(item):
        scale.add("never_paid", 1.4)
    elif not late and item.state in _OVER and months >= _KEPT_MONTHS:
        scale.add("paid_off", -1.4)
    elif not late and months >= _KEPT_MONTHS and owed and lent and owed.amount < lent.amount:
        scale.add("paid_as_agreed", -1.2, n=months)
    section = file.report.identity_section
    own = [o.value for o in evidence.lines(OwnedKind.PHONE)]
    if section is None or not own:
        return
    days = int(evidence.pack.facts["accounts"]["reported_phone_days"])
    if any(
        p.updated
        and timedelta(0) <= p.updated - item.opened <= timedelta(days=days)
        and not any(same_phone(p.value, o) for o in own)
        for p in section.phones
    ):
        scale.add("strange_phone_then", 0.9)


@rule
def unknown_account(dossier: Dossier) -> Iterable[Finding]:
    """`cr.unknown_account`: a loan, card or guarantee in the report that is not the person's."""
    evidence = known(dossier)
    suspects = [j for j in judge_accounts(dossier) if asks(j.probability, j.said)]
    days = int(evidence.pack.facts["enquiries"]["event_window_days"])

    def distance(a: Judged, b: Judged) -> tuple[int, int] | None:
        if a.is_card or b.is_card or _near(a.opened, b.opened, days) is not True:
            return None
        apart = abs((a.opened - b.opened).days) if a.opened and b.opened else days
        return (0 if evidence.firms.related(a.institution, b.institution) else 1), apart

    files = current_files(dossier)
    for event in events(
        suspects,
        lambda a, b: one_event(a, b, evidence, days),
        lambda j: not j.is_card and evidence.firms.is_go_between(j.institution),
        distance,
    ):
        yield _finding(event, files, evidence)


def one_event(a: Judged, b: Judged, evidence: Known, days: int) -> bool:
    """Whether two accounts are one borrowing: opened together by one firm or one house, or on
    one day and to one day by a bank and a small-loan company that lend jointly."""
    if a.is_card != b.is_card or _near(a.opened, b.opened, days) is not True:
        return False
    firms = evidence.firms
    if a.is_card:
        return firms.same(a.institution, b.institution)
    if firms.related(a.institution, b.institution):
        return True
    jointly = firms.lends_with_partners(a.institution) != firms.lends_with_partners(b.institution)
    return jointly and a.opened == b.opened and a.item.due == b.item.due


def _finding(event: list[Judged], files: Iterable[CreditFile], evidence: Known) -> Finding:
    worst = max(event, key=lambda j: j.probability)
    item = _principal(event, evidence).item
    firm = item.institution
    said = worst.said
    outcome = verdict(worst.probability, said)
    severity = Severity.CRITICAL if outcome.value == "not_mine" else Severity.HIGH
    if outcome.value != "not_mine" and said is Told.NOTHING:
        severity = Severity.MEDIUM
    if all(j.is_over for j in event):
        severity = lowered(severity)
    why = list(worst.scale.why)
    if len(event) > 1:
        others = tuple(dict.fromkeys(j.institution for j in event if j.institution != firm))
        if others:
            why.append(Reason(Text("reconcile.why.one_event", firms=others)))
    enquiries = _its_enquiries(event, files, evidence)
    if enquiries:
        why.append(Reason(Text("reconcile.why.asked_before", n=len(enquiries))))
    kind = "guarantee" if isinstance(item, Guarantee) else "card" if worst.is_card else "loan"
    told_how = "not_mine" if outcome.value == "not_mine" else "unsure"
    due_days = [
        j.item.due_day for j in event
        if isinstance(j.item, CreditAccount) and j.item.due_day and j.item.due_day >= evidence.today
    ]  # fmt: skip
    return Finding(
        rule="cr.unknown_account",
        subject=_subject(event, evidence),
        severity=severity,
        verdict=outcome,
        confidence=worst.probability,
        title=Text(
            f"reconcile.title.{kind}_{told_how}",
            firm=firm,
            opened=item.opened or Text("reconcile.word.no_date"),
            amount=_amount(item),
        ),
        why=tuple(why),
        cites=tuple(dict.fromkeys([c for j in event for c in j.cites] + enquiries)),
        steps=dispute_account(evidence.firms, firm),
        basis=("CRR 25", "CC 1029", "CC 171", "PIPL 45")
        + (("CARDSPC 4",) if kind == "card" else ()),
        at=_moment(item.opened),
        due=min(due_days, default=None),
        dues=tuple(
            Due(
                day,
                Text("reconcile.due_what.instalment", firm=firm),
                Text("reconcile.due.instalment"),
            )
            for day in sorted(due_days)[:1]
        ),
        facts={"institutions": tuple(dict.fromkeys(j.institution for j in event)), "kind": kind},
        novelty=tuple(_novelty(j, evidence) for j in event),
    )


def _novelty(j: Judged, evidence: Known) -> str:
    """What would be news about an account that was set aside: that it fell into arrears."""
    late = isinstance(j.item, CreditAccount) and _is_late(j.item)
    return f"{evidence.firms.key(j.institution)}|{j.opened}|{'late' if late else ''}"


def _principal(event: list[Judged], evidence: Known) -> Judged:
    """Whom the finding names: the lender with the largest amount, not the go-between."""

    def rank(j: Judged) -> tuple[bool, bool, object]:
        amount = j.item.amount.amount if j.item.amount else 0
        return (
            isinstance(j.item, CreditAccount),
            not evidence.firms.is_go_between(j.institution),
            amount,
        )  # fmt: skip

    return max(event, key=rank)


def _subject(event: list[Judged], evidence: Known) -> tuple[str, ...]:
    first = min(event, key=lambda j: (j.opened or date.max, evidence.firms.key(j.institution)))
    item = first.item
    tail = item.card_tail if isinstance(item, CreditAccount) else None
    return (
        evidence.firms.key(item.institution),
        item.opened.isoformat() if item.opened else "",
        tail or "",
        str(item.amount.amount) if item.amount else "",
        "" if item.opened else str(item.number),
    )


def _amount(item: CreditAccount | Guarantee) -> Argument:
    if item.amount is not None:
        return item.amount
    if isinstance(item, CreditAccount) and item.limit is not None:
        return item.limit
    return Text("reconcile.word.no_amount")


def _its_enquiries(event: list[Judged], files: Iterable[CreditFile], evidence: Known) -> list[str]:
    """Enquiries by the event's firms in the six weeks before it opened."""
    found = []
    for file in files:
        for enquiry in file.enquiries:
            if enquiry.own:
                continue
            if any(
                j.opened
                and timedelta(0) <= j.opened - enquiry.on <= timedelta(days=45)
                and evidence.firms.related(j.institution, enquiry.by)
                for j in event
            ):
                found.append(record_id(enquiry))
    return found


def _moment(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC) if day else None
