"""Whose copy is this? A hypothesis test among the known copies, with a bound that is proved.

For each known copy z = sum c_i w_i / sqrt(sum w_i^2), where c is its secret code and w what the
suspect says of each chip. The code of a copy that had no part in the suspect is independent of
it, so P(z > t) <= exp(-t^2 / 2) whatever was done to the picture (Hoeffding 1963, for signs), as
long as w depends on no code. For N copies, S suspects and an error of p in the whole case the
threshold is sqrt(2 ln(N S / p)) (union bound). Choosing what to compute by looking at codes would
still be covered: the bound is over all N copies, each with one statistic that is fixed by the
suspect, the original and the copy's layout.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from notmyloan.seal import glyph, luma
from notmyloan.seal.codes import GLYPH, LUMA, Bits, correlate, packed
from notmyloan.seal.corners import opencv
from notmyloan.seal.features import Suspect
from notmyloan.seal.layout import Layout, Pixels, coverage
from notmyloan.seal.luma import Plane
from notmyloan.seal.register import (
    SURE,
    Original,
    Registration,
    follow,
    outlines,
    prepare,
    register,
    register_by_ink,
    shrunk,
)
from notmyloan.seal.residual import fit

_SKETCH = (168, 106)  # columns and rows of a layout's sketch
_FINEST = 2_000_000  # pixels of the grid on which glyphs are measured
_SEEN = 0.08  # correlation of the suspect's ink with a layout's from which it is that layout
_SPOKE = 0.05  # a chip that says less says nothing
_SAME = 0.7  # share of the print from which the suspect shows this very original
_MOST_LAYOUTS = 12  # mixed in one picture that are told apart
_INKED = 0.25  # correlation with a layout from which an outline shows it
_LIKE = 0.8  # correlation from which two layouts are of one sort
_COMPARED = 160  # layouts that are compared in full; more are sifted first
_STILL = 0.8  # pixels that flow need not be followed any further


@dataclass(frozen=True, slots=True)
class Copy:
    """One sealed copy: its id, which the codes come from, and the id of its layout."""

    id: str
    layout: str


class Answer(StrEnum):
    """What can be said."""

    ONE = "one"  # this copy
    SEVERAL = "several"  # several copies were mixed
    NOBODY = "nobody"  # none of the known copies, or too little is left to tell
    OTHER = "other"  # the picture does not show the original at all


@dataclass(frozen=True, slots=True)
class Match:
    """A copy above the threshold. `error`: the bound on the chance that any innocent copy of
    this case reaches its z."""

    copy: Copy
    z: float
    error: float


@dataclass(frozen=True, slots=True)
class Result:
    """`matches`: strongest first; empty for NOBODY and OTHER. `copies`, `suspects`, `error`: N, S
    and p; `threshold`: t. `z`: of each copy, in the order given. `layout`: the one seen in the
    suspect, if any; `features`: matches of the registration (0: by its outline); `alike`: the
    share of the original's print that the suspect shows."""

    answer: Answer
    matches: tuple[Match, ...]
    threshold: float
    copies: int
    suspects: int
    error: float
    z: NDArray[np.float64]
    layout: str | None = None
    features: int = 0
    mirrored: bool = False
    alike: float = 0.0


@dataclass(frozen=True)
class Statistic:
    """What a suspect says of the chips: of the luma's for all copies, of the glyphs' for the
    copies of each layout seen."""

    luma: NDArray[np.float64]
    glyphs: dict[str, NDArray[np.float64]]
    registration: Registration
    alike: float = 1.0
    """Share of the original's print that the suspect shows."""


def threshold(copies: int, suspects: int, error: float) -> float:
    """t for `copies` known copies, `suspects` pictures tested and an error of `error` in all.

    Raises ValueError on numbers that make no sense.
    """
    if copies < 1 or suspects < 1 or not 0 < error < 1:
        raise ValueError("copies and suspects must be at least 1, the error between 0 and 1")
    return math.sqrt(2 * math.log(copies * suspects / error))


def bound(z: float, copies: int, suspects: int) -> float:
    """The chance that any innocent copy reaches `z`, at most."""
    return min(copies * suspects * math.exp(-z * z / 2), 1.0) if z > 0 else 1.0


