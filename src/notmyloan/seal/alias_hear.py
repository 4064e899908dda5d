"""Finds aliases again in a message, or in what somebody remembers having heard.

Each alias is weighed by a likelihood ratio L: how much likelier the best fitting stretch of text
is when it comes from the alias, through mishearing, mistyping, masking, than from text that has
nothing to do with it. Under the background model E[L] <= 1 at every place, so that by Markov's
inequality the chance of L >= t anywhere in n places for A aliases is at most n A / t, and three
times that for the three ways of looking: characters, letters, and both mixed. Words in another
order are a mixture within L.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.seal.alias import Alias, tag_of
from notmyloan.seal.alias_code import (
    Syllable,
    apart,
    by_written,
    character_frequency,
    frequency,
    syllable,
    words,
)


class How(StrEnum):
    """By what an alias was found."""

    EXACT = "exact"
    SOUND = "sound"  # characters, by how they look or sound
    LETTERS = "letters"  # letters and digits


@dataclass(frozen=True, slots=True)
class Heard:
    """`chance` bounds how likely unrelated text gives any such find; `among` are the
    recipients whose aliases fit about as well, this one too: more than one means "one of
    several"."""

    alias: Alias
    how: How
    chance: float
    among: tuple[str, ...]


# The channel: what becomes of one syllable, and of one letter. The parts add up to less than 1.
_SAME, _HOMOPHONE, _NEAR, _OTHER = 0.58, 0.2, 0.1, 0.05
_LOST, _ADDED = 0.03, 0.03
_LETTER_SAME, _LETTER_OTHER = 0.85, 0.08
_RARE_CHARACTER, _RARE_SYLLABLE = 1 / 4000, 1 / 2000
# As frequent as the most frequent ones of pinyin and English: L is then too small, never too big.
_LETTER_FREQUENCY = dict.fromkeys("aeinou", 0.12) | dict.fromkeys("gts", 0.09)
_OTHER_LETTER, _DIGIT = 0.05, 0.1
_AS_GOOD = math.log(1000)
_IN_ORDER = 0.7  # the share of those who remember the words in their order
_WORD_HEARD = math.log(12)  # what a word must add to log L to count as heard
_MIXED = re.compile(
    "[\u4e00-\u9fff][^\u4e00-\u9fffa-zA-Z]{0,2}[a-zA-Z]{3}|[a-zA-Z]{3}[^\u4e00-\u9fffa-zA-Z]{0,2}[\u4e00-\u9fff]"
)

_MASKS = frozenset("*＊×xX某□○〇●■?？•")
_DIGITS = str.maketrans("零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "012345678912123456789")
_ENGLISH = {w: str(n) for n, w in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])}  # fmt: skip
_ENGLISH_WORD = re.compile(r"(?i)(?<![a-z])(" + "|".join(_ENGLISH) + r")(?![a-z])")
_SPOKEN_MARK = re.compile(r"(?i)(?<![a-z])(?:dot|plus|point|at)(?![a-z])")


def hear(text: str, aliases: Sequence[Alias], *, error: float = 1e-3) -> tuple[Heard, ...]:
    """Aliases that `text` holds, best first, each with a chance of coincidence below `error`.

    Raises MissingExtraError where the pinyin library is not installed.
    """
    plain = unicodedata.normalize("NFKC", text)
    codes = list(dict.fromkeys(alias.words for alias in aliases))
    if not codes or not plain.strip():
        return ()
    sound, places = _by_sound(plain, codes)
    sound = np.maximum(sound + math.log(_IN_ORDER), _reordered(plain, codes))
    letters, more = _by_letters(plain, codes)
    if _MIXED.search(plain):  # half in letters, half in characters
        both, most = _by_letters(_spelt(plain), codes)
        letters, more = np.maximum(letters, both), max(more, most)
    # Three ways of looking: each gets the whole number of places.
    best = np.maximum(sound, letters)
    chance = math.log(3 * max(places, more, 1) * len(codes)) - best
    found = [n for n in np.argsort(-best) if chance[n] <= math.log(error) and np.isfinite(best[n])]
    heard = []
    for n in found:
        near = {codes[m] for m in found if abs(best[m] - best[n]) <= _AS_GOOD}
        near |= _pooled(plain, codes[n], codes)
        first = [a for a in aliases if a.words == codes[n]]
        among = tuple(dict.fromkeys(a.recipient for a in (*first, *aliases) if a.words in near))
        for alias in aliases:
            if alias.words != codes[n]:
                continue
            whole = "".join(alias.words) in plain or tag_of(alias.words) in plain
            how = How.EXACT if whole else How.SOUND if sound[n] >= letters[n] else How.LETTERS
            heard.append(Heard(alias, how, float(math.exp(chance[n])), among))
    return tuple(heard)


