"""Rule 18: phones, addresses and employers in the report that are not the person's.

Whoever borrows in another's name leaves their own number with the lender, and the lender passes
it on: such a line shows who applied, and dated near an unknown account it speaks twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from notmyloan.country.names import fold_spelling
from notmyloan.model.credit import CreditFile, DatedValue
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.identity import mask
from notmyloan.model.record import record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.accounts import Judged, judge_accounts
from notmyloan.reconcile.enquiries import moment
from notmyloan.reconcile.known import Known, known
from notmyloan.reconcile.reports import agrees, current_files, same_phone
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import step
from notmyloan.reconcile.weigh import (
    WORTH_ASKING,
    Scale,
    Told,
    asks,
    start,
    told,
    verdict,
)

_SHOWN = 6


@rule
def identity_drift(dossier: Dossier) -> Iterable[Finding]:
    """`cr.identity_drift`: a phone, address or employer in the report that is not theirs."""
    evidence = known(dossier)
    unknown = [j for j in judge_accounts(dossier) if j.probability >= WORTH_ASKING and j.opened]
    seen: set[tuple[str, str]] = set()
    for file in current_files(dossier):
        section = file.report.identity_section
        if section is None:
            continue
        for kind, values in (
            (OwnedKind.PHONE, section.phones),
            (OwnedKind.ADDRESS, section.homes),
            (OwnedKind.EMPLOYER, section.jobs),
        ):
            for value in values:
                key = (kind.value, fold_spelling(value.value))
                if not value.value.strip("-— ") or key in seen:
                    continue
                seen.add(key)
                found = _drift(kind, value, file, evidence, unknown)
                if found is not None:
                    yield found


def _drift(
    kind: OwnedKind, value: DatedValue, file: CreditFile, evidence: Known, unknown: list[Judged]
) -> Finding | None:
    own = [o.value for o in evidence.lines(kind)]
    if kind is OwnedKind.PHONE:  # an alias number given to somebody is theirs too
        own += [d.phone for d in evidence.disclosures if d.phone]
    if any(_FITS[kind](value.value, o) for o in own):
        return None
    scale = Scale()
    said = told(evidence.mine, kind)
    start(scale, said, evidence.count(kind))
    if said is Told.NOTHING:
        scale.add("most_are_own", -1.0)
    if kind is not OwnedKind.PHONE:
        scale.add("written_many_ways", -0.6)
    if evidence.denied(value.value):
        scale.add("denied", 6.0)
        said = Told.ALL
    days = int(evidence.pack.facts["accounts"]["drift_window_days"])
    near = [j for j in unknown if j.opened and _within(value.updated, j.opened, days)]
    if near:
        scale.add("near_unknown_account", 2.2, firm=near[0].institution)
    if not asks(scale.probability, said):
        return None
    outcome = verdict(scale.probability, said)
    severity = Severity.HIGH if near and outcome is Verdict.NOT_MINE else Severity.MEDIUM
    if said is Told.NOTHING and not near:
        severity = Severity.LOW
    shown = mask(value.value) if kind is not OwnedKind.ADDRESS else _shortened(value.value)
    return Finding(
        rule="cr.identity_drift",
        subject=(kind.value, fold_spelling(value.value)),
        severity=severity,
        verdict=outcome,
        confidence=scale.probability,
        title=Text(
            f"reconcile.title.drift_{kind.value}",
            value=shown,
            on=value.updated or Text("reconcile.word.no_date"),
        ),
        why=scale.why,
        cites=(record_id(file.report), *dict.fromkeys(c for j in near for c in j.cites)),
        steps=(
            step("who_reported", "objection", "objection"),
            *((step("call_not_number"),) if kind is OwnedKind.PHONE else ()),
            step("police_number", "police"),
        ),
        basis=("CRR 25", "PIPL 46"),
        at=moment(value.updated) if value.updated else file.report.at,
        novelty=(kind.value, fold_spelling(value.value)),
    )


def _within(updated: date | None, opened: date, days: int) -> bool:
    return updated is not None and abs((updated - opened).days) <= days


def _shortened(address: str) -> str:
    """Enough to know it again, too little to find somebody by."""
    return mask(address[:_SHOWN] + ("…" if len(address) > _SHOWN else ""))


def _same_words(shown: str, own: str) -> bool:
    """Addresses and employers are written in many ways: most of the shorter one must be in the
    longer, and its digits all."""
    a, b = fold_spelling(shown), fold_spelling(own)
    if not a or not b:
        return False
    short, long = sorted((a, b), key=len)
    if short in long or agrees(a, b):
        return True
    digits = {run for run in _runs(short) if run not in _runs(long)}
    pairs = [short[i : i + 2] for i in range(len(short) - 1)]
    shared = sum(pair in long for pair in pairs)
    return not digits and bool(pairs) and shared / len(pairs) >= 0.7


def _runs(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()


_FITS: dict[OwnedKind, Callable[[str, str], bool]] = {
    OwnedKind.PHONE: same_phone,
    OwnedKind.ADDRESS: _same_words,
    OwnedKind.EMPLOYER: _same_words,
}
