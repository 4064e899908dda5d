"""The vault as finding rules see it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, tzinfo
from functools import cached_property

from notmyloan.model.credit import CreditFile
from notmyloan.model.disclosure import Disclosure, Mine, Standing
from notmyloan.model.dossier import Screened
from notmyloan.model.label import Label
from notmyloan.model.record import Call, Transaction
from notmyloan.vault import Vault


class VaultDossier:
    """A `Dossier` over an open vault. What is small is read once; the rest streams."""

    def __init__(self, vault: Vault, now: datetime, zone: tzinfo, country: str) -> None:
        self._vault = vault
        self._now = now
        self._zone = zone
        self._country = country

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def zone(self) -> tzinfo:
        return self._zone

    @property
    def country(self) -> str:
        return self._country

    @cached_property
    def mine(self) -> Mine:
        return self._vault.mine()

    @cached_property
    def disclosures(self) -> tuple[Disclosure, ...]:
        return tuple(
            line.disclosure
            for line in self._vault.disclosures()
            if line.disclosure.standing is not Standing.STRUCK
        )

    @cached_property
    def _credit_files(self) -> tuple[CreditFile, ...]:
        return tuple(self._vault.credit_files())

    def messages(self, labels: Collection[Label] | None = None) -> Iterator[Screened]:
        return self._vault.messages(labels)

    def calls(self) -> Iterator[Call]:
        return self._vault.calls()

    def transactions(self) -> Iterator[Transaction]:
        return self._vault.transactions()

    def credit_files(self) -> tuple[CreditFile, ...]:
        return self._credit_files
