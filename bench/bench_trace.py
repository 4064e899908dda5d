"""Who leaked, on made-up lives with known truth, beside the two simple rules people use.

    OMP_NUM_THREADS=1 python bench/bench_trace.py [--worlds 20] [--first 5000] [--other]
    python bench/bench_trace.py --small 100      # against the exact posterior
    python bench/bench_trace.py --table          # what has been run so far

The worlds come from other processes than the model assumes: `trace_worlds.py`, and with `--other`
`trace_worlds_other.py`, which shares no code with it. Those below 1000 were used to choose the
model's settings. Each world is one line in bench/.work/trace*.jsonl, so that a run can be broken off
and gone on with; `--table` prints what is there. Peers, each with its two probabilities (for its
pick, for all others) fitted to these very worlds: "the last disclosure before the burst" (the
largest rise of four weeks over the four before) and "the riskiest kind".
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import trace_worlds
import trace_worlds_other

from notmyloan.model.disclosure import RecipientKind
from notmyloan.trace.answer import who
from notmyloan.trace.evidence import Contact, Evidence, Recipient
from notmyloan.trace.exact import exact
from notmyloan.trace.priors import default_priors
from notmyloan.trace.sampling import sample

_WINDOW = 28
WORK = Path(__file__).parent / ".work"


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


def small(seed: int) -> Evidence:
    """A log of some weeks, short enough to sum up every state."""
    g = np.random.default_rng([9, seed])
    first = date(2025, 1, 1)
    days, kinds = int(g.integers(20, 57)), list(RecipientKind)
    people = tuple(
        Recipient(f"r{n}", f"r{n}", kinds[int(g.integers(len(kinds)))],
                  (first + timedelta(days=int(g.integers(-20, days))),))
        for n in range(int(g.integers(1, 7)))
    )  # fmt: skip
    rate = np.full(days, g.choice((0.02, 0.08)))
    if g.random() < 0.7:
        rate[int(g.integers(0, days)) :] += g.choice((0.2, 0.4, 0.8))
    seen = np.repeat(np.arange(days), g.poisson(rate))
    contacts = tuple(Contact(first + timedelta(days=int(n))) for n in seen)
    return Evidence(people, contacts, first, first + timedelta(days=days - 1))


def one_world(seed: int, other: bool) -> dict[str, object]:
    """A world's answer beside its truth, as one line."""
    made = trace_worlds_other.life(seed) if other else trace_worlds.world(seed)
    name = (trace_worlds_other if other else trace_worlds).identifiable(made)
    people = made.evidence.recipients
    begin = time.process_time()
    answer = who(made.evidence, seed=seed)
    seconds = time.process_time() - begin
    by_id = {s.recipient.id: s for s in answer.suspects}
    days = [
        when.low <= day <= when.high
        for leaker, day in made.leaks.items()
        if (when := by_id[leaker].when) is not None and by_id[leaker].chance > 0.5
    ]
    return {
        "seed": seed, "chance": [round(by_id[r.id].chance, 5) for r in people],
        "leaked": [r.id in made.leaks for r in people], "agreed": answer.agreed,
        "identifiable": name is not None, "top": answer.suspects[0].recipient.id == name,
        "burst": last_before_burst(made.evidence), "riskiest": riskiest(made.evidence),
        "days": days, "seconds": round(seconds, 2), "unlisted": round(answer.unlisted, 4),
        "unlisted_true": bool(made.unlisted), "wave": getattr(made, "wave", ""),
    }  # fmt: skip


def one_small(seed: int) -> dict[str, object]:
    """The largest difference between the sampled and the exact posterior."""
    evidence = small(seed)
    right = exact(evidence, default_priors())
    if right is None:
        return {"seed": seed, "gap": None}
    found = sample(evidence, default_priors(), seed=seed)
    return {
        "seed": seed, "gap": round(float(np.abs(right.leaked - found.leaked).max()), 4),
        "top": round(float(right.leaked.max()), 4),
    }  # fmt: skip


def kept(path: Path) -> dict[int, dict[str, object]]:
    """The lines of a file, by seed; a line cut off is done again."""
    rows = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        rows[row["seed"]] = row
    return rows


def table(rows: list[dict[str, object]], title: str) -> None:
    chance = np.concatenate([r["chance"] for r in rows])
    truth = np.concatenate([r["leaked"] for r in rows])
    print(f"\n{title}\nchance   recipients  mean chance  leaked")
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        there = (chance >= low) & (chance < low + 0.1 + (low > 0.85))
        if there.any():
            print(f"{low:.1f}      {there.sum():8d}  {chance[there].mean():11.3f}  "
                  f"{truth[there].mean():6.3f}")  # fmt: skip
            error += there.mean() * abs(chance[there].mean() - truth[there].mean())
    scores = {"ours": log_score(chance, truth),
              "everybody alike": log_score(np.full(len(truth), truth.mean()), truth)}  # fmt: skip
    for name in ("burst", "riskiest"):
        pick = np.concatenate([np.arange(len(r["leaked"])) == r[name] for r in rows])
        scores[name] = log_score(np.where(pick, truth[pick].mean(), truth[~pick].mean()), truth)
        print(f"{name}: right on {truth[pick].mean():.1%} of its picks")
    clear = [r for r in rows if r["identifiable"]]
    first = [bool(np.array(r["leaked"])[r["burst"]]) for r in clear]
    wrong = sum(bool(((np.array(r["chance"]) > 0.9) & ~np.array(r["leaked"])).any()) for r in rows)
    days = [d for r in rows for d in r["days"]]
    found = {
        "worlds": len(rows), "recipients": len(truth), "leakers": int(truth.sum()),
        "calibration error": round(error, 4),
        "top-1 where identifiable": f"{sum(r['top'] for r in clear)} of {len(clear)}",
        "the burst rule there": f"{sum(first)} of {len(clear)}",
        "worlds with a wrong one above 0.9": wrong,
        "log score": {k: round(v, 4) for k, v in scores.items()},
        "true day inside the 90 % interval": f"{sum(days)} of {len(days)}",
        "chains agreed": f"{sum(r['agreed'] for r in rows)} of {len(rows)}",
        "seconds a world": round(float(np.mean([r["seconds"] for r in rows])), 2),
    }  # fmt: skip
    print(json.dumps(found, indent=1))


def small_table(rows: list[dict[str, object]]) -> None:
    gaps = np.array([r["gap"] for r in rows if r["gap"] is not None])
    if len(gaps):
        print(f"\nsmall worlds: {len(gaps)} of {len(rows)} summed up exactly; sampled chances "
              f"within {gaps.max():.3f} of them (mean {gaps.mean():.4f}); "
              f"{(gaps <= 0.05).sum()} within 0.05")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument("--other", action="store_true")
    parser.add_argument("--small", type=int, default=0)
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    files = {n: WORK / f"trace{n}.jsonl" for n in ("", "_other", "_small")}
    if not given.table:
        name = "_small" if given.small else "_other" if given.other else ""
        done = kept(files[name])
        with files[name].open("a") as out:
            for seed in range(given.first, given.first + (given.small or given.worlds)):
                if seed not in done:
                    row = one_small(seed) if given.small else one_world(seed, given.other)
                    out.write(json.dumps(row) + "\n")
                    out.flush()
    for name, title in (("", "first generator"), ("_other", "second generator")):
        rows = list(kept(files[name]).values())
        if rows:
            table(rows, title)
    small_table(list(kept(files["_small"]).values()))
    if not given.table:
        begin = time.process_time()
        who(decade())
        print(f"60 recipients and 10 years: {time.process_time() - begin:.1f} s")


if __name__ == "__main__":
    main()
