"""Why a recipient has its chance: the parts of its odds, each in a sentence with its numbers."""

from __future__ import annotations

from datetime import date

import numpy as np

from notmyloan.model.finding import Reason
from notmyloan.model.text import Text
from notmyloan.trace.evidence import Evidence
from notmyloan.trace.posterior import Posterior
from notmyloan.trace.priors import Priors

_AFTER = 90  # days after a leak in which contacts are looked at for what the callers knew
_WORTH_A_KIND = 0.7  # an assumption is worth a sentence only where it weighs
_CLEAR = 0.25  # of the likeliest day's chance, from which on contacts rose for sure enough
_WORTH = 0.1  # log-odds below which a part is not worth a sentence


def reasons_for(evidence: Evidence, found: Posterior, n: int, priors: Priors) -> tuple[Reason, ...]:
    """The reasons of recipient `n`, the weightiest first; weights are log-odds."""
    recipient = evidence.recipients[n]
    reasons = [
        *_timing(evidence, found, n),
        *_knowledge(evidence, found, n, priors),
        *_kind(evidence, found, n, priors),
    ]
    marks = [mark for mark in evidence.marks if mark.recipient == recipient.id]
    if marks:
        mark = min(marks, key=lambda m: m.error)
        weight = float(np.log(np.clip(0.5 / mark.error, 1.0, priors.mark_most)))
        reasons.append(Reason(Text("trace.reason.mark", on=min(m.on for m in marks)), weight))
    if recipient.revoked is not None:
        reasons.append(Reason(Text("trace.reason.revoked", on=recipient.revoked), 0.0))
    return tuple(sorted(reasons, key=lambda r: -abs(r.weight or 0.0)))


def _timing(evidence: Evidence, found: Posterior, n: int) -> list[Reason]:
    """How well the days on which leaks seem to have happened fit what was given when."""
    recipient = evidence.recipients[n]
    if not recipient.given_on:
        return [Reason(Text("trace.reason.no_day"), 0.0)]
    if found.waves.sum() < 0.05:
        return []
    delay = np.exp(found.sources.log_first[n])
    share = found.waves / found.waves.sum()
    weight = float(np.log((share * delay).sum() * found.data.bins + 1e-6))
    # Of the days on which contacts clearly rose, the one that fits best.
    padded = np.concatenate(([0.0], found.waves, [0.0]))
    rose = padded[:-2] + padded[1:-1] + padded[2:]
    clear = found.waves * (rose >= _CLEAR * rose.max())
    day = found.data.day(int((clear * np.maximum(delay, 1e-12)).argmax()))
    before = [d for d in recipient.given_on if d <= day]
    if not before:
        return [Reason(Text("trace.reason.too_late", on=min(recipient.given_on)), weight)]
    given = max(before)
    return [Reason(Text("trace.reason.timing", on=given, day=day, days=(day - given).days), weight)]


def _knowledge(evidence: Evidence, found: Posterior, n: int, priors: Priors) -> list[Reason]:
    """What callers knew after the likeliest day: facts it was given, and facts it was not."""
    recipient = evidence.recipients[n]
    if found.when[n].sum() < 0.01:
        return []
    day = found.data.day(int(found.when[n].argmax()))
    near = [c for c in evidence.contacts if 0 <= (c.on - day).days <= _AFTER]
    told = [c for c in near if c.facts]
    fits = [c for c in told if c.facts <= recipient.facts]
    reasons = []
    if told:
        weight = _told_weight(found, n, day)
        reasons.append(
            Reason(Text("trace.reason.knowledge", fits=len(fits), told=len(told)), weight)
        )
    reached = [c for c in near if c.point is not None]
    points = recipient.points & found.data.points
    if len(found.data.points) > 1 and recipient.points and reached:
        mine = [c for c in reached if c.point in points]
        weight = (
            len(mine) * np.log(len(found.data.points) / max(len(points), 1))
            + (len(reached) - len(mine)) * np.log(priors.wrong_point)
        ) / float(np.median(found.data.dispersion))
        reasons.append(
            Reason(Text("trace.reason.point", mine=len(mine), all=len(reached)), float(weight))
        )
    return [r for r in reasons if abs(r.weight or 0.0) >= _WORTH]


def _told_weight(found: Posterior, n: int, day: date) -> float:
    """What the facts shown after `day` add to the log-odds against the background."""
    data, who = found.data, found.sources
    near = (data.at >= data.bin_of(day)) & (data.at <= data.bin_of(day) + _AFTER // data.width)
    facts = np.array([bool(facts) for facts, _, _ in data.types], bool)
    fits = np.log(who.fits[who.kind[n]] / who.background) * facts
    return float((fits[data.type] * data.count / data.dispersion[data.at])[near].sum())


def _kind(evidence: Evidence, found: Posterior, n: int, priors: Priors) -> list[Reason]:
    """The assumed hazard of its kind beside the others'."""
    hazard = [priors.hazard[r.kind] for r in evidence.recipients]
    odds = np.log(np.array(hazard) / (1 - np.array(hazard)))
    weight = float(odds[n] - odds.mean())
    if abs(weight) < _WORTH_A_KIND:
        return []
    key = "trace.reason.kind_more" if weight > 0 else "trace.reason.kind_less"
    share = f"{priors.hazard[evidence.recipients[n].kind]:.1%}"
    return [Reason(Text(key, share=share), weight)]
