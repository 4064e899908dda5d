"""Papers are found, named and laid flat, whichever way they lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cv2", reason="the extra seal is not installed")
pytest.importorskip("PIL", reason="the extra seal is not installed")

import cv2
import papers

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.errors import InputError, UsageError
from notmyloan.seal.card import (
    Card,
    card_at,
    copy_page,
    find_cards,
    homography,
    need_cards,
    rectify,
    whole_page,
)
from notmyloan.seal.endorsement import lay_out
from notmyloan.seal.fonts import find_face
from notmyloan.seal.keepout import keep_out
from notmyloan.seal.kinds import Kind, canonical_size
from notmyloan.seal.layout import Pixels, coverage
from notmyloan.seal.recognise import recognise

try:
    find_face()
except InputError:
    pytest.skip("no CJK font is installed", allow_module_level=True)

KINDS = [k for k in Kind if k is not Kind.PAGE]
GROUNDS = ["wood", "cloth", "marble", "white", "dark"]


def miss(card: Card, truth: papers.Corners) -> float:
    """The worst corner's distance in pixels, from the paper's own upper left."""
    return float(np.linalg.norm(card.corners - truth, axis=1).max())


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_flat_papers_are_named_and_turned(kind: Kind, turned: bool) -> None:
    for seed in range(6):
        flat = papers.paper(kind, seed)
        known = recognise(flat[::-1, ::-1] if turned else flat)
        assert (known.kind, known.turned) == (kind, turned)


@pytest.mark.parametrize("kind", [Kind.ID_FRONT, Kind.ID_BACK, Kind.TEMPORARY_ID, Kind.PASSPORT])
def test_grey_copies_are_named_too(kind: Kind) -> None:
    grey = cv2.cvtColor(papers.paper(kind, 2), cv2.COLOR_RGB2GRAY)
    assert recognise(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)).kind is kind


@pytest.mark.parametrize("turn", [0, 33, 90, 176, 300])
@pytest.mark.parametrize("kind", KINDS)
def test_a_photographed_paper_is_found(kind: Kind, turn: int) -> None:
    ground = GROUNDS[(KINDS.index(kind) + turn) % 2 * 4]  # wood or dark
    shot = papers.photo(kind, KINDS.index(kind) + 10 * turn, ground, turn, 0.12)
    (card,) = find_cards(shot.pixels)
    assert card.kind is kind
    assert miss(card, shot.truth[0][1]) < 5


def test_on_most_tables_within_a_few_pixels() -> None:
    """Low contrast and texture among them: at least nine in ten, the usual miss a pixel or two."""
    misses = []
    for n in range(20):
        kind = KINDS[n % len(KINDS)]
        shot = papers.photo(kind, 40 + n, GROUNDS[n % 5], n * 47, 0.15, share=0.45 + 0.1 * (n % 4))
        cards = [c for c in find_cards(shot.pixels) if c.kind is kind]
        misses.append(min((miss(c, shot.truth[0][1]) for c in cards), default=999.0))
    assert np.median(misses) < 2.5
    assert sum(m < 6 for m in misses) >= 18


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_both_sides_on_one_scan(dpi: int) -> None:
    shot = papers.a4_scan(3, dpi=dpi, turns=(2.0, 181.0))
    cards = find_cards(shot.pixels)
    assert [c.kind for c in cards] == [Kind.ID_FRONT, Kind.ID_BACK]
    for card, (_, truth) in zip(cards, shot.truth, strict=True):
        assert miss(card, truth) < 0.04 * dpi  # a millimetre


def test_four_cards_on_one_scan() -> None:
    kinds = (Kind.ID_FRONT, Kind.ID_BACK, Kind.BANK_CARD, Kind.TEMPORARY_ID)
    shot = papers.a4_scan(5, kinds, 200, (0.5, 1.0, -1.5, 180.0))
    assert tuple(c.kind for c in find_cards(shot.pixels)) == kinds


def test_a_picture_that_is_all_card() -> None:
    for kind in (Kind.ID_FRONT, Kind.BANK_CARD, Kind.PASSPORT):
        (card,) = find_cards(papers.paper(kind, 4))
        assert card.kind is kind
    (card,) = find_cards(np.ascontiguousarray(np.rot90(papers.paper(Kind.ID_FRONT, 4))))
    flat = rectify(np.ascontiguousarray(np.rot90(papers.paper(Kind.ID_FRONT, 4))), card)
    assert np.abs(flat.astype(int) - papers.paper(Kind.ID_FRONT, 4)).mean() < 6


@pytest.mark.parametrize("ground", GROUNDS)
def test_an_empty_table_has_no_paper(ground: str) -> None:
    empty = papers.table(ground, 1600, 1200, 1)
    assert find_cards(empty) == ()
    with pytest.raises(InputError) as caught:
        need_cards(empty, "IMG_1.jpg")
    assert caught.value.text.key == "seal.card.none"
    for language in LANGUAGES:
        assert "IMG_1.jpg" in Speaker(language).say(caught.value.text)
    assert whole_page(empty).kind is Kind.PAGE
    assert rectify(empty, whole_page(empty)).shape == empty.shape


@pytest.mark.parametrize("turn", [0, 120])
def test_a_rectified_card_is_the_card(turn: int) -> None:
    shot = papers.photo(Kind.ID_FRONT, 9, "dark", turn, 0.1, size=(2800, 2100), share=0.75)
    (card,) = find_cards(shot.pixels)
    flat = rectify(shot.pixels, card)
    assert flat.shape == (638, 1011, 3)
    truth = cv2.cvtColor(papers.paper(Kind.ID_FRONT, 9), cv2.COLOR_RGB2GRAY)
    seen = cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY)
    (dx, dy), _ = cv2.phaseCorrelate(truth.astype(np.float32), seen.astype(np.float32))
    assert abs(dx) < 1.5
    assert abs(dy) < 1.5
    assert np.corrcoef(truth[40:-40, 40:-40].ravel(), seen[40:-40, 40:-40].ravel())[0, 1] > 0.9
    # What the round corners leave is paper, not table.
    assert flat[0, 0].min() == 255


def test_a_sealed_photo_leaves_name_number_and_portrait() -> None:
    """Measured on the photographed card: the printed ink under the endorsement's ink."""
    shot = papers.photo(Kind.ID_FRONT, 6, "wood", 20, 0.12, size=(3000, 2250), share=0.75)
    (card,) = find_cards(shot.pixels)
    flat = rectify(shot.pixels, card)
    boxes = keep_out(card.kind, (1011, 638), flat)
    layout = lay_out("租房登记", "某公司", papers.DAY, card.kind, (1011, 638), keep_out=boxes)
    ink = coverage(layout) > 0
    for left, top, right, bottom in (
        (182, 62, 330, 110), (346, 540, 920, 590), (636, 95, 950, 450),
    ):  # fmt: skip
        assert not ink[top:bottom, left:right].any()


