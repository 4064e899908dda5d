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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.label import LABELS
from notmyloan.screen.features import BUCKETS
from notmyloan.screen.fold import FoldTables, build
from notmyloan.screen.model import CLASSES, WEIGHTS, LinearModel, ScreenModel, Weights
from notmyloan.screen.stream import MARKS
from notmyloan.screen.training import fit as fitting
from notmyloan.screen.training.corpora import (
    WANTED,
    Example,
    allowed_matrix,
    folds,
    groups,
    held_back,
    read,
)
from notmyloan.screen.training.evaluate import Figures, f1, figures, macro_f1
from notmyloan.screen.training.examples import OWN_WANTED, corpora, enriched, own, together

FILLS = 4
# Grams that fewer examples hold are left out: they teach nothing and make the file slow to load.
RARE = 3
FOLDS = 3
# English: how much a wanted own text counts for the expert that tells unwanted from wanted in free
# writing. More than a trace draws it away from real texts; none leaves it blind to bank notices.
TRACE = 0.005
# How much more free writing counts that is spam: for the expert, and for telling it from the rest.
SPAM_TOLD, SPAM_APART = 1.5, 3.0


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen for a language, on held-back own templates and development parts of the
    corpora. A template's fills sharing its weight was tried too, and changed nothing."""

    # How strongly rare labels are raised, and how much a wanted own text counts.
    power: float
    wanted: float
    # The slack of the ten labels' fit, and of the expert's and its register's: smaller is smoother.
    slack: float
    expert_slack: float
    # New wordings are farther from ours than held-back ones are, so that the ten labels' log-odds
    # are made smaller by this, and wanted labels get so much more: a false alarm costs most.
    cool: float
    kind: float
    # Log-odds by which a text is sooner taken for free writing: real English ones mostly are,
    # while our own, which speak for all other texts, are neater than anybody's. And those by which
    # the expert for it leans to spam; below nought, away from it.
    lean: float
    wary: float


CHINESE = Choices(
    power=0.1,
    wanted=OWN_WANTED,
    slack=0.2,
    expert_slack=5.0,
    cool=0.85,
    kind=0.7,
    lean=0.0,
    wary=0.0,
)
ENGLISH = Choices(
    power=0.2, wanted=1.5, slack=0.6, expert_slack=1.0, cool=0.75, kind=1.6, lean=3.4, wary=-1.0
)
# The expert for free writing has a length of its own (see `model.Weights`).
_READS = tuple(int(name == "unwanted") for name in CLASSES)
_TEN = len(LABELS)
_WANTED = np.array([label in WANTED for label in LABELS])


def train(
    examples: Sequence[Example], group: NDArray[np.int64], tables: FoldTables, seed: int
) -> Weights:
    """A calibrated model of the ten labels from plain examples and their groups.

    Chinese and English texts share no buckets and no marks: each language is fitted by itself.
    """
    rows, owner = enriched(examples, group, seed)
    counts = fitting.count([e.text for e in rows], tables)
    english = counts.marks[:, MARKS.index("english_present")] > 0
    spread = np.zeros((BUCKETS, 2), np.uint8)
    coefficients = np.zeros((BUCKETS + len(MARKS), len(CLASSES)))
    for language in (False, True):
        which = np.flatnonzero(english == language)
        task = _Task(counts.rows(which), [rows[i] for i in which], owner[which], language)
        fitted, intercepts = task.calibrated(seed)
        for column, space in enumerate(task.spaces(np.arange(len(which)))):
            spread[:, column] += space.spread
        coefficients += fitted
        # Every text has its language's "present" mark: the intercept hides there.
        mark = MARKS.index("english_present" if language else "present")
        coefficients[BUCKETS + mark] += intercepts / fitting.MARK_SCALE
    spaces = [fitting.Space(spread[:, column]) for column in range(2)]
    return fitting.rounded(coefficients, np.zeros(len(CLASSES)), CLASSES, spaces, tables, _READS)


