"""Cases of an open vault: opening them, where they stand, what to do today, their letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from notmyloan import country
from notmyloan.guard.case_facts import facts
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.case import Case, CaseEvent, Outcome
from notmyloan.model.errors import UsageError
from notmyloan.model.record import Private
from notmyloan.model.text import Text
from notmyloan.respond import Standing, StepState, load_playbook, stand
from notmyloan.respond.letter import Enclosure, Letter, Template, load_letter, write
from notmyloan.respond.playbook import Playbook, answering
from notmyloan.vault import StoredFinding, Vault


@dataclass(frozen=True, slots=True, repr=False)
class CaseView(Private):
    """A case with its playbook and where each step stands today."""

    case: Case
    playbook: Playbook
    standings: tuple[Standing, ...]

    @property
    def open_steps(self) -> tuple[Standing, ...]:
        """The steps the person can do now."""
        return tuple(s for s in self.standings if s.state is StepState.OPEN)

    @property
    def next_day(self) -> date | None:
        """The next day that matters."""
        days = [s.act_on for s in self.standings if s.act_on is not None]
        return min(days, default=None)


@dataclass(frozen=True, slots=True, repr=False)
class Task(Private):
    """Something to do in a case: an open step, or an answer that is overdue. `on`: by when."""

    view: CaseView
    standing: Standing
    on: date | None


def open_case(
    vault: Vault,
    dossier: VaultDossier,
    numbers: Sequence[int],
    playbook: str | None = None,
    against: str | None = None,
    known_on: date | None = None,
    code: str | None = None,
) -> CaseView:
    """A new case over findings, or over none with a playbook named. Raises UsageError where a
    finding is unknown, set aside or in a case already, or nothing says what to do about it."""
    chosen = [_finding(vault, number) for number in dict.fromkeys(numbers)]
    code = code or dossier.country
    if code not in country.codes():
        raise UsageError("respond.no_country", code=code, codes=country.codes())
    if playbook is not None:
        book = load_playbook(code, playbook)
    elif chosen:
        worst = min(chosen, key=lambda stored: stored.finding.rank())
        found = answering(code, worst.finding.rule)
        if found is None:
            raise UsageError("respond.no_answer", number=worst.number)
        book = found
    else:
        raise UsageError("respond.nothing_to_open")
    name = against or _institution(vault, chosen) or ""
    today = dossier.now.astimezone(dossier.zone).date()
    known = known_on or min((_day(s, dossier) for s in chosen), default=today)
    number = vault.cases.open(
        book.id, code, name, today, [stored.number for stored in chosen], known
    )
    return view(vault, dossier, number)


def _day(stored: StoredFinding, dossier: VaultDossier) -> date:
    """The person learnt of it when it was first found, not when it happened."""
    return stored.first_seen.astimezone(dossier.zone).date()


def _finding(vault: Vault, number: int) -> StoredFinding:
    for stored in vault.findings(None):
        if stored.number == number:
            if stored.state != "open":
                raise UsageError("respond.finding_aside", number=number)
            return stored
    raise UsageError("cli.no_such_finding", number=number)


def _institution(vault: Vault, chosen: Sequence[StoredFinding]) -> str | None:
    """Whom the findings are about: the institution they name, else the sender."""
    for stored in chosen:
        named = stored.finding.facts.get("institution") or stored.finding.facts.get("institutions")
        if isinstance(named, tuple) and named:
            named = named[0]
        if isinstance(named, str) and named:
            return named
    for stored in chosen:
        for record, _ in vault.records_by_ids(stored.finding.cites[:1]).values():
            for attribute in ("institution", "by", "party", "counterparty"):
                value = getattr(record, attribute, None)
                if value:
                    return str(value)
    return None


def view(vault: Vault, dossier: VaultDossier, number: int) -> CaseView:
    """A case as it stands today. Raises UsageError where there is none."""
    return _view(vault.cases.get(number), dossier)


def views(vault: Vault, dossier: VaultDossier) -> list[CaseView]:
    """Every case, in order of number."""
    return [_view(case, dossier) for case in vault.cases.all()]


def _view(case: Case, dossier: VaultDossier) -> CaseView:
    book = load_playbook(case.country, case.playbook)
    today = dossier.now.astimezone(dossier.zone).date()
    calendar = country.load(case.country).calendar
    return CaseView(case, book, stand(book, case, calendar, today))


def step(
    vault: Vault,
    dossier: VaultDossier,
    number: int,
    outcome: Outcome,
    name: str | None = None,
    on: date | None = None,
    note: str = "",
) -> CaseView:
    """Note what became of a step: the first open one, or the one waited for, unless named. Raises
    UsageError where there is none, or the day lies ahead or before the case began."""
    seen = view(vault, dossier, number)
    if name is None:
        name = _meant(seen, outcome)
    elif not seen.playbook.has(name):
        raise UsageError("respond.no_such_step", step=name, case=number)
    standing = next(s for s in seen.standings if s.step.id == name)
    today = dossier.now.astimezone(dossier.zone).date()
    day = on or today
    if day > today:
        raise UsageError("respond.day_ahead", day=day)
    replies = (Outcome.ANSWERED, Outcome.REFUSED, Outcome.EVASIVE, Outcome.EXTENDED,
               Outcome.PAUSED, Outcome.RESUMED)  # fmt: skip
    if outcome in replies:
        if standing.done_on is None:
            raise UsageError("respond.not_done_yet", step=name)
        if day < standing.done_on:
            raise UsageError("respond.before_step", day=day, done=standing.done_on)
    elif standing.done_on is not None or standing.state is StepState.SKIPPED:
        raise UsageError("respond.done_already", step=name)
    vault.cases.add_event(number, CaseEvent(name, outcome, day, note), dossier.now)
    return view(vault, dossier, number)


def _meant(seen: CaseView, outcome: Outcome) -> str:
    """The step that an outcome without a name is about."""
    if outcome in (Outcome.DONE, Outcome.SKIPPED):
        states: tuple[StepState, ...] = (StepState.OPEN, StepState.BLOCKED)
    else:
        states = (StepState.LATE, StepState.WAITING)
    for standing in seen.standings:
        if standing.state in states:
            return standing.step.id
    raise UsageError("respond.no_open_step", case=seen.case.number)


def tasks(vault: Vault, dossier: VaultDossier) -> list[Task]:
    """What to do, over all open cases, the most pressing first: what is late, what falls due
    first, then each case's first open step."""
    found: list[Task] = []
    for seen in views(vault, dossier):
        if seen.case.closed is not None:
            continue
        first = True
        for standing in seen.standings:
            if standing.state is StepState.OPEN and (first or standing.by is not None):
                found.append(Task(seen, standing, standing.act_on))
                first = False
    return sorted(found, key=lambda t: (t.on or date.max, t.view.case.number))


