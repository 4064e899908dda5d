"""The credit reports that are the person's own, and the rule for those that are not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from notmyloan.model.credit import CreditFile
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Severity
from notmyloan.model.identity import InvalidIdentity, Phone, ResidentId, fold_digits, mask
from notmyloan.model.record import record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.rule import rule
from notmyloan.reconcile.steps import step
from notmyloan.reconcile.weigh import Scale, Told, verdict

# Two reports this near are two views of one file: brief and detailed.
SAME_TIME = timedelta(days=45)
_HIDDEN = re.compile(r"[*＊xX×●•?]")


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whether a report is about the person. `weights` are reasons towards "somebody else"."""

    scale: Scale

    @property
    def foreign(self) -> bool:
        return self.scale.probability >= 0.5


def agrees(shown: str, own: str) -> bool | None:
    """Whether a possibly masked number or name fits; None where nothing can be compared."""
    a, b = fold_digits(shown).strip().upper(), fold_digits(own).strip().upper()
    if not a or not b:
        return None
    if not re.search(r"[*＊×●•?]", a):
        return a == b
    if len(a) != len(b):  # a mask of any length: only what is shown at the ends counts
        head, tail = re.split(r"[*＊×●•?]+", a)[0], re.split(r"[*＊×●•?]+", a)[-1]
        if not head and not tail:
            return None
        return b.startswith(head) and b.endswith(tail)
    seen = [(x, y) for x, y in zip(a, b, strict=True) if not re.match(r"[*＊×●•?]", x)]
    return all(x == y for x, y in seen) if seen else None


def same_phone(shown: str, own: str) -> bool:
    """Whether a phone number as a report shows it, masked or not, may be this one."""

    def plain(text: str) -> str:
        try:
            return Phone.parse(text).value
        except InvalidIdentity:
            return "".join(c for c in fold_digits(text) if c.isalnum() or c in "*＊")

    return agrees(plain(shown), plain(own)) is not False


def _id_forms(number: str) -> set[str]:
    """The number as kept, and its 18-digit form where it is an old one."""
    try:
        return {number, ResidentId.parse(number).value}
    except InvalidIdentity:
        return {number}


def ownership(file: CreditFile, dossier: Dossier) -> Ownership:
    """What the report's head says about whose it is, against the person's own name and number."""
    scale = Scale()
    report, mine = file.report, dossier.mine
    ids = {form for o in mine.of(OwnedKind.ID_NUMBER) for form in _id_forms(o.value)}
    names = [o.value for o in mine.of(OwnedKind.NAME)]
    told_ids = [agrees(report.id_number, own) for own in ids]
    told_names = [agrees(report.name, own) for own in names]
    scale.add("report_prior", -3.0)
    if any(told_ids):
        masked = "*" in report.id_number
        scale.add("id_fits", -2.0 if masked else -6.0)
    elif False in told_ids:
        scale.add("id_differs", 7.0, shown=mask(report.id_number))
    if any(told_names):
        scale.add("name_fits", -1.5)
    elif False in told_names:
        scale.add("name_differs", 4.5)
    return Ownership(scale)


def own_files(dossier: Dossier) -> tuple[CreditFile, ...]:
    """The reports about the person, oldest first. Where nothing is known of the person and the
    reports disagree, those like the newest one count."""
    files = [f for f in dossier.credit_files() if not ownership(f, dossier).foreign]
    odd = {id(f) for f in _odd_ones(files, dossier)}
    return tuple(f for f in files if id(f) not in odd)


def _odd_ones(files: list[CreditFile], dossier: Dossier) -> list[CreditFile]:
    """Reports of another than the newest report's person, where "mine" cannot tell."""
    if not files or dossier.mine.of(OwnedKind.ID_NUMBER) or dossier.mine.of(OwnedKind.NAME):
        return []
    newest = files[-1].report
    return [
        f for f in files[:-1]
        if agrees(f.report.name, newest.name) is False
        or _numbers_differ(f.report.id_number, newest.id_number)
    ]  # fmt: skip


def _numbers_differ(a: str, b: str) -> bool:
    if not _HIDDEN.search(a[:-1]):
        return agrees(b, a) is False
    return agrees(a, b) is False if not _HIDDEN.search(b[:-1]) else a[-4:] != b[-4:]


def current_files(dossier: Dossier) -> tuple[CreditFile, ...]:
    """The newest own report, and others of about the same time."""
    files = own_files(dossier)
    if not files:
        return ()
    newest = files[-1].report.at
    return tuple(f for f in files if newest - f.report.at <= SAME_TIME)


@rule
def other_person(dossier: Dossier) -> Iterable[Finding]:
    """`cr.other_person`: a report of somebody else lies among the person's papers."""
    files = dossier.credit_files()
    rest = []
    for file in files:
        whose = ownership(file, dossier)
        if whose.foreign:
            yield _not_theirs(file, whose.scale, Told.SOME)
        else:
            rest.append(file)
    for file in _odd_ones(rest, dossier):
        scale = Scale()
        scale.add("differs_from_newest", 0.0)
        yield _not_theirs(file, scale, Told.NOTHING)


def _not_theirs(file: CreditFile, scale: Scale, said: Told) -> Finding:
    report = file.report
    key = "other_person" if said is Told.SOME else "other_person_unsure"
    return Finding(
        rule="cr.other_person",
        subject=(report.number, report.at.date().isoformat()),
        severity=Severity.MEDIUM,
        verdict=verdict(scale.probability, said),
        confidence=scale.probability,
        title=Text(f"reconcile.title.{key}", on=report.at.date(), number=mask(report.id_number)),
        why=scale.why,
        cites=(record_id(report),),
        steps=(step("remove_report"),),
        at=report.at,
    )
