"""The answer to "who leaked me?": a chance for each recipient, when, why, and what to do next.

It never states that somebody leaked. "Somebody not listed", "nobody" and "cannot tell" are
answers, and recipients whom nothing tells apart get the same chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from notmyloan.model.finding import Reason
from notmyloan.model.record import Private
from notmyloan.trace.evidence import Evidence, Recipient
from notmyloan.trace.exact import exact
from notmyloan.trace.experiment import Marking, next_marks
from notmyloan.trace.likelihood import Floats, Series
from notmyloan.trace.posterior import Posterior, alike
from notmyloan.trace.priors import Priors, default_priors
from notmyloan.trace.reasons import reasons_for
from notmyloan.trace.sampling import sample

SURE, LIKELY, NOTHING = 0.9, 0.5, 0.2
_INSIDE = 0.9  # of the interval of the day


class Verdict(StrEnum):
    """What can be said in one word."""

    NAMED = "named"  # a recipient leaked with a chance over 90 %
    LIKELY = "likely"  # over 50 %
    UNLISTED = "unlisted"  # more likely somebody not listed
    CANNOT_TELL = "cannot_tell"
    NO_LEAK = "no_leak"  # the contacts look like anybody's


@dataclass(frozen=True, slots=True)
class When:
    """The likeliest day of a leak, and the days between which it lies with 90 % chance."""

    day: date
    low: date
    high: date


@dataclass(frozen=True, slots=True, repr=False)
class Suspect(Private):
    """A recipient with its chance. `alike`: names of recipients that nothing tells from it."""

    recipient: Recipient
    chance: float
    when: When | None
    reasons: tuple[Reason, ...]
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Answer(Private):
    """`suspects`: all recipients, the likeliest first. `unlisted`: the chance that somebody not
    listed leaked, `nobody` that there was no leak at all; the chances need not add up to one,
    since several may have leaked. `agreed`: whether the sampling's chains agree, `exact`: that
    nothing was sampled; `marks`: whom to give a mark of its own next, the most telling first;
    `leak_days`: the chance of a wave of contacts from a leak in each bin of `series`."""

    verdict: Verdict
    suspects: tuple[Suspect, ...]
    unlisted: float
    unlisted_when: When | None
    nobody: float
    agreed: bool
    exact: bool
    marks: tuple[Marking, ...]
    series: Series
    leak_days: Floats

    @property
    def next_revoke(self) -> Recipient | None:
        """Whose consent to withdraw first: the likeliest of those where it still stands."""
        standing = [s for s in self.suspects if s.recipient.revoked is None and s.chance > 0.05]
        return standing[0].recipient if standing else None


def who(evidence: Evidence, priors: Priors | None = None, seed: int = 0) -> Answer:
    """Who leaked, with a chance each. The same evidence, priors and seed give the same answer."""
    priors = priors or default_priors()
    found = exact(evidence, priors) or sample(evidence, priors, seed)
    together: dict[int, tuple[str, ...]] = {}
    for group in alike(found.sources):
        for n in group:
            together[n] = tuple(evidence.recipients[m].name for m in group if m != n)
    marked = {mark.recipient for mark in evidence.marks}
    proved = np.array([r.id in marked for r in evidence.recipients], bool)
    doubted = found.leaked * (1 - priors.doubt)  # callers never keep to any model
    chances = np.where(proved, found.leaked, doubted)
    order = np.argsort(-chances, kind="stable")
    suspects = tuple(
        Suspect(
            evidence.recipients[n], float(chances[n]),
            _when(found.data, found.when[n]),
            reasons_for(evidence, found, int(n), priors), together.get(int(n), ()),
        )
        for n in order
    )  # fmt: skip
    return Answer(
        _verdict(found, suspects), suspects, found.unlisted,
        _when(found.data, found.unlisted_when), found.nobody, found.agreed, found.exact,
        next_marks(evidence.recipients, found.draws, priors.mark_returns), found.data,
        np.minimum(found.waves, 1.0),
    )  # fmt: skip


def _verdict(found: Posterior, suspects: tuple[Suspect, ...]) -> Verdict:
    top = suspects[0].chance if suspects else 0.0
    if not found.agreed and max(top, found.unlisted) > LIKELY:
        return Verdict.CANNOT_TELL
    if top > LIKELY and suspects[0].alike:  # as much is to be said of another
        return Verdict.CANNOT_TELL
    if top > SURE:
        return Verdict.NAMED
    if top > LIKELY:
        return Verdict.LIKELY
    if found.unlisted > LIKELY:
        return Verdict.UNLISTED
    return Verdict.NO_LEAK if found.leaks < NOTHING else Verdict.CANNOT_TELL


def _when(data: Series, chance: Floats) -> When | None:
    """The day and its interval; None where a leak is all but ruled out."""
    total = float(chance.sum())
    if total < 0.01:
        return None
    share = np.cumsum(chance) / total
    low = int(np.searchsorted(share, (1 - _INSIDE) / 2))
    high = min(int(np.searchsorted(share, (1 + _INSIDE) / 2)), data.bins - 1)
    begin = data.first + timedelta(days=low * data.width)
    end = data.first + timedelta(days=(high + 1) * data.width - 1)
    return When(data.day(int(chance.argmax())), begin, end)
