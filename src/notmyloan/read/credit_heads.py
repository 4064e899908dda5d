"""Seeing what a row is: a row of column labels, of label and value side by side, or the
months of a repayment grid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from notmyloan.read.credit_columns import Header
from notmyloan.read.credit_page import Cell, Char, Row, fold, line_text, spot_of, squeeze
from notmyloan.read.credit_record import Value
from notmyloan.read.credit_words import LABELS, label_of, split_labels

_PARTS = {w[i:j] for w in LABELS for i in range(len(w)) for j in range(i + 1, len(w) + 1)}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NOTES = {"机构说明", "本人声明", "异议标注", "特殊标注", "特殊事件说明", "防欺诈警示"}
_COLON = re.compile(
    "(" + "|".join(sorted(map(re.escape, LABELS), key=len, reverse=True)) + r")\s*:"
)


def find_header(rows: Sequence[Row], i: int) -> tuple[Header, int] | None:
    """The row of labels that begins at row `i`, and how many rows it takes."""
    row = rows[i]
    if row.solid:
        if i + 1 < len(rows) and (torn := _torn_header(row, rows[i + 1])) is not None:
            return torn, 2
        header = _solid_header(row)
        return (header, 1) if header else None
    run = [row]
    while len(run) < 4 and i + len(run) < len(rows):
        below = rows[i + len(run)]
        near = below.y0 - run[-1].y1 < 0.9 * max(row.y1 - row.y0, 1)
        if below.solid or below.page != row.page or not near or not _all_parts(below):
            break
        run.append(below)
    for take in range(len(run), 0, -1):
        header = _free_header(run[:take])
        if header:
            return header, take
    return None


def _all_parts(row: Row) -> bool:
    return all(_plain(c.text) in _PARTS for c in row.cells if c.lines)


def _plain(text: str) -> str:
    return re.sub(r"-+", "-", squeeze(text))


def _solid_header(row: Row) -> Header | None:
    cells = [c for c in row.cells if c.lines]
    labels = [label_of(c.text) for c in cells]
    known = sum(label is not None for label in labels)
    if len(cells) < 2 or known < 2 or known < 0.6 * len(cells):
        return None
    names = []
    for cell, label in zip(cells, labels, strict=True):
        plain = squeeze(cell.text)
        if label is None and (not _HAN.search(plain) or re.search(r"\d{2}", plain)):
            return None
        names.append(label or plain)
    return Header(names, [c.left for c in cells], [c.right for c in cells], True, row.page, cells)


def _torn_header(above: Row, below: Row) -> Header | None:
    """A ruled row of labels that the end of a page cut in two."""
    if not (below.solid and below.first) or len(above.cells) != len(below.cells):
        return None
    if not (_all_parts(above) and _all_parts(below)):
        return None
    cells = []
    for a, b in zip(above.cells, below.cells, strict=True):
        if abs(a.left - b.left) > 2 or abs(a.right - b.right) > 2:
            return None
        cells.append(Cell(a.page, a.left, a.right, [*a.lines, *b.lines]))
    row = Row(above.page, above.y0, above.y1, cells, solid=True)
    if all(label_of(c.text) for c in below.cells):
        return None  # labels printed again, not torn
    return _solid_header(row) if all(label_of(c.text) for c in cells) else None


def _free_header(rows: Sequence[Row]) -> Header | None:
    cells = _stacked(rows) if len(rows) > 1 else rows[0].cells
    labels: list[str | None] = []
    parts: list[Cell] = []
    for cell in cells:
        label = label_of(cell.text)
        chain = None if label or len(rows) > 1 else split_labels(cell.text)
        if chain:
            chars = cell.chars
            for start, end, name in chain:
                piece = chars[start:end]
                parts.append(Cell(cell.page, piece[0].x0, piece[-1].x1, [piece]))
                labels.append(name)
        else:
            parts.append(cell)
            labels.append(label)
    known = sum(label is not None for label in labels)
    if len(rows) > 1 and known < len(labels):
        return None
    if len(labels) == 1 and labels[0] not in _NOTES:
        return None
    if known < max(0.6 * len(labels), min(2, len(labels))):
        return None
    names: list[str] = []
    for cell, known_as in zip(parts, labels, strict=True):
        plain = squeeze(cell.text)
        if known_as is None and not re.fullmatch(r"[\u4e00-\u9fff/()]{2,12}", plain):
            return None
        names.append(known_as or plain)
    if len(set(names)) != len(names):
        return None
    lefts = [min(c.x0 for c in p.chars) for p in parts]
    rights = [max(c.x1 for c in p.chars) for p in parts]
    return Header(names, lefts, rights, False, rows[0].page, parts)


def _stacked(rows: Sequence[Row]) -> list[Cell]:
    """The pieces of several lines gathered into columns, each read downwards."""
    pieces = sorted((c for row in rows for c in row.cells), key=lambda c: c.left)
    columns: list[Cell] = []
    for piece in pieces:
        if columns and piece.left < columns[-1].right - 0.5:
            last = columns[-1]
            last.right = max(last.right, piece.right)
            last.lines = [*last.lines, *piece.lines]
        else:
            columns.append(Cell(piece.page, piece.left, piece.right, list(piece.lines)))
    for column in columns:
        column.lines.sort(key=lambda line: line[0].y0)
    return columns


def month_header(row: Row) -> Header | None:
    """The 1 … 12 above a grid, each month's column; the years' column stands before it."""
    cells = [c for c in row.cells if c.lines]
    if len(cells) not in (12, 13):
        return None
    words = [squeeze(c.text).removesuffix("月").lstrip("0") for c in cells]
    if words[-12:] != [str(n) for n in range(1, 13)]:
        return None
    if len(cells) == 13 and re.search(r"\d", words[0]):
        return None
    cells = cells[-12:]
    return Header(
        [str(n) for n in range(1, 13)],
        [c.left for c in cells],
        [c.right for c in cells],
        row.solid,
        row.page,
        cells,
    )


def find_pairs(row: Row) -> tuple[list[tuple[str, Value, float]], list[Cell]] | None:
    """Labels with their values beside them, `(label, value, left end)`, and what is left over.

    Either `label：value` in running text, or label and value in alternating cells.
    """
    cells = [c for c in row.cells if c.lines]
    if any(_COLON.search(fold(line_text(c.chars))) for c in cells):
        return _colon_pairs(cells)
    if row.solid and len(row.cells) % 2 == 0:
        cells = row.cells
        while len(cells) >= 2 and not (cells[-1].lines or cells[-2].lines):
            cells = cells[:-2]  # the last line of an odd number of pairs
    if len(cells) < 2 or len(cells) % 2:
        return None
    labels = [label_of(c.text) for c in cells]
    if all(labels[0::2]) and not any(labels[1::2]):
        pairs = []
        for k in range(0, len(cells), 2):
            value = cells[k + 1]
            spot = value.spot if value.lines else cells[k].spot
            pairs.append(
                (labels[k] or "", Value(value.text, spot, squeeze(cells[k].text)), value.left)
            )
        return pairs, []
    return None


def _colon_pairs(cells: list[Cell]) -> tuple[list[tuple[str, Value, float]], list[Cell]]:
    pairs: list[tuple[str, list[Char], float, str]] = []
    loose: list[Cell] = []
    page = cells[0].page
    for cell in cells:
        chars = cell.chars
        text = fold("".join(c.text for c in chars))
        found = list(_COLON.finditer(text))
        before = chars[: found[0].start()] if found else chars
        if before:
            if pairs and _goes_on(pairs[-1][0], pairs[-1][1], before):
                spaced = before[0]._replace(spaced=True)
                pairs[-1][1].extend([spaced, *before[1:]])
            else:
                loose.append(Cell(page, before[0].x0, before[-1].x1, [before]))
        for k, match in enumerate(found):
            end = found[k + 1].start() if k + 1 < len(found) else len(chars)
            pairs.append(
                (LABELS[match[1]], chars[match.end() : end], chars[match.start()].x0, match[1])
            )
    return [
        (label, Value(line_text(chars), spot_of(page, chars), printed), left)
        for label, chars, left, printed in pairs
    ], loose


def _goes_on(label: str, value: list[Char], more: list[Char]) -> bool:
    """Whether a piece after a gap belongs to the value before it."""
    if not value:
        return True
    if label in ("报告编号", "报告时间"):
        return re.fullmatch(r"[\d:.\-/时分秒]+", fold("".join(c.text for c in more))) is not None
    return False
