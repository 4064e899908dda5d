"""What of a registered suspect its original does not explain, after tone, light and blur."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.corners import opencv
from notmyloan.seal.luma import Plane

_BLURS = (0.0, 0.7, 1.1, 1.6, 2.3, 3.3)  # pixels of the grid
_WINDOW = 121  # pixels within which light is even; wider than the longest wave of the mark
_LEVELS = 64


@dataclass(frozen=True)
class Fit:
    """How a suspect shows its reference: blurred by `blur` pixels, through the tone curve
    `curve`, then times `gain` plus `offset`, which change slowly over the picture."""

    blur: float
    curve: NDArray[np.float32]
    gain: Plane
    offset: Plane

    def predict(self, reference: Plane) -> Plane:
        """How the suspect would show another reference on the same grid."""
        bent = _bend(_blurred(reference, self.blur), self.curve)
        return np.asarray(bent * self.gain + self.offset, np.float32)

    def slope(self, reference: Plane) -> Plane:
        """How much of a faint pattern's amplitude is left at each place, but for the blur."""
        steps = np.diff(self.curve) * (_LEVELS - 1) / 255
        # Wide, since within one flat tone the curve follows noise.
        wide = np.convolve(np.pad(steps, 6, "edge"), np.full(13, 1 / 13), "valid")
        at = np.clip(reference * ((_LEVELS - 1) / 255), 0, _LEVELS - 2).astype(np.int32)
        # The least around: at the edges of a black and white picture the curve is steep for no
        # faint pattern's good.
        steep = opencv().erode(np.asarray(wide[at], np.float32), np.ones((7, 7), np.uint8))
        return np.asarray(steep * self.gain, np.float32)


def fit(suspect: Plane, reference: Plane, weight: Plane) -> Fit:
    """The best fit by weighted least squares; all three planes on one grid."""
    cv2 = opencv()
    best: tuple[float, float, NDArray[np.float32]] | None = None
    every = max(min(suspect.shape) // 300, 1)
    for blur in _BLURS:
        smooth = _blurred(reference, blur)
        part = np.s_[::every, ::every]
        curve = _curve(smooth[part], suspect[part], weight[part])
        miss = np.minimum(np.abs(_bend(smooth[part], curve) - suspect[part]), 60)
        cost = float((weight[part] * miss * miss).sum())
        if best is None or cost < best[0]:
            best = cost, blur, curve
    assert best is not None
    _, blur, curve = best
    bent = _bend(_blurred(reference, blur), curve)
    box = (_WINDOW, _WINDOW)
    w = cv2.blur(weight, box) + 1e-4
    mean_b = cv2.blur(weight * bent, box) / w
    mean_s = cv2.blur(weight * suspect, box) / w
    cross = cv2.blur(weight * bent * suspect, box) / w - mean_b * mean_s
    power = np.maximum(cv2.blur(weight * bent * bent, box) / w - mean_b * mean_b, 0)
    gain = np.clip((cross + 40) / (power + 40), 0.3, 2.5)
    gain = cv2.blur(gain, box)
    return Fit(blur, curve, gain, mean_s - gain * mean_b)


def _blurred(plane: Plane, blur: float) -> Plane:
    if blur == 0:
        return plane
    return np.asarray(opencv().GaussianBlur(plane, (0, 0), blur), np.float32)


def _curve(x: Plane, y: Plane, weight: Plane) -> NDArray[np.float32]:
    """The weighted mean of `y` for each of 64 levels of `x`, made to rise, levels without pixels
    filled in from their neighbours."""
    level = np.clip(x * ((_LEVELS - 1) / 255) + 0.5, 0, _LEVELS - 1).astype(np.int64).ravel()
    count = np.bincount(level, weight.ravel(), _LEVELS)
    total = np.bincount(level, (weight * y).ravel(), _LEVELS)
    floor = 1e-4 * max(count.sum(), 1e-6)
    known = np.flatnonzero(count > floor)
    if len(known) < 2:
        return np.linspace(0, 255, _LEVELS).astype(np.float32)
    values = _rising(
        (total[known] / count[known]).astype(np.float64), count[known].astype(np.float64)
    )
    curve = np.interp(np.arange(_LEVELS), known, values)
    return np.asarray(np.convolve(np.pad(curve, 1, "edge"), [0.25, 0.5, 0.25], "valid"), np.float32)


def _rising(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Isotonic regression by pooling adjacent violators."""
    pools: list[list[float]] = []
    for value, weight in zip(values, weights, strict=True):
        pools.append([value, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            v, w, n = pools.pop()
            u, x, m = pools.pop()
            pools.append([(u * x + v * w) / (x + w), x + w, m + n])
    return np.concatenate([np.full(int(n), v) for v, _, n in pools])


def _bend(plane: Plane, curve: NDArray[np.float32]) -> Plane:
    """Through a tone curve, linear between its levels; by a table of sixteenths of a grey level."""
    fine = np.interp(np.arange(256 * 16) * ((_LEVELS - 1) / 255 / 16), np.arange(_LEVELS), curve)
    at = np.clip(plane * 16 + 0.5, 0, 255 * 16).astype(np.int16)
    return np.asarray(np.take(fine.astype(np.float32), at), np.float32)
