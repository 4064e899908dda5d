"""Fitting the linear model: matrix, squared-hinge fit, calibration, rounding.

The gram vector of a text is its counts times each gram's spread (inverse document frequency
times the scale of its kind), divided by its length, exactly as the run-time model adds it up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from notmyloan.screen.features import BUCKETS, GRAMS, distinct
from notmyloan.screen.fold import FoldTables
from notmyloan.screen.model import Weights, used_buckets
from notmyloan.screen.stream import MARKS, Streamer

Floats = NDArray[np.float64]

MARK_SCALE = 0.03
SPREAD_STEP = 25.0 / 255  # above any idf times scale
SLACK = 0.5
POWER = 0.5  # of a class's rarity, as its weight


@dataclass(frozen=True, slots=True)
class Counts:
    """Which grams are there (texts x BUCKETS) and marks (texts x MARKS) of a list of texts."""

    grams: Any  # scipy.sparse.csr_matrix, which has no types
    marks: NDArray[np.float32]

    def rows(self, which: NDArray[Any]) -> Counts:
        """The counts of some of the texts."""
        return Counts(self.grams[which], self.marks[which])


def count(texts: Sequence[str], tables: FoldTables) -> Counts:
    """Count the grams of `texts`."""
    streamer = Streamer(tables)
    parts, marks = [], []
    for begin in range(0, len(texts), 2000):
        stream = streamer.stream(texts[begin : begin + 2000])
        column, start = distinct(stream, tables.sounds)
        ones = np.ones(len(column), np.float32)
        ones[start] = 0  # bucket 0 is no gram
        pointers = np.append(start, len(column))
        part = csr_matrix((ones, column, pointers), shape=(len(start), BUCKETS))
        part.eliminate_zeros()
        parts.append(part)
        marks.append(stream.marks)
    from scipy.sparse import vstack

    return Counts(vstack(parts).tocsr(), np.concatenate(marks))


@dataclass(frozen=True, slots=True)
class Space:
    """How counts become vectors: `spread` a bucket, in whole steps of SPREAD_STEP."""

    spread: NDArray[np.uint8]

    @classmethod
    def of(cls, counts: Counts, kept: NDArray[np.bool_] | None = None) -> Space:
        """Inverse document frequencies of the counted texts; what they never held counts
        nothing, not even towards a text's length. With `kept`, nor do other grams than these."""
        texts = counts.grams.shape[0]
        often = np.bincount(counts.grams.indices, minlength=BUCKETS)
        if kept is not None:
            often *= kept
        idf = np.where(often > 0, np.log((1 + texts) / (1 + often)) + 1, 0.0)
        for gram in GRAMS:
            for place, scale in zip(gram.ranges(), (gram.scale, gram.english_scale), strict=True):
                idf[place] *= scale
        spread = np.maximum(np.rint(idf / SPREAD_STEP), often > 0).astype(np.uint8)
        return cls(spread)

    def vectors(self, counts: Counts) -> Any:
        """The vectors to fit: unit gram vector beside scaled marks."""
        value = self.spread.astype(np.float64) * SPREAD_STEP
        square = counts.grams @ (value**2)
        unit = diags(1 / np.maximum(np.sqrt(square), 1e-6)) @ counts.grams @ diags(value)
        return hstack([unit, csr_matrix(counts.marks * MARK_SCALE)]).tocsr()


def balance(classes: NDArray[Any], number: int, weight: Floats, power: float) -> Floats:
    """Rarer classes weigh more: by a power of their rarity."""
    mass = np.bincount(classes, weights=weight, minlength=number)
    factor = (mass.max() / np.maximum(mass, 1e-9)) ** power
    out: Floats = weight * np.minimum(factor, 12.0)[classes]
    return out


def fit(
    vectors: Any,
    classes: NDArray[Any],
    number: int,
    weight: Floats | None = None,
    power: float = POWER,
    slack: float = SLACK,
) -> tuple[Floats, Floats]:
    """Coefficients (columns x classes) and intercepts, one class against the rest."""
    given = np.ones(len(classes)) if weight is None else weight
    used = np.flatnonzero(np.bincount(vectors.indices, minlength=vectors.shape[1]))
    dense = vectors[:, used]
    coefficients = np.zeros((vectors.shape[1], number))
    intercepts = np.full(number, -1.0)
    sample = balance(classes, number, given, power)
    for index in range(number):
        target = np.where(classes == index, 1, -1)
        if (target == 1).any() and (target == -1).any():
            machine = LinearSVC(C=slack, random_state=0, tol=1e-3)
            machine.fit(dense, target, sample_weight=sample)
            coefficients[used, index] = machine.coef_[0]
            intercepts[index] = machine.intercept_[0]
    return coefficients, intercepts


