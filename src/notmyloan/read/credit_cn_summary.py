"""The tables of 信息概要: the report's own counts, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from notmyloan.read.credit_page import Cell, Row, squeeze

_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+|\d+|-{1,3}")
_TEXT_ROW = re.compile(r"\d{4}[年.\-/]\d")


def read_summary(rows: Iterable[tuple[str, Row]]) -> dict[str, int]:
    """Each counted cell as `title/row/column`, the parts that are missing left out; `--` is 0.

    Words above a column (over several rows, spanning or not) make its name, words at the left
    of a row make the row's.
    """
    out: dict[str, int] = {}
    title: str | None = None
    table: list[Row] = []
    for name, row in rows:
        if name != title:
            _read_table(title or "", table, out)
            title, table = name, []
        table.append(row)
    _read_table(title or "", table, out)
    return out


def _read_table(title: str, rows: Sequence[Row], out: dict[str, int]) -> None:
    heads: list[Row] = []
    values_seen = False
    banner = ""  # 为个人 or 为企业 above the columns it is about
    held: tuple[str, float] | None = None  # a row name that spans several rows
    for row in rows:
        cells = [c for c in row.cells if c.lines]
        words = [squeeze(c.text) for c in cells]
        numbers = [k for k, w in enumerate(words) if _COUNT.fullmatch(w)]
        if not numbers:
            if len(cells) == 1 and re.search(r"(?:汇总|概要|提示)$", words[0]):
                title, heads, values_seen, held = words[0], [], False, None
                continue
            if len(cells) == 1 and words[0] in ("为个人", "为企业"):
                banner, heads, values_seen, held = words[0], [], False, None
                continue
            if values_seen and len(cells) == 1 and not row.solid:
                continue  # the rest of a row's wrapped name
            if values_seen:
                heads, values_seen, held = [], False, None
            heads.append(row)
            continue
        values_seen = True
        first = numbers[0]
        names = [w for w in words[:first] if not _TEXT_ROW.match(w)]
        if len(names) > 1:
            held = (names[0], cells[0].left)
        elif names and held and cells[0].left > held[1] + 4:
            names = [held[0], *names]
        row_name = "·".join(names)
        spare = sorted({len(names)} | {0})
        for k in numbers:
            column = _column(heads, cells[k], row.solid)
            key = "/".join(p for p in (title, banner, row_name, column) if p)
            value = 0 if words[k].startswith("-") else int(words[k].replace(",", ""))
            if key in out and out[key] != value:
                key += f"#{spare[-1]}"
            out[key] = value


def _column(heads: Sequence[Row], cell: Cell, solid: bool) -> str:
    """The words above the cell, from the top down."""
    parts: list[str] = []
    for row in heads:
        filled = [c for c in row.cells if c.lines]
        if not filled:
            continue
        middle = (cell.left + cell.right) / 2
        if row.solid and solid:
            over = [
                c
                for c in filled
                if min(c.right, cell.right) - max(c.left, cell.left)
                > 0.5 * (cell.right - cell.left)
            ]
        else:
            nearest = min(filled, key=lambda c: max(c.left - middle, middle - c.right, 0.0))
            away = max(nearest.left - middle, middle - nearest.right, 0.0)
            # A spanning label may stand beside the column; a label's second line may not.
            over = [nearest] if away < (60 if len(filled) > 1 else 0.1) else []
        for c in over:
            word = squeeze(c.text)
            if word and word not in parts and not re.search(r"[。,]", word):
                parts.append(word)
    return "·".join(parts)
