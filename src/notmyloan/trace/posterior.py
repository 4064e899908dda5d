"""Who leaked, and when: the posterior over all recipients together.

Each recipient either leaked within the window or did not, at some bin, with one of some
responses; up to three leaks may be of people not listed. All are one joint model: what one leak
explains no other needs to. The state is sampled by steps that are each exact given
the rest:

- one source's whole state (leaked or not, when, how strongly) from its table of likelihoods;
- the owner of one leak among all sources, its day and response held (a swap), whose
  probabilities are what is averaged (Rao-Blackwell: Gelfand and Smith 1990);
- the background's levels, gamma around the usual one (Metropolis on their logs);
- a common shift of all hazards, so that a person who is called much is not told that nobody leaks.

Several chains from scattered starts must agree (split R-hat: Gelman and others, 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from notmyloan.trace.evidence import Evidence, Recipient
from notmyloan.trace.likelihood import (
    Floats,
    Series,
    Shapes,
    added,
    background_fitness,
    fitness,
    log_delay,
    series,
    shapes,
    table,
)
from notmyloan.trace.priors import Priors

UNLISTED = 3  # leaks of people not listed, at most
CHAINS = 3
WARM, SWEEPS, ROUNDS = 30, 70, 3
KINDS = 2  # kinds of sources whose every member is looked at in one sweep
AGREED = 1.15  # split R-hat up to which chains agree
_SHIFTS = np.linspace(-2.5, 2.5, 11)
_SHIFT_SPREAD = 1.0
_STEPS = (1.0, 0.5, 0.25, 0.5, 1.0)  # on the log of a level
_LEVEL_SHAPE = 2.0  # of the gamma prior of a background level around their mean


@dataclass(frozen=True)
class Sources:
    """All who may have leaked: the recipients in order, then the unlisted. `log_odds` of a leak
    within the window, `log_delay`: sources x bins, `kind`: which row of `fits` each has."""

    recipients: tuple[Recipient, ...]
    log_odds: Floats
    log_delay: Floats
    kind: NDArray[np.int64]
    fits: tuple[Floats, ...]
    background: Floats

    @property
    def count(self) -> int:
        """Recipients and unlisted."""
        return len(self.log_odds)


@dataclass(frozen=True)
class Posterior:
    """`leaked`: the chance of each recipient; `unlisted`: that anybody not listed leaked;
    `nobody`: that there was no leak at all; `when`: recipients x bins, the chance of a leak by
    that recipient in that bin; `unlisted_when` the same of the unlisted; `leaks`: how many leaks
    there were, on average; `r_hat`: the worst of the chains' agreement, `agreed` whether it is
    good enough."""

    leaked: Floats
    unlisted: float
    nobody: float
    when: Floats
    unlisted_when: Floats
    leaks: float
    background: Floats
    r_hat: float
    agreed: bool
    data: Series
    sources: Sources


def sources(evidence: Evidence, data: Series, priors: Priors) -> Sources:
    """The sources of `evidence`."""
    odds, delays, kinds = [], [], []
    fits: list[Floats] = []
    known: dict[bytes, int] = {}
    for recipient in (*evidence.recipients, *[None] * UNLISTED):
        chance = priors.hazard[recipient.kind] if recipient is not None else priors.unlisted
        delay = log_delay(data, recipient, priors)
        inside = float(np.exp(delay).sum())  # the part of the hazard that the window covers
        chance *= float(np.clip(inside, 1e-6, 1.0))
        log_odds = float(np.log(chance / (1 - chance)))
        if inside > 0:
            delay = delay - np.log(inside)
        marks = [m for m in evidence.marks if recipient is not None and m.recipient == recipient.id]
        if marks:  # two of one recipient's marks in one leak are no two witnesses
            error = min(mark.error for mark in marks)
            log_odds += float(np.log(np.clip(0.5 / error, 1.0, priors.mark_most)))
            met = max(min(data.bin_of(min(mark.on for mark in marks)), data.bins - 1), 0)
            before = np.exp(delay)
            before[met + 1 :] = 0
            if not before.any():  # met before it was given: one of the two days is wrong
                before[: met + 1] = 1
            with np.errstate(divide="ignore"):
                delay = np.log(before / before.sum())
        if np.isneginf(delay).all():  # given only after the window
            log_odds = -40.0
            delay = np.full(data.bins, -np.log(data.bins))
        fit = fitness(data, recipient, priors)
        kinds.append(known.setdefault(fit.tobytes(), len(known)))
        if len(fits) < len(known):
            fits.append(fit)
        odds.append(log_odds)
        delays.append(delay)
    return Sources(
        evidence.recipients, np.array(odds), np.array(delays).reshape(-1, data.bins),
        np.array(kinds), tuple(fits), background_fitness(data, priors),
    )  # fmt: skip


class _Chain:
    """One chain's state."""

    def __init__(self, data: Series, forms: Shapes, who: Sources, seed: np.random.Generator):
        self.data, self.forms, self.who, self.rng = data, forms, who, seed
        self.on = np.zeros(who.count, bool)
        self.at = np.zeros(who.count, np.int64)
        self.response = np.zeros(who.count, np.int64)
        self.part = np.zeros((who.count, len(data.at)))
        self.shift = 0.0
        self.calm = data.count / data.dispersion[data.at]  # the counts as far as they tell
        self.exposure = np.bincount(data.segment, data.observed)
        self.told = np.bincount(data.segment, data.observed / data.dispersion)
        usual = max(float(data.count.sum()) / (float(self.exposure.sum()) + 1), data.usual)
        # Scattered starts: from no background to all contacts being background.
        self.level = np.maximum(usual * seed.uniform(0.1, 1.0, len(self.exposure)), 1e-4)
        self.base = self._base()

    def _base(self) -> Floats:
        level = self.level[self.data.segment[self.data.at]]
        return np.asarray(level * self.who.background[self.data.type])

    def rates(self) -> Floats:
        """Each group's rate in contacts a day."""
        return np.asarray(self.base + self.part[self.on].sum(axis=0))

    def odds(self) -> Floats:
        """The log-odds of a leak of each source; the shift is the recipients' alone."""
        named = np.arange(self.who.count) < len(self.who.recipients)
        return np.asarray(self.who.log_odds + self.shift * named)

    def set(self, n: int, on: bool, at: int = 0, response: int = 0) -> None:
        self.on[n], self.at[n], self.response[n] = on, at, response
        self.part[n] = 0
        if on:
            fit = self.who.fits[self.who.kind[n]]
            self.part[n] = added(self.data, self.forms, fit, at, response)

    def sweep(self, tally: Floats | None) -> None:
        """Every step once; `tally` as in `owners_step`."""
        self.sources_step()
        self.owners_step(tally)
        self.background_step()
        self.shift_step()

    def sources_step(self) -> None:
        """The state of each source given all others: of those that leaked, of the unlisted, and
        of the others of a few random kinds. A new leak may so be found by the unlisted first; the
        owners' step hands it on."""
        kept: dict[int, tuple[Floats, Floats]] = {}
        kinds = len(self.who.fits)
        chosen = {int(k) for k in self.rng.choice(kinds, min(kinds, KINDS), replace=False)}
        chosen.add(int(self.who.kind[-1]))
        order = [n for n in self.rng.permutation(self.who.count) if self.who.kind[n] in chosen]
        leaked = [n for n in self.rng.permutation(self.who.count) if self.on[n]]
        for n in (*leaked, *(n for n in order if not self.on[n])):
            kind = int(self.who.kind[n])
            if self.on[n]:
                kept = {}
                self.set(int(n), on=False)
            if kind not in kept:
                log = table(self.data, self.forms, self.who.fits[kind], self.rates())
                log += self.forms.log_prior
                kept[kind] = (log, _log_sum(log))
            log, over = kept[kind]
            by_bin = over + self.who.log_delay[n]
            top = by_bin.max()
            weight = np.exp(by_bin - top)
            odds = self.odds()[n] + top + np.log(weight.sum())
            if np.log(self.rng.random() + 1e-300) < -np.logaddexp(0.0, -odds):
                at = int(self.rng.choice(len(weight), p=weight / weight.sum()))
                chance = np.exp(log[at] - over[at])
                response = int(self.rng.choice(len(chance), p=chance / chance.sum()))
                self.set(int(n), True, at, response)
                kept = {}

    def owners_step(self, tally: Floats | None) -> None:
        """Each leak's owner given its day and response; adds the probabilities to `tally`."""
        for n in np.flatnonzero(self.on):
            at, response = int(self.at[n]), int(self.response[n])
            self.set(int(n), on=False)
            rates = self.rates()
            gain = np.empty(len(self.who.fits))
            for kind, fit in enumerate(self.who.fits):
                part = added(self.data, self.forms, fit, at, response)
                gain[kind] = (self.calm * np.log1p(part / rates)).sum()
            log = self.odds() + self.who.log_delay[:, at] + gain[self.who.kind]
            log[self.on] = -np.inf
            chance = np.exp(log - log.max())
            chance /= chance.sum()
            if tally is not None:
                tally[:, at] += chance
            self.set(int(self.rng.choice(len(chance), p=chance)), True, at, response)

    def background_step(self) -> None:
        """The background's levels: Metropolis steps on their logs, each segment by itself."""
        where = self.data.segment[self.data.at]
        leaks = self.part[self.on].sum(axis=0)
        slope = self.who.background[self.data.type]
        many = len(self.exposure)
        rate = _LEVEL_SHAPE / self.data.usual + self.told

        def log(level: Floats) -> Floats:
            fits = self.calm * np.log(level[where] * slope + leaks)
            return np.asarray(
                np.bincount(where, fits, minlength=many)
                + _LEVEL_SHAPE * np.log(level)
                - rate * level
            )

        now = log(self.level)
        for step in _STEPS:
            tried = self.level * np.exp(step * self.rng.standard_normal(many))
            then = log(tried)
            better = np.log(self.rng.random(many) + 1e-300) < then - now
            self.level = np.where(better, tried, self.level)
            now = np.where(better, then, now)
        self.base = self._base()

    def shift_step(self) -> None:
        """The common shift of the recipients' hazards."""
        odds = self.who.log_odds[: len(self.who.recipients)]
        odds = odds[odds > -30]
        on = self.on[: len(self.who.recipients)].sum()
        log = np.array([on * s - np.logaddexp(0, odds + s).sum() for s in _SHIFTS])
        log -= _SHIFTS**2 / (2 * _SHIFT_SPREAD**2)
        chance = np.exp(log - log.max())
        self.shift = float(self.rng.choice(_SHIFTS, p=chance / chance.sum()))


