"""Which column a character belongs to, and where one row ends and the next begins, in tables
that draw no lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from notmyloan.read.credit_layout import em_of, stands_at
from notmyloan.read.credit_page import Cell, Char, Row, squeeze


@dataclass(slots=True)
class Header:
    """A row of column labels. `left`/`right` are the column's borders in a ruled table, else
    the ends of the label's own text."""

    labels: list[str]
    left: list[float]
    right: list[float]
    solid: bool
    page: int
    cells: list[Cell]

    @property
    def printed(self) -> list[str]:
        """The labels as they are printed."""
        return [squeeze(c.text) for c in self.cells]

    def same(self, other: Header) -> bool:
        return self.labels == other.labels


Line = list[list[Char]]  # the characters of one line, by column


def solid_columns(header: Header, row: Row) -> list[list[list[Char]]] | None:
    """The lines of each column's cell in a ruled row, or None where the borders disagree."""
    out: list[list[list[Char]]] = [[] for _ in header.labels]
    for cell in row.cells:
        if not cell.lines:
            continue
        shares = [
            min(cell.right, r) - max(cell.left, left)
            for left, r in zip(header.left, header.right, strict=True)
        ]
        best = max(range(len(shares)), key=shares.__getitem__)
        narrow = min(cell.right - cell.left, header.right[best] - header.left[best])
        if shares[best] < 0.5 * narrow or sum(s > 0.3 * narrow for s in shares) > 1:
            return None
        out[best] += cell.lines
    return out


def without_labels(header: Header, row: Row) -> Row:
    """The row without labels that some writers print inside the first cells of a page."""
    if not row.solid or not header.solid:
        return row
    extra = [c for c in row.cells if c.right <= header.left[0] + 2]
    own = [c for c in row.cells if c.right > header.left[0] + 2]
    columns = solid_columns(header, Row(row.page, row.y0, row.y1, own, solid=True))
    if columns is None or not all(columns):
        return row
    rest: list[Cell] = []
    for label, left, right, lines in zip(
        header.printed, header.left, header.right, columns, strict=True
    ):
        seen = 0
        while seen < len(lines) and len(_joined(lines[: seen + 1])) <= len(label):
            seen += 1
        if _joined(lines[:seen]) != label:
            return row
        rest.append(Cell(row.page, left, right, lines[seen:]))
    return Row(row.page, row.y0, row.y1, [*extra, *rest], True, row.first, row.band)


def _joined(lines: Sequence[Sequence[Char]]) -> str:
    return squeeze("".join(c.text for line in lines for c in line))


def boundaries(header: Header, rows: Sequence[Row]) -> list[float] | None:
    """Where the columns part: n-1 x positions, or None where no reading is certain."""
    n = len(header.labels)
    if n == 1:
        return []
    chars = [c for row in rows for cell in row.cells for c in cell.chars]
    em = em_of(chars) if chars else 1.0
    spans = [(c.x0, c.x1) for c in chars]
    runs = _runs(spans, 0.4 * em)
    if len(runs) == n and _fits(header, runs):
        return [(a[1] + b[0]) / 2 for a, b in pairwise(runs)]
    heads = list(zip(header.left, header.right, strict=True))
    return _corridors(heads, spans) or _flush_left(header, chars)


def by_count(header: Header, rows: Sequence[Row]) -> list[Line] | None:
    """Columns of a copied text, whose spaces do not line up: as many words as labels on every
    line, or None."""
    out: list[Line] = []
    for row in rows:
        words: Line = []
        for char in (c for cell in row.cells for c in cell.chars):
            if not words or char.spaced:
                words.append([])
            words[-1].append(char)
        if len(words) != len(header.labels):
            return None
        out.append(words)
    return out


def _fits(header: Header, runs: list[tuple[float, float]]) -> bool:
    """No run of values stands under another label than its own."""
    for i, (a, b) in enumerate(runs):
        own = min(b, header.right[i]) - max(a, header.left[i])
        for j, (left, right) in enumerate(zip(header.left, header.right, strict=True)):
            if j != i and min(b, right) - max(a, left) > max(own, 0.0):
                return False
    return True


