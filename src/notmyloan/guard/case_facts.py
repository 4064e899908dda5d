"""What a case's letters can say: every field with the record it comes from.

Fields are filled from the records that the case's findings cite, then from the person's own lists,
then from what happened in the case; what the person entered by hand goes before all of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, tzinfo

from notmyloan import country
from notmyloan.country.data import table
from notmyloan.country.terms import term
from notmyloan.guard import case_story as story
from notmyloan.guard.case_disputed import alibis, called, day_of
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.case import Case, Outcome
from notmyloan.model.credit import CreditAccount, CreditReport, Enquiry
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.document import Facts, Value
from notmyloan.model.finding import Finding
from notmyloan.model.identity import InvalidIdentity, ResidentId, mask
from notmyloan.model.record import Call, Identified, Message, Origin, Transaction, plain_party
from notmyloan.model.text import Text
from notmyloan.report.cite import business, where
from notmyloan.respond import Standing, StepState
from notmyloan.respond.alibi import window_of
from notmyloan.respond.fields import fields
from notmyloan.respond.letter import Template, load_letter
from notmyloan.respond.money import money_shown
from notmyloan.vault import Vault

_NIGHT = range(8, 22)  # hours in which a collector may call (GB/T 45251-2025, by a summary)
_ROWS = 30
_MANY = 3  # fewer a day than this are not worth a word
_REPORT = "report"  # a group of fields here, not the catalogue of that name
_PERSON = {
    "name": OwnedKind.NAME,
    "id_number": OwnedKind.ID_NUMBER,
    "phone": OwnedKind.PHONE,
    "address": OwnedKind.ADDRESS,
    "email": OwnedKind.EMAIL,
}
_SECRET = {"id_number", "phone", "email"}
_NUMBER = re.compile(r"[+\d*][\d\s*()+-]{2,}")
Cited = dict[str, tuple[Identified, tuple[Origin, ...]]]
_Event = tuple[datetime, Call | Message, tuple[Origin, ...], bool]  # the last: dunning


def cited_records(vault: Vault, case: Case) -> Cited:
    """Every record that the case's findings cite, by id."""
    return _cited(vault, [s.finding for s in vault.findings(None) if s.number in case.findings])


def _cited(vault: Vault, findings: Iterable[Finding]) -> Cited:
    ids = [id for finding in findings for id in finding.cites]
    return vault.records_by_ids(list(dict.fromkeys(ids)))


def contested(vault: Vault, case: Case) -> list[Finding]:
    """The case's findings that still stand: what the person has since called their own, or what
    reconciles by now, is not contested."""
    wanted = set(case.findings)
    return [s.finding for s in vault.findings("open") if s.number in wanted]


def facts(
    vault: Vault,
    dossier: VaultDossier,
    case: Case,
    standings: Iterable[Standing],
    language: str,
) -> Facts:
    """All fields of a case, said in `zh` or `en`."""
    speaker = Speaker("zh_CN" if language == "zh" else "en", dossier.zone)
    found = _Found(speaker, dossier.zone)
    standings = list(standings)
    findings = contested(vault, case)
    cited = _cited(vault, findings)
    _person(found, dossier)
    _institution(found, case)
    _credit(found, dossier, cited, case)
    apart = story.told_apart(findings)
    _contacts(found, {id: got for id, got in cited.items() if id not in apart},
              story.of_rules(findings, story.DUNNING))  # fmt: skip
    _traces(found, findings, dossier)
    _given(found, dossier, case, cited)
    _course(found, case, standings)
    _timeline(found, case, findings, cited, dossier)
    _money(found, vault, dossier, cited)
    _alibi(found, dossier, case, cited)
    _papers(found, vault, case)
    for name, value in case.facts.items():
        if name in fields():  # the days ordered for steps are kept beside them
            found.values[name] = Value(value, speaker.say(Text("respond.source.entered")))
    _limits(found, case)
    return Facts(found.values, found.lists)


class _Found:
    """Fields as they are found; the first source of a field wins."""

    def __init__(self, speaker: Speaker, zone: tzinfo) -> None:
        self.speaker = speaker
        self.zone = zone
        self.values: dict[str, Value] = {}
        self.lists: dict[str, tuple[dict[str, Value], ...]] = {}

    def put(self, name: str, value: object, source: str, masked: str | None = None) -> None:
        if value in (None, "", ()):
            return
        said = self.speaker.say(Text("respond.value", value=value))  # type: ignore[arg-type]
        self.values.setdefault(name, Value(said, source, masked))

    def raw(self, name: str, value: str) -> None:
        """A field that templates only compare with; it is not printed."""
        self.values.setdefault(name, Value(value, self.say("respond.source.case")))

    def source(self, origins: tuple[Origin, ...]) -> str:
        return self.speaker.say(where(origins[0])) if origins else ""

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def say(self, key: str, **args: object) -> str:
        return self.speaker.say(Text(key, **args))  # type: ignore[arg-type]


