"""Finds the papers in a photo or scan, says what they are, and lays them flat.

An endorsement is drawn on the rectified paper, never on the photo: the copy then shows nothing of
the table, prints at its true size, and every copy of one paper has the same geometry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.errors import InputError, UsageError
from notmyloan.seal.corners import Corners, area, clockwise, opencv, refine, sides
from notmyloan.seal.kinds import DPI, MILLIMETRES, Kind, canonical_size
from notmyloan.seal.layout import Box, Pixels
from notmyloan.seal.quads import find_quads, overlap
from notmyloan.seal.recognise import SURE, Reader, recognise

_A4 = (8.27, 11.69)  # inches
_RADIUS = 3.18  # millimetres, of an ID-1 card's corners (ISO/IEC 7810)
_FRAME_SURE = 0.7  # with no edge to be seen, the marks must be clear
_FILLED_ASPECT = 0.02  # the same for one that shows a card to its very edges
_EVEN, _SAME = 9.0, 10.0  # of 255 in Lab: a paper's ground is even and goes on
_INNER = 0.25  # of the picture; less may be something on a card
_FRAME_ASPECT = 0.09  # how far from a card's a picture's may be that shows one card and no table


@dataclass(frozen=True, slots=True)
class Card:
    """One paper in a picture. `corners`: 4 x 2 pixels (x, y), from the paper's own upper left,
    clockwise, whichever way it lies. `sure`: the score of its kind, 0 to 1."""

    kind: Kind
    corners: Corners
    sure: float


def find_cards(pixels: Pixels, read: Reader | None = None) -> tuple[Card, ...]:
    """The papers of a known kind, in reading order; empty when there is none.

    Then the caller can ask for corners (`card_at`) or treat the whole page (`whole_page`). `read`
    recognises text, where it is at hand. Raises MissingExtraError without OpenCV.
    """
    found = []
    for quad in find_quads(pixels):
        named = _named(pixels, quad.corners, read)
        if named.kind is not Kind.PAGE:
            found.append((quad.support * named.sure, named))
    found.sort(key=lambda f: -f[0])
    cards: list[Card] = []
    for _, card in found:
        if all(overlap(card.corners, other.corners) < 0.4 for other in cards):
            cards.append(card)
    frame = _frame(pixels)
    if frame is not None:
        whole = _named(pixels, frame, read)
        fills = whole.kind is not Kind.PAGE and whole.sure >= _FRAME_SURE
        # A chip or a printed table on a paper that fills the picture is no paper of its own.
        if fills and all(_is_part(pixels, c.corners, whole.kind) for c in cards):
            cards = [whole]
    row = max(pixels.shape[0] // 8, 1)
    cards.sort(key=lambda c: (int(c.corners[:, 1].mean()) // row, float(c.corners[:, 0].mean())))
    return tuple(cards)


def need_cards(pixels: Pixels, name: str, read: Reader | None = None) -> tuple[Card, ...]:
    """As `find_cards`; raises InputError, naming the file `name`, when there is none."""
    cards = find_cards(pixels, read)
    if not cards:
        raise InputError("seal.card.none", name=name)
    return cards


def card_at(
    pixels: Pixels,
    corners: Sequence[tuple[float, float]],
    kind: Kind | None = None,
    read: Reader | None = None,
) -> Card:
    """The paper whose four corners (x, y, in pixels) a person marked, in any order, a few pixels
    off at most. `kind` where the person says it. Raises UsageError on impossible corners."""
    given = np.array(corners, np.float64)
    if given.shape != (4, 2) or not np.isfinite(given).all():
        raise UsageError("seal.card.corners")
    given = clockwise(given)
    length = sides(given)
    if length.min() < 16 or area(given) < 0.3 * length.max() * length.min():
        raise UsageError("seal.card.corners")
    moved = refine(pixels, given)
    if np.abs(moved - given).max() > 0.03 * length.max():
        moved = given
    named = _named(pixels, moved, read, kind)
    if kind is None or named.kind is kind:
        return named
    return Card(kind, moved, 1.0)


def whole_page(pixels: Pixels) -> Card:
    """The whole picture as one page."""
    high, wide = pixels.shape[:2]
    return Card(Kind.PAGE, _rectangle(wide, high), 1.0)


def rectify(pixels: Pixels, card: Card) -> Pixels:
    """The paper flat and upright, at 300 dpi (1011 x 638 for a card); a PAGE at the size it has
    in the picture."""
    cv2 = opencv()
    corners = card.corners
    length = sides(corners)
    if card.kind is Kind.PAGE:
        wide = round(float(max(length[0], length[2])))
        high = round(float(max(length[1], length[3])))
        if (wide, high) == (pixels.shape[1], pixels.shape[0]):
            return pixels.copy()
    else:
        wide, high = canonical_size(card.kind)
    shrink = float(max(length[0], length[2])) / wide
    if shrink > 1.4:  # a large photo: averaging first, or fine print breaks up
        corners = (corners + 0.5) / shrink - 0.5
        pixels = cv2.resize(
            pixels, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA
        )
    matrix = cv2.getPerspectiveTransform(
        corners.astype(np.float32), _rectangle(wide, high).astype(np.float32)
    )
    flat: Pixels = cv2.warpPerspective(
        pixels, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    if MILLIMETRES[card.kind] == MILLIMETRES[Kind.ID_FRONT]:
        _round_off(cv2, flat)
    return flat


def _round_off(cv2: Any, flat: Pixels) -> None:
    """Whitens what a card's round corners leave of the table, in place."""
    high, wide = flat.shape[:2]
    radius = round(_RADIUS / 25.4 * DPI)
    inside = np.zeros((high, wide), np.uint8)
    cv2.rectangle(inside, (radius, 0), (wide - 1 - radius, high - 1), 255, -1)
    cv2.rectangle(inside, (0, radius), (wide - 1, high - 1 - radius), 255, -1)
    for x in (radius, wide - 1 - radius):
        for y in (radius, high - 1 - radius):
            cv2.circle(inside, (x, y), radius, 255, -1, cv2.LINE_AA)
    for rows in (slice(0, radius), slice(high - radius, high)):
        share = inside[rows, :, None].astype(np.float32) / 255
        flat[rows] = np.rint(flat[rows] * share + 255 * (1 - share)).astype(np.uint8)


