"""Lays a leaked picture over the kept original, so that detection need not know what happened.

SIFT features (Lowe 2004) give a homography by MAGSAC++ (Barath et al. 2020); where they are too
few, the picture's frame or a card's outline is tried in all its turns. Then a smoothed dense flow
(DIS, Kroeger et al. 2016) follows paper that bends. Nothing here knows a code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal.corners import opencv
from notmyloan.seal.layout import Layout, Pixels, draw
from notmyloan.seal.luma import Plane, canonical_size, luma
from notmyloan.seal.quads import find_quads

_LARGEST = 1800  # pixels of a suspect's longer side; more tell nothing
_SMALLEST = 900  # smaller ones are enlarged, or SIFT finds too little
_FEATURES = 2500
_RATIO = 0.82
_SURE = 22  # matches on one homography
_ALIKE = 0.12  # correlation with the original below which nothing was registered
_SMOOTH = 22.0  # canonical pixels: wider than a glyph, so that no glyph's shift is undone
_SCALES = (1.0, 0.5, 2 / 3, 0.8, 1.25, 1.5, 2.0)  # pieces of these sizes are tried
_LIKELY = 0.6  # correlation from which few matches will do
_CERTAIN = 0.93  # correlation with a layout's picture from which no other is tried
_MOST_TRIED = 64  # layouts
_REACH = 12.0  # canonical pixels that the flow may move


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
        return replace(self, places=_through(matrix, self.places), sizes=self.sizes * scale)

    def __len__(self) -> int:
        return len(self.places)


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

    @property
    def scale(self) -> float:
        """Suspect pixels for one canonical pixel, in the middle."""
        wide, high = self.size
        middle = np.array(
            [[[wide / 2, high / 2], [wide / 2 + 1, high / 2], [wide / 2, high / 2 + 1]]]
        )
        a, b, c = _through(self.matrix, middle)[0]
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
        x = (np.arange(wide) + 0.5) * sx - 0.5
        y = (np.arange(high) + 0.5) * sy - 0.5
        grid = np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1) + flow
        grey, matrix = self.grey, self.matrix
        step = self.scale * sx
        if step > 1.4:  # average first, or fine print breaks up
            grey = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
            matrix = _resized(self.grey, grey) @ matrix
        at = _through(matrix, grid)
        inside = (
            (at[..., 0] > 0) & (at[..., 1] > 0)
            & (at[..., 0] < grey.shape[1] - 1) & (at[..., 1] < grey.shape[0] - 1)
        )  # fmt: skip
        at = at.astype(np.float32)
        plane = cv2.remap(
            grey, at[..., 0], at[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return np.clip(plane, 0, 255), np.asarray(inside)


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
    few = _features(grey)
    fine = _smaller(whole)
    if max(fine.shape) < 1.25 * max(grey.shape):
        return few
    more = _features(fine, 2 * _FEATURES).moved(_resized(fine, grey))
    return Features(
        np.vstack([few.places, more.places]),
        np.concatenate([few.sizes, more.sizes]),
        np.concatenate([few.angles, more.angles]),
        np.vstack([few.descriptors, more.descriptors]),
    )


def register(original: Original, suspect: Pixels, thorough: bool = True) -> Registration | None:
    """The suspect on the original, mirrored back if need be; None where it shows something else.

    Not `thorough`, by features alone: quick, and enough for all but poor copies. Raises
    MissingExtraError.
    """
    grey, faint = _smaller(luma(suspect)), _smaller(suspect[..., 2].astype(np.float32))
    # In the blue channel blue ink is faint: what is left is the paper's own print.
    coloured = bool(np.abs(grey - faint).std() > 3)
    # Black and white dots have corners of their own; blurred they have none.
    soft = np.asarray(opencv().GaussianBlur(grey, (0, 0), 1.5), np.float32)
    best: Registration | None = None
    alike = -1.0
    for mirrored in (False, True):
        for seen in (grey, faint) if coloured else (grey, soft):
            tried = _by_features(original, _view(grey, seen, mirrored))
            if tried is None:
                continue
            how = _alike(original, tried)
            if tried.matches >= _SURE and how > 2 * _ALIKE:
                return tried
            if best is None or how + tried.matches / 200 > alike + best.matches / 200:
                best, alike = tried, how
    if best is not None and best.matches >= 1.3 * _SURE and alike > _ALIKE / 3:
        return best  # black and white, it may be alike in its corners only
    if not thorough:
        return None
    framed = _by_outline(original, grey, suspect)
    if framed is not None and framed[1] > alike:
        best, alike = framed
    if alike < _LIKELY:
        piece = _by_template(original, grey, suspect)
        if piece is not None and piece[1] > max(alike, 2 * _ALIKE):
            best, alike = piece
    return best if alike > _ALIKE else None


def _by_template(
    original: Original, grey: Plane, suspect: Pixels
) -> tuple[Registration, float] | None:
    """A smooth piece that was only cut out, perhaps scaled, never turned: where it fits best."""
    cv2 = opencv()
    half = cv2.resize(original.grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    whole = cv2.GaussianBlur(half, (0, 0), 1.0)
    native = original.size[0] / original.pixels.shape[1] * suspect.shape[1] / grey.shape[1]
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
    original: Original, suspect: Pixels, layouts: Iterable[Layout]
) -> Registration | None:
    """As `register`, for a piece or a poor copy that shows hardly more than the endorsement: the
    original with each layout in turn, until one fits. Slow, so only after `register` has failed."""
    cv2 = opencv()
    grey = _smaller(luma(suspect))
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.float32)
    view = _view(grey, soft, False)
    best: Registration | None = None
    alike = 2 * _ALIKE
    for layout in islice(layouts, _MOST_TRIED if len(view.found) >= _SURE else 0):
        inked = _smaller(luma(draw(original.pixels, layout)))
        plane = cv2.resize(inked, original.size, interpolation=cv2.INTER_AREA)
        known = Original(
            original.pixels, plane, _features(inked, 2 * _FEATURES).moved(_resized(inked, plane))
        )
        tried = _by_features(known, view, True)
        if tried is None:
            continue
        # Layouts have words in common, so that matches alone would take the wrong one.
        how = _alike(known, tried)
        if how > (alike if tried.matches >= _SURE else max(alike, _LIKELY)):
            best, alike = tried, how
        if how > _CERTAIN and tried.matches >= _SURE:
            break
    return best


def _smaller(grey: Plane) -> Plane:
    longest = max(grey.shape)
    if longest <= _LARGEST:
        return grey
    scale = _LARGEST / longest
    return np.asarray(
        opencv().resize(grey, None, fx=scale, fy=scale, interpolation=opencv().INTER_AREA),
        np.float32,
    )


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
    far = np.linalg.norm(moved, axis=2) > _REACH
    weight = np.where(inside & ~far, texture + 20, 0).astype(np.float32)
    smooth = _smoothed(moved, weight)
    off = np.linalg.norm(moved - smooth, axis=2)
    weight = np.asarray(weight / (1 + (off / 0.7) ** 2), np.float32)
    return replace(registration, flow=registration.flow + _smoothed(moved, weight))


def _smoothed(flow: NDArray[np.float32], weight: Plane) -> NDArray[np.float32]:
    cv2 = opencv()
    small = (max(flow.shape[1] // 4, 8), max(flow.shape[0] // 4, 8))
    planes = [flow[..., 0] * weight, flow[..., 1] * weight, weight]
    narrow = [cv2.resize(p, small, interpolation=cv2.INTER_AREA) for p in planes]
    x, y, w = (cv2.GaussianBlur(p, (0, 0), _SMOOTH / 4) for p in narrow)
    w = w + 1e-3 * float(w.max()) + 1e-6
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


def _features(grey: Plane, most: int = _FEATURES) -> Features:
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


@dataclass(frozen=True)
class _View:
    """A suspect's features. `grey`: mirrored back if `mirrored`."""

    grey: Plane
    found: Features
    mirrored: bool
    enlarged: float


