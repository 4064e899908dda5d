"""From a passphrase to the database key, by Argon2id (RFC 9106)."""

from __future__ import annotations

import secrets
import unicodedata
from hashlib import pbkdf2_hmac
from hmac import compare_digest, digest
from typing import NamedTuple

from argon2.low_level import Type, hash_secret_raw

SALT_BYTES = 16
KEY_BYTES = 32
PAGE_BYTES = 4096
_HMAC_BYTES = 64


class Cost(NamedTuple):
    """One parameter set: memory in KiB, passes, lanes."""

    memory: int
    passes: int
    lanes: int


# Newest first. A vault does not say which one it was made with (its file holds nothing readable),
# so opening tries them in turn. RFC 9106, section 4: the second recommended option.
COSTS: tuple[Cost, ...] = (Cost(64 * 1024, 3, 4),)


def new_salt() -> bytes:
    """A fresh random salt; it becomes the first 16 bytes of the file."""
    return secrets.token_bytes(SALT_BYTES)


def derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """The 32-byte database key. Every keyboard's way of composing a letter counts the same."""
    words = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return hash_secret_raw(words, salt, cost.passes, cost.memory, cost.lanes, KEY_BYTES, Type.ID)


def pragma_key(key: bytes, salt: bytes) -> str:
    """Key and salt as SQLCipher takes them raw: no second derivation inside."""
    return f"x'{key.hex()}{salt.hex()}'"


def page_is_authentic(key: bytes, salt: bytes, page: bytes, number: int) -> bool:
    """Whether page `number` (from 2) of a vault carries our HMAC, told without opening it.

    SQLCipher 4: the HMAC key is PBKDF2-HMAC-SHA512 of the key, two rounds, over the salt with
    every byte XOR 0x3a; the HMAC-SHA512 covers what is before it in the page and the page's
    number in 32 bits, little-endian.
    """
    if len(page) != PAGE_BYTES:
        return False
    hmac_key = pbkdf2_hmac("sha512", key, bytes(b ^ 0x3A for b in salt), 2, KEY_BYTES)
    covered = page[:-_HMAC_BYTES] + number.to_bytes(4, "little")
    return compare_digest(digest(hmac_key, covered, "sha512"), page[-_HMAC_BYTES:])
