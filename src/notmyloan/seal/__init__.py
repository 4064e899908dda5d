"""Sealed copies of papers: an endorsement that limits the purpose, and hidden marks that
tell the copies apart.

Alone, without a vault: `open_picture`, `find_cards` and `rectify` lay a paper flat, `key_for`
makes its key, `seal` makes a copy for one recipient, `whose` tells which copy a leaked picture
is, `commitment` and `verify` make it stand in court. Nothing here keeps anything: the caller keeps
the flat original, the key, and each copy with its layout.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notmyloan.seal.card import find_cards, rectify
    from notmyloan.seal.commit import commitment, key_for, reveal, verify
    from notmyloan.seal.detect import Answer, Copy, Match, Result, whose
    from notmyloan.seal.kinds import Kind
    from notmyloan.seal.make import Sealed, seal
    from notmyloan.seal.picture import open_picture, write_picture

# Imported when first asked for: OpenCV is an extra, and the aliases beside this do without.
_WHERE = {
    "card": ("find_cards", "rectify"),
    "commit": ("commitment", "key_for", "reveal", "verify"),
    "detect": ("Answer", "Copy", "Match", "Result", "whose"),
    "kinds": ("Kind",),
    "make": ("Sealed", "seal"),
    "picture": ("open_picture", "write_picture"),
}

__all__ = [
    "Answer",
    "Copy",
    "Kind",
    "Match",
    "Result",
    "Sealed",
    "commitment",
    "find_cards",
    "key_for",
    "open_picture",
    "rectify",
    "reveal",
    "seal",
    "verify",
    "whose",
    "write_picture",
]


def __getattr__(name: str) -> Any:
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
