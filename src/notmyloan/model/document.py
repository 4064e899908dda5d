"""Documents that people sign: blocks of words, without any layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from notmyloan.model.record import Private


@dataclass(frozen=True, slots=True, repr=False)
class Span(Private):
    """A run of words. `blank`: a place left open, to be filled by hand; `words` names it."""

    words: str
    bold: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Heading(Private):
    """A heading; level 1 is the document's own."""

    level: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Paragraph(Private):
    """A paragraph. `right` sets it at the right margin: names and dates at the end."""

    spans: tuple[Span, ...]
    right: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Items(Private):
    """A list, numbered or not."""

    items: tuple[tuple[Span, ...], ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Table(Private):
    """A table with one row of headings. `widths` are shares of the line, empty for equal ones."""

    header: tuple[str, ...]
    rows: tuple[tuple[tuple[Span, ...], ...], ...]
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Picture(Private):
    """A picture (PNG), `width` as a share of the line, with a line of words under it."""

    png: bytes
    width: float
    caption: str = ""


Block = Heading | Paragraph | Items | Table | Picture


@dataclass(frozen=True, slots=True, repr=False)
class Document(Private):
    """A document in one language (`zh` or `en`), made on a day."""

    title: str
    language: str
    made: date
    blocks: tuple[Block, ...]
    note: str = ""
    landscape: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Value(Private):
    """What a field of a letter holds and where it comes from: a record's id, a line of the
    person's own lists, or the person. `masked` is what addressees see who need no more."""

    text: str
    source: str
    masked: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Facts(Private):
    """All fields of a case by name (`account.opened`), lists of rows by name (`calls.numbers`)."""

    values: dict[str, Value] = field(default_factory=dict)
    lists: dict[str, tuple[dict[str, Value], ...]] = field(default_factory=dict)
