"""What to do to learn more: whom to give a mark of its own next, by expected information.

A mark (an alias, a sealed copy) given to one recipient alone comes back with some chance if that
recipient leaks on, and never otherwise. Marks for a set S of recipients are worth

    I(X; Y_S) = H(Y_S) - sum over S of p h(s)

bits, X who leaked, Y_S which marks came back, p the chance of each, s that a mark comes back, h the
entropy of a coin (Lindley, "On a measure of the information provided by an experiment", 1956).
Leaks exclude each other in part, so the set is chosen one by one from joint draws of the posterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.record import Private
from notmyloan.trace.evidence import Recipient
from notmyloan.trace.likelihood import Floats

MOST = 4  # marks proposed at once
_WORTH = 0.01  # bits


@dataclass(frozen=True, slots=True, repr=False)
class Marking(Private):
    """Give `recipient` a mark of its own next; `bits` is what that is expected to tell on top of
    the markings before it."""

    recipient: Recipient
    bits: float


def next_marks(
    recipients: tuple[Recipient, ...], draws: NDArray[np.bool_], returns: float
) -> tuple[Marking, ...]:
    """The recipients to mark, the most telling first. `draws`: joint draws of who leaked (draws x
    recipients); `returns`: the chance that a leaker's mark comes back."""
    if not len(draws):
        return ()
    chance = draws.mean(axis=0)
    chosen: list[int] = []
    told, out = 0.0, []
    for _ in range(min(MOST, len(recipients))):
        able = [n for n in range(len(recipients)) if n not in chosen and chance[n] > 0]
        if not able:
            break
        worth = [_bits(draws[:, [*chosen, n]], returns) for n in able]
        best = int(np.argmax(worth))
        if worth[best] - told < _WORTH:
            break
        chosen.append(able[best])
        out.append(Marking(recipients[able[best]], worth[best] - told))
        told = worth[best]
    return tuple(out)


def _bits(leaked: NDArray[np.bool_], returns: float) -> float:
    """The expected information of marks for these recipients (draws x recipients)."""
    rows, many = np.unique(leaked, axis=0, return_counts=True)
    share = many / many.sum()
    patterns = np.arange(1 << leaked.shape[1])
    back = (patterns[:, None] >> np.arange(leaked.shape[1])) & 1
    each = np.where(back[None] == 1, returns * rows[:, None], 1 - returns * rows[:, None])
    seen = share @ each.prod(axis=2)
    noise = float((share[:, None] * rows).sum()) * _entropy(np.array([returns, 1 - returns]))
    return _entropy(seen) - noise


def _entropy(chance: Floats) -> float:
    there = chance[chance > 0]
    return float(-(there * np.log2(there)).sum())