def _person(found: _Found, dossier: VaultDossier) -> None:
    for name, kind in _PERSON.items():
        for line in dossier.mine.of(kind):
            masked = mask(line.value) if name in _SECRET else None
            found.put(f"person.{name}", line.value, found.say("respond.source.mine"), masked)
    number = found.values.get("person.id_number")
    if number is not None:
        try:
            told = ResidentId.parse(number.text)
        except InvalidIdentity:
            return  # another country's number, or a wrong one: it tells neither
        found.put(
            "person.sex", found.say(f"respond.sex.{told.sex}"), found.say("respond.source.id")
        )
        found.put("person.born", told.birth, found.say("respond.source.id"))


def _institution(found: _Found, case: Case) -> None:
    found.put("case.number", case.number, found.say("respond.source.case"))
    found.put("case.opened", case.opened, found.say("respond.source.case"))
    found.put("case.known_on", case.known_on, found.say("respond.source.case"))
    found.raw("case.playbook", case.playbook)
    known = country.load(case.country).institutions.find(case.against)
    name = known.legal_name if known is not None else case.against
    # A letter to a telephone number reaches nobody: the name stays open until somebody knows it.
    if known is not None or not _NUMBER.fullmatch(name):
        found.put("institution.name", name, found.say("respond.source.case"))
        found.put("platform.name", name, found.say("respond.source.case"))
    if known is not None:
        if known.hotline_confidence == "sourced":  # nothing unconfirmed goes into a letter
            found.put("institution.hotline", known.hotline, found.say("respond.source.pack"))
        found.raw("institution.kind", known.kind.value)


def _credit(found: _Found, dossier: VaultDossier, cited: Cited, case: Case) -> None:
    numbers: set[str] = set()
    theirs = story.enquiries_told(cited, case)
    for id, (record, origins) in cited.items():
        source = found.source(origins)
        if isinstance(record, CreditAccount):
            numbers.add(record.report)
            _account(found, record, source)
        elif isinstance(record, Enquiry):
            numbers.add(record.report)
            if id not in theirs:
                continue
            found.put("enquiry.institution", record.by, source)
            found.put("enquiry.date", record.on, source)
            found.put("enquiry.reason", term(record.reason), source)
        elif isinstance(record, CreditReport):
            numbers.add(record.number)
    for file in reversed(dossier.credit_files()):
        if file.report.number in numbers:
            source = found.source((file.report.origin,))
            found.put(f"{_REPORT}.number", file.report.number, source)
            found.put(f"{_REPORT}.made_on", found.day(file.report.at), source)


def _account(found: _Found, account: CreditAccount, source: str) -> None:
    found.put("account.institution", account.institution, source)
    found.put("account.kind", business(account), source)
    found.put("account.opened", account.opened, source)
    found.put("account.amount", account.amount or account.limit, source)
    found.put("account.balance", account.balance or account.used, source)
    found.put("account.number", account.mark or account.card_tail, source)
    found.put("account.status", account.state_text or None, source)
    found.put("account.guarantee", account.guarantee and term(account.guarantee), source)
    late = account.overdue
    if late.current_amount is not None and late.current_amount.amount:
        found.put("account.overdue", late.current_amount, source)
    elif late.months:
        found.put("account.overdue", found.say("respond.months_overdue", n=late.months), source)


def _contacts(found: _Found, cited: Cited, dunning: set[str]) -> None:
    """Calls and messages of the findings, counted; dunning apart from all else."""
    events: list[_Event] = [
        (record.at, record, origins, id in dunning)
        for id, (record, origins) in cited.items()
        if isinstance(record, (Call, Message))
    ]
    events.sort(key=lambda event: event[0])
    pushed = [e for e in events if e[3]]
    _counted(found, "dunning", pushed)
    _counted(found, "calls", [e for e in events if not e[3]])
    text = next((r.text for _, r, _, _ in pushed if isinstance(r, Message)), None)
    if text:
        source = found.say("respond.source.records", n=len(pushed))
        found.put("dunning.claim", mask(text[:60]).rstrip("。. "), source)


