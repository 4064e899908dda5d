"""Hashed n-grams of a stream: which buckets a text's wording falls into.

A text is read twice. Folded, so that a wording and its disguises share their grams: Chinese in
single characters and pairs, Latin letters in runs of three and four, and pairs once more as they
sound (pinyin), so that 代款, 带款 and 贷款 share something. And plain, as it was typed: capitals,
commas and spacing tell an advert from a chat better than anything that folding leaves. English
is read in whole words and pairs of words besides. Each kind of gram has its own part of the table
of weights and counts once a text however often it stands there; bucket 0 means "no gram here".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from notmyloan.screen.fold import SENTINEL
from notmyloan.screen.stream import Stream

Codes = NDArray[np.uint32]
Found = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Gram:
    """One kind of gram: `span` codes, read as written or as `spoken`, folded or `plain`; or
    `words` words, found at the first letter of the first.

    It lies in `bits` bits of buckets from `base` on and counts with `scale`; in English texts,
    which share nothing with Chinese ones, in `english_bits` from `english_base` on with
    `english_scale` (no bits: not read there). `latin` grams begin with a Latin letter, wherever
    they are."""

    span: int
    bits: int
    scale: float
    english_bits: int
    english_scale: float
    latin: bool = False
    spoken: bool = False
    plain: bool = False
    words: int = 0
    base: int = 0
    english_base: int = 0

    def ranges(self) -> tuple[slice, slice]:
        """Its buckets in Chinese and in English texts."""
        chinese = (1 << self.bits) if self.bits else 0
        english = (1 << self.english_bits) if self.english_bits else 0
        return (
            slice(self.base, self.base + chinese),
            slice(self.english_base, self.english_base + english),
        )


def _laid_out(*kinds: Gram) -> tuple[Gram, ...]:
    grams: list[Gram] = []
    base = 1
    for kind in kinds:
        english_base = base + ((1 << kind.bits) if kind.bits else 0)
        grams.append(replace(kind, base=base, english_base=english_base))
        base = grams[-1].ranges()[1].stop
    return tuple(grams)


GRAMS: Final = _laid_out(
    Gram(1, 14, 0.6, 8, 0.6),
    Gram(2, 17, 0.3, 12, 0.3),
    Gram(3, 15, 0.3, 15, 0.3, latin=True),
    Gram(4, 15, 0.3, 16, 0.3, latin=True),
    Gram(2, 16, 0.15, 0, 0.0, spoken=True),
    Gram(1, 14, 1.0, 8, 1.0, plain=True),
    Gram(2, 17, 1.0, 13, 1.0, plain=True),
    Gram(3, 0, 0.0, 16, 0.5, plain=True),
    Gram(4, 0, 0.0, 17, 0.5, plain=True),
    Gram(1, 0, 0.0, 14, 2.0, plain=True, words=1),
    Gram(1, 0, 0.0, 16, 2.0, plain=True, words=2),
)
FOLDED: Final = tuple(g for g in GRAMS if not g.plain)
PLAIN: Final = tuple(g for g in GRAMS if g.plain)
BUCKETS: Final = GRAMS[-1].ranges()[1].stop

_MULTIPLIER: Final = np.uint32(0x9E3779B1)
_MIX: Final = np.uint32(0x85EBCA6B)
_FINISH: Final = np.uint32(0xC2B2AE35)
_PLACE: Final = np.uint32(0x27D4EB2F)
_SOUND_BASE: Final = np.uint32(0x01000000)
_BUCKET_BITS: Final = np.uint32(20)
# So many texts fit beside a bucket into 32 bits, which sort fastest.
MOST_TEXTS: Final = 1 << 12


def folded(stream: Stream, sounds: NDArray[np.uint16]) -> Found:
    """The bucket of each folded gram: one row a code of the stream, one column a gram of
    FOLDED."""
    codes = stream.codes
    sizes = stream.stop - stream.start + 1
    out = np.zeros((len(codes), len(FOLDED)), np.int32, order="F")
    latin = ((codes >= 97) & (codes <= 122)) | (codes == 0x20)
    # A code's sound, or itself where it has none: symbols.
    sound = sounds[np.minimum(codes, 0xFFFF)].astype(np.uint32)
    heard = np.where(sound > 0, sound + _SOUND_BASE, codes)
    for spoken in (False, True):
        kinds = {i: g for i, g in enumerate(FOLDED) if g.spoken == spoken}
        _hash(out, heard if spoken else codes, stream, sizes, kinds, latin)
    return out


def plain(stream: Stream) -> Found:
    """The bucket of each plain gram: one row a character of the source, one column a gram of
    PLAIN."""
    ends = np.append(stream.source_start[1:], len(stream.plain))
    out = np.zeros((len(stream.plain), len(PLAIN)), np.int32, order="F")
    sizes = ends - stream.source_start
    kinds = {i: g for i, g in enumerate(PLAIN) if not g.words}
    _hash(out, stream.plain, stream, sizes, kinds, None)
    if stream.english.any():
        _hash_words(out, stream, sizes)
    return out


def _hash_words(out: Found, stream: Stream, sizes: NDArray[np.int64]) -> None:
    """Fill the columns of `out` that hold words and pairs of words: runs of letters or digits,
    whatever their case, and single other marks."""
    read = stream.plain
    lower = np.where((read >= 65) & (read <= 90), read + np.uint32(32), read)
    inside = ((lower >= 97) & (lower <= 122)) | ((lower >= 48) & (lower <= 57)) | (lower >= 0xC0)
    english = np.repeat(stream.english, sizes)
    inside &= (lower != ord(SENTINEL)) & english
    joined = np.zeros(len(read), np.bool_)
    joined[1:] = inside[1:] & inside[:-1]
    begins = ~joined & (lower != 0x20) & english
    first = np.flatnonzero(begins)
    if not first.size:
        return
    # A character's part in its word's hash depends on its place in the word.
    place = np.arange(len(read)) - np.maximum.accumulate(np.where(joined, 0, np.arange(len(read))))
    part = (lower + place.astype(np.uint32) * _PLACE) * _MULTIPLIER
    part = (part ^ (part >> np.uint32(15))) * _MIX
    own = np.where(joined | begins, part, np.uint32(0))
    word = np.add.reduceat(own, first, dtype=np.uint32)
    text = np.repeat(np.arange(len(sizes)), sizes)[first]
    for column, gram in enumerate(PLAIN):
        if not gram.words:
            continue
        mixed = word
        whole = np.ones(len(word), np.bool_)
        if gram.words == 2:
            mixed = np.append(word[:-1] * _MIX + word[1:], np.uint32(0))
            whole = np.append(text[:-1] == text[1:], False)
        mixed = (mixed ^ (mixed >> np.uint32(16))) * _FINISH
        bucket = (mixed >> np.uint32(32 - gram.english_bits)).astype(np.int32)
        out[first, column] = np.where(whole, bucket + np.int32(gram.english_base), 0)


def _hash(
    out: Found, read: Codes, stream: Stream, sizes: NDArray[np.int64], kinds: dict[int, Gram],
    latin: NDArray[np.bool_] | None,
) -> None:  # fmt: skip
    """Fill the columns of `out` that `kinds` names with the grams of `read`."""
    size = len(read)
    english = np.repeat(stream.english, sizes)
    reach = np.repeat(np.cumsum(sizes), sizes) - np.arange(size)
    any_english, any_chinese = bool(stream.english.any()), not stream.english.all()
    spread = read * _MULTIPLIER
    rolled = spread
    for span in range(1, min(max(g.span for g in kinds.values()), size) + 1):
        if span > 1:
            rolled = (rolled[:-1] ^ (rolled[:-1] >> np.uint32(15))) * _MIX
            rolled += spread[span - 1 :]
        for column, gram in kinds.items():
            if gram.span != span:
                continue
            mixed = (rolled ^ (rolled >> np.uint32(16))) * _FINISH
            whole = reach[: len(mixed)] >= span
            if gram.latin and latin is not None:
                whole &= latin[: len(mixed)]
            there = english[: len(mixed)]
            bucket = np.zeros(len(mixed), np.int32)
            if gram.bits and any_chinese:
                bucket = (mixed >> np.uint32(32 - gram.bits)).astype(np.int32)
                bucket += np.int32(gram.base)
            if any_english:
                if gram.english_bits:
                    other = (mixed >> np.uint32(32 - gram.english_bits)).astype(np.int32)
                    bucket = np.where(there, other + np.int32(gram.english_base), bucket)
                else:
                    bucket[there] = 0
            out[: len(bucket), column] = np.where(whole, bucket, 0)


def distinct(stream: Stream, sounds: NDArray[np.uint16]) -> tuple[Found, NDArray[np.int64]]:
    """The buckets of each text, each once, bucket 0 first; and where each text's begin.

    At most MOST_TEXTS texts at once.
    """
    texts = len(stream.start)
    owners = np.arange(texts, dtype=np.uint32) << _BUCKET_BITS
    ends = np.append(stream.source_start[1:], len(stream.plain))
    parts: list[Codes] = [owners]
    for found, sizes in (
        (folded(stream, sounds), stream.stop - stream.start + 1),
        (plain(stream), ends - stream.source_start),
    ):
        column = found.T  # as they lie in memory
        keys: Codes = column.view(np.uint32) | np.repeat(owners, sizes)
        parts.append(keys[column != 0])
    sorted_keys = np.sort(np.concatenate(parts))
    first = np.concatenate((np.ones(1, np.bool_), sorted_keys[1:] != sorted_keys[:-1]))
    keys = sorted_keys[first]
    begin: NDArray[np.int64] = np.searchsorted(keys, owners)
    mask = np.uint32((1 << int(_BUCKET_BITS)) - 1)
    return (keys & mask).astype(np.int32), begin