def _view(grey: Plane, shown: Plane, mirrored: bool) -> _View:
    """The features of `shown`, which is `grey` in another light."""
    if mirrored:
        grey, shown = (np.ascontiguousarray(p[:, ::-1]) for p in (grey, shown))
    enlarge = max(_SMALLEST / max(grey.shape), 1.0)
    if enlarge > 1:
        shown = opencv().resize(
            shown, None, fx=enlarge, fy=enlarge, interpolation=opencv().INTER_CUBIC
        )
    return _View(grey, _features(shown).moved(_resized(shown, grey)), mirrored, enlarge)


def _by_features(original: Original, view: _View, votes: bool = False) -> Registration | None:
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
    if (placed is None or placed.matches < _SURE) and votes:
        one, other = _agreeing(known, found, first)
        voted = _placed(original, view, known.places[one], found.places[other])
        if voted is not None and (placed is None or voted.matches > placed.matches):
            return voted
    return placed


def _placed(
    original: Original, view: _View, known: NDArray[np.float64], found: NDArray[np.float64]
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


def _agreeing(
    known: Features, found: Features, first: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Matches that agree in scale, turn and place, by votes (Lowe 2004, 7.3); `first`: the
    nearest known feature of each found one.

    Where the same words stand in every line each feature has many equals, and no ratio of
    distances tells the right one: but the right place gets the most votes.
    """
    scale = np.log(found.sizes / known.sizes[first])
    turn = (found.angles - known.angles[first]) % (2 * np.pi)
    box = (np.round(scale / 0.2).astype(int), np.round(turn / 0.2).astype(int) % 31)
    pairs, count = np.unique(np.stack(box, axis=1), axis=0, return_counts=True)
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


def _by_outline(
    original: Original, grey: Plane, suspect: Pixels
) -> tuple[Registration, float] | None:
    """By the frame or a card's outline in all turns: the one most like the original, and how."""
    cv2 = opencv()
    high, wide = grey.shape
    frame = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float64) - 0.5
    outlines = [frame]
    ratio = wide / suspect.shape[1]
    if min(suspect.shape[:2]) >= 64:
        outlines += [(q.corners + 0.5) * ratio - 0.5 for q in find_quads(suspect)[:2]]
    w, h = original.size
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float64) - 0.5
    best: tuple[Registration, float] | None = None
    for outline in outlines:
        for turn in range(4):
            for mirrored in (False, True):
                to = np.roll(outline, turn, axis=0)
                if mirrored:
                    to = np.roll(to[::-1], 1, axis=0)
                matrix = cv2.getPerspectiveTransform(
                    corners.astype(np.float32), to.astype(np.float32)
                )
                tried = Registration(grey, (w, h), matrix, _still(original), 0, mirrored)
                alike = _alike(original, tried)
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


def _through(matrix: NDArray[np.float64], at: NDArray[Any]) -> NDArray[np.float64]:
    """Points (… x 2) through a homography."""
    x, y = at[..., 0], at[..., 1]
    w = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    w = np.where(np.abs(w) < 1e-9, 1e-9, w)
    u = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / w
    v = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / w
    return np.stack([u, v], axis=-1)


def _resized(before: Plane, after: Plane) -> NDArray[np.float64]:
    """The matrix of a resize; pixel centres at whole numbers."""
    sx, sy = after.shape[1] / before.shape[1], after.shape[0] / before.shape[0]
    return np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1.0]])


def _still(original: Original) -> NDArray[np.float32]:
    return np.zeros((*original.grey.shape, 2), np.float32)


def _sane(matrix: NDArray[np.float64], size: tuple[int, int]) -> bool:
    """Whether the original's corners go to a convex figure, not turned over, of some size."""
    wide, high = size
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float64)
    behind = (np.c_[corners, np.ones(4)] @ matrix[2]) / matrix[2, 2]
    if (behind <= 0.1).any():
        return False
    to = _through(matrix, corners)
    edges = np.roll(to, -1, axis=0) - to
    after = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    return bool((turns > 0).all() and turns.min() > 200)