def _flush_left(header: Header, chars: Sequence[Char]) -> list[float] | None:
    """Columns that touch, each value beginning exactly below its label; None where one does not,
    or a character stands across where a column begins."""
    edges = header.left[1:]
    for k, edge in enumerate(edges):
        nearby = [c for c in chars if edge - 0.8 < stands_at(c) < ([*edges, 1e9])[k + 1]]
        across = any(c.x0 < edge - 0.8 and c.x1 > edge + 0.8 and stands_at(c) > c.x0 for c in chars)
        if across or not nearby or min(c.x0 for c in nearby) > edge + 0.8:
            return None
    return [edge - 0.4 for edge in edges]


def _corridors(
    heads: list[tuple[float, float]], values: list[tuple[float, float]]
) -> list[float] | None:
    runs = _runs(heads + values, 0.05)
    gaps = [(a[1], b[0]) for a, b in pairwise(runs)]
    out = []
    for (_, end), (start, _) in pairwise(heads):
        between = [g for g in gaps if g[0] >= end - 0.1 and g[1] <= start + 0.1]
        if not between:
            return None
        gap = max(between, key=lambda g: g[1] - g[0])
        out.append((gap[0] + gap[1]) / 2)
    return out


def _runs(spans: list[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for a, b in sorted(spans):
        if out and a - out[-1][1] < gap:
            out[-1] = (out[-1][0], max(out[-1][1], b))
        else:
            out.append((a, b))
    return out


def part(row: Row, edges: Sequence[float]) -> Line:
    """The row's characters by column."""
    out: Line = [[] for _ in range(len(edges) + 1)]
    for cell in row.cells:
        for char in cell.chars:
            at = stands_at(char)
            out[sum(at > e for e in edges)].append(char)
    return out


def split_rows(
    rows: Sequence[Row], lines: Sequence[Line], is_anchor: Callable[[Line], bool]
) -> list[list[int]]:
    """Line numbers grouped into table rows, each with one anchor (its number or its day).

    Two neighbours' wrapped lines part at the widest gap between their anchors, whether cells
    are aligned at the top, the middle or the bottom; where all gaps are equal, at the next
    anchor. Rules between rows decide where there are any.
    """
    anchors = [i for i, line in enumerate(lines) if is_anchor(line)]
    if not anchors:
        return [list(range(len(lines)))] if lines else []
    starts = [0]
    ways = _alignment(rows, anchors)
    for a, b in pairwise(anchors):
        if ways == {"bottom"} and rows[a].page != rows[b].page:
            starts.append(a + 1)
        else:
            starts.append(_boundary(rows, a, b))
    out = [
        list(range(start, end))
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]
    return out


def _alignment(rows: Sequence[Row], anchors: Sequence[int]) -> set[str]:
    """How wrapped cells lie to their anchors, from the rows that no page break cuts."""
    ways: set[str] = set()
    for a, b in pairwise(anchors):
        if b - a > 1 and rows[a].page == rows[b].page:
            start = _boundary(rows, a, b)
            ways.add("bottom" if start == a + 1 else "top" if start == b else "middle")
    return ways


def _boundary(rows: Sequence[Row], a: int, b: int) -> int:
    """The first line of the row anchored at `b`, given that `a` anchors the one before."""
    same = [i for i in range(a, b + 1) if rows[i].page == rows[a].page]
    if len(same) < b + 1 - a:
        # A page break in between: what stands well above the anchor at the top of the next
        # page is the rest of the row before.
        first = next(i for i in range(a, b + 1) if rows[i].page == rows[b].page)
        start = b
        while start > first and _gap(rows, start - 1) < 0.8 * _em(rows[b]):
            start -= 1
        if start > first and start < b and rows[b].band == rows[first].band:
            start = first
        return start
    bands = [rows[i].band for i in range(a, b + 1)]
    if bands[0] != bands[-1]:
        return a + next(k for k, band in enumerate(bands) if band == bands[-1])
    gaps = [_gap(rows, i) for i in range(a, b)]
    widest = max(gaps)
    if widest - min(gaps) > 0.12 * _em(rows[b]):
        # The last of the widest: with equal ones the later is the next row's own start.
        return a + 1 + max(i for i, g in enumerate(gaps) if widest - g < 0.06 * _em(rows[b]))
    return b


def _gap(rows: Sequence[Row], i: int) -> float:
    above, below = rows[i], rows[i + 1]
    return (below.y0 + below.y1) / 2 - (above.y0 + above.y1) / 2


def _em(row: Row) -> float:
    return max(row.y1 - row.y0, 0.5)
