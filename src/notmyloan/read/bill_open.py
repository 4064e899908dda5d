"""Opens a file as a bill: whichever form its rows are kept in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from notmyloan.model.errors import InputError
from notmyloan.read.bill_columns import Table, find_tables
from notmyloan.read.source import Source
from notmyloan.read.tables import (
    DELIMITERS,
    Row,
    head_lines,
    html_rows,
    is_html,
    is_workbook,
    split_lines,
    text_lines,
    workbook_rows,
)

_HEAD_ROWS = 120
_LARGEST_PEEK = 8 * 1024 * 1024  # bytes of a workbook opened only to see whether it is a bill


def tables_of(source: Source) -> Iterator[Table]:
    """The transaction tables of a file. Raises InputError where it cannot be opened."""
    if is_workbook(source.head):
        yield from find_tables(workbook_rows(source))
    elif is_html(source.head):
        yield from find_tables(html_rows(source))
    else:
        delimiter = _delimiter(source)
        yield from find_tables(split_lines(text_lines(source), delimiter or ","))


def first_table(source: Source) -> Table | None:
    """The first transaction table in the head of the file, for detection: the same object for
    every reader that asks. Never raises."""
    cache = vars(source)
    if "_first_table" not in cache:
        try:
            cache["_first_table"] = _look(source)
        except (InputError, OSError):
            cache["_first_table"] = None
    table: Table | None = cache["_first_table"]
    return table


def _look(source: Source) -> Table | None:
    if source.is_folder:
        return None
    if is_workbook(source.head):
        if source.size > _LARGEST_PEEK * 8 or not _has_sheets(source):
            return None
        table = next(find_tables(workbook_rows(source, _HEAD_ROWS)), None)
    elif is_html(source.head):
        head = Source(source.name, data=source.head)
        table = next(find_tables(islice(html_rows(head), _HEAD_ROWS)), None)
    else:
        table = _in_text(source)
    if table is not None:
        table.look()
    return table


def _has_sheets(source: Source) -> bool:
    """Whether it is a workbook rather than any other zip or compound file, looked at cheaply."""
    if not source.head.startswith(b"PK"):
        return True
    import zipfile

    try:
        with source.open() as stream, zipfile.ZipFile(stream) as packed:
            return any(name.lower() == "xl/workbook.xml" for name in packed.namelist())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return False


def _in_text(source: Source) -> Table | None:
    delimiter = _delimiter(source)
    if delimiter is None:
        return None
    return next(find_tables(_head_rows(source, delimiter)), None)


def _head_rows(source: Source, delimiter: str) -> Iterator[Row]:
    return split_lines(head_lines(source)[:_HEAD_ROWS], delimiter)


def _delimiter(source: Source) -> str | None:
    """The delimiter under which a header row with most known columns comes to light."""
    best: tuple[int, str] | None = None
    for delimiter in DELIMITERS:
        table = next(find_tables(_head_rows(source, delimiter)), None)
        if table is not None and (best is None or len(table.header.where) > best[0]):
            best = len(table.header.where), delimiter
    return best[1] if best is not None else None
