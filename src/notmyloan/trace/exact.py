"""The posterior summed up over every state, where the log is short enough for that.

All states of no wave, one wave and two waves are gone through: days, responses, owners, the
background's level on a grid, the recipients' shift on its own. Three waves and more are left out;
what they would add is guessed from how fast the sums fall, and where that is more than a trifle, or
the work too great, the answer is None and the posterior is to be sampled instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from notmyloan.trace.evidence import Evidence
from notmyloan.trace.likelihood import Floats, added, series, shapes
from notmyloan.trace.posterior import (
    LEVEL_SHAPE,
    SHIFT_LOG,
    SHIFTS,
    Posterior,
    evened,
    mixed,
    sources,
)
from notmyloan.trace.priors import Priors

MOST_WORK = 1e8  # logs to be taken
_LEFT_OUT = 0.01  # of the whole, that more than two waves may have
_LEVELS = 20
_DRAWN = 1000
_ROWS = 64  # states looked at in one go


def exact(evidence: Evidence, priors: Priors) -> Posterior | None:
    """The posterior, or None where it is too large to be summed up."""
    data = series(evidence)
    forms = shapes(data, priors)
    who = sources(evidence, data, priors)
    bins, each, groups, kinds = data.bins, len(forms.rate), len(data.at), len(who.fits)
    states = bins * each
    if (
        who.unlisted > 1
        or data.segment[-1] > 0
        or kinds**2 * states**2 * _LEVELS * max(groups, 1) > MOST_WORK
    ):
        return None
    level = np.geomspace(data.usual / 100, 100 * max(data.usual, data.count.sum() / 30), _LEVELS)
    calm = data.count / data.dispersion[data.at]
    base = level[:, None] * who.background[data.type][None]
    told = float((data.observed / data.dispersion).sum())
    # Gamma around a mean that is itself inverse gamma around the usual level, on the level's log.
    held = LEVEL_SHAPE * np.log(level) - told * level
    held -= (LEVEL_SHAPE + 1) * np.log(data.usual + LEVEL_SHAPE * level)
    state = np.arange(states)
    curve = added(data, forms, state // each, state % each)
    cost = forms.cost.reshape(-1)
    fits = who.fits[:, data.type]

    def over_levels(part: Floats) -> Floats:
        """log of the likelihood for rows of added rates, the level summed over."""
        fit = (np.log(base + part[..., None, :]) * calm).sum(axis=-1) + held
        top = fit.max(axis=-1)
        return np.asarray(top + np.log(np.exp(fit - top[..., None]).sum(axis=-1)))

    nothing = float(over_levels(np.zeros((1, groups)))[0])
    one = np.empty((kinds, bins))
    two = np.zeros((kinds, kinds, bins, bins))
    for a in range(kinds):
        log = over_levels(curve * fits[a]) - cost - nothing
        one[a] = np.exp(log).reshape(bins, each).mean(axis=1)
        for b in range(a + 1):
            for low in range(0, states, _ROWS):
                rows = slice(low, low + _ROWS)
                part = (curve[rows] * fits[a])[:, None] + (curve * fits[b])[None]
                log = over_levels(part) - cost[rows, None] - cost[None] - nothing
                summed = np.exp(log).reshape(-1, bins, each).mean(axis=2)
                np.add.at(two[a, b], state[rows] // each, summed / each)
            two[b, a] = two[a, b].T
    return _summed(Parts(evidence, priors, one, two))


class Parts:
    """`one`: kinds x bins, the mean likelihood over the responses of one wave, relative to none;
    `two`: kinds x kinds x bins x bins, the same of two."""

    def __init__(self, evidence: Evidence, priors: Priors, one: Floats, two: Floats) -> None:
        self.data = series(evidence)
        self.who = sources(evidence, self.data, priors)
        self.one, self.two = one, two


def _summed(parts: Parts) -> Posterior | None:
    """The owners summed over."""
    data, who, one, two = parts.data, parts.who, parts.one, parts.two
    bins, named = data.bins, who.named
    odds = who.log_odds[who.log_odds > -30]
    none = SHIFT_LOG - np.logaddexp(0, odds[:, None] + SHIFTS[None]).sum(axis=0)
    weight = np.exp(none - none.max())
    zero, single, double = (float((weight * np.exp(m * SHIFTS)).sum()) for m in range(3))
    first = np.exp(who.log_odds[:, None] + who.log_first)
    unlisted, other = float(np.exp(who.log_unlisted)), int(who.kind[-1])
    by_kind = np.zeros((len(one), bins))
    np.add.at(by_kind, who.kind[:-1], first)
    gap = np.abs(np.arange(bins)[:, None] - np.arange(bins)[None])
    again = np.exp(who.log_again)[gap]
    earlier = np.minimum(np.arange(bins)[:, None], np.arange(bins)[None])

    no_wave = zero
    one_unlisted = zero * unlisted * one[other]
    two_unlisted = zero * unlisted**2 * two[other, other] / 2
    when = np.zeros((named, bins))
    beside = np.zeros((named, bins))  # the part of `when` with somebody not listed besides
    pairs = np.zeros((named, bins))  # the part with another recipient
    waves_twice = np.zeros(bins)
    alone_mass = 0.0
    for n in range(named):
        a = int(who.kind[n])
        alone = single * first[n] * one[a]
        alone_mass += float(alone.sum())
        both = single * unlisted * first[n][:, None] * two[a, other]
        beside[n] = both.sum(axis=1)
        twice = single * first[n][earlier] * again * two[a, a] / 2
        others = np.einsum("kt,kst->s", by_kind, two[a]) - two[a, a] @ first[n]
        pairs[n] = double * first[n] * others
        when[n] = alone + beside[n] + pairs[n] + np.bincount(
            earlier.ravel(), twice.ravel(), minlength=bins
        )  # fmt: skip
        waves_twice += twice.sum(axis=0) + twice.sum(axis=1) + both.sum(axis=0)
        waves_twice += both.sum(axis=1) + pairs[n] + alone
    twos = float(two_unlisted.sum() + pairs.sum() / 2 + (when - pairs).sum() - alone_mass)
    ones = float(one_unlisted.sum()) + alone_mass
    whole = no_wave + ones + twos
    if twos**2 / max(ones, 1e-300) > _LEFT_OUT * whole or twos > 0.5 * whole:
        return None
    some_unlisted = float(one_unlisted.sum() + two_unlisted.sum() + beside.sum())
    unlisted_when = (one_unlisted + two_unlisted.sum(axis=0) + two_unlisted.sum(axis=1)
                     + _beside_at(parts, single, unlisted, first))  # fmt: skip
    waves = waves_twice + one_unlisted + two_unlisted.sum(axis=0) + two_unlisted.sum(axis=1)
    when = evened(when / whole, who)
    return Posterior(
        np.minimum(when.sum(axis=1), 1.0), some_unlisted / whole, no_wave / whole, when,
        unlisted_when / whole, float(when.sum()) + some_unlisted / whole, waves / whole,
        np.array([data.usual]), 1.0, True, True, mixed(_draws(when.sum(axis=1)), who), data, who,
    )  # fmt: skip


def _draws(leaked: Floats) -> NDArray[np.bool_]:
    """As many joint draws as the chances ask for, two leaks taken to exclude each other."""
    edge = np.cumsum(np.append(leaked, max(1 - leaked.sum(), 0.0)))
    owner = np.searchsorted(edge / edge[-1], (np.arange(_DRAWN) + 0.5) / _DRAWN)
    return np.asarray(owner[:, None] == np.arange(len(leaked))[None])


def _beside_at(parts: Parts, single: float, unlisted: float, first: Floats) -> Floats:
    """The unlisted wave's bin where a recipient leaked too."""
    who, two = parts.who, parts.two
    other = int(who.kind[-1])
    out = np.zeros(parts.data.bins)
    for n in range(who.named):
        out += single * unlisted * (first[n] @ two[int(who.kind[n]), other])
    return out