def dated(seen: CaseView) -> Iterator[tuple[date, Standing]]:
    """Every day of a case that belongs in a calendar."""
    for standing in seen.standings:
        if standing.act_on is not None:
            yield standing.act_on, standing


def letter_names(seen: CaseView, *, every: bool = False) -> list[str]:
    """The letters of the steps that are due now or next; with `every`, of the whole playbook."""
    due = (StepState.OPEN, StepState.BLOCKED, StepState.WAITING, StepState.LATE)
    states = tuple(StepState) if every else due
    return list(
        dict.fromkeys(
            name
            for standing in seen.standings
            if standing.state in states
            for name in standing.step.letters
        )
    )


def letters(
    vault: Vault,
    dossier: VaultDossier,
    seen: CaseView,
    names: Sequence[str],
    language: str,
    enclosures: Sequence[Enclosure] = (),
) -> list[Letter]:
    """The letters `names` of a case in `zh` or `en`. Raises InputError where the pack lacks one."""
    filled = facts(vault, dossier, seen.case, seen.standings, language)
    pack = country.load(seen.case.country)
    today = dossier.now.astimezone(dossier.zone).date()
    known = pack.institutions.find(seen.case.against) is not None
    return [
        write(
            shown_to(load_letter(seen.case.country, name), known),
            language, filled, pack, today, enclosures,
        )
        for name in names
    ]  # fmt: skip


def shown_to(template: Template, known: bool) -> Template:
    """The letter, with the ID number masked where its addressee is in no list of the pack: an ID
    number goes in clear to known institutions and authorities only (cn.md rule 30,
    `letter.plain_id`)."""
    if known or template.to not in ("institution", "platform"):
        return template
    shows = tuple(name for name in template.shows if name != "person.id_number")
    return replace(template, shows=shows)


def too_big(vault: Vault, seen: CaseView, name: str) -> tuple[str, ...]:
    """The case's pieces that are larger than the channel of a letter takes (cn.md rule 28,
    `form.attachment_size`). They are never re-encoded to fit: an excerpt goes along, the original
    stays whole."""
    channels = country.load(seen.case.country).channels
    limits = [
        channels[s.step.channel].attachment_max
        for s in seen.standings
        if name in s.step.letters and s.step.channel
    ]
    limit = min((most for most in limits if most is not None), default=None)
    if limit is None:
        return ()
    return tuple(e.name for e in vault.exhibits.all(seen.case.number) if e.size > limit)


def addressees(seen: CaseView, names: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Kind and name of everybody among the addressees of `names` whose step asks for a copy of the
    ID card, once each."""
    speaker = Speaker("zh_CN" if language.startswith("zh") else "en")
    known = country.load(seen.case.country).institutions.find(seen.case.against)
    ours = known.legal_name if known is not None else seen.case.against
    found: dict[str, str] = {}
    for name in names:
        asks = any(
            name in s.step.letters and {"id_card", "id_proof"} & set(s.step.papers)
            for s in seen.standings
        )
        to = load_letter(seen.case.country, name).to
        if asks:
            theirs = to in ("institution", "platform") and ours
            found.setdefault(to, ours if theirs else speaker.say(Text(f"respond.to.{to}")))
    return list(found.items())
