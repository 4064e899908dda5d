"""What is found in a picture to lay it over another by: SIFT features (Lowe 2004), as RootSIFT."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.corners import Corners, opencv
from notmyloan.seal.layout import Pixels
from notmyloan.seal.luma import Plane, luma
from notmyloan.seal.quads import find_quads

LARGEST = 1800  # pixels of a suspect's longer side; more tell nothing
QUICK = 1000  # pixels that are looked at first; mostly they are enough
FEATURES = 2500
_SMALLEST = 900  # smaller ones are enlarged, or SIFT finds too little
_TURNED_OVER = np.array([0, 7, 6, 5, 4, 3, 2, 1])  # directions of a descriptor in a mirror


@dataclass(frozen=True)
class Features:
    """`places`: count x 2; `sizes` in the same pixels; `angles` in radians; `descriptors`:
    RootSIFT, count x 128."""

    places: NDArray[np.float64]
    sizes: NDArray[np.float64]
    angles: NDArray[np.float64]
    descriptors: NDArray[np.float32]

    def moved(self, matrix: NDArray[np.float64]) -> Features:
        """In the pixels of another size of the same picture."""
        scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
        return replace(self, places=through(matrix, self.places), sizes=self.sizes * scale)

    def mirrored(self, width: int) -> Features:
        """Of the same picture, `width` pixels wide, turned over from left to right. A descriptor
        is four by four places, across its orientation and along it, with eight directions each:
        the mirror swaps the former and turns the latter, so nothing need be looked for anew."""
        places = self.places.copy()
        places[:, 0] = width - 1 - places[:, 0]
        cells = self.descriptors.reshape(-1, 4, 4, 8)[:, ::-1, :, _TURNED_OVER]
        return Features(
            places, self.sizes, np.pi - self.angles,
            np.ascontiguousarray(cells.reshape(self.descriptors.shape)),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class View:
    """A suspect's features. `grey`: mirrored back if `mirrored`."""

    grey: Plane
    found: Features
    mirrored: bool
    enlarged: float

    def turned_over(self) -> View:
        """In a mirror."""
        grey = np.ascontiguousarray(self.grey[:, ::-1])
        return replace(self, grey=grey, found=self.found.mirrored(grey.shape[1]), mirrored=True)


class Suspect:
    """A leaked picture, and what is found in it: once, however many originals it is tried on."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.grey = smaller(luma(pixels))
        self._views: dict[str, View] = {}

    @cached_property
    def quads(self) -> list[Corners]:
        """Outlines of cards, in pixels of `grey`."""
        if min(self.pixels.shape[:2]) < 64:
            return []
        ratio = self.grey.shape[1] / self.pixels.shape[1]
        return [(q.corners + 0.5) * ratio - 0.5 for q in find_quads(self.pixels)[:2]]

    @cached_property
    def second(self) -> str:
        """The look that helps where brightness alone does not: in the blue channel blue ink is
        faint, and what is left is the paper's own print; the dots of a black and white copy have
        corners of their own, blurred they have none."""
        return "faint" if float(np.abs(self.grey - self._faint).std()) > 3 else "soft"

    @cached_property
    def _faint(self) -> Plane:
        return smaller(self.pixels[..., 2].astype(np.float32))

    def view(self, light: str, mirrored: bool = False) -> View:
        """The features in one light: "plain", "quick" (coarsely), "faint", "soft", "softer"."""
        if light not in self._views:
            shown = self.grey
            if light == "quick":
                shown = smaller(self.grey, QUICK)
            elif light == "faint":
                shown = self._faint
            elif light != "plain":
                sigma = {"soft": 1.5, "softer": 1.0}[light]
                shown = np.asarray(opencv().GaussianBlur(shown, (0, 0), sigma), np.float32)
            self._views[light] = _view(self.grey, shown)
        view = self._views[light]
        return view.turned_over() if mirrored else view


def features(grey: Plane, most: int = FEATURES) -> Features:
    cv2 = opencv()
    sift = cv2.SIFT_create(nfeatures=most, contrastThreshold=0.02)
    points, found = sift.detectAndCompute(np.clip(grey, 0, 255).astype(np.uint8), None)
    if found is None:
        points, found = (), np.zeros((0, 128), np.float32)
    root = np.sqrt(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-6))
    return Features(
        np.array([p.pt for p in points], np.float64).reshape(-1, 2),
        np.array([p.size for p in points], np.float64),
        np.radians(np.array([p.angle for p in points], np.float64)),
        np.asarray(root, np.float32),
    )


def _view(grey: Plane, shown: Plane) -> View:
    """The features of `shown`, which is `grey` in another light."""
    enlarge = max(_SMALLEST / max(grey.shape), 1.0)
    if enlarge > 1:
        shown = opencv().resize(
            shown, None, fx=enlarge, fy=enlarge, interpolation=opencv().INTER_CUBIC
        )
    return View(grey, features(shown).moved(resized(shown, grey)), False, enlarge)


def votes(known: Features, found: Features) -> int:
    """How many features agree in scale and turn with those most like them, at best."""
    first = (found.descriptors @ known.descriptors.T).argmax(axis=1)
    return int(_boxes(known, found, first)[1].max())


def _boxes(
    known: Features, found: Features, first: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many matches there are in each box of scale and turn."""
    scale = np.log(found.sizes / known.sizes[first])
    turn = (found.angles - known.angles[first]) % (2 * np.pi)
    box = (np.round(scale / 0.2).astype(int), np.round(turn / 0.2).astype(int) % 31)
    pairs, count = np.unique(np.stack(box, axis=1), axis=0, return_counts=True)
    return pairs, count


