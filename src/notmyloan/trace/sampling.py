"""The posterior by Markov chain Monte Carlo (`chains.py` has the steps).

The chains must agree (split R-hat: Gelman and others, 2013), or go on for longer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from notmyloan.trace.chains import CHAINS, Chains
from notmyloan.trace.evidence import Evidence
from notmyloan.trace.likelihood import series, shapes
from notmyloan.trace.posterior import Posterior, evened, mixed, sources
from notmyloan.trace.priors import Priors
from notmyloan.trace.tally import Tally

WARM, SWEEPS, ROUNDS = 40, 250, 4
AGREED = 1.2  # split R-hat up to which chains agree
_DRAWN = 4  # of so many sweeps one's states are kept


def _round(chains: Chains, sweeps: int) -> Tally:
    """So many sweeps of all chains, added up."""
    named, bins = chains.who.named, chains.data.bins
    out = Tally(
        named, np.zeros((named, bins)), np.zeros(bins), np.zeros(bins),
        np.zeros((CHAINS, named + 1)), np.zeros((CHAINS, sweeps, named + 1)),
        np.zeros(chains.level.shape[1]), [],
    )  # fmt: skip
    for n in range(sweeps):
        out.here[:] = 0
        chains.sweep(out)
        out.trace[:, n] = out.here
        out.nobody += int((~chains.on.any(axis=1)).sum())
        out.leaks += sum(
            len(set(o[on].tolist())) for o, on in zip(chains.owner, chains.on, strict=True)
        )
        out.level += chains.level.mean(axis=0)
        if n % _DRAWN == 0:
            out.draws.append(chains.leaked())
    return out


def sample(evidence: Evidence, priors: Priors, seed: int = 0, sweeps: int = SWEEPS) -> Posterior:
    """The posterior; the same evidence and seed give the same answer.

    Where the chains do not agree they go on for as many sweeps again, up to ROUNDS times; the first
    half of the rounds then counts as warming up.
    """
    data = series(evidence)
    forms = shapes(data, priors)
    who = sources(evidence, data, priors)
    named = who.named
    chains = Chains(data, forms, who, np.random.default_rng(seed))
    for _ in range(WARM):
        chains.sweep(None)
    rounds: list[Tally] = []
    for _ in range(ROUNDS):
        rounds.append(_round(chains, sweeps))
        used = rounds[len(rounds) // 2 :]
        trace = np.concatenate([r.trace for r in used], axis=1)
        r_hat = _r_hat(trace)
        if r_hat <= AGREED:
            break
    total = CHAINS * sweeps * len(used)
    when = evened(np.sum([r.when for r in used], axis=0) / total, who)
    draws = np.concatenate([d for r in used for d in r.draws])
    return Posterior(
        np.minimum(when.sum(axis=1), 1.0), float(trace[:, :, named].mean()),
        sum(r.nobody for r in used) / total, when,
        np.sum([r.unlisted_when for r in used], axis=0) / total,
        sum(r.leaks for r in used) / total, np.sum([r.waves for r in used], axis=0) / total,
        np.sum([r.level for r in used], axis=0) / (sweeps * len(used)),
        r_hat, r_hat <= AGREED, False, mixed(draws, who), data, who,
    )  # fmt: skip


def _r_hat(traces: NDArray[np.float64]) -> float:
    """The largest split R-hat of `traces` (chains x sweeps x quantities)."""
    if traces.shape[2] == 0 or traces.shape[1] < 8:
        return 1.0
    half = traces.shape[1] // 2
    parts = np.concatenate((traces[:, :half], traces[:, half : 2 * half]))
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    moving = (within + between) > 1e-4  # the rest never stirs: nothing to agree about
    ratio = np.sqrt(((half - 1) / half * within + between) / np.maximum(within, 1e-4))
    return float(ratio[moving].max()) if moving.any() else 1.0
