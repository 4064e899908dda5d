"""What sweeps of the chains add up to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from notmyloan.trace.likelihood import Floats

Owned = dict[int, list[int]]  # the bins of a recipient's other waves, the first first


@dataclass
class Tally:
    """What one round added up. `here` is of the sweep under way; the rest of all of them."""

    named: int
    when: Floats  # recipients x bins
    unlisted_when: Floats
    waves: Floats
    here: Floats  # chains x sources, this sweep's chance that each leaked
    trace: Floats  # the same of every sweep: chains x sweeps x sources
    level: Floats
    draws: list[NDArray[np.bool_]]
    nobody: int = 0
    leaks: int = 0

    def add(self, c: int, at: int, chance: Floats, owned: Owned, more: bool, share: float) -> None:
        """One wave's owners; `share`: one over the waves of this chain, each of which tells
        the whole; `more`: whether another wave is from somebody not listed."""
        n = self.named
        leaked = np.append(chance[:n], chance[n:].sum())
        first = chance[:n].copy()
        for owner, times in owned.items():
            leaked[owner] = 1.0
            first[owner] = 0.0
            earlier = min(at, times[0])
            self.when[owner, earlier] += share * chance[owner]
            self.when[owner, times[0]] += share * (1 - chance[owner])
        if more:
            leaked[n] = 1.0
        self.when[:, at] += share * first
        self.here[c] += share * leaked
        self.unlisted_when[at] += chance[n:].sum()
        self.waves[at] += 1
