"""What has changed from one report to the next: `cr.changed`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from notmyloan.model.credit import AccountState, CreditAccount, CreditFile
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Reason, Severity, Verdict
from notmyloan.model.record import record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.adverse import is_adverse, same_account
from notmyloan.reconcile.enquiries import is_own
from notmyloan.reconcile.known import Known, known
from notmyloan.reconcile.reports import SAME_TIME, own_files
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import step

_LISTED = 8
_OVER = (AccountState.SETTLED, AccountState.CLOSED, AccountState.ENDED)


@rule
def changed(dossier: Dossier) -> Iterable[Finding]:
    """`cr.changed`: accounts, states and enquiries that are new since the report before."""
    evidence = known(dossier)
    files = own_files(dossier)
    for before, after in pairwise(_apart(files)):
        found = _compare(before, after, evidence)
        if found is not None:
            yield found


def _apart(files: tuple[CreditFile, ...]) -> list[CreditFile]:
    """Reports of different times: of two views of one time, the one with more accounts."""
    kept: list[CreditFile] = []
    for file in files:
        if kept and file.report.at - kept[-1].report.at <= SAME_TIME:
            same_version = kept[-1].report.version is file.report.version
            if not same_version:
                if len(file.accounts) >= len(kept[-1].accounts):
                    kept[-1] = file
                continue
        kept.append(file)
    return kept


def _compare(before: CreditFile, after: CreditFile, evidence: Known) -> Finding | None:
    old = {same_account(a, evidence): a for a in before.accounts}
    new = {same_account(a, evidence): a for a in after.accounts}
    why: list[Reason] = []
    cites: list[str] = []

    def note(key: str, record: CreditAccount) -> None:
        if len(why) < _LISTED:
            text = Text(f"reconcile.change.{key}", firm=record.institution,
                        opened=record.opened or Text("reconcile.word.no_date"))  # fmt: skip
            why.append(Reason(text))
        cites.append(record_id(record))

    worse = False
    for key, account in new.items():
        earlier = old.get(key)
        if earlier is None:
            note("new_account", account)
        elif is_adverse(account) and not is_adverse(earlier):
            worse = True
            note("now_overdue", account)
        elif account.state in _OVER and earlier.state not in _OVER:
            note("now_over", account)
        elif account.state is not earlier.state:
            note("state", account)
    for key, account in old.items():
        if key not in new:
            note("gone", account)
    asked = _new_enquiries(before, after, evidence)
    if asked:
        why.append(Reason(Text("reconcile.change.enquiries", n=len(asked))))
        cites += asked
    if not why:
        return None
    fresh = sum(key not in old for key in new)
    return Finding(
        rule="cr.changed",
        subject=(before.report.number, after.report.number),
        severity=Severity.MEDIUM if worse or fresh else Severity.INFO,
        verdict=Verdict.NOTICE,
        confidence=min(before.report.confidence, after.report.confidence, 0.97),
        title=Text(
            "reconcile.title.changed",
            since=before.report.at.date(), until=after.report.at.date(), n=len(set(cites)),
        ),
        why=tuple(why),
        cites=(record_id(before.report), record_id(after.report), *dict.fromkeys(cites)),
        steps=(step("look_at_changes"),),
        at=after.report.at,
    )  # fmt: skip


def _new_enquiries(before: CreditFile, after: CreditFile, evidence: Known) -> list[str]:
    """Institutions' enquiries that the earlier report does not have, counted with repeats."""

    def keyed(file: CreditFile) -> Counter[tuple[str, object, str]]:
        return Counter(
            (evidence.firms.key(e.by), e.on, e.reason)
            for e in file.enquiries
            if not is_own(evidence, e)
        )

    left = keyed(before)
    found = []
    for enquiry in after.enquiries:
        if is_own(evidence, enquiry):
            continue
        key = (evidence.firms.key(enquiry.by), enquiry.on, enquiry.reason)
        if left[key] > 0:
            left[key] -= 1
        elif enquiry.on >= before.report.at.date():
            found.append(record_id(enquiry))
    return found