def _log_sum(log: Floats) -> Floats:
    top = log.max(axis=1)
    return np.asarray(top + np.log(np.exp(log - top[:, None]).sum(axis=1)))


@dataclass
class _Tally:
    """What one round of one chain added up."""

    when: Floats  # sources x bins
    level: Floats
    trace: list[Floats]
    nobody: int = 0
    unlisted: float = 0.0
    leaks: int = 0


def _round(chain: _Chain, sweeps: int) -> _Tally:
    who = chain.who
    named = len(who.recipients)
    out = _Tally(np.zeros((who.count, chain.data.bins)), np.zeros_like(chain.level), [])
    for _ in range(sweeps):
        here = np.zeros_like(out.when)
        chain.sweep(here)
        out.when += here
        each = np.minimum(here.sum(axis=1), 1)
        somebody = 1 - float(np.prod(1 - each[named:]))
        out.trace.append(np.append(each[:named], somebody))
        out.nobody += not chain.on.any()
        out.unlisted += somebody
        out.leaks += int(chain.on.sum())
        out.level += chain.level
    return out


def sample(evidence: Evidence, priors: Priors, seed: int = 0, sweeps: int = SWEEPS) -> Posterior:
    """The posterior; the same evidence and seed give the same answer.

    Where the chains do not agree, what they did counts as warming up and they go on for twice as
    many sweeps, up to ROUNDS times.
    """
    data = series(evidence)
    forms = shapes(data, priors)
    who = sources(evidence, data, priors)
    named = len(who.recipients)
    chains = [
        _Chain(data, forms, who, np.random.default_rng(stream))
        for stream in np.random.SeedSequence(seed).spawn(CHAINS)
    ]
    for chain in chains:
        for _ in range(WARM):
            chain.sweep(None)
    for number in range(ROUNDS):
        count = sweeps << number
        rounds = [_round(chain, count) for chain in chains]
        r_hat = _r_hat(np.array([r.trace for r in rounds]))
        if r_hat <= AGREED:
            break
    total = CHAINS * count
    mean = np.mean([r.when for r in rounds], axis=0) / count
    mean[:named] = _evened(mean[:named], who)
    return Posterior(
        np.minimum(mean[:named].sum(axis=1), 1.0), sum(r.unlisted for r in rounds) / total,
        sum(r.nobody for r in rounds) / total, mean[:named], mean[named:].sum(axis=0),
        sum(r.leaks for r in rounds) / total, np.sum([r.level for r in rounds], axis=0) / total,
        r_hat, r_hat <= AGREED, data, who,
    )  # fmt: skip


def alike(who: Sources) -> list[list[int]]:
    """Groups of two or more recipients whom nothing in the data can tell apart."""
    groups: dict[tuple[float, int, bytes], list[int]] = {}
    for n in range(len(who.recipients)):
        key = (round(float(who.log_odds[n]), 9), int(who.kind[n]),
               np.round(who.log_delay[n], 9).tobytes())  # fmt: skip
        groups.setdefault(key, []).append(n)
    return [group for group in groups.values() if len(group) > 1]


def _evened(when: Floats, who: Sources) -> Floats:
    """Recipients who are alike share equally: their order must decide nothing."""
    out = when.copy()
    for group in alike(who):
        out[group] = when[group].mean(axis=0)
    return out


def _r_hat(traces: Floats) -> float:
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
