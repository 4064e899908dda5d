"""Counts and rates: what each possible leak would add to the contacts, and how well that fits.

The contacts are a superposed Poisson process: a background whose level changes slowly, times a
weekday shape, plus one response for each leak, which starts on the leak's day and fades. Time is
cut into bins of one to some days, and contacts that look alike (same phone reached, same facts
known) are counted together. A leak at bin t with response k multiplies the likelihood by

    L[t, k] = prod (1 + q g_k / R)^n  *  exp(-sum g_k e)

over the counts n after it, with R the rate without it, q how fitting what the callers knew is, e
the days observed: superposed Poisson processes and their marks (Kingman 1993, chapters 2 and 5).
Contacts come in bursts, so the log is divided by the counts' dispersion (quasi-likelihood:
Wedderburn 1974).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.trace.evidence import Contact, Evidence, Recipient, points_of
from notmyloan.trace.priors import Priors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_BINS = 320
_LEAST_WIDTH = 2  # days
_REACH = 3.0  # fading times after which a response is over
_LONGEST = 100  # bins a response reaches at most
_WINDOW = 28.0  # days
_BURSTY, _BURSTY_WEIGHT = 6.0, 10.0
_LEAST_BURSTY, _MOST_BURSTY = 3.0, 15.0
_FORM = 0.2
_RATES = 4  # levels of a response, from the least up to the busiest fortnight
_FORTNIGHT = 14.0
SEGMENT = 182  # days of one level of the background
Signature = tuple[frozenset[Any], frozenset[str]]


@dataclass(frozen=True)
class Series:
    """The counts. `bins`: how many; `width`: days of each; `observed`: days watched in each,
    weighted by the weekday shape. The counts are in groups of bin (`at`), type (`type`) and
    weight (`count`), in order of bins; `types` are what the contacts of a type have in common.
    `dispersion`: variance over mean in each bin;
    `usual`: contacts a day in quiet months, which the background's level is held near."""

    first: date
    width: int
    observed: Floats
    at: Ints
    type: Ints
    count: Floats
    types: tuple[Signature, ...]
    points: int
    dispersion: Floats
    usual: float
    segment: Ints

    @property
    def bins(self) -> int:
        """How many bins."""
        return len(self.observed)

    def day(self, bin_: float) -> date:
        """The day in the middle of a bin."""
        return self.first + timedelta(days=int(bin_ * self.width + (self.width - 1) / 2))

    def bin_of(self, day: date) -> int:
        """The bin of a day; below 0 or from `bins` on when outside the window."""
        return (day - self.first).days // self.width


