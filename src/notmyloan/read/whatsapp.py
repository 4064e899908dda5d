"""WhatsApp's "export chat": text, or the zip that holds it.

Every locale writes its own date: brackets or a dash, day or month first, 12 or 24 hours, narrow
no-break spaces and direction marks. The order of day and month is settled over the whole file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from notmyloan.model.errors import InputError
from notmyloan.model.record import Channel, Direction, Message, Origin, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.archives import BROKEN_ZIP
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source
from notmyloan.read.tables import sniff_encoding
from notmyloan.read.wall_clock import day_first, parse

MOST_BYTES = 256 << 20
_MARKS = "\u200e\u200f\u202a\u202c\u2068\u2069\ufeff"
_SPACES = " \t\u00a0\u202f"
_LINE = re.compile(
    rf"^[{_MARKS}]*"
    r"(?P<open>\[)?(?P<at>\d{1,4}[./年-]\s?\d{1,2}[./月-]\s?\d{1,4}日?[,，]?[\s\u202f\u00a0]+"
    r"(?:上午|下午|凌晨|早上|中午|晚上)?\s?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
    r"(?:[\s\u202f\u00a0]?[aApP]\.?[\s\u202f\u00a0]?[mM]\.?)?)"
    rf"(?(open)\]|[\s\u202f\u00a0][-–])[\s\u202f\u00a0]?[{_MARKS}]*(?P<rest>.*)$"
)
_SENDER = re.compile(rf"^[{_MARKS}]*([^:：]{{1,60}}?)[:：](?:\s|$)(.*)$", re.S)
_MEDIA = re.compile(
    r"^[\u200e\s]*(?:<[^<>]{0,40}(?:omit|省略|略過|附件|附加|weggelassen|ausgeschlossen|weggelaten|omis"
    r"|attached|omess|пропущен|omiss|مستبعدة)[^<>]{0,60}>"
    r"|(?:image|video|audio|sticker|GIF|document|Contact card) omitted|\u200e?<attached: [^>]+>)$",
    re.I,
)


class WhatsAppReader:
    format = "whatsapp"

    def recognise(self, source: Source) -> float:
        head = source.head
        if head.startswith(b"PK"):
            return 0.9 if _member(source) else 0.0
        if sniff_encoding(head) is None:
            return 0.0
        lines = head[:16_384].decode("utf-8", "replace").splitlines()[:60]
        matched = [found for line in lines if (found := _LINE.match(line))]
        named = sum(bool(_SENDER.match(found["rest"])) for found in matched)
        return 0.9 if named and len(matched) >= max(1, len(lines) // 8) else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        member = _member(source) if source.head.startswith(b"PK") else None
        place = f"member:{member};" if member else ""
        order = day_first([at for _, at, _ in _entries(source, member)][:20_000])
        for line, at_words, body in _entries(source, member):
            origin = Origin(file, f"{place}line:{line}")
            at = parse(at_words, context.zone, order)
            if at is None:
                yield Unreadable(origin, Text("read.bad_field", field="date"), shape_of(at_words))
                continue
            found = _SENDER.match(body)
            if found is None:
                continue  # the app's own notes ("messages are encrypted …") name no sender
            text = found[2].strip(_MARKS + " \n")
            if _MEDIA.match(text):
                text = ""
            # The export does not say which of the names is the person's own.
            # `~` before the name of somebody who is not in the address book.
            party = found[1].strip(_MARKS + _SPACES).removeprefix("~").strip(_MARKS + _SPACES)
            yield Message(origin, at, Direction.RECEIVED, party, text, Channel.WHATSAPP)


def _member(source: Source) -> str | None:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            names = [n for n in archive.namelist() if n.endswith(".txt") and "/" not in n]
            chats = [n for n in names if n == "_chat.txt" or "WhatsApp" in n]
            if not chats or archive.getinfo(chats[0]).file_size > MOST_BYTES:
                return None
            return chats[0]
    except BROKEN_ZIP:
        return None


def _entries(source: Source, member: str | None) -> Iterator[tuple[int, str, str]]:
    """Line number, date words and the rest of each entry, continuation lines joined."""
    try:
        with source.open() as stream:
            if member is None:
                with io.TextIOWrapper(stream, "utf-8-sig", "replace") as lines:
                    yield from _split(lines)
                return
            with (
                zipfile.ZipFile(stream) as archive,
                archive.open(member) as inner,
                io.TextIOWrapper(inner, "utf-8-sig", "replace") as lines,
            ):
                yield from _split(lines)
    except BROKEN_ZIP:
        raise InputError("read.zip_cut", name=source.name) from None


def _split(lines: io.TextIOWrapper) -> Iterator[tuple[int, str, str]]:
    waiting: tuple[int, str, list[str]] | None = None
    for number, line in enumerate(lines, 1):
        found = _LINE.match(line.rstrip("\r\n"))
        if found:
            if waiting is not None:
                yield waiting[0], waiting[1], "\n".join(waiting[2])
            waiting = (number, found["at"], [found["rest"]])
        elif waiting is not None:
            waiting[2].append(line.rstrip("\r\n"))
    if waiting is not None:
        yield waiting[0], waiting[1], "\n".join(waiting[2])


READER = WhatsAppReader()
