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
    """One kind of gram: `span` codes, in `bits` bits of buckets from `base` on, counted with
    `scale`. `latin` grams begin with a Latin letter, others do not; None takes both."""

    span: int
    bits: int
    base: int
    scale: float
    latin: bool | None = None
    spoken: bool = False


def _laid_out(*kinds: tuple[int, int, float, bool | None, bool]) -> tuple[Gram, ...]:
    grams: list[Gram] = []
    base = 1
    for span, bits, scale, latin, spoken in kinds:
        grams.append(Gram(span, bits, base, scale, latin, spoken))
        base += 1 << bits
    return tuple(grams)


GRAMS: Final = _laid_out(
    (1, 14, 2.0, None, False),
    (2, 17, 1.0, None, False),
    (3, 16, 0.8, True, False),
    (4, 16, 0.8, True, False),
    (5, 16, 0.5, True, False),
    (2, 16, 0.3, False, True),
)
BUCKETS: Final = GRAMS[-1].base + (1 << GRAMS[-1].bits)

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
            if gram.latin is not None:
                whole &= latin[: len(bucket)] == gram.latin
            out[: len(bucket), column] = np.where(whole, bucket, 0)
    return out
