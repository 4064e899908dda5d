"""Lays a leaked picture over the kept original, so that detection need not know what happened.

SIFT features (Lowe 2004) give a homography by MAGSAC++ (Barath et al. 2020); where they are too
few, the picture's frame or a card's outline is tried in all its turns. Then a smoothed dense flow
(DIS, Kroeger et al. 2016) follows paper that bends. Nothing here knows a code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.corners import opencv
from notmyloan.seal.features import (
    FEATURES,
    QUICK,
    Features,
    Suspect,
    View,
    agreeing,
    features,
    resized,
    smaller,
    through,
    votes,
)
from notmyloan.seal.glyph import inked as inked_luma
from notmyloan.seal.layout import Layout, Pixels
from notmyloan.seal.luma import Plane, canonical_size, luma

_RATIO = 0.82
SURE = 22  # matches on one homography from which it is no accident
_PLENTY = 60  # matches from which no finer look is needed
_ALIKE = 0.12  # correlation with the original below which nothing was registered
_SMOOTH = 22.0  # canonical pixels: wider than a glyph, so that no glyph's shift is undone
_SCALES = (1.0, 0.5, 2 / 3, 0.8, 1.25, 1.5, 2.0)  # pieces of these sizes are tried
_LIKELY = 0.6  # correlation from which few matches will do
_CERTAIN = 0.93  # correlation with a layout's picture from which no other is tried
_MOST_TRIED = 64  # layouts
_LETTERS = 0.025  # share of a suspect's features that agree in scale and turn if it has letters
_UNMOVED = 400.0  # texture that speaks for staying, or bare ground would wander with its noise
_REACH = 12.0  # canonical pixels that the flow may move


@dataclass(frozen=True)
class Original:
    """A kept original with what registration needs of it. `pixels` as kept, `grey` canonical."""

    pixels: Pixels
    grey: Plane
    known: Features

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canonical grid."""
        return self.grey.shape[1], self.grey.shape[0]


