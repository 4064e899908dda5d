"""An iPhone backup folder: `sms.db` and the call history, plain or encrypted; or one of these
databases by itself.

Encrypted backups are opened in memory, see `ios_encrypted`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from notmyloan.model.errors import InputError
from notmyloan.model.record import (
    Call,
    CallOutcome,
    Channel,
    Direction,
    Message,
    Origin,
    SourceFile,
    Unreadable,
)
from notmyloan.model.text import Text
from notmyloan.read.ios_encrypted import is_encrypted, unlock
from notmyloan.read.ios_typedstream import text_of
from notmyloan.read.source import ReadContext, Source
from notmyloan.read.sqlite_file import opened, table_names, tables

# SHA-1 of "HomeDomain-" and the path: the backup's own way of naming files.
SMS_ID, SMS_PATH = "3d0d7e5fb2ce288813306e4d4636395e047a3d28", "Library/SMS/sms.db"
CALLS_ID = "5a4935c78a5255723f707230a451d79c540d2741"
CALLS_PATH = "Library/CallHistoryDB/CallHistory.storedata"
DOMAIN = "HomeDomain"
APPLE_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
APPLE_EPOCH_S = 978_307_200
# Before iOS 11 dates were in seconds; no date in seconds reaches this.
_NANOSECONDS_FROM = 1_000_000_000_000


_Rows = Callable[[sqlite3.Connection, SourceFile], Iterator[Message | Call | Unreadable]]


class IosBackupReader:
    format = "ios_backup"

    def recognise(self, source: Source) -> float:
        folder = source.path
        if not source.is_folder or folder is None:
            return 0.9 if _kind(table_names(source)) is not None else 0.0
        return 0.95 if (folder / "Manifest.db").is_file() else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Call | Unreadable]:
        folder = source.path
        if folder is None or not source.is_folder:
            yield from _alone(source)
            return
        fetch = unlock(source, folder, context) if is_encrypted(folder) else _plain(folder)
        found = False
        for file_id, path, read in (
            (SMS_ID, SMS_PATH, _messages),
            (CALLS_ID, CALLS_PATH, _calls),
        ):
            try:
                inner = fetch(file_id, path)
            except FileNotFoundError:
                continue
            found = True
            member = Source(f"{source.name}/{path}", inner.path, inner.data)
            file = SourceFile(member.name, member.sha256, self.format, member.size)
            try:
                with opened(member) as db:
                    yield from read(db, file)
            except (sqlite3.DatabaseError, OSError):
                yield Unreadable(Origin(file, f"member:{path}"), Text("read.damaged_table"))
        if not found:
            raise InputError("read.ios_empty", name=source.name)


def _kind(found: dict[str, list[str]]) -> _Rows | None:
    """How to read a database with these tables, or None where it is neither of the two."""
    if {"message", "handle"} <= set(found) and "is_from_me" in found["message"]:
        return _messages
    return _calls if "zcallrecord" in found else None


def _alone(source: Source) -> Iterator[Message | Call | Unreadable]:
    """A database that somebody took out of the backup."""
    file = SourceFile(source.name, source.sha256, READER.format, source.size)
    try:
        with opened(source) as db:
            read = _kind(tables(db))
            if read is None:
                raise InputError("read.sqlite_unknown", name=source.name)
            yield from read(db, file)
    except (sqlite3.DatabaseError, OSError):
        raise InputError("read.bad_database", name=source.name) from None


def sample_of(folder: Path) -> Path | None:
    """The file of a plain backup whose shape is worth showing: its messages, else its calls."""
    if is_encrypted(folder):
        return None
    for file_id, path in ((SMS_ID, SMS_PATH), (CALLS_ID, CALLS_PATH)):
        try:
            return _plain(folder)(file_id, path).path
        except FileNotFoundError:
            continue
    return None


def _plain(folder: Path) -> Callable[[str, str], Source]:
    def fetch(file_id: str, path: str) -> Source:
        found = folder / file_id[:2] / file_id
        if not found.is_file():
            found = folder / file_id  # as iOS 9 and older laid them out
        if not found.is_file():
            raise FileNotFoundError(path)
        return Source(path, found)

    return fetch


def _messages(db: sqlite3.Connection, file: SourceFile) -> Iterator[Message | Unreadable]:
    columns = tables(db).get("message", [])
    body = "attributedBody" if "attributedbody" in columns else "null"
    handles = dict(db.execute("select ROWID, id from handle"))
    # Sent messages often name no handle: the conversation they stand in tells to whom.
    chats = _chats(db)
    # Services as numbers and the newer dates' test in SQL: ten years of messages are many rows.
    cursor = db.execute(
        "select ROWID, text, case when abs(date) >= ? then date / 1e9 else date end + ?,"
        " is_from_me, case service when 'SMS' then 0 when 'iMessage' then 1 when 'RCS' then 0"
        f" else 2 end, handle_id, is_read, case when text is null or text = '' then {body} end"
        " from message order by ROWID",
        (_NANOSECONDS_FROM, APPLE_EPOCH_S),
    )
    received, sent, sms = Direction.RECEIVED, Direction.SENT, Channel.SMS
    channels = (sms, Channel.IMESSAGE, Channel.OTHER)
    from_timestamp = datetime.fromtimestamp
    while rows := _fetch(cursor):
        for row, text, seconds, is_from_me, service, handle, is_read, attributed in rows:
            origin = Origin(file, f"table:message;row:{row}")
            if not isinstance(text, str) or not text:
                text = text_of(attributed) if isinstance(attributed, bytes) else ""
                if text is None:
                    yield Unreadable(origin, Text("read.ios_body"))
                    continue
            try:
                at = from_timestamp(seconds, UTC)
            except (TypeError, ValueError, OverflowError, OSError):
                yield Unreadable(origin, Text("read.bad_field", field="date"))
                continue
            yield Message(
                origin, at, sent if is_from_me else received,
                handles.get(handle) or chats.get(row, ""), text,
                channels[service], None, None, is_read == 1,
            )  # fmt: skip
    if rows is None:
        yield Unreadable(Origin(file, "table:message"), Text("read.damaged_table"))


def _chats(db: sqlite3.Connection) -> dict[int, str]:
    """The other side of each message without a handle, where it stands in a conversation of two
    (those of more are named `chat…`)."""
    try:
        found = db.execute(
            "select message_id, chat_identifier from chat_message_join"
            " join chat on chat.ROWID = chat_id join message on message.ROWID = message_id"
            " where ifnull(handle_id, 0) = 0"
        ).fetchall()
    except sqlite3.DatabaseError:
        return {}  # no such tables in this version
    return {row: name for row, name in found if name and not name.startswith("chat")}


def _fetch(cursor: sqlite3.Cursor) -> list[Any] | None:
    """The next rows; empty at the end, None where the database is damaged."""
    try:
        return cursor.fetchmany(2_000)
    except sqlite3.DatabaseError:
        return None


def _calls(db: sqlite3.Connection, file: SourceFile) -> Iterator[Call | Unreadable]:
    rows = db.execute(
        "select Z_PK, ZADDRESS, ZDATE, ZDURATION, ZORIGINATED, ZANSWERED from ZCALLRECORD"
        " order by Z_PK"
    )
    for key, address, date, duration, originated, answered in rows:
        origin = Origin(file, f"table:ZCALLRECORD;row:{key}")
        try:
            at = APPLE_EPOCH + timedelta(seconds=float(date))
            seconds = max(round(float(duration or 0)), 0)
        except (TypeError, ValueError, OverflowError):
            yield Unreadable(origin, Text("read.bad_field", field="ZDATE"))
            continue
        # The address is bytes in newer versions.
        party = address.decode("utf-8", "replace") if isinstance(address, bytes) else address or ""
        outcome = CallOutcome.MISSED
        if originated:
            outcome = CallOutcome.OUTGOING
        elif answered:
            outcome = CallOutcome.ANSWERED
        yield Call(origin, at, outcome, party, seconds, withheld=not party)


def file_id(domain: str, path: str) -> str:
    """The name under which a backup keeps a file."""
    return hashlib.sha1(f"{domain}-{path}".encode(), usedforsecurity=False).hexdigest()


READER = IosBackupReader()
