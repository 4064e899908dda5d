"""Sums over blocks of a file, which name the first wrong byte.

Of every block of 64 KiB the package keeps the SHA-256 and two sums, of b_i and of i*b_i. If exactly
one byte of a block was changed, the difference of the second sum divided by that of the first is
its place; putting the byte right and hashing again proves it. Otherwise the block's range is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

SIZE = 1 << 16
_WEIGHTS = np.arange(SIZE, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Block:
    """SHA-256 (hex) of a block, sum of its bytes, sum of place times byte (neither overflows)."""

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
    where the file ends there, `expected` None where it should have ended."""

    first: int
    last: int
    expected: int | None = None
    found: int | None = None


def of_block(data: bytes) -> Block:
    """The sums of one block of at most SIZE bytes."""
    row = np.frombuffer(data, np.uint8).astype(np.uint64)
    plain, weighted = int(row.sum()), int((row * _WEIGHTS[: len(row)]).sum())
    return Block(hashlib.sha256(data).hexdigest(), plain, weighted)


class Summer:
    """Collects the blocks of a stream that comes in pieces of any size."""

    def __init__(self) -> None:
        self._rest = b""
        self.blocks: list[Block] = []

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        data = self._rest + piece if self._rest else piece
        whole = len(data) - len(data) % SIZE
        for start in range(0, whole, SIZE):
            self.blocks.append(of_block(data[start : start + SIZE]))
        self._rest = data[whole:]

    def finish(self) -> list[Block]:
        """All blocks; the last may be short."""
        if self._rest:
            self.blocks.append(of_block(self._rest))
            self._rest = b""
        return self.blocks


def locate(pieces: Iterable[bytes], blocks: Sequence[Block], size: int) -> Wrong | None:
    """The first wrong byte of a stream that should have these sums and this size, or None."""
    at = 0
    for number, data in enumerate(_in_blocks(pieces)):
        if number >= len(blocks):
            return Wrong(at, at, None, data[0])
        expected = blocks[number]
        if hashlib.sha256(data).hexdigest() != expected.sha256:
            full = min(SIZE, size - number * SIZE)
            return _within(data, expected, at, full)
        at += len(data)
    return None if at >= size else Wrong(at, at, None, None)


def _within(data: bytes, expected: Block, at: int, full: int) -> Wrong:
    found = of_block(data)
    change = found.plain - expected.plain
    if len(data) == full and change and (found.weighted - expected.weighted) % change == 0:
        place = (found.weighted - expected.weighted) // change
        if 0 <= place < len(data) and 0 <= data[place] - change <= 255:
            right = data[place] - change
            mended = data[:place] + bytes([right]) + data[place + 1 :]
            if hashlib.sha256(mended).hexdigest() == expected.sha256:
                return Wrong(at + place, at + place, right, data[place])
    return Wrong(at, at + max(len(data), full) - 1)


def _in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        rest += piece
        while len(rest) >= SIZE:
            yield rest[:SIZE]
            rest = rest[SIZE:]
    if rest:
        yield rest
