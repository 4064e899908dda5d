"""Enquiries that imply no application but a relation: rules 15, 16 and 17.

A loan that is being minded, a role somebody gave the person, a report somebody fetched as them.
"""

from __future__ import annotations

from collections.abc import Iterable

from notmyloan.country.terms import term
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.text import Text
from notmyloan.reconcile.enquiries import (
    Asked,
    by_disclosures,
    by_firm,
    cites_of,
    enquiries_of,
    moment,
    novelty_of,
)
from notmyloan.reconcile.known import known
from notmyloan.reconcile.reports import own_files
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import above, step
from notmyloan.reconcile.weigh import Scale, Told, asks, start, told, verdict


@rule
def post_loan_enquiry(dossier: Dossier) -> Iterable[Finding]:
    """`cr.post_loan_enquiry`: a firm minds a loan that the person does not know of."""
    evidence = known(dossier)
    files = own_files(dossier)
    firms_with = [a.institution for f in files for a in f.accounts]
    firms_with += [g.institution for f in files for g in f.guarantees]
    firms_with += [line.institution for f in files for line in f.lines]
    firms_with += [a.original_creditor for f in files for a in f.accounts if a.original_creditor]
    for event in by_firm(enquiries_of(files, evidence, "post_loan"), evidence):
        enquiry = event[-1].enquiry
        if any(evidence.firms.related(firm, enquiry.by) for firm in firms_with):
            continue  # the account itself is judged by cr.unknown_account
        scale = Scale()
        said = told(evidence.mine, OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.CARD)
        start(scale, said, evidence.count(OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.CARD))
        scale.add("no_account_in_report", 0.5)
        if evidence.denied(enquiry.by, enquiry.reason, enquiry.on):
            scale.add("denied", 6.0)
            said = Told.ALL
        if any(
            (firm := evidence.firm_of(line)) and evidence.firms.related(firm, enquiry.by)
            for line in evidence.lines(OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.CARD)
        ):
            scale.add("own_lender", -4.5)
        by_disclosures(scale, enquiry, evidence)
        if not asks(scale.probability, said):
            continue
        outcome = verdict(scale.probability, said)
        yield Finding(
            rule="cr.post_loan_enquiry",
            subject=(evidence.firms.key(enquiry.by),),
            severity=Severity.HIGH if outcome is Verdict.NOT_MINE else Severity.MEDIUM,
            verdict=outcome,
            confidence=scale.probability,
            title=Text("reconcile.title.post_loan", firm=enquiry.by, on=enquiry.on, n=len(event)),
            why=scale.why,
            cites=cites_of(event),
            steps=(
                step("ask_hidden_account", "lender", "lender_complaint", firm=enquiry.by),
                step("objection_enquiry", "objection", "objection", firm=enquiry.by),
                above(evidence.firms, enquiry.by),
            ),
            basis=("CRR 18", "CRR 25", "PIPL 45"),
            at=moment(enquiry.on),
            novelty=(evidence.firms.key(enquiry.by),),
        )


@rule
def role_enquiry(dossier: Dossier) -> Iterable[Finding]:
    """`cr.role_enquiry`: the person was checked as a director, merchant or officer."""
    evidence = known(dossier)
    for event in by_firm(enquiries_of(own_files(dossier), evidence, "role"), evidence):
        enquiry = event[-1].enquiry
        scale = Scale()
        said = told(evidence.mine, OwnedKind.EMPLOYER)
        scale.add("role_prior", 0.5)
        if evidence.denied(enquiry.by, enquiry.reason, enquiry.on):
            scale.add("denied", 6.0)
            said = Told.ALL
        by_disclosures(scale, enquiry, evidence)
        if not asks(scale.probability, said):
            continue
        yield Finding(
            rule="cr.role_enquiry",
            subject=(evidence.firms.key(enquiry.by), enquiry.reason),
            severity=Severity.HIGH if said is Told.ALL else Severity.MEDIUM,
            verdict=verdict(scale.probability, said),
            confidence=scale.probability,
            title=Text(
                "reconcile.title.role",
                firm=enquiry.by, on=enquiry.on, reason=term(enquiry.reason), n=len(event),
            ),
            why=scale.why,
            cites=cites_of(event),
            steps=(
                step("company_register", "company_check"),
                step("tax_register", "tax_check"),
                step("ask_consent", "lender", firm=enquiry.by),
            ),
            basis=("CRR 18", "IDL 17"),
            at=moment(enquiry.on),
            novelty=novelty_of(event, evidence),
        )  # fmt: skip


@rule
def self_enquiry_unknown(dossier: Dossier) -> Iterable[Finding]:
    """`cr.self_enquiry_unknown`: a report was fetched as the person's own, but not by them."""
    evidence = known(dossier)
    files = own_files(dossier)
    window = int(evidence.pack.facts.get("enquiries", {}).get("own_request_window_days", 3))
    fetched = [f.report.at.astimezone(dossier.zone).date() for f in files]
    requests = [o.opened for o in evidence.lines(OwnedKind.REPORT_REQUEST) if o.opened]
    listed = told(evidence.mine, OwnedKind.REPORT_REQUEST)
    unexplained = [
        a for a in enquiries_of(files, evidence, "own")
        if not any(abs((a.enquiry.on - day).days) <= window for day in (*fetched, *requests))
    ]  # fmt: skip
    # Nobody remembers every look at their report: without a list they are asked about at once,
    # else those of one day.
    days: dict[tuple[object, ...], list[Asked]] = {}
    for a in unexplained:
        alike = () if listed is Told.NOTHING else (a.enquiry.on, a.enquiry.reason)
        days.setdefault(alike, []).append(a)
    for event in days.values():
        said = listed
        scale = Scale()
        start(scale, said, evidence.count(OwnedKind.REPORT_REQUEST))
        if said is Told.NOTHING:
            scale.add("own_requests_forgotten", -0.4)
        if any(evidence.denied(a.enquiry.by, a.enquiry.reason, a.enquiry.on) for a in event):
            scale.add("denied", 6.0)
            said = Told.ALL
        if not asks(scale.probability, said):
            continue
        outcome = verdict(scale.probability, said)
        last = event[-1].enquiry
        yield Finding(
            rule="cr.self_enquiry_unknown",
            subject=tuple(sorted({f"{a.enquiry.on}|{a.enquiry.reason}" for a in event})),
            severity=Severity.HIGH if outcome is Verdict.NOT_MINE else Severity.LOW,
            verdict=outcome,
            confidence=scale.probability,
            title=Text(
                "reconcile.title.self_enquiry", on=last.on, channel=last.reason or last.by,
                n=len(event),
            ),
            why=scale.why,
            cites=cites_of(event),
            steps=(
                step("change_credit_password", "report"),
                step("sims", "sim_check"),
                step("ask_credit_center", "credit_center"),
            ),
            basis=("CRR 17", "CRR 25"),
            at=moment(last.on),
            novelty=novelty_of(event, evidence),
        )  # fmt: skip
