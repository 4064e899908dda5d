"""Institutions and the many names each goes by.

A credit report prints legal names and branches, a text message signs with a brand, a bill
shortens, and firms rename. `find` answers only where a listed name fits; everything else is
for `match`, which says how likely two names mean one house and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from notmyloan.country import similarity
from notmyloan.country.data import rows
from notmyloan.country.names import fold_spelling, signature, take_apart, without_form
from notmyloan.country.similarity import NameMatch
from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.finding import Reason
from notmyloan.model.text import Text


@dataclass(frozen=True, slots=True)
class Institution:
    """A firm that people meet under several names.

    `hotline_confidence` is `sourced` or `unconfirmed`: the latter must be confirmed before
    anybody dials it. `role` tells guarantors, trusts and auto finance apart, which
    RecipientKind does not. `verified` is False where no official list was read.
    """

    id: str
    legal_name: str
    short: str
    kind: RecipientKind
    brands: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    licence: str | None = None
    hotline: str | None = None
    hotline_confidence: str | None = None
    group: str | None = None
    role: str | None = None
    brand_confidence: str | None = None
    verified: bool = False
    as_of: date | None = None
    source: str = ""

    @property
    def lends(self) -> bool:
        """Whether a loan or a guarantee may come through it."""
        return self.kind in LENDING or self.role in (
            "guarantor", "trust", "auto_finance", "leasing",
        )  # fmt: skip

    def names(self) -> Iterator[str]:
        """Every name it goes by."""
        yield from (self.legal_name, self.short, *self.brands, *self.former, *self.aliases)


LENDING = frozenset(
    (
        RecipientKind.BANK,
        RecipientKind.CONSUMER_FINANCE,
        RecipientKind.SMALL_LOAN,
        RecipientKind.LOAN_PLATFORM,
        RecipientKind.LEAD_SELLER,
    )
)
# What a trade word of an unlisted firm tells of it.
_KIND_OF_TRADE: tuple[tuple[str, RecipientKind, str | None], ...] = (
    ("融担", RecipientKind.OTHER, "guarantor"),
    ("担保", RecipientKind.OTHER, "guarantor"),
    ("信托", RecipientKind.OTHER, "trust"),
    ("汽车金融", RecipientKind.OTHER, "auto_finance"),
    ("融资租赁", RecipientKind.OTHER, "leasing"),
    ("金融租赁", RecipientKind.OTHER, "leasing"),
    ("保理", RecipientKind.OTHER, "leasing"),
    ("小贷", RecipientKind.SMALL_LOAN, None),
    ("消金", RecipientKind.CONSUMER_FINANCE, None),
    ("银行", RecipientKind.BANK, None),
    ("农信社", RecipientKind.BANK, None),
    ("人寿", RecipientKind.INSURER, None),
    ("保险", RecipientKind.INSURER, None),
    ("财险", RecipientKind.INSURER, None),
)


class Institutions(Mapping[str, Institution]):
    """The institutions of one country by id."""

    def __init__(self, country: str) -> None:
        self._by_id = {
            key: _institution(key, row)
            for name in ("banks", "lenders", "others")
            for key, row in rows(country, name)
        }
        self.find = lru_cache(maxsize=16_384)(self._find)

    def __getitem__(self, key: str) -> Institution:
        return self._by_id[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    @cached_property
    def _index(self) -> dict[str, Institution]:
        """Folded name to institution: listed names first, then those derived from legal names."""
        index: dict[str, Institution] = {}
        for institution in self._by_id.values():
            for name in institution.names():
                index.setdefault(without_form(fold_spelling(name)), institution)
        derived: dict[str, Institution | None] = {}
        for institution in self._by_id.values():
            for name in (institution.legal_name, *institution.former):
                for key in _derived(name):
                    # A short form that fits two firms names neither.
                    known = derived.setdefault(key, institution)
                    derived[key] = institution if known is institution else None
        for key, owner in derived.items():
            if owner is not None:
                index.setdefault(key, owner)
        return index

    def _find(self, name: str) -> Institution | None:
        """The institution that `name` names, or None where no listed name fits.

        `name` may be a legal name, brand, abbreviation, former name, any of its branches, or
        a message that begins or ends with a `【signature】`.
        """
        signed = signature(name)
        if signed is not None:
            found = self._exactly(signed)
            if found or len(name) > len(signed) + 2:
                return found
        return self._exactly(name)

    def _exactly(self, name: str) -> Institution | None:
        if not name or len(name) > 80:
            return None
        index = self._index
        folded = fold_spelling(name)
        if not folded:
            return None
        parts = take_apart(name)
        for key in (folded, without_form(folded), parts.folded):
            if key in index:
                return index[key]
        for key in _derived(parts.folded):
            if parts.trade and key in index:
                return index[key]
        return None

    @cached_property
    def _openings(self) -> dict[str, list[tuple[str, Institution]]]:
        """Folded names by their first two characters, the longest first."""
        found: dict[str, list[tuple[str, Institution]]] = {}
        for name, institution in self._index.items():
            if len(name) >= 3 and not name.isascii():
                found.setdefault(name[:2], []).append((name, institution))
        for names in found.values():
            names.sort(key=lambda entry: -len(entry[0]))
        return found

    def mentioned(self, text: str) -> Institution | None:
        """The first institution that a line of free text names: `信用卡还款-招商银行(7430)`."""
        folded = fold_spelling(text[:200])
        for start in range(len(folded) - 2):
            for name, institution in self._openings.get(folded[start : start + 2], ()):
                if folded.startswith(name, start):
                    return institution
        return None

    def kind_of(self, name: str) -> tuple[RecipientKind, str | None] | None:
        """What sort of firm `name` is, listed or by the trade in its name, and its role."""
        known = self.find(name)
        if known is not None:
            return known.kind, known.role
        parts = take_apart(name)
        text = parts.trade or parts.folded
        for word, kind, role in _KIND_OF_TRADE:
            if word in text and (kind is not RecipientKind.BANK or text.endswith(word)):
                return kind, role
        return None

    def lends(self, name: str) -> bool:
        """Whether `name` is a lender, a loan platform or a guarantor, listed or by its trade."""
        known = self.find(name)
        if known is not None:
            return known.lends
        told = self.kind_of(name)
        return told is not None and (told[0] in LENDING or told[1] is not None)

    def same_group(self, a: str, b: str) -> bool:
        """Whether both are listed firms of one house, other than being the same firm."""
        one, other = self.find(a), self.find(b)
        return bool(one and other and one.group and one.group == other.group)

    def match(self, a: str, b: str) -> NameMatch:
        """How likely two names mean the same firm, with the reasons that add up to it."""
        one, other = self.find(a), self.find(b)
        if one is not None and other is not None:
            if one is other:
                return NameMatch.of([_reason("listed_same", 6.0, one.short)])
            if one.group and one.group == other.group:
                return NameMatch.of([_reason("listed_group", -1.5, one.group)])
            return NameMatch.of([_reason("listed_apart", -6.0, one.short, other.short)])
        return similarity.compare(take_apart(a), take_apart(b), self._rarity)

    @cached_property
    def _rarity(self) -> similarity.Rarity:
        return similarity.Rarity(
            take_apart(name).core or take_apart(name).folded
            for institution in self._by_id.values()
            for name in (institution.legal_name, *institution.former)
        )


def _reason(key: str, weight: float, *names: str) -> Reason:
    return Reason(Text(f"country.match.{key}", names=tuple(names)), weight)


def _derived(name: str) -> Iterator[str]:
    """Shorter forms people use: without the place in front, and without the trade behind.

    Only where what is left is a name of its own: `上海银行` never shortens to `银行`.
    """
    parts = take_apart(name)
    if len(parts.core) < 2:
        return
    yield parts.core + parts.trade
    if parts.place:
        yield parts.place.rstrip("省市") + parts.core + parts.trade
        if len(parts.core) >= 4:
            yield parts.core


def _institution(key: str, row: Mapping[str, object]) -> Institution:
    def listed(field: str) -> tuple[str, ...]:
        value = row.get(field, ())
        return tuple(str(v) for v in value) if isinstance(value, list) else ()

    def optional(field: str) -> str | None:
        value = row.get(field)
        return str(value) if value else None

    legal_name = str(row["legal_name"])
    hotline = optional("hotline")
    as_of = row.get("as_of")
    return Institution(
        id=key,
        legal_name=legal_name,
        short=optional("short") or _short(legal_name, listed("brands")),
        kind=RecipientKind(str(row["kind"])),
        brands=listed("brands"),
        former=listed("former"),
        aliases=listed("aliases"),
        licence=optional("licence"),
        hotline=hotline,
        hotline_confidence=(
            ("sourced" if row.get("hotline_verified", True) else "unconfirmed") if hotline else None
        ),
        group=optional("group"),
        role=optional("role"),
        brand_confidence=optional("brand_confidence"),
        verified=bool(row.get("verified", False)),
        as_of=as_of if isinstance(as_of, date) else None,
        source=str(row.get("source", "")),
    )


def _short(legal_name: str, brands: tuple[str, ...]) -> str:
    """What people call it: its first brand, else the legal name without its legal form."""
    if brands and legal_name.startswith(brands[0]):
        return brands[0]
    for ending in ("股份有限公司", "有限责任公司", "股份公司", "有限公司"):
        if legal_name.endswith(ending):
            return legal_name.removesuffix(ending)
    return legal_name
