"""From characters and drawn lines to rows of cells, one page at a time.

Where a table is ruled, its lines say which characters share a cell, however they wrap; where
it is not, characters make lines and wide gaps part them. Nothing here knows what is written.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from notmyloan.read.credit_page import Cell, Char, Page, Row, Rule

_HANGS = frozenset("，。、；：！？）)］】〕》〉」』”’％%·,.;:!?")
_SNAP = 2.5  # points within which two drawn lines are one, or meet


def page_rows(page: Page) -> list[Row]:
    """The page's rows from top to bottom."""
    chars = _without_doubles(page.chars)
    horizontal, vertical = _straight(page.rules)
    rows: list[Row] = []
    free = chars
    for grid in _grids(horizontal, vertical):
        inside = [c for c in free if grid.holds(c)]
        if grid.cell_count() < 2 or not inside:
            continue  # a frame around text is no table
        taken = set(map(id, inside))
        free = [c for c in free if id(c) not in taken]
        rows += grid.rows(page.number, inside)
    levels = sorted(_levels(horizontal))
    for line in _lines(free):
        rows.append(line_row(page.number, line, levels))
    rows.sort(key=lambda r: (r.y0 + r.y1) / 2 if not r.solid else r.y0 + 1)
    if rows:
        rows[0].first = True
    return rows


def empty_cells(page: Page) -> list[tuple[float, float, float, float]]:
    """Boxes of ruled cells that no character stands in."""
    out = []
    for grid in _grids(*_straight(page.rules)):
        boxes: dict[int, list[float]] = {}
        for i, owners in enumerate(grid.owner):
            for j, owner in enumerate(owners):
                box = boxes.setdefault(owner, [grid.xs[j], grid.ys[i], 0.0, 0.0])
                box[2], box[3] = max(box[2], grid.xs[j + 1]), max(box[3], grid.ys[i + 1])
        for x0, y0, x1, y1 in boxes.values():
            if not any(
                x0 < (c.x0 + c.x1) / 2 < x1 and y0 < (c.y0 + c.y1) / 2 < y1 for c in page.chars
            ):
                out.append((x0, y0, x1, y1))
    return out


def stands_at(char: Char) -> float:
    """Where a character stands across the page. Closing punctuation may hang over its cell's
    border, since it must not begin a line: it belongs where it follows."""
    return char.x0 - 0.3 if char.text in _HANGS else (char.x0 + char.x1) / 2


def line_row(page: int, line: list[Char], levels: Sequence[float] = ()) -> Row:
    """A free line of text as a row of the pieces that wide gaps part."""
    y0, y1 = min(c.y0 for c in line), max(c.y1 for c in line)
    cells = [Cell(page, p[0].x0, p[-1].x1, [p]) for p in pieces(line)]
    return Row(page, y0, y1, cells, band=bisect_right(levels, (y0 + y1) / 2))


def pieces(line: Sequence[Char]) -> list[list[Char]]:
    """The line parted where a gap is wider than most of a character, or than a third of one
    where no space was typed: columns that all but touch."""
    em = em_of(line)
    out: list[list[Char]] = []
    end = 0.0
    for char in line:
        if not out or char.x0 - end >= (0.55 if char.spaced else 0.35) * em:
            out.append([])
        out[-1].append(char)
        end = max(end, char.x1) if len(out[-1]) > 1 else char.x1
    return out


def em_of(chars: Sequence[Char]) -> float:
    """The size of a full-width character, from the widest ones present."""
    wide = [c.x1 - c.x0 for c in chars if not c.text.isascii()]
    if wide:
        return max(median(wide), 1.0)
    return max(median([c.y1 - c.y0 for c in chars]), 1.0) if chars else 1.0


