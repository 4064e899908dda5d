"""Whether a firm may have looked the person up at all (rule 20), and how many did (rule 24)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from notmyloan.model.disclosure import Standing
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Reason, Severity, Verdict
from notmyloan.model.text import Text
from notmyloan.reconcile.accounts import judge_accounts
from notmyloan.reconcile.enquiries import (
    APPLIED,
    Asked,
    by_firm,
    cites_of,
    enquiries_of,
    judge_applications,
    moment,
)
from notmyloan.reconcile.known import Known, known
from notmyloan.reconcile.reports import own_files
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import step
from notmyloan.reconcile.weigh import WORTH_ASKING, Scale, Told, told


@rule
def consent(dossier: Dossier) -> Iterable[Finding]:
    """`cr.consent`: a firm looked the person up, and no written consent is known.

    An application that is not the person's says so in its own finding (`cr.unknown_enquiry`): the
    same fact is not told twice.
    """
    evidence = known(dossier)
    suspects = [a for a in judge_applications(dossier) if a.probability >= WORTH_ASKING]
    found = {c for a in suspects for c in a.cites}
    asked = [
        a for kind in ("post_loan", "role")
        for a in enquiries_of(own_files(dossier), evidence, kind)
        if not found & set(a.cites) and not _has_tie(a.enquiry.by, evidence, dossier)
    ]  # fmt: skip
    for event in by_firm(asked, evidence):
        enquiry = event[-1].enquiry
        scale = Scale()
        there = [
            j for j in judge_accounts(dossier)
            if evidence.firms.related(j.institution, enquiry.by)
        ]  # fmt: skip
        if there:
            # The consent went with the contract: it is as much the person's as the account is.
            scale.add("account_there_unknown", max(j.scale.total for j in there))
        else:
            said = told(evidence.mine, *APPLIED)
            scale.add("no_consent_known", 0.4 if said is Told.NOTHING else 1.6)
        yield Finding(
            rule="cr.consent",
            subject=(evidence.firms.key(enquiry.by),),
            severity=Severity.LOW,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("reconcile.title.consent", firm=enquiry.by, n=len(event)),
            why=scale.why,
            cites=cites_of(event),
            steps=(
                step("ask_consent", "lender", firm=enquiry.by),
                step("complain_consent", "pboc", "credit_complaint", firm=enquiry.by),
            ),
            basis=("CRR 18", "CRR 26", "CRR 40(3)"),
            at=moment(enquiry.on),
        )


def _has_tie(firm: str, evidence: Known, dossier: Dossier) -> bool:
    return (
        any(
            (own := evidence.firm_of(line)) and evidence.firms.related(own, firm)
            for line in evidence.lines(*APPLIED)
        )
        or any(d.standing is Standing.CONFIRMED for d in evidence.given_to(firm))
        or any(
            evidence.firms.related(j.institution, firm) and j.probability < WORTH_ASKING
            for j in judge_accounts(dossier)
        )
    )


@rule
def multi(dossier: Dossier) -> Iterable[Finding]:
    """`cr.multi`: many applications within a month, the person's own or somebody else's."""
    evidence = known(dossier)
    data = evidence.pack.facts.get("enquiries", {})
    if "many" not in data:
        return
    many, days = int(data["many"]), timedelta(days=int(data["many_days"]))
    asked = sorted(judge_applications(dossier), key=lambda a: a.enquiry.on)
    begin = 0
    while begin < len(asked):
        until = asked[begin].enquiry.on + days
        burst = [a for a in asked[begin:] if a.enquiry.on <= until]
        if len(burst) < many:
            begin += 1
            continue
        foreign = [a for a in burst if a.probability >= WORTH_ASKING]
        yield _many(burst, foreign)
        begin += len(burst)


def _many(burst: list[Asked], foreign: list[Asked]) -> Finding:
    first, last = burst[0].enquiry, burst[-1].enquiry
    why = [Reason(Text("reconcile.why.many", n=len(burst), first=first.on, last=last.on))]
    if foreign:
        why.append(Reason(Text("reconcile.why.many_foreign", n=len(foreign))))
    else:
        why.append(Reason(Text("reconcile.why.many_own")))
    return Finding(
        rule="cr.multi",
        subject=(first.on.isoformat(), last.on.isoformat()),
        severity=Severity.HIGH if 2 * len(foreign) >= len(burst) else Severity.LOW,
        verdict=Verdict.UNSURE if foreign else Verdict.NOTICE,
        # Counted from the report itself: only a misread row could make it wrong.
        confidence=0.97,
        title=Text("reconcile.title.multi", n=len(burst), first=first.on, last=last.on),
        why=tuple(why),
        cites=cites_of(burst),
        steps=(step("stop_applying"), step("check_each"), step("sims", "sim_check")),
        basis=("CRR 18",),
        at=moment(last.on),
    )
