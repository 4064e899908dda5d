"""Figures of a fitted model: F1 by class, false alarms, calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.label import LABELS
from notmyloan.screen.training.corpora import SPAM, UNWANTED, WANTED, Example, allowed_matrix

Floats = NDArray[np.float64]


def f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """F1 of one class; 0 where nothing was right."""
    both = int((truth & said).sum())
    return 2 * both / max(int(truth.sum()) + int(said.sum()), 1)


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """Mean F1 of the classes that occur in the truth."""
    return float(np.mean([f1(truth == c, said == c) for c in np.unique(truth)]))


def calibration_error(confidence: Floats, right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error over equal-width bins of confidence."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        inside = place == b
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return float(total)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one source's held-back examples gave, by name."""

    source: str
    count: int
    values: dict[str, float]


def figures(source: str, examples: Sequence[Example], chances: Floats) -> Figures:
    """The figures that make sense for a source's labels."""
    allowed = allowed_matrix(examples)
    said = chances.argmax(axis=1)
    right = allowed[np.arange(len(said)), said]
    values = {"accuracy": float(right.mean())}
    spam = np.array([label in SPAM for label in LABELS])
    bad = np.array([label in UNWANTED for label in LABELS])
    wanted = np.array([e.allowed <= WANTED for e in examples])
    if source in ("zh-spam-10k", "uci-sms-spam"):
        truth = np.array([e.own_label == "spam" for e in examples])
        values["spam F1"] = f1(truth, spam[said])
        chance = chances[:, spam].sum(axis=1)
        values["spam F1 (sum)"] = f1(truth, chance > 0.5)
        sure = np.maximum(chance, 1 - chance)
        values["spam ECE"] = calibration_error(sure, (chance > 0.5) == truth)
    else:
        single = allowed.sum(axis=1) == 1
        truth_class = allowed.argmax(axis=1)
        values["macro F1"] = macro_f1(truth_class[single], said[single])
        loan = LABELS.index(next(x for x in LABELS if x.value == "loan_solicitation"))
        known = single | ~allowed[:, loan]
        values["loan F1"] = f1(truth_class[known] == loan, said[known] == loan)
        values["ECE"] = calibration_error(chances.max(axis=1)[single], right[single])
    unwanted = np.array([e.allowed <= UNWANTED for e in examples])
    if wanted.any():
        values["false alarms"] = float(bad[said][wanted].mean())
    if unwanted.any():
        values["missed"] = float((~bad)[said][unwanted].mean())
    return Figures(source, len(examples), values)