@dataclass(frozen=True)
class Registration:
    """`grey`: the suspect; `matrix`: canonical to suspect pixels, 3 x 3; `flow`: canonical rows x
    columns x 2, added before `matrix`; `matches`: features that agree, 0 for a fallback."""

    grey: Plane
    size: tuple[int, int]
    matrix: NDArray[np.float64]
    flow: NDArray[np.float32]
    matches: int
    mirrored: bool
    moved: float = math.inf
    """Pixels by which the last `follow` moved most places, at most."""

    @property
    def scale(self) -> float:
        """Suspect pixels for one canonical pixel, in the middle."""
        wide, high = self.size
        middle = np.array(
            [[[wide / 2, high / 2], [wide / 2 + 1, high / 2], [wide / 2, high / 2 + 1]]]
        )
        a, b, c = through(self.matrix, middle)[0]
        cross = (b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0]
        return float(np.sqrt(abs(cross)))

    def sample(self, size: tuple[int, int] | None = None) -> tuple[Plane, NDArray[np.bool_]]:
        """The suspect on the original's grid of `size` (canonical if None), and where it has
        pixels at all."""
        cv2 = opencv()
        wide, high = size or self.size
        sx, sy = self.size[0] / wide, self.size[1] / high
        flow = self.flow
        if (wide, high) != self.size:
            flow = cv2.resize(flow, (wide, high), interpolation=cv2.INTER_LINEAR)
        x = flow[..., 0] + ((np.arange(wide, dtype=np.float32) + 0.5) * sx - 0.5)[None, :]
        y = flow[..., 1] + ((np.arange(high, dtype=np.float32) + 0.5) * sy - 0.5)[:, None]
        grey, matrix = self.grey, self.matrix
        step = self.scale * sx
        if step > 1.4:  # average first, or fine print breaks up
            grey = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
            matrix = resized(self.grey, grey) @ matrix
        m = (matrix / matrix[2, 2]).astype(np.float32)
        below = m[2, 0] * x + m[2, 1] * y + 1
        below[np.abs(below) < 1e-6] = 1e-6
        u = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / below
        v = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / below
        inside = (u > 0) & (v > 0) & (u < grey.shape[1] - 1) & (v < grey.shape[0] - 1)
        plane = cv2.remap(grey, u, v, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.clip(plane, 0, 255, out=plane), np.asarray(inside)


def prepare(pixels: Pixels) -> Original:
    """What registration needs of an original. Raises MissingExtraError."""
    cv2 = opencv()
    size = canonical_size(pixels.shape[1], pixels.shape[0])
    whole = luma(pixels)
    grey = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    return Original(pixels, grey, _features_of(whole, grey))


def _features_of(whole: Plane, grey: Plane) -> Features:
    """Of an original at its canonical size, and of a page more finely too, or a piece of it would
    not be known. Places in canonical pixels."""
    few = features(grey)
    fine = smaller(whole)
    if max(fine.shape) < 1.25 * max(grey.shape):
        return few
    more = features(fine, 2 * FEATURES).moved(resized(fine, grey))
    return Features(
        np.vstack([few.places, more.places]),
        np.concatenate([few.sizes, more.sizes]),
        np.concatenate([few.angles, more.angles]),
        np.vstack([few.descriptors, more.descriptors]),
    )


def register(
    original: Original, suspect: Pixels | Suspect, thorough: bool = True
) -> Registration | None:
    """The suspect on the original, mirrored back if need be; None where it shows something else.

    Not `thorough`, by features alone: quick, and enough for all but poor copies. Raises
    MissingExtraError.
    """
    seen = suspect if isinstance(suspect, Suspect) else Suspect(suspect)
    if max(seen.grey.shape) > 1.2 * QUICK:
        tried = _by_features(original, seen.view("quick"))
        if tried is not None and tried.matches >= SURE:
            how = _alike(original, tried)
            if how > (2 * _ALIKE if tried.matches >= _PLENTY else _LIKELY):
                return tried
    best: Registration | None = None
    alike = -1.0
    for mirrored in (False, True):
        for light in ("plain", seen.second):
            tried = _by_features(original, seen.view(light, mirrored))
            if tried is None:
                continue
            how = _alike(original, tried)
            # A few matches may be those of what looks the same in a mirror: look there too.
            if tried.matches >= SURE and how > (
                2 * _ALIKE if tried.matches >= _PLENTY else _LIKELY
            ):
                return tried
            if best is None or how + tried.matches / 200 > alike + best.matches / 200:
                best, alike = tried, how
    if best is not None and best.matches >= SURE and alike > 2 * _ALIKE:
        return best
    if best is not None and best.matches >= 1.3 * SURE and alike > _ALIKE / 3:
        return best  # black and white, it may be alike in its corners only
    if not thorough:
        return None
    framed = _by_outline(original, seen)
    if framed is not None and framed[1] > alike:
        best, alike = framed
    if alike < _LIKELY or best is None or best.matches < SURE:
        piece = _by_template(original, seen)
        if piece is not None and piece[1] > max(alike, 2 * _ALIKE):
            best, alike = piece
    return best if alike > _ALIKE else None


def _by_template(original: Original, suspect: Suspect) -> tuple[Registration, float] | None:
    """A smooth piece that was only cut out, perhaps scaled, never turned: where it fits best."""
    cv2 = opencv()
    grey = suspect.grey
    half = cv2.resize(original.grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    whole = cv2.GaussianBlur(half, (0, 0), 1.0)
    native = original.size[0] / original.pixels.shape[1] * suspect.pixels.shape[1] / grey.shape[1]
    best: tuple[float, float, tuple[int, int]] | None = None
    for by in _SCALES:
        scale = native * by / 2
        size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
        if min(size) < 24 or size[0] > whole.shape[1] or size[1] > whole.shape[0]:
            continue
        part = cv2.GaussianBlur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), (0, 0), 1.0)
        if part.std() < 2:
            continue
        _, fit, _, at = cv2.minMaxLoc(cv2.matchTemplate(whole, part, cv2.TM_CCOEFF_NORMED))
        if best is None or fit > best[0]:
            best = fit, scale, at
    if best is None or best[0] < _LIKELY:
        return None
    _, scale, (x, y) = best
    # Canonical to half to suspect pixels, pixel centres at whole numbers.
    k = 0.5 / scale
    move = np.array([[k, 0, (k - 1) / 2 - x / scale], [0, k, (k - 1) / 2 - y / scale], [0, 0, 1.0]])
    found = Registration(grey, original.size, move, _still(original), 0, False)
    return found, _alike(original, found)


