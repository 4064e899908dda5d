"""Tables of a copied text: words parted by one space, wrapped cells on lines of their own.

Nothing but the words tells the columns apart, so only what they prove is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from notmyloan.read.credit_columns import Header
from notmyloan.read.credit_page import Cell, Char, Row, squeeze
from notmyloan.read.credit_record import Value, value_of
from notmyloan.read.credit_words import DAY, REASONS, label_of

ENQUIRY = ["编号", "查询日期", "查询机构", "查询原因"]
_OWN = re.compile(r"本人查询(?:\(.*\))?")


def words(row: Row) -> list[list[Char]]:
    """The characters of a copied line by word."""
    out: list[list[Char]] = []
    for char in (c for cell in row.cells for c in cell.chars):
        if not out or char.spaced:
            out.append([])
        out[-1].append(char)
    return out


def is_enquiry_list(header: Header) -> bool:
    """Whether the header is the enquiries' in a copied text."""
    return header.page == 0 and not header.solid and header.labels == ENQUIRY


def enquiries(header: Header, rows: Sequence[Row]) -> list[tuple[dict[str, Value], Row]] | None:
    """Each enquiry's values and first line, or None where one could be read in two ways.

    A number and a day begin one. What follows is the institution and the reason, each over as
    many lines as it took: the reason is the end that is one of the report's own reasons.
    """
    found: list[tuple[Row, list[tuple[Row, list[Char]]]]] = []
    for row in rows:
        here = words(row)
        first = [squeeze("".join(c.text for c in part)) for part in here[:2]]
        if re.fullmatch(r"\d{1,4}[.、]?", first[0]) and re.fullmatch(DAY, (*first, "")[1]):
            found.append((row, []))
        elif not found:
            return None
        found[-1][1].extend((row, part) for part in here)
    out = []
    for row, parts in found:
        cuts = [k for k in range(3, len(parts)) if _is_reason(parts[k:])]
        if len(parts) == 4:
            cuts = [3]
        if len(cuts) != 1:
            return None
        columns = (parts[:1], parts[1:2], parts[2 : cuts[0]], parts[cuts[0] :])
        values = {
            label: value
            for label, column in zip(header.labels, columns, strict=True)
            if (value := value_of(((line.page, [part]) for line, part in column), label))
        }
        out.append((values, row))
    return out


def _is_reason(parts: Sequence[tuple[Row, list[Char]]]) -> bool:
    text = squeeze("".join(c.text for _, part in parts for c in part))
    return text in map(squeeze, REASONS) or _OWN.fullmatch(text) is not None


def pairs(row: Row) -> list[tuple[str, Value, float]] | None:
    """Labels and values by turns in a copied line, or None where they are not."""
    parts = words(row)
    names = [label_of("".join(c.text for c in part)) for part in parts]
    if len(parts) < 2 or len(parts) % 2 or not all(names[0::2]) or any(names[1::2]):
        return None
    out = []
    for name, label, value in zip(names[0::2], parts[0::2], parts[1::2], strict=True):
        cell = Cell(row.page, value[0].x0, value[-1].x1, [value])
        printed = squeeze("".join(c.text for c in label))
        out.append((name or "", Value(cell.text, cell.spot, printed), cell.left))
    return out
