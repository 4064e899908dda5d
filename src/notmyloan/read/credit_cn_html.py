"""The PBOC personal credit report as a saved web page (the online platform's simplified one)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from notmyloan.model.record import SourceFile, Unreadable
from notmyloan.read.credit_cn_text import MAX_BYTES, decode, decode_head, read_bytes, text_row
from notmyloan.read.credit_page import Cell, Char, Row
from notmyloan.read.credit_read import CreditRecord, likeness, read_report, records
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.source import ReadContext, Source

_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "br", "hr", "section",
           "article", "header", "footer", "center", "dt", "dd", "dl", "tbody", "thead", "form",
           "fieldset", "legend", "caption", "body"}  # fmt: skip
_SILENT = {"script", "style", "title", "noscript", "template"}
_WIDTH = 1000.0
_MAX_SPAN = 200
_MAX_DEPTH = 60


class CreditHtml:
    """Reader for `credit_cn_html`."""

    format = "credit_cn_html"

    def recognise(self, source: Source) -> float:
        """A web page whose words are a credit report's."""
        if source.is_folder or source.size > MAX_BYTES:
            return 0.0
        head = source.head.lower()
        if b"<" not in head[:512] or not re.search(rb"<(?:html|table|body|div|!doctype)", head):
            return 0.0
        text = decode_head(source.head)
        if text is None:
            return 0.0
        plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>|&nbsp;", "", text, flags=re.S | re.I)
        return likeness(plain)

    def read(self, source: Source, context: ReadContext) -> Iterator[CreditRecord | Unreadable]:
        """The report first, then its records. All of it or InputError."""
        refuse = Refuse(source.name)
        text = decode(read_bytes(source, refuse), refuse)
        page = _Page()
        page.feed(text)
        page.close()
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        yield from records(read_report([page.rows], file, context.zone))


@dataclass(slots=True)
class _TableCell:
    text: list[tuple[str, int]] = field(default_factory=list)  # piece, its line in the file
    columns: int = 1
    rows: int = 1
    layout: bool = False  # holds a table itself: its text is free text


@dataclass(slots=True)
class _Table:
    row: list[_TableCell] = field(default_factory=list)
    open: _TableCell | None = None
    taken: dict[int, int] = field(default_factory=dict)  # column to rows still spanned


class _Page(HTMLParser):
    """Rows in the order of the page: a table's as ruled rows, everything else as lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self._tables: list[_Table] = []
        self._line: list[tuple[str, int]] = []
        self._silent = 0
        self._at = 0.0

    def parse_html_declaration(self, i: int) -> int:
        """Passes over a broken `<![`, at which the standard parser gives up."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._end_line()
            if self._tables and self._tables[-1].open is not None:
                self._set_free(self._tables[-1].open)
            if len(self._tables) < _MAX_DEPTH:
                self._tables.append(_Table())
        elif tag == "tr" and self._tables:
            self._end_row()
        elif tag in ("td", "th") and self._tables:
            self._end_cell()
            given = dict(attrs)
            self._tables[-1].open = _TableCell(
                columns=_span(given.get("colspan")), rows=_span(given.get("rowspan"))
            )
        elif tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in ("td", "th") and self._tables:
            self._end_cell()
        elif tag == "tr" and self._tables:
            self._end_row()
        elif tag == "table" and self._tables:
            self._end_row()
            self._tables.pop()
        elif tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        piece = (re.sub(r"[\r\n\t]+", " ", data), self.getpos()[0])
        cell = self._tables[-1].open if self._tables else None
        if cell is not None and not cell.layout:
            cell.text.append(piece)
        else:
            self._line.append(piece)

    def close(self) -> None:
        super().close()
        while self._tables:
            self._end_row()
            self._tables.pop()
        self._end_line()

    def _break(self) -> None:
        cell = self._tables[-1].open if self._tables else None
        if cell is not None and not cell.layout:
            cell.text.append(("\n", self.getpos()[0]))
        else:
            self._end_line()

    def _set_free(self, cell: _TableCell) -> None:
        """A cell that turns out to hold a table: what it said so far are lines."""
        self._lines(cell.text)
        cell.text = []
        cell.layout = True

    def _lines(self, pieces: list[tuple[str, int]]) -> None:
        line: list[tuple[str, int]] = []
        for text, number in [*pieces, ("\n", 0)]:
            if text == "\n":
                self._add_line(line)
                line = []
            else:
                line.append((text, number))

    def _end_line(self) -> None:
        line, self._line = self._line, []
        self._add_line(line)

    def _add_line(self, line: list[tuple[str, int]]) -> None:
        text = "".join(t for t, _ in line)
        if not text.strip():
            return
        self._at += 1
        first = next(n for t, n in line if t.strip())
        row = text_row(text.strip(), first, self._at)
        if row is not None:
            self.rows.append(row)

    def _end_cell(self) -> None:
        table = self._tables[-1]
        self._end_line()
        if table.open is not None:
            table.row.append(table.open)
            table.open = None

    def _end_row(self) -> None:
        self._end_cell()
        table = self._tables[-1]
        cells, table.row = [c for c in table.row if not c.layout], []
        if not cells:
            return
        column = 0
        out: list[Cell] = []
        spans: dict[int, int] = {k: n - 1 for k, n in table.taken.items() if n > 1}
        taken = table.taken
        for cell in cells:
            while taken.get(column, 0) > 0:
                column += 1
            out.append(
                Cell(
                    0, column * _WIDTH, (column + cell.columns) * _WIDTH, _cell_lines(cell, column)
                )
            )
            if cell.rows > 1:
                spans |= {column + k: cell.rows - 1 for k in range(cell.columns)}
            column += cell.columns
        table.taken = spans
        if len(out) == 1 and not taken:
            self._lines(cells[0].text)
        elif any(c.lines for c in out):
            self._at += 1
            self.rows.append(Row(0, self._at, self._at + 0.9, out, solid=True))


def _cell_lines(cell: _TableCell, column: int) -> list[list[Char]]:
    chars: list[Char] = []
    x = column * _WIDTH
    for text, number in cell.text:
        row = text_row(text.replace("\n", " "), number)
        for piece in row.cells if row is not None else []:
            spaced = bool(chars)
            for char in piece.chars:
                x += 1
                chars.append(char._replace(x0=x, x1=x + 1, spaced=char.spaced or spaced))
                spaced = False
    return [chars] if chars else []


def _span(text: str | None) -> int:
    return min(max(int(text), 1), _MAX_SPAN) if text and text.isdecimal() and text.isascii() else 1


READER = CreditHtml()
