"""Who has the vault open: many together, or one alone while the file itself is exchanged.

SQLite's locks guard transactions, not which file lies under the path: a process that opened the
old file just before a change of passphrase put the new one there would write into nothing.

Going from shared to alone lets go of the lock for an instant, on every system. So whoever wants
to be alone first takes a second lock, the intent, and only its holder may: nobody else can be
alone in that instant, and the file under an open connection stays. Both are empty files beside
the vault; the system gives them back when a process dies.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from pathlib import Path

from notmyloan.model.errors import VaultError

# Sharing waits while a passphrase is changed, which copies the file; being alone waits for those
# about to end, not for those at work.
SHARE_PATIENCE_S = 60.0
ALONE_PATIENCE_S = 1.0
# The Windows lock of the standard library cannot be shared: each user locks one byte of these.
_BYTES = 64


class Presence:
    """Our place among those that use the vault at `path`. Raises OSError where none can be made."""

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        self._intent_path = path.with_name(path.name + ".lock-change")
        self._handle = _open(path.with_name(path.name + ".lock"))
        self._intent = -1
        self._held: tuple[int, int] | None = None

    def share(self) -> None:
        """Use the vault beside others. Raises VaultError while somebody has it alone."""
        self._take(alone=False)
        self._drop_intent()

    def alone(self) -> None:
        """Have the vault alone. Raises VaultError, and shares as before, where others use it."""
        self._intent = _open(self._intent_path)
        if not _take_intent(self._intent):
            self._drop_intent()
            raise VaultError("vault.busy", name=self._name)
        try:
            self._take(alone=True)
        except VaultError:
            self.share()
            raise

    def close(self) -> None:
        """Leave; a second time does nothing."""
        self._drop_intent()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _drop_intent(self) -> None:
        if self._intent >= 0:
            os.close(self._intent)
            self._intent = -1

    def _take(self, *, alone: bool) -> None:
        until = time.monotonic() + (ALONE_PATIENCE_S if alone else SHARE_PATIENCE_S)
        while not self._try(alone=alone):
            if time.monotonic() > until:
                raise VaultError("vault.busy", name=self._name)
            time.sleep(0.02)

    if sys.platform == "win32":  # pragma: no cover

        def _try(self, *, alone: bool) -> bool:
            import msvcrt

            if self._held is not None:
                os.lseek(self._handle, self._held[0], os.SEEK_SET)
                msvcrt.locking(self._handle, msvcrt.LK_UNLCK, self._held[1])
                self._held = None
            wanted = (0, _BYTES) if alone else (secrets.randbelow(_BYTES), 1)
            os.lseek(self._handle, wanted[0], os.SEEK_SET)
            try:
                msvcrt.locking(self._handle, msvcrt.LK_NBLCK, wanted[1])
            except OSError:
                return False
            self._held = wanted
            return True

    else:

        def _try(self, *, alone: bool) -> bool:
            import fcntl

            how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
            try:
                fcntl.flock(self._handle, how | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)


if sys.platform == "win32":  # pragma: no cover

    def _take_intent(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _take_intent(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
