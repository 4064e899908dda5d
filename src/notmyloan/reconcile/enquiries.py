"""Who looked the person up, and whether they had a reason to.

Rule 14: enquiries that imply an application. The words of the reasons, and what each implies, are
data of the country pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from notmyloan.country.terms import term
from notmyloan.model.credit import CreditFile, Enquiry
from notmyloan.model.disclosure import OwnedKind, Standing
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Reason, Severity, Verdict
from notmyloan.model.record import record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.accounts import Judged, judge_accounts
from notmyloan.reconcile.known import Known, known
from notmyloan.reconcile.match import events
from notmyloan.reconcile.reports import own_files
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import above, at_its_number, step
from notmyloan.reconcile.weigh import (
    NOT_MINE,
    WORTH_ASKING,
    Scale,
    Told,
    asks,
    lowered,
    start,
    told,
    verdict,
)

APPLIED = (OwnedKind.APPLICATION, OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.CARD)


@dataclass(slots=True)
class Asked:
    """An enquiry with how sure it is that the person did not cause it."""

    enquiry: Enquiry
    scale: Scale
    said: Told
    cites: list[str]

    @property
    def probability(self) -> float:
        return self.scale.probability


def of_kind(evidence: Known, kind: str, reason: str) -> bool:
    """Whether a printed reason is of a kind of the pack (`application`, `post_loan`, `role`)."""
    words = evidence.pack.facts.get("enquiries", {}).get(kind, ())
    plain = "".join(reason.split())
    return any(plain == word or (len(word) >= 3 and word in plain) for word in words)


def is_own(evidence: Known, enquiry: Enquiry) -> bool:
    return enquiry.own or of_kind(evidence, "own", enquiry.reason)


def enquiries_of(files: Sequence[CreditFile], evidence: Known, kind: str) -> list[Asked]:
    """Enquiries of a kind in all own reports, each once however often it is printed."""
    found: dict[tuple[object, ...], Asked] = {}
    for file in files:
        seen_here: dict[tuple[object, ...], int] = {}
        for enquiry in file.enquiries:
            own = is_own(evidence, enquiry)
            if own != (kind == "own") or not (own or of_kind(evidence, kind, enquiry.reason)):
                continue
            same = (evidence.firms.key(enquiry.by), enquiry.on, enquiry.reason)
            seen_here[same] = seen_here.get(same, 0) + 1
            key = (*same, seen_here[same])  # two on one day are two
            if key in found:
                found[key].cites.append(record_id(enquiry))
            else:
                found[key] = Asked(enquiry, Scale(), Told.NOTHING, [record_id(enquiry)])
    return list(found.values())


def judge_applications(dossier: Dossier) -> list[Asked]:
    """Every enquiry that implies an application, judged."""
    evidence = known(dossier)
    accounts = judge_accounts(dossier)
    asked = enquiries_of(own_files(dossier), evidence, "application")
    for a in asked:
        a.said = _judge_application(a, evidence, accounts)
    _by_company(asked, accounts, evidence)
    return asked


def _by_company(asked: Sequence[Asked], accounts: Sequence[Judged], evidence: Known) -> None:
    """Impostors apply in many places at once: an application that led to nothing, in the days of
    something that is surely not the person's, is less likely theirs."""
    days = int(evidence.pack.facts["enquiries"]["application_window_days"])
    strange = [j.opened for j in accounts if j.opened and j.probability >= NOT_MINE]
    for a in asked:
        if a.probability < WORTH_ASKING or any(
            r.text.key.endswith("led_to_unknown") for r in a.scale.reasons
        ):
            continue
        if any(abs((day - a.enquiry.on).days) <= days for day in strange):
            a.scale.add("beside_unknown", 1.2)


