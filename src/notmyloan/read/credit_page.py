"""Where the words of a credit report stand: characters, rules, cells and rows of a page.

Every way in (PDF text, recognised scan, saved web page, copied text) ends in these values, so
that one grammar serves all. Distances are PDF points from the page's top left; a copied text
has no pages, and its `Spot` counts lines and columns instead (page 0).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Char(NamedTuple):
    """One printed character and its box; `spaced` when a typed space stands before it."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    spaced: bool = False


class Rule(NamedTuple):
    """A drawn line, horizontal (y0 == y1) or vertical (x0 == x1)."""

    x0: float
    y0: float
    x1: float
    y1: float


class Spot(NamedTuple):
    """A place: on page `page` the box, or with page 0 the line `y0` and column `x0` of a text."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float

    def place(self) -> str:
        """In the form of `Origin.place`."""
        if self.page == 0:
            return f"line:{int(self.y0)};column:{int(self.x0) + 1}"
        return f"page:{self.page};box:{self.x0:.0f},{self.y0:.0f},{self.x1:.0f},{self.y1:.0f}"

    def where(self) -> tuple[str, int]:
        """`("page", n)` or `("line", n)`, for sentences to people."""
        return ("page", self.page) if self.page else ("line", int(self.y0))


@dataclass(slots=True)
class Page:
    """One page as it was drawn. `confidence` is the recogniser's lowest, 1 for printed text."""

    number: int
    width: float
    height: float
    chars: list[Char]
    rules: list[Rule] = field(default_factory=list)
    confidence: float = 1.0


@dataclass(slots=True)
class Cell:
    """A stretch of text in a row.

    `left` and `right` are the borders of a ruled cell, else the ends of the text; `lines` holds
    its characters line by line, `page` 0 in a text (then y is the line number).
    """

    page: int
    left: float
    right: float
    lines: list[list[Char]]

    @property
    def text(self) -> str:
        return join_lines([line_text(line) for line in self.lines])

    @property
    def chars(self) -> list[Char]:
        return [c for line in self.lines for c in line]

    @property
    def spot(self) -> Spot:
        return spot_of(self.page, self.chars)


@dataclass(slots=True)
class Row:
    """Cells side by side. `solid` when drawn lines (or a web table) say where they begin and
    end; `first` when it is the first on its page; `band` numbers the strip between two
    horizontal rules that the row stands in."""

    page: int
    y0: float
    y1: float
    cells: list[Cell]
    solid: bool = False
    first: bool = False
    band: int = 0

    @property
    def text(self) -> str:
        return "".join(c.text for c in self.cells)

    @property
    def spot(self) -> Spot:
        chars = [c for cell in self.cells for c in cell.chars]
        return spot_of(self.page, chars) if chars else Spot(self.page, 0, self.y0, 0, self.y1)


def spot_of(page: int, chars: Sequence[Char]) -> Spot:
    """The box around `chars`."""
    if not chars:
        return Spot(page, 0, 0, 0, 0)
    return Spot(
        page,
        min(c.x0 for c in chars),
        min(c.y0 for c in chars),
        max(c.x1 for c in chars),
        max(c.y1 for c in chars),
    )


def line_text(chars: Iterable[Char]) -> str:
    """The characters of one line as text; typed spaces stay only between Latin words."""
    out: list[str] = []
    for char in chars:
        if char.spaced and out and out[-1][-1].isascii() and char.text.isascii():
            out.append(" ")
        out.append(char.text)
    return "".join(out)


def join_lines(lines: Iterable[str]) -> str:
    """Lines of one wrapped cell as one text: Chinese and numbers run on, Latin words part."""
    out = ""
    for line in lines:
        # A number or code that wraps goes on; an English name was cut at its space.
        if out and line and out[-1].isalpha() and line[0].isalpha():
            word = out.rsplit(" ", 1)[-1]
            if out[-1].isascii() and line[0].isascii() and word.isalpha() and not word.isupper():
                out += " "
        out += line
    return out


_FOLDED = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {
    ord(k): v
    for k, v in {
        "\u3000": " ", "\u00a0": " ", "—": "-", "–": "-", "－": "-", "‐": "-", "‑": "-",
        "−": "-", "―": "-", "─": "-", "～": "-", "﹣": "-", "．": ".", "。": "。", "﹒": ".",
        "∶": ":", "︰": ":", "﹕": ":", "〔": "(", "〕": ")", "【": "(", "】": ")", "﹙": "(",
        "﹚": ")", "·": "·", "＊": "*", "∗": "*", "﹡": "*", "✱": "*", "／": "/", "∕": "/",
        "｡": "。", "､": "、", "﹐": ",", "﹑": "、", "٫": ".",
    }.items()
}  # fmt: skip


def fold(text: str) -> str:
    """`text` with full-width and look-alike punctuation as ASCII, length unchanged."""
    return text.translate(_FOLDED)


def squeeze(text: str) -> str:
    """Folded and without any white space, for comparing."""
    return "".join(fold(text).split())


def clean(char: str) -> str:
    """One character as people type it: radicals and compatibility forms that fonts map glyphs
    to become the ideographs they look like; anything else stays."""
    code = ord(char)
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF or 0x2F800 <= code <= 0x2FA1F:
        return unicodedata.normalize("NFKC", char)
    return char
