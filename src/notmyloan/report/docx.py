"""Documents that people sign, as DOCX, for those who want to change a word before they sign."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime, time
from typing import Any

from notmyloan.model.document import Document, Heading, Items, Paragraph, Picture, Span
from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.report.typeset import indented, widths

# Names that Word and WPS have on every Chinese system; LibreOffice puts its own in their place.
_CJK, _LATIN = "宋体", "Times New Roman"
_SIZE = 12
_TEXT = "word/document.xml"


def document_docx(document: Document) -> bytes:
    """The DOCX. Raises MissingExtraError without python-docx."""
    try:
        import docx
        from docx.shared import Mm, Pt
    except ImportError:
        raise MissingExtraError("pdf", Text("core.purpose.docx")) from None
    made = docx.Document()
    for section in made.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        if document.landscape:
            section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.top_margin, section.bottom_margin = Mm(30), Mm(28)
    normal = made.styles["Normal"]
    normal.font.size = Pt(_SIZE)
    _font(normal, document.language)
    normal.paragraph_format.line_spacing = 1.5
    normal.paragraph_format.space_after = Pt(4)
    for block in document.blocks:
        _add(made, block, document)
    _footer(made, document)
    properties = made.core_properties
    properties.title = document.title
    properties.author = ""
    properties.comments = ""
    moment = datetime.combine(document.made, time(12), UTC)
    properties.created = properties.modified = moment
    properties.language = "zh-CN" if document.language == "zh" else "en"
    properties.identifier = _digest(made.part.blob)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def as_written(data: bytes) -> bool:
    """Whether a DOCX is as `document_docx` made it: its text has the digest that its properties
    note, which whatever saves it again leaves behind or drops."""
    from docx import Document as open_docx

    try:
        noted = open_docx(io.BytesIO(data)).core_properties.identifier
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            text = packed.read(_TEXT)
    except Exception:  # no DOCX at all, or one that python-docx does not follow
        return False
    return bool(noted == _digest(text))


def _digest(text: bytes) -> str:
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def _font(style: Any, language: str) -> None:
    from docx.oxml.ns import qn

    style.font.name = _LATIN
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CJK)


def _add(made: Any, block: Any, document: Document) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Mm, Pt

    if isinstance(block, Heading):
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        if block.level == 1:
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.space_after = Pt(14)
        else:
            paragraph.paragraph_format.space_before = Pt(10)
        _runs(paragraph, block.spans, bold=True, size=18 if block.level == 1 else 13)
    elif isinstance(block, Paragraph):
        paragraph = made.add_paragraph()
        if block.right:
            paragraph.alignment = ALIGN.RIGHT
            paragraph.paragraph_format.keep_with_next = True
        elif indented(block, document):
            paragraph.paragraph_format.first_line_indent = Pt(2 * _SIZE)
        _runs(paragraph, block.spans)
    elif isinstance(block, Items):
        for number, spans in enumerate(block.items, 1):
            paragraph = made.add_paragraph()
            paragraph.paragraph_format.left_indent = Pt(2 * _SIZE)
            paragraph.paragraph_format.first_line_indent = Pt(-1.5 * _SIZE)
            # Written out, not as a field: a list of a letter is cited by its number.
            head = f"{number}. " if block.numbered else "· "
            _runs(paragraph, (Span(head), *spans))
    elif isinstance(block, Picture):
        line = Mm(243 if document.landscape else 156)
        made.add_picture(io.BytesIO(block.png), width=int(line * block.width))
        if block.caption:
            made.add_paragraph(block.caption).alignment = ALIGN.CENTER
    else:
        _table(made, block)


def _table(made: Any, block: Any) -> None:
    from docx.shared import Mm

    table = made.add_table(rows=1, cols=len(block.header))
    table.style = "Table Grid"
    table.autofit = False
    rows = [tuple((Span(words, bold=True),) for words in block.header), *block.rows]
    for _ in block.rows:
        table.add_row()
    for column, share in zip(table.columns, widths(block), strict=True):
        column.width = Mm(156 * share)  # LibreOffice goes by these, Word by the cells'
    for shown, row in zip(rows, table.rows, strict=True):
        for spans, cell, share in zip(shown, row.cells, widths(block), strict=True):
            cell.width = Mm(156 * share)
            cell.paragraphs[0].paragraph_format.line_spacing = 1.1
            _runs(cell.paragraphs[0], spans, size=9.5)
    made.add_paragraph()


def _runs(
    paragraph: Any, spans: tuple[Span, ...], *, bold: bool = False, size: float | None = None
) -> None:
    from docx.shared import Pt

    for span in spans:
        if span.blank:
            run = paragraph.add_run(f"＿＿＿＿＿＿（{span.words}）" if span.words else "＿" * 10)
        else:
            run = paragraph.add_run(span.words)
        run.bold = bold or span.bold or None
        if size is not None:
            run.font.size = Pt(size)


def _footer(made: Any, document: Document) -> None:
    if not document.note:
        return
    from docx.shared import Pt

    paragraph = made.sections[0].footer.paragraphs[0]
    paragraph.alignment = 1
    run = paragraph.add_run(document.note)
    run.font.size = Pt(8.5)
