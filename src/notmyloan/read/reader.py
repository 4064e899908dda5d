"""What a reader is, and how one is found by a file's content.

A new format is one module with a `READER` and one line under `notmyloan.readers` in
pyproject.toml.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, TypeAlias

from notmyloan.model.credit import (
    CreditAccount,
    CreditLine,
    CreditReport,
    Enquiry,
    Guarantee,
    NonCreditRecord,
    PublicRecord,
)
from notmyloan.model.disclosure import Disclosure, Owned
from notmyloan.model.record import Call, Message, Transaction, Unreadable
from notmyloan.read.source import ReadContext, Source

Readable: TypeAlias = (
    Message | Call | Transaction | CreditReport | CreditAccount | Guarantee | CreditLine
    | NonCreditRecord | PublicRecord | Enquiry | Disclosure | Owned
)  # fmt: skip


class Reader(Protocol):
    """Reads one format. Stateless: one instance serves every file."""

    @property
    def format(self) -> str:
        """A stable id in snake case, stored with every origin."""
        ...

    def recognise(self, source: Source) -> float:
        """How sure we are, 0 to 1, from the content alone (`source.head`, a folder's members).

        Cheap, and never raises: what cannot be looked at scores 0.
        """
        ...

    def read(self, source: Source, context: ReadContext) -> Iterator[Readable | Unreadable]:
        """The records in file order, streaming; a record that cannot be read is an `Unreadable`.

        Raises InputError only where nothing more can honestly be read from the file: wrong
        password, truncated archive, unknown layout, hostile content.
        """
        ...


@cache
def readers() -> tuple[Reader, ...]:
    """Every registered reader, ours and other packages'."""
    points = sorted(entry_points(group="notmyloan.readers"), key=lambda p: p.name)
    return tuple(point.load() for point in points)
