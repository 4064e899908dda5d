"""A file that tells how far it was read, so that its reader need not know of progress."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, cast

from notmyloan.read.source import Source


class Watched(Source):
    """`source`, calling `reach` with the furthest share of its bytes that was read so far."""

    def __init__(self, source: Source, reach: Callable[[float], None]) -> None:
        super().__init__(source.name, source.path, source.data)
        object.__setattr__(self, "_reach", reach)
        object.__setattr__(self, "_furthest", 0)
        # Hashing reads all of it too, and tells nothing about how far the reader is.
        self.__dict__.update(sha256=source.sha256, size=source.size, head=source.head)

    def open(self) -> BinaryIO:
        stream = super().open()
        if not self.size:
            return stream
        raw = _Told(stream, self._told)
        return cast(BinaryIO, io.BufferedReader(raw, buffer_size=1 << 17))

    def _told(self, position: int) -> None:
        if position > self.__dict__["_furthest"]:
            object.__setattr__(self, "_furthest", position)
            self.__dict__["_reach"](min(position / self.size, 1.0))


class _Told(io.RawIOBase):
    """A raw stream over `inner` that tells its position after every read."""

    def __init__(self, inner: BinaryIO, tell: Callable[[int], None]) -> None:
        self._inner = inner
        self._tell = tell
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._inner.read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        self._tell(self._at)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = self._inner.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._inner.close()
        super().close()
