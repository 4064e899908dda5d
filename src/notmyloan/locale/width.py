"""How wide text is on a terminal."""

from __future__ import annotations

from unicodedata import east_asian_width


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes (Unicode annex 11: wide and full-width count
    twice)."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
