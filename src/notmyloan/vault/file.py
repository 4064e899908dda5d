"""The encrypted file: making, opening, copying, re-encrypting it; and its errors for people."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlcipher3 import dbapi2 as sqlcipher

from notmyloan.model.errors import VaultError, system_reason
from notmyloan.vault.keys import (
    COSTS,
    PAGE_BYTES,
    SALT_BYTES,
    derive,
    new_salt,
    page_is_authentic,
    pragma_key,
)
from notmyloan.vault.lock import Presence
from notmyloan.vault.schema import migrate

BUSY_MS = 30_000
IN_MEMORY = ":memory:"

# SQLite's result codes that a person can do something about, by the beginning of their names.
_SENTENCES = (
    ("SQLITE_FULL", "vault.full"),
    ("SQLITE_BUSY", "vault.busy"),
    ("SQLITE_LOCKED", "vault.busy"),
    ("SQLITE_READONLY", "vault.read_only"),
    ("SQLITE_CORRUPT", "vault.damaged"),
    ("SQLITE_NOTADB", "vault.damaged"),
    ("SQLITE_IOERR", "vault.disk"),
    ("SQLITE_CANTOPEN", "vault.unreachable"),
)
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}

# The first bytes of the vaults this process has open, and how often. Reading them again would
# close a second handle to the file, and POSIX then drops the locks that SQLite holds on it.
_open_here: dict[str, tuple[bytes, int]] = {}


@contextmanager
def sentences(name: str) -> Iterator[None]:
    """Turn the database's errors inside the block into a VaultError that names the vault."""
    try:
        yield
    except (sqlcipher.DatabaseError, sqlcipher.InterfaceError) as error:
        code = getattr(error, "sqlite_errorname", None) or ""
        for beginning, key in _SENTENCES:
            if code.startswith(beginning):
                raise VaultError(key, name=name) from error
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise VaultError("vault.full", name=name) from error
        if error.errno in _FORBIDDEN:
            raise VaultError("vault.read_only", name=name) from error
        raise VaultError("vault.os", name=name, why=system_reason(error)) from error


class Opened(NamedTuple):
    """An open vault: the connection, the key in `pragma_key`'s form, our place among its users."""

    db: Any
    key: str
    presence: Presence


def connect(name: str, key: str | None) -> Any:
    """An open connection with our settings; `key` in `pragma_key`'s form, None in memory."""
    # Transactions are begun and ended by us alone.
    db = sqlcipher.connect(name, isolation_level=None, check_same_thread=False)
    try:
        _configure(db, key)
    except BaseException:
        db.close()
        raise
    return db


def _configure(db: Any, key: str | None) -> None:
    # SQLCipher writes to standard error of its own accord otherwise.
    db.execute("pragma cipher_log_level = none")
    if key is not None:
        db.execute(f'pragma key = "{key}"')
        # The file's form, whatever a later SQLCipher takes for granted.
        db.execute("pragma cipher_compatibility = 4")
    db.execute(f"pragma busy_timeout = {BUSY_MS}")
    # Intermediate results of sorting must not reach the disk in clear.
    db.execute("pragma temp_store = memory")
    db.execute("pragma cache_size = -32000")


def _settle(db: Any) -> None:
    # The write-ahead log is encrypted page by page as the file is; FULL also survives a power cut.
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("pragma secure_delete = on")
    # 16 MB between checkpoints: an index page touched by many batches is copied once.
    db.execute("pragma wal_autocheckpoint = 4000")
    db.execute("pragma journal_size_limit = 67108864")


def create(path: Path, passphrase: str) -> Opened:
    """A new vault at `path`, readable by its owner only: there whole, or not there at all.

    Raises VaultError where there is a file already or none can be made.
    """
    name = str(path)
    with sentences(name):
        if path.exists():
            raise VaultError("vault.exists", name=name)
        presence = Presence(path)
        try:
            presence.alone()
            if path.exists():  # made by somebody else a moment ago
                raise VaultError("vault.exists", name=name)
            salt = new_salt()
            key = pragma_key(derive(passphrase, salt, COSTS[0]), salt)
            with _put_in_place(path) as beside:
                db = connect(str(beside), key)
                try:
                    _settle(db)
                    migrate(db, name)
                finally:
                    db.close()  # folds the write-ahead log in
            db = _ready(path, key, salt)
            presence.share()
        except BaseException:
            presence.close()
            raise
    return Opened(db, key, presence)


def create_in_memory() -> Any:
    """A vault that never touches the disk, for dry runs."""
    db = connect(IN_MEMORY, None)
    migrate(db, IN_MEMORY)
    return db


def open_file(path: Path, passphrase: str) -> Opened:
    """Open the vault at `path`. Raises VaultError: missing, not a vault, wrong passphrase …"""
    name = str(path)
    with sentences(name):
        if not path.is_file():
            raise VaultError("vault.not_a_vault" if path.exists() else "vault.missing", name=name)
        if path.stat().st_size < PAGE_BYTES:
            raise VaultError("vault.not_a_vault", name=name)
        presence = Presence(path)
        try:
            # From here on nobody exchanges the file: salt and content belong together.
            presence.share()
            db, key = _unlock(path, passphrase)
        except BaseException:
            presence.close()
            raise
    return Opened(db, key, presence)


