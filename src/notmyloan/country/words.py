"""Sentences that live in a pack's data files beside the facts they belong to, in every language.

Playbooks and letters are edited by lawyers, who should find an act and its words in one place;
the catalogues of gettext hold everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and English; empty where the data file has none."""

    zh: str = ""
    en: str = ""

    @classmethod
    def of(cls, table: object) -> Words:
        """From `{ zh = "…", en = "…" }`. Raises ValueError on anything else."""
        if table is None:
            return cls()
        if not isinstance(table, Mapping) or not all(isinstance(v, str) for v in table.values()):
            raise ValueError("words need zh and en")
        if set(table) - set(LANGUAGES):
            raise ValueError("words in an unknown language")
        return cls(str(table.get("zh", "")), str(table.get("en", "")))

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def said(self, language: str) -> str:
        """In `zh…`, else English."""
        return self.zh if language.startswith("zh") else self.en

    @property
    def complete(self) -> bool:
        """Whether no language is left out."""
        return bool(self.zh) == bool(self.en)
