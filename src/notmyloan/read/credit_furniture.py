"""What is printed on every page and belongs to none of the tables: page numbers, the report's
number and name again, running lines. It is taken off, and used: pages that are missing show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from notmyloan.read.credit_heads import find_header, month_header
from notmyloan.read.credit_page import Row, fold, squeeze
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.credit_words import heading_of

_PAGE_OF = re.compile(r"第(\d+)页[,/、;]?\(?共(\d+)页\)?|[Pp]age(\d+)of(\d+)")
_REPORT = re.compile(r"报告编号:?([0-9A-Za-z]+)")
_HEAD = re.compile(r"(?:报告编号|报告时间|(?:被查询者)?(?:姓名|证件类型|证件号码)):?")
_OFFICIAL = re.compile(r"报告|征信|信用|打印|机密|仅供")
_PAGE = re.compile(r"-?\(?第?(\d{1,3})(?:页|/\d{1,3}页?)?\)?-?")


def strip(pages: Sequence[list[Row]], refuse: Refuse) -> list[Row]:
    """All rows without the furniture. Raises InputError where pages are missing or of two
    reports."""
    _complete(pages, refuse)
    running = _running(pages)
    out: list[Row] = []
    number, printed_number = "", _number(pages)
    front = squeeze("".join(row.text for row in pages[0])) if pages else ""
    for k, rows in enumerate(pages):
        kept: list[Row] = []
        for i, row in enumerate(rows):
            plain = squeeze(row.text)
            edge = i < 3 or i >= len(rows) - 3
            if not plain or row.solid:
                kept.append(row)
                continue
            if (m := _REPORT.search(plain)) is not None:
                printed = re.sub(r"报告时间.*", "", m[1])
                if number and printed != number and edge:
                    raise refuse("refuse.two_reports", row.spot)
                if k and edge and number:
                    continue
                number = number or printed
            if edge and (plain == printed_number or _is_number(plain, i, rows)):
                continue
            if edge and k and (plain, round(row.y0 / 4)) in running:
                continue
            if edge and k and _says_again(plain, front):
                continue
            if edge and _PAGE_OF.search(plain):
                row.cells = [c for c in row.cells if not _PAGE_OF.search(squeeze(c.text))]
                if not row.cells or k:
                    continue
            kept.append(row)
        for n, row in enumerate(kept):
            row.first = n == 0
        out += kept
    return out


def _number(pages: Sequence[list[Row]]) -> str:
    """The report's number, which some writers print bare at the edge of every page."""
    for rows in pages:
        for row in rows:
            if (m := _REPORT.search(squeeze(row.text))) is not None:
                return re.sub(r"报告时间.*", "", m[1])
    return ""


def _says_again(plain: str, front: str) -> bool:
    """Whether the line only repeats labels and values of the report's head."""
    if not _HEAD.match(plain):
        return False
    ends = [*(m.start() for m in _HEAD.finditer(plain)), len(plain)]
    pairs = [plain[a:b] for a, b in pairwise(ends)]
    values = [_HEAD.sub("", pair, count=1) for pair in pairs]
    # Two thirds do: on the front page the value may have wrapped.
    return all(value and value[: len(value) * 2 // 3 + 1] in front for value in values)


def _is_number(plain: str, i: int, rows: Sequence[Row]) -> bool:
    if _PAGE_OF.fullmatch(plain):
        return True
    return i in (0, len(rows) - 1) and _PAGE.fullmatch(plain) is not None


def _running(pages: Sequence[list[Row]]) -> set[tuple[str, int]]:
    """Lines that stand word for word at the same height of most pages, headers excepted."""
    seen: Counter[tuple[str, int]] = Counter()
    for rows in pages:
        for key in {(squeeze(r.text), round(r.y0 / 4)) for r in _margin(rows) if not r.solid}:
            seen[key] += 1
    often = {
        key
        for key, n in seen.items()
        if n >= max(2, len(pages) - 1) and (n > 2 or _OFFICIAL.search(key[0]))
    }
    out = set()
    for key in often:
        row = next(r for rows in pages for r in rows if (squeeze(r.text), round(r.y0 / 4)) == key)
        table = find_header([row], 0) or month_header(row)
        if table is None and heading_of(key[0]) in (None, "title"):
            out.add(key)
    return out


def _margin(rows: Sequence[Row]) -> list[Row]:
    """The rows at the head and the foot that a clear gap parts from the body."""
    out: list[Row] = []
    for run in (rows[:4], rows[::-1][:4]):
        for i, (row, inner) in enumerate(pairwise(run)):
            away = abs((row.y0 + row.y1) - (inner.y0 + inner.y1)) / 2
            if away > 1.9 * min(row.y1 - row.y0, inner.y1 - inner.y0):
                out += run[: i + 1]
                break
    return out


def _complete(pages: Sequence[list[Row]], refuse: Refuse) -> None:
    """Page n of m: all of 1 … m are there, in order."""
    found: list[tuple[int, int, Row]] = []
    for rows in pages:
        for i, row in enumerate(rows):
            if 3 <= i < len(rows) - 3:
                continue
            m = _PAGE_OF.search("".join(fold(row.text).split()))
            if m is not None:
                found.append((int(m[1] or m[3]), int(m[2] or m[4]), row))
                break
    if len(found) < len(pages) or not found:
        return
    total = found[0][1]
    if [n for n, _, _ in found] != list(range(1, total + 1)):
        missing = sorted(set(range(1, total + 1)) - {n for n, _, _ in found})
        raise refuse(
            "refuse.pages", found[0][2].spot, total=total, missing=tuple(missing[:5]) or (0,)
        )
