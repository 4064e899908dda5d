"""The PBOC personal credit report as text copied out of a page or a PDF."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

from notmyloan.model.record import SourceFile, Unreadable
from notmyloan.read.credit_layout import line_row
from notmyloan.read.credit_page import Cell, Char, Row, clean, squeeze
from notmyloan.read.credit_read import CreditRecord, likeness, read_report, records
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.source import ReadContext, Source

MAX_BYTES = 20 * 1024 * 1024
_PAGE_END = re.compile(r"第\d+页[,，/、]?共\d+页")
_OTHER_FORMATS = (b"<", b"{", b"[", b"%PDF", b"PK", b"SQLite", b"ANDROID BACKUP")


class CreditText:
    """Reader for `credit_cn_text`."""

    format = "credit_cn_text"

    def recognise(self, source: Source) -> float:
        """From the first words; mark-up, archives and binaries are other readers' business."""
        if source.is_folder or source.size > MAX_BYTES:
            return 0.0
        start = source.head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if start.startswith(_OTHER_FORMATS) or (b"\0" in start[:200] and not _wide(source.head)):
            return 0.0
        text = decode_head(source.head)
        if text is None:
            return 0.0
        opening = squeeze(text[:1500])
        if not re.search(r"报告编号[:]?\d", opening):
            return 0.0
        return likeness(text)

    def read(self, source: Source, context: ReadContext) -> Iterator[CreditRecord | Unreadable]:
        """The report first, then its records. All of it or InputError."""
        refuse = Refuse(source.name)
        text = decode(read_bytes(source, refuse), refuse)
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        yield from records(read_report(text_pages(text), file, context.zone))


def read_bytes(source: Source, refuse: Refuse) -> bytes:
    """The whole content. Raises InputError above MAX_BYTES."""
    if source.size > MAX_BYTES:
        raise refuse("refuse.large")
    with source.open() as stream:
        return stream.read()


def decode(data: bytes, refuse: Refuse) -> str:
    """UTF-8, UTF-16 with its mark, or GB18030. Raises InputError for anything else."""
    if _wide(data):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse("refuse.unreadable_text")


def decode_head(head: bytes) -> str | None:
    """The beginning of a text in one of the encodings that reports come in, or None."""
    encodings = ("utf-16",) if _wide(head) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            return decoder.decode(head)  # a character cut at the end stays pending
        except UnicodeDecodeError:
            continue
    return None


def _wide(head: bytes) -> bool:
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def text_pages(text: str) -> list[list[Row]]:
    """The lines as rows; a page ends at a form feed or at `第 n 页，共 m 页`."""
    pages: list[list[Row]] = [[]]
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if "\f" in line:
            pages.append([])
            line = line.replace("\f", "")
        row = text_row(line.rstrip("\r\n "), number)
        if row is None:
            continue
        pages[-1].append(row)
        if _PAGE_END.fullmatch("".join(line.split())):
            pages.append([])
    return [page for page in pages if page]


def text_row(line: str, number: int, at: float | None = None) -> Row | None:
    """A line as a row; tabs part cells for certain, several spaces only by their width.

    `number` is the line of the file, `at` its place in the reading order where that differs.
    """
    if not line.strip():
        return None
    y = float(number) if at is None else at
    if "\t" in line.strip("\n"):
        cells = []
        parts = line.split("\t")
        filled = [p.strip() for p in parts if p.strip()]
        # A tab before a single word indents it, unless it is the only cell of a grid's line.
        if len(filled) > 1 or re.fullmatch(r"[\d,.\-*#/A-Z]{1,12}", filled[0]):
            for k, part in enumerate(parts):
                chars = _chars(part.strip(), number, k * 1000.0)
                cells.append(Cell(0, k * 1000.0, (k + 1) * 1000.0, [chars] if chars else []))
            return Row(0, y, y + 0.9, cells, solid=True)
    chars = _chars(line, number, 0.0)
    if not chars:
        return None  # control characters only
    row = line_row(0, chars)
    row.y0, row.y1 = y, y + 0.9
    return row


def _chars(text: str, number: int, x: float) -> list[Char]:
    """The characters on a grid where a Chinese one is two columns wide."""
    out: list[Char] = []
    spaced = False
    for char in text:
        wide = 2.0 if unicodedata.east_asian_width(char) in "WFA" else 1.0
        if char.isspace():
            spaced = True
        elif unicodedata.category(char) not in ("Cc", "Cf"):
            out.append(Char(clean(char), x, float(number), x + wide, number + 0.9, spaced))
            spaced = False
        x += wide
    return out


READER = CreditText()
