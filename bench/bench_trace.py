"""Who leaked, on made-up lives with known truth, beside the two simple rules people use.

    OMP_NUM_THREADS=1 python bench/bench_trace.py [--worlds 200] [--first 1000]

The worlds come from another process than the model assumes (`trace_worlds.py`); those below 1000
were used to choose the model's settings. Peers, each with its two probabilities (for its pick, for
all others) fitted to these very worlds: "the last disclosure before the burst" (the largest rise of
four weeks over the four before) and "the riskiest kind".
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import date, timedelta

import numpy as np
from trace_worlds import World, world

from notmyloan.model.disclosure import RecipientKind
from notmyloan.trace.answer import who
from notmyloan.trace.evidence import Contact, Evidence, Recipient
from notmyloan.trace.priors import default_priors

_WINDOW = 28
_NEAR, _ENOUGH = 60, 25


def identifiable(made: World) -> str | None:
    """The leaker of a world in which only one can be meant: one leak, nobody unlisted, within 60
    days of its disclosure, nobody else given anything in these 60 days, 25 contacts or more."""
    if len(made.leaks) != 1 or made.unlisted:
        return None
    ((leaker, day),) = made.leaks.items()
    near = [
        r.id for r in made.evidence.recipients if 0 <= (day - r.given_on[0]).days <= _NEAR
    ]  # fmt: skip
    return leaker if near == [leaker] and made.contacts_of[leaker] >= _ENOUGH else None


def last_before_burst(evidence: Evidence) -> int:
    """The recipient given something last before the largest rise."""
    days = (evidence.last - evidence.first).days + 1
    counts = np.zeros(days)
    for contact in evidence.contacts:
        counts[(contact.on - evidence.first).days] += contact.weight
    sums = np.concatenate(([0.0], np.cumsum(counts)))
    at = np.arange(_WINDOW, max(days - _WINDOW, _WINDOW + 1))
    after = sums[np.minimum(at + _WINDOW, days)] - sums[at]
    burst = evidence.first + timedelta(
        days=int(at[np.argmax(after - sums[at] + sums[at - _WINDOW])])
    )
    before = [n for n, r in enumerate(evidence.recipients) if r.given_on[0] <= burst]
    pool = before or list(range(len(evidence.recipients)))
    return max(pool, key=lambda n: evidence.recipients[n].given_on[0])


def riskiest(evidence: Evidence) -> int:
    """The recipient of the kind with the greatest hazard."""
    hazard = default_priors().hazard
    return max(
        range(len(evidence.recipients)), key=lambda n: hazard[evidence.recipients[n].kind]
    )  # fmt: skip


def log_score(chance: np.ndarray, truth: np.ndarray) -> float:
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    return float(-np.where(truth, np.log(chance), np.log(1 - chance)).mean())


def decade() -> Evidence:
    """Sixty recipients and ten years."""
    r = random.Random(1)
    first = date(2016, 1, 1)
    people = tuple(
        Recipient(f"r{n}", f"r{n}", r.choice(list(RecipientKind)),
                  (first + timedelta(days=r.randint(0, 3500)),))
        for n in range(60)
    )  # fmt: skip
    contacts = []
    for n in range(3653):
        busy = 0.15 + sum(
            np.exp(-(n - (p.given_on[0] - first).days - 20) / 90)
            for p in people[:3]
            if n > (p.given_on[0] - first).days + 20
        )
        contacts += [Contact(first + timedelta(days=n))] * int(
            np.random.default_rng(n).poisson(busy)
        )
    return Evidence(people, tuple(contacts), first, first + timedelta(days=3652))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1000)
    given = parser.parse_args()
    chances, truths, burst, risk = [], [], [], []
    top: list[bool] = []
    wrong = agreed = inside = dated = 0
    seconds = []
    for seed in range(given.first, given.first + given.worlds):
        made = world(seed)
        people = made.evidence.recipients
        begin = time.process_time()
        answer = who(made.evidence, seed=seed)
        seconds.append(time.process_time() - begin)
        by_id = {s.recipient.id: s for s in answer.suspects}
        chance = np.array([by_id[r.id].chance for r in people])
        truth = np.array([r.id in made.leaks for r in people])
        chances.append(chance)
        truths.append(truth)
        burst.append(np.arange(len(people)) == last_before_burst(made.evidence))
        risk.append(np.arange(len(people)) == riskiest(made.evidence))
        wrong += bool((chance[~truth] > 0.9).any())
        agreed += answer.agreed
        leaker = identifiable(made)
        if leaker is not None:
            top.append(answer.suspects[0].recipient.id == leaker)
        for name, day in made.leaks.items():
            when = by_id[name].when
            if when is not None and by_id[name].chance > 0.5:
                dated += 1
                inside += when.low <= day <= when.high
    chance, truth = np.concatenate(chances), np.concatenate(truths)
    error = 0.0
    print("chance   recipients  mean chance  leaked")
    for low in np.arange(0, 1, 0.1):
        there = (chance >= low) & (chance < low + 0.1 + (low > 0.85))
        if there.any():
            print(f"{low:.1f}      {there.sum():8d}  {chance[there].mean():11.3f}  "
                  f"{truth[there].mean():6.3f}")  # fmt: skip
            error += there.mean() * abs(chance[there].mean() - truth[there].mean())
    scores = {"ours": log_score(chance, truth)}
    base = float(truth.mean())
    scores["everybody alike"] = log_score(np.full(len(truth), base), truth)
    for name, picks in (("last before the burst", burst), ("riskiest kind", risk)):
        pick = np.concatenate(picks)
        fitted = np.where(pick, truth[pick].mean(), truth[~pick].mean())
        scores[name] = log_score(fitted, truth)
        print(f"{name}: right on {truth[pick].mean():.1%} of its picks")
    begin = time.process_time()
    who(decade())
    found = {
        "worlds": given.worlds, "recipients": len(truth), "leakers": int(truth.sum()),
        "calibration error": round(error, 4),
        "top-1 where identifiable": f"{sum(top)} of {len(top)}",
        "worlds with a wrong one above 0.9": wrong,
        "log score": {k: round(v, 4) for k, v in scores.items()},
        "true day inside the 90 % interval": f"{inside} of {dated}",
        "chains agreed": f"{agreed} of {given.worlds}",
        "seconds a world": round(float(np.mean(seconds)), 2),
        "seconds, 60 recipients and 10 years": round(time.process_time() - begin, 1),
    }  # fmt: skip
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
