"""Documents in a terminal: the same blocks, without any layout but lines."""

from __future__ import annotations

from notmyloan.model.document import Document, Heading, Items, Paragraph, Picture, Span


def document_text(document: Document) -> str:
    """The document as plain text, a table's row on a line."""
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Heading):
            lines += ["", _said(block.spans)]
        elif isinstance(block, Paragraph):
            lines.append(_said(block.spans))
        elif isinstance(block, Items):
            for number, spans in enumerate(block.items, 1):
                lines.append(f"  {f'{number}.' if block.numbered else '·'} {_said(spans)}")
        elif isinstance(block, Picture):
            lines.append(f"  [{block.caption}]" if block.caption else "")
        else:
            lines += ["  " + "  |  ".join(_said(cell) for cell in row) for row in block.rows]
    return "\n".join(lines).strip("\n")


def _said(spans: tuple[Span, ...]) -> str:
    return "".join(("＿" * 6 if span.blank else span.words) for span in spans)
