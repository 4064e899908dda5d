"""The invisible carrier: a faint keyed pattern in the brightness of the whole picture.

The pattern is a sum of lapped cosines (the modulated lapped transform, Malvar 1990: orthonormal,
local and without block edges) with wavelengths of 10 to 64 pixels on the canonical grid, on which
every picture has the area of a card at 300 dpi, so that a page in a thumbnail keeps it as a card
does. Each chip of the code is spread over several cosines all over the picture, chosen by the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.codes import LUMA, Signs, code, generator
from notmyloan.seal.corners import opencv
from notmyloan.seal.layout import Pixels

Plane = NDArray[np.float32]
"""Rows x columns of grey levels, 0 to 255, or of weights."""

CHIPS = 2048
AREA = 1011 * 638  # pixels of the canonical grid
BLOCK = 64  # pixels from one lapped block to the next
_WAVES = (10.0, 64.0)  # canonical pixels
_DB = 46.6  # PSNR of the marked picture; the bar is 46
_BUSY = (0.75, 1.7)  # the mask's range: amplitude on flat ground and in the busiest places


@dataclass(frozen=True, slots=True)
class Basis:
    """Lapped cosines of one canonical size. `down` and `across`: (blocks * kept) x pixels;
    `used`: the kept pairs of cosines, as flat indices into the coefficients; `frequency`: cycles
    a pixel of each, `cell`: its block, counted row by row."""

    size: tuple[int, int]
    down: NDArray[np.float32]
    across: NDArray[np.float32]
    used: NDArray[np.int64]
    frequency: NDArray[np.float64]
    cell: NDArray[np.int64]
    cells: tuple[int, int]

    @property
    def amplitude(self) -> float:
        """Of a coefficient when the pattern has unit variance."""
        return float(BLOCK / np.sqrt(len(self.used) / (self.cells[0] * self.cells[1])))

    def analyse(self, plane: Plane) -> NDArray[np.float64]:
        """The used coefficients of a canonical plane."""
        whole = self.down @ plane @ self.across.T
        return np.asarray(whole.ravel()[self.used], np.float64)

    def synthesise(self, values: NDArray[np.float64]) -> Plane:
        """The canonical plane of the used coefficients."""
        whole = np.zeros(self.down.shape[0] * self.across.shape[0], np.float32)
        whole[self.used] = values
        square = whole.reshape(self.down.shape[0], self.across.shape[0])
        return np.asarray(self.down.T @ (square @ self.across), np.float32)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which chip each used coefficient carries, and with which sign; secret."""

    chip: NDArray[np.int64]
    sign: NDArray[np.float64]


def canonical_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the canonical grid of a picture: its shape, a card's area."""
    scale = float(np.sqrt(AREA / (width * height)))
    return max(round(width * scale), 2 * BLOCK), max(round(height * scale), 2 * BLOCK)


