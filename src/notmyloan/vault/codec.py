"""Records to rows and back. Messages and calls lie in columns, for speed; the rest is JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any

from notmyloan.model import credit
from notmyloan.model.disclosure import Disclosure, Owned
from notmyloan.model.label import LABELS, Judgement
from notmyloan.model.record import (
    Call,
    CallOutcome,
    Channel,
    Direction,
    Message,
    Origin,
    Record,
    Transaction,
    record_key,
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
_SHARES = Struct(f"<{len(LABELS)}H")  # one byte order, whatever machine the vault moves to
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = 86_400_000_000


def to_micros(at: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exactly: a rounded moment may fall into the next
    second, and the record read back would then be another one."""
    past = at - _EPOCH
    return past.days * _DAY + past.seconds * 1_000_000 + past.microseconds


def from_micros(micros: int) -> datetime:
    """The moment, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def storable(text: str | None) -> str | bytes | None:
    """`text` as the database takes it: half a surrogate pair, which damaged exports hold and
    UTF-8 has no form for, is kept as bytes."""
    if text is None or text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def stored_text(value: str | bytes | None) -> str | None:
    """What `storable` made, back."""
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def to_row(
    record: Record, source: int, judgement: Judgement | None, model: int | None
) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    label = probabilities = None
    if judgement is not None:
        label = LABELS.index(judgement.label)
        probabilities = pack(judgement)
    identity = record_key(record)
    place = storable(record.origin.place)
    if type(record) is Message:
        return (
            identity, "message", to_micros(record.at), record.direction.value,
            storable(record.party), storable(record.contact), storable(record.text),
            _message_extra(record.channel, record.sim, record.read), source, place,
            label, probabilities, model,
        )  # fmt: skip
    if type(record) is Call:
        call = json.dumps([record.duration, record.sim, record.withheld])
        return (
            identity, "call", to_micros(record.at), record.outcome.value, storable(record.party),
            storable(record.contact), None, call, source, place, None, None, None,
        )  # fmt: skip
    payload = to_json(record)
    payload.pop("origin")
    return (
        identity, record.kind, _moment(record), None, None, None, None,
        dump(payload), source, place, None, None, None,
    )  # fmt: skip


def dump(value: Any) -> str:
    """JSON as compact as the database can take it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Escapes carry half a surrogate pair, which UTF-8 cannot.
    return text if isinstance(storable(text), str) else json.dumps(value)


@lru_cache(maxsize=256)
def _message_extra(channel: Channel, sim: str | None, read: bool | None) -> str | None:
    plain = channel is Channel.SMS and sim is None and read is None
    return None if plain else json.dumps([channel, sim, read])


@lru_cache(maxsize=256)
def _read_extra(extra: str | None) -> tuple[Channel, str | None, bool | None]:
    if extra is None:
        return Channel.SMS, None, None
    channel, sim, read = json.loads(extra)
    return Channel(channel), sim, read


def _moment(record: Record) -> int | None:
    at = getattr(record, "at", None)
    if isinstance(at, datetime):
        return to_micros(at)
    day: date | None = getattr(record, "on", None) or getattr(record, "opened", None)
    return (day.toordinal() - _EPOCH_DAY) * _DAY if day is not None else None


def from_row(row: Sequence[Any], origin: Origin) -> Any:
    """The record of the columns kind, at, way, party, contact, body, extra."""
    kind, at, way, party, contact, body, extra = row
    if kind == "message":
        channel, sim, read = _read_extra(extra)
        return Message(
            origin, from_micros(at), Direction(way), stored_text(party) or "",
            stored_text(body) or "", channel, stored_text(contact), sim, read,
        )  # fmt: skip
    if kind == "call":
        duration, sim, withheld = json.loads(extra or "[0, null, false]")
        return Call(
            origin, from_micros(at), CallOutcome(way), stored_text(party) or "", duration,
            stored_text(contact), sim, withheld,
        )  # fmt: skip
    data = json.loads(extra or "{}")
    data["origin"] = to_json(origin)
    return from_json(KINDS[kind], data)


def pack(judgement: Judgement) -> bytes:
    """A judgement's probabilities in 20 bytes."""
    return _SHARES.pack(*[round(p * _SCALE) for p in judgement.probabilities])


def unpack(probabilities: bytes, model: str) -> Judgement:
    """The judgement, its probabilities summing to 1 again."""
    shares = _SHARES.unpack(probabilities)
    total = sum(shares) or 1
    return Judgement(tuple(share / total for share in shares), model)
