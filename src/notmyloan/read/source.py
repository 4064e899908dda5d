"""What a reader reads from: a file on disk, a folder, or bytes held in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.model.record import Private

HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, repr=False)
class Source(Private):
    """One thing to read.

    `path` is a file or a folder (an iOS backup); `data` stands in for a file that was
    unpacked in memory (a member of a zip), never for one written to disk. `name` is what the
    person is shown and what goes into origins. Originals are only ever opened for reading.
    """

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, compare=False)

    def open(self) -> BinaryIO:
        """A fresh, seekable, read-only byte stream. Raises OSError."""
        if self.data is not None:
            return io.BytesIO(self.data)
        if self.path is None:
            raise FileNotFoundError(self.name)
        return self.path.open("rb")

    @property
    def is_folder(self) -> bool:
        return self.path is not None and self.data is None and self.path.is_dir()

    @cached_property
    def size(self) -> int:
        """Bytes; 0 for a folder."""
        if self.data is not None:
            return len(self.data)
        return 0 if self.is_folder or self.path is None else self.path.stat().st_size

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, for detection by content; empty for a folder."""
        if self.is_folder:
            return b""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    @cached_property
    def sha256(self) -> str:
        """Of the whole content; for a backup folder of its manifest, which every backup renews."""
        if self.is_folder and self.path is not None:
            manifest = self.path / "Manifest.db"
            return hashlib.sha256(manifest.read_bytes() if manifest.is_file() else b"").hexdigest()
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


# Passphrases tried on one encrypted file, at most; who is asked may give up sooner.
MOST_ATTEMPTS = 30


def _no_secret(name: str, attempt: int) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader may need to know of the world, passed in.

    `zone` is the phone's zone, for formats that print wall-clock times; `now` bounds
    impossible dates; `ask_secret(name, attempt)` asks the person for the passphrase of an
    encrypted file and returns None when they give none; `columns` maps our field names to a
    CSV's column names where the person told them apart; `country` is the pack's code.
    """

    now: datetime
    zone: tzinfo = SHANGHAI
    ask_secret: Callable[[str, int], str | None] = _no_secret
    columns: dict[str, str] | None = None
    country: str = "cn"