def homography(card: Card, size: tuple[int, int]) -> NDArray[np.float64]:
    """3 x 3: from the rectified paper of `size` (width, height) to the picture's pixels."""
    matrix = opencv().getPerspectiveTransform(
        _rectangle(*size).astype(np.float32), card.corners.astype(np.float32)
    )
    return np.asarray(matrix, np.float64)


def copy_page(papers: Sequence[Pixels], dpi: int = DPI) -> tuple[Pixels, tuple[Box, ...]]:
    """Several rectified papers (at 300 dpi) in true size on one white A4 page, one below the
    other, and where each lies. Raises UsageError when they do not fit."""
    cv2 = opencv()
    wide, high = round(_A4[0] * dpi), round(_A4[1] * dpi)
    page = np.full((high, wide, 3), 255, np.uint8)
    scaled = [
        paper if dpi == DPI else cv2.resize(
            paper, None, fx=dpi / DPI, fy=dpi / DPI, interpolation=cv2.INTER_AREA
        )
        for paper in papers
    ]  # fmt: skip
    spare = high - sum(p.shape[0] for p in scaled)
    if spare < 0 or any(p.shape[1] > wide for p in scaled):
        raise UsageError("seal.card.page", n=len(papers))
    gap = min(spare // (len(scaled) + 1), round(1.2 * dpi))
    y = gap
    places = []
    for paper in scaled:
        x = (wide - paper.shape[1]) // 2
        box = Box(x, y, x + paper.shape[1], y + paper.shape[0])
        page[box.top : box.bottom, box.left : box.right] = paper
        places.append(box)
        y = box.bottom + gap
    return page, tuple(places)


def _named(pixels: Pixels, corners: Corners, read: Reader | None, kind: Kind | None = None) -> Card:
    """The kind of the paper at `corners`, and the corners from its own upper left."""
    flat = rectify(pixels, Card(kind or Kind.ID_FRONT, corners, 0.0))
    known = recognise(flat, read)
    if known.turned:
        corners = np.roll(corners, -2, axis=0)
    return Card(known.kind, corners, known.sure)


def _frame(pixels: Pixels) -> Corners | None:
    """The picture's own edge, where a paper may fill it from side to side."""
    high, wide = pixels.shape[:2]
    aspect = max(wide, high) / min(wide, high)
    for kind in (Kind.ID_FRONT, Kind.PASSPORT, Kind.HOUSEHOLD):
        across, down = canonical_size(kind)
        if abs(aspect / (across / down) - 1) < _FRAME_ASPECT:
            return clockwise(_rectangle(wide, high))
    return None


def _is_part(pixels: Pixels, corners: Corners, kind: Kind) -> bool:
    """Whether what lies at the corners is printed on a paper of `kind` that fills the picture."""
    high, wide = pixels.shape[:2]
    across, down = canonical_size(kind)
    fits = abs(max(wide, high) / min(wide, high) / (across / down) - 1) < _FILLED_ASPECT
    if fits and kind is Kind.BANK_CARD and area(corners) < _INNER * high * wide:
        return True
    return _goes_on(pixels, corners)


def _goes_on(pixels: Pixels, corners: Corners) -> bool:
    """Whether what lies around the corners has the same ground as what lies within."""
    cv2 = opencv()
    scale = 300 / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    within = np.zeros(small.shape[:2], np.uint8)
    cv2.fillConvexPoly(within, np.rint(corners * scale).astype(np.int32), 1)
    around = cv2.dilate(within, np.ones((9, 9), np.uint8)) == 0
    if around.mean() < 0.02:
        return False
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    inner = lab[cv2.erode(within, np.ones((9, 9), np.uint8)) > 0]
    outer = lab[around]
    even = np.abs(outer - np.median(outer, axis=0)).mean() < _EVEN
    return bool(even and np.abs(np.median(inner, axis=0) - np.median(outer, axis=0)).max() < _SAME)


def _rectangle(wide: int, high: int) -> Corners:
    return np.array(
        [(-0.5, -0.5), (wide - 0.5, -0.5), (wide - 0.5, high - 0.5), (-0.5, high - 0.5)]
    )


__all__ = [
    "SURE", "Card", "Corners", "Reader", "card_at", "copy_page", "find_cards", "homography",
    "need_cards", "rectify", "whole_page",
]  # fmt: skip
