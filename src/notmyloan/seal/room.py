"""Where on a picture there is room: around keep-out boxes, for lines and for single glyphs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.layout import Box

_CELLS = 36  # rows of the coarse grid in which rectangles are looked for


class Room:
    """The pixels of a `width` x `height` picture that may take ink."""

    def __init__(self, width: int, height: int, keep_out: tuple[Box, ...], spare: int) -> None:
        """Boxes count `spare` pixels larger on all sides; so does the picture's edge."""
        self.width, self.height = width, height
        self._taken = np.zeros((height, width), np.uint8)
        self._taken[:spare] = self._taken[-spare:] = 1
        self._taken[:, :spare] = self._taken[:, -spare:] = 1
        self._sums: NDArray[np.int32] | None = None
        for box in keep_out:
            self.take(box, spare)

    def take(self, box: Box, spare: int = 0) -> None:
        """No more ink within `spare` pixels of `box`."""
        self._taken[
            max(box.top - spare, 0) : max(box.bottom + spare, 0),
            max(box.left - spare, 0) : max(box.right + spare, 0),
        ] = 1
        self._sums = None

    def free(self, left: int, top: int, right: int, bottom: int) -> bool:
        """Whether the whole rectangle lies in the picture and may take ink."""
        if left < 0 or top < 0 or right > self.width or bottom > self.height:
            return False
        if self._sums is None:
            sums = np.zeros((self.height + 1, self.width + 1), np.int32)
            np.cumsum(self._taken, axis=0, dtype=np.int32, out=sums[1:, 1:])
            np.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
            self._sums = sums
        sums = self._sums
        taken = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return not taken

    def rectangles(self) -> list[Box]:
        """Free rectangles, none inside another; largest first."""
        cell = max(math.ceil(self.height / _CELLS), 1)
        rows, columns = self.height // cell, self.width // cell
        grid = self._taken[: rows * cell, : columns * cell]
        grid = grid.reshape(rows, cell, columns, cell).max(axis=(1, 3)) > 0
        found: list[Box] = []
        for top in range(rows):
            blocked = np.zeros(columns, np.bool_)
            for bottom in range(top + 1, rows + 1):
                blocked |= grid[bottom - 1]
                left, right = _longest_run(~blocked)
                if left == right:
                    break
                found.append(Box(left * cell, top * cell, right * cell, bottom * cell))
        found.sort(key=lambda b: (-(b.right - b.left) * (b.bottom - b.top), b.top, b.left))
        largest: list[Box] = []
        for box in found:
            if not any(_holds(other, box) for other in largest):
                largest.append(box)
        return largest


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.left <= inner.left
        and inner.right <= outer.right
        and outer.top <= inner.top
        and inner.bottom <= outer.bottom
    )


def _longest_run(free: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and end of the longest run of True; (0, 0) where there is none."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(np.int8), [0]))))
    if not len(edges):
        return 0, 0
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])
