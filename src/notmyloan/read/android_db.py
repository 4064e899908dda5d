"""Android's databases: `mmssms.db` (messages), `calllog.db` and older `contacts2.db` (calls).

Vendors add columns and drop others, so columns are chosen by name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from notmyloan.model.errors import InputError
from notmyloan.model.record import Call, Message, Origin, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.android_columns import BadField, call, mms, sms
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source
from notmyloan.read.sqlite_file import opened, table_names, tables

_ROW_ID = "notmyloan_rowid"
_SMS = {"address", "body", "date", "type"}
_CALLS = {"number", "date", "duration", "type"}


class AndroidDbReader:
    format = "android_db"

    def recognise(self, source: Source) -> float:
        found = table_names(source)
        messages = set(found.get("sms", ())) >= _SMS
        calls = set(found.get("calls", ())) >= _CALLS
        return 0.95 if messages or calls else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Call | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        try:
            with opened(source) as db:
                found = tables(db)
                if set(found.get("sms", ())) >= _SMS:
                    yield from _rows(db, file, "sms", sms)
                if {"pdu", "part", "addr"} <= set(found):
                    yield from _mms(db, file)
                if set(found.get("calls", ())) >= _CALLS:
                    yield from _rows(db, file, "calls", call)
        except (sqlite3.DatabaseError, OSError):
            raise InputError("read.bad_database", name=source.name) from None


def _rows(db: sqlite3.Connection, file: SourceFile, table: str, make: Any) -> Iterator[Any]:
    """The rows of one table; damage in the middle of it loses only what lies behind."""
    cursor = db.execute(f"select rowid as {_ROW_ID}, * from {table} order by rowid")
    names = [column[0].lower() for column in cursor.description]
    while True:
        try:
            row = cursor.fetchone()
        except sqlite3.DatabaseError:
            yield Unreadable(Origin(file, f"table:{table}"), Text("read.damaged_table"))
            return
        if row is None:
            return
        values = dict(zip(names, row, strict=True))
        origin = Origin(file, f"table:{table};row:{row[0]}")
        try:
            yield make(values, origin)
        except BadField as error:
            yield Unreadable(
                origin, Text("read.bad_field", field=str(error.args[0])), _shape(values)
            )


def _mms(db: sqlite3.Connection, file: SourceFile) -> Iterator[Message | Unreadable]:
    def one(values: dict[str, Any], origin: Origin) -> Message:
        key = values["_id"] if "_id" in values else values[_ROW_ID]
        parts = [
            row[0]
            for row in db.execute(
                "select text from part where mid = ? and ct = 'text/plain' and text is not null"
                " order by rowid",
                (key,),
            )
        ]
        addresses = db.execute("select type, address from addr where msg_id = ?", (key,)).fetchall()
        return mms(values, parts, addresses, origin)

    yield from _rows(db, file, "pdu", one)


def _shape(values: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={shape_of(str(value))}" for name, value in values.items() if value is not None
    )[:400]


READER = AndroidDbReader()
