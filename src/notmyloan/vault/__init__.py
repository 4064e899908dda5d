"""The store: one encrypted file that holds everything."""

from notmyloan.vault.findings import FindingsChange, StoredFinding
from notmyloan.vault.importing import ImportJob
from notmyloan.vault.ledger import DisclosureLine, OwnedLine
from notmyloan.vault.vault import Vault

__all__ = ["DisclosureLine", "FindingsChange", "ImportJob", "OwnedLine", "StoredFinding", "Vault"]
