"""Cases, their steps and letters in words, JSON and iCalendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import click

from notmyloan import country
from notmyloan.cli.app import App
from notmyloan.guard.case_letters import fitting
from notmyloan.guard.casework import CaseView, Task, dated, overdue
from notmyloan.locale.width import columns
from notmyloan.model.case import Outcome
from notmyloan.model.serial import to_json
from notmyloan.model.text import Text
from notmyloan.respond import Clock, Playbook, Standing, Step, StepState, Worked
from notmyloan.respond.explain import explain
from notmyloan.respond.letter import load_letter
from notmyloan.respond.playbook import papers

_MARKS = {
    StepState.OPEN: "▶", StepState.WAITING: "…", StepState.LATE: "!", StepState.DONE: "✓",
    StepState.SKIPPED: "–", StepState.BLOCKED: "·", StepState.ASLEEP: "·",
}  # fmt: skip


def line(app: App, seen: CaseView) -> str:
    """A case in one line; what is overdue is said at its end."""
    done = sum(s.state in (StepState.DONE, StepState.SKIPPED) for s in seen.standings)
    closed = seen.case.closed is not None
    late = 0 if closed else len(overdue(seen))
    key = "cli.case.line_closed" if closed else "cli.case.line_late" if late else "cli.case.line"
    return app.say(
        key,
        **({"n": late} if late else {}),
        number=seen.case.number,
        title=seen.playbook.title.said(app.speaker.language),
        against=seen.case.against or "—",
        done=done,
        steps=len(seen.standings),
        next=seen.next_day or "—",
    )


def show(app: App, seen: CaseView, *, as_json: bool) -> None:
    """A case with all its steps: what to do now in full, the rest in a line each."""
    if as_json:
        app.emit(data(app, seen))
        return
    click.echo(line(app, seen))
    click.echo(seen.playbook.about.said(app.speaker.language))
    asleep = [s for s in seen.standings if s.state is StepState.ASLEEP]
    for standing in seen.standings:
        if standing not in asleep:
            click.echo("")
            for text in _step(app, seen, standing):
                click.echo(text)
    if asleep:
        click.echo("")
        click.echo(app.say("cli.case.later"))
        for standing in asleep:
            title = standing.step.title.said(app.speaker.language)
            click.echo(f"  {title}  [{standing.step.id}]")
            for text in _events(app, seen, standing.step):
                click.echo("    " + text)
    click.echo("")
    click.echo(app.say("cli.case.no_advice", as_of=seen.playbook.as_of))


def _step(app: App, seen: CaseView, standing: Standing) -> Iterator[str]:
    step, language = standing.step, app.speaker.language
    state = app.say(f"respond.state.{standing.state}")
    if standing.state is StepState.BLOCKED:
        done = (StepState.DONE, StepState.SKIPPED, StepState.WAITING, StepState.LATE)
        first = tuple(
            s.step.title.said(language)
            for s in seen.standings
            if s.step.id in step.needs and s.state not in done
        )
        state = app.say("cli.case.first", steps=first) if first else state
    yield f"{_MARKS[standing.state]} {step.title.said(language)}  [{step.id}]  {state}"
    if standing.done_on is not None:
        yield "    " + app.say("cli.case.done_on", on=standing.done_on)
    if standing.reply is not None:
        reply = app.say(f"respond.outcome.{standing.reply}")
        yield "    " + app.say("cli.case.reply", reply=reply, on=standing.reply_on)
    if standing.state is StepState.OPEN:
        yield from _how(app, seen.playbook, step, seen.case.against)
    if standing.state in (StepState.OPEN, StepState.BLOCKED):
        yield from _yours(app, seen.case.country, standing)
    if standing.state in (StepState.WAITING, StepState.LATE):
        yield from _theirs(app, seen, standing)


def _yours(app: App, code: str, standing: Standing) -> Iterator[str]:
    """The person's own deadline for a step, and how it was worked out."""
    if standing.ordered is not None:
        yield "    " + app.say("cli.case.ordered", day=standing.ordered)
    elif standing.by is not None:
        basis = standing.step.by.basis if standing.step.by is not None else ""
        yield "    " + app.say("cli.case.do_by", day=standing.by.latest_safe)
        yield from _worked(app, code, standing.by, basis, own=True)


