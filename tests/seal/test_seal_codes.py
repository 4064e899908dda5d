"""Codes: the published vectors, domains that share nothing, and the bound they promise."""

from __future__ import annotations

import hashlib
import hmac
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notmyloan.seal.codes import (
    GLYPH,
    LUMA,
    code,
    correlate,
    generator,
    original_key,
    packed,
)

KEY = bytes(range(32))


def test_hmac_is_that_of_rfc_4231() -> None:
    """Case 2 of the RFC: the primitive that the codes stand on."""
    digest = hmac.digest(b"Jefe", b"what do ya want for nothing?", "sha256").hex()
    assert digest == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_shake_is_that_of_fips_202() -> None:
    assert hashlib.shake_256(b"").hexdigest(16) == "46b9dd2b0ba88d13233b3feb743eeb24"


def test_keys_and_codes_never_change() -> None:
    """A vault's old copies must be found by every later version."""
    key = original_key(KEY, hashlib.sha256(b"picture").digest())
    assert key == hmac.digest(
        KEY, b"notmyloan seal 1 original " + hashlib.sha256(b"picture").digest(), "sha256"
    )
    seed = hmac.digest(key, b"notmyloan seal 1 code luma c1", "sha256")
    stretched = hashlib.shake_256(seed).digest(4)
    assert packed(key, ["c1"], LUMA, 32)[0].tobytes() == stretched
    bits = [(byte >> (7 - n)) & 1 for byte in stretched for n in range(8)]
    assert code(key, "c1", LUMA, 32).tolist() == [2 * b - 1 for b in bits]


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        original_key(bytes(length), b"")


def test_unlike_domains_copies_and_keys_share_nothing() -> None:
    count = 20_000
    codes = [
        code(key, copy, domain, count).astype(np.float64)
        for key in (KEY, original_key(KEY, b"a"), original_key(KEY, b"b"))
        for copy in ("c1", "c2", "c11", "c1 ")
        for domain in (LUMA, GLYPH)
    ]
    alike = np.corrcoef(np.array(codes))
    np.fill_diagonal(alike, 0)
    assert np.abs(alike).max() < 5.5 / math.sqrt(count)


def test_plans_are_keyed() -> None:
    one = generator(KEY, LUMA).integers(0, 1 << 30, 50)
    assert np.array_equal(one, generator(KEY, LUMA).integers(0, 1 << 30, 50))
    assert not np.array_equal(one, generator(KEY, GLYPH).integers(0, 1 << 30, 50))
    assert not np.array_equal(one, generator(original_key(KEY, b""), LUMA).integers(0, 1 << 30, 50))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 80), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_table_gives_the_plain_sum(count: int, copies: int, seed: int) -> None:
    names = [f"c{n}" for n in range(copies)]
    weights = np.random.default_rng(seed).normal(size=count)
    quick = correlate(packed(KEY, names, LUMA, count), weights)
    plain = [float(code(KEY, n, LUMA, count) @ weights) for n in names]
    assert np.allclose(quick, plain)


@pytest.mark.parametrize("shape", ["even", "few strong", "one"])
def test_innocents_stay_below_the_bound(shape: str) -> None:
    """100,000 codes against fixed weights, as worst as weights can be for the bound."""
    count, copies = 256, 100_000
    weights = {
        "even": np.ones(count),
        "few strong": np.where(np.arange(count) < 9, 1.0, 0.01),
        "one": (np.arange(count) == 3) * 1.0,
    }[shape]
    bits = packed(KEY, [f"x{n}" for n in range(copies)], LUMA, count)
    z = correlate(bits, weights) / np.linalg.norm(weights)
    for t in (1.0, 2.0, 3.0, 4.0):
        allowed = math.exp(-t * t / 2)
        slack = 4 * math.sqrt(allowed / copies)
        assert (z > t).mean() <= allowed + slack
