"""Registration: the suspect lies on the original to a fraction of a pixel, or is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("PIL", reason="the extra seal is not installed")

from notmyloan.model.errors import InputError
from notmyloan.seal.fonts import find_face

try:
    find_face()
except InputError:
    pytest.skip("no CJK font is installed", allow_module_level=True)

import marked
import papers

from notmyloan.seal.layout import Pixels
from notmyloan.seal.register import Registration, follow, register, register_by_ink


def off(place: Registration, truth: np.ndarray, wide: int, high: int) -> float:
    """How far from the truth (3 x 3, original to suspect) it lies at most, in suspect pixels."""
    grid = np.array([(x, y, 1) for x in (50, wide / 2, wide - 50) for y in (50, high - 50)])
    should = grid @ truth.T
    found = grid @ place.matrix.T
    miss = should[:, :2] / should[:, 2:] - found[:, :2] / found[:, 2:]
    return float(np.linalg.norm(miss, axis=1).max())


@pytest.mark.parametrize(
    ("angle", "scale", "tilt"), [(0, 1, 0), (33, 0.7, 0), (-170, 0.6, 1e-4), (4, 0.9, 3e-4)]
)
def test_a_turned_and_tilted_copy_is_found(angle: float, scale: float, tilt: float) -> None:
    known, suspect = marked.original(), marked.sealed()
    wide, high = known.size
    spin = np.vstack([cv2.getRotationMatrix2D((wide / 2, high / 2), angle, scale), [0, 0, 1]])
    truth = spin @ np.array([[1, 0, 0], [0, 1, 0], [tilt, tilt / 2, 1]])
    seen = cv2.warpPerspective(suspect, truth, (wide, high), flags=cv2.INTER_CUBIC)
    place = register(known, seen)
    assert place is not None
    assert not place.mirrored
    assert place.matches > 22
    assert off(place, truth, wide, high) < 4.0  # what is left the flow follows


def test_a_mirrored_copy_is_turned_back() -> None:
    place = register(marked.original(), np.ascontiguousarray(marked.sealed()[:, ::-1]))
    assert place is not None
    assert place.mirrored


def test_the_flow_follows_bent_paper() -> None:
    known = marked.original()
    suspect = known.pixels
    high, wide = suspect.shape[:2]
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    bend = (3 * np.sin(y / 110)).astype(np.float32)
    seen = cv2.remap(suspect, x + bend, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    place = register(known, seen)
    assert place is not None
    flowed = follow(follow(place, known.grey), known.grey)
    inner = np.s_[60:-60, 60:-60]
    before = np.abs(place.sample()[0] - known.grey)[inner].mean()
    after = np.abs(flowed.sample()[0] - known.grey)[inner].mean()
    assert after < 0.7 * before


def test_other_pictures_are_refused() -> None:
    known = marked.original()
    rng = np.random.default_rng(1)
    for other in (
        rng.integers(0, 256, (300, 400, 3)).astype(np.uint8),
        np.full((638, 1011, 3), 240, np.uint8),
        papers.table("wood", 800, 600, 1),
    ):
        assert register(known, other) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (20, 20), (64, 64)])
def test_tiny_pictures_are_no_trouble(shape: tuple[int, int]) -> None:
    tiny: Pixels = np.random.default_rng(2).integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert register(marked.original(), tiny) is None


def test_a_piece_is_found_where_it_was() -> None:
    known, suspect = marked.original(), marked.sealed()
    place = register(known, np.ascontiguousarray(suspect[200:520, 90:560]))
    assert place is not None
    truth = np.array([[1, 0, -90], [0, 1, -200], [0, 0, 1.0]])
    assert off(place, truth, *known.size) < 2.5


@pytest.mark.parametrize("black_and_white", [False, True])
def test_a_blank_piece_is_found_by_its_ink(black_and_white: bool) -> None:
    known, suspect = marked.original(), marked.sealed()
    piece = np.ascontiguousarray(suspect[60:330, 330:640])
    if black_and_white:
        piece = marked.copied(piece)
    place = register_by_ink(known, piece, marked.layouts().values())
    assert place is not None
    truth = np.array([[1, 0, -330], [0, 1, -60], [0, 0, 1.0]])
    middle = np.array([485.0, 195.0, 1.0])
    found = place.matrix @ middle
    assert np.linalg.norm(found[:2] / found[2] - (truth @ middle)[:2]) < 2.5


def test_no_layouts_place_nothing() -> None:
    assert register_by_ink(marked.original(), marked.sealed(), ()) is None


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_smooth_piece_is_found_by_its_looks(scale: float) -> None:
    known, suspect = marked.original(), marked.sealed()
    piece = cv2.resize(suspect[130:350, 690:930], None, fx=scale, fy=scale)
    place = register(known, np.ascontiguousarray(piece))
    assert place is not None
    found = place.matrix @ np.array([810.0, 240.0, 1.0])
    assert np.linalg.norm(found[:2] / found[2] - np.array([120.0, 110.0]) * scale) < 3.5
