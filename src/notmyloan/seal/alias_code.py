"""The code behind aliases: words far apart by ear, three of them to a recipient.

With q words (q a prime), recipient (i, j) gets the words i, j and i + j modulo q. Any two
recipients then share one word at most, so a whole word may be lost without mixing them up.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Syllable = tuple[str, str]

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
# Sounds that many speakers do not keep apart.
_NEAR_INITIAL = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "h": "f"}
# Sounds that a bad line mixes up now and then.
_ALIKE = (frozenset("bp"), frozenset("dt"), frozenset("gk"), frozenset("jq"), frozenset("zc"),
          frozenset("sx"), frozenset("nr"), frozenset("mn"))  # fmt: skip


def syllable(pinyin: str) -> Syllable:
    """Initial and final of a syllable without its tone, near sounds taken as one."""
    plain = pinyin.lower().replace("ü", "v")
    initial = next((i for i in _INITIALS if plain.startswith(i)), "")
    final = plain[len(initial) :]
    if final.endswith("ng"):
        final = final[:-1]
    return _NEAR_INITIAL.get(initial, initial), final


def apart(one: Syllable, other: Syllable) -> float:
    """0 for syllables that sound the same, 1 for two that have nothing in common."""
    if one == other:
        return 0.0
    if one[0] == other[0]:
        first = 0.0
    else:
        first = 0.25 if frozenset((one[0], other[0])) in _ALIKE else 0.5
    return first + (0.0 if one[1] == other[1] else 0.5)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the list: `written`, and its two syllables in plain pinyin."""

    written: str
    pinyin: tuple[str, ...]


@cache
def words() -> tuple[Word, ...]:
    """The word list; the order is part of the code."""
    return tuple(Word(written, tuple(said.split())) for written, said in _data()["words"])


@cache
def frequency() -> dict[Syllable, float]:
    """How often a syllable comes in a message; what is missing is rarer than all of these."""
    found: dict[Syllable, float] = {}
    for name, count in _data()["frequency"].items():
        initial, _, final = name.partition("-")
        found[initial, final] = count / 100_000
    return found


@cache
def character_frequency() -> dict[str, float]:
    """The same for characters of the list that are not rare."""
    return {c: count / 100_000 for c, count in _data()["character"].items()}


@cache
def by_written() -> dict[str, Word]:
    return {word.written: word for word in words()}


def codeword(i: int, j: int) -> tuple[Word, Word, Word] | None:
    """The words of recipient (i, j), or None where a word would come twice."""
    listed = words()
    k = (i + j) % len(listed)
    if len({i, j, k}) < 3:
        return None
    return listed[i], listed[j], listed[k]


def capacity() -> int:
    """How many recipients the code tells apart, any two sharing one word at most."""
    q = len(words())
    return sum(codeword(i, j) is not None for i in range(q) for j in range(q))


@cache
def _data() -> dict[str, Any]:
    source = files("notmyloan.seal").joinpath("alias_words.toml")
    return tomllib.loads(source.read_text("utf-8"))
