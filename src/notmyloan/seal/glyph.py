"""The visible carrier: each glyph of the endorsement stands a pixel off its place.

Each glyph carries two chips of the code: one pixel to the right or left, one down or up. A
photocopy or a black and white picture destroys greys but keeps where letters stand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.codes import GLYPH, Signs, code
from notmyloan.seal.corners import opencv
from notmyloan.seal.layout import Layout, Pixels, Shifts, coverage
from notmyloan.seal.luma import Plane, luma
from notmyloan.seal.residual import Fit

_AROUND = 2  # pixels around a glyph that belong to it
_NEIGHBOURS = 3.0  # glyph heights: within these all glyphs lie wrong together, if they do
_MOST = 2.2  # shifts beyond this are no shifts


def parameters() -> dict[str, int]:
    """What a commitment must name: pixels of a shift, chips a glyph."""
    return {"shift": 1, "chips": 2}


def chips(layout: Layout) -> int:
    """How many chips of code a layout carries."""
    return 2 * len(layout.glyphs)


def shifts(layout: Layout, key: bytes, copy: str) -> Shifts:
    """One row (dx, dy) of +-1 pixels for each glyph; `key` is the original's."""
    return as_shifts(code(key, copy, GLYPH, chips(layout)))


def as_shifts(signs: Signs) -> Shifts:
    """A code as shifts."""
    return signs.reshape(-1, 2).astype(np.int8)


def clear_ink(pixels: Pixels, layout: Layout) -> NDArray[np.float32]:
    """How much darker (below 0) each place gets under full coverage, in grey levels; rows x
    columns of the layout."""
    colour = np.array([[layout.ink]], np.uint8)
    ink = float(luma(colour)[0, 0])
    return np.asarray((ink - luma(pixels)) * layout.opacity, np.float32)


def inked(pixels: Pixels, layout: Layout) -> Plane:
    """The original's brightness with the endorsement, unshifted."""
    plane = coverage(layout).astype(np.float32) / 255
    return np.asarray(luma(pixels) + clear_ink(pixels, layout) * plane, np.float32)