def _theirs(app: App, seen: CaseView, standing: Standing) -> Iterator[str]:
    """The other side's clocks, and what stands ready where they ran out (rule 26)."""
    language = app.speaker.language
    late = standing.state is StepState.LATE
    for running in standing.clocks:
        key = "cli.case.late_since" if late else "cli.case.late_from"
        yield "    " + _named(app, running.clock) + app.say(key, day=running.worked.late_from)
        yield from _worked(app, seen.case.country, running.worked, running.clock.basis, own=False)
        if running.clock.stops:
            stops = running.clock.stops.said(language)
            yield "      " + app.say("cli.case.stops", words=stops)
        if running.longest is not None and running.worked.due < running.longest:
            yield "      " + app.say("cli.case.longest", day=running.longest)
    if not late:
        yield from _follows(app, seen.playbook, standing.step)


def _how(app: App, book: Playbook, step: Step, against: str = "") -> Iterator[str]:
    """Everything about a step that is to be done: how, by whom, where, with what, by which
    article, how long they have, and what follows when nothing comes of it."""
    language, code = app.speaker.language, book.country
    pack = country.load(code)
    yield "    " + step.do.said(language)
    if step.say:
        yield "    " + app.say("cli.case.say", words=step.say.said(language))
    yield "    " + app.say("cli.case.who", who=Text(f"respond.who.{step.who}"))
    if step.channel:
        yield from _where(app, code, step, against)
    if step.papers:
        names = tuple(papers(code)[paper].said(language) for paper in step.papers)
        yield "    " + app.say("cli.case.papers", names=names)
    if step.letters:
        names = tuple(
            load_letter(code, name).title.said(language) + app.speaker.aside(name)
            for name in fitting(code, step.letters, against)
        )
        yield "    " + app.say("cli.case.letters", names=names)
    for ref in step.basis:
        statute = pack.statutes[ref]
        key = "cli.case.basis" if statute.verified else "cli.case.basis_unverified"
        yield "    " + app.say(key, cite=statute.citation, gist=statute.gist, as_of=statute.as_of)
    for clock in step.clocks:
        yield "    " + _allowed(app, code, clock)
    yield from _follows(app, book, step)
    if step.doubt:
        yield "    " + app.say("cli.case.doubt", words=step.doubt.said(language))


# Channels at which one meets the case's own institution.
_OWN = ("lender", "bank_hotline", "platform", "carrier", "creditor")


def _where(app: App, code: str, step: Step, against: str) -> Iterator[str]:
    pack = country.load(code)
    contact = pack.channels[step.channel]
    key = "cli.case.where" if contact.verified else "cli.case.where_unverified"
    yield "    " + app.say(key, name=contact.name, how=app.speaker.say(contact.how))
    known = pack.institutions.find(against) if against and step.channel in _OWN else None
    if known is not None and known.hotline:
        sure = known.hotline_confidence == "sourced"
        key = "cli.case.hotline" if sure else "cli.case.hotline_unverified"
        yield "      " + app.say(key, name=known.short, hotline=known.hotline,
                                 source=known.source, as_of=known.as_of)  # fmt: skip
    yield "      " + app.say("cli.case.source", source=contact.source, as_of=contact.as_of)


def _allowed(app: App, code: str, clock: Clock) -> str:
    """How long the other side has, before anything has been sent."""
    unit = clock.length.unit
    said = app.say(f"cli.case.allowed.{unit}", n=clock.length.count)
    if clock.longer:
        said += app.say("cli.case.allowed.longer", days=clock.longer)
    if clock.basis:
        statute = country.load(code).statutes[clock.basis]
        key = "basis" if statute.verified else "basis_unverified"
        said += app.say(f"cli.case.allowed.{key}", cite=statute.citation)
    return app.say("cli.case.allowed", length=_named(app, clock) + said)


def _named(app: App, clock: Clock) -> str:
    """What a clock runs to, where a step has several."""
    title = clock.title.said(app.speaker.language)
    return app.say("cli.case.clock", title=title) if title else ""


