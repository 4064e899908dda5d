"""Whose copy it is: the right one after a leak, never an innocent, and "other" for others."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("PIL", reason="the extra seal is not installed")

from notmyloan.model.errors import InputError
from notmyloan.seal.fonts import find_face

try:
    find_face()
except InputError:
    pytest.skip("no CJK font is installed", allow_module_level=True)

import marked
import papers
from marked import COPIES, KEY, ask, copied, jpeg, named, scaled, sealed, turned

from notmyloan.seal.codes import original_key
from notmyloan.seal.detect import (
    Answer,
    Copy,
    bound,
    explain,
    measure,
    scores,
    sketch,
    threshold,
    whose,
)
from notmyloan.seal.kinds import Kind
from notmyloan.seal.layout import Pixels, draw


def test_the_threshold_is_that_of_the_formula() -> None:
    assert threshold(1000, 1, 1e-6) == pytest.approx(6.438, abs=1e-3)
    assert bound(threshold(1000, 3, 1e-6), 1000, 3) == pytest.approx(1e-6)
    assert bound(-3.0, 10, 1) == 1.0
    for wrong in ((0, 1, 1e-6), (1, 0, 1e-6), (1, 1, 0.0), (1, 1, 1.0)):
        with pytest.raises(ValueError):
            threshold(*wrong)


@given(st.integers(1, 10**6), st.integers(1, 1000), st.floats(1e-12, 0.5))
def test_the_bound_at_the_threshold_is_the_error(copies: int, suspects: int, error: float) -> None:
    limit = threshold(copies, suspects, error)
    assert bound(limit, copies, suspects) == pytest.approx(error)
    assert bound(limit + 0.1, copies, suspects) < error


LEAKS: dict[str, Callable[[Pixels], Pixels]] = {
    "untouched": lambda p: p,
    "jpeg 50": lambda p: jpeg(p, 50),
    "half size": lambda p: scaled(p, 505),
    "thumbnail": lambda p: scaled(p, 320),
    "rotated": lambda p: jpeg(turned(p, 17), 80),
    "black and white": copied,
    "cropped": lambda p: jpeg(p[150:560, 60:700], 80),
    "upside down, mirrored": lambda p: p[::-1],
    "blurred, grey": lambda p: np.repeat(
        cv2.GaussianBlur(p, (0, 0), 2).mean(axis=2, keepdims=True), 3, axis=2
    ).astype(np.uint8),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_right_copy_is_named(leak: str) -> None:
    result = ask(LEAKS[leak](sealed()))
    assert named(result) == ["c7"]
    assert result.answer is Answer.ONE
    assert result.matches[0].error <= 1e-6


@pytest.mark.parametrize("mirrored", [False, True])
def test_what_looks_the_same_in_a_mirror_is_not_taken_the_wrong_way_round(mirrored: bool) -> None:
    """A portrait from the front does, and then only the endorsement tells the two apart."""
    kind, seed = Kind.TEMPORARY_ID, 502
    piece = jpeg(sealed(7, seed, kind=kind)[0:324, 510:1007], 80)
    result = ask(piece[:, ::-1] if mirrored else piece, seed=seed, kind=kind)
    assert named(result) == ["c7"]
    assert result.mirrored is mirrored
    assert result.matches[0].z == result.z[7]
    assert np.delete(result.z, 7).max() < result.threshold


def test_unmarked_and_foreign_copies_are_nobodys() -> None:
    clean = marked.original().pixels
    other_key = original_key(KEY, b"another")
    for suspect in (clean, draw(clean, marked.layouts()["one"]), sealed(7, 3, other_key)):
        result = ask(suspect)
        assert result.answer is Answer.NOBODY
        assert result.matches == ()
    assert ask(sealed(), other_key).answer is Answer.NOBODY


def test_somebody_elses_document_is_another() -> None:
    foreign = original_key(KEY, b"somebody's vault")
    for suspect in (sealed(7, 8, foreign), papers.paper(Kind.HOUSEHOLD, 5)):
        result = ask(suspect)
        assert result.matches == ()
        assert result.answer in (Answer.OTHER, Answer.NOBODY)
    for suspect in (papers.table("wood", 800, 600, 1), papers.paper(Kind.BANK_CARD, 2)):
        assert ask(suspect).answer is Answer.OTHER


def test_pooled_copies_never_name_an_innocent() -> None:
    pool = (1, 5, 12)
    mixed = np.mean([sealed(n).astype(np.float64) for n in pool], axis=0)
    result = ask(jpeg(np.rint(mixed).astype(np.uint8), 80))
    assert result.answer is Answer.SEVERAL
    assert set(named(result)) <= {f"c{n}" for n in pool}
    assert len(named(result)) >= 2


def test_a_leaker_who_mixes_in_an_innocents_copy_is_named_with_it() -> None:
    """The answer is "several": nobody can tell from the picture who mixed."""
    mixed = 0.7 * sealed(2).astype(np.float64) + 0.3 * sealed(9)
    result = ask(np.rint(mixed).astype(np.uint8))
    assert result.answer is Answer.SEVERAL
    assert set(named(result)) == {"c2", "c9"}


def test_the_statistic_knows_no_code() -> None:
    """It is the same whoever is asked about: neither copies nor their ids enter."""
    suspect = jpeg(sealed(), 60)
    one = measure(suspect, marked.original(), KEY, marked.layouts())
    again = measure(suspect, marked.original(), KEY, marked.layouts())
    assert one is not None
    assert again is not None
    assert np.array_equal(one.luma, again.luma)
    sketches = {name: sketch(layout) for name, layout in marked.layouts().items()}
    third = measure(suspect, marked.original(), KEY, marked.layouts(), sketches)
    assert third is not None
    assert np.array_equal(one.luma, third.luma)
    assert set(one.glyphs) == set(third.glyphs) == {"two"}
    # Innocents in their thousands against this one statistic.
    many = [Copy(f"innocent {n}", ("one", "two", "three")[n % 3]) for n in range(30_000)]
    z = scores(one, KEY, many)
    for t in (2.0, 3.0, 4.0):
        allowed = math.exp(-t * t / 2)
        assert (z > t).mean() <= allowed + 4 * math.sqrt(allowed / len(z))
    assert z.max() < threshold(len(many), 1, 1e-3)


def test_both_carriers_are_explained() -> None:
    found = measure(jpeg(sealed(), 60), marked.original(), KEY, marked.layouts())
    assert found is not None
    z = explain(found, KEY, COPIES[7])
    assert z.both == pytest.approx(scores(found, KEY, COPIES)[7])
    assert max(z.luma, z.glyphs) < z.both < math.hypot(z.luma, z.glyphs) + 1e-6
    assert z.luma_chips > 1000
    assert z.glyph_chips > 300
    other = explain(found, KEY, COPIES[0])
    assert other.glyphs == 0.0
    assert other.glyph_chips == 0


def test_no_copies_make_no_sense() -> None:
    with pytest.raises(ValueError):
        whose(sealed(), marked.original(), KEY, [], {})


def test_copies_without_their_layouts_are_tested_by_brightness() -> None:
    result = whose(jpeg(sealed(), 70), marked.original().pixels, KEY, COPIES, {})
    assert named(result) == ["c7"]
    assert result.layout is None


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 255))
def test_any_picture_gets_an_answer(wide: int, high: int, level: int) -> None:
    flat = np.full((high, wide, 3), level, np.uint8)
    assert ask(flat).answer in (Answer.OTHER, Answer.NOBODY)
