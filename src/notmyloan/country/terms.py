"""Words that official papers print, told to readers of another language beside the original."""

from __future__ import annotations

from functools import cache

from notmyloan.country.data import codes, table
from notmyloan.model.text import Text


def term(word: str) -> Text | str:
    """The word as `country.term.ID`, which says it in the reader's language and keeps the
    original beside it; what follows in brackets is kept. A word that no pack lists stays as it
    is."""
    plain = "".join(word.split())
    known = _terms()
    if plain in known:
        return Text(f"country.term.{known[plain]}")
    begun, bracket, rest = plain.partition("（")
    if bracket and begun in known and rest.endswith("）"):
        return Text("country.term_more", term=Text(f"country.term.{known[begun]}"), more=rest[:-1])
    return word


@cache
def _terms() -> dict[str, str]:
    return {
        word: id
        for code in codes()
        for group in table(code, "terms").values()
        if isinstance(group, dict)
        for id, word in group.items()
    }
