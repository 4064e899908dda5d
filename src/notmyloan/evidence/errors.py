"""What can be wrong with a log, a time stamp or a package, as errors for people.

`why` is the last word of the message's key, for callers that decide by it.
"""

from __future__ import annotations

from notmyloan.model.errors import InputError
from notmyloan.model.text import Argument


class _EvidenceError(InputError):
    def __init__(self, key: str, /, **args: Argument) -> None:
        super().__init__(key, **args)
        self.why = key.rpartition(".")[2]


class LogError(_EvidenceError):
    """The log, a head or a proof does not hold. `number`: the first entry that is wrong, counted
    from 0, or None where it is not one entry's fault."""

    def __init__(self, key: str, /, number: int | None = None, **args: Argument) -> None:
        super().__init__(key, **(args if number is None else {"number": number, **args}))
        self.number = number


class StampError(_EvidenceError):
    """A time stamp is refused, is for something else, or is not to be trusted."""


class PackageError(_EvidenceError):
    """A package cannot be written, or is none."""
