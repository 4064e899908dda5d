"""Texts as one stream of canonical codes: the vectorised half of folding.

A batch of texts becomes one array of codes, each text closed by a sentinel. Spaces and
punctuation between Chinese characters vanish, number runs become one symbol, links and
contacts another, split characters are put together again, so that a text and its disguises
give the same stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from notmyloan.screen.fold import (
    CONTACT,
    DIGIT,
    DROP,
    END,
    ENGLISH_CONTACT,
    ENGLISH_LINK,
    GAP,
    HAN,
    LATIN,
    LINK,
    NUMBER,
    PLANES,
    SENTINEL,
    STAND_INS,
    FoldTables,
    kinds,
    pack,
)

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Codes = NDArray[np.uint32]

# A message longer than this says what it is at its head and tail.
HEAD: Final = 780
TAIL: Final = 230

_SPACE: Final = 0x20
_ENGLISH_WORDS: Final = 5
_TLDS: Final = (
    "cn",
    "com",
    "net",
    "org",
    "top",
    "xyz",
    "vip",
    "info",
    "gov",
    "edu",
    "biz",
    "mobi",
    "app",
    "site",
    "shop",
    "club",
    "link",
    "fun",
    "ltd",
    "uk",
    "url",
    "wang",
    "ink",
    "cc",
    "pro",
    "icu",
    "work",
    "live",
    "store",
    "online",
    "tech",
    "asia",
    "win",
    "loan",
    "ren",
)
# Words in their own right: domains only where a path follows.
_SLASHED_TLDS: Final = (
    "ly",
    "me",
    "la",
    "im",
    "tv",
    "co",
    "gd",
    "hk",
    "tw",
    "io",
    "us",
    "to",
    "sg",
    "my",
    "in",
    "gl",
    "gs",
    "pw",
)


@dataclass(frozen=True, slots=True)
class Stream:
    """`codes` of all texts, each text ended by END; `start` and `stop` (of its END) a text;
    `origin` the place of each code in `source`, the joined and capped texts; `source_start`
    where each text begins there. `plain` are the source's characters, the digits of Chinese
    texts all nought. `marks` holds one row of structural facts a text."""

    codes: Codes
    start: Ints
    stop: Ints
    origin: Ints
    source: str
    source_start: Ints
    plain: Codes
    marks: NDArray[np.float32]

    @property
    def english(self) -> Bools:
        """Which texts hold no Chinese, or hardly any."""
        out: Bools = self.marks[:, MARKS.index("english_present")] > 0
        return out


SIGNS: Final = (
    "signature",  # 【…】 or ［…］ at either end
    "link",
    "short_link",
    "contact",  # a phone number or another long number
    "code",  # a run of four to eight digits
    "amount",
    "disguise",  # ornaments between Chinese characters
    "variants",  # characters in unusual forms
    "shouting",  # Latin capitals
    "exclaiming",
    "brief",  # under nine characters
    "short",  # under twenty-four
    "long",  # over eighty
    "present",  # always: a text of this language
    "asking",
    "pausing",  # commas, stops and the like
    "length",  # logarithm of the number of codes
    "masked",  # digits written as x
    "spaced",  # a space after every word of Chinese, as word-segmented corpora have it
    "bare",  # neither punctuation nor link, contact, spacing or masking
    "nameless",  # begins "Your …" but names no sender, number, date or link
)
# A sign says one thing in Chinese and another in English: each language has its own marks.
MARKS: Final = (*SIGNS, *(f"english_{sign}" for sign in SIGNS))


def _capped(text: str) -> str:
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]} {text[-TAIL:]}"
    return text


def _run_bounds(mask: Bools) -> tuple[Ints, Ints]:
    """Starts and ends (exclusive) of the runs of True."""
    edges = np.diff(mask.view(np.int8), prepend=np.int8(0), append=np.int8(0))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _among(keys: Ints, table: Ints) -> Bools:
    """Which keys stand in the sorted `table`: what numpy's `isin` tells, without its sorting."""
    slot = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    found: Bools = table[slot] == keys
    return found


def _fill(length: int, starts: Ints, ends: Ints) -> Bools:
    """True inside each [start, end)."""
    steps = np.zeros(length + 1, np.int8)
    steps[starts] = 1
    np.add.at(steps, ends, -1)
    return np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)


