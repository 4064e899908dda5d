"""Files written for the person: whole or not at all, for their eyes only, and never over
something that this program did not make."""

from __future__ import annotations

import codecs
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from notmyloan.model.errors import InputError, UsageError, system_reason
from notmyloan.model.text import Text

_HEAD = 512  # bytes that tell a kind of file
# What the outputs begin with; anything else is told apart as text or not.
_KINDS = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"<svg", "svg"),
    (b"<", "page"),
    (b"{", "json"),
    (b"BEGIN:V", "calendar"),
)
_NAME_KEPT = 20  # characters: a name may fill what the system allows


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """A stream beside `path`, flushed to disk and renamed over it when the block ends well,
    removed when it does not; readable by the owner only.

    An earlier output is replaced by a new one. Raises InputError naming the path where the
    folder is missing, read-only or full, UsageError where a file of another kind stands there.
    """
    if path.is_dir():
        raise InputError("cli.not_written", path=str(path), why=Text("core.system.folder"))
    target = path.resolve() if path.is_symlink() else path  # a link stays one
    beside = target.with_name(f".{target.name[:_NAME_KEPT]}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists() and not _replaceable(target, beside):
                raise UsageError("cli.other_file_there", path=str(path))
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError("cli.not_written", path=str(path), why=system_reason(error)) from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` by `atomic_writer`."""
    with atomic_writer(path) as stream:
        stream.write(data)


def set_aside(path: Path) -> Path:
    """Give the file another name beside it, `NAME.mine-1.SUFFIX` or the next that is free, so
    that its own name can be written anew. Raises InputError where the system refuses."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.mine-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.rename(kept)
    except OSError as error:
        raise InputError("cli.not_written", path=str(path), why=system_reason(error)) from error
    return kept


def _replaceable(old: Path, new: Path) -> bool:
    """Whether `old` is an empty file or of the same kind as `new`; a device or a pipe never."""
    if not old.is_file():
        return False
    return old.stat().st_size == 0 or _kind(old) == _kind(new)


def _kind(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for start, kind in _KINDS:
        if head.startswith(start):
            return kind
    try:
        words = codecs.getincrementaldecoder("utf-8")().decode(head)  # the end may be cut
    except UnicodeDecodeError:
        return "other"
    return "other" if "\x00" in words else "text"
