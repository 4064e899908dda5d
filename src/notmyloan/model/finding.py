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
class Finding(Private):
    """A claim that must stand up in front of a bank clerk.

    `rule` is the rule's name (`cr.unknown_account`), `subject` the facts that make it this
    finding and no other (a second run over the same facts gives the same `finding_id`),
    `title` the one-sentence claim, `confidence` a calibrated probability that the claim is
    true, `cites` the ids of the records it rests on, `basis` statute references of the
    country pack (`CRR 25`), `due` the day by which to act, `at` when the thing happened.
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

    @property
    def finding_id(self) -> str:
        """16 hex digits, stable over re-runs and re-imports."""
        joined = "\x1f".join((self.rule, *self.subject))
        return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Changes when the finding rests on new facts: a dismissed one then comes back."""
        joined = "\x1f".join(sorted(self.cites))
        return blake2b(joined.encode(), digest_size=8).hexdigest()

    def rank(self) -> tuple[int, float, float]:
        """Sort key, worst first when sorted ascending."""
        newest = -self.at.timestamp() if self.at else 0.0
        return (-int(self.severity), -self.confidence, newest)
