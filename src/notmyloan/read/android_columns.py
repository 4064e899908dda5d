"""Android's own names and codes for messages and calls, shared by its databases and the exports
that copy their columns (`content://sms`, `content://call_log`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from notmyloan.model.record import Call, CallOutcome, Channel, Direction, Message, Origin

SMS_BOXES = {
    1: Direction.RECEIVED,
    2: Direction.SENT,
    3: Direction.DRAFT,
    4: Direction.FAILED,
    5: Direction.FAILED,
    6: Direction.FAILED,
}
OUTCOMES = {
    1: CallOutcome.ANSWERED,
    2: CallOutcome.OUTGOING,
    3: CallOutcome.MISSED,
    4: CallOutcome.VOICEMAIL,
    5: CallOutcome.REJECTED,
    6: CallOutcome.BLOCKED,
    7: CallOutcome.ANSWERED,  # answered on another device
}
# PduHeaders of the platform: who an address of an MMS is.
MMS_FROM, MMS_TO = 137, 151
_WITHHELD_NUMBERS = frozenset({"", "-1", "-2", "-3"})
# Dates in seconds would be in 1970 if taken for milliseconds.
_LEAST_MS = 100_000_000_000


class BadField(ValueError):
    """A column that is missing or makes no sense; `args[0]` is its name."""


def number(row: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """An integer column, written as number or text. Raises BadField."""
    value = row.get(name)
    if value in (None, "", "null"):
        if default is None:
            raise BadField(name)
        return default
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise BadField(name) from None


def moment(row: Mapping[str, Any], name: str = "date") -> datetime:
    """A date column in milliseconds, or in seconds as MMS have it. Raises BadField."""
    value = number(row, name)
    if 0 < value < _LEAST_MS:
        value *= 1000
    try:
        at = datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadField(name) from None
    if value <= 0:
        raise BadField(name)
    return at


def words(row: Mapping[str, Any], *names: str) -> str | None:
    """The first text column that holds something."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value not in ("", "null", "(Unknown)"):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def sms(row: Mapping[str, Any], origin: Origin) -> Message:
    """A row of `sms`. Raises BadField."""
    direction = SMS_BOXES.get(number(row, "type"))
    if direction is None:
        raise BadField("type")
    body = row.get("body")
    if not isinstance(body, str):
        if body is not None or "body" not in row:
            raise BadField("body")
        body = ""
    address = words(row, "address") or ""
    if not address and direction is not Direction.DRAFT:
        raise BadField("address")
    read = row.get("read")
    return Message(
        origin, moment(row), direction, address, body, Channel.SMS,
        words(row, "__display_name", "contact_name", "display_name", "name"),
        words(row, "sub_id", "sim_id"), None if read in (None, "") else str(read) in ("1", "True"),
    )  # fmt: skip


def mms(
    row: Mapping[str, Any], parts: list[str], addresses: list[tuple[int, str]], origin: Origin
) -> Message:
    """A row of `pdu` with its text parts and addresses. Raises BadField."""
    received = number(row, "msg_box", 1) == 1
    wanted = MMS_FROM if received else MMS_TO
    others = [a for kind, a in addresses if kind == wanted and a != "insert-address-token"]
    subject = words(row, "sub")
    return Message(
        origin,
        moment(row),
        Direction.RECEIVED if received else Direction.SENT,
        others[0] if others else words(row, "address") or "",
        "\n".join(([subject] if subject else []) + parts),
        Channel.MMS,
        words(row, "__display_name"),
        words(row, "sub_id"),
    )


def call(row: Mapping[str, Any], origin: Origin) -> Call:
    """A row of `calls`. Raises BadField."""
    party = words(row, "number") or ""
    withheld = number(row, "presentation", 1) in (2, 3, 4) or party in _WITHHELD_NUMBERS
    return Call(
        origin,
        moment(row),
        OUTCOMES.get(number(row, "type"), CallOutcome.UNKNOWN),
        "" if withheld else party,
        max(number(row, "duration", 0), 0),
        words(row, "name", "display-name", "__display_name"),
        words(row, "subscription_id", "subscription_component_name"),
        withheld,
    )
