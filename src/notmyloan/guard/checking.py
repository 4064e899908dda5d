"""Check: every rule over the whole vault, and the ledger's proposals."""

from __future__ import annotations

from notmyloan.guard.progress import Progress
from notmyloan.guard.rules import rules
from notmyloan.model.disclosure import Owned
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding
from notmyloan.reconcile.dues import dated
from notmyloan.screen.propose import propose
from notmyloan.vault import FindingsChange, Vault


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
    for proposal in propose(dossier):
        if isinstance(proposal.line, Owned):
            vault.put_owned(proposal.line)
        else:
            vault.put_disclosure(proposal.line)
    # Numbers are given in this order, so that the first check's worst finding is number 1.
    worst_first = sorted(dated(found.values(), dossier), key=Finding.rank)
    change = vault.put_findings(tuple(worst_first), dossier.now)
    progress.advance(1)
    progress.finish()
    return change
