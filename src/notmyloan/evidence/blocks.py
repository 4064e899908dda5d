"""Sums over blocks of a file, which name the first wrong byte.

Of every block of 4 KiB the package keeps the beginning of its SHA-256 and two sums, of b_i and of
i*b_i. If exactly one byte of a block was changed, the difference of the second sum divided by that
of the first is its place; putting the byte right and hashing again proves it. Otherwise the block's
range is named. These sums only find a place: whether a file is whole, the manifest's SHA-256 tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

SIZE = 1 << 12
DIGITS = 16  # of each block's SHA-256, enough to find a place
_WEIGHTS = np.arange(SIZE, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Block:
    """Beginning of a block's SHA-256 (hex), sum of its bytes, sum of place times byte."""

    sha256: str
    plain: int
    weighted: int

    def line(self) -> str:
        """As it stands in blocks.txt."""
        return f"{self.sha256} {self.plain} {self.weighted}"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Where a file departs from its sums: bytes `first` to `last` (both included, counted from 0).
    Exact when they are equal: then `expected` and `found` are the byte's values. `found` is None
    where the file ends there, `expected` None where it should have ended. `size` is how long the
    file should be, where it ends too early."""

    first: int
    last: int
    expected: int | None = None
    found: int | None = None
    size: int | None = None


def sha256_of(data: bytes) -> str:
    """As a block's line says it."""
    return hashlib.sha256(data).hexdigest()[:DIGITS]


def of_block(data: bytes) -> Block:
    """The sums of one block of at most SIZE bytes."""
    row = np.frombuffer(data, np.uint8).astype(np.uint32)
    plain, weighted = int(row.sum()), int((row * _WEIGHTS[: len(row)]).sum())
    return Block(sha256_of(data), plain, weighted)


class Summer:
    """Collects the blocks of a stream that comes in pieces of any size."""

    def __init__(self) -> None:
        self._rest = b""
        self.blocks: list[Block] = []

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        data = self._rest + piece if self._rest else piece
        whole = len(data) - len(data) % SIZE
        if whole:
            rows = np.frombuffer(data, np.uint8, whole).reshape(-1, SIZE).astype(np.uint32)
            sums = zip(rows.sum(axis=1), rows @ _WEIGHTS, strict=True)  # 2**31 at most
            for number, (plain, weighted) in enumerate(sums):
                block = data[number * SIZE : (number + 1) * SIZE]
                self.blocks.append(Block(sha256_of(block), int(plain), int(weighted)))
        self._rest = data[whole:]

    def finish(self) -> list[Block]:
        """All blocks; the last may be short."""
        if self._rest:
            self.blocks.append(of_block(self._rest))
            self._rest = b""
        return self.blocks


def locate(pieces: Iterable[bytes], blocks: Sequence[Block], size: int) -> Wrong | None:
    """The first wrong byte of a stream that should have these sums and this size, or None."""
    at = number = 0
    for number, data in enumerate(_in_blocks(pieces), 1):
        if number > len(blocks):
            return Wrong(at, at, None, data[0])
        expected = blocks[number - 1]
        if sha256_of(data) != expected.sha256:
            return _within(data, expected, at, min(SIZE, size - at), size)
        at += len(data)
    return None if at >= size else Wrong(at, at, None, None, size)


def _within(data: bytes, expected: Block, at: int, full: int, size: int) -> Wrong:
    if len(data) > full and sha256_of(data[:full]) == expected.sha256:
        return Wrong(at + full, at + full, None, data[full])
    if len(data) == full:
        found = of_block(data)
        change = found.plain - expected.plain
        moved = found.weighted - expected.weighted
        if change and moved % change == 0:
            place = moved // change
            if 0 <= place < len(data) and 0 <= data[place] - change <= 255:
                right = data[place] - change
                mended = data[:place] + bytes([right]) + data[place + 1 :]
                if sha256_of(mended) == expected.sha256:
                    return Wrong(at + place, at + place, right, data[place])
    short = size if len(data) < full else None
    return Wrong(at, at + max(len(data), full) - 1, size=short)


def _in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        rest += piece
        whole = len(rest) - len(rest) % SIZE
        for start in range(0, whole, SIZE):
            yield rest[start : start + SIZE]
        rest = rest[whole:]
    if rest:
        yield rest