def responses(
    suspect: Plane,
    inside: NDArray[np.bool_],
    fitted: Fit,
    pixels: Pixels,
    layout: Layout,
) -> NDArray[np.float64]:
    """The statistic: for each glyph and direction what the picture says of its shift, -1 to 1.

    `suspect`, `inside`: registered, on any grid of the original's shape; `fitted`: how it shows
    the original with the layout on that grid; `pixels`: the clean original. The suspect is
    matched against the glyphs shifted one way and the other, both directions at once by least
    squares; what neighbours have in common is bent paper, not code. No code enters.
    """
    cv2 = opencv()
    grid = (suspect.shape[1], suspect.shape[0])
    count = len(layout.glyphs)
    if not count:
        return np.zeros(0)
    cover = coverage(layout).astype(np.float32) / 255
    change = clear_ink(pixels, layout)
    clean = luma(pixels)

    def shown(dx: int, dy: int) -> Plane:
        moved = np.roll(cover, (dy, dx), (0, 1)) if dx or dy else cover
        plane: Plane = np.asarray(clean + change * moved, np.float32)
        if grid != (layout.width, layout.height):
            plane = cv2.resize(plane, grid, interpolation=cv2.INTER_AREA)
        return fitted.predict(plane)

    still = shown(0, 0)
    across = (shown(1, 0) - shown(-1, 0)) / 2
    down = (shown(0, 1) - shown(0, -1)) / 2
    owner = cv2.resize(_owners(layout), grid, interpolation=cv2.INTER_NEAREST)
    owner = owner.ravel().astype(np.int64)
    miss = suspect - still
    usual = float(np.sqrt(np.mean(np.minimum(np.abs(miss), 80) ** 2))) + 1
    weight = inside / (1 + (miss / (4 * usual)) ** 2)
    flat_x, flat_y, flat_m, w = across.ravel(), down.ravel(), miss.ravel(), weight.ravel()

    def total(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(owner, plane, minlength=count + 1)[1:].astype(np.float64)

    xx, yy = total(w * flat_x * flat_x), total(w * flat_y * flat_y)
    xy = total(w * flat_x * flat_y)
    x, y = total(w * flat_x * flat_m), total(w * flat_y * flat_m)
    ridge = 1e-3 * float(np.median(xx + yy)) + 1e-6
    xx, yy = xx + ridge, yy + ridge
    det = xx * yy - xy * xy
    moved = np.stack([(yy * x - xy * y) / det, (xx * y - xy * x) / det], axis=1)
    unsure = np.stack([yy / det, xx / det], axis=1)  # times the noise's power
    seen = total(w)
    rest = total(w * flat_m * flat_m) - moved[:, 0] * x - moved[:, 1] * y
    power = np.maximum(rest, 0) / np.maximum(seen, 1)
    power = np.maximum(power, float(np.median(power[seen > 4])) if (seen > 4).any() else 1)
    # Noise is smooth: what looks like n pixels are fewer.
    smooth = 4 * (1 + fitted.blur) ** 2
    variance = unsure * power[:, None] * smooth
    variance[seen < 4] = 1e6
    middle = np.array(
        [(g.x + g.coverage.shape[1] / 2, g.y + g.coverage.shape[0] / 2) for g in layout.glyphs]
    )
    height = float(np.median([g.coverage.shape[0] for g in layout.glyphs]))
    moved = np.clip(moved, -6, 6)
    near = _near(middle, _NEIGHBOURS * height)
    for _ in range(2):
        moved = moved - _common(near, moved, 1 / (1 + variance))
    wide = np.abs(moved) > _MOST
    moved = np.clip(moved, -_MOST, _MOST)
    sure = 1 / (1 + variance)
    excess = max(float((sure * moved**2).sum() / sure.sum()) - 1, 0.0)
    ratio = 2 * moved / (variance + 0.15 + excess)
    ratio[wide] *= 0.5
    return np.tanh(np.clip(ratio, -4, 4) / 2).ravel()


def _owners(layout: Layout) -> NDArray[np.float32]:
    """Which glyph (from 1) each pixel belongs to, 0 where none; float for the resize."""
    owner = np.zeros((layout.height, layout.width), np.float32)
    for number, glyph in enumerate(layout.glyphs, 1):
        rows, columns = glyph.coverage.shape
        x0, y0 = max(glyph.x - _AROUND, 0), max(glyph.y - _AROUND, 0)
        part = owner[
            y0 : max(glyph.y + rows + _AROUND, 0), x0 : max(glyph.x + columns + _AROUND, 0)
        ]
        part[part == 0] = number
    for number, glyph in enumerate(layout.glyphs, 1):
        x0, y0 = max(glyph.x, 0), max(glyph.y, 0)
        ink = glyph.coverage[y0 - glyph.y :, x0 - glyph.x :] > 60
        part = owner[y0 : y0 + ink.shape[0], x0 : x0 + ink.shape[1]]
        part[ink[: part.shape[0], : part.shape[1]]] = number
    return owner


def _near(middle: NDArray[np.float64], reach: float) -> NDArray[np.float32]:
    """How much each glyph counts for each other's neighbourhood; nothing for its own."""
    at = (middle / (np.sqrt(2) * reach)).astype(np.float32)
    square = (at * at).sum(axis=1)
    near = np.exp(np.minimum(2 * (at @ at.T) - square[:, None] - square[None, :], 0))
    np.fill_diagonal(near, 0)
    near[near < 1e-3] = 0
    return np.asarray(near, np.float32)


def _common(
    near: NDArray[np.float32], moved: NDArray[np.float64], sure: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What each glyph's neighbours have moved on average, without itself."""
    total = near @ (sure * moved).astype(np.float32)
    return np.asarray(total / (near @ sure.astype(np.float32) + 0.5), np.float64)
