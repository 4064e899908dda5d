"""What is known to be out there about the person, and what such items are said to sell for."""

from __future__ import annotations

from dataclasses import dataclass

from notmyloan.model.disclosure import Given
from notmyloan.model.money import Money
from notmyloan.model.record import Private
from notmyloan.model.text import Text


@dataclass(frozen=True, slots=True, repr=False)
class Exposed(Private):
    """One kind of fact: how we know (`channels`, in words), the records that show it, and the
    going price per item on the black market as a range, an estimate from `price_source`."""

    item: Given
    channels: tuple[Text, ...]
    cites: tuple[str, ...]
    price_low: Money | None = None
    price_high: Money | None = None
    price_source: Text | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Exposure(Private):
    """All exposed facts, worst first; empty means "nothing seen in what you gave me"."""

    items: tuple[Exposed, ...] = ()