@lru_cache(maxsize=8)
def basis(size: tuple[int, int]) -> Basis:
    """The lapped cosines for a canonical size (width, height)."""
    kept = int(2 * BLOCK / _WAVES[0]) + 1
    across, wide = _lapped(size[0], kept)
    down, high = _lapped(size[1], kept)
    k = np.arange(kept) + 0.5
    rows = np.tile(k, high)[:, None]
    columns = np.tile(k, wide)[None, :]
    frequency = np.hypot(rows, columns) / (2 * BLOCK)
    used = np.flatnonzero((frequency > 1 / _WAVES[1]) & (frequency < 1 / _WAVES[0]))
    cell = (np.arange(high * kept) // kept)[:, None] * wide + (np.arange(wide * kept) // kept)
    return Basis(
        size, down, across, used, frequency.ravel()[used], cell.ravel()[used], (high, wide)
    )


@lru_cache(maxsize=8)
def plan(key: bytes, size: tuple[int, int]) -> Plan:
    """Where an original's chips lie; `key` is the original's."""
    count = len(basis(size).used)
    rng = generator(key, LUMA)
    chip = np.empty(count, np.int64)
    chip[rng.permutation(count)] = np.arange(count) % CHIPS
    return Plan(chip, np.where(rng.integers(0, 2, count) > 0, 1.0, -1.0))


def parameters() -> dict[str, float | list[float]]:
    """What a commitment must name, or another version could not test its copies."""
    return {
        "chips": CHIPS, "area": AREA, "block": BLOCK, "waves": list(_WAVES), "db": _DB,
        "busy": list(_BUSY),
    }  # fmt: skip


def luma(pixels: Pixels) -> Plane:
    """Brightness by ITU-R BT.601, as JPEG has it."""
    return np.asarray(opencv().cvtColor(pixels, opencv().COLOR_RGB2GRAY), np.float32)


def activity(grey: Plane) -> Plane:
    """How strong the pattern is at each place of a canonical picture, in grey levels: more where
    the picture is busy and hides it, for a PSNR of 46.6 dB in all."""
    cv2 = opencv()
    mean = cv2.blur(grey, (15, 15))
    spread = np.sqrt(np.maximum(cv2.blur(grey * grey, (15, 15)) - mean * mean, 0))
    mask = np.clip(0.8 + spread / 28, *_BUSY)
    mask = cv2.GaussianBlur(mask, (0, 0), 8)
    level = 255 / 10 ** (_DB / 20)
    return np.asarray(mask * (level / np.sqrt((mask * mask).mean())), np.float32)


def embed(pixels: Pixels, key: bytes, copy: str) -> Pixels:
    """The picture with the copy's pattern, before the endorsement is drawn on it.

    `key` is the original's, `pixels` the clean original. Raises MissingExtraError.
    """
    return embed_code(pixels, key, code(key, copy, LUMA, CHIPS))


def embed_code(pixels: Pixels, key: bytes, chips: Signs) -> Pixels:
    """As `embed`, for a given code."""
    cv2 = opencv()
    high, wide = pixels.shape[:2]
    size = canonical_size(wide, high)
    lapped, where = basis(size), plan(key, size)
    pattern = lapped.synthesise(lapped.amplitude * where.sign * chips[where.chip])
    grey = cv2.resize(luma(pixels), size, interpolation=cv2.INTER_AREA)
    pattern *= activity(grey)
    if size != (wide, high):
        pattern = cv2.resize(pattern, (wide, high), interpolation=cv2.INTER_CUBIC)
    marked = pixels.astype(np.float32) + pattern[..., None]
    return np.asarray(np.clip(np.rint(marked), 0, 255), np.uint8)


def _lapped(length: int, kept: int) -> tuple[NDArray[np.float32], int]:
    """The first `kept` cosines of each block: (blocks * kept) x length, and the blocks."""
    blocks = -(-length // BLOCK) + 1
    n = np.arange(2 * BLOCK)
    window = np.sin((n + 0.5) * np.pi / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    k = np.arange(kept)[:, None]
    wave = window * np.cos((n + (BLOCK + 1) / 2) * (k + 0.5) * np.pi / BLOCK)
    whole = np.zeros((blocks, kept, (blocks + 1) * BLOCK), np.float32)
    for block in range(blocks):
        whole[block, :, block * BLOCK : (block + 2) * BLOCK] = wave
    return np.ascontiguousarray(
        whole[:, :, BLOCK : BLOCK + length].reshape(blocks * kept, length)
    ), blocks


def responses(
    residual: Plane, weight: Plane, slope: Plane, original: Plane, blur: float, key: bytes
) -> NDArray[np.float64]:
    """The statistic: for each chip what the picture says of its sign, -1 to 1.

    All planes are canonical: what the original does not explain, how far each pixel counts (0 to
    1), how much of the mark's amplitude is left, the clean original; `blur` in pixels. For each
    cosine the log likelihood ratio of + against - under Gaussian noise, whose power is measured
    in the block and in the band of wavelengths; then tanh of their sum, which is the mean of
    the sign and stays in bounds. No code enters.
    """
    cv2 = opencv()
    size = (original.shape[1], original.shape[0])
    lapped, where = basis(size), plan(key, size)
    noise = cv2.blur(weight * residual * residual, (81, 81)) / (cv2.blur(weight, (81, 81)) + 1e-3)
    noise = np.maximum(noise, 0)
    limit = 3 * np.sqrt(noise) + 1
    mark = activity(original) * slope
    matched = weight * np.clip(residual, -limit, limit) * mark / (noise + 0.5)
    found = lapped.analyse(matched.astype(np.float32))
    # What the mark alone would give, block by block: the window's mean of its own power.
    power = cv2.GaussianBlur(weight * mark * mark / (noise + 0.5), (0, 0), BLOCK * 0.45)
    power = np.maximum(power, 0)
    high, wide = lapped.cells
    down = np.clip(np.arange(high) * BLOCK, 0, size[1] - 1)
    across = np.clip(np.arange(wide) * BLOCK, 0, size[0] - 1)
    expected = np.maximum(power[np.ix_(down, across)].ravel().astype(np.float64), 1e-9)
    floor = 1e-3 * float(expected.max())
    level = np.maximum(expected[lapped.cell], floor)
    left = np.exp(-2 * (np.pi * blur * lapped.frequency) ** 2) * lapped.amplitude
    unit = found / np.sqrt(level)
    band = np.minimum(
        np.digitize(lapped.frequency, np.linspace(1 / _WAVES[1], 1 / _WAVES[0], 13)[1:-1]), 11
    )
    count = np.maximum(np.bincount(band, minlength=12), 1)
    spread = np.bincount(band, np.minimum(unit * unit, 25), minlength=12) / count
    signal = np.bincount(band, left * left * level, minlength=12) / count
    variance = np.maximum(spread - signal, 0.15 * spread) + 1e-6
    ratio = 2 * left * np.sqrt(level) * unit / variance[band]
    ratio = np.clip(ratio, -3, 3) * where.sign
    said = np.bincount(where.chip, ratio, minlength=CHIPS)
    # Cosines of one chip agree as far as there is a mark: what their sums have more of than
    # chance gives is its power. Where a copier left none this weighs the carrier down to nothing.
    chance = float((ratio * ratio).sum()) / CHIPS + 1e-9
    agreed = max(float((said * said).mean()) - chance, 0.01 * chance)
    return np.asarray(np.tanh(said * (np.sqrt(agreed) / chance)), np.float64)
