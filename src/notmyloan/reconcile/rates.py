"""What a loan really costs a year: the internal rate of return of its dated cash flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# 36,500 % a year: beyond it a solver answers nonsense, and below -99 % nothing was lent.
_LOWEST, _HIGHEST = -0.99, 365.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Yearly cost in percent: `effective` with compounding, `nominal` as twelve times the
    monthly rate, the way 年化利率 by the IRR method is stated."""

    effective: float
    nominal: float


def of_flows(flows: Sequence[tuple[date, float]]) -> Cost | None:
    """The cost of dated flows, received positive and paid negative.

    None where they are no loan: nothing received first, nothing paid, or no rate solves it.
    """
    ordered = sorted(flows)
    if len(ordered) < 2 or ordered[0][1] <= 0 or not any(amount < 0 for _, amount in ordered):
        return None
    start = ordered[0][0]
    timed = [((day - start).days / 365.0, amount) for day, amount in ordered]
    return _solve(timed)


def of_level_payments(principal: float, payment: float, months: int) -> Cost | None:
    """The cost of `months` equal monthly payments on `principal`."""
    if principal <= 0 or payment <= 0 or months < 1:
        return None
    flows = [(0.0, principal)] + [(k / 12.0, -payment) for k in range(1, months + 1)]
    return _solve(flows)


def _solve(timed: Sequence[tuple[float, float]]) -> Cost | None:
    def worth(rate: float) -> float:
        return sum(amount * float((1 + rate) ** -years) for years, amount in timed)

    low, high = _LOWEST, _HIGHEST
    # A loan's worth grows with the rate: negative at too low a rate, positive at too high.
    if worth(low) > 0 or worth(high) < 0:
        return None
    for _ in range(200):
        middle = (low + high) / 2
        if worth(middle) < 0:
            low = middle
        else:
            high = middle
    rate = (low + high) / 2
    return Cost(100 * rate, 1200 * ((1 + rate) ** (1 / 12) - 1))
