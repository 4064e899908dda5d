"""Characters, drawn lines and pictures of a PDF's pages, through pdfium's plain interface.

pdfium is called directly: its friendly wrapper makes an object for every character, which
costs most of the time on a long report.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from notmyloan.read.credit_page import Char, Page, Rule, clean

_SPACES = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xA0, 0x3000, 0x200B, 0xFEFF, 0x00AD}
_MAX_CHARS = 200_000  # a page; a report's page has two thousand
_MAX_PATHS = 60_000
_UNREADABLE = {0, 0xFFFD, 0xFFFE, 0xFFFF}


class Unmapped(ValueError):
    """The page shows characters whose meaning the file does not tell."""


def read_page(document: pdfium.PdfDocument, index: int) -> Page:
    """Page `index` (from 0). Raises Unmapped, or ValueError on an absurd page."""
    page = document[index]
    try:
        frame = _Frame(page)
        chars = list(_chars(page, frame))
        return Page(index + 1, frame.width, frame.height, chars, list(_rules(page, frame)))
    finally:
        page.close()


def has_picture(document: pdfium.PdfDocument, index: int) -> bool:
    """Whether the page shows an image (a scan)."""
    page = document[index]
    try:
        return any(
            raw.FPDFPageObj_GetType(o) in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
            for o in _objects(page)
        )
    finally:
        page.close()


def page_text(document: pdfium.PdfDocument, index: int, limit: int = 4000) -> str:
    """The page's text in the file's own order, for a first look only."""
    page = document[index]
    try:
        text = page.get_textpage()
        try:
            count = min(text.count_chars(), limit)
            return str(text.get_text_range(0, count)) if count > 0 else ""
        finally:
            text.close()
    finally:
        page.close()


class _Frame:
    """Turns the file's coordinates (from the bottom left, before rotation) into ours."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        box = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page.raw, box)
        self.left, self.bottom = box.left, box.bottom
        self.right, self.top = box.right, box.top
        self.turn = raw.FPDFPage_GetRotation(page.raw) % 4
        wide, high = self.right - self.left, self.top - self.bottom
        self.width, self.height = (high, wide) if self.turn % 2 else (wide, high)

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.turn == 1:
            return y - self.bottom, x - self.left
        if self.turn == 2:
            return self.right - x, y - self.bottom
        if self.turn == 3:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _chars(page: pdfium.PdfPage, frame: _Frame) -> Iterator[Char]:
    text = raw.FPDFText_LoadPage(page.raw)
    if not text:
        raise ValueError("no text page")
    try:
        count = raw.FPDFText_CountChars(text)
        if count > _MAX_CHARS:
            raise ValueError("absurd page")
        rect = raw.FS_RECTF()
        pointer = ctypes.byref(rect)
        code_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
        angle_of, made_up = raw.FPDFText_GetCharAngle, raw.FPDFText_IsGenerated
        upright = (frame.turn * math.pi / 2) % (2 * math.pi)
        spaced = False
        high = 0
        for i in range(count):
            code = code_of(text, i)
            if code in _SPACES:
                # Spaces that pdfium makes up from gaps say nothing that the boxes do not.
                spaced = spaced or not made_up(text, i)
                continue
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if high and 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
                high = 0
            angle = angle_of(text, i)
            if angle >= 0 and abs((angle - upright + math.pi) % (2 * math.pi) - math.pi) > 0.2:
                continue  # a watermark laid across the page
            if code in _UNREADABLE:
                raise Unmapped("character without a meaning")
            if not box_of(text, i, pointer):
                continue
            x0, y0, x1, y1 = frame.box(rect.left, rect.bottom, rect.right, rect.top)
            if y1 - y0 > 72 or x1 <= x0:
                continue  # a watermark in letters an inch high
            if x1 < 0 or y1 < 0 or x0 > frame.width or y0 > frame.height:
                continue  # off the page: nobody can see it
            yield Char(clean(chr(code)), x0, y0, x1, y1, spaced)
            spaced = False
    finally:
        raw.FPDFText_ClosePage(text)


def _objects(page: pdfium.PdfPage) -> Iterator[Any]:
    for i in range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_PATHS)):
        yield raw.FPDFPage_GetObject(page.raw, i)


_Matrix = tuple[float, float, float, float, float, float]


def _matrix(obj: Any) -> _Matrix:
    m = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(obj, m):
        return (1, 0, 0, 1, 0, 0)
    return (m.a, m.b, m.c, m.d, m.e, m.f)


def _times(p: _Matrix, q: _Matrix) -> _Matrix:
    """First p, then q."""
    a, b, c, d, e, f = p
    g, h, i, j, k, m = q
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
        e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


def _rules(page: pdfium.PdfPage, frame: _Frame) -> Iterator[Rule]:
    for obj in _objects(page):
        yield from _object_rules(obj, frame, (1, 0, 0, 1, 0, 0), 0)


def _object_rules(obj: Any, frame: _Frame, outer: _Matrix, depth: int) -> Iterator[Rule]:
    kind = raw.FPDFPageObj_GetType(obj)
    if kind == raw.FPDF_PAGEOBJ_FORM and depth < 4:
        inner = _times(_matrix(obj), outer)
        for i in range(min(raw.FPDFFormObj_CountObjects(obj), _MAX_PATHS)):
            yield from _object_rules(raw.FPDFFormObj_GetObject(obj, i), frame, inner, depth + 1)
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(obj, fill, stroke)
    count = raw.FPDFPath_CountSegments(obj)
    if count > _MAX_PATHS or not (fill.value or stroke.value):
        return
    a, b, c, d, e, f = _times(_matrix(obj), outer)
    fx, fy = ctypes.c_float(), ctypes.c_float()
    figures: list[list[tuple[float, float]]] = []
    for i in range(count):
        segment = raw.FPDFPath_GetPathSegment(obj, i)
        raw.FPDFPathSegment_GetPoint(segment, fx, fy)
        point = frame.point(a * fx.value + c * fy.value + e, b * fx.value + d * fy.value + f)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not figures:
            figures.append([point])
        else:
            figures[-1].append(point)
        if raw.FPDFPathSegment_GetClose(segment) and stroke.value:
            figures[-1].append(figures[-1][0])
    for figure in figures:
        xs, ys = [p[0] for p in figure], [p[1] for p in figure]
        wide, high = max(xs) - min(xs), max(ys) - min(ys)
        if wide <= 2.5 and high <= 2.5:
            continue
        if high <= 2.5:  # a thin bar, drawn or filled
            middle = (min(ys) + max(ys)) / 2
            yield Rule(min(xs), middle, max(xs), middle)
        elif wide <= 2.5:
            middle = (min(xs) + max(xs)) / 2
            yield Rule(middle, min(ys), middle, max(ys))
        elif stroke.value:
            for (px, py), (qx, qy) in pairwise(figure):
                if abs(py - qy) < 0.7 and abs(px - qx) > 2.5:
                    yield Rule(min(px, qx), py, max(px, qx), py)
                elif abs(px - qx) < 0.7 and abs(py - qy) > 2.5:
                    yield Rule(px, min(py, qy), px, max(py, qy))