def _counted(found: _Found, group: str, events: list[_Event]) -> None:
    if not events:
        return
    source = found.say("respond.source.records", n=len(events))
    calls = sum(isinstance(record, Call) for _, record, _, _ in events)
    first, last = events[0], events[-1]
    if group == "dunning":
        found.put("dunning.count", len(events), source)
        found.put("dunning.calls", calls or None, source)
        found.put("dunning.first", found.day(first[0]), found.source(first[2]))
        found.put("dunning.last", found.day(last[0]), found.source(last[2]))
    else:
        found.put("calls.count", calls or None, source)
        found.put("calls.first", first[0], found.source(first[2]))
        found.put("calls.last", last[0], found.source(last[2]))
    found.put(f"{group}.messages", len(events) - calls or None, source)
    local = [at.astimezone(found.zone) for at, _, _, _ in events]
    night = sum(at.hour not in _NIGHT for at in local)
    most = max(Counter(at.date() for at in local).values())
    found.put(f"{group}.outside_hours", night or None, source)
    found.put(f"{group}.most_a_day", most if most >= _MANY else None, source)
    by_party: dict[str, list[datetime]] = {}
    for at, record, _, _ in events:
        if isinstance(record, (Call, Message)):
            by_party.setdefault(plain_party(record.party), []).append(at)
    busiest = sorted(by_party.items(), key=lambda item: -len(item[1]))[:_ROWS]
    found.lists[f"{group}.numbers"] = tuple(
        {
            "number": Value(number or "—", source),
            "count": Value(str(len(times)), source),
            "first": Value(found.speaker.moment(min(times)), source),
            "last": Value(found.speaker.moment(max(times)), source),
        }
        for number, times in busiest
    )


def _traces(found: _Found, findings: list[Finding], dossier: VaultDossier) -> None:
    """What whoever acted as the person left behind: other people's numbers in the report, and
    codes on the person's phone."""
    for name, (value, origin) in story.drift(findings, dossier).items():
        found.put(name, value, found.source((origin,)))
    codes = story.stages(findings, found.speaker)
    if codes is not None:
        service, at, said = codes
        source = found.say("respond.source.finding")
        found.put("code.service", service, source)
        found.put("code.given_on", at.date(), source)
        found.put("code.stages", said, source)


def _timeline(
    found: _Found, case: Case, findings: list[Finding], cited: Cited, dossier: VaultDossier
) -> None:
    places = {id: found.source(origins) for id, (_, origins) in cited.items()}
    events = story.happenings(case, findings, cited, dossier, found.speaker, places)
    found.raw("case.learnt", story.learnt(events))
    if events:
        found.lists["events.rows"] = tuple(
            {
                "on": Value(found.say("respond.value", value=h.day) + h.clock, h.source),
                "what": Value(found.speaker.say(h.what), h.source),
                "source": Value(h.source or "—", h.source),
            }
            for h in events
        )


def _given(found: _Found, dossier: VaultDossier, case: Case, cited: Cited) -> None:
    """What the person gave to the other side, and to whom else."""
    source = found.say("respond.source.gave")
    same = [line for line in dossier.disclosures if story.is_other_side(line.recipient, case)]
    for line in same:
        found.put("gave.recipient", line.recipient, source)
        found.put("gave.on", line.on, source)
        found.put(
            "gave.what",
            tuple(found.say(f"report.given.{given}") for given in line.given),
            source,
        )
        found.put("gave.purpose", line.purpose, source)
        found.put("leak.what",
                  tuple(found.say(f"report.given.{given}") for given in line.given),
                  source)  # fmt: skip
        found.put("leak.kinds", len(line.given) or None, source)
        if line.phone:
            found.put("platform.account", line.phone, source, mask(line.phone))
    found.put(
        "suspect.recipients",
        tuple(
            found.say("respond.recipient_on", name=name, on=on)
            for name, on in story.given_before(dossier, case, cited)[-_ROWS:]
        ),
        source,
    )


def _course(found: _Found, case: Case, standings: Iterable[Standing]) -> None:
    """What was sent, reported and answered in the case so far."""
    source = found.say("respond.source.case")
    standings = list(standings)
    for name, police in (("course.rows", False), ("course.police", True)):
        some = [s for s in standings if (s.step.who == "police") is police]
        rows = story.course(case, some, standings, found.speaker, source)
        if rows:
            found.lists[name] = tuple(rows)
    done = [s for s in standings if s.done_on is not None]
    for standing in sorted(done, key=lambda s: s.done_on or date.min, reverse=True):
        step = standing.step
        if step.who == "police":
            found.put("police.reported_on", standing.done_on, source)
    for event in case.events:
        if event.step == "police" and event.outcome is Outcome.DONE:
            found.put("police.reported_on", event.on, source)