def register_by_ink(
    original: Original, suspect: Pixels | Suspect, layouts: Iterable[Layout]
) -> Registration | None:
    """As `register`, for a piece or a poor copy that shows hardly more than the endorsement: the
    original with each layout in turn, until one fits. Slow, so only after `register` has failed.

    `layouts`: the first 64 are tried; of those that look alike one will do.
    """
    cv2 = opencv()
    seen = suspect if isinstance(suspect, Suspect) else Suspect(suspect)
    views = [seen.view("softer", mirrored) for mirrored in (False, True)]
    if len(views[0].found) < SURE:
        return None
    best: Registration | None = None
    alike = 2 * _ALIKE
    for number, layout in enumerate(islice(layouts, _MOST_TRIED)):
        inked = smaller(inked_luma(original.pixels, layout))
        plane = cv2.resize(inked, original.size, interpolation=cv2.INTER_AREA)
        known = Original(
            original.pixels, plane, features(inked, 2 * FEATURES).moved(resized(inked, plane))
        )
        if number == 0:  # letters like ours must be in it, whatever they say
            least = _LETTERS * len(views[0].found)
            views = [view for view in views if votes(known.known, view.found) >= least]
            if not views:
                return None
        for view in views:
            tried = _by_features(known, view, True)
            if tried is None:
                continue
            # Layouts have words in common, so that matches alone would take the wrong one.
            how = _alike(known, tried)
            if how > (alike if tried.matches >= SURE else max(alike, _LIKELY)):
                best, alike = tried, how
            if how > _CERTAIN and tried.matches >= SURE:
                return best
    return best


def follow(registration: Registration, reference: Plane) -> Registration:
    """The registration with its flow refined against a canonical `reference` picture."""
    cv2 = opencv()
    sampled, inside = registration.sample()
    a, b = _levelled(reference), _levelled(np.where(inside, sampled, reference))
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    dis.setFinestScale(1)
    moved = dis.calc(a, b, None)
    # A place counts by its texture, if the flow made the two alike there.
    texture = cv2.Sobel(a, cv2.CV_32F, 1, 0) ** 2 + cv2.Sobel(a, cv2.CV_32F, 0, 1) ** 2
    texture = np.minimum(cv2.blur(texture, (9, 9)), 6000)
    far = cv2.magnitude(moved[..., 0], moved[..., 1]) > _REACH
    weight = np.where(inside & ~far, texture + 20, 0).astype(np.float32)
    smooth = _smoothed(moved, weight)
    off = moved - smooth
    weight = weight / (1 + (off[..., 0] ** 2 + off[..., 1] ** 2) * np.float32(1 / 0.49))
    smooth = _smoothed(moved, weight)
    most = float(np.percentile(np.abs(smooth[::8, ::8][inside[::8, ::8]]), 98, axis=0).max())
    return replace(registration, flow=registration.flow + smooth, moved=most)


