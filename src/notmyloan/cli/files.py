"""Files written for the person: whole or not at all, and for their eyes only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from notmyloan.model.errors import InputError


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """A stream beside `path`, flushed to disk and renamed over it when the block ends well,
    removed when it does not; readable by the owner only.

    Raises InputError naming the path where the folder is missing, read-only or full.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError("cli.not_written", path=str(path), why=error.strerror or "") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` by `atomic_writer`."""
    with atomic_writer(path) as stream:
        stream.write(data)
