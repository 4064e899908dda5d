"""Cases: a matter pursued against one institution or fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from notmyloan.model.record import Private


class Outcome(StrEnum):
    """What became of a step. `SILENT` is never entered: it happens when a clock runs out."""

    DONE = "done"
    SKIPPED = "skipped"
    ANSWERED = "answered"
    REFUSED = "refused"
    EVASIVE = "evasive"
    EXTENDED = "extended"
    PAUSED = "paused"
    RESUMED = "resumed"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, repr=False)
class CaseEvent(Private):
    """One thing that happened to a step of a case, on a day."""

    step: str
    outcome: Outcome
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Case(Private):
    """A case as it is kept: what it follows, what it rests on, and what happened so far.

    `playbook` is the name of a file of the country pack; `against` the institution or number it is
    about; `findings` the numbers of the findings it answers; `facts` what the person added by
    hand, by field name (`police.receipt`). Everything else (which step is open, every date) is
    worked out anew from these, so that dates move when the facts do.
    """

    number: int
    playbook: str
    country: str
    against: str
    opened: date
    findings: tuple[int, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    events: tuple[CaseEvent, ...] = ()
    known_on: date | None = None
    closed: date | None = None
