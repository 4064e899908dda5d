"""One country's facts: statutes, channels, numbers, institutions, cards, rates, prices.

Every fact says as of when, from which official text, and whether that text was read
(`verified`); what was not is said to people with a request to confirm. Files are read when first
asked for, so that a plain check pays for what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from notmyloan.country.calendar import Calendar
from notmyloan.country.data import rows, table
from notmyloan.country.institutions import Institutions
from notmyloan.country.numbers import Numbers, listed_hotlines
from notmyloan.model.disclosure import Given, RecipientKind
from notmyloan.model.identity import fold_digits
from notmyloan.model.money import Money
from notmyloan.model.text import Text


@dataclass(frozen=True, slots=True)
class Statute:
    """An article of law. `title` names the law, `gist` what the article says in a sentence."""

    ref: str
    title: Text
    article: str
    gist: Text
    source: str
    as_of: date | None
    verified: bool
    section: bool = False  # cited by section (§), not by article

    @property
    def citation(self) -> Text:
        """Law, article and item, as one cites them: `40(3)` is item 3, `253-1` an article that was
        put in after 253."""
        if not self.article:
            return self.title
        if self.section:
            return Text("country.citation_section", law=self.title, article=self.article)
        item = re.fullmatch(r"(\d+)\((\d+)\)", self.article)
        if item:
            return Text("country.citation_item", law=self.title, article=item[1], item=item[2])
        put_in = re.fullmatch(r"(\d+)-1", self.article)
        if put_in:
            return Text("country.citation_one", law=self.title, article=put_in[1])
        return Text("country.citation", law=self.title, article=self.article)


class Statutes(Mapping[str, Statute]):
    """Statutes by reference: `CRR 25`, `CC 1033(1)`, or the law alone where it is one rule.

    A paragraph that has no row of its own falls back to its article.
    """

    def __init__(self, country: str) -> None:
        self._by_ref: dict[str, Statute] = {}
        for law, row in rows(country, "statutes"):
            doubtful = {str(a) for a in row.get("unread", ())}
            for article in map(str, row["articles"]):
                whole = article == "all"
                ref = law if whole else f"{law} {article}"
                self._by_ref[ref] = Statute(
                    ref=ref,
                    title=Text(f"country.law.{law}"),
                    article="" if whole else article,
                    gist=Text(f"country.statute.{law}.{article}"),
                    source=str(row["source"]),
                    as_of=row.get("as_of"),
                    verified=bool(row.get("verified", True)) and article not in doubtful,
                    section=bool(row.get("section", False)),
                )

    def __getitem__(self, ref: str) -> Statute:
        if ref in self._by_ref:
            return self._by_ref[ref]
        return self._by_ref[re.sub(r"\([^)]*\)$", "", ref)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_ref)

    def __len__(self) -> int:
        return len(self._by_ref)


@dataclass(frozen=True, slots=True)
class Contact:
    """A channel: what it is called, how to reach it, and what it takes. `attachment_max`: the
    largest attachment in bytes, None where no limit is known."""

    id: str
    name: Text
    how: Text
    takes: Text
    hotline: str | None
    hours: Text | None
    site: str | None
    verified: bool
    as_of: date | None
    source: str
    attachment_max: int | None = None


class Bins:
    """Whose a bank card is, by its first digits."""

    def __init__(self, country: str) -> None:
        data = table(country, "bins")
        self._by_prefix: dict[str, tuple[str, bool]] = {}
        for section, verified in (("weak", False), ("sourced", True)):
            for bank, prefixes in data.get(section, {}).items():
                self._by_prefix |= {str(p): (str(bank), verified) for p in prefixes}
        self._longest = max(map(len, self._by_prefix), default=0)

    def bank(self, number: str) -> str | None:
        """The bank's short name for a full card number or its first digits; the longest wins."""
        found = self._find(number)
        return found[0] if found else None

    def verified(self, number: str) -> bool:
        """Whether the prefix comes from a published table."""
        found = self._find(number)
        return bool(found and found[1])

    def _find(self, number: str) -> tuple[str, bool] | None:
        digits = "".join(c for c in fold_digits(number) if c.isdigit())
        for length in range(min(self._longest, len(digits)), 0, -1):
            if digits[:length] in self._by_prefix:
                return self._by_prefix[digits[:length]]
        return None


@dataclass(frozen=True, slots=True)
class Price:
    """What one fact is said to sell for on the black market: a claim, not a measurement."""

    item: Given
    low: Money
    high: Money
    source: Text
    as_of: date
    verified: bool


@dataclass(frozen=True, slots=True)
class PrimeRate:
    """A prime rate in percent a year. `assumed` when the day lies after the last known month."""

    percent: Decimal
    since: date
    assumed: bool


class Pack:
    """A country's pack. Attributes load their file on first use."""

    def __init__(self, code: str) -> None:
        self.code = code
        if not self.facts:
            raise KeyError(f"no country pack {code!r}")

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """`pack.toml` as it stands: currency, zone, and the thresholds of the finding rules."""
        return table(self.code, "pack")

    @property
    def currency(self) -> str:
        return str(self.facts["currency"])

    @cached_property
    def institutions(self) -> Institutions:
        return Institutions(self.code)

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(
            self.code,
            listed_hotlines(
                (i.hotline, i.short)
                for i in self.institutions.values()
                if i.kind is RecipientKind.BANK
            ),
        )

    @cached_property
    def statutes(self) -> Statutes:
        return Statutes(self.code)

    @cached_property
    def channels(self) -> Mapping[str, Contact]:
        return {key: _contact(key, row) for key, row in rows(self.code, "channels")}

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.code)

    @cached_property
    def bins(self) -> Bins:
        return Bins(self.code)

    @cached_property
    def prices(self) -> Mapping[Given, Price]:
        """The going price range per kind of fact; empty where no source gives one."""
        data = table(self.code, "prices")
        return {
            Given(item): Price(
                item=Given(item),
                low=Money(Decimal(data["low"]), data["currency"]),
                high=Money(Decimal(data["high"]), data["currency"]),
                source=Text("country.price_source", source=data["source"], as_of=data["as_of"]),
                as_of=data["as_of"],
                verified=bool(data["verified"]),
            )
            for item in data.get("items", ())
        }

    def lpr(self, on: date) -> PrimeRate | None:
        """The one-year prime rate in force on a day, or None before the first known one."""
        data = table(self.code, "lpr")
        past = [(since, percent) for since, percent in data.get("rates", ()) if since <= on]
        if not past:
            return None
        since, percent = max(past)
        return PrimeRate(Decimal(percent), since, on > data["known_until"])


def _contact(key: str, row: Mapping[str, Any]) -> Contact:
    said = f"country.channel.{row.get('words', key)}"
    return Contact(
        id=key,
        name=Text(f"{said}.name"),
        how=Text(f"{said}.how"),
        takes=Text(f"{said}.takes"),
        hotline=row.get("hotline"),
        hours=Text(f"{said}.hours") if row.get("hours") else None,
        site=row.get("site"),
        verified=bool(row.get("verified", False)),
        as_of=row.get("as_of"),
        source=str(row.get("source", "")),
        attachment_max=row.get("attachment_max"),
    )
