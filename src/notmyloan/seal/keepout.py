"""What an endorsement must leave free, for each kind of paper.

Fractions of width and height from the upper left corner. Resident ID: measured on a drawn card,
checked against published pictures of specimens, and padded; the other kinds follow the standards
named below. Custom asks that name, number, portrait and the authority's marks stay readable.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.kinds import Kind
from notmyloan.seal.layout import Box, Pixels

Part = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions."""

PARTS: dict[Kind, dict[str, Part]] = {
    Kind.ID_FRONT: {
        "name": (0.15, 0.07, 0.45, 0.19),
        "portrait": (0.61, 0.12, 0.97, 0.73),
        "number": (0.31, 0.81, 0.94, 0.95),
    },
    Kind.ID_BACK: {
        "emblem": (0.04, 0.06, 0.27, 0.43),
        "issuer": (0.36, 0.68, 0.90, 0.80),
        "validity": (0.36, 0.81, 0.90, 0.95),
    },
    # One side carries everything (known, unverified): the issuer's lines stand under the number.
    Kind.TEMPORARY_ID: {
        "name": (0.13, 0.05, 0.45, 0.18),
        "portrait": (0.61, 0.08, 0.97, 0.66),
        "number": (0.24, 0.65, 0.94, 0.76),
        "issuer": (0.24, 0.77, 0.94, 0.97),
    },
    # ICAO Doc 9303 part 4: machine-readable zone in the lowest 23.2 mm, portrait at the left.
    Kind.PASSPORT: {
        "machine_readable": (0.0, 0.74, 1.0, 1.0),
        "portrait": (0.02, 0.14, 0.31, 0.74),
        "number": (0.62, 0.05, 0.98, 0.20),
        "name": (0.32, 0.20, 0.74, 0.33),
        "validity": (0.62, 0.50, 0.98, 0.66),
    },
    # The register's person page: the name in the first row, the number in the sixth of ten, the
    # registrar's seal at the foot (order of the rows as printed; places known, unverified).
    Kind.HOUSEHOLD: {
        "name": (0.16, 0.11, 0.50, 0.22),
        "number": (0.16, 0.50, 0.56, 0.62),
        "seal": (0.58, 0.80, 0.98, 0.99),
    },
    # ISO/IEC 7811-1: the number's line, the name's area below it; 7816-2: the chip.
    Kind.BANK_CARD: {
        "number": (0.06, 0.50, 0.94, 0.66),
        "name": (0.06, 0.80, 0.50, 0.92),
    },
    Kind.PAGE: {},
}
_GROWTH = 0.14  # how far, in widths, measured ink may widen a line's box
_STEP = 0.018  # a gap this wide ends the ink
_LINES = ("name", "number", "issuer", "validity")


def keep_out(kind: Kind, size: tuple[int, int], pixels: Pixels | None = None) -> tuple[Box, ...]:
    """The boxes of `kind` on a rectified picture of `size` (width, height) in pixels.

    With `pixels` (rows x columns x 3 of that size) a line that is longer than usual widens its
    box as far as its ink goes.
    """
    wide, high = size
    boxes = {
        name: Box(
            int(left * wide), int(top * high),
            int(np.ceil(right * wide)), int(np.ceil(bottom * high)),
        )
        for name, (left, top, right, bottom) in PARTS[kind].items()
    }  # fmt: skip
    if pixels is not None and any(name in boxes for name in _LINES):
        dark = _ink(pixels)
        for name in _LINES:
            if name in boxes:
                boxes[name] = _widened(boxes[name], dark)
    return tuple(boxes.values())


def _ink(pixels: Pixels) -> NDArray[np.bool_]:
    """Where the picture is clearly darker than its ground."""
    grey = pixels.mean(axis=2)
    return np.asarray(grey < np.median(grey) - 55, np.bool_)


def _widened(box: Box, dark: NDArray[np.bool_]) -> Box:
    """The box with its right edge moved over ink that goes on beyond it."""
    wide = dark.shape[1]
    inset = (box.bottom - box.top) // 5  # a neighbouring line's ink is not this line's
    columns = dark[box.top + inset : box.bottom - inset].mean(axis=0)
    inked = (columns > 0.06) & (columns < 0.9)
    step, limit = max(int(_STEP * wide), 2), int(_GROWTH * wide)
    right = box.right
    while right < min(wide, box.right + limit) and inked[right - step : right].any():
        right += step
    return Box(box.left, box.top, min(right, wide), box.bottom)
