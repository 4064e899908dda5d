"""What a person can ask of their vault, one method a verb."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from notmyloan.guard.checking import check
from notmyloan.guard.dossier import VaultDossier
from notmyloan.guard.importing import ImportSummary, import_paths
from notmyloan.guard.overview import item, overview
from notmyloan.guard.progress import Progress
from notmyloan.guard.rescreening import Rescreened, rescreen
from notmyloan.model.content import Content, Item
from notmyloan.model.errors import UsageError
from notmyloan.read.source import ReadContext
from notmyloan.vault import FindingsChange, Vault


class Guard:
    """The person's side over an open vault, at one moment and in one zone."""

    def __init__(
        self,
        vault: Vault,
        now: datetime,
        zone: tzinfo,
        country: str = "cn",
        connections: Callable[[], int | None] = lambda: None,
    ) -> None:
        """`connections` tells how many network connections were opened, for the report to say."""
        self._connections = connections
        self.vault = vault
        self.now = now
        self.zone = zone
        self.country = country

    def dossier(self) -> VaultDossier:
        """The vault as the rules see it, fresh."""
        return VaultDossier(self.vault, self.now, self.zone, self.country)

    def import_paths(
        self,
        paths: Sequence[Path],
        progress: Progress,
        ask_secret: Callable[[str, int], str | None],
        columns: dict[str, str] | None = None,
    ) -> ImportSummary:
        """Read everything under `paths` into the vault."""
        context = ReadContext(self.now, self.zone, ask_secret, columns, self.country)
        return import_paths(self.vault, paths, context, progress)

    def check(self, progress: Progress) -> FindingsChange:
        """Run every rule over the vault and keep the findings and the ledger's proposals."""
        return check(self.vault, self.dossier(), progress)

    def rescreen(self, progress: Progress, *, store: bool = True) -> Rescreened:
        """Judge every message again, then check; tells what changed. Without `store`, only what
        would change."""
        return rescreen(self.vault, self.dossier(), progress, store=store)

    def content(self) -> Content:
        """The whole report."""
        return overview(self.vault, self.dossier(), self._connections())

    def findings(self, *, every: bool = False) -> list[Item]:
        """Open findings worst first; with `every`, dismissed and past ones after them."""
        found = self.vault.findings(None if every else "open")
        dossier = self.dossier()
        return sorted(
            (item(self.vault, dossier, stored) for stored in found),
            key=lambda i: (i.state != "open", i.finding.rank()),
        )

    def finding(self, number: int) -> Item:
        """One finding with every record it cites. Raises UsageError where there is none."""
        for stored in self.vault.findings(None):
            if stored.number == number:
                return item(self.vault, self.dossier(), stored, citations=None)
        raise UsageError("cli.no_such_finding", number=number)

    def dismiss(self, number: int, reason: str) -> None:
        """Set a finding aside until new facts come. Raises UsageError where there is none."""
        self.finding(number)
        self.vault.dismiss(number, reason, self.now)

    def reopen(self, number: int) -> None:
        """Bring a dismissed finding back. Raises UsageError where there is none."""
        self.finding(number)
        self.vault.reopen(number)
