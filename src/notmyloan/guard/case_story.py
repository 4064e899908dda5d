"""What happened, in order: the timeline of a case, what the codes were for, whose traces stand in
the report, and what was written and answered so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from notmyloan import country
from notmyloan.country.names import fold_spelling
from notmyloan.country.terms import term
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.case import Case
from notmyloan.model.credit import CreditAccount, Enquiry
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.disclosure import Standing as Confirmed
from notmyloan.model.document import Value
from notmyloan.model.finding import Finding
from notmyloan.model.record import Call, Identified, Message, Origin
from notmyloan.model.text import Text
from notmyloan.report.cite import business
from notmyloan.respond import Standing

DUNNING = ("sms.dunning_not_mine", "call.harass_hours")
CODES = "sms.code_unrequested"
CALLED = "call.after_code"
DRIFT = "cr.identity_drift"
_DRIFTS = {
    OwnedKind.PHONE.value: ("drift.phone", "phones"),
    OwnedKind.ADDRESS.value: ("drift.address", "homes"),
    OwnedKind.EMPLOYER.value: ("drift.employer", "jobs"),
}
Row = dict[str, Value]
Cited = Mapping[str, tuple[Identified, tuple[Origin, ...]]]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, for the timeline. `kind` is the catalogue's word for it."""

    at: datetime | date
    kind: str
    what: Text
    source: str

    @property
    def clock(self) -> str:
        """The minute, where it is known: ` 22:41`, else nothing."""
        return f" {self.at:%H:%M}" if isinstance(self.at, datetime) else ""

    @property
    def day(self) -> date:
        return self.at.date() if isinstance(self.at, datetime) else self.at


def of_rules(findings: Iterable[Finding], rules: tuple[str, ...]) -> set[str]:
    """The records that findings of these rules cite."""
    return {id for finding in findings if finding.rule in rules for id in finding.cites}


def is_other_side(name: str, case: Case) -> bool:
    """Whether `name` is the case's other side, by whatever name."""
    known = country.load(case.country).institutions
    theirs, ours = known.find(name), known.find(case.against)
    if theirs is not None and ours is not None:
        return theirs.id == ours.id
    return name == case.against


def enquiries_told(cited: Cited, case: Case) -> set[str]:
    """The enquiries that a letter may hold against the other side: its own. Another institution's
    is told only where the case is about enquiries alone and none is of the other side."""
    enquiries = {id: r.by for id, (r, _) in cited.items() if isinstance(r, Enquiry)}
    own = {id for id, by in enquiries.items() if is_other_side(by, case)}
    others_too = not any(isinstance(record, CreditAccount) for record, _ in cited.values())
    return own or (set(enquiries) if others_too else set())


def given_before(dossier: VaultDossier, case: Case, cited: Cited) -> list[tuple[str, date]]:
    """To whom the person says they gave something before anybody borrowed or applied as them, and
    when first; the oldest first. What is only proposed is no statement of theirs."""
    harmed = [
        day
        for record, _ in cited.values()
        for day in (
            record.opened if isinstance(record, CreditAccount)
            else record.on if isinstance(record, Enquiry) else None,
        )
        if day is not None
    ]  # fmt: skip
    harm = min(harmed, default=case.known_on)
    found: dict[str, date] = {}
    for line in sorted(dossier.disclosures, key=lambda line: line.on or date.min):
        if line.on is None or line.standing is not Confirmed.CONFIRMED:
            continue
        if harm is None or line.on <= harm:
            found.setdefault(line.recipient, line.on)
    return list(found.items())


def told_apart(findings: Iterable[Finding]) -> set[str]:
    """The messages that a letter tells of one by one, as the steps their codes were for: they are
    not counted once more among the calls and messages."""
    listed = [f for f in findings if f.rule == CODES and f.facts.get("stages")]
    return of_rules(listed, (CODES,))


def drift(findings: Iterable[Finding], dossier: VaultDossier) -> dict[str, tuple[str, Origin]]:
    """What the reports say of the person that is not theirs, by field, with where it stands."""
    found: dict[str, tuple[str, Origin]] = {}
    for finding in findings:
        if finding.rule != DRIFT:
            continue
        kind, value = str(finding.subject[0]), str(finding.subject[1])
        name, section = _DRIFTS.get(kind, ("", ""))
        for file in dossier.credit_files():
            if not name or file.report.identity_section is None:
                continue
            for shown in getattr(file.report.identity_section, section):
                if fold_spelling(shown.value) == value:
                    found.setdefault(name, (shown.value, file.report.origin))
    return found


def stages(findings: Iterable[Finding], speaker: Speaker) -> tuple[str, datetime, str] | None:
    """Whose codes came, when the first of them, and what each was for: `22:41 registration, …`;
    None where no finding tells of any."""
    for finding in findings:
        listed = finding.facts.get("stages")
        if finding.rule != CODES or not isinstance(listed, tuple) or not listed:
            continue
        said = []
        for entry in listed:
            day, hour, stage = str(entry).split(" ", 2)
            said.append((datetime.fromisoformat(f"{day} {hour}"), stage))
        words = tuple(
            speaker.say(Text("respond.code_step", at=f"{at:%H:%M}",
                             stage=Text(f"context.stage.{stage}")))
            for at, stage in said
        )  # fmt: skip
        return (
            str(finding.facts.get("institution", "")),
            said[0][0],
            speaker.say(Text("respond.value", value=words)),
        )
    return None


