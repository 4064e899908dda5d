"""Documents that people sign, as PDF: set by Typst with a real CJK font embedded."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from notmyloan.model.document import (
    Block,
    Document,
    Heading,
    Items,
    Paragraph,
    Picture,
    Span,
    Table,
)
from notmyloan.report.pdf import CJK_FONTS, compiled

# Letters are set in a book face, as courts and banks are used to; screens and reports are not.
SERIF_FONTS = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Songti SC",
    "SimSun",
    *CJK_FONTS,
)
_ADDRESS = 40  # characters


def document_pdf(document: Document) -> bytes:
    """The PDF. Raises MissingExtraError without Typst, InputError without a CJK font."""
    view = {
        "title": document.title,
        "lang": document.language,
        "note": document.note,
        "landscape": document.landscape,
        "blocks": [_block(block, document) for block in document.blocks],
    }
    made = datetime.combine(document.made, time(12), UTC)
    return compiled("document", view, made, SERIF_FONTS)


def _spans(spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    return [{"words": s.words, "bold": s.bold, "blank": s.blank} for s in spans]


def _block(block: Block, document: Document) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "spans": _spans(block.spans)}
    if isinstance(block, Paragraph):
        return {
            "kind": "paragraph",
            "right": block.right,
            "indent": indented(block, document),
            "spans": _spans(block.spans),
        }
    if isinstance(block, Items):
        return {
            "kind": "items",
            "numbered": block.numbered,
            "items": [_spans(item) for item in block.items],
        }
    if isinstance(block, Picture):
        return {
            "kind": "picture",
            "png": list(block.png),
            "width": block.width,
            "caption": block.caption,
        }
    return {
        "kind": "table",
        "header": list(block.header),
        "widths": widths(block),
        "rows": [[{"cell": _spans(cell)} for cell in row] for row in block.rows],
    }


def indented(block: Paragraph, document: Document) -> bool:
    """Whether the first line moves in by two characters: Chinese paragraphs do, except the line
    that addresses somebody: short, and ending in a colon."""
    words = "".join(span.words for span in block.spans).rstrip()
    addresses = len(words) < _ADDRESS and words.endswith(("：", ":")) and "，" not in words
    return document.language == "zh" and not addresses and not block.right


def widths(table: Table) -> list[float]:
    """Shares of the line, one a column."""
    columns = len(table.header)
    even = [0.3, 0.7] if columns == 2 else [1 / columns] * columns
    return list(table.widths) or even
