"""Four-sided papers in a picture: candidates from colours and edges, then corners to the pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.seal.layout import Pixels

Corners = NDArray[np.float64]
"""4 x 2: x and y of the corners in pixels, clockwise; pixel centres at whole numbers."""

_SIDE = 800  # pixels of the longer side of the picture that is searched
_LEAST_AREA = 0.012  # of the picture: a card on an A4 page has 0.07
_ASPECTS = (1.15, 1.95)  # long side over short: cards 1.59, booklets 1.36 to 1.42, perspective
_TRIED = 16
_SUPPORT = 0.33  # less is texture


@dataclass(frozen=True, slots=True)
class Quad:
    """A candidate: `support` says how sure its weakest sides are edges, 0 to 1."""

    corners: Corners
    support: float


def opencv() -> Any:
    """The module cv2. Raises MissingExtraError."""
    try:
        import cv2
    except ImportError:
        raise MissingExtraError("seal", Text("seal.purpose")) from None
    return cv2


def find_quads(pixels: Pixels, most: int = 8) -> list[Quad]:
    """Up to `most` papers, best first, none on top of a better one."""
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
            moved = _refined(cv2, small, corners, reach)
            if moved is None or not _is_shaped(moved):
                break
            corners = moved
        scored.append((_support(slopes, corners), corners))
    scored = [q for q in scored if q[0] >= _SUPPORT]
    scored.sort(key=lambda q: -q[0] * area(q[1]) ** 0.5)
    kept: list[Quad] = []
    for support, corners in scored:
        if all(_overlap(cv2, corners, other.corners) < 0.4 for other in kept):
            kept.append(Quad(corners, support))
        if len(kept) == most:
            break
    back = 1 / scale
    return [Quad(refine(pixels, (q.corners + 0.5) * back - 0.5), q.support) for q in kept]


def refine(pixels: Pixels, corners: Corners) -> Corners:
    """The corners moved to where the paper's edges really are, looking a few percent around."""
    cv2 = opencv()
    for reach in (0.018, 0.007):
        moved = _refined(cv2, pixels, corners, reach)
        if moved is None:
            return corners
        corners = moved
    return corners


def area(corners: Corners) -> float:
    """In square pixels."""
    x, y = corners[:, 0], corners[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def sides(corners: Corners) -> NDArray[np.float64]:
    """The four sides' lengths, the first from corner 0 to 1."""
    return np.asarray(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1))


def clockwise(corners: Corners) -> Corners:
    """Clockwise on the screen, a long side first, the upper left of the two ways first."""
    centre = corners.mean(axis=0)
    order = np.argsort(np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0]))
    corners = corners[order]
    length = sides(corners)
    if length[0] + length[2] < length[1] + length[3]:
        corners = np.roll(corners, -1, axis=0)
    if corners[:2, 1].mean() > corners[2:, 1].mean():
        corners = np.roll(corners, 2, axis=0)
    return corners


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
                if _is_shaped(corners) and not any(
                    np.abs(corners - other).max() < 3 for other in seen
                ):
                    seen.append(corners)
                    yield corners
    for corners in _from_lines(cv2, lab, least):
        if _is_shaped(corners) and not any(np.abs(corners - other).max() < 3 for other in seen):
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
            for low in (20, 60):
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
    soft = cv2.GaussianBlur(lab[..., 0], (0, 0), 1.5)
    edges = cv2.Canny(soft, 12, 36)
    shortest = 0.14 * max(lab.shape[:2])
    found = cv2.HoughLinesP(edges, 1, np.pi / 360, 50, minLineLength=shortest, maxLineGap=14)
    if found is None:
        return
    segments = sorted(
        found.reshape(-1, 4).astype(np.float64), key=lambda s: -np.hypot(s[2] - s[0], s[3] - s[1])
    )
    lines: list[tuple[float, float]] = []  # angle, distance from the origin
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
        points = [_meet(p, q) for p, q in ((a, c), (a, d), (b, d), (b, c))]
        if any(p is None for p in points):
            continue
        corners = clockwise(np.array(points, np.float64))
        limit = np.array(lab.shape[1::-1])
        if (corners < -8).any() or (corners > limit + 8).any() or area(corners) < least:
            continue
        yield corners


def _turn(a: float, b: float) -> float:
    apart = abs(a - b) % np.pi
    return float(min(apart, np.pi - apart))


def _beside(a: tuple[float, float], b: tuple[float, float]) -> float:
    return a[1] - b[1] if abs(a[0] - b[0]) < 1 else a[1] + b[1]


