"""Commitments: hold what they say, tell nothing else, and show every change; layouts kept whole."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cv2", reason="the extra seal is not installed")
pytest.importorskip("PIL", reason="the extra seal is not installed")

from notmyloan.seal import commit, luma
from notmyloan.seal.codes import original_key
from notmyloan.seal.commit import CommitmentError, Fault, Verdict
from notmyloan.seal.copy import dump_layout, layout_digest, load_layout, seal_copy
from notmyloan.seal.detect import Answer, Copy
from notmyloan.seal.layout import Box, Glyph, Layout, Pixels, coverage
from notmyloan.seal.picture import write_picture

DAY = date(2026, 11, 24)
VAULT, SALT, NONCE = bytes(range(32)), bytes(range(32, 64)), bytes(16)


def made_layout(seed: int = 1, size: tuple[int, int] = (400, 260)) -> Layout:
    rng = np.random.default_rng(seed)
    shapes = [(rng.random((14, 12)) > 0.5).astype(np.uint8) * 255 for _ in range(12)]
    glyphs = tuple(
        Glyph(chr(0x4E00 + x), x, y, shapes[int(rng.integers(12))])
        for y in range(8, size[1] - 20, 24)
        for x in range(8, size[0] - 20, 20)
    )
    return Layout(*size, glyphs, (Box(1, 2, 3, 4),), (18, 58, 196), 0.82)


@pytest.fixture(scope="module")
def picture() -> Pixels:
    rng = np.random.default_rng(4)
    coarse = rng.integers(90, 240, (13, 20, 3)).astype(np.uint8)
    large = np.kron(coarse, np.ones((20, 20, 1), np.uint8)).astype(np.uint8)
    return np.clip(large + rng.normal(0, 4, large.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def key(picture: Pixels) -> bytes:
    return commit.key_for(VAULT, picture)


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    data = [dump_layout(made_layout(n), bytes([n]) * 16) for n in (1, 2)]
    return {layout_digest(d): d for d in data}


@pytest.fixture(scope="module")
def copies(kept: dict[str, bytes]) -> list[Copy]:
    one, two = kept
    return [Copy("a", one), Copy("b", two), Copy("c", one), *(Copy(f"n{n}", two) for n in range(9))]


@pytest.fixture(scope="module")
def sealed(picture: Pixels, key: bytes, kept: dict[str, bytes], copies: list[Copy]) -> Pixels:
    return seal_copy(picture, load_layout(kept[copies[1].layout]), key, "b")


@pytest.fixture(scope="module")
def said(picture: Pixels, key: bytes, copies: list[Copy]) -> bytes:
    return commit.commitment(picture, key, SALT, copies, DAY)


def equal(one: Layout, two: Layout) -> bool:
    return (
        replace(one, glyphs=()) == replace(two, glyphs=())
        and [(g.character, g.x, g.y) for g in one.glyphs]
        == [(g.character, g.x, g.y) for g in two.glyphs]
        and all(
            np.array_equal(a.coverage, b.coverage)
            for a, b in zip(one.glyphs, two.glyphs, strict=True)
        )
    )


GLYPHS = st.builds(
    lambda c, x, y, rows, columns, seed: Glyph(
        c, x, y, np.random.default_rng(seed).integers(0, 256, (rows, columns)).astype(np.uint8)
    ),
    st.characters(exclude_categories=["Cs"]), st.integers(-50, 900), st.integers(-50, 900),
    st.integers(0, 9), st.integers(0, 9), st.integers(0, 3),
)  # fmt: skip
LAYOUTS = st.builds(
    Layout, st.integers(1, 9000), st.integers(1, 9000), st.lists(GLYPHS, max_size=8).map(tuple),
    st.lists(st.builds(Box, *[st.integers(-9, 9000)] * 4), max_size=3).map(tuple),
    st.tuples(*[st.integers(0, 255)] * 3), st.floats(0, 1),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(LAYOUTS, st.binary(min_size=16, max_size=16))
def test_a_layout_comes_back_as_it_was(layout: Layout, nonce: bytes) -> None:
    data = dump_layout(layout, nonce)
    assert equal(load_layout(data), layout)
    assert layout_digest(data) == layout_digest(dump_layout(load_layout(data), nonce))


def test_a_kept_layout_is_small_and_its_digest_hides_it() -> None:
    layout = made_layout()
    data = dump_layout(layout, NONCE)
    assert len(data) < 40 * len(layout.glyphs)
    assert layout_digest(data) != layout_digest(dump_layout(layout, bytes(15) + b"x"))
    with pytest.raises(ValueError, match="16 bytes"):
        dump_layout(layout, b"")


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_damaged_layout_is_refused_or_another(data: st.DataObject) -> None:
    whole = dump_layout(made_layout(), NONCE)
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = data.draw(
        st.sampled_from([whole[:at], whole[:at] + bytes([whole[at] ^ 9]) + whole[at + 1 :]])
    )
    with pytest.raises(ValueError, match="layout"):
        load_layout(broken)


def test_a_layout_of_another_size_is_refused(picture: Pixels, key: bytes) -> None:
    with pytest.raises(ValueError, match="size"):
        seal_copy(picture, made_layout(size=(300, 200)), key, "a")


def test_a_copy_is_flat_and_differs_between_copies(
    picture: Pixels, key: bytes, sealed: Pixels
) -> None:
    layout = made_layout(2)
    assert sealed.shape == picture.shape
    assert sealed.dtype == np.uint8
    assert np.array_equal(sealed, seal_copy(picture, layout, key, "b"))
    other = seal_copy(picture, layout, key, "c")
    assert (sealed != other).mean() > 0.3
    clean = coverage(layout, None) == 0
    clean &= np.roll(clean, 1, 0) & np.roll(clean, -1, 0)
    clean &= np.roll(clean, 1, 1) & np.roll(clean, -1, 1)
    assert np.abs(sealed[clean].astype(int) - picture[clean]).max() <= 8


def test_a_commitment_is_canonical_and_tells_digests_only(
    said: bytes, key: bytes, copies: list[Copy]
) -> None:
    raw = json.loads(said)
    assert said == json.dumps(raw, sort_keys=True, separators=(",", ":")).encode()
    assert key.hex() not in said.decode()
    assert base64.b64encode(key) not in said
    assert VAULT.hex() not in said.decode()
    read = commit.read_commitment(said)
    assert read.copies == tuple(copies)
    assert read.made == DAY
    assert read.previous is None
    assert read.error == 1e-6
    assert read.parameters == commit.parameters()


def test_the_key_digest_is_plain_sha256(key: bytes) -> None:
    import hashlib

    expected = hashlib.sha256(b"notmyloan seal 1 key " + SALT + key).hexdigest()
    assert commit.key_digest(key, SALT) == expected
    with pytest.raises(ValueError, match="32 bytes"):
        commit.key_digest(key, b"")


def test_the_key_of_an_original_comes_from_its_pixels(picture: Pixels, key: bytes) -> None:
    assert key == original_key(VAULT, bytes.fromhex(commit.picture_digest(picture)))
    assert key != commit.key_for(VAULT, picture[::-1])
    assert key != commit.key_for(bytes(32), picture)


def test_the_picture_digest_is_that_of_a_ppm_file() -> None:
    import hashlib

    dot = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    assert (
        commit.picture_digest(dot)
        == hashlib.sha256(b"P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06").hexdigest()
    )


def verdict(said: bytes, opening: bytes, suspect: Pixels) -> Verdict:
    return commit.verify(said, opening, suspect)


def test_the_test_runs_again_from_the_commitment_alone(
    said: bytes, key: bytes, kept: dict[str, bytes], picture: Pixels, sealed: Pixels
) -> None:
    opening = commit.reveal(said, key, SALT, picture, kept)
    found = verdict(said, opening, sealed)
    assert found.holds
    assert found.result is not None
    assert found.result.answer is Answer.ONE
    assert found.result.matches[0].copy.id == "b"
    assert found.result.matches[0].error < 1e-9
    # Layouts that name other recipients need not be shown, nor even this one.
    for shown in ({}, dict([list(kept.items())[1]])):
        partly = verdict(said, commit.reveal(said, key, SALT, picture, shown), sealed)
        assert partly.holds
        assert partly.result is not None
        assert partly.result.matches[0].copy.id == "b"


def test_an_unmarked_copy_does_not_hold(
    said: bytes, key: bytes, kept: dict[str, bytes], picture: Pixels
) -> None:
    found = verdict(said, commit.reveal(said, key, SALT, picture, kept), picture)
    assert found.faults == ()
    assert found.result is not None
    assert found.result.answer is Answer.NOBODY
    assert not found.holds


def changed(opening: bytes, name: str, value: object) -> bytes:
    raw = json.loads(opening)
    raw[name] = value
    return json.dumps(raw).encode()


def test_another_opening_is_found_out(
    said: bytes, key: bytes, kept: dict[str, bytes], picture: Pixels, sealed: Pixels,
    copies: list[Copy],
) -> None:  # fmt: skip
    opening = commit.reveal(said, key, SALT, picture, kept)
    b64 = base64.b64encode
    foreign = dump_layout(made_layout(7), NONCE)
    first = next(iter(kept))
    other = commit.commitment(picture, key, SALT, copies[:2], DAY)
    dotted = picture.copy()
    dotted[0, 0, 0] ^= 1
    for case, fault in (
        (changed(opening, "key", b64(bytes(32)).decode()), Fault.KEY),
        (changed(opening, "key", b64(b"short").decode()), Fault.KEY),
        (changed(opening, "salt", b64(bytes(32)).decode()), Fault.KEY),
        (changed(opening, "layouts", {layout_digest(foreign): b64(foreign).decode()}),
         Fault.LAYOUT),
        (changed(opening, "layouts", {first: b64(foreign).decode()}), Fault.LAYOUT),
        (changed(opening, "layouts", {first: b64(b"no").decode()}), Fault.LAYOUT),
        (commit.reveal(other, key, SALT, picture, kept), Fault.OTHER_COMMITMENT),
        (changed(opening, "original", b64(write_picture(dotted, "png", 300)).decode()),
         Fault.ORIGINAL),
    ):  # fmt: skip
        found = verdict(said, case, sealed)
        assert fault in found.faults
        assert found.result is None
        assert not found.holds
    for bad in ({"key": bytes(32)}, {"salt": bytes(32)}, {"original": dotted}):
        arguments = {"key": key, "salt": SALT, "original": picture} | bad
        with pytest.raises(CommitmentError):
            commit.reveal(said, layouts=kept, **arguments)  # type: ignore[arg-type]


def test_other_parameters_are_named(
    said: bytes, key: bytes, kept: dict[str, bytes], picture: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opening = commit.reveal(said, key, SALT, picture, kept)
    monkeypatch.setattr(luma, "CHIPS", 1024)
    assert verdict(said, opening, picture).faults == (Fault.PARAMETERS,)


def test_each_commitment_follows_the_one_before(
    picture: Pixels, key: bytes, copies: list[Copy]
) -> None:
    row = [commit.commitment(picture, key, SALT, copies[:1], DAY)]
    for n in (2, 3, 4):
        row.append(
            commit.commitment(picture, key, SALT, copies[:n], date(2026, 11, 24 + n), row[-1])
        )
    assert commit.chain(row) == ()
    assert commit.read_commitment(row[-1]).previous == commit.digest(row[-2])
    assert commit.chain([row[0], row[2]]) == (Fault.CHAIN,)
    assert commit.chain(row[1:]) == (Fault.CHAIN,)
    with pytest.raises(CommitmentError) as caught:
        commit.commitment(picture, key, SALT, copies[1:4], DAY, row[0])
    assert caught.value.fault is Fault.COPIES
    with pytest.raises(CommitmentError) as caught:
        commit.commitment(picture, key, SALT, copies[:5], DAY, row[-1])
    assert caught.value.fault is Fault.DATE
    with pytest.raises(CommitmentError) as caught:
        commit.commitment(picture, bytes(32), SALT, copies[:2], DAY, row[0])
    assert caught.value.fault is Fault.KEY
    with pytest.raises(CommitmentError) as caught:
        commit.commitment(picture[:-1], key, SALT, copies[:2], DAY, row[0])
    assert caught.value.fault is Fault.ORIGINAL


@pytest.mark.parametrize(
    "copies",
    [[], [Copy("a", "0" * 64)] * 2, [Copy("", "0" * 64)], [Copy("a", "x")]],
    ids=["none", "twice", "no id", "no digest"],
)
def test_senseless_copies_are_refused(picture: Pixels, key: bytes, copies: list[Copy]) -> None:
    with pytest.raises(ValueError):
        commit.commitment(picture, key, SALT, copies, DAY)
    with pytest.raises(ValueError):
        commit.commitment(picture, key, SALT, [Copy("a", "0" * 64)], DAY, error=0)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_changed_byte_of_a_commitment_shows(
    data: st.DataObject, said: bytes, key: bytes, picture: Pixels, kept: dict[str, bytes]
) -> None:
    at = data.draw(st.integers(0, len(said) - 1))
    other = data.draw(st.integers(32, 126).filter(lambda c: c != said[at]))
    broken = said[:at] + bytes([other]) + said[at + 1 :]
    opening = OPENINGS.setdefault(said, commit.reveal(said, key, SALT, picture, kept))
    try:
        found = commit.verify(broken, opening, picture)
    except CommitmentError as error:
        assert error.fault in (Fault.FORM, Fault.VERSION)
        return
    assert Fault.OTHER_COMMITMENT in found.faults


OPENINGS: dict[bytes, bytes] = {}


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.binary(max_size=40), st.text(max_size=30).map(str.encode)))
def test_bytes_that_are_none_are_refused(data: bytes) -> None:
    for read in (commit.read_commitment, commit.read_opening):
        with pytest.raises(CommitmentError):
            read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"[]", b"{}", b'{"form":"notmyloan seal commitment"}', b"[" * 100_000,
        b'{"form":"notmyloan seal commitment","version":2}',
        b'{"form":"notmyloan seal commitment","version":true}',
        b'{"form":"notmyloan seal opening","version":1,"layouts":[]}',
    ],
)  # fmt: skip
def test_json_that_is_none_is_refused(data: bytes) -> None:
    for read in (commit.read_commitment, commit.read_opening):
        with pytest.raises(CommitmentError):
            read(data)


@pytest.mark.parametrize("value", ["NaN", "1e999", '"\\ud800"'])
def test_odd_parameters_are_refused(said: bytes, value: str) -> None:
    broken = said.replace(b'"shift":1', f'"shift":{value}'.encode())
    assert broken != said
    with pytest.raises(CommitmentError):
        commit.read_commitment(broken)
