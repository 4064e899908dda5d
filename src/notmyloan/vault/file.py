"""The encrypted file: making, opening, copying, re-encrypting it; and its errors for people."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from notmyloan.model.errors import VaultError
from notmyloan.vault.keys import COSTS, SALT_BYTES, derive, new_salt, pragma_key
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
        raise VaultError("vault.os", name=name, why=error.strerror or "") from error


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
    db.execute(f"pragma busy_timeout = {BUSY_MS}")
    # Intermediate results of sorting must not reach the disk in clear.
    db.execute("pragma temp_store = memory")
    db.execute("pragma cache_size = -32000")


def _settle(db: Any) -> None:
    # The write-ahead log is encrypted page by page as the file is; FULL also survives a power cut.
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")


def create(path: Path, passphrase: str) -> tuple[Any, str]:
    """A new vault at `path`, readable by its owner only, and its key.

    Raises VaultError where there is a file already or none can be made.
    """
    name = str(path)
    with sentences(name):
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise VaultError("vault.exists", name=name) from None
        try:
            salt = new_salt()
            key = pragma_key(derive(passphrase, salt, COSTS[0]), salt)
            db = connect(name, key)
            _settle(db)
            migrate(db, name)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return db, key


def create_in_memory() -> Any:
    """A vault that never touches the disk, for dry runs."""
    db = connect(IN_MEMORY, None)
    migrate(db, IN_MEMORY)
    return db


def open_file(path: Path, passphrase: str) -> tuple[Any, str]:
    """Open the vault at `path`. Raises VaultError: missing, not a vault, wrong passphrase …"""
    name = str(path)
    with sentences(name):
        try:
            with path.open("rb") as stream:
                head = stream.read(SALT_BYTES)
        except FileNotFoundError:
            raise VaultError("vault.missing", name=name) from None
        if len(head) < SALT_BYTES or path.stat().st_size < 512 or head.startswith(b"SQLite format"):
            raise VaultError("vault.not_a_vault", name=name)
        for cost in COSTS:
            key = pragma_key(derive(passphrase, head, cost), head)
            db = _try_key(name, key)
            if db is not None:
                try:
                    _settle(db)
                    migrate(db, name)
                except BaseException:
                    db.close()
                    raise
                return db, key
    raise VaultError("vault.wrong_passphrase", name=name)


def _try_key(name: str, key: str) -> Any | None:
    """An open connection, or None where the first page is not authentic under `key`."""
    db = None
    try:
        db = connect(name, key)
        db.execute("select count(*) from sqlite_master").fetchone()
    except sqlcipher.DatabaseError as error:
        if db is not None:
            db.close()
        if getattr(error, "sqlite_errorname", None) == "SQLITE_NOTADB":
            return None
        raise
    return db


def copy_to(db: Any, target: Path, key: str) -> None:
    """The whole vault, as of one moment, in a new file under `key`, whole or not at all."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with sentences(str(target)):
        try:
            os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            db.execute(f'attach database ? as copy key "{key}"', (str(beside),))
            try:
                db.execute("begin")
                db.execute("select sqlcipher_export('copy')").fetchall()
                (version,) = db.execute("pragma main.user_version").fetchone()
                db.execute(f"pragma copy.user_version = {version}")
                db.execute("commit")
            except BaseException:
                if db.in_transaction:
                    db.execute("rollback")
                raise
            finally:
                db.execute("detach database copy")
            _flush(beside)
            beside.replace(target)
            _flush_folder(target.parent)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def re_encrypt(db: Any, path: Path, passphrase: str) -> tuple[Any, str]:
    """The vault under a new passphrase and salt; a crash leaves the old one or the new, whole.

    Raises VaultError where another process has it open.
    """
    with sentences(str(path)):
        # Leaving write-ahead mode succeeds for the only connection alone, and folds the log in.
        db.execute("pragma busy_timeout = 0")
        db.execute("pragma journal_mode = delete").fetchone()
        salt = new_salt()
        key = pragma_key(derive(passphrase, salt, COSTS[0]), salt)
        copy_to(db, path, key)
        db.close()
        fresh = connect(str(path), key)
        _settle(fresh)
    return fresh, key


def _flush(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened for syncing there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
