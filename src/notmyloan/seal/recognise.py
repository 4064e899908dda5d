"""Which kind of paper a rectified picture shows, and which way up: by where things stand on it.

Portrait, emblem, number, machine-readable zone, table and chip have their places (see
`keepout.py`); a score says how well the marks found agree with each kind. Text recognition is an
aid only, passed in by the caller, for what the places leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.corners import opencv
from notmyloan.seal.kinds import Kind
from notmyloan.seal.layout import Pixels

Reader = Callable[[Pixels], Sequence[str]]
"""Recognises the text of a picture (rows x columns x 3), line by line."""

SURE = 0.55  # a kind with a lower score is not named
_WIDE, _HIGH = 480, 303
# Words that stand on one kind only, in the order in which they decide.
_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.TEMPORARY_ID, ("临时居民身份证", "临时身份证")),
    (Kind.PASSPORT, ("护照", "PASSPORT", "P<CHN")),
    (Kind.HOUSEHOLD, ("常住人口", "户主", "户口")),
    (Kind.ID_FRONT, ("公民身份号码", "公民身份")),
    (Kind.ID_BACK, ("居民身份证", "签发机关", "有效期限")),
    (Kind.BANK_CARD, ("银联", "UnionPay", "VALID THRU", "储蓄卡", "信用卡", "借记卡")),
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """`turned`: it stands on its head. `sure`: 0 to 1, a score and no probability."""

    kind: Kind
    turned: bool
    sure: float


def recognise(pixels: Pixels, read: Reader | None = None) -> Recognised:
    """The kind of a rectified paper whose long side is level; PAGE when it is none of the known.

    `read` is asked only where the places of things leave the kind open.
    """
    ways = [_scores(_Marks(pixels)), _scores(_Marks(pixels[::-1, ::-1]))]
    best = max(
        (Recognised(kind, bool(turned), sure) for turned in (0, 1)
         for kind, sure in ways[turned].items()),
        key=lambda r: r.sure,
    )  # fmt: skip
    if read is not None and best.sure < 0.8:
        for turned in (best.turned, not best.turned):
            words = " ".join(read(pixels[::-1, ::-1] if turned else pixels))
            kind = _by_words(words)
            if kind is not None:
                return Recognised(kind, turned, max(ways[turned][kind], 0.8))
    if best.sure < SURE:
        return Recognised(Kind.PAGE, False, 1 - best.sure)
    return best


def _by_words(words: str) -> Kind | None:
    if "签发机关" in words and "公民身份" in words:
        return Kind.TEMPORARY_ID
    for kind, signs in _WORDS:
        if any(sign in words for sign in signs):
            return kind
    return None


class _Marks:
    """What stands out on the paper, in pictures of one small size."""

    def __init__(self, pixels: Pixels) -> None:
        cv2 = opencv()
        self.small = cv2.resize(
            np.ascontiguousarray(pixels), (_WIDE, _HIGH), interpolation=cv2.INTER_AREA
        )
        lab = cv2.cvtColor(self.small, cv2.COLOR_RGB2LAB).astype(np.int16)
        inner = lab[12:-12, 12:-12].reshape(-1, 3)
        self.ground = np.median(inner, axis=0)
        grey = np.ascontiguousarray(lab[..., 0].astype(np.uint8))
        # Thin strokes against what surrounds them: text, dark or light.
        kernel = np.ones((13, 13), np.uint8)
        dark = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel)
        light = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
        self.dark: NDArray[Any] = dark > 40
        self.light: NDArray[Any] = light > 40
        # What differs from the ground over more than a stroke's width.
        away = (np.abs(lab - self.ground).max(axis=2) > 28).astype(np.uint8)
        self.blobs = cv2.morphologyEx(away, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
        self.lightness = lab[..., 0]
        self.red = (lab[..., 1] - 128 > 24) & (lab[..., 1] - 128 > np.abs(lab[..., 2] - 128) * 0.7)
        self.lines = self._lines(cv2, grey)

    def _lines(self, cv2: Any, grey: NDArray[np.uint8]) -> tuple[int, int]:
        """How many long level and upright lines are drawn (a table)."""
        strokes = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((5, 5), np.uint8))
        strokes = (strokes > 14).astype(np.uint8)
        strokes = cv2.dilate(strokes, np.ones((2, 2), np.uint8))
        level = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, np.ones((1, _WIDE // 5), np.uint8))
        upright = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, np.ones((_HIGH // 5, 1), np.uint8))
        drawn = cv2.dilate(level | upright, np.ones((7, 7), np.uint8)) > 0
        self.letters: NDArray[Any] = self.dark & ~drawn
        rows = level[12:-12].any(axis=1).astype(np.int8)
        columns = upright[:, 12:-12].any(axis=0).astype(np.int8)
        return int((np.diff(rows) > 0).sum()), int((np.diff(columns) > 0).sum())

    def share(self, mask: NDArray[Any], x0: float, y0: float, x1: float, y1: float) -> float:
        """How much of a part of the paper is marked."""
        part = mask[int(y0 * _HIGH) : int(y1 * _HIGH), int(x0 * _WIDE) : int(x1 * _WIDE)]
        return float(part.mean())

    def row(self, mask: NDArray[Any], x0: float, y0: float, x1: float, y1: float) -> float:
        """How much of a line of text's length shows letters."""
        part = mask[int(y0 * _HIGH) : int(y1 * _HIGH), int(x0 * _WIDE) : int(x1 * _WIDE)]
        bins = np.array_split(part.any(axis=0), max(int((x1 - x0) * 34), 3))
        return float(np.mean([b.any() for b in bins]))


