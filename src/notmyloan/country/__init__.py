"""Country packs: everything that differs from one country to the next, as data files.

    from notmyloan.country import load
    load("cn").institutions.find("招行")

A new country is a folder of TOML files, declared under the entry point group
`notmyloan.countries` as its package; see `country/cn` for the files and their fields.
"""

from __future__ import annotations

from functools import cache

from notmyloan.country.calendar import Calendar, Holiday
from notmyloan.country.data import codes
from notmyloan.country.institutions import Institution, Institutions
from notmyloan.country.numbers import NumberForm, Numbers
from notmyloan.country.pack import Bins, Contact, Pack, Price, PrimeRate, Statute, Statutes
from notmyloan.country.similarity import NameMatch
from notmyloan.country.words import Words

__all__ = [
    "Bins", "Calendar", "Contact", "Holiday", "Institution", "Institutions", "NameMatch",
    "NumberForm", "Numbers", "Pack", "Price", "PrimeRate", "Statute", "Statutes", "Words",
    "codes", "load",
]  # fmt: skip


@cache
def load(code: str) -> Pack:
    """The pack of a country by its two-letter code. Raises KeyError where there is none."""
    return Pack(code.lower())
