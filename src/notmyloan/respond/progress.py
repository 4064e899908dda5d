"""Where a case stands: which steps are open, what each waits for, and by when.

Nothing of this is stored. It follows from the playbook, the events and the calendar, so that a
date entered late or put right moves everything that hangs on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from notmyloan.country import Calendar
from notmyloan.model.case import Case, Outcome
from notmyloan.respond.deadline import Length, Worked, work_out
from notmyloan.respond.playbook import Clock, Playbook, Step

_REPLIES = (Outcome.ANSWERED, Outcome.REFUSED, Outcome.EVASIVE)


class StepState(StrEnum):
    """`asleep` until an event wakes it, `blocked` by a step before it, `open` to be done now,
    `waiting` for the other side, `late` when their clock has run out, then over."""

    ASLEEP = "asleep"
    BLOCKED = "blocked"
    OPEN = "open"
    WAITING = "waiting"
    LATE = "late"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Running:
    """A clock of the other side. `extended`: how often they said so; `worked` is the date that
    counts after that, `longest` the last one they can reach, None where they cannot extend."""

    clock: Clock
    worked: Worked
    longest: date | None
    extended: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One step today. `done_on` when the person did it, `reply` what came back and when, `ordered`
    the day that a court or authority set for it, `woken_by` the events (`demand.silent`) that made
    it due."""

    step: Step
    state: StepState
    done_on: date | None
    reply: Outcome | None
    reply_on: date | None
    clocks: tuple[Running, ...]
    by: Worked | None
    ordered: date | None = None
    woken_by: tuple[str, ...] = ()

    @property
    def act_on(self) -> date | None:
        """The day that matters next: the person's own deadline while the step is open (what was
        ordered goes before what is reckoned), the first day the other side is late while it
        waits."""
        if self.state in (StepState.OPEN, StepState.BLOCKED):
            if self.ordered is not None:
                return self.ordered
            return self.by.latest_safe if self.by is not None else None
        if self.state in (StepState.WAITING, StepState.LATE) and self.clocks:
            return max(c.worked.late_from for c in self.clocks)
        return None


def stand(playbook: Playbook, case: Case, calendar: Calendar, today: date) -> tuple[Standing, ...]:
    """Every step of the playbook as it stands on `today`, in the playbook's order."""
    happened: dict[str, date] = {"case.opened": case.opened}
    if case.known_on is not None:
        happened["case.known"] = case.known_on
    for event in case.events:
        happened.setdefault(f"{event.step}.{event.outcome}", event.on)
    clocks = {step.id: _running(step, case, calendar) for step in playbook.steps}
    for step in playbook.steps:
        if _silent(step, clocks[step.id], happened, today):
            happened[f"{step.id}.silent"] = max(c.worked.late_from for c in clocks[step.id])
    ordered = {step.id: day for step in playbook.steps if (day := ordered_day(case, step.id))}
    asleep = {
        step.id
        for step in playbook.steps
        if step.after
        and step.id not in ordered
        and not any(happened.get(e, date.max) <= today for e in step.after)
    }
    return tuple(
        _standing(
            step,
            clocks[step.id],
            happened,
            asleep,
            calendar,
            today,
            ordered.get(step.id),
            sum(e.step == step.id and e.outcome is Outcome.DONE for e in case.events),
        )
        for step in playbook.steps
    )


def _times(step: Step) -> int:
    """How often a step is done before the last time."""
    return len(step.by.then) if step.by is not None else 0


def due_field(step: str) -> str:
    """Under which name a case keeps the day that was ordered for a step."""
    return f"due.{step}"


def ordered_day(case: Case, step: str) -> date | None:
    """The day that a court or an authority set for a step, if the person entered one."""
    said = case.facts.get(due_field(step))
    return date.fromisoformat(said) if said else None


def _silent(
    step: Step, clocks: tuple[Running, ...], happened: Mapping[str, date], today: date
) -> bool:
    replied = any(f"{step.id}.{reply}" in happened for reply in _REPLIES)
    return bool(clocks) and not replied and all(today >= c.worked.late_from for c in clocks)


def _running(step: Step, case: Case, calendar: Calendar) -> tuple[Running, ...]:
    started = _on(case, step.id, Outcome.DONE)
    if started is None:
        return ()
    pauses = _pauses(case, step.id)
    said = sum(e.step == step.id and e.outcome is Outcome.EXTENDED for e in case.events)
    found = []
    for clock in step.clocks:
        extended = min(said, len(clock.longer))
        days = clock.longer[extended - 1] if extended else clock.length.count
        worked = work_out(started, Length(days, clock.length.unit), calendar, pauses)
        longest = None
        if clock.longer:
            most = Length(max(clock.longer), clock.length.unit)
            longest = work_out(started, most, calendar, pauses).due
        found.append(Running(clock, worked, longest, extended))
    return tuple(found)


def _on(case: Case, step: str, outcome: Outcome) -> date | None:
    return next((e.on for e in case.events if e.step == step and e.outcome is outcome), None)


def _pauses(case: Case, step: str) -> tuple[tuple[date, date], ...]:
    """The stretches in which the clock stood still; one not yet over lasts a year at most."""
    found: list[tuple[date, date]] = []
    since: date | None = None
    for event in sorted(case.events, key=lambda e: e.on):
        if event.step != step:
            continue
        if event.outcome is Outcome.PAUSED and since is None:
            since = event.on
        elif event.outcome is Outcome.RESUMED and since is not None:
            found.append((since, event.on - timedelta(days=1)))
            since = None
    if since is not None:
        found.append((since, since + timedelta(days=365)))
    return tuple(pause for pause in found if pause[0] <= pause[1])


def _standing(
    step: Step,
    clocks: tuple[Running, ...],
    happened: Mapping[str, date],
    asleep: set[str],
    calendar: Calendar,
    today: date,
    ordered: date | None,
    times: int,
) -> Standing:
    done_on = happened.get(f"{step.id}.done") if times > _times(step) else None
    reply = next((r for r in _REPLIES if f"{step.id}.{r}" in happened), None)
    by = None
    if step.by is not None and step.by.start in happened:
        days = (step.by.length, *(Length(n, step.by.length.unit) for n in step.by.then))
        by = work_out(happened[step.by.start], days[min(times, len(days) - 1)], calendar)
    if f"{step.id}.skipped" in happened:
        state = StepState.SKIPPED
    elif done_on is not None:
        if reply is not None or not clocks:
            state = StepState.DONE
        else:
            silent = happened.get(f"{step.id}.silent")
            state = StepState.LATE if silent and silent <= today else StepState.WAITING
    elif step.id in asleep:
        state = StepState.ASLEEP
    elif any(
        n not in asleep and f"{n}.done" not in happened and f"{n}.skipped" not in happened
        for n in step.needs
    ):
        state = StepState.BLOCKED
    else:
        state = StepState.OPEN
    woken = tuple(e for e in step.after if happened.get(e, date.max) <= today)
    return Standing(
        step, state, done_on, reply, happened.get(f"{step.id}.{reply}"), clocks, by, ordered, woken
    )
