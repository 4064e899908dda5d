"""The shape of something not understood: its structure without its content."""

from __future__ import annotations

import unicodedata

LONGEST = 200


def shape_of(text: str, longest: int = LONGEST) -> str:
    """`text` with letters folded to `a`, digits to `9` and Han characters to `字`.

    Punctuation and spaces stay, since they are the structure. Cut after `longest` characters,
    marked by `…`.
    """
    folded = "".join(_fold(c) for c in text[: longest + 1])
    return folded if len(folded) <= longest else folded[:longest] + "…"


def _fold(character: str) -> str:
    if character.isascii():
        if character.isdigit():
            return "9"
        return "a" if character.isalpha() else character
    category = unicodedata.category(character)
    if category.startswith("N"):
        return "9"
    if category == "Lo":
        return "字"
    if category.startswith("L"):
        return "a"
    return character if category[0] in "PSZ" else "?"
