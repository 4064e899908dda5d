"""A Merkle tree over leaf hashes, as RFC 9162 (section 2.1) and RFC 6962 define it.

A leaf is SHA-256(0x00 | data), a node SHA-256(0x01 | left | right), so that no leaf can pass for a
node. The tree keeps the hash of every complete subtree: adding a leaf, the root and each proof
then cost O(log n) hashes, also for the tree as it was at any earlier size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from notmyloan.evidence.errors import LogError

EMPTY = hashlib.sha256().digest()  # the root of no leaves


def leaf(data: bytes) -> bytes:
    """The hash of a leaf that holds `data`."""
    return hashlib.sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Leaf hashes in order. Sizes given to the methods default to all of them."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        # _levels[k][j]: the subtree over the 2**k leaves from j * 2**k on, once it is complete.
        self._levels: list[list[bytes]] = [[]]
        for each in leaves:
            self.add(each)

    def __len__(self) -> int:
        return len(self._levels[0])

    def add(self, leaf_hash: bytes) -> None:
        """Append one leaf."""
        level = 0
        self._levels[0].append(leaf_hash)
        while len(self._levels[level]) % 2 == 0:
            if level + 1 == len(self._levels):
                self._levels.append([])
            self._levels[level + 1].append(node(*self._levels[level][-2:]))
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves. Raises ValueError when there are fewer."""
        size = self._size(size)
        return self._over(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The path from leaf `index` to the root, nearest first. Raises ValueError when the first
        `size` leaves do not hold it."""
        size = self._size(size)
        if not 0 <= index < size:
            raise ValueError("no such leaf")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _half(end - start)
            if index < middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, first: int, size: int | None = None) -> list[bytes]:
        """The proof that the tree of `first` leaves is the beginning of that of `size`. Raises
        ValueError when `first` is the larger."""
        size = self._size(size)
        if not 0 <= first <= size:
            raise ValueError("the earlier tree is the larger")
        if first in (0, size):
            return []
        path: list[bytes] = []
        start, end, whole = 0, size, True  # whole: the earlier tree's root is this very subtree
        while first != end:
            middle = start + _half(end - start)
            if first <= middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._over(start, end))
        return path[::-1]

    def _over(self, start: int, end: int) -> bytes:
        """The subtree over [start, end), where `start` is a multiple of the power of two at or
        above its width, as every split of a Merkle tree gives."""
        width = end - start
        if width & (width - 1) == 0:
            return self._levels[width.bit_length() - 1][start // width]
        middle = start + _half(width)
        return node(self._over(start, middle), self._over(middle, end))

    def _size(self, size: int | None) -> int:
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise ValueError("more leaves than there are")
        return size


def _half(width: int) -> int:
    """The largest power of two below `width` (at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return Tree(leaves).root()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """`Tree.inclusion`, for one proof only; keep a `Tree` for many."""
    return Tree(leaves).inclusion(index)


def consistency(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """`Tree.consistency`, for one proof only."""
    return Tree(leaves).consistency(first)


def sides(index: int, size: int, proof: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """An inclusion proof with the side on which each of its hashes stands: `left` or `right`."""
    at, last, found = index, size - 1, []
    for beside in proof:
        left = bool(at & 1) or at == last
        while left and not at & 1 and at:
            at, last = at >> 1, last >> 1
        found.append(("left" if left else "right", beside))
        at, last = at >> 1, last >> 1
    return found


def check_inclusion(
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes
) -> None:
    """Raises LogError unless `proof` leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    at, last, reached = index, size - 1, leaf_hash
    if not 0 <= index < size:
        raise LogError("evidence.log.proof", index)
    for beside in proof:
        if last == 0:
            raise LogError("evidence.log.proof", index)
        if at & 1 or at == last:
            reached = node(beside, reached)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = node(reached, beside)
        at, last = at >> 1, last >> 1
    if last or reached != root_hash:
        raise LogError("evidence.log.proof", index)


def check_consistency(
    first: int, first_root: bytes, size: int, root_hash: bytes, proof: Sequence[bytes]
) -> None:
    """Raises LogError unless the tree of `first` leaves is the beginning of that of `size`
    (RFC 9162, 2.1.4.2)."""
    wrong = LogError("evidence.log.inconsistent", first=first, size=size)
    if not 0 <= first <= size:
        raise wrong
    if first in (0, size):
        if proof or first_root != (root_hash if first == size else EMPTY):
            raise wrong
        return
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)  # a complete subtree: its root is where both begin
    if not path:
        raise wrong
    at, last = first - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            raise wrong
        if at & 1 or at == last:
            old, new = node(beside, old), node(beside, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node(new, beside)
        at, last = at >> 1, last >> 1
    if last or old != first_root or new != root_hash:
        raise wrong