def _without_doubles(chars: list[Char]) -> list[Char]:
    """Bold is often the same character struck twice, a hair apart."""
    seen: dict[tuple[str, int, int], Char] = {}
    out = []
    for char in chars:
        key = (char.text, round(char.x0 / 2), round(char.y0 / 2))
        near = [(key[0], key[1] + dx, key[2] + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        width = max(char.x1 - char.x0, 0.1)
        if any(
            k in seen and abs(seen[k].x0 - char.x0) < 0.35 * width and abs(seen[k].y0 - char.y0) < 2
            for k in near
        ):
            continue
        seen[key] = char
        out.append(char)
    return out


def _lines(chars: list[Char]) -> list[list[Char]]:
    """Characters grouped into lines by their middle, each line from left to right."""
    ordered = sorted(chars, key=lambda c: (c.y0 + c.y1, c.x0))
    lines: list[list[Char]] = []
    middle = height = 0.0
    for char in ordered:
        here, tall = (char.y0 + char.y1) / 2, char.y1 - char.y0
        if lines and abs(here - middle) < 0.35 * max(min(height, tall), 2.0):
            line = lines[-1]
            line.append(char)
            middle += (here - middle) / len(line)
        else:
            lines.append([char])
            middle, height = here, tall
    for line in lines:
        line.sort(key=lambda c: c.x0)
    return lines


def _levels(horizontal: Sequence[Rule]) -> set[float]:
    return {r.y0 for r in horizontal if r.x1 - r.x0 > 60}


def _straight(rules: Sequence[Rule]) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical rules, those in one line and touching made one."""
    flat = [r for r in rules if abs(r.y1 - r.y0) <= abs(r.x1 - r.x0)]
    tall = [r for r in rules if abs(r.y1 - r.y0) > abs(r.x1 - r.x0)]
    horizontal = [
        Rule(a, y, b, y)
        for y, a, b in _merge([((r.y0 + r.y1) / 2, r.x0, r.x1) for r in flat])
        if b - a > 4
    ]
    vertical = [
        Rule(x, a, x, b)
        for x, a, b in _merge([((r.x0 + r.x1) / 2, r.y0, r.y1) for r in tall])
        if b - a > 4
    ]
    return horizontal, vertical


def _merge(spans: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    out: list[tuple[float, float, float]] = []
    for at, a, b in sorted((at, min(a, b), max(a, b)) for at, a, b in spans):
        for i in range(len(out) - 1, -1, -1):
            level, start, end = out[i]
            if at - level > _SNAP / 2:
                out.append((at, a, b))
                break
            if a <= end + _SNAP and b >= start - _SNAP:
                out[i] = (level, min(start, a), max(end, b))
                break
        else:
            out.append((at, a, b))
    return out


@dataclass(slots=True)
class _Grid:
    """A table's drawn lines that hang together."""

    horizontal: list[Rule]
    vertical: list[Rule]
    xs: list[float]
    ys: list[float]
    owner: list[list[int]]  # the cell that each elementary square belongs to

    def holds(self, char: Char) -> bool:
        x, y = stands_at(char), (char.y0 + char.y1) / 2
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]

    def cell_count(self) -> int:
        return len({o for row in self.owner for o in row})

    def rows(self, page: int, chars: list[Char]) -> list[Row]:
        width = len(self.xs) - 1
        inside: dict[int, list[Char]] = defaultdict(list)
        for char in chars:
            x, y = stands_at(char), (char.y0 + char.y1) / 2
            j = min(max(bisect_right(self.xs, x) - 1, 0), width - 1)
            i = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
            inside[self.owner[i][j]].append(char)
        out = []
        done: set[int] = set()
        for i, owners in enumerate(self.owner):
            cells = []
            for owner in dict.fromkeys(owners):
                columns = [j for j, o in enumerate(owners) if o == owner]
                left, right = self.xs[columns[0]], self.xs[columns[-1] + 1]
                lines = [] if owner in done else _lines(inside[owner])
                cells.append(Cell(page, left, right, lines))
                done.add(owner)
            top, bottom = self.ys[i], self.ys[i + 1]
            if not any(c.lines for c in cells):
                continue
            if len(cells) == 1:
                # Horizontal rules only: the columns must be found by alignment.
                for line in cells[0].lines:
                    row = line_row(page, line)
                    row.band = 10_000 + i
                    out.append(row)
            else:
                out.append(Row(page, top, bottom, cells, solid=True))
        return out


def _grids(horizontal: list[Rule], vertical: list[Rule]) -> list[_Grid]:
    """The tables: connected sets of lines that part cells in both directions."""
    parent = list(range(len(horizontal) + len(vertical)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for j, v in enumerate(vertical):
        for i, h in enumerate(horizontal):
            if h.x0 - _SNAP <= v.x0 <= h.x1 + _SNAP and v.y0 - _SNAP <= h.y0 <= v.y1 + _SNAP:
                parent[root(i)] = root(len(horizontal) + j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for i, h in enumerate(horizontal):
        groups[root(i)][0].append(h)
    for j, v in enumerate(vertical):
        groups[root(len(horizontal) + j)][1].append(v)
    found = [_grid(hs, vs) for hs, vs in groups.values() if hs and vs and len(hs) + len(vs) >= 3]
    # A frame around the page holds the tables: take the small ones first.
    return sorted(found, key=lambda g: (g.xs[-1] - g.xs[0]) * (g.ys[-1] - g.ys[0]))


def _grid(horizontal: list[Rule], vertical: list[Rule]) -> _Grid:
    xs = _distinct(
        [v.x0 for v in vertical] + [min(h.x0 for h in horizontal), max(h.x1 for h in horizontal)]
    )
    ys = _distinct(
        [h.y0 for h in horizontal] + [min(v.y0 for v in vertical), max(v.y1 for v in vertical)]
    )
    n_rows, n_columns = max(len(ys) - 1, 1), max(len(xs) - 1, 1)
    if len(ys) < 2:
        ys = [ys[0], ys[0] + 1]
    if len(xs) < 2:
        xs = [xs[0], xs[0] + 1]
    parent = list(range(n_rows * n_columns))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i in range(n_rows):
        middle_y = (ys[i] + ys[i + 1]) / 2
        for j in range(n_columns):
            middle_x = (xs[j] + xs[j + 1]) / 2
            if j + 1 < n_columns and not any(
                abs(v.x0 - xs[j + 1]) <= _SNAP and v.y0 <= middle_y <= v.y1 for v in vertical
            ):
                parent[root(i * n_columns + j + 1)] = root(i * n_columns + j)
            if i + 1 < n_rows and not any(
                abs(h.y0 - ys[i + 1]) <= _SNAP and h.x0 <= middle_x <= h.x1 for h in horizontal
            ):
                parent[root((i + 1) * n_columns + j)] = root(i * n_columns + j)
    owner = [[root(i * n_columns + j) for j in range(n_columns)] for i in range(n_rows)]
    return _Grid(horizontal, vertical, xs, ys, owner)


def _distinct(values: list[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _SNAP:
            out.append(value)
    return out
