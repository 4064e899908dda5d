"""What is to be done by a date: the days of the findings, and those of the open cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from notmyloan.guard import casework
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.content import Deadline, Item
from notmyloan.model.finding import Due
from notmyloan.model.text import Text
from notmyloan.respond import StepState
from notmyloan.vault import Vault

_TOGETHER = timedelta(days=14)


def deadlines(vault: Vault, dossier: VaultDossier, items: Sequence[Item]) -> tuple[Deadline, ...]:
    """All of them, the nearest first, those that have passed before it. The same thing to do
    within two weeks is one, by the first of the days, whatever number of findings asks for it."""
    today = dossier.now.astimezone(dossier.zone).date()
    found = [*_of_findings(items, today), *_of_cases(vault, dossier, today)]
    return tuple(sorted(found, key=lambda d: (d.day, d.case or 0, d.findings)))


def _of_findings(items: Sequence[Item], today: date) -> Iterator[Deadline]:
    asked = [(due, item.number) for item in items for due in item.finding.dues]
    asked += [
        (
            Due(item.finding.due, Text("report.deadline.finding"), Text("report.due_own")),
            item.number,
        )
        for item in items
        if item.finding.due is not None and not item.finding.dues
    ]
    running: dict[Text, tuple[Due, list[int]]] = {}
    for due, number in sorted(asked, key=lambda pair: pair[0].day):
        first, numbers = running.get(due.what, (due, []))
        if due.day - first.day > _TOGETHER:
            yield _deadline(first, numbers, today)
            first, numbers = due, []
        running[due.what] = first, [*numbers, number]
    for first, numbers in running.values():
        yield _deadline(first, numbers, today)


def _deadline(due: Due, numbers: Sequence[int], today: date) -> Deadline:
    each = tuple(sorted(set(numbers)))
    return Deadline(due.day, due.what, due.why, each, passed=due.day < today)


def _of_cases(vault: Vault, dossier: VaultDossier, today: date) -> Iterator[Deadline]:
    for seen in casework.views(vault, dossier):
        if seen.case.closed is not None:
            continue
        for day, standing in casework.dated(seen):
            own = standing.state in (StepState.OPEN, StepState.BLOCKED)
            clocks = sorted((c.worked for c in standing.clocks), key=lambda w: w.late_from)
            worked = standing.by if own else clocks[-1] if clocks else None
            why = None
            if worked is not None:
                key = f"respond.worked.{worked.length.unit}"
                why = Text(key, n=worked.length.count, start=worked.start, due=worked.due)
                if own and worked.latest_safe < worked.due:
                    why = Text("respond.worked.earlier", worked=why, day=worked.latest_safe)
            key = f"report.deadline.case_{'yours' if own else 'theirs'}"
            what = Text(key, case=seen.case.number, name=seen.case.against)
            yield Deadline(day, what, why, case=seen.case.number, passed=own and day < today)
