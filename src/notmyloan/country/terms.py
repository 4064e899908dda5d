"""Words that official papers print, told to readers of another language beside the original."""

from __future__ import annotations

from functools import cache

from notmyloan.country.data import codes, table
from notmyloan.model.text import Text


def term(word: str) -> Text | str:
    """The word as `country.term.ID`, which says it in the reader's language and keeps the
    original beside it; a word that no pack lists stays as it is."""
    id = _terms().get("".join(word.split()))
    return word if id is None else Text(f"country.term.{id}")


@cache
def _terms() -> dict[str, str]:
    return {
        word: id
        for code in codes()
        for group in table(code, "terms").values()
        if isinstance(group, dict)
        for id, word in group.items()
    }
