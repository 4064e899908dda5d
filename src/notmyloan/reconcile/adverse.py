"""Bad marks in the report: not announced (rule 19), too old (21), or forgiven (22)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from notmyloan.model.credit import (
    AccountState,
    CreditAccount,
    CreditFile,
    PublicRecord,
    RepaymentMonth,
)
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.record import record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.enquiries import moment
from notmyloan.reconcile.known import Known, known
from notmyloan.reconcile.reports import current_files, own_files
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import above, step
from notmyloan.reconcile.weigh import WORTH_ASKING, Scale

# Month codes of the 还款记录 grid that tell of arrears; B is a bad debt.
_LATE = frozenset("1234567B")
_PAID = frozenset("NCM*G")
_ADVERSE_STATES = (
    AccountState.OVERDUE, AccountState.BAD_DEBT, AccountState.LEGAL_RECOVERY,
    AccountState.COLLECTING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Adverse:
    """An account with a bad mark, and the report it stands in."""

    account: CreditAccount
    file: CreditFile

    @property
    def months(self) -> tuple[RepaymentMonth, ...]:
        return tuple(m for m in self.account.repayments if m.code.strip() in _LATE)


def is_adverse(account: CreditAccount) -> bool:
    """Whether the report says of the account that something was not paid in time."""
    o = account.overdue
    return (
        account.state in _ADVERSE_STATES
        or bool(o.months or o.over_90_days or o.months_over_90 or o.current_periods)
        or bool(o.current_amount and o.current_amount.amount > 0)
        or any(m.code.strip() in _LATE for m in account.repayments)
    )


def _adverse(files: Iterable[CreditFile], evidence: Known) -> Iterator[Adverse]:
    """Each account with a bad mark once, from the fullest of the newest reports."""
    found: dict[tuple[object, ...], Adverse] = {}
    for file in files:
        for account in file.accounts:
            if is_adverse(account):
                key = same_account(account, evidence)
                known_one = found.get(key)
                if known_one is None or len(account.repayments) > len(known_one.account.repayments):
                    found[key] = Adverse(account, file)
    yield from found.values()


def same_account(account: CreditAccount, evidence: Known) -> tuple[object, ...]:
    """Equal for one account in reports of different times."""
    return (
        evidence.firms.key(account.institution),
        account.opened,
        account.card_tail or "",
        account.currency,
        account.amount.amount if account.amount else None,
    )


def _subject(account: CreditAccount, evidence: Known) -> tuple[str, ...]:
    return tuple(str(part or "") for part in same_account(account, evidence))


@rule
def overdue_first_seen(dossier: Dossier) -> Iterable[Finding]:
    """`cr.overdue_first_seen`: a bad mark that nobody told the person of before (CRR 15)."""
    evidence = known(dossier)
    current = current_files(dossier)
    earlier = [f for f in own_files(dossier) if f not in current]
    before = {same_account(a, evidence) for f in earlier for a in f.accounts if is_adverse(a)}
    for adverse in _adverse(current, evidence):
        account, report = adverse.account, adverse.file.report
        if same_account(account, evidence) in before:
            continue
        scale = Scale()
        notices = evidence.notices(account.institution)
        if notices and notices.first_adverse and notices.first_adverse < report.at:
            scale.add("was_told", -3.0, n=notices.adverse)
        elif evidence.any_messages:
            scale.add("no_notice_in_messages", 1.0)
        else:
            scale.add("no_messages_given", 0.0)
        if scale.probability < WORTH_ASKING:
            continue
        yield Finding(
            rule="cr.overdue_first_seen",
            subject=_subject(account, evidence),
            severity=Severity.MEDIUM,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("reconcile.title.overdue", firm=account.institution),
            why=scale.why,
            cites=(record_id(account), record_id(report)),
            steps=(
                step("ask_notice", "lender", "lender_complaint", firm=account.institution),
                step("objection", "objection", "objection", firm=account.institution),
                step("complain_pboc", "pboc", "credit_complaint"),
            ),
            basis=("CRR 15", "CRR 25", "CRR 41"),
            at=report.at,
        )


@rule
def expiry(dossier: Dossier) -> Iterable[Finding]:
    """`cr.expiry`: a bad mark shown longer than five years after its end (CRR 16)."""
    evidence = known(dossier)
    years = int(evidence.pack.facts.get("overdue", {}).get("kept_years", 0))
    if not years:
        return
    files = current_files(dossier)
    for adverse in _adverse(files, evidence):
        account, report = adverse.account, adverse.file.report
        end = account.closed or _last_late(adverse)
        if account.closed is None and account.state in _ADVERSE_STATES:
            continue  # it has not ended
        if end is None or _years_after(end, years) >= report.at.astimezone(dossier.zone).date():
            continue
        scale = Scale()
        scale.add("ended_long_ago", 3.0 if account.closed else 1.5, end=end, years=years)
        yield _expired(
            Text("reconcile.title.expiry", firm=account.institution, end=end),
            _subject(account, evidence), scale, (record_id(account), record_id(report)),
            account.institution, evidence, end,
        )  # fmt: skip
    for file in files:
        for record in file.public:
            end = _ended(record)
            if end and _years_after(end, years) < file.report.at.astimezone(dossier.zone).date():
                scale = Scale()
                scale.add("ended_long_ago", 2.0, end=end, years=years)
                yield _expired(
                    Text("reconcile.title.expiry_public", end=end),
                    (record.public_kind.value, end.isoformat(), str(record.number)), scale,
                    (record_id(record), record_id(file.report)), "", evidence, end,
                )  # fmt: skip


def _expired(
    title: Text, subject: tuple[str, ...], scale: Scale, cites: tuple[str, ...], firm: str,
    evidence: Known, end: date,
) -> Finding:  # fmt: skip
    steps = [step("demand_deletion", "objection", "objection")]
    if firm:
        steps.append(above(evidence.firms, firm))
    return Finding(
        rule="cr.expiry",
        subject=subject,
        severity=Severity.MEDIUM,
        verdict=Verdict.NOTICE,
        confidence=scale.probability,
        title=title,
        why=scale.why,
        cites=cites,
        steps=tuple(steps),
        basis=("CRR 16", "CRR 25", "CRR 38"),
        at=moment(end),
    )


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _last_late(adverse: Adverse) -> date | None:
    last = max(((m.year, m.month) for m in adverse.months), default=None)
    return _month_end(*last) if last else None


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


_END_LABELS = ("结案日期", "执行终结日期", "缴清日期", "截止日期")


def _ended(record: PublicRecord) -> date | None:
    for label in _END_LABELS:
        parts = "".join(c if c.isdigit() else " " for c in record.fields.get(label, "")).split()
        if len(parts) == 3 and len(parts[0]) == 4:
            try:
                return date(int(parts[0]), int(parts[1]), int(parts[2]))
            except ValueError:
                continue
    return None


@rule
def relief(dossier: Dossier) -> Iterable[Finding]:
    """`cr.relief`: small arrears of 2020 to 2025, repaid in time, and still shown."""
    evidence = known(dossier)
    data = evidence.pack.facts.get("relief")
    if not data:
        return
    ceiling = Decimal(data["ceiling"])
    for adverse in _adverse(current_files(dossier), evidence):
        account, report = adverse.account, adverse.file.report
        on = report.at.astimezone(dossier.zone).date()
        repaid = _repaid(account, on)
        if repaid is None or repaid > data["repaid_by"] or on < _hidden_from(repaid, data):
            continue
        scale = Scale()
        late = [
            m for m in adverse.months
            if data["from"] <= date(m.year, m.month, 1) <= data["until"]
            and (m.amount is None or m.amount.amount <= ceiling)
        ]  # fmt: skip
        if late:
            known_sums = all(m.amount is not None for m in late)
            scale.add("relief_months", 2.5 if known_sums else 0.8, n=len(late), repaid=repaid)
        elif not account.repayments and _only_small(account, ceiling, data["from"], repaid):
            # The brief report gives no sums: only the account's own size speaks.
            scale.add("relief_brief", 0.0, repaid=repaid)
        else:
            continue
        yield Finding(
            rule="cr.relief",
            subject=_subject(account, evidence),
            severity=Severity.MEDIUM,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("reconcile.title.relief", firm=account.institution),
            why=scale.why,
            cites=(record_id(account), record_id(report)),
            steps=(
                step("relief_objection", "objection", "objection", firm=account.institution),
                step("relief_free"),
            ),
            basis=("RELIEF", "CRR 25"),
            at=report.at,
        )


def _repaid(account: CreditAccount, on: date) -> date | None:
    """When the arrears were repaid at the latest, None where they still are owed."""
    o = account.overdue
    if account.state in _ADVERSE_STATES or o.current_periods:
        return None
    if o.current_amount and o.current_amount.amount > 0:
        return None
    months = sorted((m.year, m.month, m.code.strip()) for m in account.repayments)
    late = [i for i, m in enumerate(months) if m[2] in _LATE]
    if late:
        after = next((m for m in months[late[-1] + 1 :] if m[2] in _PAID), None)
        if after is not None:
            return _month_end(after[0], after[1])
    if account.closed is not None:
        return account.closed
    return account.as_of if account.as_of and account.as_of <= on else None


def _hidden_from(repaid: date, data: dict[str, date]) -> date:
    """The day from which the arrears may no longer show."""
    if repaid <= data["early_repaid_by"]:
        return data["hidden_from"]
    following = _month_end(repaid.year + repaid.month // 12, repaid.month % 12 + 1)
    return following + timedelta(days=1)


def _only_small(account: CreditAccount, ceiling: Decimal, since: date, repaid: date) -> bool:
    size = account.amount or account.limit
    began_late = account.opened is not None and account.opened >= since
    return bool(account.overdue.months) and began_late and bool(size and size.amount <= ceiling)