def _unlock(path: Path, passphrase: str) -> tuple[Any, str]:
    known = _open_here.get(_place(path))
    if known is None:
        with path.open("rb") as stream:
            head = stream.read(2 * PAGE_BYTES)
    else:
        head = known[0]
    if head.startswith(b"SQLite format"):
        raise VaultError("vault.not_a_vault", name=str(path))
    salt = head[:SALT_BYTES]
    for cost in COSTS:
        raw = derive(passphrase, salt, cost)
        key = pragma_key(raw, salt)
        if _fits(str(path), key):
            return _ready(path, key, salt), key
        if page_is_authentic(raw, salt, head[PAGE_BYTES:], 2):
            # Right passphrase: the second page says so. It is the first that is damaged.
            raise VaultError("vault.damaged", name=str(path))
    if path.stat().st_size % PAGE_BYTES:
        raise VaultError("vault.not_a_vault", name=str(path))
    raise VaultError("vault.wrong_passphrase", name=str(path))


def _fits(name: str, key: str) -> bool:
    """Whether the first page is authentic under `key`."""
    db = None
    try:
        db = connect(name, key)
        db.execute("select count(*) from sqlite_master").fetchone()
    except sqlcipher.DatabaseError as error:
        if getattr(error, "sqlite_errorname", None) == "SQLITE_NOTADB":
            return False
        raise
    finally:
        if db is not None:
            db.close()
    return True


def _ready(path: Path, key: str, salt: bytes) -> Any:
    """A settled connection at the present schema, noted as open here."""
    db = connect(str(path), key)
    try:
        _settle(db)
        migrate(db, str(path))
    except BaseException:
        db.close()
        raise
    place = _place(path)
    _open_here[place] = (salt, _open_here.get(place, (salt, 0))[1] + 1)
    return db


def close(db: Any, path: Path) -> None:
    """Close a connection that `create`, `open_file` or `re_encrypt` made."""
    db.close()
    place = _place(path)
    head, count = _open_here.get(place, (b"", 0))
    if count > 1:
        _open_here[place] = (head, count - 1)
    else:
        _open_here.pop(place, None)


def _place(path: Path) -> str:
    return os.path.realpath(path)


def back_up(db: Any, key: str, path: Path, target: Path) -> None:
    """The whole vault as of one moment, under the same key, in place of an earlier backup of it.

    Raises VaultError where `target` is any other file: nothing else is ever overwritten.
    """
    with sentences(str(target)):
        if target.exists():
            ours = not target.samefile(path) and target.is_file() and _salt_of(target) in key
            if not ours:
                raise VaultError("vault.backup_there", name=str(target))
        with _put_in_place(target) as beside:
            _copy(db, beside, key)


def re_encrypt(opened: Opened, path: Path, passphrase: str) -> Opened:
    """The vault under a new passphrase and salt; a crash leaves the old one or the new, whole.

    Raises VaultError where somebody else has it open, or the disk has no room for a second copy.
    """
    db, _, presence = opened
    with sentences(str(path)):
        presence.alone()
        try:
            salt = new_salt()
            key = pragma_key(derive(passphrase, salt, COSTS[0]), salt)
            db.execute("pragma wal_checkpoint(truncate)").fetchall()
            with _put_in_place(path) as beside:
                _copy(db, beside, key)
                # The last to close takes the write-ahead log away: it is the old file's.
                close(db, path)
            fresh = _ready(path, key, salt)
        finally:
            presence.share()
    return Opened(fresh, key, presence)


def still_open(opened: Opened, path: Path) -> Opened:
    """`opened`, with a new connection where a change of passphrase failed after closing its own."""
    try:
        opened.db.execute("select 1")
    except sqlcipher.ProgrammingError:
        salt = bytes.fromhex(opened.key[2:-1])[-SALT_BYTES:]
        return opened._replace(db=_ready(path, opened.key, salt))
    return opened


def _copy(db: Any, target: Path, key: str) -> None:
    """Page by page into an empty file, encrypted anew, as of one moment."""
    copy = connect(str(target), key)
    try:
        db.backup(copy)
    finally:
        copy.close()


@contextmanager
def _put_in_place(target: Path) -> Iterator[Path]:
    """An empty file beside `target`, its owner's only, that takes its place when the block ends
    well, flushed to the disk first; else it vanishes."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield beside
        _flush(beside)
        beside.replace(target)
        _flush_folder(target.parent)
    except BaseException:
        for trace in ("", "-wal", "-shm", "-journal"):
            beside.with_name(beside.name + trace).unlink(missing_ok=True)
        raise


def _salt_of(path: Path) -> str:
    """A vault's salt in hex; of no vault, something no key holds."""
    with path.open("rb") as stream:
        head = stream.read(SALT_BYTES)
    return head.hex() if len(head) == SALT_BYTES else "-"


def _flush(path: Path) -> None:
    with path.open("r+b") as stream:  # Windows syncs only what may be written
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened for syncing there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
