"""The message model: calibrated probabilities of the ten labels for a batch of texts.

A linear model over hashed grams (`features`) and structural marks (`stream`). A text's score
for a label is

    sum of its grams' weights / length of its gram vector + its marks' weights + bias

and the probabilities are the softmax of the scores. Because the scores are sums, the reasons
(`explain`) are their summands: what explains is what scored.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.finding import Reason
from notmyloan.model.label import LABELS, Judgement, Label
from notmyloan.screen.features import BUCKETS, FOLDED, PLAIN, distinct, folded, plain
from notmyloan.screen.fold import FoldTables
from notmyloan.screen.sender import SENDER_WEIGHTS, Sender, sender_of
from notmyloan.screen.stream import MARKS, Stream, Streamer

Floats = NDArray[np.float64]

WEIGHTS: Final = "messages.npz"
# The columns of the weights: the ten labels' scores, then the two log-odds of the expert for
# free writing: that a text is unwanted, and that it is of its register at all.
CLASSES: Final = (*(label.value for label in LABELS), "unwanted", "free_writing")
_UNWANTED: Final = np.array(
    [
        label
        not in (
            Label.VERIFICATION_CODE,
            Label.DUNNING,
            Label.TRANSACTIONAL,
            Label.PERSONAL,
        )
        for label in LABELS
    ]
)
_WANTED: Final = ~_UNWANTED & np.array([label is not Label.DUNNING for label in LABELS])
# So many texts at once keep the gathered rows inside the processor's cache.
BATCH: Final = 384
# Three 21-bit lanes in each 64-bit word: the largest text cannot overflow one.
_LANE: Final = 21
_PER_WORD: Final = 3
_LANE_MASK: Final = np.uint64((1 << _LANE) - 1)
_HALF: Final = np.uint64((1 << 32) - 1)
_ZERO: Final = 128  # a weight of nought, as stored
_BLOCK: Final = 1 << 13  # rows


def used_buckets(spread: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The buckets that a gram with a weight falls into, in order."""
    return np.flatnonzero(spread[:, 0] | spread[:, 1])


@dataclass(frozen=True, slots=True)
class Weights:
    """What training leaves. `spread` (BUCKETS x 2, uint8) times `spread_step` is a gram's part in
    the length of its vector, and `reads` which of the two lengths each class is divided by;
    `grams` (a row for each bucket with any spread, in order, x classes, uint8, nought at 128)
    times `steps` are the grams' weights; `marks` and `bias` as they are; `classes` the names in
    order."""

    version: str
    classes: tuple[str, ...]
    grams: NDArray[np.uint8]
    steps: NDArray[np.float32]
    spread: NDArray[np.uint8]
    spread_step: float
    reads: NDArray[np.int64]
    marks: NDArray[np.float32]
    bias: NDArray[np.float32]
    fold: FoldTables

    def save(self) -> bytes:
        """The weights as the bytes of a file: the same weights give the same bytes."""
        arrays = {
            "version": np.array(self.version),
            "classes": np.array(self.classes),
            "mark_names": np.array(MARKS),
            "steps": self.steps,
            "spread": self.spread,
            "reads": self.reads,
            "spread_step": np.array(self.spread_step),
            "marks": self.marks,
            "bias": self.bias,
            **self.fold.arrays(),
        }
        arrays["grams"] = self.grams
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, array in arrays.items():
                member = io.BytesIO()
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
                info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, member.getvalue())
        return out.getvalue()

    @classmethod
    def load(cls, data: bytes) -> Weights:
        """The weights back. Raises ValueError where the file belongs to other features."""
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if tuple(arrays["mark_names"]) != MARKS or len(arrays["spread"]) != BUCKETS:
            raise ValueError("these weights were trained for other features: train again")
        return cls(
            version=str(arrays["version"]),
            classes=tuple(str(c) for c in arrays["classes"]),
            grams=arrays["grams"],
            steps=arrays["steps"],
            spread=arrays["spread"],
            spread_step=float(arrays["spread_step"]),
            reads=arrays["reads"],
            marks=arrays["marks"],
            bias=arrays["bias"],
            fold=FoldTables.of(arrays),
        )


