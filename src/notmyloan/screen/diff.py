"""What judging again changed about one message."""

from __future__ import annotations

from dataclasses import dataclass

from notmyloan.model.finding import Reason
from notmyloan.model.label import LABELS, Judgement, Label
from notmyloan.model.record import Private
from notmyloan.model.text import Text

# Smaller shifts of a probability are noise of the calibration.
LEAST_SHIFT = 0.05


@dataclass(frozen=True, slots=True, repr=False)
class Shift(Private):
    """One label's probability before and after."""

    label: Label
    before: float
    after: float


@dataclass(frozen=True, slots=True, repr=False)
class Difference(Private):
    """A message whose likeliest label is another now. `shifts` are the labels that moved, the
    most moved first; `reasons` begin with those shifts in words."""

    before: Label
    after: Label
    shifts: tuple[Shift, ...]
    reasons: tuple[Reason, ...]


def difference(
    before: Judgement, after: Judgement, why: tuple[Reason, ...] = ()
) -> Difference | None:
    """The difference of two judgements of one message, or None where the label stayed.

    `why` explains the new judgement (the model's strongest features).
    """
    if before.label is after.label:
        return None
    shifts = [
        Shift(label, old, new)
        for label, old, new in zip(LABELS, before.probabilities, after.probabilities, strict=True)
        if abs(new - old) >= LEAST_SHIFT
    ]
    shifts.sort(key=lambda s: (-abs(s.after - s.before), LABELS.index(s.label)))
    said = tuple(
        Reason(
            Text(
                f"context.diff.{'up' if s.after > s.before else 'down'}",
                label=Text(f"screen.label.{s.label}"),
                before=round(s.before * 100),
                after=round(s.after * 100),
            )
        )
        for s in shifts[:2]
    )
    model = () if before.model == after.model else (
        Reason(Text("context.diff.model", before=before.model, after=after.model)),
    )  # fmt: skip
    return Difference(before.label, after.label, tuple(shifts), (*said, *model, *why))