def _shifted(mask: NDArray[np.generic], by: int) -> NDArray[np.generic]:
    """`mask` read `by` places later (negative: earlier), zero beyond the ends."""
    out = np.zeros_like(mask)
    if by > 0:
        out[:-by] = mask[by:]
    else:
        out[-by:] = mask[:by]
    return out


class Streamer:
    """Turns texts into a `Stream` with the given tables."""

    def __init__(self, tables: FoldTables) -> None:
        self._code = np.arange(PLANES, dtype=np.uint32)
        self._code[tables.source] = tables.target
        self._kind = kinds()[self._code]
        self._altered = np.zeros(PLANES, np.bool_)
        self._altered[tables.source[tables.source > 0x2E80]] = True
        self._altered[0xFF00:0xFFF0] = False  # full width is ordinary typing
        self._run_keys, self._run_codes = tables.run_keys, tables.run_codes
        self._part_keys, self._part_codes = tables.part_keys, tables.part_codes
        self._part_left = np.zeros(PLANES, np.bool_)
        self._part_left[(tables.part_keys >> np.uint64(32)).astype(np.int64)] = True
        self._tlds = np.array(sorted(pack(t) for t in _TLDS), np.int64)
        self._slashed = np.array(sorted(pack(t) for t in _SLASHED_TLDS), np.int64)
        # Characters that may stand inside a link.
        self._inlink = np.zeros(PLANES, np.bool_)
        for char in "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ./:-_?=&%#~+@":
            self._inlink[ord(char)] = True
        # Ornaments: gaps that are neither space nor the usual marks of writing.
        self._ornament = self._kind == GAP
        for char in (
            " \t\r\n\f\v\u3000\xa0,.!?:;'\"()[]<>-/&#@%~…—–·、。，！？：；「」『』（）【】"
            "《》〈〉“”‘’～￥－．＂＇＜＞［］：；，／＆\ufeff"
        ):
            self._ornament[ord(char)] = False

    def stream(self, texts: Sequence[str]) -> Stream:
        """Fold a batch. Any string is taken; an empty one gives a stream of its END alone."""
        source = SENTINEL.join(map(_capped, texts)) + SENTINEL
        if source.count(SENTINEL) != len(texts):
            source = "".join(_capped(t).replace(SENTINEL, " ") + SENTINEL for t in texts)
        for stand_in, symbol in STAND_INS:
            if stand_in in source:
                source = source.replace(stand_in, symbol)
        if "URL" in source:
            source = source.replace("URL", " \ue002")
        raw = np.frombuffer(source.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = self._code[raw]
        kind = self._kind[raw]

        ends = np.flatnonzero(kind == END)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
        lengths = ends - starts + 1
        # A Chinese name in an English sentence makes it no Chinese one. A word: two letters on.
        latin = kind == LATIN
        begins = latin[1:-1] & latin[2:] & ~latin[:-2]
        words = np.add.reduceat(np.pad(begins, 1).astype(np.int64), starts)
        # £, $, % and stand-ins are of no language.
        foreign = (kind == HAN) & (codes >= 0x2E80) & ((codes < 0xE000) | (codes >= 0xF900))
        han = np.add.reduceat(foreign.astype(np.int64), starts)
        chinese = (han > 0) & ((words < _ENGLISH_WORDS) | (words < han))
        in_chinese = np.repeat(chinese, lengths)
        marks = np.zeros((len(texts), len(SIGNS)), np.float32)
        plain = np.where((raw >= 0x30) & (raw <= 0x39) & in_chinese, np.uint32(0x30), raw)
        foreign &= ~in_chinese
        kind[foreign] = GAP
        codes[foreign] = plain[foreign] = _SPACE

        self._mark_source(marks, raw, kind, starts, ends, chinese)
        self._mark_nameless(marks, raw, codes, starts, ends, chinese)
        self._fold_links(codes, kind, marks, ends, in_chinese)
        self._unmask_digits(codes, kind, marks, ends, in_chinese)
        self._fold_numbers(codes, kind, marks, ends, in_chinese)
        self._fold_gaps(codes, kind)
        self._read_runs(codes, kind, in_chinese)

        kept = np.flatnonzero(kind > GAP)
        codes = codes[kept]
        kept, codes = self._join_parts(kept, codes)
        stop = np.flatnonzero(codes == ord(SENTINEL))
        start = np.concatenate((np.zeros(1, np.int64), stop[:-1] + 1))
        size = stop - start
        at = SIGNS.index
        marks[:, at("brief")] = size < 9
        marks[:, at("short")] = size < 24
        marks[:, at("long")] = size > 80
        marks[:, at("present")] = 1.0
        marks[:, at("length")] = np.log1p(size) / 5
        told = ("pausing", "link", "contact", "spaced", "masked")
        marks[:, at("nameless")] *= ~marks[:, [at("link"), at("contact")]].any(axis=1)
        marks[:, at("bare")] = ~marks[:, [at(sign) for sign in told]].any(axis=1)
        marks = np.concatenate((marks * chinese[:, None], marks * ~chinese[:, None]), axis=1)
        return Stream(codes, start, stop, kept, source, starts, plain, marks)

    def _mark_source(
        self, marks: NDArray[np.float32], raw: Codes, kind: NDArray[np.uint8],
        starts: Ints, ends: Ints, chinese: Bools,
    ) -> None:  # fmt: skip
        def count(mask: Bools) -> Ints:
            # What is counted is rare, so its places are fewer than a running sum's.
            place = np.flatnonzero(mask)
            between: Ints = np.searchsorted(place, ends) - np.searchsorted(place, starts)
            return between

        at = SIGNS.index
        opening = np.flatnonzero((raw == 0x3010) | (raw == 0xFF3B))
        if opening.size:
            owner = np.searchsorted(ends, opening)
            closing = np.flatnonzero((raw == 0x3011) | (raw == 0xFF3D))
            after = np.searchsorted(closing, opening)
            paired = after < closing.size
            owner, opening = owner[paired], opening[paired]
            close = closing[after[paired]]
            good = (close < ends[owner]) & (close - opening <= 30)
            good &= (opening - starts[owner] < 3) | (ends[owner] - close < 4)
            marks[owner[good], at("signature")] = 1.0
        odd = self._ornament[raw]
        if odd.any():
            odd = odd & (_shifted(kind, -1) == HAN) & (_shifted(kind, 1) == HAN)
            marks[:, at("disguise")] = np.minimum(count(odd), 4) / 4
        altered = self._altered[raw]
        if altered.any():
            marks[:, at("variants")] = np.minimum(count(altered), 8) / 8
        money = (raw == 0xA5) | (raw == 0xFFE5) | (raw == 0xA3) | (raw == 0x24) | (raw == 0x20AC)
        digit = kind == DIGIT
        money = (money & _shifted(digit, 1)) | (
            ((raw == 0x5143) | (raw == 0x4E07))
            & (_shifted(digit, -1) | (_shifted(raw, -1) == NUMBER))
        )
        marks[:, at("amount")] = count(money) > 0
        capital = (raw >= 65) & (raw <= 90)
        letters = count(kind == LATIN)
        marks[:, at("shouting")] = (count(capital) * 3 > letters) & (letters > 12) & ~chinese
        marks[:, at("exclaiming")] = np.minimum(count((raw == 0x21) | (raw == 0xFF01)), 3) / 3
        han = kind == HAN
        apart = (raw == 0x20) & (_shifted(han, -1) != 0) & (_shifted(han, 1) != 0)
        joined = han & (_shifted(han, 1) != 0)
        gaps = count(apart)
        marks[:, at("spaced")] = (gaps >= 3) & (gaps * 4 > count(joined))
        pause = (
            (raw == 0xFF0C) | (raw == 0x3002) | (raw == 0x2C) | (raw == 0xFF1A) | (raw == 0x3001)
        )
        marks[:, at("pausing")] = np.minimum(count(pause | (raw == 0x2E) | (raw == 0xFF1B)), 5) / 5
        marks[:, at("asking")] = count((raw == 0x3F) | (raw == 0xFF1F)) > 0

    @staticmethod
    def _mark_nameless(
        marks: NDArray[np.float32], raw: Codes, codes: Codes, starts: Ints, ends: Ints,
        chinese: Bools,
    ) -> None:  # fmt: skip
        """Marks notices to "you" that name nothing: no digit, no 【signature】, no capital but at
        the start of a sentence, no "Firm:" before. Links are looked for later."""
        last = len(codes) - 1
        first = codes[starts]
        to_you = (first == 0x60A8) | (first == 0x4F60) | (first == 0x5C0A)  # 您 你 尊
        english = ~chinese
        for step, letter in enumerate("your "):
            english &= codes[np.minimum(starts + step, last)] == ord(letter)
        capital = (raw >= 65) & (raw <= 90) & (_shifted(raw, -1) == _SPACE)
        before = _shifted(raw, -2)
        capital &= ~((before == 0x2E) | (before == 0x21) | (before == 0x3F))
        named = capital | ((raw >= 0x30) & (raw <= 0x39)) | (raw == NUMBER)
        place = np.flatnonzero(named)
        nameless = np.searchsorted(place, ends) == np.searchsorted(place, starts)
        nameless &= (to_you & chinese) | english
        marks[:, SIGNS.index("nameless")] = nameless & (marks[:, SIGNS.index("signature")] == 0)

    @staticmethod
    def _unmask_digits(
        codes: Codes, kind: NDArray[np.uint8], marks: NDArray[np.float32], ends: Ints,
        in_chinese: Bools,
    ) -> None:  # fmt: skip
        """Runs of x that stand for digits in masked Chinese texts become digits."""
        is_x = (codes == ord("x")) & in_chinese & (kind == LATIN)
        if not is_x.any():
            return
        letter = (kind == LATIN) & ~is_x
        begin, end = _run_bounds(is_x)
        before = np.where(begin > 0, letter[begin - 1], False)
        alone = ~(before | letter[np.minimum(end, len(letter) - 1)])
        inside = _fill(len(codes), begin[alone], end[alone])
        codes[inside] = ord("0")
        kind[inside] = DIGIT
        marks[np.searchsorted(ends, begin[alone]), SIGNS.index("masked")] = 1.0

    def _fold_links(
        self, codes: Codes, kind: NDArray[np.uint8], marks: NDArray[np.float32], ends: Ints,
        in_chinese: Bools,
    ) -> None:  # fmt: skip
        """Each link becomes LINK, whatever it points to."""
        at = SIGNS.index
        plain = codes == LINK
        if plain.any():  # a stand-in for a link: what trails it belongs to it
            begin = np.flatnonzero(plain)
            owner = np.searchsorted(ends, begin)
            marks[owner, at("link")] = 1.0
        # Folded codes, not raw ones, so that a link in full-width letters is a link.
        inlink = self._inlink[codes] | plain
        dots = np.flatnonzero(codes == 0x2E)
        heads = dots[:0]
        if dots.size:
            last = len(codes) - 1
            key = np.zeros(dots.size, np.int64)
            open_ = np.ones(dots.size, np.bool_)
            found = np.zeros(dots.size, np.bool_)
            for step in range(1, 8):
                nxt = codes[np.minimum(dots + step, last)].astype(np.int64)
                letter = (nxt >= 97) & (nxt <= 122)
                stopped = open_ & ~letter & ~((nxt >= 48) & (nxt <= 57))
                if stopped.any():
                    where = np.flatnonzero(stopped)
                    hit = _among(key[where], self._tlds)
                    hit |= _among(key[where], self._slashed) & (nxt[where] == 0x2F)
                    found[where[hit]] = True
                open_ &= letter
                key = np.where(open_, (key << 5) | (nxt - 96), key)
            heads = dots[found]
        slashes = np.flatnonzero((codes[:-2] == 0x3A) & (codes[1:-1] == 0x2F) & (codes[2:] == 0x2F))
        heads = np.concatenate((heads, slashes, np.flatnonzero(plain)))
        if not heads.size:
            return
        begin, end = _run_bounds(inlink)
        run = np.unique(np.searchsorted(begin, heads, side="right") - 1)
        begin, end = begin[run], end[run]
        owner = np.searchsorted(ends, begin)
        marks[owner, at("link")] = 1.0
        short = (end - begin) <= 26
        marks[owner[short], at("short_link")] = 1.0
        inside = _fill(len(codes), begin, end)
        kind[inside] = DROP
        codes[begin] = np.where(in_chinese[begin], LINK, ENGLISH_LINK)
        kind[begin] = HAN

    @staticmethod
    def _fold_numbers(
        codes: Codes, kind: NDArray[np.uint8], marks: NDArray[np.float32], ends: Ints,
        in_chinese: Bools,
    ) -> None:  # fmt: skip
        """A run of digits becomes NUMBER, or CONTACT from seven digits on.

        In English texts a NUMBER keeps its length: short codes have five digits, prices three.
        """
        at = SIGNS.index
        symbols = np.flatnonzero(codes == CONTACT)
        if symbols.size:
            marks[np.searchsorted(ends, symbols), at("contact")] = 1.0
        digit = kind == DIGIT
        if not digit.any():
            return
        joint = (codes == 0x2E) | (codes == 0x2D)
        commas = np.flatnonzero(codes[:-4] == 0x2C)
        if commas.size:  # only as a thousands separator
            grouped = digit[commas + 1] & digit[commas + 2] & digit[commas + 3]
            joint[commas[grouped & ~digit[commas + 4]]] = True
        joint &= (kind == GAP) & (_shifted(digit, -1) != 0) & (_shifted(digit, 1) != 0)
        begin, end = _run_bounds(digit | joint)
        place = np.flatnonzero(digit)
        size = np.searchsorted(place, end) - np.searchsorted(place, begin)
        dotted = (end - begin) != size
        owner = np.searchsorted(ends, begin)
        long = size >= 7
        marks[owner[long & (size != 8)], at("contact")] = 1.0
        marks[owner[(size >= 4) & (size <= 8) & ~dotted], at("code")] = 1.0
        inside = _fill(len(codes), begin, end)
        kind[inside] = DROP
        symbol = np.where(in_chinese[begin], NUMBER, NUMBER + 15 + np.minimum(size, 6))
        contact = np.where(in_chinese[begin], CONTACT, ENGLISH_CONTACT)
        codes[begin] = np.where(long, contact, symbol).astype(np.uint32)
        kind[begin] = DIGIT

    @staticmethod
    def _fold_gaps(codes: Codes, kind: NDArray[np.uint8]) -> None:
        """A gap between Latin words or numbers becomes one space; any other vanishes."""
        solid = np.flatnonzero(kind > GAP)
        gapped = np.flatnonzero(np.diff(solid) > 1)
        left, right = solid[gapped], solid[gapped + 1]
        wordlike = ((kind[left] == LATIN) & ((kind[right] == LATIN) | (kind[right] == DIGIT))) | (
            (kind[left] == DIGIT) & (kind[right] == LATIN)
        )
        place = right[wordlike] - 1
        place = place[kind[place] == GAP]
        codes[place] = _SPACE
        kind[place] = LATIN

    def _read_runs(self, codes: Codes, kind: NDArray[np.uint8], in_chinese: Bools) -> None:
        """Latin runs inside Chinese texts that spell Chinese words become those words."""
        letter = (kind == LATIN) & (codes >= 97) & (codes <= 122) & in_chinese
        if not letter.any():
            return
        begin, end = _run_bounds(letter)
        size = end - begin
        fits = (size <= 12) & (size >= 2)
        begin, end, size = begin[fits], end[fits], size[fits]
        if not begin.size:
            return
        key = np.zeros(begin.size, np.uint64)
        for step in range(12):
            more = size > step
            if not more.any():
                break
            value = codes[np.minimum(begin + step, len(codes) - 1)].astype(np.uint64)
            key = np.where(more, (key << np.uint64(5)) | (value - np.uint64(96)), key)
        slot = np.minimum(np.searchsorted(self._run_keys, key), len(self._run_keys) - 1)
        known = self._run_keys[slot] == key
        begin, end, slot = begin[known], end[known], slot[known]
        if not begin.size:
            return
        kind[_fill(len(codes), begin, end)] = DROP
        codes[begin] = self._run_codes[slot, 0]
        kind[begin] = HAN
        second = self._run_codes[slot, 1]
        pair = second > 0
        codes[begin[pair] + 1] = second[pair]
        kind[begin[pair] + 1] = HAN

    def _join_parts(self, kept: Ints, codes: Codes) -> tuple[Ints, Codes]:
        """代贝 side by side is 贷."""
        left = np.flatnonzero(self._part_left[codes])
        left = left[left < len(codes) - 1]
        if not left.size:
            return kept, codes
        key = (codes[left].astype(np.uint64) << np.uint64(32)) | codes[left + 1]
        slot = np.minimum(np.searchsorted(self._part_keys, key), len(self._part_keys) - 1)
        whole = self._part_keys[slot] == key
        left, slot = left[whole], slot[whole]
        if not left.size:
            return kept, codes
        apart = np.concatenate((np.ones(1, np.bool_), np.diff(left) > 1))
        left, slot = left[apart], slot[apart]
        codes[left] = self._part_codes[slot]
        keep = np.ones(len(codes), np.bool_)
        keep[left + 1] = False
        return kept[keep], codes[keep]
