"""Counts and rates: what each possible wave of contacts would add, and how well that fits.

The contacts are a superposed Poisson process: a background whose level changes slowly, times a
weekday shape, plus one response for each wave that a leak brought, which starts on its day and
fades, lasts or swells first. Time is cut into bins of one to some days, and contacts that look
alike (same phone reached, same facts known) are counted together. A wave at bin t with response k
multiplies the likelihood by

    L[t, k] = prod (1 + q g_k / R)^n  *  exp(-sum g_k e)

over the counts n after it, with R the rate without it, q how fitting what the callers knew is, e
the days observed: superposed Poisson processes and their marks (Kingman 1993, chapters 2 and 5).
Contacts come in bursts, so the log is divided by the counts' dispersion (quasi-likelihood:
Wedderburn 1974).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.disclosure import Given
from notmyloan.trace.evidence import Contact, Evidence, Recipient, points_of
from notmyloan.trace.priors import Priors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_BINS = 256
_LEAST_WIDTH = 2  # days
_REACH, _SWELLS = 3.0, 6.0  # times after which a fading and a swelling response are over
_WINDOW = 28.0  # days
_BURSTY, _BURSTY_WEIGHT = 3.0, 8.0
_LEAST_BURSTY, _MOST_BURSTY = 2.5, 15.0
_FORM = 0.2
_RATES = 4  # levels of a response, from the least up to the busiest fortnight
_FORTNIGHT = 14.0
SEGMENT = 182  # days of one level of the background
# What contacts of one type have in common: facts known, phone reached, part of the day.
Signature = tuple[frozenset[Given], str | None, int | None]


@dataclass(frozen=True)
class Series:
    """The counts. `bins`: how many; `width`: days of each; `observed`: days watched in each,
    weighted by the weekday shape. The counts are in groups of bin (`at`), type (`type`) and
    weight (`count`), in order of bins; `types` are what the contacts of a type have in common;
    `points`: the phones and addresses that were reached; `hours`: how likely each part of the day
    is in quiet and in busy weeks, relative to all.
    `dispersion`: variance over mean in each bin;
    `usual`: contacts a day in quiet months, which the background's mean level is held near."""

    first: date
    width: int
    observed: Floats
    at: Ints
    type: Ints
    count: Floats
    types: tuple[Signature, ...]
    points: frozenset[str]
    hours: tuple[Floats, Floats]
    dispersion: Floats
    usual: float
    segment: Ints

    @cached_property
    def starts(self) -> Ints:
        """Where in `at` each bin that has contacts begins."""
        return np.flatnonzero(np.diff(self.at, prepend=-1) > 0)

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
    inside = _told_once(inside)
    hours, known = _hours(watched, inside)
    names: dict[Signature, int] = {}
    counts: dict[tuple[int, int], float] = {}
    for offset, contact in inside:
        part = _part(contact.hour) if known else None
        kind = names.setdefault((contact.facts, contact.point, part), len(names))
        key = (offset // width, kind)
        counts[key] = counts.get(key, 0.0) + contact.weight
    order = sorted(counts)
    at = np.array([b for b, _ in order], np.int64)
    count = np.array([counts[k] for k in order], np.float64)
    total = _sums(at, count, bins)
    return Series(
        evidence.first, width, observed,
        at, np.array([k for _, k in order], np.int64), count, tuple(names),
        points_of(evidence.contacts), hours, _dispersion(total, observed, width),
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


def _told_once(inside: list[tuple[int, Contact]]) -> list[tuple[int, Contact]]:
    """The contacts in order of days, each fact and each phone left only where no other showed it
    in the month before: a buyer of data calls many times at the same phone and shows the same each
    time, which is one witness."""
    last: dict[Given | str, int] = {}
    out = []
    for offset, contact in sorted(inside, key=lambda pair: pair[0]):
        shown = [*contact.facts, *([contact.point] if contact.point is not None else [])]
        new = [x for x in shown if offset - last.get(x, -_SAME_WITNESS) >= _SAME_WITNESS]
        last |= dict.fromkeys(new, offset)
        point = contact.point if contact.point in new else None
        out.append((offset, replace(contact, facts=contact.facts & set(new), point=point)))
    return out


_SAME_WITNESS = 30  # days
_PARTS = (8, 12, 14, 18, 21)  # hours at which a part of the day begins; the night is both ends
_LEAST_HOURS, _HELD_HOURS = 60, 30.0


def _part(hour: int | None) -> int | None:
    return None if hour is None else sum(hour >= h for h in _PARTS) % len(_PARTS)


def _hours(
    watched: Floats, inside: list[tuple[int, Contact]]
) -> tuple[tuple[Floats, Floats], bool]:
    """How much likelier each part of the day is in the quieter and the busier half of the weeks
    than in all, held near one; and whether that tells anything."""
    size = int(_WINDOW)
    seen, days = np.zeros(-(-len(watched) // size)), np.add.reduceat(
        watched, np.arange(0, len(watched), size)
    )  # fmt: skip
    for offset, contact in inside:
        seen[offset // size] += contact.weight
    quiet = seen / np.maximum(days, 1) <= np.median(seen[days > 0] / days[days > 0])
    tally = np.zeros((2, len(_PARTS)))
    for offset, contact in inside:
        part = _part(contact.hour)
        if part is not None:
            tally[0 if quiet[offset // size] else 1, part] += contact.weight
    whole = tally.sum(axis=0)
    if whole.sum() < _LEAST_HOURS:
        return (np.ones(len(_PARTS)), np.ones(len(_PARTS))), False
    usual = (whole + 1) / (whole + 1).sum()
    share = (tally + _HELD_HOURS * usual) / (tally.sum(axis=1, keepdims=True) + _HELD_HOURS)
    ratio = share / usual
    return (ratio[0], ratio[1]), bool(np.abs(np.log(ratio)).max() > 0.1)


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
    """The responses that a wave may have: `rate` in contacts a day for each response and lag in
    bins (responses x lags, and one lag more of zeros), all as likely before; `cost`: bins x
    responses, what a wave at each bin should have brought in all, per unit of dispersion;
    `blocks`: which responses share a form, `each` of them, and the lags that it reaches."""

    rate: Floats
    cost: Floats
    blocks: tuple[tuple[slice, int], ...]
    each: int = _RATES


def shapes(data: Series, priors: Priors) -> Shapes:
    """The responses on the bins of `data`."""
    forms: list[tuple[Callable[[Floats, float], Floats], float, float]] = [
        *((_fading, days, _REACH * days) for days in priors.fade_days),
        *((_lasting, days, days) for days in priors.last_days),
        *((_swelling, days, _SWELLS * days) for days in priors.swell_days),
    ]
    reaches = [int(min(data.bins, np.ceil(days / data.width) + 1)) for _, _, days in forms]
    lags = max(reaches)
    edge = np.arange(lags + 2, dtype=np.float64) * data.width
    mean = np.zeros((len(forms), lags + 1))
    for n, ((form, days, _), reach) in enumerate(zip(forms, reaches, strict=True)):
        mean[n, :reach] = np.diff(form(edge, days))[:reach] / data.width
    busiest = _sums(data.at, data.count, data.bins)
    size = max(round(_FORTNIGHT / data.width), 1)
    most = float(np.convolve(busiest, np.ones(size), "same").max(initial=0)) / _FORTNIGHT
    rates = np.geomspace(priors.least_rate, max(most, 10 * priors.least_rate), _RATES)
    rate = (mean[:, None, :] * rates[None, :, None]).reshape(-1, lags + 1)
    padded = np.concatenate((data.observed / data.dispersion, np.zeros(lags)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, lags + 1)[: data.bins]
    cost = windows @ rate.T
    blocks = tuple((slice(n * _RATES, (n + 1) * _RATES), reach) for n, reach in enumerate(reaches))
    return Shapes(rate, cost, blocks)


def _fading(edge: Floats, days: float) -> Floats:
    """The integral of exp(-t / days), at most 1 a day."""
    return np.asarray(days * (1 - np.exp(-edge / days)))


def _lasting(edge: Floats, days: float) -> Floats:
    """The integral of a rate that holds for `days` and stops."""
    return np.asarray(np.minimum(edge, days))


def _swelling(edge: Floats, days: float) -> Floats:
    """The integral of (t / days) exp(1 - t / days), which is busiest after `days`."""
    return np.asarray(np.e * days * (1 - np.exp(-edge / days) * (1 + edge / days)))


def fitness(
    data: Series, source: Recipient | None, priors: Priors, phone: str | None = None
) -> Floats:
    """How likely a contact of each type is from `source` (None: somebody not listed, who has
    `phone`), relative to one of whom nothing is known. What callers knew stands undivided by the
    dispersion."""
    out = np.ones(len(data.types))
    several = len(data.points) > 1
    if source is None:
        given = mine = frozenset([phone] if phone is not None else [])
    else:
        given, mine = source.points, source.points & data.points
    for n, (facts, point, part) in enumerate(data.types):
        for fact in facts:
            if source is None:
                out[n] *= priors.unlisted_knows
            else:
                out[n] *= priors.given if fact in source.facts else priors.other
        if point is not None and several:
            share = 1 / len(data.points)
            if given:
                share = 1 / len(mine) if point in mine else priors.wrong_point
            out[n] *= share
        if part is not None:
            out[n] *= data.hours[1][part]
    return _undivided(data, out)


def background_fitness(data: Series, priors: Priors) -> Floats:
    """The same of the background."""
    out = np.ones(len(data.types))
    for n, (facts, point, part) in enumerate(data.types):
        out[n] = priors.background ** len(facts)
        if point is not None and len(data.points) > 1:
            out[n] /= len(data.points)
        if part is not None:
            out[n] *= data.hours[0][part]
    return _undivided(data, out)


def _undivided(data: Series, fit: Floats) -> Floats:
    """`fit`, so that it weighs in full once the log-likelihood is divided by the dispersion: where
    facts or phones are told, since each is counted once in a while only."""
    told = np.array([bool(facts) or point is not None for facts, point, _ in data.types], bool)
    return np.where(told, fit ** float(np.median(data.dispersion)), fit)


def table(data: Series, forms: Shapes, block: int, fit: Floats, rates: Floats) -> Floats:
    """log L for a wave from a source of `fit` at each bin with each response of a block (bins x
    responses), given the rate that each group has without it."""
    which, reach = forms.blocks[block]
    out = -forms.cost[:, which]
    if not len(data.at):
        return out
    calm = data.count / data.dispersion[data.at]
    ratio = fit[data.type] / rates
    starts = data.starts
    # Half the precision is plenty for sums of some hundred logs, and twice as fast.
    curve = forms.rate[which, :reach].astype(np.float32)
    gain = np.multiply(curve[:, None], ratio.astype(np.float32)[None, :, None])
    np.log1p(gain, out=gain)
    gain *= calm.astype(np.float32)[None, :, None]
    if len(starts) < len(calm):
        gain = np.add.reduceat(gain, starts, axis=1)
    # Row b, lag l belongs to the wave at bin b - l: written on a slant, then summed upright.
    rows = np.zeros((len(curve), data.bins + reach, reach), np.float32)
    one, step, item = rows.strides
    slant = np.lib.stride_tricks.as_strided(
        rows[:, reach:], (len(curve), data.bins, reach), (one, step, item - step)
    )
    slant[:, data.at[starts]] = gain
    return np.asarray(out + rows[:, reach:].sum(axis=2).T)


def added(data: Series, forms: Shapes, at: Ints, response: Ints) -> Floats:
    """What waves at bins `at` with `response` add to each group's rate, as from a source of whom
    nothing is known: waves x groups."""
    lag = data.at[None, :] - at[:, None]
    outside = forms.rate.shape[1] - 1
    lag = np.where((lag >= 0) & (lag < outside), lag, outside)
    return np.asarray(forms.rate[response[:, None], lag])


def log_delay(data: Series, recipient: Recipient | None, priors: Priors) -> Floats:
    """log of the chance of each bin as that of the leak, should there ever be one; -inf before
    anything was given. What lies outside the window is missing from the sum."""
    start = (np.arange(data.bins) + 0.5) * data.width
    if recipient is None or not recipient.given_on:
        return np.full(data.bins, -np.log(data.bins))
    density = np.zeros(data.bins)
    for day in recipient.given_on:
        given = (day - data.first).days
        # The hazard after each disclosure, by bin edges: early and late parts.
        low = np.maximum(np.arange(data.bins) * data.width - given, 0.0)
        high = np.maximum((np.arange(data.bins) + 1) * data.width - given, 0.0)
        for share, mean in priors.delay:
            density += share * (np.exp(-low / mean) - np.exp(-high / mean))
    if recipient.revoked is not None:
        late = start > (recipient.revoked - data.first).days
        density[late] *= priors.after_revoking
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(density / len(recipient.given_on)))


def log_again(data: Series, priors: Priors) -> tuple[Floats, Floats]:
    """log of the expected further waves of a source in each bin from its first one on, and their
    expected number within the window for a first wave at each bin."""
    edge = np.arange(data.bins + 1) * float(data.width)
    upto = sum(
        share * (1 - np.exp(-edge / mean)) for share, mean in priors.again_after
    ) * priors.again  # fmt: skip
    upto = np.asarray(upto, np.float64)
    return np.log(np.diff(upto)), upto[1:][::-1].copy()
