"""Ways to print a `Paper`: ruled tables, bare columns, one character at a time, HTML, text."""

# ruff: noqa: B006, B023, E501, PERF401

from __future__ import annotations

import io
import random
from html import escape
from pathlib import Path
from typing import Any

import pytest
from credit_paper import Paper

pytest.importorskip("reportlab")

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def truetype() -> str:
    """An embedded CJK font where the machine has one, else the predefined one."""
    path = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
    try:
        pdfmetrics.registerFont(TTFont("Hei", str(path)))
    except (TTFError, OSError):
        return "STSong-Light"
    return "Hei"


def _grid_rows(months: dict[tuple[int, int], tuple[str, str]]) -> list[list[str]]:
    rows = []
    for year in sorted({y for y, _ in months}, reverse=True):
        rows.append([str(year), *[months.get((year, m), ("", ""))[0] for m in range(1, 13)]])
        rows.append(["", *[months.get((year, m), ("", ""))[1] for m in range(1, 13)]])
    return rows


def ruled(
    paper: Paper, seed: int = 0, font: str | None = None, password: str | None = None
) -> bytes:
    r = random.Random(seed)
    font = font or truetype()
    size = r.choice([7.5, 8, 9])
    body = ParagraphStyle("b", fontName=font, fontSize=size, leading=size * 1.25, wordWrap="CJK")
    head = ParagraphStyle("h", parent=body, fontSize=size + 2, leading=size + 6)
    repeat, valign = r.choice([0, 1]), r.choice(["TOP", "MIDDLE"])
    width = A4[0] - 80
    out: list[Any] = []

    def para(t: str, style: ParagraphStyle = body) -> Paragraph:
        return Paragraph(escape(t), style)

    def table(
        rows: list[list[str]], weights: list[float], extra: list[Any] = [], again: int = 0
    ) -> None:
        total = sum(weights)
        cells = [[para(c) for c in row] for row in rows]
        out.append(Table(
            cells, [width * x / total for x in weights], repeatRows=again, splitInRow=r.choice([0, 1]),
            style=[("GRID", (0, 0), (-1, -1), 0.5, "#333333"), ("VALIGN", (0, 0), (-1, -1), valign),
                   ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                   ("BACKGROUND", (0, 0), (-1, 0), "#eeeeee"), *extra]))  # fmt: skip

    for kind, *args in paper.blocks:
        if kind == "title" or kind in ("heading", "record"):
            out.append(para(args[0], head))
        elif kind in ("as_of", "span", "para", "item"):
            out.append(para(args[0]))
        elif kind == "pairs":
            text = "&nbsp;&nbsp;&nbsp;&nbsp;".join(f"{k}：{escape(v)}" for k, v in args[0])
            if len(args) > 1:
                text += f"&nbsp;&nbsp;&nbsp;&nbsp;{args[1]}"
            out.append(Paragraph(text, body))
        elif kind == "table":
            table([args[0], args[1]], [1.0] * len(args[0]))
        elif kind == "list":
            table([args[0], *args[1]], args[2], again=repeat)
        elif kind == "summary":
            table([args[0], *args[1]], [2.0] + [1.0] * (len(args[0]) - 1))
        elif kind == "grid":
            rows = [["", *[str(m) for m in range(1, 13)]], *_grid_rows(args[0])]
            span = [("SPAN", (0, k), (0, k + 1)) for k in range(1, len(rows), 2)]
            table(rows, [1.0] * 13, span if r.random() < 0.5 else [], again=repeat)
        elif kind == "inner":
            table([args[0], *args[1]], [1.0] * len(args[0]))
        out.append(Spacer(1, r.choice([0, 3, 6])))
    stream = io.BytesIO()
    number = paper.head["number"]
    pages = 0
    for final in (False, True):
        stream = io.BytesIO()
        doc = SimpleDocTemplate(stream, pagesize=A4, leftMargin=40, rightMargin=40, topMargin=50,
                                bottomMargin=50, encrypt=password)  # fmt: skip

        def furniture(canvas: Canvas, doc: Any) -> None:
            nonlocal pages
            canvas.setFont(font, 7)
            n = canvas.getPageNumber()
            canvas.drawString(40, A4[1] - 30, f"报告编号：{number}")
            canvas.drawCentredString(A4[0] / 2, 25, f"第 {n} 页，共 {pages} 页")
            if not final:
                pages = n

        pages = pages if final else 0
        import copy

        doc.build(copy.deepcopy(out), onFirstPage=furniture, onLaterPages=furniture)
    return stream.getvalue()


