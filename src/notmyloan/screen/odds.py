"""Adding up reasons: a probability and its reasons from one value.

Each reason weighs in log-odds (1.1 makes a claim three times as likely, 2.2 nine times), the
first one being how often such a claim is true before anything was looked at. The weights are
judgements stated in `thresholds.toml`, not measurements; what is shown is what was added.
"""

from __future__ import annotations

import math

from notmyloan.model.finding import Reason
from notmyloan.model.text import Argument, Text


def logit(p: float) -> float:
    """Log-odds of a probability strictly between 0 and 1."""
    return math.log(p / (1 - p))


def probability(log_odds: float) -> float:
    """The probability of log-odds."""
    if log_odds < 0:
        e = math.exp(log_odds)
        return e / (1 + e)
    return 1 / (1 + math.exp(-log_odds))


class Scale:
    """Collects weighed reasons for one claim."""

    def __init__(self, prior: float) -> None:
        """`prior`: the share of such cases in which the claim is true."""
        self._reasons = [Reason(Text("context.why.base", percent=round(prior * 100)), logit(prior))]

    def add(self, weight: float, key: str, /, **args: Argument) -> None:
        """A reason under `context.why.<key>`; a weight of 0 makes it a plain fact."""
        text = Text(f"context.why.{key}", **args)
        self._reasons.append(Reason(text, weight if weight else None))

    def note(self, key: str, /, **args: Argument) -> None:
        """A fact that the reader should know and that weighs nothing."""
        self.add(0.0, key, **args)

    def extend(self, reasons: tuple[Reason, ...]) -> None:
        """Reasons weighed elsewhere."""
        self._reasons.extend(reasons)

    @property
    def log_odds(self) -> float:
        return sum(r.weight for r in self._reasons if r.weight is not None)

    @property
    def probability(self) -> float:
        return probability(self.log_odds)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Heaviest first, the base rate last, facts without weight between."""
        base, *rest = self._reasons
        return (*sorted(rest, key=lambda r: -abs(r.weight or 0.0)), base)