def course(
    case: Case,
    chosen: Iterable[Standing],
    every: Sequence[Standing],
    speaker: Speaker,
    source: str,
) -> list[Row]:
    """What was done in the case and what came of it, the oldest first: of the steps `chosen`
    among `every` one."""
    rows: list[tuple[date, Row]] = []
    for standing in chosen:
        if standing.done_on is None or not standing.clocks:
            continue
        title = standing.step.title.said(speaker.language)
        if standing.reply is not None and standing.reply_on is not None:
            note = next(
                (e.note for e in reversed(case.events)
                 if e.step == standing.step.id and e.outcome is standing.reply and e.note), "",
            )  # fmt: skip
            outcome = Text(f"respond.outcome.{standing.reply}")
            came = Text(
                "respond.course.reply_said" if note else "respond.course.reply",
                on=standing.reply_on, reply=outcome, note=note,
            )  # fmt: skip
        else:
            late = any(e == f"{standing.step.id}.silent" for s in every for e in s.woken_by)
            due = max(c.worked.due for c in standing.clocks)
            came = Text("respond.course.silent" if late else "respond.course.waiting", due=due)
        row = {
            "on": Value(speaker.say(Text("respond.value", value=standing.done_on)), source),
            "what": Value(title, source),
            "came": Value(speaker.say(came), source),
        }
        rows.append((standing.done_on, row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def happenings(
    case: Case,
    findings: Iterable[Finding],
    cited: Cited,
    dossier: VaultDossier,
    speaker: Speaker,
    say_where: Mapping[str, str],
) -> list[Happening]:
    """Everything dated that the case rests on, in order. `say_where` gives a record's place."""
    findings = list(findings)
    dunning, told = of_rules(findings, DUNNING), told_apart(findings)
    found: list[Happening] = []
    groups: dict[str, list[tuple[datetime, str]]] = {"dunning": [], "contact": []}
    for id, (record, _) in cited.items():
        place = say_where.get(id, "")
        if isinstance(record, CreditAccount) and record.opened is not None:
            text = Text("respond.event.account", firm=record.institution,
                        kind=business(record),
                        amount=record.amount or record.limit)  # fmt: skip
            found.append(Happening(record.opened, "account", text, place))
        elif isinstance(record, Enquiry) and record.on is not None:
            text = Text("respond.event.enquiry", firm=record.by, reason=term(record.reason))
            found.append(Happening(record.on, "enquiry", text, place))
        elif isinstance(record, (Call, Message)) and id not in told:
            kind = "dunning" if id in dunning else "contact"
            groups[kind].append((record.at, place))
    found += _codes(findings, speaker)
    for kind, events in groups.items():
        found += _group(kind, sorted(events), dossier, speaker)
    for line in dossier.disclosures:
        if line.on is not None and line.recipient == case.against:
            what = tuple(Text(f"report.given.{given}") for given in line.given)
            text = Text("respond.event.gave", to=line.recipient, what=what)
            found.append(Happening(line.on, "gave", text, speaker.say(Text("respond.source.gave"))))
    unique = {(h.day, h.kind, speaker.say(h.what)): h for h in found}
    return sorted(unique.values(), key=lambda h: (h.day, str(h.at)))


def _codes(findings: Iterable[Finding], speaker: Speaker) -> list[Happening]:
    found = stages(findings, speaker)
    if found is None:
        return []
    firm, at, words = found
    text = Text("respond.event.codes", firm=firm, stages=words)
    return [Happening(at, "code", text, speaker.say(Text("respond.source.finding")))]


def _group(
    kind: str, events: list[tuple[datetime, str]], dossier: VaultDossier, speaker: Speaker
) -> list[Happening]:
    """The first and the last of many calls and messages: a timeline is no log."""
    if not events:
        return []
    (first, place), (last, last_place) = events[0], events[-1]
    text = Text(f"respond.event.{kind}_first", n=len(events), last=_day(last, dossier))
    found = [Happening(first.astimezone(dossier.zone), kind, text, place)]
    if _day(last, dossier) > _day(first, dossier):
        found.append(
            Happening(_day(last, dossier), f"{kind}_last", Text(f"respond.event.{kind}_last"),
                      last_place)
        )  # fmt: skip
    return found


def _day(moment: datetime, dossier: VaultDossier) -> date:
    return moment.astimezone(dossier.zone).date()


def learnt(events: Iterable[Happening]) -> str:
    """What came to the person's notice first: `code`, `dunning` or `contact`, else `report`, since
    what a report shows is learnt when it is read."""
    noticed = [h.kind for h in events if h.kind in ("code", "dunning", "contact")]
    return noticed[0] if noticed else "report"