class _Task:
    """One language's examples, and the fits on parts of them.

    The corpora that tell only spam from ham are of another register than phone messages, and
    what tells these two apart in one does not in the other: an expert is asked for them alone.
    """

    def __init__(
        self,
        counts: fitting.Counts,
        rows: Sequence[Example],
        owner: NDArray[np.int64],
        english: bool,
    ) -> None:
        self.counts = counts
        self.owner = owner
        self.english = english
        self.choices = ENGLISH if english else CHINESE
        often = np.bincount(counts.grams.indices, minlength=BUCKETS)
        self.common: NDArray[np.bool_] = often >= RARE
        self.allowed = allowed_matrix(rows)
        weight = np.array([e.weight for e in rows])
        self.free = np.array([e.own_label in ("spam", "ham") for e in rows])
        self.spam = np.array([e.own_label == "spam" for e in rows])
        self.wanted = np.array([e.source == "own" and e.allowed <= WANTED for e in rows])
        self.talk = np.array([e.source == "own" and e.own_label == "personal" for e in rows])
        self.even = weight / np.where(self.wanted, OWN_WANTED, 1.0)
        self.weight = self.even * np.where(self.wanted, self.choices.wanted, 1.0)
        self.trust, self.register = self._expertise()

    def _expertise(self) -> tuple[fitting.Floats, fitting.Floats]:
        """How much each example counts for what the expert learns, spam or not, and for telling
        its register from others.

        Chinese: the expert learns from the real texts and the same in disguise. English: from the
        real texts as they are and a trace of our own wanted ones; and its register is that of
        spam alone. Private words are much alike everywhere, so that whoever takes in those of the
        corpus takes in our own notices too, and judges them by the manners of another decade.
        """
        if not self.english:
            return np.where(self.free, self.weight, 0.0), self.weight
        plain = self.free & (self.weight >= 1.0)
        trust = np.where(plain, np.where(self.spam, SPAM_TOLD, 1.0), 0.0)
        trust[self.wanted] = self.even[self.wanted] * TRACE
        register = np.where(self.free, np.where(self.spam, SPAM_APART, 0.0), self.even)
        register[self.talk] = 0.0
        return trust, register

    def spaces(self, which: NDArray[np.int64]) -> tuple[fitting.Space, fitting.Space]:
        """The space of the ten labels and of the register, and the expert's."""
        free = which[self.free[which]]
        return (
            fitting.Space.of(self.counts.rows(which), self.common),
            fitting.Space.of(self.counts.rows(free), self.common),
        )

    def vectors(
        self, spaces: tuple[fitting.Space, fitting.Space], which: NDArray[np.int64]
    ) -> tuple[Any, Any]:
        """The examples `which` in both spaces."""
        counts = self.counts.rows(which)
        return spaces[0].vectors(counts), spaces[1].vectors(counts)

    def directions(
        self, vectors: tuple[Any, Any], classes: NDArray[np.int64], which: NDArray[np.int64]
    ) -> tuple[fitting.Floats, fitting.Floats]:
        """Coefficients and intercepts of all columns, fitted on the examples `which`."""
        chosen = self.choices
        ten, bias = fitting.fit(
            vectors[0], classes[which], _TEN, self.weight[which], chosen.power, chosen.slack
        )
        told, offset = fitting.fit_one(
            vectors[1], self.spam[which], self.trust[which], chosen.expert_slack
        )
        apart, shift = fitting.fit_one(
            vectors[0], self.free[which], self.register[which], chosen.expert_slack
        )
        return np.column_stack((ten, told, apart)), np.concatenate((bias, (offset, shift)))

    def calibrated(self, seed: int) -> tuple[fitting.Floats, fitting.Floats]:
        """Coefficients and intercepts of the ten labels' scores, whose softmax is a calibrated
        probability, and of the expert's two log-odds (see `model.joined`)."""
        power, slack = self.choices.power, self.choices.slack
        every = np.arange(len(self.weight))
        vectors = self.vectors(self.spaces(every), every)
        classes = fitting.settle(vectors[0], self.allowed, self.weight, power, slack)
        coefficients, intercepts = self.directions(vectors, classes, every)
        # Scores of wordings that a model has not seen are what probabilities must be right about.
        fold = folds(np.unique(self.owner, return_inverse=True)[1], FOLDS, seed)
        unseen = np.zeros((len(every), _TEN + 2))
        for k in range(FOLDS):
            inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
            spaces = self.spaces(inside)
            found, bias = self.directions(self.vectors(spaces, inside), classes, inside)
            seen = self.vectors(spaces, outside)
            for column, space in enumerate(_READS):
                unseen[outside, column] = seen[space] @ found[:, column] + bias[column]
        matrix = np.zeros((_TEN + 2, _TEN + 2))
        offset = np.zeros(_TEN + 2)
        matrix[:_TEN, :_TEN], offset[:_TEN] = fitting.calibrate(
            unseen[:, :_TEN], self.allowed, self.weight
        )
        for column, target, among in (
            (_TEN, self.spam, self.free),
            (_TEN + 1, self.free, self.register > 0),
        ):
            matrix[column, column], offset[column] = fitting.platt(
                unseen[among, column], target[among], self.weight[among]
            )
        chosen = self.choices
        matrix[:_TEN, :_TEN] *= chosen.cool
        offset[:_TEN] = offset[:_TEN] * chosen.cool + chosen.kind * _WANTED
        offset[-2] += chosen.wary
        offset[-1] += chosen.lean
        return coefficients @ matrix, intercepts @ matrix + offset


def measure(
    examples: Sequence[Example], group: NDArray[np.int64], tables: FoldTables, seed: int
) -> list[Figures]:
    """Train on seven tenths of the groups and measure on the others, source by source."""
    held = held_back(examples, group, seed)
    weights = train(
        [e for e, h in zip(examples, held, strict=True) if not h], group[~held], tables, seed
    )
    rest = [e for e, h in zip(examples, held, strict=True) if h]
    chances = ScreenModel(weights).probabilities([e.text for e in rest])
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
    their mean under `macro`. A label that `train_rows` lack counts as never found."""
    names = sorted({e.own_label for e in train_rows})
    classes = np.array([names.index(e.own_label) for e in train_rows])
    counts = fitting.count([e.text for e in train_rows], tables)
    space = fitting.Space.of(counts)
    coefficients, intercepts = fitting.fit(space.vectors(counts), classes, len(names))
    model = LinearModel(fitting.rounded(coefficients, intercepts, names, [space], tables))
    said = model.scores([e.text for e in test_rows]).argmax(axis=1)
    names += sorted({e.own_label for e in test_rows} - set(names))
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
        try:
            rows = read(given.own_labels, ours=False)
            test = read(given.test, ours=False) if given.test else []
        except (OSError, ValueError) as error:
            parser.error(str(error))
        if given.test:
            splits = [(rows, test)]
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
