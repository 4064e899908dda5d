"""Makes bills in memory: a small xlsx writer, and reading a text or bytes as a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from notmyloan.model.record import Transaction, Unreadable
from notmyloan.read.reader import Reader
from notmyloan.read.source import ReadContext, Source

CONTEXT = ReadContext(datetime(2026, 11, 1, tzinfo=UTC))
SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "bills"

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = datetime(1899, 12, 30)


def source(data: str | bytes, name: str = "bill", encoding: str = "utf-8") -> Source:
    return Source(name, data=data.encode(encoding) if isinstance(data, str) else data)


def read(
    reader: Reader, data: str | bytes | Source, encoding: str = "utf-8", name: str = "bill"
) -> tuple[list[Transaction], list[Unreadable]]:
    """What a reader makes of a file, transactions and the rest apart."""
    given = data if isinstance(data, Source) else source(data, name, encoding)
    items = list(reader.read(given, CONTEXT))
    return (
        [i for i in items if isinstance(i, Transaction)],
        [i for i in items if isinstance(i, Unreadable)],
    )


def xlsx(*sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook: text as text, numbers as numbers, datetimes as real dates."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        numbers = range(1, len(sheets) + 1)
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
            f'ContentType="{_KIND}.worksheet+xml"/>' for n in numbers
        )  # fmt: skip
        out.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
            f"{parts}</Types>",
        )
        out.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
        out.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )  # fmt: skip
        out.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_RELS}">{links}<Relationship Id="r99" '
            f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        )
        out.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
        )
        for number, rows in enumerate(sheets, 1):
            out.writestr(f"xl/worksheets/sheet{number}.xml", _sheet(rows))
    return packed.getvalue()


def _sheet(rows: Sequence[Sequence[object]]) -> str:
    body = "".join(
        f'<row r="{at}">{"".join(_cell(cell, at, col) for col, cell in enumerate(row))}</row>'
        for at, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(cell: object, row: int, column: int) -> str:
    ref = f"{chr(65 + column)}{row}"
    if isinstance(cell, datetime):
        days = (cell - _EPOCH).total_seconds() / 86400
        return f'<c r="{ref}" s="1"><v>{days!r}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{ref}"><v>{cell!r}</v></c>'
    if cell == "":
        return ""
    return f'<c r="{ref}" t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'
