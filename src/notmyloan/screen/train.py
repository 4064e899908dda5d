"""Train the message model, or measure the method on held-back wordings.

    python -m notmyloan.screen.train --corpora ../shared/data --out src/notmyloan/screen/weights
    python -m notmyloan.screen.train --corpora ../shared/data --measure 3
    python -m notmyloan.screen.train --own-labels TRAIN.jsonl.gz --test TEST.jsonl.gz

Needs the `train` extra. The same inputs and seed give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.label import LABELS
from notmyloan.screen.features import BUCKETS
from notmyloan.screen.fold import FoldTables, build
from notmyloan.screen.model import WEIGHTS, LinearModel, Weights, softmax
from notmyloan.screen.stream import MARKS
from notmyloan.screen.training import fit as fitting
from notmyloan.screen.training.corpora import SPAM, Example, allowed_matrix, folds, groups, read
from notmyloan.screen.training.evaluate import Figures, f1, figures, macro_f1
from notmyloan.screen.training.examples import corpora, enriched, own, together

FILLS = 6
FOLDS = 3
# How strongly rare labels are raised. English has few examples of most: raising them costs alarms.
POWER = 0.25
ENGLISH_POWER = 0.0
# How much more an example counts in the question "unwanted or not" that is all its source tells.
OPEN_LIFT = 6.0


def train(
    examples: Sequence[Example], group: NDArray[np.int64], tables: FoldTables, seed: int
) -> Weights:
    """A calibrated model of the ten labels from plain examples and their groups.

    Chinese and English texts share no buckets and no marks: each language is fitted by itself.
    """
    rows, owner = enriched(examples, group, seed)
    counts = fitting.count([e.text for e in rows], tables)
    english = counts.marks[:, MARKS.index("english_present")] > 0
    number = len(LABELS)
    spread = np.zeros(BUCKETS, np.uint8)
    coefficients = np.zeros((BUCKETS + len(MARKS), number))
    for language in (False, True):
        which = np.flatnonzero(english == language)
        power = ENGLISH_POWER if language else POWER
        allowed = allowed_matrix([rows[i] for i in which])
        weight = np.array([rows[i].weight for i in which])
        there = counts.rows(which)
        space = fitting.Space.of(there)
        fitted, intercepts = _calibrated(there, allowed, weight, owner[which], power, seed)
        spread += space.spread
        coefficients += fitted
        # Every text has its language's "present" mark: the intercept hides there.
        mark = MARKS.index("english_present" if language else "present")
        coefficients[BUCKETS + mark] += intercepts / fitting.MARK_SCALE
    return fitting.rounded(
        coefficients,
        np.zeros(number),
        [label.value for label in LABELS],
        fitting.Space(spread, space.step),
        tables,
    )


def _calibrated(
    counts: fitting.Counts,
    allowed: NDArray[np.bool_],
    weight: fitting.Floats,
    owner: NDArray[np.int64],
    power: float,
    seed: int,
) -> tuple[fitting.Floats, fitting.Floats]:
    """Coefficients and intercepts whose softmax is a calibrated probability."""
    vectors = fitting.Space.of(counts).vectors(counts)
    classes = fitting.settle(vectors, allowed, weight, power)
    number = allowed.shape[1]
    spam = np.array([label in SPAM for label in LABELS])
    # Of the spam corpora only spam or not is known: asked as that one question it is answered
    # better than through ten, so its answer joins the ten scores before they are calibrated.
    side = np.where(allowed[:, ~spam].sum(axis=1) == 0, 1, 0)
    side = np.where(allowed[:, spam].sum(axis=1) == 0, -1, side)

    lift = np.where(allowed.sum(axis=1) > 1, OPEN_LIFT, 1.0)

    def directions(of: fitting.Floats, which: NDArray[np.int64]) -> tuple[Any, Any]:
        ten, bias = fitting.fit(of, classes[which], number, (weight * np.sqrt(lift))[which], power)
        one, offset = fitting.fit_group(of, side[which], (weight * lift)[which])
        return np.column_stack((ten, one)), np.append(bias, offset)

    coefficients, intercepts = directions(vectors, np.arange(len(weight)))
    # Scores of wordings that a model has not seen are what probabilities must be right about.
    fold = folds(np.unique(owner, return_inverse=True)[1], FOLDS, seed)
    unseen = np.zeros((len(weight), number + 1))
    for k in range(FOLDS):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        space = fitting.Space.of(counts.rows(inside))
        part = directions(space.vectors(counts.rows(inside)), inside)
        unseen[outside] = space.vectors(counts.rows(outside)) @ part[0] + part[1]
    matrix, offset = fitting.calibrate(unseen, allowed, weight * lift)
    return coefficients @ matrix, intercepts @ matrix + offset


def measure(
    examples: Sequence[Example], group: NDArray[np.int64], tables: FoldTables, seed: int
) -> list[Figures]:
    """Train on seven tenths of the groups and measure on the others, source by source."""
    held = folds(group, 10, seed) >= 7
    weights = train(
        [e for e, h in zip(examples, held, strict=True) if not h], group[~held], tables, seed
    )
    rest = [e for e, h in zip(examples, held, strict=True) if h]
    chances = softmax(LinearModel(weights).scores([e.text for e in rest]))
    found = []
    for source in dict.fromkeys(e.source for e in rest):
        mine = np.array([e.source == source for e in rest])
        found.append(
            figures(source, [e for e, m in zip(rest, mine, strict=True) if m], chances[mine])
        )
    return found


def own_labels(
    train_rows: Sequence[Example], test_rows: Sequence[Example], tables: FoldTables
) -> dict[str, float]:
    """The same kind of model fitted to a corpus's own labels: F1 of each on `test_rows`, and
    their mean under `macro`."""
    names = sorted({e.own_label for e in train_rows})
    classes = np.array([names.index(e.own_label) for e in train_rows])
    counts = fitting.count([e.text for e in train_rows], tables)
    space = fitting.Space.of(counts)
    coefficients, intercepts = fitting.fit(space.vectors(counts), classes, len(names))
    model = LinearModel(fitting.rounded(coefficients, intercepts, names, space, tables))
    said = model.scores([e.text for e in test_rows]).argmax(axis=1)
    truth = np.array([names.index(e.own_label) for e in test_rows])
    out = {name: f1(truth == i, said == i) for i, name in enumerate(names) if (truth == i).any()}
    out["macro"] = macro_f1(truth, said)
    return out


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m notmyloan.screen.train", description=__doc__)
    parser.add_argument("--corpora", type=Path, help="folder that holds messages/*.jsonl.gz")
    parser.add_argument("--out", type=Path, help="folder or file for the weights")
    parser.add_argument("--measure", type=int, metavar="SEEDS", help="hold back and measure")
    parser.add_argument("--own-labels", type=Path, metavar="FILE", help="fit a file's own labels")
    parser.add_argument("--test", type=Path, metavar="FILE", help="measure those on this file")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    tables = build()
    if given.own_labels:
        rows = read(given.own_labels)
        if given.test:
            splits = [(rows, read(given.test))]
        else:
            group = groups([e.text for e in rows])
            splits = []
            for seed in range(given.seed, given.seed + 3):
                held = folds(group, 10, seed) >= 7
                splits.append(
                    (
                        [e for e, h in zip(rows, held, strict=True) if not h],
                        [e for e, h in zip(rows, held, strict=True) if h],
                    )
                )
        for left, right in splits:
            for name, value in own_labels(left, right, tables).items():
                _say(f"{name:28s} {value:.4f}")
        return 0
    if not given.corpora or not (given.out or given.measure):
        parser.error("give --corpora with --out or --measure, or --own-labels")
    parts = corpora(given.corpora)
    if not parts:
        parser.error(f"no corpus under {given.corpora / 'messages'}")
    examples, group = together(parts, own(lambda _: True, FILLS, given.seed))
    for seed in range(given.seed, given.seed + (given.measure or 0)):
        for found in measure(examples, group, tables, seed):
            values = "  ".join(f"{n} {v:.4f}" for n, v in found.values.items())
            _say(f"seed {seed}  {found.source:14s} {found.count:6d}  {values}")
    if given.out:
        data = train(examples, group, tables, given.seed).save()
        path = given.out / WEIGHTS if given.out.is_dir() else given.out
        path.write_bytes(data)
        _say(f"{len(data)} bytes in {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
