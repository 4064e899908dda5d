"""What the tables of a report say, before it is given its meaning: records of labelled values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from notmyloan.read.credit_page import Char, Row, Spot, join_lines, line_text, spot_of


@dataclass(frozen=True, slots=True)
class Value:
    """A printed value, its place, and the label as printed."""

    text: str
    spot: Spot
    label: str = ""


@dataclass(slots=True)
class Month:
    """A cell of a 还款记录 grid."""

    year: int
    month: int
    code: str
    amount: str | None
    spot: Spot


@dataclass(slots=True)
class Record:
    """One account, guarantee, enquiry …: label to value, and what hangs below it.

    `tables` are the lists inside it (special transactions, notes with their day), each row
    label to value; `notes` are sentences printed with it.
    """

    section: str
    number: int | None
    spot: Spot
    group: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    tables: list[dict[str, Value]] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    span: tuple[int, int] | None = None
    as_of: date | None = None
    notes: list[Value] = field(default_factory=list)
    agreement: str | None = None

    def text(self, *labels: str) -> str | None:
        """The first of `labels` that is printed, as printed; None where none is."""
        for label in labels:
            if label in self.values:
                return self.values[label].text
        return None


@dataclass(slots=True)
class Document:
    """A report's records, sentences and summary rows in the order they stand."""

    head: dict[str, Value] = field(default_factory=dict)
    loose: list[Value] = field(default_factory=list)  # words of the head without a label
    records: list[Record] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    summary: list[tuple[str, Row]] = field(default_factory=list)  # under which heading
    alerts: list[Value] = field(default_factory=list)
    sections: dict[str, Spot] = field(default_factory=dict)


@dataclass(slots=True)
class Sentence:
    """A numbered sentence of the simplified report, its characters in reading order."""

    section: str
    group: str
    chars: list[Char]
    pages: list[int]
    text: str

    def spot(self, start: int = 0, end: int | None = None) -> Spot:
        """The box of characters start..end, of those on the page where they begin."""
        stop = len(self.chars) if end is None else max(end, start + 1)
        page = self.pages[min(start, len(self.pages) - 1)]
        chars = [
            c
            for c, p in zip(self.chars[start:stop], self.pages[start:stop], strict=True)
            if p == page
        ]
        return spot_of(page, chars or self.chars[:1])


def value_of(
    parts: Iterable[tuple[int, Sequence[Sequence[Char]]]], label: str = ""
) -> Value | None:
    """The text of a cell that may go on over pages: `(page, its lines)` in order."""
    lines: list[str] = []
    spot: Spot | None = None
    for page, chars in parts:
        filled = [line for line in chars if line]
        if not filled:
            continue
        lines += [line_text(line) for line in filled]
        here = spot_of(page, [c for line in filled for c in line])
        if spot is None:
            spot = here
        elif here.page == spot.page:
            spot = Spot(
                page, min(spot.x0, here.x0), min(spot.y0, here.y0),
                max(spot.x1, here.x1), max(spot.y1, here.y1),
            )  # fmt: skip
    return None if spot is None else Value(join_lines(lines), spot, label)