def _apart(angle: float, away: float, other_angle: float, other_away: float) -> bool:
    return (
        _turn(angle, other_angle) > 0.05
        or abs(_beside((angle, away), (other_angle, other_away))) > 8
    )


def _meet(a: tuple[float, float], b: tuple[float, float]) -> NDArray[np.float64] | None:
    normals = np.array([[np.cos(t), np.sin(t)] for t, _ in (a, b)])
    if abs(np.linalg.det(normals)) < 0.3:
        return None
    return np.asarray(np.linalg.solve(normals, np.array([a[1], b[1]])))


def _is_shaped(corners: Corners) -> bool:
    """Convex, opposite sides alike, and as long as papers are."""
    edges = np.roll(corners, -1, axis=0) - corners
    after = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    length = sides(corners)
    if (turns <= 0).any() or length.min() < 12:
        return False
    if (np.abs(turns) < 0.55 * length * np.roll(length, -1)).any():
        return False  # corners between 33 and 147 degrees
    alike = min(length[0], length[2]) / max(length[0], length[2])
    alike = min(alike, min(length[1], length[3]) / max(length[1], length[3]))
    aspect = (length[0] + length[2]) / (length[1] + length[3])
    return bool(alike > 0.6 and _ASPECTS[0] < aspect < _ASPECTS[1])


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


def _overlap(cv2: Any, a: Corners, b: Corners) -> float:
    """The common area over the smaller one's."""
    common, _ = cv2.intersectConvexConvex(a.astype(np.float32), b.astype(np.float32))
    return float(common) / max(min(area(a), area(b)), 1.0)


def _refined(cv2: Any, pixels: Pixels, corners: Corners, reach: float) -> Corners | None:
    """One round: for each side the edge points across it, a robust line, then the crossings."""
    length = float(sides(corners).max())
    radius = max(reach * length, 3.0)
    along = np.linspace(0.07, 0.93, 90)
    offsets = np.arange(-radius, radius + 0.5, 0.5)
    lines: list[tuple[float, float]] = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        way = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
        normal = np.array([-way[1], way[0]])
        points = start + along[:, None] * (end - start)
        grid = points[:, None, :] + offsets[None, :, None] * normal
        profile = cv2.remap(
            pixels, grid[..., 0].astype(np.float32), grid[..., 1].astype(np.float32),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.float32)  # fmt: skip
        # Neighbouring profiles together: an edge goes on, texture does not.
        profile = cv2.GaussianBlur(profile, (0, 0), sigmaX=2.0, sigmaY=1.5)
        steep = np.abs(np.gradient(profile, axis=1)).sum(axis=2)
        strength = steep.max(axis=1)
        place = offsets[steep.argmax(axis=1)]
        line = _robust(along, place, strength)
        if line is None:
            lines.append(_line(start, end))
            continue
        lines.append(_line(start + line[0] * normal, end + line[1] * normal))
    moved = []
    for n in range(4):
        point = _meet(lines[n - 1], lines[n])
        if point is None:
            return None
        moved.append(point)
    result = np.array(moved, np.float64)
    if np.abs(result - corners).max() > 3 * radius:
        return None
    return result


def _robust(
    along: NDArray[np.float64], place: NDArray[np.float64], strength: NDArray[np.float32]
) -> tuple[float, float] | None:
    """Offsets at a side's two ends, by a line through most of the edge points."""
    weight = np.where(strength > max(0.25 * float(np.median(strength)), 0.4), 1.0, 0.0)
    if weight.sum() < 20:
        return None
    best, votes = None, 0.0
    picks = np.flatnonzero(weight)
    for a, b in zip(picks[: len(picks) // 2], picks[len(picks) // 2 :], strict=False):
        slope = (place[b] - place[a]) / (along[b] - along[a])
        miss = np.abs(place - place[a] - slope * (along - along[a]))
        count = float((weight * (miss < 1.2)).sum())
        if count > votes:
            votes, best = count, miss < 1.2
    if best is None or votes < 0.3 * weight.sum():
        return None
    slope, level = np.polyfit(along[best], place[best], 1)
    return float(level), float(level + slope)


def _line(start: NDArray[np.float64], end: NDArray[np.float64]) -> tuple[float, float]:
    """Angle of the normal and distance from the origin."""
    angle = float(np.arctan2(end[1] - start[1], end[0] - start[0]) + np.pi / 2)
    return angle, float(start[0] * np.cos(angle) + start[1] * np.sin(angle))
