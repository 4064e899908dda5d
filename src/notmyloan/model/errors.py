"""What can go wrong, as errors for people.

Each error carries one `Text` that names the file, the place and the mend; the
faces print it in the reader's language and leave with `exit_code`.
"""

from __future__ import annotations

import errno
from typing import ClassVar

from notmyloan.model.text import Argument, Text

_REASONS = {
    errno.ENOENT: "gone", errno.ENOTDIR: "gone", errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EROFS: "read_only", errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EISDIR: "folder",
    errno.EEXIST: "exists", errno.ENOTEMPTY: "exists", errno.ENAMETOOLONG: "long_name",
    errno.EINVAL: "bad_name", errno.EIO: "broken", errno.EBUSY: "busy",
}  # fmt: skip


def system_reason(error: OSError) -> Text:
    """Why the system refused, in the reader's language; in its own words where we have none."""
    reason = _REASONS.get(error.errno or 0)
    if reason is None:
        return Text("core.system.other", what=error.strerror or str(error) or type(error).__name__)
    return Text(f"core.system.{reason}")


class NotMyLoanError(Exception):
    """Base of every error meant for a person. `exit_code` is the process's."""

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, /, **args: Argument) -> None:
        self.text = Text(key, **args)
        super().__init__(key)  # the key alone: arguments may identify a person


class UsageError(NotMyLoanError):
    """The command was asked for something that makes no sense."""

    exit_code = 2


class InputError(NotMyLoanError):
    """A file given to us cannot be read, or not honestly."""

    exit_code = 3


class VaultError(NotMyLoanError):
    """The vault is missing, locked, damaged, full, or the passphrase is wrong."""

    exit_code = 4


class MissingExtraError(NotMyLoanError):
    """An optional library is needed; the text holds the one line that installs it."""

    exit_code = 5

    def __init__(self, extra: str, purpose: Text) -> None:
        super().__init__("core.missing_extra", extra=extra, purpose=purpose)
        self.extra = extra
