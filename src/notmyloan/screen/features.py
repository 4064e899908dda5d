"""Hashed n-grams of a stream: which buckets a text's wording falls into.

Chinese is read in single characters and pairs (longer grams of a text join too little to help
and dilute the rest), English in runs of three to five letters, and pairs are read once more as
they sound (pinyin), so that 代款, 带款 and 贷款 share something. Each kind of gram has its own
part of the table of weights; bucket 0 means "no gram here".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from notmyloan.screen.stream import Stream


@dataclass(frozen=True, slots=True)
class Gram:
    """One kind of gram: `span` codes, counted with `scale`, read as written or as `spoken`.

    It lies in `bits` bits of buckets from `base` on; in English texts, which share nothing with
    Chinese ones, in `english_bits` from `english_base` on (no bits: not read there). `latin`
    grams begin with a Latin letter, wherever they are."""

    span: int
    bits: int
    base: int
    english_bits: int
    english_base: int
    scale: float
    latin: bool = False
    spoken: bool = False

    def ranges(self) -> tuple[slice, slice]:
        """Its buckets in Chinese and in English texts."""
        english = (1 << self.english_bits) if self.english_bits else 0
        return (
            slice(self.base, self.base + (1 << self.bits)),
            slice(self.english_base, self.english_base + english),
        )


def _laid_out(*kinds: tuple[int, int, int, float, bool, bool]) -> tuple[Gram, ...]:
    grams: list[Gram] = []
    base = 1
    for span, bits, english_bits, scale, latin, spoken in kinds:
        english_base = base + (1 << bits)
        grams.append(Gram(span, bits, base, english_bits, english_base, scale, latin, spoken))
        base = grams[-1].ranges()[1].stop
    return tuple(grams)


GRAMS: Final = _laid_out(
    (1, 14, 8, 2.0, False, False),
    (2, 17, 12, 1.0, False, False),
    (3, 15, 15, 0.8, True, False),
    (4, 15, 16, 0.8, True, False),
    (5, 15, 16, 0.5, True, False),
    (2, 16, 0, 0.3, False, True),
)
BUCKETS: Final = GRAMS[-1].ranges()[1].stop

_MULTIPLIER: Final = np.uint32(0x9E3779B1)
_MIX: Final = np.uint32(0x85EBCA6B)
_FINISH: Final = np.uint32(0xC2B2AE35)
_SOUND_BASE: Final = np.uint32(0x01000000)


def buckets(stream: Stream, sounds: NDArray[np.uint16]) -> NDArray[np.int32]:
    """The bucket of each gram: one row a code of the stream, one column a gram of GRAMS."""
    codes = stream.codes
    size = len(codes)
    out = np.zeros((size, len(GRAMS)), np.int32)
    reach = np.repeat(stream.stop, stream.stop - stream.start + 1) - np.arange(size)
    english = np.repeat(stream.english, stream.stop - stream.start + 1)
    mixed_languages = bool(stream.english.any())
    latin = ((codes >= 97) & (codes <= 122)) | (codes == 0x20)
    for spoken in (False, True):
        read = codes
        if spoken:
            # A code's sound, or itself where it has none: symbols.
            sound = sounds[np.minimum(codes, 0xFFFF)].astype(np.uint32)
            read = np.where(sound > 0, sound + _SOUND_BASE, codes)
        columns = {g.span: i for i, g in enumerate(GRAMS) if g.spoken == spoken}
        spread = read * _MULTIPLIER
        rolled = spread
        for span in range(1, min(max(columns), size) + 1):
            if span > 1:
                rolled = (rolled[:-1] ^ (rolled[:-1] >> np.uint32(15))) * _MIX
                rolled += spread[span - 1 :]
            column = columns.get(span)
            if column is None:
                continue
            gram = GRAMS[column]
            mixed = (rolled ^ (rolled >> np.uint32(16))) * _FINISH
            bucket = (mixed >> np.uint32(32 - gram.bits)).astype(np.int32)
            bucket += np.int32(gram.base)
            whole = reach[: len(bucket)] >= span
            if gram.latin:
                whole &= latin[: len(bucket)]
            if mixed_languages:
                there = english[: len(bucket)]
                if gram.english_bits:
                    other = (mixed >> np.uint32(32 - gram.english_bits)).astype(np.int32)
                    bucket = np.where(there, other + np.int32(gram.english_base), bucket)
                else:
                    whole &= ~there
            out[: len(bucket), column] = np.where(whole, bucket, 0)
    return out
