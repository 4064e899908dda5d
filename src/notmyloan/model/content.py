"""What a report says, gathered from the vault: the faces only lay it out.

Everything that could identify somebody else's eyes on the page is masked already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from notmyloan.model.exposure import Exposure
from notmyloan.model.finding import Finding, Step
from notmyloan.model.label import Label
from notmyloan.model.record import Private
from notmyloan.model.text import Text


@dataclass(frozen=True, slots=True, repr=False)
class Citation(Private):
    """A cited record in one line: what it is (masked), when, and in which file and place."""

    record_id: str
    what: Text
    at: datetime | None
    where: tuple[Text, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Item(Private):
    """A finding with its number in the vault and the records it cites (the first few;
    `more` counts those left out). `laws` are the citations of the finding's basis, `contacts`
    how to reach the channels that its steps name."""

    number: int
    finding: Finding
    cited: tuple[Citation, ...]
    more: int = 0
    laws: tuple[Text, ...] = ()
    contacts: Mapping[str, Text] = field(default_factory=dict)
    state: str = "open"
    first_seen: datetime | None = None
    dismissed_because: str | None = None

    def contact(self, step: Step) -> Text | None:
        """How to reach the channel of `step`."""
        return self.contacts.get(step.channel) if step.channel else None


@dataclass(frozen=True, slots=True, repr=False)
class Day(Private):
    """What came in on one local day: received messages by label, and incoming calls, of
    which `pushed` were judged to be a solicitor's."""

    day: date
    messages: Mapping[Label, int]
    calls: int = 0
    pushed: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Coverage(Private):
    """One file that was read: how many records of it, and how many rows were not understood."""

    name: str
    format: str
    records: int
    unreadable: int
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class NotUnderstood(Private):
    """Rows not understood for one reason in one file, with one shape as an example."""

    name: str
    why: Text
    n: int
    shape: str


@dataclass(frozen=True, slots=True, repr=False)
class Deadline(Private):
    """A day to act by: what to do, how the day was reckoned, and for which findings or which case.
    `passed` when the day lies behind."""

    day: date
    what: Text
    why: Text | None = None
    findings: tuple[int, ...] = ()
    case: int | None = None
    passed: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Content(Private):
    """The whole report. `deadlines` are the days to act by, the nearest first, `first_step` what
    to do first, about the finding `first_finding`. `hours` are 24 counts of unwanted messages and
    solicitors' calls by hour of the local day, `disclosures` (day, recipient) marks for the time
    line, `sockets` how many network connections this process opened, None where nobody counted."""

    made_at: datetime
    not_mine: int
    unsure: int
    deadlines: tuple[Deadline, ...]
    first_step: Step | None
    items: tuple[Item, ...]
    days: tuple[Day, ...]
    kinds: Mapping[Label, int]
    call_kinds: Mapping[str, int]
    hours_messages: tuple[int, ...]
    hours_calls: tuple[int, ...]
    disclosures: tuple[tuple[date, str], ...]
    exposure: Exposure
    coverage: tuple[Coverage, ...]
    not_understood: tuple[NotUnderstood, ...]
    record_counts: Mapping[str, int]
    first_day: date | None
    last_day: date | None
    proposals: int = 0
    sockets: int | None = None
    first_finding: int | None = None

    @property
    def due(self) -> int:
        """How many things are to be done by a date."""
        return len(self.deadlines)

    @property
    def next_due(self) -> date | None:
        """The nearest of those days; it may have passed."""
        return self.deadlines[0].day if self.deadlines else None
