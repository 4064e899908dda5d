"""A file of the same shape with every value made up: safe to attach to a bug report.

Structure stays to the byte where it can (tags, keys, columns, encodings, line ends, padding);
values go. What cannot be rewritten honestly is refused.
"""

from __future__ import annotations

import html
import io
import json
import re
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from notmyloan.model.errors import InputError, MissingExtraError
from notmyloan.model.text import Text
from notmyloan.read.android_backup import backup_start
from notmyloan.read.archives import BROKEN_ZIP
from notmyloan.read.bill_columns import column_of
from notmyloan.read.credit_words import label_of
from notmyloan.read.csv_messages import field_of
from notmyloan.read.ios_backup import sample_of
from notmyloan.read.make_up import MakeUp
from notmyloan.read.source import Source
from notmyloan.read.sqlite_file import MAGIC, opened
from notmyloan.read.tables import is_workbook, sniff_encoding, workbook_rows

LARGEST = 64 << 20
_ATTRIBUTE = re.compile(r"""(\s)([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_TAG = re.compile(r"(<[!?/]?[^>]*>)")
_REFERENCE = re.compile(r"&#?\w+;")
# Attributes and keys whose values are codes of the format, not the person's.
_CODES = frozenset(
    {
        "type", "read", "status", "locked", "protocol", "sub_id", "msg_box", "m_type", "ct",
        "charset", "presentation", "version", "backupType", "direction", "seq", "sub_cs",
        "text_only", "rr", "v", "ct_t", "m_cls",
    }
)  # fmt: skip


def write_sample(source: Source, out: BinaryIO, seed: int) -> None:
    """Write the sample of `source` to `out`. Raises InputError where none can be made: folders,
    encrypted files, pictures, files over 64 MiB; MissingExtraError for spreadsheets without
    openpyxl."""
    out.write(_sample(source, MakeUp(seed)))


def _sample(source: Source, made: MakeUp) -> bytes:
    if source.is_folder:
        inside = sample_of(source.path) if source.path is not None else None
        if inside is None:
            raise InputError("read.sample_folder", name=source.name)
        source = Source(source.name, inside)
    if source.size > LARGEST:
        raise InputError("read.sample_large", name=source.name)
    head = source.head
    with source.open() as stream:
        data = stream.read()
    if head.startswith(MAGIC):
        return _database(source, made)
    start = backup_start(head)
    if start is not None:
        return head[:start] + _android(source, data[start:], made)
    if head.startswith(b"%PDF"):
        return _pdf(source, data, made)
    if head.startswith(b"PK") and not _is_xlsx(source):
        return _zip(source, made)
    if is_workbook(head):
        return _workbook(source, made)
    encoding = sniff_encoding(head, io.BytesIO(data))
    if encoding is None or not data:
        raise InputError("read.sample_binary", name=source.name)
    return _text(data.decode(encoding, "replace"), made).encode(encoding, "replace")


def _text(words: str, made: MakeUp) -> str:
    start = words.lstrip("\ufeff \r\n\t")[:1]
    if start == "<":
        return _markup(words, made)
    if start in "[{" and start:
        as_json = _json(words, made)
        if as_json is not None:
            return as_json
    return "".join(
        line if names_columns(_CELL.split(line)) else made.text(line)
        for line in words.splitlines(keepends=True)
    )


_CELL = re.compile(r'[,\t;|"\r\n]+')


def names_columns(cells: Iterable[str]) -> bool:
    """Whether a row is a header: most of its cells name columns that some format has, and so
    none of them holds a value."""
    filled = [cell for cell in cells if cell.strip()]
    known = sum(
        column_of(cell) is not None or field_of(cell) is not None or label_of(cell) is not None
        for cell in filled
    )
    return known >= 2 and known * 5 >= len(filled) * 3


def _markup(words: str, made: MakeUp) -> str:
    """XML or HTML: names of tags and attributes stay, values and text go."""
    parts = _TAG.split(words)
    return "".join(
        _tag(part, made) if n % 2 else _entities(part, made.text) for n, part in enumerate(parts)
    )


def _tag(tag: str, made: MakeUp) -> str:
    if tag.startswith(("<?", "<!", "</")):
        return tag

    def attribute(found: re.Match[str]) -> str:
        space, name, equals, quoted = found.groups()
        value = quoted[1:-1]
        if name in _CODES or name.startswith("xmlns"):
            return found[0]
        if name == "data":
            value = "A" * min(len(value), 64)  # an attachment's bytes tell nothing about shape
        return f"{space}{name}{equals}{quoted[0]}{_entities(value, made.value)}{quoted[0]}"

    return _ATTRIBUTE.sub(attribute, tag)


def _entities(words: str, change: Any) -> str:
    """Made up around character references, which are part of the shape."""
    pieces, at = [], 0
    for found in _REFERENCE.finditer(words):
        pieces += [change(words[at : found.start()]), found[0]]
        at = found.end()
    pieces.append(change(words[at:]))
    return "".join(pieces)


def _json(words: str, made: MakeUp) -> str | None:
    """A JSON document or JSON Lines with its keys kept; None where it is neither."""

    def change(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: change(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [change(v, key) for v in value]
        if key in _CODES or value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return made.value(value)
        text = made.value(str(value))
        try:
            return type(value)(text)
        except ValueError:
            return 0

    try:
        try:
            return json.dumps(change(json.loads(words.lstrip("\ufeff"))), ensure_ascii=False)
        except ValueError:
            lines = [line for line in words.lstrip("\ufeff").splitlines() if line.strip()]
            out = [json.dumps(change(json.loads(line)), ensure_ascii=False) for line in lines]
            return "\n".join(out) + "\n"
    except (ValueError, RecursionError):
        return None


def _database(source: Source, made: MakeUp) -> bytes:
    """The same tables with made-up cells; numbers that are keys or codes stay."""
    try:
        with opened(source) as db:
            db.execute("pragma query_only = 0")
            db.execute("pragma writable_schema = 0")
            names = [row[0] for row in db.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )]  # fmt: skip
            for trigger in db.execute(
                "select name from sqlite_master where type = 'trigger'"
            ).fetchall():
                db.execute(f"drop trigger {_quoted(trigger[0])}")
            for name in names:
                _table(db, name, made)
            db.commit()
            db.execute("vacuum")  # nothing of the old values stays in free pages
            return db.serialize()
    except (sqlite3.DatabaseError, OSError):
        raise InputError("read.bad_database", name=source.name) from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _table(db: sqlite3.Connection, name: str, made: MakeUp) -> None:
    columns = [row[1] for row in db.execute(f"pragma table_info({_quoted(name)})")]
    rows = db.execute(f"select rowid, * from {_quoted(name)}").fetchall()
    assignments = ", ".join(f"{_quoted(column)} = ?" for column in columns)
    for row in rows:
        cells = [_cell(value, column, made) for value, column in zip(row[1:], columns, strict=True)]
        db.execute(
            f"update or replace {_quoted(name)} set {assignments} where rowid = ?",
            (*cells, row[0]),
        )


def _cell(value: Any, column: str, made: MakeUp) -> Any:
    if isinstance(value, str):
        return made.value(value)
    if isinstance(value, bytes):
        if b"streamtyped" not in value[:16]:
            return bytes(len(value))
        # Keep the envelope; put other characters of the same length inside.
        text = value.decode("utf-8", "surrogateescape")
        head, mark, body = text.partition("+")
        return (head + mark + made.value(body)).encode("utf-8", "surrogateescape")
    if isinstance(value, int) and abs(value) >= 1000 and not column.lower().endswith("id"):
        if abs(value) >= 10**17:  # nanoseconds since 2001
            return value - made.days * 86_400 * 10**9
        return int(made.value(str(value)) or 0)
    return value


def _is_xlsx(source: Source) -> bool:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except BROKEN_ZIP:
        return False


def _zip(source: Source, made: MakeUp) -> bytes:
    out = io.BytesIO()
    try:
        with (
            source.open() as stream,
            zipfile.ZipFile(stream) as archive,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for number, member in enumerate(archive.infolist()):
                if member.flag_bits & 1:
                    raise InputError("read.zip_password", name=source.name)
                if member.is_dir() or member.file_size > LARGEST:
                    continue
                inner = Source(member.filename, None, archive.read(member))
                suffix = PurePosixPath(member.filename).suffix
                # File names may name people; those that formats prescribe stay.
                known = member.filename in ("messages.ndjson", "calls.ndjson", "_chat.txt")
                name = member.filename if known else f"member-{number}{suffix}"
                try:
                    target.writestr(name, _sample(inner, made))
                except InputError:
                    target.writestr(name, b"")
    except BROKEN_ZIP:
        raise InputError("read.zip_cut", name=source.name) from None
    return out.getvalue()


def _android(source: Source, data: bytes, made: MakeUp) -> bytes:
    """A plain backup of the same version; an encrypted one would have to be opened: refused."""
    lines = data.split(b"\n", 4)
    if len(lines) < 5 or lines[3] != b"none":
        raise InputError("read.sample_encrypted", name=source.name)
    out = io.BytesIO()
    try:
        payload = zlib.decompress(lines[4]) if lines[2] == b"1" else lines[4]
        with (
            tarfile.open(fileobj=io.BytesIO(payload)) as archive,
            tarfile.open(fileobj=out, mode="w") as target,
        ):
            for member in archive:
                stream = archive.extractfile(member)
                inner = stream.read() if stream is not None else b""
                if member.name.endswith("_sms_backup"):
                    plain = zlib.decompress(inner).decode("utf-8", "replace")
                    inner = zlib.compress((_json(plain, made) or "[]").encode())
                elif inner.startswith(MAGIC):
                    inner = _database(Source(member.name, None, inner), made)
                else:
                    inner = b""
                info = tarfile.TarInfo(member.name)
                info.size = len(inner)
                target.addfile(info, io.BytesIO(inner))
    except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError):
        raise InputError("read.ab_damaged", name=source.name) from None
    body = zlib.compress(out.getvalue()) if lines[2] == b"1" else out.getvalue()
    return b"\n".join([*lines[:4], body])


def _workbook(source: Source, made: MakeUp) -> bytes:
    try:
        from openpyxl import Workbook
    except ImportError:
        raise MissingExtraError("story", Text("core.purpose.sample")) from None
    book = Workbook()
    book.remove(book.active)
    sheets: dict[str, Any] = {}
    for row in workbook_rows(source):
        key = row.sheet or ""
        if key not in sheets:
            sheets[key] = book.create_sheet(f"Sheet{len(sheets) + 1}")
        while sheets[key].max_row < row.number - 1:
            sheets[key].append([""])
        header = names_columns(row.cells)
        sheets[key].append([cell if header else made.text(cell) for cell in row.cells])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _pdf(source: Source, data: bytes, made: MakeUp) -> bytes:
    """What stands on each page, line by line with its place, values made up: a text."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise InputError("read.sample_pdf", name=source.name) from None
    lines = []
    for number, page in enumerate(document, 1):
        text = page.get_textpage()
        lines.append(f"page {number}, {page.get_width():.0f} x {page.get_height():.0f} points")
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            words = text.get_text_bounded(left, bottom, right, top).strip()
            if words:
                place = f"{left:.0f},{page.get_height() - top:.0f}"
                lines.append(f"{place}\t{made.text(html.unescape(words))}")
    document.close()
    return ("\n".join(lines) + "\n").encode()
