"""Encrypted iPhone backups, opened in memory.

The key handling is the maintained `iphone-backup-decrypt`'s (extra `ios`): its key bag, key
unwrapping and AES. Its own `EncryptedBackup` is not used because it writes the decrypted manifest
to a temporary file; here no decrypted byte ever reaches the disk.
"""

from __future__ import annotations

import hashlib
import plistlib
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from notmyloan.model.errors import InputError, MissingExtraError
from notmyloan.model.text import Text
from notmyloan.read.source import MOST_ATTEMPTS, ReadContext, Source
from notmyloan.read.sqlite_file import MAGIC, opened

MOST_ROUNDS = 50_000_000
Fetch = Callable[[str, str], Source]


def is_encrypted(folder: Path) -> bool:
    """What the backup says of itself, else whether its manifest can be read in clear."""
    try:
        with (folder / "Manifest.plist").open("rb") as stream:
            return bool(plistlib.load(stream).get("IsEncrypted"))
    except (OSError, plistlib.InvalidFileException, ExpatError, ValueError, AttributeError):
        try:
            with (folder / "Manifest.db").open("rb") as stream:
                return not stream.read(16).startswith(MAGIC)
        except OSError:
            return False


def unlock(source: Source, folder: Path, context: ReadContext) -> Fetch:
    """Asks for the backup's password until it fits; how to fetch a file of it.

    Raises InputError without the password or where the backup is damaged, MissingExtraError
    without the library.
    """
    try:
        from iphone_backup_decrypt import utils
    except ImportError:
        raise MissingExtraError("ios", Text("core.purpose.ios")) from None
    try:
        with (folder / "Manifest.plist").open("rb") as stream:
            manifest = plistlib.load(stream)
        bag = utils.BackupKeyBag(manifest["BackupKeyBag"])
        wrapped = manifest["ManifestKey"]
        (protection,) = struct.unpack("<l", wrapped[:4])
    except (OSError, ValueError, KeyError, TypeError, ExpatError, struct.error):
        raise InputError("read.ios_damaged", name=source.name) from None
    for attempt in range(1, MOST_ATTEMPTS + 1):
        secret = context.ask_secret(source.name, attempt)
        if not secret:
            if attempt == 1:
                raise InputError("read.wants_password", name=source.name)
            break
        try:
            if bag.unlock_with_key(_passphrase_key(bag.attrs, secret)):
                key = bag.unwrap_key_for_class(protection, wrapped[4:])
                return _fetcher(source, folder, bag, key, utils)
        except (ValueError, KeyError, TypeError, OSError, struct.error, sqlite3.Error):
            raise InputError("read.ios_damaged", name=source.name) from None
    raise InputError("read.wrong_password", name=source.name)


def _passphrase_key(attributes: dict[bytes, Any], secret: str) -> bytes:
    """The key bag's own derivation, over UTF-8 (the library takes Latin-1 characters only).

    Raises ValueError for iteration counts that no phone writes.
    """
    first, second = attributes[b"DPIC"], attributes[b"ITER"]
    if not (0 < first <= MOST_ROUNDS and 0 < second <= MOST_ROUNDS):
        raise ValueError("iterations")
    inner = hashlib.pbkdf2_hmac("sha256", secret.encode(), attributes[b"DPSL"], first, 32)
    return hashlib.pbkdf2_hmac("sha1", inner, attributes[b"SALT"], second, 32)


def _fetcher(source: Source, folder: Path, bag: Any, key: bytes, utils: Any) -> Fetch:
    index = utils.aes_decrypt_cbc(data=(folder / "Manifest.db").read_bytes(), key=key)
    if not index.startswith(MAGIC):
        raise ValueError("manifest")
    with opened(Source("Manifest.db", None, _whole_pages(index))) as db:
        rows = {row[0]: row[1] for row in db.execute("select fileID, file from Files")}

    def fetch(file_id: str, path: str) -> Source:
        record = rows.get(file_id)
        if not record:
            raise FileNotFoundError(path)
        try:
            entry = utils.FilePlist(record)
            if entry.encryption_key is None:
                raise FileNotFoundError(path)
            inner = bag.unwrap_key_for_class(entry.protection_class, entry.encryption_key)
            data = utils.aes_decrypt_cbc(
                data=(folder / file_id[:2] / file_id).read_bytes(), key=inner
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            raise InputError("read.ios_damaged", name=source.name) from None
        return Source(path, None, _whole_pages(data))

    return fetch


def _whole_pages(data: bytes) -> bytes:
    """A database without the cipher's padding behind its last page (file format, 1.3)."""
    if not data.startswith(MAGIC):
        return data
    size = int.from_bytes(data[16:18], "big")
    page = 65536 if size == 1 else size
    return data[: len(data) // page * page] if page else data