class Bare:
    """Columns by white space only; lines break wherever the page ends."""

    def __init__(self, seed: int, font: str | None) -> None:
        r = random.Random(seed)
        self.font = font or r.choice(["STSong-Light", truetype()])
        self.size = r.choice([7.0, 8.0, 9.0])
        self.middle = r.choice([True, False])
        self.pad = r.choice([2.0, 4.0])
        self.each = r.random() < 0.4
        self.rules = r.random() < 0.3
        self.centre = r.random() < 0.3
        self.stream = io.BytesIO()
        self.canvas = Canvas(self.stream, pagesize=A4)
        self.y = A4[1] - 60
        self.n = 1

    def width(self, text: str) -> float:
        return pdfmetrics.stringWidth(text, self.font, self.size)

    def wrap(self, text: str, width: float) -> list[str]:
        lines = [""]
        for c in text:
            if self.width(lines[-1] + c) > width:
                lines.append("")
            lines[-1] += c
        return lines

    def put(self, x: float, y: float, text: str) -> None:
        self.canvas.setFont(self.font, self.size)
        if not self.each:
            self.canvas.drawString(x, y, text)
            return
        for c in text:
            self.canvas.drawString(x, y, c)
            x += self.width(c)

    def need(self, height: float) -> None:
        if self.y - height < 50:
            self.foot()
            self.canvas.showPage()
            self.n += 1
            self.y = A4[1] - 60

    def foot(self) -> None:
        self.canvas.setFont(self.font, 7)
        self.canvas.drawString(250, 25, f"第{self.n}页")

    def line(self, text: str, x: float = 40) -> None:
        for piece in self.wrap(text, A4[0] - 40 - x):
            self.need(self.size * 1.4)
            self.put(x, self.y, piece)
            self.y -= self.size * 1.4

    def row(self, cells: list[str], weights: list[float], split: bool) -> None:
        total = sum(weights)
        widths = [(A4[0] - 80) * w / total for w in weights]
        wrapped = [self.wrap(c, w - self.size * 0.7) for c, w in zip(cells, widths, strict=True)]
        tall = max(map(len, wrapped))
        lead = self.size * 1.2
        if not (split and not self.middle):
            self.need(lead * tall)
        marks: list[tuple[float, float, str]] = []
        for k in range(tall):
            if split and not self.middle:
                self.need(lead)
                x = 40.0
                for lines, w in zip(wrapped, widths, strict=True):
                    if k < len(lines):
                        self.put(x, self.y, lines[k])
                    x += w
                self.y -= lead
        if not (split and not self.middle):
            x = 40.0
            for lines, w in zip(wrapped, widths, strict=True):
                off = (tall - len(lines)) / 2 * lead if self.middle else 0
                for k, text in enumerate(lines):
                    at = x + (w - self.width(text)) / 2 if self.centre else x
                    marks.append((at, self.y - off - k * lead, text))
                x += w
            for mark in marks:
                self.put(*mark)
            self.y -= lead * tall
        self.y -= self.pad
        if self.rules:
            self.canvas.line(40, self.y + lead * 0.75, A4[0] - 40, self.y + lead * 0.75)


def bare(paper: Paper, seed: int = 0, font: str | None = None) -> bytes:
    b = Bare(seed, font)
    for kind, *args in paper.blocks:
        if kind in ("title", "heading", "record", "as_of", "span", "para", "item"):
            b.y -= 3
            b.line(args[0])
        elif kind == "pairs":
            text = "   ".join(f"{k}：{v}" for k, v in args[0])
            b.line(text + (f"   {args[1]}" if len(args) > 1 else ""))
        elif kind in ("table", "inner"):
            labels = args[0]
            rows = [args[1]] if kind == "table" else args[1]
            b.y -= 2
            b.row(labels, [1.0] * len(labels), False)
            for row in rows:
                b.row(row, [1.0] * len(labels), False)
        elif kind == "list":
            b.row(args[0], args[2], False)
            for row in args[1]:
                b.row(row, args[2], True)
        elif kind == "summary":
            weights = [2.0] + [1.0] * (len(args[0]) - 1)
            b.row(args[0], weights, False)
            for row in args[1]:
                b.row(row, weights, False)
        elif kind == "grid":
            b.row(["", *[str(m) for m in range(1, 13)]], [1.0] * 13, False)
            for row in _grid_rows(args[0]):
                b.row(row, [1.0] * 13, False)
    b.foot()
    b.canvas.save()
    return b.stream.getvalue()


def html(paper: Paper) -> bytes:
    out = ["<html><head><meta charset='utf-8'><title>x</title><style>td{}</style></head><body>"]

    def table(rows: list[list[str]]) -> None:
        out.append("<table>")
        for row in rows:
            out.append("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>")
        out.append("</table>")

    for kind, *args in paper.blocks:
        if kind in ("title", "heading", "record"):
            out.append(f"<h3>{escape(args[0])}</h3>")
        elif kind in ("as_of", "span", "para", "item"):
            out.append(f"<p>{escape(args[0])}</p>")
        elif kind == "pairs":
            extra = [args[1]] if len(args) > 1 else []
            cells = [f"{k}：{v}" for k, v in args[0]] + extra
            out.append(
                "<div><table><tr>"
                + "".join(f"<td>{escape(c)}</td>" for c in cells)
                + "</tr></table></div>"
            )
        elif kind == "table":
            table([args[0], args[1]])
        elif kind in ("list", "summary", "inner"):
            table([args[0], *args[1]])
        elif kind == "grid":
            table([["", *[str(m) for m in range(1, 13)]], *_grid_rows(args[0])])
    out.append("</body></html>")
    return "\n".join(out).encode()


def text(paper: Paper, sep: str = "\t", width: int | None = None) -> bytes:
    out: list[str] = []
    for kind, *args in paper.blocks:
        if kind in ("title", "heading", "record", "as_of", "span", "para", "item"):
            line = args[0]
            step = width if width and kind in ("para", "item") else len(line) or 1
            out += [line[i : i + step] for i in range(0, len(line), step)]
        elif kind == "pairs":
            out.append(
                "  ".join(f"{k}：{v}" for k, v in args[0])
                + (f"  {args[1]}" if len(args) > 1 else "")
            )
        elif kind == "table":
            out += [sep.join(args[0]), sep.join(args[1])]
        elif kind in ("list", "summary", "inner"):
            out += [sep.join(args[0]), *[sep.join(row) for row in args[1]]]
        elif kind == "grid":
            out.append(sep.join(["", *[str(m) for m in range(1, 13)]]))
            out += [sep.join(row) for row in _grid_rows(args[0])]
    return "\n".join(out).encode()
