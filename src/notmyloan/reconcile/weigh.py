"""Adding up evidence: every weight has its reason, and the probability is their sum's logistic."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from math import exp

from notmyloan.model.disclosure import Mine, OwnedKind
from notmyloan.model.finding import Reason, Severity, Verdict
from notmyloan.model.text import Argument, Text

# At and above: not theirs. At and above the second: ask. Below: explained, no finding.
NOT_MINE = 0.8
WORTH_ASKING = 0.35


@dataclass(slots=True)
class Scale:
    """Log-odds towards a claim, added one reason at a time."""

    reasons: list[Reason] = field(default_factory=list)

    def add(self, key: str, weight: float, /, **args: Argument) -> None:
        """One reason (`reconcile.why.<key>`) and what it weighs."""
        self.reasons.append(Reason(Text(f"reconcile.why.{key}", **args), weight))

    @property
    def total(self) -> float:
        """The log-odds so far."""
        return sum(reason.weight or 0.0 for reason in self.reasons)

    @property
    def probability(self) -> float:
        return 1 / (1 + exp(-self.total))

    @property
    def why(self) -> tuple[Reason, ...]:
        """The reasons, the heaviest first."""
        return tuple(sorted(self.reasons, key=lambda reason: -abs(reason.weight or 0.0)))


class Told(Enum):
    """How much the person said about one kind of thing."""

    NOTHING = -0.6
    SOME = 1.6
    ALL = 3.2


def told(mine: Mine, *kinds: OwnedKind) -> Told:
    """Whether the person listed such things at all, and said that the list is whole."""
    if kinds[0] in mine.complete:
        return Told.ALL
    return Told.SOME if any(mine.of(kind) for kind in kinds) else Told.NOTHING


def start(scale: Scale, said: Told, n: int) -> None:
    """The first weight: what an unmatched item means, given how much was told."""
    key = {Told.NOTHING: "told_nothing", Told.SOME: "not_listed", Told.ALL: "list_is_whole"}[said]
    if said is Told.NOTHING:
        scale.add(key, said.value)
    else:
        scale.add(key, said.value, n=n)


def verdict(probability: float, said: Told) -> Verdict:
    """Not theirs only where the person told enough to say so."""
    if probability >= NOT_MINE and said is not Told.NOTHING:
        return Verdict.NOT_MINE
    return Verdict.UNSURE


def asks(probability: float, said: Told) -> bool:
    """Whether a finding is worth it. Who told nothing is asked about more: it may still be an
    impostor's, and one line of "mine" settles it."""
    return probability >= (0.15 if said is Told.NOTHING else WORTH_ASKING)


def lowered(severity: Severity, by: int = 1) -> Severity:
    """A step less urgent."""
    return Severity(max(int(severity) - by, int(Severity.INFO)))
