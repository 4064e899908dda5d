"""Endorsements: whole, legible, all over the paper, and never on what must stay readable."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cv2", reason="the extra seal is not installed")
pytest.importorskip("PIL", reason="the extra seal is not installed")

import cv2
import papers

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.errors import InputError, MissingExtraError, NotMyLoanError, UsageError
from notmyloan.read.recogniser import recogniser
from notmyloan.seal.endorsement import LIGHT_INK, ink_for, lay_out
from notmyloan.seal.fonts import find_face
from notmyloan.seal.keepout import keep_out
from notmyloan.seal.kinds import Kind, canonical_size
from notmyloan.seal.layout import Box, Layout, Pixels, coverage, draw
from notmyloan.seal.wording import Language, endorsement_lines

try:
    find_face()
except InputError:
    pytest.skip("no CJK font is installed", allow_module_level=True)

DAY = date(2026, 11, 24)
PURPOSE, RECIPIENT = "办理XX银行储蓄卡开户", "XX银行杭州分行"
CARDS = [k for k in Kind if k is not Kind.PAGE]
LANGUAGE: list[Language] = ["zh-CN", "en", "both"]


def made(kind: Kind, seed: int = 1, language: Language = "zh-CN") -> tuple[Pixels, Layout]:
    flat = papers.paper(kind, seed)
    size = (flat.shape[1], flat.shape[0])
    boxes = keep_out(kind, size, flat)
    return flat, lay_out(PURPOSE, RECIPIENT, DAY, kind, size, language, boxes, ink=ink_for(flat))


def ink_on(layout: Layout, spare: int = 1) -> int:
    """Pixels of ink on the keep-out boxes or within `spare` of them."""
    plane = coverage(layout)
    return sum(
        int((plane[max(b.top - spare, 0) : b.bottom + spare,
                   max(b.left - spare, 0) : b.right + spare] > 0).sum())
        for b in layout.keep_out
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGE)
@pytest.mark.parametrize("kind", CARDS)
def test_no_ink_within_a_pixel_of_what_stays_free(kind: Kind, language: Language) -> None:
    flat, layout = made(kind, 2, language)
    assert layout.keep_out
    assert ink_on(layout) == 0
    worst = np.random.default_rng(1).choice([-1, 1], (len(layout.glyphs), 2)).astype(np.int8)
    sealed = draw(flat, layout, worst)
    for b in layout.keep_out:
        part = np.s_[b.top : b.bottom, b.left : b.right]
        assert np.array_equal(sealed[part], flat[part])


@pytest.mark.parametrize("kind", CARDS)
def test_the_truth_of_the_paper_is_inside_the_boxes(kind: Kind) -> None:
    """The drawn name, number and portrait come through untouched."""
    flat, layout = made(kind, 3)
    sealed = draw(flat, layout)
    wide, high = layout.width, layout.height
    truth = {
        Kind.ID_FRONT: [(0.18, 0.1, 0.3, 0.17), (0.345, 0.85, 0.91, 0.92), (0.64, 0.16, 0.93, 0.7)],
        Kind.ID_BACK: [(0.06, 0.1, 0.22, 0.37), (0.4, 0.72, 0.65, 0.78), (0.4, 0.84, 0.74, 0.9)],
        Kind.TEMPORARY_ID: [(0.18, 0.07, 0.28, 0.13), (0.3, 0.68, 0.8, 0.75),
                            (0.67, 0.11, 0.92, 0.61), (0.3, 0.79, 0.6, 0.94)],
        Kind.PASSPORT: [(0.04, 0.2, 0.29, 0.7), (0.68, 0.11, 0.85, 0.17), (0.03, 0.82, 0.97, 0.94),
                        (0.34, 0.22, 0.6, 0.28), (0.66, 0.56, 0.9, 0.62)],
        Kind.HOUSEHOLD: [(0.19, 0.14, 0.3, 0.2), (0.18, 0.53, 0.45, 0.6)],
        Kind.BANK_CARD: [(0.08, 0.53, 0.7, 0.62), (0.08, 0.83, 0.3, 0.89)],
    }[kind]  # fmt: skip
    for left, top, right, bottom in truth:
        part = np.s_[int(top * high) : int(bottom * high), int(left * wide) : int(right * wide)]
        assert np.array_equal(sealed[part], flat[part])


def test_a_name_longer_than_usual_widens_its_box() -> None:
    size = canonical_size(Kind.ID_FRONT)
    plain = np.full((size[1], size[0], 3), 230, np.uint8)
    long = plain.copy()
    for x in range(190, 560, 36):
        long[70:110, x : x + 18] = 30
    usual = keep_out(Kind.ID_FRONT, size, plain)
    wider = keep_out(Kind.ID_FRONT, size, long)
    assert usual == keep_out(Kind.ID_FRONT, size)
    assert wider[0].right > 545 > usual[0].right
    assert wider[1:] == usual[1:]


@pytest.mark.parametrize("language", LANGUAGE)
@pytest.mark.parametrize("kind", CARDS)
def test_there_are_glyphs_enough_in_every_quarter(kind: Kind, language: Language) -> None:
    _, layout = made(kind, 1, language)
    assert len(layout.glyphs) >= 200
    plane = coverage(layout) > 0
    for rows in np.array_split(plane, 3, 0):
        assert rows.any(axis=0).mean() > 0.25
    for columns in np.array_split(plane, 4, 1):
        assert columns.any(axis=1).mean() > 0.1
    # No strip without ink along an edge, so that nothing is gained by cutting it off.
    wide, high = layout.width, layout.height
    for band in (plane[: high // 8], plane[:, : wide // 8], plane[:, -wide // 8 :]):
        assert band.any()


@pytest.mark.parametrize("kind", [Kind.ID_FRONT, Kind.ID_BACK, Kind.PASSPORT])
def test_the_lines_cross_printed_text(kind: Kind) -> None:
    flat, layout = made(kind)
    printed = flat.mean(axis=2) < 110
    main = Layout(layout.width, layout.height, layout.glyphs[:40])
    assert (printed & (coverage(main) > 128)).sum() > 150


def test_each_main_line_ends_in_a_dash() -> None:
    _, layout = made(Kind.ID_FRONT)
    words = "".join(g.character for g in layout.glyphs)
    for line in endorsement_lines(PURPOSE, RECIPIENT, DAY, "zh-CN"):
        after = words[words.index(line) + len(line) :]
        assert after.startswith("—")


def test_the_same_arguments_give_the_same_glyphs() -> None:
    _, one = made(Kind.ID_FRONT, 4)
    _, other = made(Kind.ID_FRONT, 4)
    assert [(g.character, g.x, g.y) for g in one.glyphs] == [
        (g.character, g.x, g.y) for g in other.glyphs
    ]
    assert np.array_equal(coverage(one), coverage(other))


def test_words_follow_the_custom() -> None:
    assert endorsement_lines("办理储蓄卡开户", "甲银行", DAY, "zh-CN") == (
        "仅供甲银行", "办理储蓄卡开户使用", "他用或再次复印无效", "2026年11月24日",
    )  # fmt: skip
    assert endorsement_lines("入职登记", "乙公司", DAY, "zh-CN")[1] == "办理入职登记使用"
    assert endorsement_lines("用于租房", "丙", DAY, "zh-CN")[1] == "用于租房"
    assert endorsement_lines("opening an account", "Bank A", DAY, "en") == (
        "Only for opening an account", "at Bank A",
        "Not valid for any other use or further copying", "2026-11-24",
    )  # fmt: skip
    assert len(endorsement_lines("a", "b", DAY, "both")) == 7
    assert endorsement_lines(" 租\n房\u202e ", "丁\t戊", DAY, "zh-CN")[0] == "仅供丁 戊"


@pytest.mark.parametrize(
    ("purpose", "recipient", "key"),
    [
        ("", "x", "seal.empty.purpose"),
        ("x", " \n", "seal.empty.recipient"),
        ("x" * 81, "y", "seal.too_long"),
        ("开户" * 38, "有限公司" * 19, "seal.too_long"),
        ("开户\U000f1234", "y", "seal.font.character"),
    ],
)
def test_what_cannot_be_written_is_said(purpose: str, recipient: str, key: str) -> None:
    boxes = keep_out(Kind.TEMPORARY_ID, (1011, 638))
    with pytest.raises(UsageError) as caught:
        lay_out(purpose, recipient, DAY, Kind.TEMPORARY_ID, (1011, 638), "both", boxes)
    assert caught.value.text.key == key
    for language in LANGUAGES:
        assert Speaker(language).say(caught.value.text)


def test_a_covered_paper_has_no_room() -> None:
    with pytest.raises(UsageError) as caught:
        lay_out("a", "b", DAY, Kind.PAGE, (800, 600), "en", (Box(0, 0, 800, 600),))
    assert caught.value.text.key == "seal.no_room"


def test_a_font_that_is_none_is_said(tmp_path: Path) -> None:
    bad = tmp_path / "x.ttf"
    bad.write_bytes(b"no font")
    for path in (bad, tmp_path / "none.ttf"):
        with pytest.raises(InputError) as caught:
            lay_out("a", "b", DAY, Kind.PAGE, (800, 600), font=path)
        assert caught.value.text.key == "seal.font.unreadable"


def test_dark_cards_take_light_ink() -> None:
    dark = np.full((638, 1011, 3), 50, np.uint8)
    assert ink_for(dark) == LIGHT_INK
    assert ink_for(255 - dark) != LIGHT_INK


BOX = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.integers(0, 900), st.integers(0, 560), st.integers(1, 400), st.integers(1, 200),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(list(Kind)),
    st.lists(BOX, max_size=4),
    st.text("贷款办理租房入职Kab é-", min_size=1, max_size=16),
    st.sampled_from(LANGUAGE),
)
def test_no_layout_ever_touches_a_box(
    kind: Kind, boxes: list[Box], words: str, language: Language
) -> None:
    try:
        layout = lay_out(words, words, DAY, kind, (1011, 638), language, tuple(boxes))
    except NotMyLoanError as error:
        assert error.text.key.startswith("seal.")
        return
    assert ink_on(layout) == 0
    plane = coverage(layout)
    assert not plane[0].any()
    assert not plane[-1].any()
    assert not plane[:, 0].any()
    assert not plane[:, -1].any()


def copied(pixels: Pixels, adaptive: bool = False) -> Pixels:
    """A grey photocopy turned black and white: blurred, noisy, contrast raised, thresholded."""
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    grey = grey.astype(np.float32) + np.random.default_rng(3).normal(0, 6, grey.shape)
    grey = np.clip(grey, 0, 255).astype(np.uint8)
    if adaptive:
        return np.asarray(
            cv2.adaptiveThreshold(
                grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 51, 15
            )
        )
    return np.asarray(cv2.threshold(grey, 150, 255, cv2.THRESH_BINARY)[1])


@pytest.mark.parametrize("adaptive", [False, True])
@pytest.mark.parametrize("kind", [Kind.ID_FRONT, Kind.ID_BACK, Kind.TEMPORARY_ID, Kind.PASSPORT])
def test_every_glyph_outlives_a_black_and_white_copy(kind: Kind, adaptive: bool) -> None:
    flat, layout = made(kind)
    copy = copied(draw(flat, layout), adaptive)
    # Where the paper itself is blank: of a glyph's ink most is black, of what is around little.
    blank = copied(flat, adaptive) > 0
    ink = coverage(layout)
    full, around = (ink > 150) & blank, (ink == 0) & blank
    assert (copy[full] == 0).mean() > 0.68
    assert (copy[around] == 0).mean() < 0.06


def test_the_contrast_after_a_grey_copy_is_that_of_print() -> None:
    flat, layout = made(Kind.ID_FRONT)
    grey = cv2.cvtColor(draw(flat, layout), cv2.COLOR_RGB2GRAY)
    ink = coverage(layout)
    paper = float(np.median(grey[ink == 0]))
    drawn = float(np.median(grey[ink > 200]))
    # ISO/IEC 15415 calls 70 % of reflectance difference the best grade, 40 % good enough.
    assert (paper - drawn) / 255 > 0.45


def test_recognition_reads_the_lines_off_a_copy() -> None:
    try:
        engine = recogniser()
    except MissingExtraError:
        pytest.skip("the extra ocr is not installed")
    size = canonical_size(Kind.ID_BACK)
    flat = papers.paper(Kind.ID_BACK, 1)
    layout = lay_out("办理储蓄卡开户", "样本银行", DAY, Kind.ID_BACK, size, "zh-CN",
                     keep_out(Kind.ID_BACK, size))  # fmt: skip
    sealed = draw(np.full_like(flat, 232), layout)
    found = engine.pieces(cv2.cvtColor(copied(sealed), cv2.COLOR_GRAY2RGB))
    words = "".join(text for _, text, _ in found)
    for part in ("样本银行", "储蓄卡开户", "再次复印无效", "2026"):
        assert part in words
