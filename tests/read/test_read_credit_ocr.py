"""A scanned report: read right, or refused; never a value of the recogniser's own."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from importlib.util import find_spec

import credit_paper
import credit_print
import pypdfium2 as pdfium
import pytest
from credit_compare import compare

from notmyloan.model.errors import InputError
from notmyloan.read.credit_cn_pdf import READER
from notmyloan.read.source import ReadContext, Source

if not any(map(find_spec, ("rapidocr_onnxruntime", "rapidocr"))):
    pytest.skip("the ocr extra is absent", allow_module_level=True)
NOW = datetime(2024, 4, 1, tzinfo=UTC)


def scan(data: bytes, dpi: int) -> bytes:
    document = pdfium.PdfDocument(data)
    pages = [document[i].render(scale=dpi / 72).to_pil().convert("L") for i in range(len(document))]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return out.getvalue()


@pytest.mark.slow
def test_every_field_of_a_scan() -> None:
    paper = credit_paper.simplified(1)
    data = scan(credit_print.ruled(paper, 1), 200)
    records = list(READER.read(Source("scan.pdf", data=data), ReadContext(now=NOW)))
    assert compare(paper, records) == []
    assert 0.75 <= records[0].confidence < 1


def test_a_faint_scan_is_refused() -> None:
    data = scan(credit_print.ruled(credit_paper.simplified(1), 1), 36)
    with pytest.raises(InputError) as caught:
        list(READER.read(Source("scan.pdf", data=data), ReadContext(now=NOW)))
    assert caught.value.text.key.startswith("credit.refuse.")