def _smoothed(flow: NDArray[np.float32], weight: Plane) -> NDArray[np.float32]:
    cv2 = opencv()
    small = (max(flow.shape[1] // 4, 8), max(flow.shape[0] // 4, 8))
    planes = [flow[..., 0] * weight, flow[..., 1] * weight, weight]
    narrow = [cv2.resize(p, small, interpolation=cv2.INTER_AREA) for p in planes]
    x, y, w = (cv2.GaussianBlur(p, (0, 0), _SMOOTH / 4) for p in narrow)
    w = w + _UNMOVED
    smooth = cv2.resize(np.dstack([x / w, y / w]), (flow.shape[1], flow.shape[0]))
    return np.asarray(smooth, np.float32)


def _levelled(plane: Plane) -> NDArray[np.uint8]:
    """Without light and contrast, so that a photocopy flows as the original does."""
    cv2 = opencv()
    plane = cv2.GaussianBlur(plane, (0, 0), 1.0)
    mean = cv2.blur(plane, (41, 41))
    spread = np.sqrt(np.maximum(cv2.blur(plane * plane, (41, 41)) - mean * mean, 0))
    level = np.clip((plane - mean) / (spread + 6) * 42 + 128, 0, 255)
    return np.asarray(level, np.uint8)


def _by_features(original: Original, view: View, voting: bool = False) -> Registration | None:
    found, known = view.found, original.known
    if len(found) < 8 or len(known) < 8:
        return None
    alike = found.descriptors @ known.descriptors.T
    first = alike.argmax(axis=1)
    every = np.arange(len(first))
    near = 2 - 2 * alike[every, first]
    alike[every, first] = -1
    good = near < _RATIO**2 * (2 - 2 * alike.max(axis=1))
    placed = _placed(original, view, known.places[first[good]], found.places[good])
    if (placed is None or placed.matches < SURE) and voting:
        one, other = agreeing(known, found, first)
        voted = _placed(original, view, known.places[one], found.places[other])
        if voted is not None and (placed is None or voted.matches > placed.matches):
            return voted
    return placed


def _placed(
    original: Original, view: View, known: NDArray[np.float64], found: NDArray[np.float64]
) -> Registration | None:
    if len(known) < 8:
        return None
    opencv().setRNGSeed(1)  # the same picture shall give the same numbers in court
    matrix, mask = opencv().findHomography(
        known.astype(np.float32), found.astype(np.float32), opencv().USAC_MAGSAC,
        4.0 / view.enlarged, maxIters=5000, confidence=0.9999,
    )  # fmt: skip
    if matrix is None or not _sane(matrix, original.size):
        return None
    count = int(mask.sum())
    return Registration(view.grey, original.size, matrix, _still(original), count, view.mirrored)


def outlines(original: Original, suspect: Suspect) -> Iterator[Registration]:
    """The picture's frame and the outlines of cards in it, each in all its turns."""
    high, wide = suspect.grey.shape
    frame = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float64) - 0.5
    w, h = original.size
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float64) - 0.5
    still = _still(original)
    for outline in (frame, *suspect.quads):
        for turn in range(4):
            for mirrored in (False, True):
                to = np.roll(outline, turn, axis=0)
                if mirrored:
                    to = np.roll(to[::-1], 1, axis=0)
                matrix = opencv().getPerspectiveTransform(
                    corners.astype(np.float32), to.astype(np.float32)
                )
                yield Registration(suspect.grey, (w, h), matrix, still, 0, mirrored)


def shrunk(registration: Registration, most: int = 600) -> Registration:
    """The same on a small picture, where many are to be compared and each is averaged anew."""
    small = smaller(registration.grey, most)
    matrix = resized(registration.grey, small) @ registration.matrix
    return replace(registration, grey=small, matrix=matrix)


def _by_outline(original: Original, suspect: Suspect) -> tuple[Registration, float] | None:
    """By the outline and turn that is most like the original, and how alike it is."""
    best: tuple[Registration, float] | None = None
    for tried in outlines(original, suspect):
        alike = _alike(original, shrunk(tried))
        if best is None or alike > best[1]:
            best = tried, alike
    if best is None:
        return None
    moved = _shifted(original, best[0])
    alike = _alike(original, moved)
    return (moved, alike) if alike > best[1] else best


def _shifted(original: Original, registration: Registration) -> Registration:
    """Moved as a whole, by phase correlation."""
    cv2 = opencv()
    plane, _ = registration.sample()
    a, b = _levelled(original.grey), _levelled(plane)
    (dx, dy), _ = cv2.phaseCorrelate(a.astype(np.float64), b.astype(np.float64))
    move = np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]])
    return replace(registration, matrix=registration.matrix @ move)


def _alike(original: Original, registration: Registration) -> float:
    """Correlation of the two pictures without light and contrast, -1 to 1."""
    small = (original.size[0] // 3, original.size[1] // 3)
    cv2 = opencv()
    plane, inside = registration.sample(small)
    if inside.mean() < 0.03:
        return -1.0
    a = _levelled(cv2.resize(original.grey, small, interpolation=cv2.INTER_AREA))[inside]
    b = _levelled(plane)[inside]
    if a.std() < 1 or b.std() < 1:
        return -1.0
    return float(np.corrcoef(a, b)[0, 1])


def _still(original: Original) -> NDArray[np.float32]:
    return np.zeros((*original.grey.shape, 2), np.float32)


def _sane(matrix: NDArray[np.float64], size: tuple[int, int]) -> bool:
    """Whether the original's corners go to a convex figure, not turned over, of some size."""
    wide, high = size
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float64)
    behind = (np.c_[corners, np.ones(4)] @ matrix[2]) / matrix[2, 2]
    if (behind <= 0.1).any():
        return False
    to = through(matrix, corners)
    edges = np.roll(to, -1, axis=0) - to
    after = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    return bool((turns > 0).all() and turns.min() > 200)
