"""From a passphrase to the database key, by Argon2id (RFC 9106)."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from argon2.low_level import Type, hash_secret_raw

SALT_BYTES = 16
KEY_BYTES = 32


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
    """The 32-byte database key."""
    return hash_secret_raw(
        passphrase.encode("utf-8"), salt, cost.passes, cost.memory, cost.lanes, KEY_BYTES, Type.ID
    )


def pragma_key(key: bytes, salt: bytes) -> str:
    """Key and salt as SQLCipher takes them raw: no second derivation inside."""
    return f"x'{key.hex()}{salt.hex()}'"
