"""Who leaked, and when: the posterior over all recipients together.

The contacts above the background come in waves. Each wave starts at some bin, has one of some
responses, and an owner: a recipient who leaked, whose first wave is the leak and who may bring
further ones later, or somebody not listed. All are one joint model: what one wave explains no
other needs to. It is sampled (`sampling.py`), or summed up exactly where it is small (`exact.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from notmyloan.trace.evidence import Evidence, Recipient
from notmyloan.trace.likelihood import (
    Floats,
    Series,
    background_fitness,
    fitness,
    log_again,
    log_delay,
)
from notmyloan.trace.priors import Priors

SHIFTS = np.linspace(-3.0, 3.0, 13)
SHIFT_LOG = -(SHIFTS**2) / (2 * 1.2**2)  # a normal prior of the recipients' common log-odds
LEVEL_SHAPE = 3.0  # of the gamma prior of a background level around the levels' mean
_YEAR = 365.0
_NEVER = -60.0  # log of a chance that is none, so that differences stay finite
_HELD = 0.5  # 1: as many leaks are expected however many are listed; 0: in proportion


@dataclass(frozen=True)
class Sources:
    """All who may have brought a wave: the recipients in order, then somebody not listed, once for
    each phone that was reached (a leak gives away one).

    `log_odds` of a leak of each recipient within the window; `log_first`: recipients x bins, the
    log chance of each bin as the leak's, no further waves counted in; `log_again`: of a further
    wave so many bins after the first; `log_unlisted`: the log of the expected waves in each bin
    from each of those not listed; `kind`: which row of `fits` each source has; `fits`: kinds x
    types of contacts; `background`: the background's fitness by type.
    """

    recipients: tuple[Recipient, ...]
    log_odds: Floats
    log_first: Floats
    log_again: Floats
    log_unlisted: float
    kind: NDArray[np.int64]
    fits: Floats
    background: Floats

    @property
    def named(self) -> int:
        """How many recipients."""
        return len(self.recipients)

    @property
    def unlisted(self) -> int:
        """How many sources stand for somebody not listed."""
        return len(self.kind) - len(self.recipients)


@dataclass(frozen=True)
class Posterior:
    """`leaked`: the chance of each recipient; `unlisted`: that anybody not listed leaked;
    `nobody`: that there was no leak at all; `when`: recipients x bins, the chance of a leak by
    that recipient in that bin; `unlisted_when` the expected waves of the unlisted; `leaks`: how
    many sources leaked, on average; `waves`: expected waves in each bin; `background`: its levels;
    `r_hat`: the worst of the chains' agreement, `agreed` whether it is good enough; `exact`: summed
    up, not sampled; `draws`: who leaked in joint draws, draws x recipients."""

    leaked: Floats
    unlisted: float
    nobody: float
    when: Floats
    unlisted_when: Floats
    leaks: float
    waves: Floats
    background: Floats
    r_hat: float
    agreed: bool
    exact: bool
    draws: NDArray[np.bool_]
    data: Series
    sources: Sources


def sources(evidence: Evidence, data: Series, priors: Priors) -> Sources:
    """The sources of `evidence`."""
    again, upto = log_again(data, priors)
    odds, firsts, kinds = [], [], []
    known: dict[bytes, int] = {}
    fits: list[Floats] = []

    def kind_of(recipient: Recipient | None, phone: str | None = None) -> int:
        fit = fitness(data, recipient, priors, phone)
        kind = known.setdefault(fit.tobytes(), len(known))
        if len(fits) < len(known):
            fits.append(fit)
        return kind

    for recipient in evidence.recipients:
        chance = priors.hazard[recipient.kind]
        delay = log_delay(data, recipient, priors)
        inside = float(np.exp(delay).sum())  # the part of the hazard that the window covers
        chance *= float(np.clip(inside, 1e-6, 1.0))
        log_odds = float(np.log(chance / (1 - chance)))
        if inside > 0:
            delay = delay - np.log(inside)
        marks = [m for m in evidence.marks if m.recipient == recipient.id]
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
        odds.append(log_odds)
        firsts.append(np.maximum(delay, _NEVER) - upto)
        kinds.append(kind_of(recipient))
    phones = sorted(data.points) if len(data.points) > 1 else [None]
    kinds += [kind_of(None, phone) for phone in phones]
    odds = list(np.array(odds) + _level(evidence, priors))
    years = max(data.bins * data.width / _YEAR, 1.0)
    return Sources(
        evidence.recipients, np.array(odds), np.array(firsts).reshape(-1, data.bins), again,
        float(np.log(priors.unlisted * years / data.bins / len(phones))), np.array(kinds),
        np.array(fits), background_fitness(data, priors),
    )  # fmt: skip


def _level(evidence: Evidence, priors: Priors) -> float:
    """What is added to all recipients' log-odds: a long list holds more leaks than a short one,
    but not in proportion."""
    expected = sum(priors.hazard[r.kind] for r in evidence.recipients)
    return _HELD * float(np.log(priors.usual_leaks / expected)) if expected else 0.0


def alike(who: Sources) -> list[list[int]]:
    """Groups of two or more recipients whom nothing in the data can tell apart."""
    groups: dict[tuple[float, int, bytes], list[int]] = {}
    for n in range(who.named):
        key = (round(float(who.log_odds[n]), 9), int(who.kind[n]),
               np.round(who.log_first[n], 9).tobytes())  # fmt: skip
        groups.setdefault(key, []).append(n)
    return [group for group in groups.values() if len(group) > 1]


def evened(when: Floats, who: Sources) -> Floats:
    """Recipients who are alike share equally: their order must decide nothing."""
    out = when.copy()
    for group in alike(who):
        out[group] = when[group].mean(axis=0)
    return out


def mixed(draws: NDArray[np.bool_], who: Sources) -> NDArray[np.bool_]:
    """`draws` with recipients who are alike changed about at random, for the same reason."""
    out = draws.copy()
    rng = np.random.default_rng(0)
    for group in alike(who):
        out[:, group] = rng.permuted(out[:, group], axis=1)
    return out
