"""Checks an OLE compound file (the container of `.xls`) before a library walks it.

A chain of sectors that runs in a circle, or a length that the file cannot hold, makes a
trusting library allocate without end. Layout: [MS-CFB].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

_LAST = 0xFFFFFFFA  # numbers from here on are marks, not sectors
_SMALL = 4096  # streams below this lie in 64-byte sectors inside the root's stream


class BrokenCompoundFile(ValueError):
    """The container contradicts itself."""


def workbook_streams(data: bytes) -> Iterator[bytes]:
    """The workbook streams, after every chain in use was followed to its end.

    Raises BrokenCompoundFile.
    """
    if len(data) < 1024:
        raise BrokenCompoundFile
    shift = int.from_bytes(data[30:32], "little")
    if shift not in (9, 12):
        raise BrokenCompoundFile
    sector = 1 << shift
    most = -(-len(data) // sector)
    # Counts of FAT, directory, small-FAT and extra FAT-list sectors.
    if any(_u32(data, at) > most for at in (40, 44, 64, 72)):
        raise BrokenCompoundFile

    def at(number: int) -> bytes:
        if number >= most:
            raise BrokenCompoundFile
        return data[(number + 1) * sector : (number + 2) * sector]

    fat = [n for s in _fat_sectors(data, at, most) for n in _numbers(at(s))]

    def chain(first: int) -> bytes:
        return b"".join(at(n) for n in _followed(fat, first))

    directory = chain(_u32(data, 48))
    entries = [directory[i : i + 128] for i in range(0, len(directory) - 127, 128)]
    if not entries:
        raise BrokenCompoundFile
    small_fat = _numbers(chain(_u32(data, 60)))
    container = chain(_u32(entries[0], 116))
    for entry in entries[1:]:
        size = _u32(entry, 120)
        if entry[66] != 2 or not size:
            continue
        if size > len(data):
            raise BrokenCompoundFile
        first = _u32(entry, 116)
        if size >= _SMALL:
            stream = chain(first)
        else:
            stream = b"".join(container[n * 64 : (n + 1) * 64] for n in _followed(small_fat, first))
        length = max(0, int.from_bytes(entry[64:66], "little") - 2)
        if entry[:length].decode("utf-16-le", "replace").lower() in ("workbook", "book"):
            yield stream[:size]


def _fat_sectors(data: bytes, at: Callable[[int], bytes], most: int) -> list[int]:
    found = [n for n in _numbers(data[76:512]) if n < _LAST]
    following = _u32(data, 68)
    seen: set[int] = set()
    while following < _LAST:
        if following in seen or len(found) > most:
            raise BrokenCompoundFile
        seen.add(following)
        block = _numbers(at(following))
        if not block:
            raise BrokenCompoundFile
        found += [n for n in block[:-1] if n < _LAST]
        following = block[-1]
    return found


def _followed(links: list[int], first: int) -> Iterator[int]:
    seen: set[int] = set()
    while first < _LAST:
        if first in seen or first >= len(links):
            raise BrokenCompoundFile
        seen.add(first)
        yield first
        first = links[first]


def _numbers(block: bytes) -> list[int]:
    return [_u32(block, i) for i in range(0, len(block) - 3, 4)]


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")