def _follows(app: App, book: Playbook, step: Step) -> Iterator[str]:
    """What comes next on silence, a refusal, an empty answer: a line for each different answer."""
    found: dict[tuple[str, ...], list[Text]] = {}
    for outcome in (Outcome.SILENT, Outcome.REFUSED, Outcome.EVASIVE):
        if outcome is Outcome.SILENT and not step.clocks:
            continue
        then = tuple(
            s.title.said(app.speaker.language) for s in book.followers(f"{step.id}.{outcome}")
        )
        if then:
            found.setdefault(then, []).append(Text(f"respond.outcome.{outcome}"))
    for then, outcomes in found.items():
        yield "    " + app.say("cli.case.then", outcomes=tuple(outcomes), steps=then)


def _worked(app: App, code: str, worked: Worked, basis: str, *, own: bool) -> Iterator[str]:
    for line in _plain(app, code, worked, basis, own=own):
        yield "      " + line


def _events(app: App, seen: CaseView, step: Step) -> Iterator[str]:
    """What wakes a step: `after DEMAND: refused, no answer in time`, a line a step."""
    outcomes: dict[str, list[Text]] = {}
    for event in step.after:
        name, _, outcome = event.rpartition(".")
        outcomes.setdefault(name, []).append(Text(f"respond.outcome.{outcome}"))
    for name, which in outcomes.items():
        title = seen.playbook.step(name).title.said(app.speaker.language)
        yield app.say("cli.case.event", step=title, outcomes=tuple(which))


def task(app: App, task: Task, said: set[str] | None = None) -> None:
    """What to do today, in a case. `said` holds what was explained already: the same advice for
    several cases is given once."""
    seen, standing = task.view, task.standing
    title = standing.step.title.said(app.speaker.language)
    key = "cli.case.task_by" if task.on is not None else "cli.case.task"
    click.echo(
        app.say(key, number=seen.case.number, against=seen.case.against or "—", title=title,
                day=task.on)
    )  # fmt: skip
    if task.late is not None:
        click.echo("    " + _late(app, task))
    if said is not None:
        do = standing.step.do.said(app.speaker.language)
        if do in said:
            click.echo("    " + app.say("cli.case.as_above"))
            return
        said.add(do)
    for text in _how(app, seen.playbook, standing.step, seen.case.against):
        click.echo(text)
    for text in _yours(app, seen.case.country, standing):
        click.echo(text)


def _late(app: App, task: Task) -> str:
    assert task.late is not None
    key = "cli.case.task_late" if task.standing.step.letters else "cli.case.task_late_plain"
    return app.say(
        key,
        n=task.late_days, title=task.late.step.title.said(app.speaker.language),
        case=task.view.case.number,
        letters=" ".join(fitting(task.view.case.country, task.standing.step.letters,
                                 task.view.case.against)),
    )  # fmt: skip


def data(app: App, seen: CaseView) -> dict[str, Any]:
    """A case as JSON."""
    language = app.speaker.language
    made: dict[str, Any] = to_json(seen.case)
    return made | {
        "title": seen.playbook.title.said(language),
        "next_day": to_json(seen.next_day),
        "steps": [_step_data(app, seen.case.country, s) for s in seen.standings],
    }


def _step_data(app: App, code: str, standing: Standing) -> dict[str, Any]:
    language, step = app.speaker.language, standing.step
    return {
        "id": step.id,
        "title": step.title.said(language),
        "do": step.do.said(language),
        "who": step.who,
        "channel": step.channel or None,
        "letters": list(step.letters),
        "papers": list(step.papers),
        "basis": list(step.basis),
        "state": standing.state.value,
        "done_on": to_json(standing.done_on),
        "reply": standing.reply.value if standing.reply else None,
        "reply_on": to_json(standing.reply_on),
        "do_by": to_json(standing.by.latest_safe) if standing.by else None,
        "ordered": to_json(standing.ordered),
        "woken_by": list(standing.woken_by),
        "clocks": [
            {
                "id": running.clock.id,
                "due": to_json(running.worked.due),
                "late_from": to_json(running.worked.late_from),
                "longest": to_json(running.longest),
                "extended": running.extended,
                "estimated": running.worked.estimated,
                "how": list(_plain(app, code, running.worked, running.clock.basis, own=False)),
            }
            for running in standing.clocks
        ],
    }


def _plain(app: App, code: str, worked: Worked, basis: str, *, own: bool) -> Iterator[str]:
    for text in explain(worked, basis, country.load(code), app.speaker.language, own=own):
        yield app.speaker.say(text)


def task_data(app: App, task: Task) -> dict[str, Any]:
    """A task as JSON."""
    case = task.view.case
    step = _step_data(app, case.country, task.standing)
    late = task.late.step.id if task.late is not None else None
    return {
        "case": case.number, "against": case.against, "on": to_json(task.on), "step": step,
        "late": late, "late_days": task.late_days if late else None,
        "rules": ["deadline.silent"] if late else [],
    }  # fmt: skip


def playbook(app: App, book: Playbook) -> None:
    """A playbook, read without a case."""
    language = app.speaker.language
    click.echo(book.title.said(language))
    click.echo(book.about.said(language))
    for number, step in enumerate(book.steps, 1):
        click.echo("")
        click.echo(f"{number}. {step.title.said(language)}  [{step.id}]")
        for text in _how(app, book, step):
            click.echo(text)
    click.echo("")
    click.echo(app.say("cli.case.no_advice", as_of=book.as_of))


def playbook_data(book: Playbook) -> dict[str, Any]:
    """A playbook as JSON."""
    return to_json(book)  # type: ignore[no-any-return]


def calendar(app: App, every: Sequence[CaseView]) -> bytes:
    """All deadlines as iCalendar (RFC 5545). No identifier of a person goes in: calendars are
    shared and synchronised."""
    from icalendar import Alarm, Calendar, Event

    made = Calendar()
    made.add("prodid", "-//notmyloan//cases//")
    made.add("version", "2.0")
    for seen in every:
        if seen.case.closed is not None:
            continue
        for day, standing in dated(seen):
            event = Event()
            title = standing.step.title.said(app.speaker.language)
            key = "cli.case.ics_by" if standing.state is StepState.OPEN else "cli.case.ics_late"
            summary = app.say(key, number=seen.case.number, title=title)
            event.add("uid", f"case-{seen.case.number}-{standing.step.id}@notmyloan.invalid")
            event.add("dtstamp", app.now())
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
            event.add("summary", summary)
            event.add("description", "\n".join(_description(app, seen, standing)))
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", summary)
            alarm.add("trigger", timedelta(days=-1))
            event.add_component(alarm)
            made.add_component(event)
    return bytes(made.to_ical())


def _description(app: App, seen: CaseView, standing: Standing) -> Iterator[str]:
    code, step = seen.case.country, standing.step
    if standing.ordered is not None:
        yield app.say("cli.case.ordered", day=standing.ordered)
    elif standing.by is not None and step.by is not None:
        yield from _plain(app, code, standing.by, step.by.basis, own=True)
    for running in standing.clocks:
        yield from _plain(app, code, running.worked, running.clock.basis, own=False)


def numbers_as_of(app: App, book: Playbook) -> str:
    """As of when the numbers of an emergency path were collected, and where each comes from."""
    channels = country.load(book.country).channels
    used = [channels[s.channel] for s in book.steps if s.channel]
    days = [c.as_of for c in used if c.as_of is not None]
    return app.say("cli.lost.numbers", as_of=min(days, default=book.as_of), playbook=book.id)


def soon(app: App, minutes: int) -> str:
    """Within how long, in minutes or, from three hours on, in hours."""
    if minutes < 180 or minutes % 60:
        return app.say("cli.lost.minutes", minutes=minutes)
    return app.say("cli.lost.hours", hours=minutes // 60)


def emergency(app: App, book: Playbook) -> None:
    """An emergency playbook on one screen: a line or two a step, by the minute."""
    language = app.speaker.language
    for step in book.steps:
        minutes = soon(app, step.minutes) if step.minutes else ""
        click.echo(f"{' ' * (9 - columns(minutes))}{minutes}  {step.title.said(language)}")
        click.echo(f"          {step.do.said(language)}")
        if step.doubt:
            click.echo("          " + app.say("cli.case.doubt", words=step.doubt.said(language)))
    click.echo("")
    click.echo(numbers_as_of(app, book))
    click.echo(app.say("cli.lost.judged"))
    click.echo(app.say("cli.case.no_advice", as_of=book.as_of))