def _reordered(text: str, codes: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    """The best log L of each code with its words in another order, as people remember them."""
    others = list(permutations(range(len(codes[0]))))[1:]
    each = math.log((1 - _IN_ORDER) / len(others))
    turned = [tuple(code[n] for n in order) for order in others for code in codes]
    log, _ = _by_sound(text, turned)
    return np.asarray(log.reshape(len(others), len(codes)).max(axis=0) + each)


def _pooled(
    text: str, found: tuple[str, ...], codes: Sequence[tuple[str, ...]]
) -> set[tuple[str, ...]]:
    """The codes that could have put their words together so that `found` seems to be meant: where
    not all its words are heard, and every word heard is one of somebody else's as well."""
    others = {word: {c for c in codes if c != found and word in c} for word in found}
    if not all(others.values()):  # a word of its own that nobody else has
        shared = [w for w in found if others[w]]
        if len(shared) < 2:
            return set()
    run = _folded("".join(re.findall(r"[a-zA-Z]", text)))
    whole = _in_any_order(text, found)
    heard = [
        word for word in found
        if whole - _in_any_order(text, tuple(w for w in found if w != word)) > _WORD_HEARD
        or _folded("".join(by_written()[word].pinyin)) in run
    ]  # fmt: skip
    if len(heard) == len(found) or not all(others[word] for word in heard):
        return set()
    return {code for word in heard for code in others[word]}


def _in_any_order(text: str, some: tuple[str, ...]) -> float:
    """log L of these words by sound, in their best order."""
    log, _ = _by_sound(text, list(permutations(some)))
    return float(log.max())


def _spelt(text: str) -> str:
    """The text with every character as its pinyin."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))


def _by_sound(text: str, codes: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.float64], int]:
    tokens = [c for c in text if "\u4e00" <= c <= "\u9fff" or c in _MASKS]
    spoken = dict(zip(tokens, _pinyin(tuple(tokens)), strict=True))
    if not tokens:
        return np.full(len(codes), -np.inf), 0
    pattern = [[(c, syllable(s)) for w in code for c, s in
                zip(w, by_written()[w].pinyin, strict=True)] for code in codes]  # fmt: skip
    index = {part: n for n, part in enumerate(_parts())}
    rows = np.array([[index[part] for part in row] for row in pattern])
    scores = {c: _fits(c, spoken[c])[rows] for c in set(tokens)}
    return _align([scores[c] for c in tokens], rows.shape), len(tokens)


@cache
def _parts() -> tuple[tuple[str, Syllable], ...]:
    """Every character of the word list with its sound."""
    return tuple(
        dict.fromkeys(
            (c, syllable(s))
            for word in words()
            for c, s in zip(word.written, word.pinyin, strict=True)
        )
    )


@lru_cache(8192)
def _fits(token: str, heard: Syllable | None) -> NDArray[np.float64]:
    return np.array([_fit(token, heard, own, said) for own, said in _parts()])


def _fit(token: str, heard: Syllable | None, own: str, said: Syllable) -> float:
    """log L of one character of the text against one of the alias."""
    if token == own:
        return math.log(_SAME / max(character_frequency().get(own, 0), _RARE_CHARACTER))
    if heard is None:
        return math.log(0.5)  # masked: it says next to nothing
    if heard == said:
        return math.log(_HOMOPHONE / max(frequency().get(said, 0), _RARE_SYLLABLE))
    if apart(heard, said) <= 0.5:
        return math.log(max(_NEAR / _near_frequency(said), _OTHER))
    return math.log(_OTHER)


@lru_cache(4096)
def _near_frequency(said: Syllable) -> float:
    return max(
        sum(f for other, f in frequency().items() if 0 < apart(other, said) <= 0.5),
        _RARE_SYLLABLE,
    )


@lru_cache(64)
def _pinyin(tokens: tuple[str, ...]) -> tuple[Syllable | None, ...]:
    try:
        from pypinyin import lazy_pinyin
    except ImportError:
        raise MissingExtraError("seal", Text("alias.pinyin")) from None
    return tuple(None if c in _MASKS else syllable(lazy_pinyin(c)[0]) for c in tokens)


def _folded(letters: str) -> str:
    """Near sounds as one, in letters; the same on both sides, so that no sense is needed."""
    plain = letters.lower().replace("ü", "v")
    for one, other in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("h", "f"), ("l", "n")):
        plain = plain.replace(one, other)
    return plain


def _by_letters(text: str, codes: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.float64], int]:
    text = _SPOKEN_MARK.sub(" ", text)
    told = _ENGLISH_WORD.sub(lambda m: _ENGLISH[m[1].lower()], text.translate(_DIGITS))
    run = _folded("".join(re.findall(r"[a-zA-Z0-9ü*]", told)))
    if sum(c != "*" for c in run) < 6:
        return np.full(len(codes), -np.inf), 0
    tags = [_folded(tag_of(code).replace(".", "")) for code in codes]
    width = max(map(len, tags))
    grid = np.array([list(t.ljust(width)) for t in tags])
    same = np.zeros(grid.shape)
    for c in set("".join(tags)):
        f = _DIGIT if c.isdigit() else _LETTER_FREQUENCY.get(c, _OTHER_LETTER)
        same[grid == c] = math.log(_LETTER_SAME / f)
    steps = {
        c: np.where(grid == c, same, math.log(0.5 if c == "*" else _LETTER_OTHER)) for c in set(run)
    }
    padded = grid == " "  # costs nothing and gains nothing
    return _align([steps[c] for c in run], (len(codes), width), padded), len(run)


def _align(
    steps: Sequence[NDArray[np.float64]],
    shape: tuple[int, ...],
    padded: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """The best log L of each row against any stretch of the text, by dynamic programming."""
    lost = np.full(shape, math.log(_LOST))
    if padded is not None:
        lost[padded] = 0.0
    start = np.concatenate([np.zeros((shape[0], 1)), np.cumsum(lost, axis=1)], axis=1)
    fall = start  # cumulative costs turn "lost" runs into one running maximum
    column, best = start.copy(), np.full(shape[0], -np.inf)
    for step in steps:
        fresh = column + math.log(_ADDED)
        fresh[:, 0] = 0.0
        fresh[:, 1:] = np.maximum(fresh[:, 1:], column[:, :-1] + step)
        column = np.maximum.accumulate(fresh - fall, axis=1) + fall
        best = np.maximum(best, column[:, -1])
    return best
