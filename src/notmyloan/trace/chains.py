"""Markov chains over the posterior: some from scattered starts, side by side.

One sweep is, each step leaving the posterior as it is:

- one wave put anywhere, or taken away, by its table of likelihoods with a source of average
  knowledge, then accepted by what the true sources know (Metropolis-Hastings; always accepted where
  all know the same);
- each wave moved a little in its day or response (Metropolis);
- the owner of each wave given all else (Gibbs; its probabilities are what is averaged:
  Rao-Blackwell, Gelfand and Smith 1990), and of all waves of one recipient together;
- the background's levels, gamma around a common mean (Metropolis on their logs), and that mean;
- a common shift of all hazards, so that a person who is called much is not told that nobody leaks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from notmyloan.trace.likelihood import Floats, Series, Shapes, added, table
from notmyloan.trace.posterior import (
    LEVEL_SHAPE,
    SHIFT_LOG,
    SHIFTS,
    Sources,
)
from notmyloan.trace.tally import Owned, Tally

CHAINS = 4
WAVES = 8  # at most
_STEPS = (1.0, 0.4)  # on the log of a level
_TRIES = 2  # waves looked at in one sweep
_NEAR = 6  # bins of a small move, at most


class Chains:
    """The chains' states: `on`, `at`, `form` and `owner` are chains x waves, `curve` what each
    wave adds to each group's rate before what its owner knows."""

    def __init__(self, data: Series, forms: Shapes, who: Sources, rng: np.random.Generator):
        self.data, self.forms, self.who, self.rng = data, forms, who, rng
        shape = (CHAINS, WAVES)
        self.on = np.zeros(shape, bool)
        self.at = np.zeros(shape, np.int64)
        self.form = np.zeros(shape, np.int64)
        self.owner = np.full(shape, who.named, np.int64)
        self.curve = np.zeros((*shape, len(data.at)))
        self.part = np.zeros((*shape, len(data.at)))
        self.shift = np.zeros(CHAINS)
        self.calm = data.count / data.dispersion[data.at]  # the counts as far as they tell
        self.exposure = np.bincount(data.segment, data.observed)
        self.told = np.bincount(data.segment, data.observed / data.dispersion)
        self.fits = who.fits[:, data.type]  # kinds x groups
        self.plain = len(who.fits) == 1
        self.first = np.exp(who.log_odds[:, None] + who.log_first)
        self.all_first = self.first.sum(axis=0)
        others = np.full(who.unlisted, np.exp(who.log_unlisted) * data.bins)
        chance = np.append(1 / (1 + np.exp(-who.log_odds)), others)
        self.usual_fit = np.asarray(chance / chance.sum() @ who.fits[who.kind])
        usual = max(float(data.count.sum()) / (float(self.exposure.sum()) + 1), data.usual)
        # Scattered starts: from next to no background to all contacts being background.
        start = np.linspace(0.1, 1.0, CHAINS)[:, None]
        self.level = np.maximum(usual * start * np.ones(len(self.exposure)), 1e-4)
        self.base = self._base()

    def _base(self) -> Floats:
        return np.asarray(
            self.level[:, self.data.segment[self.data.at]] * self.who.background[self.data.type]
        )

    def rates(self) -> Floats:
        """Each group's rate in contacts a day: chains x groups."""
        return np.asarray(self.base + self.part.sum(axis=1))

    def leaked(self) -> NDArray[np.bool_]:
        """Who leaked now: chains x recipients."""
        out = np.zeros((CHAINS, len(self.who.kind)), bool)
        for c in range(CHAINS):
            out[c, self.owner[c, self.on[c]]] = True
        return out[:, : self.who.named]

    def _put(self, c: int, w: int, at: int, form: int, owner: int) -> None:
        self.on[c, w], self.at[c, w], self.form[c, w], self.owner[c, w] = True, at, form, owner
        curve = added(self.data, self.forms, np.array([at]), np.array([form]))[0]
        self.curve[c, w] = curve
        self.part[c, w] = curve * self.fits[self.who.kind[owner]]

    def _take(self, c: int, w: int) -> None:
        self.on[c, w] = False
        self.part[c, w] = 0

    def owned(self, c: int, but: int) -> Owned:
        """The recipients' waves in chain `c`, without wave `but`."""
        out: Owned = {}
        for w in np.flatnonzero(self.on[c]).tolist():
            if w != but and self.owner[c, w] < self.who.named:
                out.setdefault(int(self.owner[c, w]), []).append(int(self.at[c, w]))
        for times in out.values():
            times.sort()
        return out

    def one_more(self, owner: int, times: list[int], at: int) -> float:
        """log of how much likelier one further wave at `at` makes the waves of a recipient."""
        again, first = self.who.log_again, self.who.log_first[owner]
        if at >= times[0]:
            return float(again[at - times[0]])
        change = first[at] - first[times[0]] + again[times[0] - at]
        return float(change + sum(again[t - at] - again[t - times[0]] for t in times[1:]))

    def owner_log(self, c: int, at: int, owned: Owned) -> Floats:
        """log of the prior weight of each source as owner of a wave at `at`."""
        who = self.who
        out = np.full(len(who.kind), who.log_unlisted)
        out[: who.named] = who.log_odds + self.shift[c] + who.log_first[:, at]
        for owner, times in owned.items():
            out[owner] = self.one_more(owner, times, at)
        return out

    def _weight(self, c: int, owned: Owned) -> Floats:
        """The prior weight of one further wave at each bin, over all owners."""
        out = self.all_first.copy()
        for owner in owned:
            out -= self.first[owner]
        out = np.maximum(out, 0) * np.exp(self.shift[c])
        out += self.who.unlisted * np.exp(self.who.log_unlisted)
        again = self.who.log_again
        for owner, times in owned.items():
            begin, first = times[0], self.who.log_first[owner]
            out[begin:] += np.exp(again[: len(out) - begin])
            if begin:
                log = first[:begin] - first[begin] + again[begin:0:-1]
                for t in times[1:]:
                    log = log + again[t : t - begin : -1] - again[t - begin]
                out[:begin] += np.exp(log)
        return np.asarray(out)

    def sweep(self, tally: Tally | None) -> None:
        """Every step once."""
        for c in range(CHAINS):
            for _ in range(_TRIES):
                self.wave_step(c)
        for w in np.flatnonzero(self.on.any(axis=0)).tolist():
            self.move_step(w)
        self.owners_step(tally)
        for c in range(CHAINS):
            self.family_step(c)
        self.background_step()
        self.shift_step()

    def wave_step(self, c: int) -> None:
        """One wave of chain `c` anywhere, or nowhere, given all else."""
        who, forms = self.who, self.forms
        w = int(self.rng.integers(WAVES))
        old = (int(self.at[c, w]), int(self.form[c, w])) if self.on[c, w] else None
        before = int(self.owner[c, w])
        self._take(c, w)
        rates = self.base[c] + self.part[c].sum(axis=0)
        owned = self.owned(c, w)
        # No wave stands for one of no response in each block; only one block is looked at.
        blocks = len(forms.blocks)
        block = int(self.rng.integers(blocks)) if old is None else old[1] // forms.each
        left = forms.blocks[block][0].start
        room = float(np.log((WAVES - self.on[c].sum()) / blocks * len(forms.rate)))
        log = table(self.data, forms, block, self.usual_fit, rates)
        with np.errstate(divide="ignore"):
            log += np.log(self._weight(c, owned))[:, None] - room
        top = max(float(log.max()), 0.0)
        weight = np.exp(log - top)
        whole = float(weight.sum())
        new = None
        if self.rng.random() * (whole + np.exp(-top)) < whole:
            place = np.searchsorted(np.cumsum(weight), self.rng.random() * whole)
            at, form = divmod(min(int(place), weight.size - 1), weight.shape[1])
            new = (at, form + left)

        def truth(state: tuple[int, int] | None) -> tuple[float, Floats | None]:
            """How much likelier a state is than the table says, and its owners' logs."""
            if state is None:
                return 0.0, None
            at, form = state
            curve = added(self.data, forms, np.array([at]), np.array([form]))
            owners = self.owner_log(c, at, owned)
            owners += self._gains(curve, rates[None])[0, who.kind]
            most = owners.max()
            sum_ = float(most + np.log(np.exp(owners - most).sum()))
            said = float(log[at, form - left]) + room + forms.cost[at, form]
            return sum_ - said, owners

        right, owners = truth(new)
        if not self.plain:
            wrong, _ = truth(old)
            if np.log(self.rng.random() + 1e-300) >= right - wrong:
                if old is not None:
                    self._put(c, w, *old, before)
                return
        if new is not None and owners is not None:
            self._put(c, w, *new, self._draw(owners))

    def _gains(self, curve: Floats, rates: Floats) -> Floats:
        """log L without its cost of waves with `curve` for each kind of source: chains x kinds."""
        ratio = (curve / rates)[:, None, :] * self.fits[None]
        return np.asarray((self.calm * np.log1p(ratio)).sum(axis=-1))

    def _draw(self, log: Floats) -> int:
        chance = np.cumsum(np.exp(log - log.max()))
        return min(int(np.searchsorted(chance, self.rng.random() * chance[-1])), len(log) - 1)

    def move_step(self, w: int) -> None:
        """A small move of wave `w` in every chain that has it."""
        there = np.flatnonzero(self.on[:, w])
        count, forms, who = len(there), self.forms, self.who
        at, form, owner = self.at[there, w], self.form[there, w], self.owner[there, w]
        shifted = self.rng.random(count) < 0.6
        hop = self.rng.integers(1, _NEAR + 1, count) * self.rng.choice((-1, 1), count)
        other = self.rng.integers(len(forms.rate), size=count)
        new_at, new_form = np.where(shifted, at + hop, at), np.where(shifted, form, other)
        inside = (new_at >= 0) & (new_at < self.data.bins)
        new_at = np.where(inside, new_at, at)
        curve = added(self.data, forms, new_at, new_form)
        part = curve * self.fits[who.kind[owner]]
        now = self.rates()[there]
        then = np.maximum(now + part - self.part[there, w], 1e-12)
        gain = (self.calm * np.log(then / now)).sum(axis=1)
        gain -= forms.cost[new_at, new_form] - forms.cost[at, form]
        chance = np.log(self.rng.random(count) + 1e-300)
        for n, c in enumerate(there.tolist()):
            if new_at[n] != at[n] and owner[n] < who.named:
                mine = self.owned(c, w).get(int(owner[n]))
                if mine is None:
                    first = who.log_first[owner[n]]
                    gain[n] += first[new_at[n]] - first[at[n]]
                else:
                    gain[n] += self.one_more(int(owner[n]), mine, int(new_at[n]))
                    gain[n] -= self.one_more(int(owner[n]), mine, int(at[n]))
            if inside[n] and chance[n] < gain[n]:
                self.at[c, w], self.form[c, w] = new_at[n], new_form[n]
                self.curve[c, w], self.part[c, w] = curve[n], part[n]

    def owners_step(self, tally: Tally | None) -> None:
        """The owner of each wave given all else; adds the probabilities to `tally`."""
        who = self.who
        for w in np.flatnonzero(self.on.any(axis=0)).tolist():
            there = np.flatnonzero(self.on[:, w])
            rates = np.maximum(self.rates()[there] - self.part[there, w], self.base[there])
            gains = self._gains(self.curve[there, w], rates)
            for n, c in enumerate(there.tolist()):
                owned = self.owned(c, w)
                at = int(self.at[c, w])
                log = self.owner_log(c, at, owned) + gains[n, who.kind]
                chance = np.exp(log - log.max())
                chance /= chance.sum()
                if tally is not None:
                    others = self.on[c].copy()
                    others[w] = False
                    more = bool((self.owner[c, others] >= who.named).any())
                    tally.add(c, at, chance, owned, more, 1 / int(self.on[c].sum()))
                owner = self._draw(log)
                self.owner[c, w] = owner
                self.part[c, w] = self.curve[c, w] * self.fits[who.kind[owner]]

    def family_step(self, c: int) -> None:
        """All waves of one recipient to another recipient that has none."""
        who = self.who
        there = np.flatnonzero(self.on[c])
        if len(there) < 2:
            return
        owner = int(self.owner[c, self.rng.choice(there)])
        family = there[self.owner[c, there] == owner]
        if owner >= who.named or len(family) < 2:
            return
        rates = np.maximum(
            self.base[c] + self.part[c].sum(axis=0) - self.part[c, family].sum(axis=0), self.base[c]
        )
        gain = self._gains(self.curve[c, family].sum(axis=0)[None], rates[None])[0]
        log = (
            who.log_odds + who.log_first[:, self.at[c, family].min()] + gain[who.kind[: who.named]]
        )
        taken = self.owner[c, there]
        log[[o for o in set(taken.tolist()) if o != owner and o < who.named]] = -np.inf
        new = self._draw(log)
        self.owner[c, family] = new
        self.part[c, family] = self.curve[c, family] * self.fits[who.kind[new]]

    def background_step(self) -> None:
        """The background's levels: Metropolis steps on their logs, each segment by itself."""
        where = self.data.segment[self.data.at]
        many = len(self.exposure)
        flat = (np.arange(CHAINS)[:, None] * many + where).ravel()
        leaks = self.part.sum(axis=1)
        slope = self.who.background[self.data.type]
        # The mean of the levels given them, then the levels given their mean.
        shape, pull = LEVEL_SHAPE * many + 1, LEVEL_SHAPE * self.level.sum(axis=1)
        mean = (self.data.usual + pull) / self.rng.gamma(shape, size=CHAINS)
        rate = LEVEL_SHAPE / mean[:, None] + self.told

        def log(level: Floats) -> Floats:
            fits = self.calm * np.log(level[:, where] * slope + leaks)
            summed = np.bincount(flat, fits.ravel(), minlength=CHAINS * many).reshape(CHAINS, many)
            return np.asarray(summed + LEVEL_SHAPE * np.log(level) - rate * level)

        now = log(self.level)
        for step in _STEPS:
            tried = self.level * np.exp(step * self.rng.standard_normal(self.level.shape))
            then = log(tried)
            better = np.log(self.rng.random(tried.shape) + 1e-300) < then - now
            self.level = np.where(better, tried, self.level)
            now = np.where(better, then, now)
        self.base = self._base()

    def shift_step(self) -> None:
        """The common shift of the recipients' hazards."""
        odds = self.who.log_odds[self.who.log_odds > -30]
        none = np.logaddexp(0, odds[:, None] + SHIFTS[None]).sum(axis=0)
        for c in range(CHAINS):
            leaked = len(self.owned(c, -1))
            self.shift[c] = SHIFTS[self._draw(leaked * SHIFTS - none + SHIFT_LOG)]
