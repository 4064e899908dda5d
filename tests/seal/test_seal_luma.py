"""The invisible carrier: not seen, orthonormal, keyed, and found again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip("cv2", reason="the extra seal is not installed")
pytest.importorskip("PIL", reason="the extra seal is not installed")

import cv2
import papers

from notmyloan.model.errors import InputError
from notmyloan.seal import luma
from notmyloan.seal.codes import LUMA, code
from notmyloan.seal.fonts import find_face
from notmyloan.seal.kinds import Kind
from notmyloan.seal.layout import Pixels

try:
    find_face()
except InputError:
    pytest.skip("no CJK font is installed", allow_module_level=True)

KEY = bytes(range(32))


def ssim(a: Pixels, b: Pixels) -> float:
    """Wang et al. 2004, on brightness."""
    x, y = (luma.luma(p).astype(np.float64) for p in (a, b))

    def g(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5), np.float64)

    mx, my = g(x), g(y)
    vx, vy, both = g(x * x) - mx * mx, g(y * y) - my * my, g(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    s = (2 * mx * my + c1) * (2 * both + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return float(s.mean())


@pytest.mark.parametrize("kind", [Kind.ID_FRONT, Kind.BANK_CARD, Kind.PASSPORT])
def test_the_mark_is_not_seen(kind: Kind) -> None:
    flat = papers.paper(kind, 2)
    marked = luma.embed(flat, KEY, "c1")
    miss = marked.astype(np.float64) - flat
    assert 10 * math.log10(255**2 / (miss**2).mean()) >= 46
    assert ssim(flat, marked) >= 0.99
    assert np.abs(miss).max() <= 8


def test_ssim_is_one_for_equal_pictures_only() -> None:
    flat = papers.paper(Kind.ID_FRONT, 2)
    assert ssim(flat, flat) == pytest.approx(1)
    assert ssim(flat, cv2.GaussianBlur(flat, (0, 0), 2)) < 0.95


@settings(max_examples=12, deadline=None)
@given(st.integers(40, 700), st.integers(40, 700), st.integers(0, 99))
def test_any_size_can_be_marked(wide: int, high: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (high, wide, 3)).astype(np.uint8)
    marked = luma.embed(pixels, KEY, "c1")
    assert marked.shape == pixels.shape
    assert marked.dtype == np.uint8
    assert np.array_equal(marked, luma.embed(pixels, KEY, "c1"))


def test_the_cosines_are_orthonormal() -> None:
    """So that what one chip adds, no other sees; away from the edges, where blocks are whole."""
    lapped = luma.basis((512, 384))
    rng = np.random.default_rng(1)
    values = rng.normal(size=len(lapped.used))
    high, wide = lapped.cells
    row, column = lapped.cell // wide, lapped.cell % wide
    whole = (row > 0) & (row < high - 1) & (column > 0) & (column < wide - 1)
    back = lapped.analyse(lapped.synthesise(np.where(whole, values, 0.0)))
    assert np.allclose(back[whole], values[whole], atol=1e-4)


def test_the_wavelengths_are_those_laid_down() -> None:
    lapped = luma.basis(luma.canonical_size(1011, 638))
    assert lapped.frequency.min() > 1 / 64
    assert lapped.frequency.max() < 1 / 10


def test_each_chip_is_spread_evenly_by_the_key() -> None:
    size = luma.canonical_size(1011, 638)
    one, other = luma.plan(KEY, size), luma.plan(bytes(32), size)
    counts = np.bincount(one.chip, minlength=luma.CHIPS)
    assert counts.max() - counts.min() <= 1
    assert (one.chip == other.chip).mean() < 0.01
    assert abs(float((one.sign * other.sign).mean())) < 0.05


@pytest.mark.parametrize("size", [(1011, 638), (638, 1011), (1654, 2338), (4000, 3000), (200, 90)])
def test_every_picture_has_a_cards_area(size: tuple[int, int]) -> None:
    wide, high = luma.canonical_size(*size)
    assert min(wide, high) >= 2 * luma.BLOCK
    if min(wide, high) > 2 * luma.BLOCK:
        assert wide * high == pytest.approx(luma.AREA, rel=0.01)
        assert wide / high == pytest.approx(size[0] / size[1], rel=0.01)


def statistic(residual: NDArray[np.float32], clean: NDArray[np.float32]) -> NDArray[np.float64]:
    even = np.ones_like(residual)
    return luma.responses(residual, even, even, clean, 0.0, KEY)


def test_the_code_is_read_from_the_residual() -> None:
    flat = papers.paper(Kind.ID_FRONT, 2)
    clean = luma.luma(flat)
    residual = luma.luma(luma.embed(flat, KEY, "c1")) - clean
    w = statistic(residual, clean)
    assert np.abs(w).max() <= 1
    c = code(KEY, "c1", LUMA, luma.CHIPS)
    assert (np.sign(w) == c).mean() > 0.99
    other = code(KEY, "c2", LUMA, luma.CHIPS)
    assert abs(float(other @ w) / np.linalg.norm(w)) < 5


@pytest.mark.parametrize("what", ["noise", "nothing", "lines"])
def test_what_is_no_mark_weighs_little(what: str) -> None:
    """Beside the other carrier's, or it would drown that."""
    clean = luma.luma(papers.paper(Kind.ID_FRONT, 2))
    residual = {
        "noise": np.random.default_rng(1).normal(0, 20, clean.shape),
        "nothing": np.zeros(clean.shape),
        "lines": 30 * np.sin(np.arange(clean.shape[1]) / 3)[None, :] * np.ones(clean.shape),
    }[what].astype(np.float32)
    w = statistic(residual, clean)
    assert np.isfinite(w).all()
    assert float((w**2).mean()) < 0.02
