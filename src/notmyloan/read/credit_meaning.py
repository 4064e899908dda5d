"""From labelled values to the fields of the model, each with its place. One field per label;
a value that is not what its label promises is refused with its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from notmyloan.model.money import Money, currency_code
from notmyloan.model.record import Origin, SourceFile
from notmyloan.read.credit_page import Spot, fold, squeeze
from notmyloan.read.credit_record import Record, Value
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.credit_words import is_blank, read_amount, read_count, read_day


@dataclass(slots=True)
class Taker:
    """Takes one record's values out by label; what nobody takes stays for `fields`."""

    record: Record
    refuse: Refuse
    currency: str = "CNY"
    places: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def _value(self, name: str, labels: Iterable[str]) -> tuple[str, Value] | None:
        for label in labels:
            value = self.record.values.get(label)
            if value is not None:
                self.taken.add(label)
                self.places.setdefault(name, value.spot.place())
                return label, value
        return None

    def text(self, name: str, *labels: str) -> str | None:
        """The words printed, None for `--` or nothing."""
        found = self._value(name, labels)
        return None if found is None or is_blank(found[1].text) else found[1].text.strip()

    def need(self, name: str, *labels: str) -> str:
        """Like text, but the report must print it."""
        text = self.text(name, *labels)
        if text is None:
            raise self.refuse("refuse.missing", self.record.spot, label=labels[0])
        return text

    def day(self, name: str, *labels: str) -> date | None:
        found = self._value(name, labels)
        if found is None:
            return None
        try:
            return read_day(found[1].text)
        except ValueError:
            raise self._wrong(found) from None

    def money(self, name: str, *labels: str) -> Money | None:
        found = self._value(name, labels)
        if found is None:
            return None
        try:
            amount = read_amount(found[1].text)
        except ValueError:
            raise self._wrong(found) from None
        return None if amount is None else Money(amount, self.currency)

    def count(self, name: str, *labels: str) -> int | None:
        found = self._value(name, labels)
        if found is None:
            return None
        try:
            return read_count(found[1].text)
        except ValueError:
            raise self._wrong(found) from None

    def currency_word(self, name: str, *labels: str) -> str:
        """The ISO code of the printed currency; it holds for every amount taken afterwards."""
        found = self._value(name, labels)
        if found is None or is_blank(found[1].text):
            return self.currency
        code = currency_code(squeeze(found[1].text).removesuffix("账户"))
        if code is None:
            raise self._wrong(found)
        self.currency = code
        return code

    def left(self) -> Mapping[str, str]:
        """Printed labels that no field took."""
        out = {}
        for label, value in self.record.values.items():
            if label not in self.taken:
                printed = value.label or label
                out[printed] = value.text
                self.places.setdefault(f"fields/{printed}", value.spot.place())
        return out

    def _wrong(self, found: tuple[str, Value]) -> Exception:
        return self.refuse("refuse.value", found[1].spot, label=found[0])


def origin_at(source: SourceFile, spot: Spot) -> Origin:
    return Origin(source, spot.place())


def amount_or_none(text: str | None, currency: str) -> Money | None:
    """An amount of a repayment grid."""
    if text is None or is_blank(text):
        return None
    return Money(Decimal(fold(text).replace(",", "")), currency)