def fit_one(
    vectors: Any, target: NDArray[np.bool_], weight: Floats, slack: float
) -> tuple[Floats, float]:
    """One direction and its intercept: `target` against the others, as far as they have a
    `weight`. Nought where those that have one are all alike."""
    chosen = np.flatnonzero(weight)
    coefficients = np.zeros(vectors.shape[1])
    if len(np.unique(target[chosen])) < 2:
        return coefficients, 0.0
    rows = vectors[chosen]
    used = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]))
    machine = LinearSVC(C=slack, random_state=0, tol=1e-3)
    machine.fit(rows[:, used], target[chosen], sample_weight=weight[chosen])
    coefficients[used] = machine.coef_[0]
    return coefficients, float(machine.intercept_[0])


def platt(scores: Floats, target: NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """Slope and offset that make log-odds of `scores` (Platt, 1999). Where all are alike: the
    log-odds of as many examples as there are, and no slope."""
    if len(np.unique(target)) < 2:
        sure = float(np.log(len(target) + 2))
        return 0.0, sure if target.any() else -sure
    found = LogisticRegression(C=1e4, max_iter=1000).fit(scores[:, None], target, weight)
    return float(found.coef_[0, 0]), float(found.intercept_[0])


def settle(
    vectors: Any,
    allowed: NDArray[np.bool_],
    weight: Floats,
    power: float,
    slack: float,
    rounds: int = 2,
) -> NDArray[np.int64]:
    """One class for each example out of its allowed ones: fitted on those that have one, then
    on all, until settled."""
    number = allowed.shape[1]
    sure = allowed.sum(axis=1) == 1
    classes = allowed.argmax(axis=1)
    known = sure
    for _ in range(rounds):
        coefficients, intercepts = fit(
            vectors[known], classes[known], number, weight[known], power, slack
        )
        scores = vectors @ coefficients + intercepts
        classes = np.where(allowed, scores, -np.inf).argmax(axis=1)
        known = np.ones_like(sure)
    return np.asarray(classes, np.int64)


def calibrate(scores: Floats, allowed: NDArray[np.bool_], weight: Floats) -> tuple[Floats, Floats]:
    """The matrix and offsets that turn out-of-fold scores into log-probabilities: the smallest
    log-loss of the allowed classes, held near a single temperature. `scores` may have further
    columns behind those of the classes; each is free to help any class."""
    given, number = scores.shape[1], allowed.shape[1]
    prior = 4.0
    weight = weight / weight.mean()

    def loss(flat: Floats) -> tuple[float, Floats]:
        matrix, offset = flat[: given * number].reshape(given, number), flat[given * number :]
        logits = scores @ matrix + offset
        logits -= logits.max(axis=1, keepdims=True)
        power = np.exp(logits)
        chance = power / power.sum(axis=1, keepdims=True)
        good = chance * allowed
        total = np.maximum(good.sum(axis=1, keepdims=True), 1e-12)
        step = (chance - good / total) * weight[:, None]
        pull = matrix.copy()
        pull[:number] -= np.diag(np.full(number, np.diag(matrix[:number]).mean()))
        pull[number:] *= 0.2
        value = -(weight * np.log(total[:, 0])).sum() + prior * (pull**2).sum() + (offset**2).sum()
        slope = scores.T @ step + 2 * prior * pull
        return float(value), np.concatenate((slope.ravel(), step.sum(axis=0) + 2 * offset))

    start = np.concatenate(((np.eye(given, number) * 3).ravel(), np.zeros(number)))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return best[: given * number].reshape(given, number), best[given * number :]


def rounded(
    coefficients: Floats,
    intercepts: Floats,
    classes: Sequence[str],
    spaces: Sequence[Space],
    tables: FoldTables,
    reads: Sequence[int] | None = None,
) -> Weights:
    """The weights to ship: gram weights in 255 steps a class. `reads` says for each class in
    which of the one or two `spaces` its coefficients were fitted (None: all in the first)."""
    spread = np.column_stack([space.spread for space in (spaces[0], spaces[-1])])
    space_of = np.array(reads or [0] * len(classes))
    grams = coefficients[:BUCKETS] * (spread.astype(np.float64) * SPREAD_STEP)[:, space_of]
    steps = np.maximum(np.abs(grams).max(axis=0) / 127, 1e-9)
    whole = (np.rint(grams / steps) + 128).astype(np.uint8)
    marks = (coefficients[BUCKETS:] * MARK_SCALE).astype(np.float32)
    digest = hashlib.blake2b(whole.tobytes() + marks.tobytes() + spread.tobytes(), digest_size=4)
    if len(marks) != len(MARKS):
        raise ValueError("coefficients and marks do not fit together")
    return Weights(
        version=f"messages-{digest.hexdigest()}",
        classes=tuple(classes),
        grams=whole[used_buckets(spread)],
        steps=steps.astype(np.float32),
        spread=spread,
        spread_step=SPREAD_STEP,
        reads=space_of,
        marks=marks,
        bias=intercepts.astype(np.float32),
        fold=tables,
    )
