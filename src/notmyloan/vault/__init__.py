"""The store: one encrypted file that holds everything."""

from notmyloan.vault.findings import FindingsChange, StoredFinding
from notmyloan.vault.importing import ImportJob
from notmyloan.vault.ledger import DisclosureLine, OwnedLine
from notmyloan.vault.seals import KeptAlias, KeptCopy, KeptOriginal, Leak, Seals
from notmyloan.vault.vault import Vault

__all__ = [
    "DisclosureLine", "FindingsChange", "ImportJob", "KeptAlias", "KeptCopy", "KeptOriginal",
    "Leak", "OwnedLine", "Seals", "StoredFinding", "Vault",
]  # fmt: skip
