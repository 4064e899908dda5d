"""Four-sided papers in a picture: candidates from colours and edges, then corners to the pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.corners import (
    Corners,
    Line,
    area,
    clockwise,
    is_shaped,
    meet,
    opencv,
    refine,
    refined,
)
from notmyloan.seal.layout import Pixels

_SIDE = 800  # pixels of the longer side of the picture that is searched
_LEAST_AREA = 0.012  # of the picture: a card on an A4 page has 0.07
_TRIED = 16
_GAIN = 0.08
_SUPPORT = 0.33  # less is texture


@dataclass(frozen=True, slots=True)
class Quad:
    """A candidate: `support` says how sure its weakest sides are edges, 0 to 1."""

    corners: Corners
    support: float


def find_quads(pixels: Pixels, most: int = 10) -> list[Quad]:
    """Up to `most` papers, best first; small ones may lie within large ones."""
    cv2 = opencv()
    scale = min(_SIDE / max(pixels.shape[:2]), 1.0)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    slopes = _slopes(cv2, lab)
    first = [(_support(slopes, corners), corners) for corners in _candidates(cv2, lab)]
    first.sort(key=lambda q: -q[0] * area(q[1]) ** 0.5)
    scored = []
    for support, corners in first[:_TRIED]:
        scored.append((support, corners))
        # A side that missed its edge, as where the table is of the paper's colour.
        for reach in (0.07, 0.03):
            moved = refined(cv2, small, corners, reach)
            if moved is None or not is_shaped(moved):
                break
            corners = moved
        better = _support(slopes, corners)
        if better > support + _GAIN:  # a little more may be a printed frame inside
            scored.append((better, corners))
    scored = [q for q in scored if q[0] >= _SUPPORT]
    scored.sort(key=lambda q: -q[0] * area(q[1]) ** 0.5)
    kept: list[Quad] = []
    for support, corners in scored:
        if any(_is_same(cv2, corners, other.corners) for other in kept):
            continue
        support, corners = _outermost(cv2, lab, support, corners, scored)
        if all(
            _common(cv2, corners, other.corners) < 0.55 * max(area(corners), area(other.corners))
            for other in kept
        ):
            kept.append(Quad(corners, support))
        if len(kept) == most:
            break
    back = 1 / scale
    return [Quad(refine(pixels, (q.corners + 0.5) * back - 0.5), q.support) for q in kept]


def _candidates(cv2: Any, lab: NDArray[np.uint8]) -> Iterator[Corners]:
    high, wide = lab.shape[:2]
    least = _LEAST_AREA * high * wide
    seen: list[Corners] = []
    for mask in _masks(cv2, lab):
        outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            if len(outline) < 4:
                continue
            hull = cv2.convexHull(outline)
            whole = cv2.contourArea(hull)
            if not least <= whole <= 0.985 * high * wide:
                continue
            for corners in _corners(cv2, hull, whole):
                if is_shaped(corners) and not any(
                    np.abs(corners - other).max() < 3 for other in seen
                ):
                    seen.append(corners)
                    yield corners
    for corners in _from_lines(cv2, lab, least):
        if is_shaped(corners) and not any(np.abs(corners - other).max() < 3 for other in seen):
            seen.append(corners)
            yield corners


def _masks(cv2: Any, lab: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Black and white pictures whose outlines may be papers."""
    near = np.ones((3, 3), np.uint8)
    for blur in (5, 13):
        soft = cv2.medianBlur(lab, blur)
        # What differs from the table, whose colour is the frame's.
        edge = np.concatenate(
            [soft[:8].reshape(-1, 3), soft[-8:].reshape(-1, 3),
             soft[:, :8].reshape(-1, 3), soft[:, -8:].reshape(-1, 3)]
        )  # fmt: skip
        away = np.abs(soft.astype(np.int16) - np.median(edge, axis=0)).max(axis=2)
        away = np.clip(away * 3, 0, 255).astype(np.uint8)
        level, mask = cv2.threshold(away, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        yield cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
        _, mask = cv2.threshold(away, level * 0.5, 255, cv2.THRESH_BINARY)
        yield cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        for plane in range(3):
            band = soft[..., plane]
            spread = float(band.std())
            if spread < 1.5:
                continue
            if plane:
                band = cv2.normalize(band, None, 0, 255, cv2.NORM_MINMAX)
            for low in (9, 24, 60):
                lines = cv2.Canny(band, low, low * 2.5)
                yield cv2.dilate(lines, near)
            _, mask = cv2.threshold(band, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
            yield mask
            yield 255 - mask


def _corners(cv2: Any, hull: NDArray[Any], whole: float) -> Iterator[Corners]:
    """Quadrilaterals that fill the hull: by simplifying it, and by its four extreme sides."""
    length = cv2.arcLength(hull, True)
    for tolerance in (0.02, 0.035, 0.05, 0.07):
        simple = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(simple) == 4:
            corners = clockwise(simple.reshape(4, 2).astype(np.float64))
            if area(corners) > 0.88 * whole:
                yield corners
                break
    box = cv2.boxPoints(cv2.minAreaRect(hull)).astype(np.float64)
    if whole > 0.85 * area(box):
        yield clockwise(box)


def _from_lines(cv2: Any, lab: NDArray[np.uint8], least: float) -> Iterator[Corners]:
    """Quadrilaterals of long straight edges, for papers whose outline is broken."""
    soft = cv2.GaussianBlur(lab, (0, 0), 1.8)
    edges = np.zeros(lab.shape[:2], np.uint8)
    for plane in range(3):
        edges |= cv2.Canny(np.ascontiguousarray(soft[..., plane]), 7, 20)
    shortest = 0.09 * max(lab.shape[:2])
    found = cv2.HoughLinesP(edges, 1, np.pi / 360, 40, minLineLength=shortest, maxLineGap=14)
    if found is None:
        return
    segments = sorted(
        found.reshape(-1, 4).astype(np.float64), key=lambda s: -np.hypot(s[2] - s[0], s[3] - s[1])
    )
    lines: list[Line] = []  # angle, distance from the origin
    for x0, y0, x1, y1 in segments:
        angle = np.arctan2(y1 - y0, x1 - x0) + np.pi / 2
        away = x0 * np.cos(angle) + y0 * np.sin(angle)
        if angle < 0:
            angle, away = angle + np.pi, -away
        if angle >= np.pi:
            angle, away = angle - np.pi, -away
        if all(_apart(angle, away, *other) for other in lines):
            lines.append((angle, away))
        if len(lines) == 20:
            break
    pairs = [
        (a, b) for a, b in combinations(lines, 2)
        if _turn(a[0], b[0]) < 0.26 and abs(_beside(a, b)) > 25
    ]  # fmt: skip
    for (a, b), (c, d) in combinations(pairs[:40], 2):
        if _turn(a[0], c[0]) < 1.2:
            continue
        points = [meet(p, q) for p, q in ((a, c), (a, d), (b, d), (b, c))]
        if any(p is None for p in points):
            continue
        corners = clockwise(np.array(points, np.float64))
        limit = np.array(lab.shape[1::-1])
        if (corners < -8).any() or (corners > limit + 8).any() or area(corners) < least:
            continue
        yield corners


def _slopes(cv2: Any, lab: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How steeply the colours change to the right and downwards, rows x columns x 3."""
    soft = cv2.GaussianBlur(lab.astype(np.float32), (0, 0), 1.2)
    return (
        cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) / 8,
        cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3) / 8,
    )


def _support(slopes: tuple[NDArray[np.float32], NDArray[np.float32]], corners: Corners) -> float:
    """How sure the sides are edges, 0 to 1: the same change of colour all along each of them.

    The weakest sides count most; texture changes colour here and there, in all directions.
    """
    across, down = slopes
    high, wide = across.shape[:2]
    along = np.linspace(0.07, 0.93, 48)
    sure = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        way = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
        normal = np.array([-way[1], way[0]], np.float32)
        points = start + along[:, None] * (end - start)
        best = 0.0
        for shift in (-3, -2, -1, 0, 1, 2, 3):
            x = np.rint(points[:, 0] + shift * normal[0]).astype(int)
            y = np.rint(points[:, 1] + shift * normal[1]).astype(int)
            inside = (x >= 0) & (x < wide) & (y >= 0) & (y < high)
            x, y = np.clip(x, 0, wide - 1), np.clip(y, 0, high - 1)
            change = across[y, x] * normal[0] + down[y, x] * normal[1]
            usual = np.median(change, axis=0)
            step = float(np.linalg.norm(usual))
            if step < 0.4:
                continue
            share = float((inside & (change @ usual > 0.4 * step * step)).mean())
            best = max(best, share * step / (step + 1.0))
        sure.append(best)
    sure.sort()
    return (2 * sure[0] + sure[1] + sure[2]) / 4


def _outermost(
    cv2: Any,
    lab: NDArray[np.uint8],
    support: float,
    corners: Corners,
    scored: list[tuple[float, Corners]],
) -> tuple[float, Corners]:
    """The paper around a frame that is printed on it, when its own edge is about as sure."""
    best = support, corners
    for other, around in scored:
        larger = area(around) / max(area(corners), 1.0)
        if (
            other > 0.85 * support
            and 1.02 < larger < 1.7
            and area(around) > area(best[1])
            and _common(cv2, corners, around) > 0.97 * area(corners)
            and _is_one_paper(cv2, lab, corners, around)
        ):
            best = other, around
    return best


def _is_one_paper(cv2: Any, lab: NDArray[np.uint8], inner: Corners, outer: Corners) -> bool:
    """Whether the margin between two outlines has the colour that is inside the inner one."""
    middle = inner.mean(axis=0)
    masks = []
    for corners in (outer, inner, middle + 0.86 * (inner - middle)):
        mask = np.zeros(lab.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 1)
        masks.append(mask)
    margin = lab[(masks[0] > 0) & (masks[1] == 0)]
    inside = lab[(masks[1] > 0) & (masks[2] == 0)]
    if len(margin) < 40 or len(inside) < 40:
        return False
    apart = np.abs(np.median(margin, axis=0) - np.median(inside, axis=0)).max()
    return bool(apart < 7 and margin.std(axis=0)[0] < 1.6 * inside.std(axis=0)[0] + 4)


def overlap(one: Corners, other: Corners) -> float:
    """The common area over the smaller one's, 0 to 1."""
    return _common(opencv(), one, other) / max(min(area(one), area(other)), 1.0)


def _is_same(cv2: Any, one: Corners, other: Corners) -> bool:
    return _common(cv2, one, other) > 0.55 * max(area(one), area(other))


def _common(cv2: Any, one: Corners, other: Corners) -> float:
    common, _ = cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))
    return float(common)


def _turn(a: float, b: float) -> float:
    apart = abs(a - b) % np.pi
    return float(min(apart, np.pi - apart))


def _beside(a: Line, b: Line) -> float:
    return a[1] - b[1] if abs(a[0] - b[0]) < 1 else a[1] + b[1]


def _apart(angle: float, away: float, other_angle: float, other_away: float) -> bool:
    return (
        _turn(angle, other_angle) > 0.05
        or abs(_beside((angle, away), (other_angle, other_away))) > 8
    )