def whose(
    suspect: Pixels | Suspect,
    original: Pixels | Original,
    key: bytes,
    copies: Sequence[Copy],
    layouts: Mapping[str, Layout],
    *,
    suspects: int = 1,
    error: float = 1e-6,
    sketches: Mapping[str, NDArray[np.uint8]] | None = None,
    thorough: bool = True,
) -> Result:
    """Which of `copies` the suspect is. `key` is the original's; `layouts` by id, read only for
    those seen when `sketches` holds all sketches.

    Raises ValueError without copies, MissingExtraError without OpenCV.
    """
    limit = threshold(len(copies), suspects, error)
    known = original if isinstance(original, Original) else prepare(original)
    found = measure(suspect, known, key, layouts, sketches, thorough)
    if found is None:
        return Result(Answer.OTHER, (), limit, len(copies), suspects, error, np.zeros(len(copies)))
    z = scores(found, key, copies)
    return decide(found, z, copies, limit, suspects, error)


def decide(
    found: Statistic,
    z: NDArray[np.float64],
    copies: Sequence[Copy],
    limit: float,
    suspects: int,
    error: float,
) -> Result:
    """The answer from the scores: all copies above the threshold."""
    order = np.argsort(-z)
    matches = tuple(
        Match(copies[i], float(z[i]), bound(float(z[i]), len(copies), suspects))
        for i in order[: int((z > limit).sum())]
    )
    if matches:
        answer = Answer.ONE if len(matches) == 1 else Answer.SEVERAL
    else:
        answer = Answer.NOBODY if found.alike > _SAME else Answer.OTHER
    seen = next(iter(found.glyphs), None)
    place = found.registration
    return Result(
        answer, matches, limit, len(copies), suspects, error, z, seen, place.matches,
        place.mirrored, found.alike,
    )  # fmt: skip


def scores(found: Statistic, key: bytes, copies: Sequence[Copy]) -> NDArray[np.float64]:
    """z of each copy."""
    z = np.zeros(len(copies))
    total = correlate(packed(key, [c.id for c in copies], LUMA, luma.CHIPS), found.luma)
    power = np.full(len(copies), float((found.luma**2).sum()))
    for layout, w in found.glyphs.items():
        at = np.array([n for n, c in enumerate(copies) if c.layout == layout], np.int64)
        if len(at) and len(w):
            bits: Bits = packed(key, [copies[n].id for n in at], GLYPH, len(w))
            total[at] += correlate(bits, w)
            power[at] += float((w**2).sum())
    np.divide(total, np.sqrt(power), out=z, where=power > 0)
    return z


@dataclass(frozen=True, slots=True)
class Carriers:
    """A copy's z by each carrier alone and by both, and how many chips spoke."""

    luma: float
    glyphs: float
    both: float
    luma_chips: int
    glyph_chips: int


def explain(found: Statistic, key: bytes, copy: Copy) -> Carriers:
    """The numbers behind one copy's z; only `both` is tested against the threshold."""
    none = np.zeros_like(found.luma)
    w = found.glyphs.get(copy.layout, np.zeros(0))

    def z(statistic: Statistic) -> float:
        return float(scores(statistic, key, [copy])[0])

    return Carriers(
        z(replace(found, glyphs={})), z(replace(found, luma=none)), z(found),
        int((np.abs(found.luma) > _SPOKE).sum()), int((np.abs(w) > _SPOKE).sum()),
    )  # fmt: skip


