"""The visible carrier: one pixel each, read back, and silent where there is nothing to read."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the extra seal is not installed")
pytest.importorskip("PIL", reason="the extra seal is not installed")

from notmyloan.model.errors import InputError
from notmyloan.seal import glyph
from notmyloan.seal.codes import GLYPH, code
from notmyloan.seal.fonts import find_face

try:
    find_face()
except InputError:
    pytest.skip("no CJK font is installed", allow_module_level=True)

import marked

from notmyloan.seal.layout import Layout, Pixels, coverage, draw
from notmyloan.seal.luma import luma
from notmyloan.seal.residual import fit


def read(suspect: Pixels, layout: Layout) -> np.ndarray:
    pixels = marked.original().pixels
    plane = luma(suspect)
    inside = np.ones(plane.shape, bool)
    fitted = fit(plane, glyph.inked(pixels, layout), inside.astype(np.float32))
    return glyph.responses(plane, inside, fitted, pixels, layout)


def test_each_glyph_moves_one_pixel_each_way() -> None:
    layout = marked.layouts()["one"]
    moved = glyph.shifts(layout, marked.KEY, "c0")
    assert moved.shape == (len(layout.glyphs), 2)
    assert set(np.unique(moved)) == {-1, 1}
    assert np.array_equal(moved.ravel(), code(marked.KEY, "c0", GLYPH, glyph.chips(layout)))
    assert not np.array_equal(moved, glyph.shifts(layout, marked.KEY, "c1"))


@pytest.mark.parametrize("black_and_white", [False, True])
def test_the_shifts_are_read_back(black_and_white: bool) -> None:
    layout = marked.layouts()["one"]
    suspect = draw(marked.original().pixels, layout, glyph.shifts(layout, marked.KEY, "c0"))
    w = read(marked.copied(suspect) if black_and_white else suspect, layout)
    assert np.abs(w).max() <= 1
    c = code(marked.KEY, "c0", GLYPH, glyph.chips(layout))
    assert float(c @ w) / np.linalg.norm(w) > (14 if black_and_white else 20)
    other = code(marked.KEY, "c3", GLYPH, glyph.chips(layout))
    assert abs(float(other @ w)) / np.linalg.norm(w) < 5


def test_unshifted_glyphs_speak_for_nobody() -> None:
    layout = marked.layouts()["one"]
    w = read(draw(marked.original().pixels, layout), layout)
    assert float(np.abs(w).mean()) < 0.25


def test_a_layout_without_glyphs_says_nothing() -> None:
    pixels = marked.original().pixels
    empty = Layout(pixels.shape[1], pixels.shape[0], ())
    assert glyph.chips(empty) == 0
    assert glyph.shifts(empty, marked.KEY, "c0").shape == (0, 2)
    assert read(pixels, empty).shape == (0,)


def test_ink_beyond_the_edge_is_no_trouble() -> None:
    whole = marked.layouts()["one"]
    wide, high = whole.width, whole.height
    out = tuple(
        type(g)(g.character, g.x - 8 if g.x < wide / 2 else g.x + wide // 2, g.y - 3, g.coverage)
        for g in whole.glyphs
    )
    layout = Layout(wide, high, out, (), whole.ink, whole.opacity)
    suspect = draw(marked.original().pixels, layout)
    assert coverage(layout).any()
    assert np.isfinite(read(suspect, layout)).all()