def _judge_application(a: Asked, evidence: Known, accounts: Sequence[Judged]) -> Told:
    enquiry, scale = a.enquiry, a.scale
    said = told(evidence.mine, *APPLIED)
    led_to = _led_to(enquiry, evidence, accounts)
    if led_to is not None:
        # Whoever asked got the account: the application is as much the person's as that is.
        foreign = led_to.probability >= WORTH_ASKING
        key = "led_to_unknown" if foreign else "led_to_own"
        scale.add(key, max(min(led_to.scale.total, 4.0), -4.0))
        said = led_to.said
    else:
        start(scale, said, evidence.count(*APPLIED))
        if said is not Told.ALL and not evidence.mine.of(OwnedKind.APPLICATION):
            scale.add("applications_not_listed", -0.8)
    if evidence.denied(enquiry.by, enquiry.reason, enquiry.on):
        scale.add("denied", 6.0)
        said = Told.ALL
    _by_own_lines(scale, enquiry, evidence)
    by_disclosures(scale, enquiry, evidence)
    return said


def _by_own_lines(scale: Scale, enquiry: Enquiry, evidence: Known) -> None:
    window = int(evidence.pack.facts["enquiries"]["application_window_days"])
    beside = int(evidence.pack.facts["enquiries"].get("event_window_days", 3))
    fits: list[tuple[str, float]] = []
    for line in evidence.lines(*APPLIED):
        firm = evidence.firm_of(line)
        if firm is None:
            continue
        related = evidence.firms.related(firm, enquiry.by)
        if line.standing is not Standing.CONFIRMED:
            # Made from the very bills and messages that are weighed elsewhere.
            fits += [("line_proposed", -0.4)] if related else []
            continue
        days = (line.opened - enquiry.on).days if line.opened else None
        applied = line.owned_kind is OwnedKind.APPLICATION
        if not related:
            shared = applied and evidence.firms.is_go_between(firm)
            if shared and days is not None and abs(days) <= window:
                fits.append(("platform_applied", -3.0))
            elif days is not None and abs(days) <= beside and _asks_beside(enquiry, evidence):
                fits.append(("beside_own_application", -5.0))
            continue
        if applied and (days is None or abs(days) <= window):
            fits.append(("applied_then", (-6.0 if days is not None else -5.0)))
        elif not applied and days is not None and -window <= days <= 45:
            fits.append(("opened_after", -5.0))
        elif line.owned_kind is OwnedKind.LENDER:
            fits.append(("own_lender", -3.0))
        else:
            fits.append(("own_other_time", -0.8))
    if fits:
        scale.add(*min(fits, key=lambda fit: fit[1]))


def by_disclosures(scale: Scale, enquiry: Enquiry, evidence: Known) -> None:
    window = int(evidence.pack.facts["enquiries"]["application_window_days"])
    given = evidence.given_to(enquiry.by)
    confirmed = [d for d in given if d.standing is Standing.CONFIRMED]
    near = [d for d in confirmed if d.on and abs((d.on - enquiry.on).days) <= window]
    if near:
        scale.add("disclosed_then", -4.0)
    elif any(d.on is None or d.on <= enquiry.on for d in confirmed):
        scale.add("disclosed", -1.2)
    elif given:
        scale.add("disclosure_proposed", -0.4)


def _led_to(enquiry: Enquiry, evidence: Known, accounts: Sequence[Judged]) -> Judged | None:
    """The account that an enquiry led to: of that firm, opened soon after; for a guarantor or
    platform, which asks beside the lender, of any firm in the same days. The nearest one."""
    days = int(evidence.pack.facts["enquiries"].get("event_window_days", 3))
    soon = [
        (abs((j.opened - enquiry.on).days), j) for j in accounts
        if j.opened and -3 <= (j.opened - enquiry.on).days <= 45
    ]  # fmt: skip
    led = [(d, j) for d, j in soon if evidence.firms.related(j.institution, enquiry.by)]
    if not led and _asks_beside(enquiry, evidence):
        led = [(d, j) for d, j in soon if d <= days and not j.is_card]
    return min(led, key=lambda pair: pair[0])[1] if led else None


def _asks_beside(enquiry: Enquiry, evidence: Known) -> bool:
    return of_kind(evidence, "guarantee", enquiry.reason) or evidence.firms.is_go_between(
        enquiry.by
    )


