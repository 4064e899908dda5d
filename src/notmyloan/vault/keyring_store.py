"""The passphrase in the system keyring, for those who choose it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from notmyloan.model.errors import MissingExtraError, VaultError
from notmyloan.model.text import Text

SERVICE = "notmyloan"


def available() -> bool:
    """Whether the optional library is installed."""
    return find_spec("keyring") is not None


def need() -> None:
    """Raises MissingExtraError without the optional library."""
    if not available():
        raise MissingExtraError("keyring", Text("core.purpose.keyring"))


def store(path: Path, passphrase: str) -> None:
    """Keep the passphrase of the vault at `path`.

    Raises MissingExtraError without the library, VaultError where the system has no keyring.
    """
    need()
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, str(path.absolute()), passphrase)
    except KeyringError as error:
        raise VaultError("vault.no_keyring", name=str(path)) from error


def replace(path: Path, passphrase: str) -> bool:
    """After a change of passphrase: keep the new one where the old one was kept; whether it was.

    Raises VaultError where the keyring refuses.
    """
    if not available() or load(path) is None:
        return False
    store(path, passphrase)
    return True


def load(path: Path) -> str | None:
    """The kept passphrase, or None where there is none or no keyring to ask."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, str(path.absolute()))
    except KeyringError:
        return None
