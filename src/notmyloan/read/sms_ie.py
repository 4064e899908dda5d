"""SMS Import / Export (Android app): version 2 zips with `messages.ndjson`, version 1 JSON arrays,
and call logs as JSON arrays. Keys are Android's column names; added ones begin with two
underscores (version 2) or are spelt with a dash (version 1)."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from notmyloan.model.errors import InputError
from notmyloan.model.record import Call, Message, Origin, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.android_columns import MMS_FROM, BadField, call, mms, sms
from notmyloan.read.archives import BROKEN_ZIP
from notmyloan.read.json_rows import EndsEarly, rows
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source

MESSAGES = "messages.ndjson"
CALLS = "calls.ndjson"
MOST_RATIO = 500
_KEYS = re.compile(rb'"(date|address|number|body|duration|type|msg_box|m_type|sub_cs)"\s*:')


class SmsIeReader:
    format = "sms_ie"

    def recognise(self, source: Source) -> float:
        head = source.head
        if head.startswith(b"PK"):
            return 0.95 if _members(source) else 0.0
        if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in (b"[", b"{"):
            return 0.0
        keys = set(_KEYS.findall(head))
        # Fossify spells its dates dateSent and wraps or marks each message.
        if b"dateSent" in head or b"backupType" in head:
            return 0.0
        is_sms = {b"date", b"address", b"type"} <= keys and b"body" in keys
        is_mms = {b"date", b"msg_box"} <= keys
        is_call = {b"date", b"number", b"duration", b"type"} <= keys
        return 0.85 if is_sms or is_mms or is_call else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Call | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        if not source.head.startswith(b"PK"):
            with source.open() as stream:
                yield from _records(stream, file, "")
            return
        try:
            with source.open() as stream, zipfile.ZipFile(stream) as archive:
                for name in _members(source):
                    member = archive.getinfo(name)
                    if member.flag_bits & 1:
                        raise InputError("read.zip_password", name=source.name)
                    if member.file_size > MOST_RATIO * max(member.compress_size, 1024):
                        raise InputError("read.zip_bomb", name=source.name)
                    with archive.open(member) as inner:
                        yield from _records(inner, file, f"member:{name};")  # type: ignore[arg-type]
        except BROKEN_ZIP:
            raise InputError("read.zip_cut", name=source.name) from None


def _members(source: Source) -> list[str]:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            return [n for n in archive.namelist() if n in (MESSAGES, CALLS)]
    except BROKEN_ZIP:
        return []


def _records(
    stream: BinaryIO, file: SourceFile, member: str
) -> Iterator[Message | Call | Unreadable]:
    number = 0
    try:
        for number, value, raw in rows(stream):
            origin = Origin(file, f"{member}row:{number}")
            if value is None:
                yield Unreadable(origin, Text("read.bad_row"), shape_of(raw))
                continue
            try:
                yield _record(value, origin)
            except BadField as error:
                shape = shape_of(json.dumps(value, ensure_ascii=False))[:400]
                yield Unreadable(origin, Text("read.bad_field", field=str(error.args[0])), shape)
    except EndsEarly:
        yield Unreadable(Origin(file, f"{member}row:{number + 1}"), Text("read.ends_early"))


def _record(value: dict[str, Any], origin: Origin) -> Message | Call:
    if "duration" in value and "number" in value:
        return call(value, origin)
    if "msg_box" in value or "m_type" in value:
        return mms(value, _texts(value), _addresses(value), origin)
    return sms(value, origin)


def _texts(value: dict[str, Any]) -> list[str]:
    parts = value.get("__parts") or value.get("parts") or []
    return [
        part["text"]
        for part in parts if isinstance(parts, list)
        if isinstance(part, dict) and part.get("ct") == "text/plain"
        and isinstance(part.get("text"), str)
    ]  # fmt: skip


def _addresses(value: dict[str, Any]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    sender = value.get("__sender_address") or value.get("sender_address")
    if isinstance(sender, dict) and isinstance(sender.get("address"), str):
        found.append((MMS_FROM, sender["address"]))
    others = value.get("__recipient_addresses") or value.get("recipient_addresses")
    others = others or value.get("addresses") or []
    for other in others if isinstance(others, list) else []:
        if isinstance(other, dict) and isinstance(other.get("address"), str):
            kind = str(other.get("type", "151"))
            found.append((int(kind) if kind.isdigit() else 151, other["address"]))
    return found


READER = SmsIeReader()
