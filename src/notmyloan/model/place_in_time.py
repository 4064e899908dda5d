"""Moments: aware datetimes in UTC, and how finely a source told them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Precision(StrEnum):
    """How finely the source stated a moment; a day-only bill has no hour to judge."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


def from_epoch_ms(ms: int) -> datetime:
    """The moment `ms` milliseconds after 1970-01-01 UTC. Raises ValueError out of years 1..9999."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("moment out of range") from error


def to_epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC of an aware datetime."""
    return round(at.timestamp() * 1000)


def in_zone(naive: datetime, zone: tzinfo) -> datetime:
    """A wall-clock time as a source prints it, fixed to `zone` and turned into UTC."""
    return naive.replace(tzinfo=zone).astimezone(UTC)
