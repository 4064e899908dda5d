"""Four corners: what shape they have, and how they are moved to where the paper's edges are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.seal.layout import Pixels

Corners = NDArray[np.float64]
"""4 x 2: x and y of the corners in pixels, clockwise; pixel centres at whole numbers."""

Line = tuple[float, float]
"""Angle of the normal in radians, distance from the origin in pixels."""

_ASPECTS = (1.15, 1.95)  # long side over short: cards 1.59, booklets 1.36 to 1.42, perspective


def opencv() -> Any:
    """The module cv2. Raises MissingExtraError."""
    try:
        import cv2
    except ImportError:
        raise MissingExtraError("seal", Text("seal.purpose")) from None
    return cv2


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


def is_shaped(corners: Corners) -> bool:
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


def refine(pixels: Pixels, corners: Corners) -> Corners:
    """The corners moved to where the paper's edges really are, looking a few percent around."""
    cv2 = opencv()
    for reach in (0.018, 0.007):
        moved = refined(cv2, pixels, corners, reach)
        if moved is None:
            return corners
        corners = moved
    return corners


def refined(cv2: Any, pixels: Pixels, corners: Corners, reach: float) -> Corners | None:
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
        point = meet(lines[n - 1], lines[n])
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


def meet(a: tuple[float, float], b: tuple[float, float]) -> NDArray[np.float64] | None:
    normals = np.array([[np.cos(t), np.sin(t)] for t, _ in (a, b)])
    if abs(np.linalg.det(normals)) < 0.3:
        return None
    return np.asarray(np.linalg.solve(normals, np.array([a[1], b[1]])))
