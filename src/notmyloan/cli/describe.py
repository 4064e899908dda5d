"""One line a record, for people."""

from __future__ import annotations

from notmyloan.locale import Speaker
from notmyloan.model.record import Identified, Unreadable
from notmyloan.report.cite import describe, when, where


def record_line(record: Identified, speaker: Speaker) -> str:
    """The record in words, with its moment; an unreadable one with its place and shape."""
    if isinstance(record, Unreadable):
        # Lists name the line in their own sentence.
        told = "line" in record.why.args
        place = record.origin.source.name if told else speaker.say(where(record.origin))
        colon = "：" if speaker.chinese else ": "
        return f"! {place}{colon}{speaker.say(record.why)}  {record.shape}".rstrip()
    at = when(record)
    moment = f"{speaker.moment(at)}  " if at else ""
    return moment + speaker.say(describe(record))
