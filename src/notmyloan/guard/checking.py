"""Check: every rule over the whole vault, and the ledger's proposals."""

from __future__ import annotations

from notmyloan import country
from notmyloan.guard.progress import Progress
from notmyloan.guard.rules import rules
from notmyloan.model.disclosure import Disclosure, Owned, OwnedKind
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
    vault.put_lines(_new(vault, dossier))
    # Numbers are given in this order, so that the first check's worst finding is number 1.
    worst_first = sorted(dated(found.values(), dossier), key=Finding.rank)
    change = vault.put_findings(tuple(worst_first), dossier.now)
    progress.advance(1)
    progress.finish()
    return change


def _new(vault: Vault, dossier: Dossier) -> list[Owned | Disclosure]:
    """The proposals, without cards that are listed under another name of their bank."""
    institutions = country.load(dossier.country).institutions

    def card(line: Owned | Disclosure) -> tuple[str, str] | None:
        if not isinstance(line, Owned) or line.owned_kind is not OwnedKind.CARD:
            return None
        bank = institutions.find(line.institution or "")
        return None if bank is None else (bank.id, line.value[-4:])

    named = {key: line.owned.institution for line in vault.owned() if (key := card(line.owned))}

    def is_new(line: Owned | Disclosure) -> bool:
        key = card(line)
        name = line.institution if isinstance(line, Owned) else None
        return key is None or named.setdefault(key, name) == name

    return [proposal.line for proposal in propose(dossier) if is_new(proposal.line)]
