"""What a finding rule may look at: one person's records, seen through the floor below the vault.

A rule is `Callable[[Dossier], Iterable[Finding]]`; rules register under the entry point
group `notmyloan.findings` and know nothing of where the records are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, tzinfo
from typing import NamedTuple, Protocol, TypeAlias

from notmyloan.model.credit import CreditFile
from notmyloan.model.disclosure import Disclosure, Mine
from notmyloan.model.finding import Finding
from notmyloan.model.label import Judgement, Label
from notmyloan.model.record import Call, Message, Transaction


class Screened(NamedTuple):
    """A message with its judgement. `judgement` is None for messages the person sent."""

    message: Message
    judgement: Judgement | None


class Dossier(Protocol):
    """Iterators stream in order of time and may be asked for again; nothing is held in memory."""

    @property
    def now(self) -> datetime: ...
    @property
    def zone(self) -> tzinfo: ...
    @property
    def country(self) -> str:
        """The country pack's code, `cn`."""
        ...

    @property
    def mine(self) -> Mine: ...
    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """Confirmed and proposed ones; struck ones are left out."""
        ...

    def messages(self, labels: Collection[Label] | None = None) -> Iterator[Screened]:
        """All messages, or only received ones whose likeliest label is among `labels`."""
        ...

    def calls(self) -> Iterator[Call]: ...
    def transactions(self) -> Iterator[Transaction]: ...
    def credit_files(self) -> tuple[CreditFile, ...]:
        """Oldest first."""
        ...


Rule: TypeAlias = Callable[[Dossier], Iterable[Finding]]
