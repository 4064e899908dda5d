"""The repayment grid: a row of years' codes and a row of amounts below each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from notmyloan.read.credit_columns import Header, boundaries, part, solid_columns
from notmyloan.read.credit_page import Char, Row, Spot, fold, line_text, spot_of, squeeze
from notmyloan.read.credit_record import Month
from notmyloan.read.credit_refuse import Refuse

CODE = re.compile(r"[N1-7*#/MDZBCGA]")
_TOKEN = re.compile(r"\d{4}年?|[N1-7*#/MDZBCGA]|-?[\d,]+(?:\.\d+)?|-{1,3}")


def is_grid_row(row: Row) -> bool:
    """Whether the row holds nothing but years, status codes and amounts."""
    words = [squeeze(c.text) for c in row.cells if c.lines]
    return bool(words) and all(
        re.fullmatch(rf"(?:{_TOKEN.pattern})+", w, re.IGNORECASE) for w in words
    )


def read_grid(header: Header, rows: Sequence[Row], refuse: Refuse) -> list[Month]:
    """The months of one account. Raises InputError where a cell cannot be placed for certain."""
    lines = _lines(header, rows, refuse)
    out: list[Month] = []
    years = [year for year, _, _ in lines if year]
    body = [(year, page, cells) for year, page, cells in lines if any(cells)]
    if not years:
        raise refuse("refuse.grid", _spot(rows))
    pairs = _pair(body, years, header.solid)
    if pairs is None:
        raise refuse("refuse.grid", _spot(rows))
    for year, (page, codes), amounts in pairs:
        for month, chars in enumerate(codes, start=1):
            if not chars:
                if amounts and amounts[1][month - 1] and _text(amounts[1][month - 1]) != "--":
                    raise refuse("refuse.grid", spot_of(*_at(amounts, month)))
                continue
            text = _text(chars)
            amount = _text(amounts[1][month - 1]) if amounts else None
            if amounts is None and (m := re.fullmatch(rf"({CODE.pattern})([\d,]*|--)", text)):
                text, amount = m[1], m[2]
            if text in ("-", "--"):
                continue
            spot = spot_of(page, chars)
            if not CODE.fullmatch(text):
                raise refuse("refuse.grid", spot)
            if amount and not re.fullmatch(r"-?[\d,]+(?:\.\d+)?|-{1,3}", amount):
                raise refuse("refuse.grid", spot)
            out.append(Month(year, month, text, amount or None, spot))
    return out


_Line = tuple[int | None, int, list[list[Char]]]


def _lines(header: Header, rows: Sequence[Row], refuse: Refuse) -> list[_Line]:
    out: list[_Line] = []
    free = [row for row in rows if not row.solid]
    edges: list[float] | None = None
    if free:
        edges = _edges(header, free)
        if edges is None:
            raise refuse("refuse.grid", _spot(free))
    for row in rows:
        if row.solid:
            year_cells = [c for c in row.cells if c.right <= header.left[0] + 2 and c.lines]
            months = Row(
                row.page, row.y0, row.y1, [c for c in row.cells if c.right > header.left[0] + 2],
                solid=True,
            )  # fmt: skip
            columns = solid_columns(header, months)
            if columns is None:
                raise refuse("refuse.grid", row.spot)
            cells = [[c for line in lines for c in line] for lines in columns]
            year_text = squeeze("".join(c.text for c in year_cells))
        else:
            first, *cells = part(row, edges or [])
            year_text = _text(first)
        m = re.fullmatch(r"(\d{4})年?", year_text)
        if year_text and not m:
            raise refuse("refuse.grid", row.spot)
        out.append((int(m[1]) if m else None, row.page, cells))
    return out


def _edges(header: Header, rows: Sequence[Row]) -> list[float] | None:
    years = [c for row in rows for c in row.cells[:1] if re.match(r"(19|20)\d{2}", squeeze(c.text))]
    if not years:
        return None
    lefts, rights = [], []
    for cell in years:
        chars = cell.chars
        stop = 5 if len(chars) > 4 and chars[4].text == "年" else 4
        lefts.append(chars[0].x0)
        rights.append(chars[stop - 1].x1)
    # With a ruled header over free lines its borders would hide the corridors: use its text.
    wide = Header(
        ["year", *header.labels],
        [min(lefts), *(min(ch.x0 for ch in c.chars) for c in header.cells)],
        [max(rights), *(max(ch.x1 for ch in c.chars) for c in header.cells)],
        False, header.page, header.cells,
    )  # fmt: skip
    return boundaries(wide, rows)


_Pair = tuple[int, tuple[int, list[list[Char]]], tuple[int, list[list[Char]]] | None]


def _pair(body: list[_Line], years: list[int], solid: bool) -> list[_Pair] | None:
    """Each year with its code line and its amount line (None where amounts are not printed)."""
    if len(body) == 2 * len(years):
        return [(year, body[2 * k][1:], body[2 * k + 1][1:]) for k, year in enumerate(years)]
    if len(body) == len(years):
        return [(year, body[k][1:], None) for k, year in enumerate(years)]
    out: list[_Pair] = []
    for year, page, cells in body:  # amounts printed only where there are any
        if year is not None:
            out.append((year, (page, cells), None))
        elif out and out[-1][2] is None:
            out[-1] = (out[-1][0], out[-1][1], (page, cells))
        else:
            return None
    return out if len(out) == len(years) else None


def _text(chars: Sequence[Char]) -> str:
    return "".join(fold(line_text(chars)).split()).upper()


def _at(line: tuple[int, list[list[Char]]], month: int) -> tuple[int, list[Char]]:
    return line[0], line[1][month - 1]


def _spot(rows: Sequence[Row]) -> Spot | None:
    return rows[0].spot if rows else None