def agreeing(
    known: Features, found: Features, first: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Matches that agree in scale, turn and place, by votes (Lowe 2004, 7.3); `first`: the
    nearest known feature of each found one.

    Where the same words stand in every line each feature has many equals, and no ratio of
    distances tells the right one: but the right place gets the most votes.
    """
    scale = np.log(found.sizes / known.sizes[first])
    turn = (found.angles - known.angles[first]) % (2 * np.pi)
    pairs, count = _boxes(known, found, first)
    best = pairs[count.argmax()]
    off = np.abs(turn - best[1] * 0.2)
    usual = (np.abs(scale - best[0] * 0.2) < 0.25) & (np.minimum(off, 2 * np.pi - off) < 0.25)
    s = float(np.exp(np.median(scale[usual])))
    a = float(np.angle(np.exp(1j * turn[usual]).mean()))
    spin = s * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    move = found.places - known.places[first] @ spin.T
    cell = 8.0 * max(s, 0.5)
    rounded = np.round(move[usual] / cell).astype(int)
    cells, count = np.unique(rounded, axis=0, return_counts=True)
    near = [int(count[(np.abs(cells - c) <= 1).all(axis=1)].sum()) for c in cells]
    peak = cells[int(np.argmax(near))]
    agree = usual & (np.abs(move - peak * cell) < 2.5 * cell).all(axis=1)
    other = np.flatnonzero(agree)
    return first[other], other


def smaller(grey: Plane, most: int = LARGEST) -> Plane:
    longest = max(grey.shape)
    if longest <= most:
        return grey
    scale = most / longest
    return np.asarray(
        opencv().resize(grey, None, fx=scale, fy=scale, interpolation=opencv().INTER_AREA),
        np.float32,
    )


def resized(before: Plane, after: Plane) -> NDArray[np.float64]:
    """The matrix of a resize; pixel centres at whole numbers."""
    sx, sy = after.shape[1] / before.shape[1], after.shape[0] / before.shape[0]
    return np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1.0]])


def through(matrix: NDArray[np.float64], at: NDArray[Any]) -> NDArray[np.float64]:
    """Points (… x 2) through a homography."""
    x, y = at[..., 0], at[..., 1]
    w = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    w = np.where(np.abs(w) < 1e-9, 1e-9, w)
    u = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / w
    v = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / w
    return np.stack([u, v], axis=-1)
