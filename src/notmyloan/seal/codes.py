"""Secret +-1 codes, one for each copy, that nobody can compute without the vault's key.

HMAC-SHA256 (RFC 2104) under the key gives each copy and carrier a seed of 32 bytes, SHAKE-256
(FIPS 202) stretches it. Two carriers never share bits, since their domains differ; two originals
never share codes, since each has its own key (`original_key`), which can be revealed to a court
without revealing any other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
"""Copies x bytes: packed code bits, the highest bit first; 1 means +1, 0 means -1."""

Signs = NDArray[np.int8]
"""+1 or -1."""

LUMA = b"luma"
GLYPH = b"glyph"
KEY_BYTES = 32
_PREFIX = b"notmyloan seal 1 "


def original_key(vault_key: bytes, original: bytes) -> bytes:
    """The key for the copies of one original picture; `original` is its SHA-256.

    Raises ValueError on a key that is not of 32 bytes.
    """
    if len(vault_key) != KEY_BYTES:
        raise ValueError("the key must have 32 bytes")
    return hmac.digest(vault_key, _PREFIX + b"original " + original, "sha256")


def packed(key: bytes, copies: Sequence[str], domain: bytes, count: int) -> Bits:
    """`count` code bits for each copy. `key` is an original's."""
    size = (count + 7) // 8
    start = _PREFIX + b"code " + domain + b" "
    rows = bytearray()
    for copy in copies:
        seed = hmac.digest(key, start + copy.encode(), "sha256")
        rows += hashlib.shake_256(seed).digest(size)
    return np.frombuffer(bytes(rows), np.uint8).reshape(len(copies), size)


def code(key: bytes, copy: str, domain: bytes, count: int) -> Signs:
    """One copy's code: `count` values of +1 or -1."""
    bits = np.unpackbits(packed(key, [copy], domain, count)[0], count=count)
    return (bits.astype(np.int8) * 2 - 1).astype(np.int8)


def generator(key: bytes, domain: bytes) -> np.random.Generator:
    """Keyed random choices that all copies of an original share, such as where carriers lie.

    They decide nothing about the bound, so a fast generator with a secret seed will do.
    """
    seed = hmac.digest(key, _PREFIX + b"plan " + domain, "sha256")
    return np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))


def correlate(bits: Bits, statistic: NDArray[np.float64]) -> NDArray[np.float64]:
    """sum_i c_i w_i for each row of `bits`; `statistic` holds w, as long as the codes.

    By a table of all 256 sums for each byte: one look-up instead of eight products, and the codes
    of 100,000 copies stay packed.
    """
    size = bits.shape[1]
    padded = np.zeros(size * 8)
    padded[: len(statistic)] = statistic
    signs = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float64)
    tables = padded.reshape(size, 8) @ (2 * signs - 1).T
    total = np.zeros(len(bits))
    columns = np.ascontiguousarray(bits.T)
    for table, column in zip(tables, columns, strict=True):
        total += table[column]
    return total
