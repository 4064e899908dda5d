"""Records to rows and back. Messages and calls lie in columns, for speed; the rest is JSON."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from notmyloan.model import credit
from notmyloan.model.disclosure import Disclosure, Owned
from notmyloan.model.label import LABELS, Judgement
from notmyloan.model.place_in_time import from_epoch_ms, to_epoch_ms
from notmyloan.model.record import (
    Call,
    CallOutcome,
    Channel,
    Direction,
    Message,
    Origin,
    Record,
    SourceFile,
    Transaction,
    record_id,
)
from notmyloan.model.serial import from_json, to_json

KINDS: dict[str, Any] = {
    kind.kind: kind
    for kind in (
        Message, Call, Transaction, credit.CreditReport, credit.CreditAccount, credit.Guarantee,
        credit.CreditLine, credit.NonCreditRecord, credit.PublicRecord, credit.Enquiry,
        Disclosure, Owned,
    )
}  # fmt: skip

COLUMNS = (
    "id, kind, at, way, party, contact, body, extra, source, place, label, probabilities, model"
)
_SCALE = 65535


def to_row(
    record: Record, source: int, judgement: Judgement | None, model: int | None
) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    label = probabilities = None
    if judgement is not None:
        label = LABELS.index(judgement.label)
        probabilities = pack(judgement)
    identity = bytes.fromhex(record_id(record))
    place = record.origin.place
    if type(record) is Message:
        extra = None
        if record.channel is not Channel.SMS or record.sim is not None or record.read is not None:
            extra = json.dumps([record.channel, record.sim, record.read])
        return (
            identity, "message", to_epoch_ms(record.at), record.direction.value, record.party,
            record.contact, record.text, extra, source, place, label, probabilities, model,
        )  # fmt: skip
    if type(record) is Call:
        call = json.dumps([record.duration, record.sim, record.withheld])
        return (
            identity, "call", to_epoch_ms(record.at), record.outcome.value, record.party,
            record.contact, None, call, source, place, None, None, None,
        )  # fmt: skip
    payload = to_json(record)
    payload.pop("origin")
    return (
        identity, record.kind, _moment(record), None, None, None, None,
        json.dumps(payload, ensure_ascii=False), source, place, None, None, None,
    )  # fmt: skip


def _moment(record: Record) -> int | None:
    at = getattr(record, "at", None)
    if isinstance(at, datetime):
        return to_epoch_ms(at)
    day = getattr(record, "on", None) or getattr(record, "opened", None)
    return (day.toordinal() - 719163) * 86_400_000 if day is not None else None


def from_row(row: Sequence[Any], origin: Origin) -> Any:
    """The record of the columns kind, at, way, party, contact, body, extra."""
    kind, at, way, party, contact, body, extra = row
    if kind == "message":
        channel, sim, read = json.loads(extra) if extra else (Channel.SMS, None, None)
        return Message(
            origin, from_epoch_ms(at or 0), Direction(way), party or "", body or "",
            Channel(channel), contact, sim, read,
        )  # fmt: skip
    if kind == "call":
        duration, sim, withheld = json.loads(extra or "[0, null, false]")
        return Call(
            origin, from_epoch_ms(at or 0), CallOutcome(way), party or "", duration, contact, sim,
            withheld,
        )  # fmt: skip
    data = json.loads(extra or "{}")
    data["origin"] = to_json(origin)
    return from_json(KINDS[kind], data)


def pack(judgement: Judgement) -> bytes:
    """A judgement's probabilities in 20 bytes."""
    return array("H", [round(p * _SCALE) for p in judgement.probabilities]).tobytes()


def unpack(probabilities: bytes, model: str) -> Judgement:
    """The judgement, its probabilities summing to 1 again."""
    shares = array("H")
    shares.frombytes(probabilities)
    total = sum(shares) or 1
    return Judgement(tuple(share / total for share in shares), model)


def source_file(row: tuple[str, str, str, int]) -> SourceFile:
    """From the columns name, sha256, format, size."""
    return SourceFile(*row)
