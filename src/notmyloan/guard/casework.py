"""Cases of an open vault: opening them, where they stand, what to do today, their letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from notmyloan import country
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.case import Case, CaseEvent, Outcome
from notmyloan.model.errors import UsageError
from notmyloan.model.record import Private
from notmyloan.respond import Standing, StepState, load_playbook, stand
from notmyloan.respond.playbook import Playbook, answering
from notmyloan.respond.progress import due_field
from notmyloan.vault import StoredFinding, Vault

_SOON = timedelta(days=14)
_AT_ONCE = 60  # a step to be done within so many minutes goes before all that has a date


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
    """Something to do in a case: an open step. `on`: by when; `late`: the step whose answer is
    overdue and that made this one due, with `late_days` since its last day."""

    view: CaseView
    standing: Standing
    on: date | None
    late: Standing | None = None
    late_days: int = 0

    @property
    def order(self) -> tuple[int, int, date, int]:
        """The most pressing first: what counts by the minute, then what others left unanswered,
        then what falls due first, then beginnings, and reminders at the end."""
        minutes = self.standing.step.minutes
        if minutes is not None and minutes <= _AT_ONCE:
            rank = 0
        elif self.late is not None:
            rank = 1
        elif _reminds(self.standing):
            rank = 4
        else:
            rank = 2 if self.on is not None else 3
        return (rank, -self.late_days, self.on or date.max, self.view.case.number)


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
        named = named or _named(stored)
        if isinstance(named, str) and named:
            return named
    for stored in chosen:
        for record, _ in vault.records_by_ids(stored.finding.cites[:1]).values():
            for attribute in ("institution", "by", "party", "counterparty"):
                value = getattr(record, attribute, None)
                if value:
                    return str(value)
    return None


def firms(vault: Vault, code: str, numbers: Sequence[int]) -> tuple[str, ...]:
    """The different institutions that findings name: a case's letters go to one of them only."""
    known = country.load(code).institutions
    found: dict[str, str] = {}
    for stored in vault.findings(None):
        name = _institution(vault, [stored]) if stored.number in numbers else None
        if name:
            institution = known.find(name)
            found.setdefault(institution.id if institution else name, name)
    return tuple(found.values())


def _named(stored: StoredFinding) -> str | None:
    """The firm that a finding names in its title; a sender only where it signed with a name."""
    said = stored.finding.title.args
    signed = str(stored.finding.subject[0] if stored.finding.subject else "").startswith("s:")
    for key in ("firm", "first", *(("sender",) if signed else ())):
        name = said.get(key)
        if isinstance(name, str) and name:
            return name
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
    """What to do, over all open cases, the most pressing first: each step that somebody's silence
    or answer made due, each with a date of its own, and each case's first open step."""
    today = dossier.now.astimezone(dossier.zone).date()
    found: list[Task] = []
    for seen in views(vault, dossier):
        if seen.case.closed is None:
            found += _tasks(seen, today)
    return sorted(found, key=lambda task: task.order)


def _tasks(seen: CaseView, today: date) -> Iterator[Task]:
    first = True
    for standing in seen.standings:
        if standing.state is not StepState.OPEN:
            continue
        woken = bool(standing.woken_by)
        if _reminds(standing) and standing.act_on and standing.act_on - today > _SOON:
            continue  # a reminder of months ahead is no task of today
        if first or woken or standing.act_on is not None or standing.step.minutes is not None:
            late = _late(seen, standing)
            days = 0
            if late is not None and late.clocks:
                days = (today - max(c.worked.late_from for c in late.clocks)).days + 1
            yield Task(seen, standing, _needed_by(seen, standing), late, days)
        first = first and woken


def _needed_by(seen: CaseView, standing: Standing) -> date | None:
    """By when a step must be done: its own day, or that of a step that waits for it."""
    days = [standing.act_on] + [
        s.act_on
        for s in seen.standings
        if s.state is StepState.BLOCKED and standing.step.id in s.step.needs and not _reminds(s)
    ]
    return min((day for day in days if day is not None), default=None)


def _reminds(standing: Standing) -> bool:
    """Whether a step is a reminder that comes again."""
    return standing.step.by is not None and bool(standing.step.by.then)


def _late(seen: CaseView, standing: Standing) -> Standing | None:
    """The step whose unanswered clock made `standing` due (cn.md rule 26, `deadline.silent`)."""
    quiet = [e.removesuffix(".silent") for e in standing.woken_by if e.endswith(".silent")]
    return next((s for s in seen.standings if s.step.id in quiet), None)


def overdue(seen: CaseView) -> list[Standing]:
    """The steps of a case whose answer is overdue."""
    return [s for s in seen.standings if s.state is StepState.LATE]


def order_day(
    vault: Vault, dossier: VaultDossier, number: int, name: str, on: date | None
) -> CaseView:
    """Note the day that a court or an authority set for a step; None takes it back. Raises
    UsageError where the case has no such step."""
    seen = view(vault, dossier, number)
    if not seen.playbook.has(name):
        raise UsageError("respond.no_such_step", step=name, case=number)
    vault.cases.set_facts(number, {due_field(name): on.isoformat() if on else ""})
    return view(vault, dossier, number)


def dated(seen: CaseView) -> Iterator[tuple[date, Standing]]:
    """Every day of a case that belongs in a calendar."""
    for standing in seen.standings:
        if standing.act_on is not None:
            yield standing.act_on, standing