def softmax(scores: Floats) -> Floats:
    """Probabilities from scores, row by row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    out: Floats = powers / powers.sum(axis=1, keepdims=True)
    return out


def joined(scores: Floats) -> Floats:
    """Log-probabilities of the ten labels from the columns of CLASSES.

    A mixture of two experts (Jacobs and others, 1991): the second tells only unwanted from
    wanted, so it moves probability between these two sides and leaves the odds within each.
    """
    chance = softmax(scores[:, : len(LABELS)])
    told, register = (1 / (1 + np.exp(-np.clip(scores[:, -2:], -40, 40)))).T
    bad, good = chance @ _UNWANTED, chance @ _WANTED
    both = np.maximum(bad + good, 1e-300)
    side = register * told + (1 - register) * bad / both
    out = chance.copy()
    out[:, _UNWANTED] *= (side * both / np.maximum(bad, 1e-300))[:, None]
    out[:, _WANTED] *= ((1 - side) * both / np.maximum(good, 1e-300))[:, None]
    logs: Floats = np.log(np.maximum(out, 1e-30))
    return logs


class LinearModel:
    """Scores texts with `weights`, for whatever classes these were trained."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._streamer = Streamer(weights.fold)
        self._row, self._table = self._packed(weights)
        self._steps = weights.steps.astype(np.float64)
        self._marks = weights.marks.astype(np.float64)
        self._bias = weights.bias.astype(np.float64)

    @staticmethod
    def _packed(weights: Weights) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
        """The row of each bucket, and the rows; row 0 is that of all buckets without weights."""
        count = len(weights.classes)
        words = -(-count // _PER_WORD) + 1
        used = used_buckets(weights.spread)
        row = np.zeros(len(weights.spread), np.int32)
        row[used] = np.arange(1, len(used) + 1, dtype=np.int32)
        # Row by row as `grams` lies in memory, lane by lane inside a block that the cache holds.
        table = np.empty((len(used) + 1, words), np.uint64)
        table[0] = 0
        for lane in range(count):
            table[0, lane // _PER_WORD] |= np.uint64(_ZERO << (_LANE * (lane % _PER_WORD)))
        for begin in range(0, len(used), _BLOCK):
            lanes = weights.grams[begin : begin + _BLOCK].T.astype(np.uint64)
            block = table[1 + begin : 1 + begin + lanes.shape[1]]
            for word in range(words - 1):
                packed = lanes[word * _PER_WORD].copy()
                for step in range(1, min(_PER_WORD, count - word * _PER_WORD)):
                    packed |= lanes[word * _PER_WORD + step] << np.uint64(_LANE * step)
                block[:, word] = packed
            # The last word sums both squared lengths.
            wide = weights.spread[used[begin : begin + _BLOCK]].astype(np.uint64)
            wide *= wide
            block[:, -1] = wide[:, 0] | wide[:, 1] << np.uint64(32)
        return row, table

    def scores(self, texts: Sequence[str]) -> Floats:
        """One row of scores a text."""
        out = np.empty((len(texts), len(self.weights.classes)))
        for begin in range(0, len(texts), BATCH):
            part = texts[begin : begin + BATCH]
            out[begin : begin + len(part)] = self._scores(self._streamer.stream(part))
        return out

    def _scores(self, stream: Stream) -> Floats:
        found, begin = distinct(stream, self.weights.fold.sounds)
        sums, length = self._sums(found, begin)
        return sums * self._steps / length + stream.marks @ self._marks + self._bias

    def _sums(self, found: NDArray[np.int32], begin: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Integer sums of the weights, and for each class the length of the gram vector it
        reads, text by text."""
        rows = self._table.take(self._row.take(found), axis=0)
        size = np.diff(np.append(begin, len(found)))
        count = len(self.weights.classes)
        sums = np.empty((len(begin), count))
        for word in range(rows.shape[1]):
            total = np.add.reduceat(rows[:, word], begin)
            if word == rows.shape[1] - 1:
                halves = np.stack((total & _HALF, total >> np.uint64(32)), axis=1)
                length = np.sqrt(halves.astype(np.float64)) * self.weights.spread_step
                break
            for lane in range(min(_PER_WORD, count - word * _PER_WORD)):
                part = (total >> np.uint64(_LANE * lane)) & _LANE_MASK
                sums[:, word * _PER_WORD + lane] = part
        sums -= (_ZERO * size)[:, None]
        return sums, np.maximum(length, 1e-6)[:, self.weights.reads]

    def parts(self, text: str) -> tuple[Stream, Floats, Floats, Floats]:
        """The summands of one text's score: its stream, what each code of it gave (a gram's
        weight is shared evenly among its codes and places), what each mark gave, and the bias."""
        stream = self._streamer.stream([text])
        sounds = self.weights.fold.sounds
        _, length = self._sums(*distinct(stream, sounds))
        by_code = np.zeros((len(stream.codes), len(self.weights.classes)))
        # A character of the source belongs to the code that it is in or follows.
        owner = np.searchsorted(stream.origin, np.arange(len(stream.plain)), side="right") - 1
        for found, kinds, code in (
            (folded(stream, sounds), FOLDED, np.arange(len(stream.codes))),
            (plain(stream), PLAIN, np.maximum(owner, 0)),
        ):
            row = self._row[found]
            weight = self.weights.grams[row - 1].astype(np.float64) - _ZERO
            weight = np.where(row[:, :, None] > 0, weight, 0.0) * self._steps
            often = np.bincount(found.ravel(), minlength=1)[found]
            weight /= often[:, :, None] * length[0]  # a length a class
            for column, gram in enumerate(kinds):
                share = weight[:, column] / gram.span
                for step in range(min(gram.span, len(share))):
                    np.add.at(by_code, code[step:], share[: len(share) - step])
        by_mark = stream.marks[0].astype(np.float64)[:, None] * self._marks
        return stream, by_code, by_mark, self._bias


class ScreenModel:
    """Judges messages. `parties`, where known, add what the sender's number form tells."""

    def __init__(self, weights: Weights) -> None:
        if weights.classes != CLASSES:
            raise ValueError("these weights are for other labels: train again")
        self._linear = LinearModel(weights)
        self._sender = np.array(
            [[SENDER_WEIGHTS[form].get(label, 0.0) for label in LABELS] for form in Sender]
        )

    @property
    def version(self) -> str:
        """Names the weights; a change of them changes it."""
        return self._linear.weights.version

    def judge(self, texts: Sequence[str], parties: Sequence[str] | None = None) -> list[Judgement]:
        """One judgement a text. Give texts by the hundred: a batch costs little more than one.

        `parties` are the senders, as long as `texts` (ValueError otherwise); an empty party
        tells nothing.
        """
        if parties is not None and len(parties) != len(texts):
            raise ValueError(f"{len(texts)} texts but {len(parties)} parties")
        if not texts:
            return []
        version = self.version
        return [
            Judgement(tuple(row), version) for row in self.probabilities(texts, parties).tolist()
        ]

    def probabilities(self, texts: Sequence[str], parties: Sequence[str] | None = None) -> Floats:
        """As `judge`, as an array of texts by labels."""
        return softmax(self.scores(texts, parties))

    def scores(self, texts: Sequence[str], parties: Sequence[str] | None = None) -> Floats:
        """The scores whose softmax the probabilities are: log-probabilities up to a constant."""
        scores = joined(self._linear.scores(texts))
        if parties is not None:
            order = list(Sender)
            scores += self._sender[[order.index(sender_of(p)) for p in parties]]
        return scores

    def explain(
        self, text: str, party: str | None = None, judgement: Judgement | None = None
    ) -> tuple[Reason, ...]:
        """Why the likeliest label and not the next: the strongest reasons, strongest first.

        Their weights are log-odds; with the last one, "other wording", they add up to the
        difference of the two labels' scores. With a `judgement` its label is explained (it may
        be an older model's), else this model's own.
        """
        from notmyloan.screen.explain import explain

        return explain(self, text, party, judgement)

    @property
    def linear(self) -> LinearModel:
        """The model of the wording alone."""
        return self._linear


@cache
def load_model() -> ScreenModel:
    """The model shipped with the package, loaded once."""
    data = files("notmyloan.screen").joinpath("weights", WEIGHTS).read_bytes()
    return ScreenModel(Weights.load(data))
