"""A package's blocks.txt as a witness: where a file that is wrong departs from what was packed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from notmyloan.evidence.blocks import Block, Summer, Wrong, locate
from notmyloan.evidence.package import SUMS, SUMS_HEAD, encoded, sums_of

PIECE = 1 << 18


class Witness:
    """Looked into only for files that are wrong, and never held in memory whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / SUMS

    def knows(self, relative: str) -> bool:
        """Whether it has sums of that file."""
        return encoded(relative) in self._places

    def first_wrong(self, relative: str) -> Wrong | None:
        """The first wrong byte of a file it knows, None where the file is as it was packed. Raises
        ValueError where it does not know the file or its own lines are damaged."""
        place = self._places.get(encoded(relative))
        if place is None:
            raise ValueError("no sums of this file")
        at, count, size = place
        blocks = []
        with self._path.open("rb") as stream:
            stream.seek(at)
            for _ in range(count):
                sha256, plain, weighted = stream.readline().decode("ascii").split()
                blocks.append(Block(sha256, int(plain), int(weighted)))
        return locate(pieces(self._folder / relative), blocks, size)

    def own_wrong(self, known: Iterable[str]) -> Wrong | None:
        """The first byte of blocks.txt that does not follow from the files, which are read again;
        None where all of it does. `known`: every file that should have sums."""
        left = {encoded(name): name for name in known}
        at = 0
        with self._path.open("rb") as stream:
            found = _differs(at, SUMS_HEAD.encode(), stream.readline())
            at += len(SUMS_HEAD)
            while found is None and (line := stream.readline()):
                name = left.pop(line.decode(errors="replace").rstrip("\n").split(" ", 2)[-1], None)
                if name is None:  # its name is damaged: what it was cannot be said
                    return Wrong(at, at + len(line) - 1)
                summer = Summer()
                size = 0
                for piece in pieces(self._folder / name):
                    summer.add(piece)
                    size += len(piece)
                right = sums_of(name, size, summer.finish())
                got = line + stream.read(max(len(right) - len(line), 0))
                found = _differs(at, right, got)
                at += len(right)
        if found is None and left:
            found = Wrong(at, at, None, None)
        return found

    @cached_property
    def _places(self) -> dict[str, tuple[int, int, int]]:
        """Where each file's lines begin, how many they are, and how long the file is."""
        found: dict[str, tuple[int, int, int]] = {}
        try:
            with self._path.open("rb") as stream:
                if stream.readline().decode("ascii") != SUMS_HEAD:
                    return {}
                while line := stream.readline():
                    count, size, name = line.decode().rstrip("\n").split(" ", 2)
                    found[name] = (stream.tell(), int(count), int(size))
                    for _ in range(int(count)):
                        stream.readline()
        except (OSError, ValueError):
            pass  # as far as it could be read
        return found


def _differs(at: int, right: bytes, got: bytes) -> Wrong | None:
    for place, (expected, found) in enumerate(zip(right, got, strict=False)):
        if expected != found:
            return Wrong(at + place, at + place, expected, found)
    if len(right) == len(got):
        return None
    place = min(len(right), len(got))
    return Wrong(
        at + place, at + place,
        right[place] if len(right) > place else None,
        got[place] if len(got) > place else None,
    )  # fmt: skip


def first_difference(right: bytes, got: bytes) -> Wrong | None:
    """Where `got` departs from what it should be; None where it does not."""
    return _differs(0, right, got)


def pieces(path: Path) -> Iterator[bytes]:
    """A file's bytes."""
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece
