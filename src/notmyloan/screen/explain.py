"""A judgement in words: the summands of a score, gathered into a few plain reasons.

Every reason's weight is a share of one sum, the likeliest label's score less the next one's;
what is not worth a sentence stays in the last reason, so that all of them add up to the sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.finding import Reason
from notmyloan.model.label import LABELS, Judgement
from notmyloan.model.text import Text
from notmyloan.screen.fold import CONTACT, LINK, NUMBER, SYLLABLE
from notmyloan.screen.model import joined
from notmyloan.screen.sender import Sender, sender_of
from notmyloan.screen.stream import MARKS, Stream

if TYPE_CHECKING:
    from notmyloan.screen.model import ScreenModel

Floats = NDArray[np.float64]

QUOTES: Final = 3
STEPS: Final = 64
# Log-odds below which a reason is not worth a sentence: it would not move 50 % to 57 %.
WORTH: Final = 0.3
_LONGEST: Final = 10
# Marks that a reader can check by looking. The others speak of shape and length.
_SAID: Final = frozenset(
    ["signature", "link", "short_link", "contact", "code", "amount", "disguise", "variants",
     "shouting", "exclaiming", "nameless"]
)  # fmt: skip
_HIDDEN: Final = "…"


def explain(
    model: ScreenModel, text: str, party: str | None, judgement: Judgement | None
) -> tuple[Reason, ...]:
    """The reasons for one text's label, strongest first, the remainder last."""
    parties = None if party is None else [party]
    scores = model.scores([text], parties)[0]
    first = LABELS.index(judgement.label) if judgement else int(scores.argmax())
    second = int(np.where(np.arange(len(LABELS)) == first, -np.inf, scores).argmax())
    total = float(scores[first] - scores[second])

    stream, by_code, by_mark, bias = model.linear.parts(text)
    pull = _pull(bias, model.linear.scores([text])[0], first, second)
    codes, marks = by_code @ pull, by_mark @ pull
    reasons = _quotes(stream, codes)
    for name, weight in zip(MARKS, marks.tolist(), strict=True):
        sign = name.removeprefix("english_")
        if sign in _SAID and abs(weight) >= WORTH:
            reasons.append(Reason(Text(f"screen.reason.{sign}"), weight))
    if party is not None:
        form = sender_of(party)
        alone = model.scores([text])[0]
        weight = total - float(alone[first] - alone[second])
        if form is not Sender.UNKNOWN and abs(weight) >= 0.1:
            reasons.append(Reason(Text(f"screen.reason.sender_{form}"), weight))
    reasons.sort(key=lambda reason: -abs(reason.weight or 0.0))
    rest = total - sum(reason.weight or 0.0 for reason in reasons)
    other = Text(
        "screen.reason.other_wording",
        other=Text(f"screen.label.{LABELS[second]}"),
    )
    return (*reasons, Reason(other, rest))


def _pull(begin: Floats, end: Floats, first: int, second: int) -> Floats:
    """How much one more of each linear score adds to the odds of `first` against `second`, on
    average between a text without wording and this one, so that the summands of the scores add
    up to the odds (integrated gradients: Sundararajan, Taly and Yan, 2017)."""
    count = len(end)
    step = 1e-4 * np.eye(count)
    at = begin + (np.arange(STEPS)[:, None] + 0.5) / STEPS * (end - begin)
    ahead = joined((at[:, None] + step).reshape(-1, count))
    behind = joined((at[:, None] - step).reshape(-1, count))
    rise = (ahead[:, first] - ahead[:, second]) - (behind[:, first] - behind[:, second])
    pull: Floats = rise.reshape(STEPS, count).mean(axis=0) / 2e-4
    return pull


def _quotes(stream: Stream, weights: Floats) -> list[Reason]:
    """The few runs of codes that speak loudest, quoted as they stand in the text."""
    left = weights[:-1].copy()  # without the END
    shown = _shown(stream)
    found: list[Reason] = []
    # Each code must beat the text's mean, else the loudest run would be the whole text.
    toll = max(float(left.mean()), 0.0) * 1.2 + 0.01 if left.size else 0.0
    for _ in range(QUOTES):
        span = _loudest(left - toll)
        if span is None:
            break
        begin, end = _whole_words(stream.codes, *span)
        if np.isneginf(left[begin:end]).any():
            begin, end = span
        weight = float(left[begin:end].sum())
        words = "".join(shown[begin:end]).replace(_HIDDEN * 2, _HIDDEN).strip()
        left[begin:end] = -np.inf
        if weight < WORTH:
            break
        if words.strip(_HIDDEN):
            found.append(Reason(Text("screen.reason.wording", words=words), weight))
    return found


def _loudest(weights: Floats) -> tuple[int, int] | None:
    """The run of at most ten codes with the largest sum, if any is above nought."""
    spoken_for = np.isneginf(weights)
    running = np.concatenate((np.zeros(1), np.cumsum(np.where(spoken_for, 0.0, weights))))
    shut: Floats = np.concatenate((np.zeros(1), np.cumsum(spoken_for)))
    best: tuple[float, int, int] = (0.0, 0, 0)
    for size in range(1, min(_LONGEST, len(weights)) + 1):
        sums = running[size:] - running[:-size]
        sums = np.where(shut[size:] - shut[:-size] > 0, -np.inf, sums)
        at = int(sums.argmax())
        if sums[at] > best[0]:
            best = (float(sums[at]), at, at + size)
    return (best[1], best[2]) if best[0] > 0 else None


def _is_letter(code: int) -> bool:
    return 97 <= code <= 122


def _whole_words(codes: NDArray[np.uint32], begin: int, end: int) -> tuple[int, int]:
    """The span widened to whole Latin words."""
    while begin > 0 and _is_letter(codes[begin]) and _is_letter(codes[begin - 1]):
        begin -= 1
    while end < len(codes) - 1 and _is_letter(codes[end - 1]) and _is_letter(codes[end]):
        end += 1
    return begin, end


def _shown(stream: Stream) -> list[str]:
    """What stands in the text for each code, up to the next one; numbers, links and contacts,
    with the letters that belong to them, are hidden: reasons must not repeat identifiers."""
    codes = stream.codes.tolist()
    origin = stream.origin.tolist()
    hidden = [NUMBER <= c < SYLLABLE or c in (CONTACT, LINK) for c in codes]
    for steps in (range(1, len(codes)), range(len(codes) - 2, -1, -1)):
        for i in steps:
            beside = i - 1 if steps.step > 0 else i + 1
            hidden[i] = hidden[i] or (hidden[beside] and _is_letter(codes[i]))
    return [
        _HIDDEN if hide else stream.source[begin : min(after, begin + 3)]
        for hide, begin, after in zip(hidden, origin, [*origin[1:], origin[-1] + 1], strict=True)
    ]
