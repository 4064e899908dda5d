"""Fossify Messages and its forerunner Simple SMS Messenger: a JSON array, in old versions of
threads (`{"sms": […], "mms": […]}`), in newer ones of messages with a `backupType`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from notmyloan.model.record import Message, Origin, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.android_columns import BadField, mms, sms
from notmyloan.read.json_rows import EndsEarly, rows
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source


class FossifyReader:
    format = "fossify"

    def recognise(self, source: Source) -> float:
        head = source.head
        if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] != b"[":
            return 0.0
        if b'"backupType"' in head:
            return 0.95
        threads = b'"sms"' in head or b'"mms"' in head
        fields = b'"dateSent"' in head or b'"subscriptionId"' in head
        return 0.9 if threads and fields else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        number = 0
        with source.open() as stream:
            try:
                for number, value, raw in rows(stream):
                    place = f"row:{number}"
                    if value is None:
                        yield Unreadable(Origin(file, place), Text("read.bad_row"), shape_of(raw))
                    elif "sms" in value or "mms" in value:
                        yield from _thread(value, file, place)
                    else:
                        yield _message(value, Origin(file, place))
            except EndsEarly:
                yield Unreadable(Origin(file, f"row:{number + 1}"), Text("read.ends_early"))


def _thread(value: dict[str, Any], file: SourceFile, place: str) -> Iterator[Message | Unreadable]:
    for kind in ("sms", "mms"):
        inner = value.get(kind)
        for number, one in enumerate(inner if isinstance(inner, list) else [], 1):
            origin = Origin(file, f"{place};member:{kind};line:{number}")
            if isinstance(one, dict):
                yield _message(one | {"backupType": kind}, origin)
            else:
                yield Unreadable(origin, Text("read.bad_row"), shape_of(str(one)))


def _message(value: dict[str, Any], origin: Origin) -> Message | Unreadable:
    row = value | {
        "sub_id": value.get("subscriptionId"),
        "msg_box": value.get("messageBox", value.get("message_box", 1)),
        "sub": value.get("subject"),
    }
    try:
        if value.get("backupType") != "mms":
            return sms(row, origin)
        parts = [
            part["text"]
            for part in value.get("parts") or []
            if isinstance(part, dict) and isinstance(part.get("text"), str)
            and str(part.get("contentType", "text/plain")).startswith("text/plain")
        ]  # fmt: skip
        addresses = [
            (int(a.get("type", 151)), a["address"])
            for a in value.get("addresses") or []
            if isinstance(a, dict) and isinstance(a.get("address"), str)
            and str(a.get("type", 151)).isdigit()
        ]  # fmt: skip
        return mms(row, parts, addresses, origin)
    except BadField as error:
        shape = shape_of(json.dumps(value, ensure_ascii=False))[:400]
        return Unreadable(origin, Text("read.bad_field", field=str(error.args[0])), shape)


READER = FossifyReader()
