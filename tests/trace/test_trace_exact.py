"""Short logs are summed up over every state, and what is sampled agrees with that."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from notmyloan.model.disclosure import Given, RecipientKind
from notmyloan.trace import Contact, Evidence, Recipient, default_priors, who
from notmyloan.trace.exact import exact
from notmyloan.trace.likelihood import series, shapes
from notmyloan.trace.posterior import LEVEL_SHAPE, SHIFT_LOG, SHIFTS, sources
from notmyloan.trace.sampling import sample

FIRST = date(2025, 1, 1)
TINY = replace(default_priors(), fade_days=(15.0,), last_days=(), swell_days=())


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def small(seed: int, days: int, people: int) -> Evidence:
    g = np.random.default_rng(seed)
    kinds = list(RecipientKind)
    given = g.integers(-10, days, people)
    rate = np.full(days, 0.05)
    rate[days // 2 :] += 0.5
    seen = np.repeat(np.arange(days), g.poisson(rate))
    knows = [frozenset[Given](), frozenset([Given.NAME])]
    return Evidence(
        tuple(
            Recipient(f"r{n}", f"r{n}", kinds[(3 * n + seed) % len(kinds)], (day(int(given[n])),),
                      knows[n % 2])
            for n in range(people)
        ),
        tuple(Contact(day(int(n)), 1.0, None, knows[i % 2]) for i, n in enumerate(seen)),
        day(0), day(days - 1),
    )  # fmt: skip


def test_every_state_gone_through_one_by_one_gives_the_same() -> None:
    evidence = small(3, 16, 3)
    found = exact(evidence, TINY)
    assert found is not None
    data = series(evidence)
    forms = shapes(data, TINY)
    who_ = sources(evidence, data, TINY)
    lags = forms.rate.shape[1] - 1
    levels = np.geomspace(data.usual / 300, data.usual * 3000, 400)
    held = LEVEL_SHAPE * np.log(levels)
    held -= (LEVEL_SHAPE + 1) * np.log(data.usual + LEVEL_SHAPE * levels)
    calm = data.count / data.dispersion[data.at]

    def likelihood(waves: tuple[tuple[int, int, int], ...]) -> float:
        """Of waves (bin, response, owner), with the level summed over."""
        rate = levels[:, None] * who_.background[data.type][None]
        cost = levels * (data.observed / data.dispersion).sum()
        for at, form, owner in waves:
            fit = who_.fits[who_.kind[owner]][data.type]
            for n, bin_ in enumerate(data.at):
                if 0 <= bin_ - at < lags:
                    rate[:, n] += forms.rate[form, bin_ - at] * fit[n]
            for bin_ in range(at, min(at + lags, data.bins)):
                cost = cost + (
                    forms.rate[form, bin_ - at] * data.observed[bin_] / data.dispersion[bin_]
                )
        return float(np.exp((calm * np.log(rate)).sum(axis=1) - cost + held).sum())

    def prior(waves: tuple[tuple[int, int, int], ...]) -> float:
        people = sorted({owner for _, _, owner in waves if owner < who_.named})
        none = -np.logaddexp(0, who_.log_odds[:, None] + SHIFTS[None]).sum(axis=0)
        out = float(np.exp(none + SHIFT_LOG + len(people) * SHIFTS).sum())
        for person in people:
            times = sorted(at for at, _, owner in waves if owner == person)
            out *= float(np.exp(who_.log_odds[person] + who_.log_first[person, times[0]]))
            for later in times[1:]:
                out *= float(np.exp(who_.log_again[later - times[0]]))
        for _, _, owner in waves:
            out *= float(np.exp(who_.log_unlisted)) if owner == who_.named else 1.0
        return out / len(forms.rate) ** len(waves)

    states = list(itertools.product(range(data.bins), range(len(forms.rate)), range(4)))
    whole = nobody = prior(()) * likelihood(())
    leaked, unlisted = np.zeros(who_.named), 0.0
    cases = [((one,), 1.0) for one in states]
    cases += [((one, other), 0.5) for one in states for other in states]
    known: dict[tuple[tuple[int, int, int], ...], float] = {}
    for waves, share in cases:
        key = tuple(sorted((at, form, int(who_.kind[owner])) for at, form, owner in waves))
        weight = share * prior(waves)
        if weight > 0:
            if key not in known:
                known[key] = likelihood(waves)
            weight *= known[key]
        whole += weight
        owners = {owner for _, _, owner in waves}
        for owner in owners - {who_.named}:
            leaked[owner] += weight
        unlisted += weight * (who_.named in owners)
    assert found.leaked == pytest.approx(leaked / whole, rel=2e-3, abs=1e-5)
    assert found.unlisted == pytest.approx(unlisted / whole, rel=2e-3)
    assert found.nobody == pytest.approx(nobody / whole, rel=2e-3)
    assert found.leaked.max() > 4 * found.leaked.min() > 0  # the case decides something


@pytest.mark.parametrize("seed", [5, 7])
def test_the_sampled_chances_are_those_summed_up(seed: int) -> None:
    evidence = small(seed, 30, 4)
    right = exact(evidence, TINY)
    assert right is not None
    found = sample(evidence, TINY, seed=3, sweeps=700)
    assert found.leaked == pytest.approx(right.leaked, abs=0.03)
    assert found.unlisted == pytest.approx(right.unlisted, abs=0.04)
    assert found.waves.sum() == pytest.approx(right.waves.sum(), abs=0.1)


def test_a_long_log_is_sampled_and_a_short_one_summed_up() -> None:
    assert exact(small(1, 400, 4), default_priors()) is None
    short = small(5, 20, 2)
    assert exact(short, default_priors()) is not None
    one, other = who(short, seed=1), who(short, seed=2)
    assert one.exact
    assert [s.chance for s in one.suspects] == [s.chance for s in other.suspects]


def test_facts_shown_beside_plain_contacts_of_the_same_days_are_sampled_right() -> None:
    """Callers who know something and callers who do not, on the same days."""
    knows = frozenset([Given.EMPLOYER])
    people = tuple(
        Recipient(name, name, RecipientKind.LOAN_PLATFORM, (day(2),), facts)
        for name, facts in (("told", knows), ("not", frozenset[Given]()))
    )
    contacts = [Contact(day(n), 1.0, None, frozenset()) for n in range(4, 12) for _ in range(3)]
    contacts += [Contact(day(n), 1.0, None, knows) for n in range(4, 12)]
    evidence = Evidence(people, tuple(contacts), day(0), day(15))
    priors = replace(TINY, least_rate=0.5, unlisted=0.02, again=0.01)
    right = exact(evidence, priors)
    assert right is not None
    found = sample(evidence, priors, seed=1, sweeps=700)
    assert found.leaked == pytest.approx(right.leaked, abs=0.04)
    assert right.leaked[0] > 2 * right.leaked[1] > 0.1