def measure(
    suspect: Pixels | Suspect,
    original: Original,
    key: bytes,
    layouts: Mapping[str, Layout],
    sketches: Mapping[str, NDArray[np.uint8]] | None = None,
    thorough: bool = True,
) -> Statistic | None:
    """The statistic of a suspect; None where it does not show the original. Uses the key for
    where carriers lie only, no copy's code."""
    cv2 = opencv()
    seen_once = suspect if isinstance(suspect, Suspect) else Suspect(suspect)
    place = register(original, seen_once, False)
    if place is None and thorough:
        # The whole frame with a layout's ink in it is surer than what little else was alike.
        place = _by_outline(original, seen_once, layouts, sketches)
        if place is None:
            place = register(original, seen_once)
            if place is None or place.matches < SURE:
                # Portraits are alike in a mirror, letters are not.
                different = (layouts[name] for name in _different(layouts, sketches))
                inked = register_by_ink(original, seen_once, different)
                if inked is not None and (place is None or inked.matches >= SURE):
                    place = inked
    if place is None:
        return None
    place = follow(place, original.grey)
    seen = _layouts(place, original, layouts, sketches)
    clean = luma.luma(original.pixels)
    ink = np.zeros_like(clean)
    cover = np.zeros_like(clean)
    for name, share in seen:
        layout = layouts[name]
        plane = coverage(layout).astype(np.float32) * (share / 255)
        ink += plane * glyph.clear_ink(original.pixels, layout)
        cover += plane * layout.opacity
    full = clean + ink
    reference = cv2.resize(full, original.size, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(cover, original.size, interpolation=cv2.INTER_AREA)
    for _ in range(2):
        place = follow(place, reference)
        if place.moved < _STILL:
            break
    plane, inside = place.sample()
    weight = _reliable(inside)
    fitted = fit(plane, reference, weight)
    miss = plane - fitted.predict(reference)
    alike = _print(plane, fitted.predict(original.grey), weight * (cover < 0.05))
    weight = weight * _believable(miss, weight)
    fitted = fit(plane, reference, weight)
    miss = plane - fitted.predict(reference)
    weight = weight * _believable(miss, weight)
    # The pattern lies under the ink.
    slope = fitted.slope(reference) * (1 - cover)
    w = luma.responses(miss, weight, slope, original.grey, fitted.blur, key)
    glyphs: dict[str, NDArray[np.float64]] = {}
    if seen:
        grid = _grid(place, (clean.shape[1], clean.shape[0]))
        if grid != original.size:
            plane, inside = place.sample(grid)
            reference = full
            if grid != (clean.shape[1], clean.shape[0]):
                reference = cv2.resize(full, grid, interpolation=cv2.INTER_AREA)
            fitted = fit(plane, reference, _reliable(inside))
        for name, _ in seen:
            glyphs[name] = glyph.responses(plane, inside, fitted, original.pixels, layouts[name])
    return Statistic(w, glyphs, place, alike)


def sketch(layout: Layout) -> NDArray[np.uint8]:
    """A layout's ink, very small: 106 x 168. Kept beside a copy it saves drawing all layouts."""
    plane = opencv().resize(coverage(layout), _SKETCH, interpolation=opencv().INTER_AREA)
    return np.asarray(plane, np.uint8)


def _layouts(
    place: Registration,
    original: Original,
    layouts: Mapping[str, Layout],
    sketches: Mapping[str, NDArray[np.uint8]] | None,
) -> list[tuple[str, float]]:
    """The layouts whose ink the suspect shows, each with its share of the ink, strongest first."""
    cv2 = opencv()
    names = list(layouts)
    if not names:
        return []
    plane, inside = place.sample()
    weight = _reliable(inside)
    fitted = fit(plane, original.grey, weight)
    dark = np.clip(fitted.predict(original.grey) - plane, -40, 60) * weight
    small = _raised(cv2.resize(dark, _SKETCH, interpolation=cv2.INTER_AREA))
    area = cv2.resize(weight, _SKETCH, interpolation=cv2.INTER_AREA)
    drawn = [
        sketches[name] if sketches and name in sketches else sketch(layouts[name]) for name in names
    ]
    if len(names) > _COMPARED:
        first = _likely(drawn, _raised(small * area))
        names, drawn = [names[n] for n in first], [drawn[n] for n in first]
    rows = np.empty((len(names), small.size), np.float32)
    for n, one in enumerate(drawn):
        rows[n] = (_raised(one.astype(np.float32)) * area).ravel()
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6
    target = small.ravel() / (np.linalg.norm(small) + 1e-6)
    chosen: list[int] = []
    rest = target
    share: NDArray[np.float64] = np.zeros(0)
    # Orthogonal matching pursuit: mixed copies show several layouts, each fainter.
    while len(chosen) < _MOST_LAYOUTS:
        alike = np.abs(rows @ rest)
        alike[chosen] = 0
        best = int(alike.argmax())
        if alike[best] < _SEEN:
            break
        chosen.append(best)
        solved = np.linalg.lstsq(rows[chosen].T, target, rcond=None)[0]
        share = np.asarray(solved, np.float64)
        rest = target - rows[chosen].T @ share
    if not chosen:
        return []
    share = np.abs(share)
    order = [n for n in np.argsort(-share) if share[n] > 0.06 * share.sum()]
    total = sum(share[n] for n in order)
    return [(names[chosen[n]], float(share[n] / total)) for n in order]


def _by_outline(
    original: Original,
    suspect: Suspect,
    layouts: Mapping[str, Layout],
    sketches: Mapping[str, NDArray[np.uint8]] | None,
) -> Registration | None:
    """By the outline and turn in which the suspect shows a layout's ink, as where a copy in black
    and white has lost the original's print."""
    if not layouts:
        return None
    rows = _reliefs(layouts, sketches)
    best: tuple[float, Registration] | None = None
    for tried in outlines(original, suspect):
        plane, inside = shrunk(tried).sample((2 * _SKETCH[0], 2 * _SKETCH[1]))
        if inside.mean() < 0.5:
            continue
        small = _raised(opencv().resize(plane, _SKETCH, interpolation=opencv().INTER_AREA))
        small = np.clip(small, -60, 60)
        alike = float(np.abs(rows @ (small.ravel() / (np.linalg.norm(small) + 1e-6))).max())
        if best is None or alike > best[0]:
            best = alike, tried
    return best[1] if best is not None and best[0] > _INKED else None


def _reliefs(
    layouts: Mapping[str, Layout], sketches: Mapping[str, NDArray[np.uint8]] | None
) -> NDArray[np.float32]:
    """Of all layouts, what of their ink stands out, one row of length 1 each."""
    rows = np.empty((len(layouts), _SKETCH[0] * _SKETCH[1]), np.float32)
    for n, name in enumerate(layouts):
        drawn = sketches[name] if sketches and name in sketches else sketch(layouts[name])
        rows[n] = _raised(drawn.astype(np.float32)).ravel()
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6
    return rows


def _different(
    layouts: Mapping[str, Layout], sketches: Mapping[str, NDArray[np.uint8]] | None
) -> Iterator[str]:
    """Layouts that do not look alike, one for each sort: those for a hundred recipients of like
    names are one sort."""
    names = list(layouts)
    rows = _reliefs(layouts, sketches)
    left = np.ones(len(names), np.bool_)
    while left.any():
        first = int(left.argmax())
        yield names[first]
        left &= rows @ rows[first] < _LIKE
        left[first] = False


def _likely(drawn: Sequence[NDArray[np.uint8]], small: Plane) -> NDArray[np.int64]:
    """Those of many sketches that may be seen: by one product each, without their own relief."""
    every = np.array(drawn).reshape(len(drawn), -1).astype(np.float32)
    every -= every.mean(axis=1, keepdims=True)
    alike = np.abs(every @ small.ravel()) / (np.linalg.norm(every, axis=1) + 1e-6)
    return np.argsort(-alike)[:_COMPARED]


def _raised(plane: Plane) -> Plane:
    """Without what changes slowly."""
    return np.asarray(plane - opencv().blur(plane, (15, 15)), np.float32)


def _reliable(inside: NDArray[np.bool_]) -> Plane:
    """1 well inside the suspect, 0 outside and within some pixels of its edge."""
    cv2 = opencv()
    padded = cv2.copyMakeBorder(inside.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    padded = cv2.erode(padded, np.ones((7, 7), np.uint8))
    return np.asarray(padded[1:-1, 1:-1], np.float32)


def _believable(miss: Plane, weight: Plane) -> Plane:
    """Less where much is not explained, such as under paint: 1 to 0."""
    cv2 = opencv()
    strong = cv2.blur(weight * np.minimum(np.abs(miss), 100), (9, 9))
    usual = float(np.median(strong[weight > 0])) if (weight > 0).any() else 1.0
    return np.asarray(1 / (1 + (strong / (3.5 * usual + 0.5)) ** 4), np.float32)


def _print(plane: Plane, expected: Plane, weight: Plane) -> float:
    """In which share of the places where the original has print the suspect has the same."""
    cv2 = opencv()
    box = (21, 21)
    w = cv2.blur(weight, box) + 1e-6

    def mean(value: Plane) -> Plane:
        return np.asarray(cv2.blur(weight * value, box) / w, np.float32)

    a, b = cv2.GaussianBlur(expected, (0, 0), 1.2), cv2.GaussianBlur(plane, (0, 0), 1.2)
    ma, mb = mean(a), mean(b)
    va, vb = mean(a * a) - ma * ma, mean(b * b) - mb * mb
    both = mean(a * b) - ma * mb
    like = both / np.sqrt(np.maximum(va, 1) * np.maximum(vb, 1))
    strong = (w > 0.3) & (va > 120)
    return float((like[strong] > 0.6).mean()) if strong.sum() > 500 else 1.0


def _grid(place: Registration, size: tuple[int, int]) -> tuple[int, int]:
    """The grid to measure glyphs on: as fine as the suspect, at least the canonical one."""
    canonical = place.size[0]
    wide = canonical * place.scale * 1.2
    most = size[0] * min(math.sqrt(_FINEST / (size[0] * size[1])), 1.0)
    wide = max(min(wide, most), canonical)
    if abs(wide / canonical - 1) < 0.15:
        return place.size
    if abs(wide / size[0] - 1) < 0.05:
        return size
    return round(wide), round(wide * size[1] / size[0])
