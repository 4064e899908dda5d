"""What an endorsement is made of: glyphs with their places on one picture.

The visible endorsement (`endorsement.py`) lays the glyphs out; the glyph carrier of the hidden
mark (`glyph.py`) shifts each by a pixel; `draw` puts them on the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A picture: rows x columns x 3, RGB, 8 bits."""

Shifts = NDArray[np.int8]
"""One row (dx, dy) for each glyph of a layout, in pixels."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: left and top inside, right and bottom outside."""

    left: int
    top: int
    right: int
    bottom: int

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn character: where its coverage bitmap's upper left corner lies.

    `coverage` is rows x columns of 0 (paper) to 255 (ink), already turned and scaled.
    """

    character: str
    x: int
    y: int
    coverage: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Layout:
    """All the glyphs of one endorsement on one picture of `width` x `height` pixels.

    `keep_out` are the boxes no glyph's ink may touch, with one pixel to spare for the shifts.
    `ink` is the colour (RGB) and `opacity` (0 to 1) how much of the paper it hides.
    """

    width: int
    height: int
    glyphs: tuple[Glyph, ...]
    keep_out: tuple[Box, ...] = ()
    ink: tuple[int, int, int] = (20, 60, 200)
    opacity: float = 0.75


def coverage(layout: Layout, shifts: Shifts | None = None) -> NDArray[np.uint8]:
    """The endorsement's ink as one plane, rows x columns, 0 to 255; where glyphs meet the darker
    one wins. Ink beyond the picture's edge is cut off."""
    plane = np.zeros((layout.height, layout.width), np.uint8)
    for index, glyph in enumerate(layout.glyphs):
        dx, dy = (0, 0) if shifts is None else (int(shifts[index, 0]), int(shifts[index, 1]))
        rows, columns = glyph.coverage.shape
        left, top = glyph.x + dx, glyph.y + dy
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + columns, layout.width), min(top + rows, layout.height)
        if x0 >= x1 or y0 >= y1:
            continue
        part = plane[y0:y1, x0:x1]
        np.maximum(part, glyph.coverage[y0 - top : y1 - top, x0 - left : x1 - left], out=part)
    return plane


def draw(pixels: Pixels, layout: Layout, shifts: Shifts | None = None) -> Pixels:
    """A new picture with the endorsement on it, flattened.

    Raises ValueError when the picture is not of the layout's size.
    """
    if pixels.shape != (layout.height, layout.width, 3):
        raise ValueError("the picture is not of the layout's size")
    alpha = coverage(layout, shifts).astype(np.float32)[..., None] * (layout.opacity / 255.0)
    ink = np.array(layout.ink, np.float32)
    mixed = pixels.astype(np.float32) * (1 - alpha) + ink * alpha
    sealed: Pixels = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return sealed
