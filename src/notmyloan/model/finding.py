"""Findings: claims worth acting on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from hashlib import blake2b

from notmyloan.model.record import Private
from notmyloan.model.text import Argument, Text


class Severity(IntEnum):
    """Harm times urgency: a loan that is not yours outranks a code, which outranks a sales call."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Verdict(StrEnum):
    """What the finding says about the thing: which of the report's counters it falls under."""

    NOT_MINE = "not_mine"
    UNSURE = "unsure"
    NOTICE = "notice"


_ORDER = {Verdict.NOT_MINE: 0, Verdict.UNSURE: 1, Verdict.NOTICE: 2}


@dataclass(frozen=True, slots=True, repr=False)
class Reason(Private):
    """Why, in one plain sentence. `weight` is what it contributed, in log-odds towards the
    claim, where the claim was scored by adding such weights; None where it is a plain fact."""

    text: Text
    weight: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Step(Private):
    """A next step: what to do, and the channel of the country pack it uses, if any."""

    text: Text
    channel: str | None = None
    within: Text | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Due(Private):
    """A day by which to act, what to do by then, and how the day was reckoned and from which
    rule, saying so where no law sets it or it is not verified."""

    day: date
    what: Text
    why: Text


@dataclass(frozen=True, slots=True, repr=False)
class Finding(Private):
    """A claim that must stand up in front of a bank clerk.

    `rule` is the rule's name (`cr.unknown_account`), `subject` the facts that make it this
    finding and no other (a second run over the same facts gives the same `finding_id`),
    `title` the one-sentence claim, `confidence` a calibrated probability that the claim is
    true, `cites` the ids of the records it rests on, `basis` statute references of the
    country pack (`CRR 25`), `due` the nearest day by which to act and `dues` all of them,
    `at` when the thing happened, `novelty` what of it would be new facts; where it is empty, the
    records themselves are.
    """

    rule: str
    subject: tuple[str, ...]
    severity: Severity
    verdict: Verdict
    confidence: float
    title: Text
    why: tuple[Reason, ...]
    cites: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    basis: tuple[str, ...] = ()
    at: datetime | None = None
    due: date | None = None
    facts: Mapping[str, Argument] = field(default_factory=dict)
    dues: tuple[Due, ...] = ()
    novelty: tuple[str, ...] = ()

    @property
    def finding_id(self) -> str:
        """16 hex digits, stable over re-runs and re-imports."""
        joined = "\x1f".join((self.rule, *self.subject))
        return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Changes when the finding rests on new facts: a dismissed one then comes back. The same
        line printed again in a newer credit report is no new fact."""
        joined = "\x1f".join(sorted(self.novelty or self.cites))
        return blake2b(joined.encode(), digest_size=8).hexdigest()

    @property
    def gathers(self) -> bool:
        """Whether it only gathers what is too little for findings of their own: "20 more …"."""
        return self.subject[:1] == ("others",)

    def rank(self) -> tuple[int, int, int, bool, bool, float, float]:
        """Sort key, worst first when sorted ascending: among equally severe ones, what was done in
        the person's name goes before what strangers only wrote, what has a day before what has
        none, the nearest first, a loan before a code, and what gathers the rest last."""
        newest = -self.at.timestamp() if self.at else 0.0
        day = self.due.toordinal() if self.due else date.max.toordinal()
        no_loan = self.rule != "cr.unknown_account"
        return (
            -int(self.severity), _ORDER[self.verdict], day, no_loan, self.gathers,
            -self.confidence, newest,
        )  # fmt: skip