def after_asking(
    filled: Facts, dossier: VaultDossier, case: Case, standings: Iterable[Standing],
    template: Template, language: str,
) -> Facts:  # fmt: skip
    """`filled` with what one letter follows up: what was last sent to its own reader, else to the
    other side. What went to somebody else was not asked of them."""
    sent = [s for s in standings if s.done_on is not None and s.clocks and s.step.who != "police"]
    sent = [s for s in sent if template.id not in s.step.letters]
    sent.sort(key=lambda s: s.done_on or date.min, reverse=True)

    def went_to(readers: tuple[str, ...]) -> list[Standing]:
        return [
            s for s in sent
            if any(load_letter(case.country, name).to in readers for name in s.step.letters)
        ]  # fmt: skip

    chosen = went_to((template.to,)) or went_to(("institution", "platform", "carrier"))
    if not chosen:
        return filled
    last = chosen[0]
    found = _Found(Speaker("zh_CN" if language == "zh" else "en", dossier.zone), dossier.zone)
    source = found.say("respond.source.case")
    found.put("demand.sent_on", last.done_on, source)
    found.put("demand.sent_to", last.step.title.said(found.speaker.language), source)
    found.put("demand.due", max(c.worked.due for c in last.clocks), source)
    if last.state is StepState.LATE:
        found.raw("demand.late", last.step.id)
    if last.reply is not None:
        found.put("demand.reply_on", last.reply_on, source)
        note = next(
            (e.note for e in reversed(case.events)
             if e.step == last.step.id and e.outcome is last.reply and e.note), "",
        )  # fmt: skip
        found.put("demand.reply", note, source)
    return Facts(found.values | filled.values, filled.lists)


def _money(found: _Found, vault: Vault, dossier: VaultDossier, cited: Cited) -> None:
    """What the bills show of the payout of the account that the letters are about: the first."""
    shown = None
    for record, origins in cited.values():
        source = found.source(origins)
        if isinstance(record, CreditAccount):
            found.put("money.claimed", record.amount, source)
            if record.opened is None or shown is not None:
                continue
            first, last = window_of(record.opened)
            found.put("money.window", found.say("respond.window", first=first, last=last), source)
            names = called(dossier.country, [record.institution])
            shown = money_shown(
                dossier, record.opened, record.amount, names, vault.bill_rows(),
                vault.damaged_files(),
            )  # fmt: skip
            if shown.proved:
                found.put("money.none", found.say("respond.yes"), found.say("respond.source.bills"))
        elif isinstance(record, Transaction):
            found.put("money.claimed", record.amount, source)


def _alibi(found: _Found, dossier: VaultDossier, case: Case, cited: Cited) -> None:
    """One sentence on where the person was on the first day of a disputed loan or enquiry of which
    anything may be told."""
    for seen, _ in alibis(dossier, case, cited):
        if not seen.elsewhere:
            continue
        hours = tuple(f"{hour:02}:00–{hour:02}:59" for hour in seen.elsewhere)
        source = next(
            origins for record, origins in cited.values()
            if isinstance(record, CreditAccount | Enquiry) and day_of(record) == seen.day
        )  # fmt: skip
        # Where the lender's codes came to this phone, only payments are among the hours.
        key = "proof.alibi.paid" if seen.against else "proof.alibi.summary"
        found.put("alibi.summary", found.say(key, day=seen.day, hours=hours), found.source(source))
        return


def _limits(found: _Found, case: Case) -> None:
    """The criminal thresholds, only where a batch of several people's data is in evidence: one
    person's own items say nothing about them (cn.md rule 45)."""
    limits = table(case.country, "crime").get("items")
    if limits and "leak.batch" in case.facts:
        said = tuple(found.say(f"respond.crime.{kind}", n=n) for kind, n in limits.items())
        found.put("leak.limits", said, found.say("respond.source.pack"))


def _papers(found: _Found, vault: Vault, case: Case) -> None:
    """Signatures that were lined up for this case (`evidence signatures --case`)."""
    source = found.say("respond.source.case")
    for role, name in (("questioned", "appraisal.questioned"), ("sample", "appraisal.samples")):
        papers = [e for e in vault.exhibits.all(case.number) if e.facts.get("role") == role]
        if papers:
            found.lists[name] = tuple(
                {
                    "name": Value(e.name, source),
                    "date": Value(e.facts.get("written") or "—", source),
                    "original": Value(
                        found.say(f"respond.paper.{e.facts.get('grade', 'original')}"), source
                    ),
                }
                for e in papers
            )
