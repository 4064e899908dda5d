"""The store: one encrypted file that holds everything."""

from notmyloan.vault.cases import Cases
from notmyloan.vault.exhibits import Exhibit, Exhibits, KeptStamp
from notmyloan.vault.findings import FindingsChange, StoredFinding
from notmyloan.vault.importing import ImportJob
from notmyloan.vault.ledger import DisclosureLine, OwnedLine
from notmyloan.vault.seals import KeptAlias, KeptCopy, KeptOriginal, Leak, Seals
from notmyloan.vault.vault import Vault

__all__ = [
    "Cases", "DisclosureLine", "Exhibit", "Exhibits", "FindingsChange", "ImportJob", "KeptAlias",
    "KeptCopy", "KeptOriginal", "KeptStamp", "Leak", "OwnedLine", "Seals", "StoredFinding", "Vault",
]  # fmt: skip