def test_corners_marked_by_hand() -> None:
    shot = papers.photo(Kind.ID_FRONT, 3, "wood", 200, 0.1)
    truth = shot.truth[0][1]
    rough = [(x + 5, y - 4) for x, y in truth]
    for order in ((0, 1, 2, 3), (2, 0, 3, 1)):
        card = card_at(shot.pixels, [rough[n] for n in order])
        assert card.kind is Kind.ID_FRONT
        assert miss(card, truth) < 4
    assert card_at(shot.pixels, rough, Kind.BANK_CARD).kind is Kind.BANK_CARD


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (1, 1)],
        [(0, 0), (100, 0), (200, 0), (300, 0)],
        [(0, 0), (5, 0), (5, 5), (0, 5)],
        [(0, 0), (float("nan"), 0), (200, 100), (0, 100)],
    ],
)
def test_impossible_corners_are_refused(corners: list[tuple[float, float]]) -> None:
    with pytest.raises(UsageError) as caught:
        card_at(np.zeros((400, 400, 3), np.uint8), corners)
    assert caught.value.text.key == "seal.card.corners"


def test_recognised_text_decides_where_places_do_not() -> None:
    blank = np.full((638, 1011, 3), 230, np.uint8)
    asked = []

    def read(pixels: Pixels) -> list[str]:
        asked.append(pixels.shape)
        return ["临时居民身份证"]

    assert recognise(blank, read).kind is Kind.TEMPORARY_ID
    assert recognise(blank, lambda _: ["nothing"]).kind is Kind.PAGE
    assert recognise(papers.paper(Kind.ID_FRONT, 1), read).kind is Kind.ID_FRONT
    assert len(asked) == 1


def test_copies_stand_on_one_page_in_true_size() -> None:
    sides = [papers.paper(Kind.ID_FRONT, 1), papers.paper(Kind.ID_BACK, 1)]
    page, places = copy_page(sides)
    assert page.shape == (3507, 2481, 3)
    for side, box in zip(sides, places, strict=True):
        assert np.array_equal(page[box.top : box.bottom, box.left : box.right], side)
    assert not places[0].overlaps(places[1])
    small, _ = copy_page(sides, 200)
    assert [c.kind for c in find_cards(small)] == [Kind.ID_FRONT, Kind.ID_BACK]
    with pytest.raises(UsageError):
        copy_page(sides * 4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 359), st.floats(0.0, 0.2), st.integers(0, 50))
def test_the_homography_takes_corners_to_corners(turn: int, tilt: float, seed: int) -> None:
    angle = np.radians(turn)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    bend = 1 + tilt * np.random.default_rng(seed).uniform(-0.5, 0.5, (4, 1))
    corners = np.array([(-300, -190), (300, -190), (300, 190), (-300, 190)]) * bend
    corners = corners @ spin.T + 500
    wide, high = canonical_size(Kind.ID_FRONT)
    matrix = homography(Card(Kind.ID_FRONT, corners, 1.0), (wide, high))
    own = np.array([(0, 0, 1), (wide, 0, 1), (wide, high, 1), (0, high, 1)]) - (0.5, 0.5, 0)
    there = own @ matrix.T
    assert np.allclose(there[:, :2] / there[:, 2:], corners, atol=0.05)


@settings(max_examples=12, deadline=None)
@given(st.integers(64, 400), st.integers(64, 400), st.integers(0, 9999))
def test_any_picture_is_searched(wide: int, high: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 255, (high // 8, wide // 8, 3))
    pixels = cv2.resize(noise.astype(np.uint8), (wide, high), interpolation=cv2.INTER_NEAREST)
    for card in find_cards(pixels):
        assert card.corners.shape == (4, 2)
        assert np.isfinite(rectify(pixels, card)).all()


@pytest.mark.parametrize("kind", [Kind.BANK_CARD, Kind.HOUSEHOLD, Kind.ID_FRONT])
def test_a_paper_that_fills_the_picture_is_taken_whole(kind: Kind) -> None:
    """Not by the chip or the table printed on it."""
    for seed in (40, 41, 46):
        flat = papers.paper(kind, seed)
        (card,) = find_cards(flat)
        assert card.kind is kind
        high, wide = flat.shape[:2]
        edge = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float64)
        assert np.linalg.norm(card.corners - edge, axis=1).max() < 0.02 * wide
