"""Check: every rule over the whole vault, and the ledger's proposals."""

from __future__ import annotations

from collections.abc import Iterable

from notmyloan import country
from notmyloan.country import Institutions
from notmyloan.guard.progress import Progress
from notmyloan.guard.rules import rules
from notmyloan.model.disclosure import Owned, OwnedKind
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding
from notmyloan.reconcile.dues import dated
from notmyloan.screen.propose import propose
from notmyloan.vault import FindingsChange, OwnedLine, Vault


def check(vault: Vault, dossier: Dossier, progress: Progress) -> FindingsChange:
    """Run the rules, keep what they found, and offer ledger lines to confirm or strike."""
    every = rules()
    progress.start("rules", "", len(every) + 1)
    found: dict[str, Finding] = {}
    for _, rule in every:
        for finding in rule(dossier):
            keep = found.get(finding.finding_id)
            # Two rules or sources may reach the same claim; the surer one speaks.
            if keep is None or finding.confidence > keep.confidence:
                found[finding.finding_id] = finding
        progress.advance(1)
    institutions = country.load(dossier.country).institutions
    for proposal in propose(dossier):
        if isinstance(proposal.line, Owned):
            if not _listed(proposal.line, vault.owned(), institutions):
                vault.put_owned(proposal.line)
        else:
            vault.put_disclosure(proposal.line)
    # Numbers are given in this order, so that the first check's worst finding is number 1.
    worst_first = sorted(dated(found.values(), dossier), key=Finding.rank)
    change = vault.put_findings(tuple(worst_first), dossier.now)
    progress.advance(1)
    progress.finish()
    return change


def _listed(line: Owned, have: Iterable[OwnedLine], institutions: Institutions) -> bool:
    """Whether a proposed card stands in the list already, its bank under another of its names."""
    bank = institutions.find(line.institution or "")
    return bank is not None and any(
        other.owned.owned_kind is OwnedKind.CARD is line.owned_kind
        and other.owned.value[-4:] == line.value[-4:]
        and other.owned.institution != line.institution
        and institutions.find(other.owned.institution or "") == bank
        for other in have
    )
