"""A printed page before it is printed: titles, lines and tables, in order.

The layouts of the credit report are written once as a sheet; paper, plain text and HTML
are printed from the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Title:
    """The document's name, `under` a smaller line below it."""

    text: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 a part, 2 a section, 3 a group or account."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """Running text. `centred` for lines such as `(完)`; `indent` in em."""

    text: str
    centred: bool = False
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """`label：value` side by side on one line; a label may be empty."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell over `across` columns and `down` rows; `head` for labels, `left` aligned."""

    text: str
    across: int = 1
    down: int = 1
    head: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. The first `heads` rows are the header, printed again on a new page where
    the style says so. `widths` are shares of the line; `keep` holds it on one page; with
    `stacked` each row after the header starts another header (label row over value row)."""

    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    heads: int = 1
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """White space, in lines."""

    lines: float = 0.5


Block: TypeAlias = Title | Heading | Line | Pairs | Table | Space


@dataclass(slots=True)
class Sheet:
    """The blocks of a document. Methods add to it, in reading order."""

    blocks: list[Block] = field(default_factory=list)

    def title(self, text: str, under: str = "") -> None:
        self.blocks.append(Title(text, under))

    def heading(self, text: str, level: int = 1) -> None:
        self.blocks.append(Heading(text, level))

    def line(self, text: str, centred: bool = False, indent: float = 0.0) -> None:
        self.blocks.append(Line(text, centred, indent))

    def pairs(self, *pairs: tuple[str, str]) -> None:
        self.blocks.append(Pairs(pairs))

    def space(self, lines: float = 0.5) -> None:
        self.blocks.append(Space(lines))

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[str]],
        widths: Sequence[float] | None = None, *, keep: bool = False, left: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """A plain table: one header row, then rows. `left` are left-aligned columns."""
        made = [tuple(Cell(text, head=True) for text in header)]
        made += [tuple(Cell(t, left=i in left) for i, t in enumerate(row)) for row in rows]
        self.cells(made, widths or [1.0] * len(header), keep=keep)

    def record(self, pairs: Sequence[tuple[str, str]], widths: Sequence[float] | None = None,
               ) -> None:  # fmt: skip
        """One row of labels over one row of values, kept together."""
        self.table([p[0] for p in pairs], [[p[1] for p in pairs]], widths, keep=True)

    def cells(
        self, rows: Sequence[Sequence[Cell]], widths: Sequence[float], *, heads: int = 1,
        keep: bool = False,
    ) -> None:  # fmt: skip
        """A table of given cells; rows list only the cells that start in them."""
        self.blocks.append(Table(tuple(map(tuple, rows)), tuple(widths), heads, keep))
