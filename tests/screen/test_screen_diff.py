"""The difference of two judgements."""

from __future__ import annotations

from collections.abc import Callable

from notmyloan.model.finding import Reason
from notmyloan.model.label import Judgement, Label
from notmyloan.model.text import Text
from notmyloan.screen.diff import difference


def test_same_label_is_no_difference(judged: Callable[[Label, float], Judgement]) -> None:
    assert difference(judged(Label.PERSONAL, 0.6), judged(Label.PERSONAL, 0.9)) is None


def test_tells_what_moved_and_passes_the_models_reasons_on(
    judged: Callable[[Label, float], Judgement],
) -> None:
    why = (Reason(Text("screen.reason.link"), 1.0),)
    moved = difference(judged(Label.MARKETING, 0.9), judged(Label.FRAUD, 0.8), why)
    assert moved is not None
    assert (moved.before, moved.after) == (Label.MARKETING, Label.FRAUD)
    assert [s.label for s in moved.shifts] == [Label.MARKETING, Label.FRAUD]
    assert moved.shifts[0].before == 0.9
    assert moved.reasons[-1] is why[0]
    assert [r.text.key for r in moved.reasons[:2]] == ["context.diff.down", "context.diff.up"]


def test_names_the_models_where_they_changed(judged: Callable[[Label, float], Judgement]) -> None:
    old = judged(Label.PERSONAL, 0.9)
    new = Judgement(judged(Label.FRAUD, 0.9).probabilities, "newer")
    moved = difference(old, new)
    assert moved is not None
    assert moved.reasons[-1].text.args == {"before": "test", "after": "newer"}
