"""The PBOC personal credit report as PDF, simplified and detailed, with text or scanned.

Reading is by position and deterministic; sums are checked against the report's own counts.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from notmyloan.model.record import SourceFile, Unreadable
from notmyloan.read import credit_pdfium
from notmyloan.read.credit_layout import page_rows
from notmyloan.read.credit_page import Page
from notmyloan.read.credit_read import CreditRecord, likeness, read_report, records
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.source import MOST_ATTEMPTS, ReadContext, Source

_MAX_BYTES = 200 * 1024 * 1024
_MAX_PAGES = 500


class CreditPdf:
    """Reader for `credit_cn_pdf`."""

    format = "credit_cn_pdf"

    def recognise(self, source: Source) -> float:
        """From the words of the first page; an encrypted or scanned PDF scores low, but not 0."""
        if source.is_folder or b"%PDF-" not in source.head[:1024] or source.size > _MAX_BYTES:
            return 0.0
        try:
            document = pdfium.PdfDocument(_bytes(source))
        except (pdfium.PdfiumError, OSError):
            # Locked or broken: nobody else reads PDF, and the person deserves the sentence why.
            return 0.3
        try:
            text = "".join(
                credit_pdfium.page_text(document, i) for i in range(min(len(document), 2))
            )
            if text.strip():
                return likeness(text)
            return 0.3 if len(document) and credit_pdfium.has_picture(document, 0) else 0.0
        except (pdfium.PdfiumError, ValueError):
            return 0.0
        finally:
            document.close()

    def read(self, source: Source, context: ReadContext) -> Iterator[CreditRecord | Unreadable]:
        """The report first, then its records. All of it or InputError."""
        refuse = Refuse(source.name)
        document = _open(source, context, refuse)
        try:
            pages = _pages(document, refuse)
        finally:
            document.close()
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        confidence = min((p.confidence for p in pages), default=1.0)
        report = read_report([page_rows(p) for p in pages], file, context.zone, confidence)
        yield from records(report)


def _bytes(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(_MAX_BYTES + 1)


def _open(source: Source, context: ReadContext, refuse: Refuse) -> pdfium.PdfDocument:
    if source.size > _MAX_BYTES:
        raise refuse("refuse.large")
    data = _bytes(source)
    password: str | None = None
    for attempt in range(MOST_ATTEMPTS + 1):
        try:
            document = pdfium.PdfDocument(data, password=password)
        except pdfium.PdfiumError as error:
            if error.err_code != raw.FPDF_ERR_PASSWORD:
                raise refuse("refuse.damaged") from None
            asked = attempt < MOST_ATTEMPTS
            password = context.ask_secret(source.name, attempt + 1) if asked else None
            if not password:
                if attempt:
                    raise refuse("refuse.password", n=attempt) from None
                raise refuse("refuse.locked") from None
            continue
        if len(document) == 0 or len(document) > _MAX_PAGES:
            document.close()
            raise refuse("refuse.damaged")
        return document
    raise refuse("refuse.locked")


def _pages(document: pdfium.PdfDocument, refuse: Refuse) -> list[Page]:
    pages: list[Page] = []
    for index in range(len(document)):
        try:
            page = credit_pdfium.read_page(document, index)
        except (pdfium.PdfiumError, ctypes.ArgumentError):
            raise refuse("refuse.damaged") from None
        except credit_pdfium.Unmapped:
            page = Page(index + 1, 0, 0, [])
            pages.append(_recognised(document, page, refuse))
            continue
        except ValueError:
            raise refuse("refuse.damaged") from None
        if len(page.chars) < 5 and credit_pdfium.has_picture(document, index):
            page = _recognised(document, page, refuse)
        pages.append(page)
    return pages


def _recognised(document: pdfium.PdfDocument, page: Page, refuse: Refuse) -> Page:
    # Heavy, and an extra: only when a page has no text of its own.
    from notmyloan.read.credit_cn_ocr import recognise_page

    return recognise_page(document, page.number - 1, refuse)


READER = CreditPdf()