@rule
def unknown_enquiry(dossier: Dossier) -> Iterable[Finding]:
    """`cr.unknown_enquiry`: somebody applied for credit as the person."""
    evidence = known(dossier)
    suspects = [a for a in judge_applications(dossier) if asks(a.probability, a.said)]
    days = int(evidence.pack.facts.get("enquiries", {}).get("event_window_days", 3))

    def apart(a: Asked, b: Asked) -> int:
        return abs((a.enquiry.on - b.enquiry.on).days)

    def distance(a: Asked, b: Asked) -> tuple[int, int] | None:
        if apart(a, b) > days:
            return None
        return (0 if evidence.firms.related(a.enquiry.by, b.enquiry.by) else 1), apart(a, b)

    for event in events(
        suspects,
        lambda a, b: apart(a, b) <= days and evidence.firms.related(a.enquiry.by, b.enquiry.by),
        lambda a: _beside(a, evidence),
        distance,
    ):
        yield _application_finding(event, evidence)


def _beside(a: Asked, evidence: Known) -> bool:
    """A guarantor or platform that asks beside the lender, for the same application."""
    return _asks_beside(a.enquiry, evidence)


def _application_finding(event: list[Asked], evidence: Known) -> Finding:
    worst = max(event, key=lambda a: a.probability)
    lead = next((a for a in event if not evidence.firms.is_go_between(a.enquiry.by)), worst)
    enquiry = lead.enquiry
    outcome = verdict(worst.probability, worst.said)
    severity = Severity.HIGH if outcome is Verdict.NOT_MINE else Severity.MEDIUM
    kept = int(evidence.pack.facts.get("enquiries", {}).get("kept_years", 2))
    if evidence.today - enquiry.on > timedelta(days=365 * kept):
        severity = lowered(severity)
    why = list(worst.scale.why)
    others = tuple(dict.fromkeys(a.enquiry.by for a in event if a.enquiry.by != enquiry.by))
    if others:
        why.append(Reason(Text("reconcile.why.one_event", firms=others)))
    key = "enquiry_not_mine" if outcome is Verdict.NOT_MINE else "enquiry_unsure"
    first = min(event, key=lambda a: (a.enquiry.on, evidence.firms.key(a.enquiry.by))).enquiry
    return Finding(
        rule="cr.unknown_enquiry",
        subject=(evidence.firms.key(first.by), first.on.isoformat(), first.reason),
        severity=severity,
        verdict=outcome,
        confidence=worst.probability,
        title=Text(
            f"reconcile.title.{key}", firm=enquiry.by, on=enquiry.on, reason=term(enquiry.reason)
        ),
        why=tuple(why),
        cites=cites_of(event),
        steps=(
            step("ask_application", "lender", firm=at_its_number(evidence.firms, enquiry.by)),
            step("ask_consent", "lender", firm=enquiry.by),
            step("objection_enquiry", "objection", "objection", firm=enquiry.by),
            step("complain_consent", "pboc", "credit_complaint", firm=enquiry.by),
            above(evidence.firms, enquiry.by),
        ),
        basis=("CRR 18", "CRR 25", "CRR 26", "CRR 40(3)"),
        at=moment(enquiry.on),
        facts={"institutions": tuple(dict.fromkeys(a.enquiry.by for a in event))},
        novelty=novelty_of(event, evidence),
    )


def by_firm(asked: Iterable[Asked], evidence: Known) -> list[list[Asked]]:
    groups: dict[str, list[Asked]] = {}
    for a in sorted(asked, key=lambda a: a.enquiry.on):
        groups.setdefault(evidence.firms.key(a.enquiry.by), []).append(a)
    return list(groups.values())


def cites_of(event: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cite for a in event for cite in a.cites))


def novelty_of(event: Iterable[Asked], evidence: Known) -> tuple[str, ...]:
    """The enquiries themselves, however often they are printed."""
    lines = (f"{evidence.firms.key(a.enquiry.by)}|{a.enquiry.on}|{a.enquiry.reason}" for a in event)
    return tuple(dict.fromkeys(lines))


def moment(day: date) -> datetime:
    """Noon in Shanghai, for a fact of which only the day is known."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