def _scores(m: _Marks) -> dict[Kind, float]:
    """How well the marks agree with each kind, 0 to 1."""
    right = _high(m.share(m.blobs, 0.64, 0.14, 0.94, 0.68), 0.12, 0.4)
    left_empty = _low(m.share(m.blobs, 0.04, 0.05, 0.56, 0.8), 0.02, 0.12)
    pale = _high(float(m.ground[0]), 120, 165) * _low(
        float(np.abs(m.ground[1:] - 128).max()), 22, 40
    )
    words = _high(m.row(m.dark, 0.06, 0.2, 0.4, 0.32), 0.25, 0.5)
    low_row = _high(m.row(m.dark, 0.35, 0.83, 0.92, 0.94), 0.6, 0.9)
    empty = _low(m.share(m.dark, 0.1, 0.72, 0.6, 0.82), 0.01, 0.05)
    mid_row = _high(m.row(m.dark, 0.31, 0.66, 0.74, 0.77), 0.6, 0.9)
    issuer = _high(m.row(m.dark, 0.08, 0.78, 0.45, 0.86), 0.4, 0.75)
    emblem = _high(m.share(m.blobs, 0.07, 0.1, 0.22, 0.38), 0.25, 0.55)
    red = _high(m.share(m.red, 0.07, 0.1, 0.22, 0.38), 0.15, 0.4)
    title = _high(m.share(m.dark | (m.lightness < 90), 0.3, 0.08, 0.9, 0.46), 0.05, 0.11)
    right_empty = _low(m.share(m.blobs, 0.64, 0.5, 0.96, 0.96), 0.03, 0.15)
    date = _high(m.row(m.dark, 0.42, 0.82, 0.72, 0.93), 0.6, 0.9)
    portrait = _high(m.share(m.blobs, 0.05, 0.2, 0.29, 0.68), 0.15, 0.4)
    zone = min(
        _high(m.row(m.dark, 0.04, 0.79, 0.96, 0.88), 0.75, 0.95),
        _high(m.row(m.dark, 0.04, 0.88, 0.96, 0.97), 0.75, 0.95),
    )
    level, upright = m.lines
    vivid = max(
        _high(float(np.abs(m.ground[1:] - 128).max()), 14, 30), _low(float(m.ground[0]), 90, 150)
    )
    number = max(_high(m.row(mask, 0.1, 0.5, 0.66, 0.66), 0.55, 0.85) for mask in (m.dark, m.light))
    chip = _high(m.share(m.blobs, 0.09, 0.3, 0.2, 0.47), 0.3, 0.7)
    # A table has no up or down of its own: the heading above it and the seal at its foot have.
    upright_table = max(
        _high(m.row(m.letters, 0.36, 0.03, 0.62, 0.115), 0.4, 0.8),
        _high(m.share(m.red, 0.55, 0.7, 0.98, 0.99), 0.008, 0.03),
    )
    calm = _low(m.share(m.dark | m.light, 0.0, 0.0, 1.0, 1.0), 0.11, 0.16)  # no cloth, no wood
    front = _all(right, left_empty, pale, words)
    return {
        Kind.ID_FRONT: _all(front, low_row, empty),
        Kind.TEMPORARY_ID: _all(front, mid_row, issuer),
        Kind.ID_BACK: _all(max(emblem, 0.9 * red), title, right_empty, date, pale),
        Kind.PASSPORT: _all(portrait, zone),
        Kind.HOUSEHOLD: _all(_high(level, 3, 6), _high(upright, 1, 3), 0.6 + 0.4 * upright_table),
        Kind.BANK_CARD: _all(vivid, number, max(chip, 0.6), calm),
    }


def _high(value: float, none: float, full: float) -> float:
    """0 up to `none`, 1 from `full` on."""
    return min(max((value - none) / (full - none), 0.0), 1.0)


def _low(value: float, full: float, none: float) -> float:
    return 1 - _high(value, full, none)


def _all(*parts: float) -> float:
    """All must hold: the mean, pulled down by the worst."""
    return 0.5 * min(parts) + 0.5 * sum(parts) / len(parts)