def series(evidence: Evidence) -> Series:
    """The evidence's contacts as counts. Contacts outside the window or in a gap are left out."""
    days = (evidence.last - evidence.first).days + 1
    width = max(-(-days // MOST_BINS), _LEAST_WIDTH)
    bins = -(-days // width)
    watched = np.ones(days)
    for begin, end in evidence.gaps:
        low = max((begin - evidence.first).days, 0)
        watched[low : max((end - evidence.first).days + 1, low)] = 0
    inside = [
        (offset, c)
        for c in evidence.contacts
        if 0 <= (offset := (c.on - evidence.first).days) < days
        and watched[offset] > 0
        and c.weight > 0
    ]
    shape = _weekday(evidence.first, watched, inside)
    observed = _sums(np.arange(days) // width, watched * shape, bins)
    names: dict[Signature, int] = {}
    counts: dict[tuple[int, int], float] = {}
    for offset, contact in inside:
        kind = names.setdefault(
            (contact.facts, frozenset([contact.point] if contact.point else [])), len(names)
        )
        key = (offset // width, kind)
        counts[key] = counts.get(key, 0.0) + contact.weight
    order = sorted(counts)
    at = np.array([b for b, _ in order], np.int64)
    count = np.array([counts[k] for k in order], np.float64)
    total = _sums(at, count, bins)
    return Series(
        evidence.first, width, observed,
        at, np.array([k for _, k in order], np.int64), count, tuple(names),
        max(len(points_of(evidence.contacts)), 1), _dispersion(total, observed, width),
        _usual(total, observed, width),
        np.arange(bins) * width // SEGMENT,
    )  # fmt: skip


def _sums(at: Ints, weight: Floats, bins: int) -> Floats:
    return np.asarray(np.bincount(at, weight, minlength=bins), np.float64)


def _weekday(first: date, watched: Floats, inside: list[tuple[int, Contact]]) -> Floats:
    """How busy each day's weekday is; mean 1. Shrunk to even by ten weeks' worth of contacts."""
    weekday = (np.arange(len(watched)) + first.weekday()) % 7
    seen = np.bincount(weekday, watched, minlength=7)
    busy = np.zeros(7)
    for offset, contact in inside:
        busy[weekday[offset]] += contact.weight
    prior = 10.0
    level = (busy.sum() + 7 * prior) / max(seen.sum() + 7 * prior, 1)
    relative = (busy / max(level, 1e-9) + prior) / (seen + prior)
    share = relative / max(float((relative * seen).sum() / max(seen.sum(), 1)), 1e-9)
    return np.asarray(share[weekday], np.float64)


def _dispersion(total: Floats, observed: Floats, width: int) -> Floats:
    """Variance over mean in each bin: the bursts' share, from neighbouring counts of four weeks
    (buyers of data call in bursts of days, which shorter windows would miss; a slow change does not
    count; with little to go by it stays near _BURSTY), and a share that grows with the level, since
    no response keeps its form to within _FORM: variance = bursts * mean + (form * mean)^2."""
    size = max(round(_WINDOW / width), 1)
    whole = len(total) // size * size
    seen = total[:whole].reshape(-1, size).sum(axis=1)
    watched = observed[:whole].reshape(-1, size).sum(axis=1)
    both = (watched[1:] > size * width / 2) & (watched[:-1] > size * width / 2)
    left, right = seen[:-1] / np.maximum(watched[:-1], 1), seen[1:] / np.maximum(watched[1:], 1)
    used = both & (left + right > 0)
    spread = (left - right)[used] ** 2 / (left + right)[used] * size * width
    # Leaks make a few great steps: trim them, and make good for it (a chi-square of one degree
    # without its upper tenth has a mean of 0.623).
    spread = np.sort(spread)[: max(int(len(spread) * 0.9), 1)] / 0.623
    weight = _BURSTY_WEIGHT
    mean = (spread.sum() + weight * _BURSTY) / (len(spread) + weight)
    bursts = float(np.clip(mean, _LEAST_BURSTY, _MOST_BURSTY))
    level = np.convolve(total, np.ones(size), "same")[: len(total)]
    return np.asarray(bursts + _FORM**2 * level, np.float64)


def _usual(total: Floats, observed: Floats, width: int) -> float:
    size = max(round(_WINDOW / width), 1)
    starts = np.arange(0, len(total), size)
    seen, watched = np.add.reduceat(total, starts), np.add.reduceat(observed, starts)
    there = watched > size * width / 4
    # A leak may fill half of the log: the quieter quarter has none.
    quiet = float(np.quantile(seen[there] / watched[there], 0.25)) if there.any() else 0.0
    return max(quiet, 0.5 / (float(observed.sum()) + 1))


@dataclass(frozen=True)
class Shapes:
    """The responses that a leak may have: `rate` in contacts a day for each response and lag in
    bins (responses x lags), `log_prior` of each, `cost`: bins x responses, what a leak at each bin
    should have brought in all, per unit of dispersion."""

    rate: Floats
    log_prior: Floats
    cost: Floats


def shapes(data: Series, priors: Priors) -> Shapes:
    """The responses on the bins of `data`."""
    fade = np.array(priors.fade_days)
    lags = int(min(_LONGEST, data.bins, np.ceil(_REACH * fade.max() / data.width) + 1))
    edge = np.arange(lags + 1) * data.width
    # The mean over each bin of exp(-days / fade).
    held = np.exp(-edge[None, :] / fade[:, None])
    mean = (held[:, :-1] - held[:, 1:]) * fade[:, None] / data.width
    busiest = _sums(data.at, data.count, data.bins)
    size = max(round(_FORTNIGHT / data.width), 1)
    most = float(np.convolve(busiest, np.ones(size), "same").max(initial=0)) / _FORTNIGHT
    rates = np.geomspace(priors.least_rate, max(most, 10 * priors.least_rate), _RATES)
    rate = (rates[:, None, None] * mean[None]).reshape(-1, lags)
    padded = np.concatenate((data.observed / data.dispersion, np.zeros(lags)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, lags)[: data.bins]
    cost = windows @ rate.T
    count = len(rate)
    return Shapes(rate, np.full(count, -np.log(count)), cost)


def fitness(data: Series, source: Recipient | None, priors: Priors) -> Floats:
    """How likely a contact of each type is from `source` (None: somebody not listed), relative
    to one of whom nothing is known."""
    out = np.ones(len(data.types))
    for n, (facts, points) in enumerate(data.types):
        for fact in facts:
            if source is None:
                out[n] *= priors.unlisted_knows
            else:
                out[n] *= priors.given if fact in source.facts else priors.other
        if points and data.points > 1:
            share = 1 / data.points
            if source is not None and source.points:
                share = 1 / len(source.points) if points <= source.points else priors.wrong_point
            out[n] *= share
    return out


def background_fitness(data: Series, priors: Priors) -> Floats:
    """The same of the background."""
    out = np.ones(len(data.types))
    for n, (facts, points) in enumerate(data.types):
        out[n] = priors.background ** len(facts)
        if points and data.points > 1:
            out[n] /= data.points
    return out


def table(data: Series, forms: Shapes, fit: Floats, rates: Floats) -> Floats:
    """log L for a leak of a source of `fit` at each bin with each response (bins x responses),
    given the rate that each group has without it."""
    out = -forms.cost.copy()
    if not len(data.at):
        return out
    # Half the precision is plenty for sums of some hundred logs, and twice as fast.
    ratio = (fit[data.type] / rates).astype(np.float32)
    gain = np.log1p(ratio[:, None, None] * forms.rate.T.astype(np.float32)[None])
    gain *= (data.count / data.dispersion[data.at]).astype(np.float32)[:, None, None]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(data.at) > 0)))
    if len(starts) < len(gain):
        gain = np.add.reduceat(gain, starts, axis=0)
    bins = data.at[starts]
    for lag in range(forms.rate.shape[1]):
        from_ = int(np.searchsorted(bins, lag))
        out[bins[from_:] - lag] += gain[from_:, lag]
    return out


def added(data: Series, forms: Shapes, fit: Floats, bin_: int, response: int) -> Floats:
    """What a leak adds to each group's rate."""
    lag = data.at - bin_
    reach = (lag >= 0) & (lag < forms.rate.shape[1])
    out = np.zeros(len(data.at))
    out[reach] = forms.rate[response, lag[reach]] * fit[data.type[reach]]
    return out


def log_delay(data: Series, recipient: Recipient | None, priors: Priors) -> Floats:
    """log of the chance of each bin as that of the leak, should there ever be one; -inf before
    anything was given. What lies outside the window is missing from the sum."""
    start = (np.arange(data.bins) + 0.5) * data.width
    if recipient is None or not recipient.given_on:
        return np.full(data.bins, -np.log(data.bins))
    density = np.zeros(data.bins)
    for day in recipient.given_on:
        given = (day - data.first).days
        # The hazard after each disclosure: an early and a late part, by bin edges.
        low = np.maximum(np.arange(data.bins) * data.width - given, 0.0)
        high = np.maximum((np.arange(data.bins) + 1) * data.width - given, 0.0)
        for share, mean in ((priors.soon_share, priors.soon_days),
                            (1 - priors.soon_share, priors.late_days)):  # fmt: skip
            density += share * (np.exp(-low / mean) - np.exp(-high / mean))
    if recipient.revoked is not None:
        late = start > (recipient.revoked - data.first).days
        density[late] *= priors.after_revoking
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(density / len(recipient.given_on)))
