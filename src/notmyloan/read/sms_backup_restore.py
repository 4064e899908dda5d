"""SMS Backup & Restore (Android app): XML of messages (`<smses>`) and calls (`<calls>`).

Files reach gigabytes because attachments lie in attributes, so everything streams: a filter mends
the two ways in which the app's XML is not XML (characters outside the basic plane as two numeric
references of UTF-16 surrogates, and control characters), expat parses, attachments are dropped as
they pass. Document type declarations, which the app never writes, are refused at once.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from xml.parsers import expat

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
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source

PIECE = 1 << 18
ROOTS = re.compile(rb"<(smses|calls)[\s>/]")
_PAIR = re.compile(rb"&#(?:x([dD][89abAB][0-9a-fA-F]{2})|(5[56]\d{3}));"
                   rb"&#(?:x([dD][c-fC-F][0-9a-fA-F]{2})|(5[67]\d{3}));")  # fmt: skip
_LONE = re.compile(rb"&#(?:x[dD][89a-fA-F][0-9a-fA-F]{2}|5[5-7]\d{3});")
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:x0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2\d|3[01]));"
)
_CONTROLS = bytes(b for b in range(32) if b not in (9, 10, 13))
# A reference cut at the end of a piece waits for the next one; two of them are 18 bytes at most.
_CUT = re.compile(rb"&[^;]{0,10}$|&#[0-9xX][0-9a-fA-F]{0,8};(?:&[^;]{0,10})?$")

# An attachment in base64. A message's own text never has so long a run behind ` data=`.
_ATTACHED = re.compile(rb"(\sdata=[\"'])[A-Za-z0-9+/=]{256,}")
_OPEN = re.compile(rb"\sdata=[\"'][A-Za-z0-9+/=]{0,255}$")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=]*")
# No element of the app's is longer, attachments aside; expat would hold it in memory.
MOST_ELEMENT = 16 << 20

_DIRECTIONS = {
    "1": Direction.RECEIVED,
    "2": Direction.SENT,
    "3": Direction.DRAFT,
    "4": Direction.FAILED,
    "5": Direction.FAILED,
    "6": Direction.FAILED,
}
_OUTCOMES = {
    "1": CallOutcome.ANSWERED,
    "2": CallOutcome.OUTGOING,
    "3": CallOutcome.MISSED,
    "4": CallOutcome.VOICEMAIL,
    "5": CallOutcome.REJECTED,
    "6": CallOutcome.BLOCKED,
}
_FROM, _TO = "137", "151"
# How a 16-bit file begins, with its mark or without.
_WIDE = {
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be",
}  # fmt: skip
_WITHHELD = frozenset({"-1", "-2", "-3", "", "null"})
_NOBODY = frozenset({"(Unknown)", "null", ""})


class _Refused(Exception):
    """A document type declaration was met."""


def _pair(found: re.Match[bytes]) -> bytes:
    high = int(found[1], 16) if found[1] else int(found[2])
    low = int(found[3], 16) if found[3] else int(found[4])
    if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
        return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return found[0]


def _lone(found: re.Match[bytes]) -> bytes:
    digits = found[0][2:-1]
    code = int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)
    return b"&#65533;" if 0xD800 <= code <= 0xDFFF else found[0]


def mend(piece: bytes) -> bytes:
    """One piece of the file as well-formed XML."""
    if b"&#" in piece:
        piece = _PAIR.sub(_pair, piece)
        piece = _LONE.sub(_lone, piece)
        piece = _CONTROL_REFERENCE.sub(b"&#65533;", piece)
    return piece.translate(None, _CONTROLS)


class _Attachments:
    """Takes attachments out as they pass, however long: expat would hold each whole."""

    def __init__(self) -> None:
        self._inside = False

    def drop(self, piece: bytes) -> tuple[bytes, int]:
        """The piece without attachments, and from where it must wait for the next piece."""
        if self._inside:
            found = _BASE64.match(piece)
            piece = piece[found.end() :] if found else piece
            self._inside = not piece
        piece, dropped = _ATTACHED.subn(rb"\1", piece)
        opened = _OPEN.search(piece, max(len(piece) - 300, 0))
        if opened is None:
            return piece, len(piece)
        if dropped and piece[-1:] in b"\"'":
            self._inside = True  # its end comes later
            return piece, len(piece)
        return piece, opened.start()


class _Parser:
    """Expat with our handlers; records gather in `out`."""

    def __init__(self, file: SourceFile, wide: bool) -> None:
        self.out: list[Message | Call | Unreadable] = []
        self.rooted = False
        self._file = file
        self._mms: dict[str, str] | None = None
        self._parts: list[str] = []
        self._senders: list[tuple[str, str]] = []
        self._place = 0
        # A 16-bit file reaches expat as UTF-8, whatever its own first line says.
        self.expat = expat.ParserCreate("UTF-8" if wide else None)
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.StartDoctypeDeclHandler = self._refuse
        self.expat.EntityDeclHandler = self._refuse

    def _refuse(self, *_: Any) -> None:
        raise _Refused

    def _start(self, name: str, a: dict[str, str]) -> None:
        if name == "sms":
            self._place = self.expat.CurrentLineNumber
            self._sms(a)
        elif name == "call":
            self._place = self.expat.CurrentLineNumber
            self._keep(a, self._call)
        elif name == "mms":
            self._place = self.expat.CurrentLineNumber
            self._mms, self._parts, self._senders = a, [], []
        elif name == "part":
            if a.get("ct") == "text/plain" and a.get("text", "null") != "null":
                self._parts.append(a["text"])
        elif name == "addr":
            self._senders.append((a.get("type", ""), a.get("address", "")))
        elif name in ("smses", "calls"):
            self.rooted = True

    def _end(self, name: str) -> None:
        if name == "mms" and self._mms is not None:
            self._keep(self._mms, self._whole_mms)
            self._mms = None

    def _origin(self) -> Origin:
        return Origin(self._file, f"line:{self._place}")

    def _keep(self, a: dict[str, str], make: Callable[[dict[str, str]], Message | Call]) -> None:
        try:
            self.out.append(make(a))
        except (KeyError, ValueError, OverflowError, OSError) as error:
            self._lost(a, error)

    def _lost(self, a: dict[str, str], error: Exception) -> None:
        """A row without a field, or with one that makes no sense; never a value of it as name."""
        shape = " ".join(f"{k}={shape_of(v)}" for k, v in a.items() if k != "data")
        field = "date"
        if isinstance(error, KeyError):
            field = error.args[0] if error.args[0] not in a.values() else "type"
        self.out.append(
            Unreadable(self._origin(), Text("read.bad_field", field=field), shape[:400])
        )

    def _sms(self, a: dict[str, str]) -> None:
        try:
            contact = a.get("contact_name")
            seen = a.get("read")
            party, body = a["address"], a["body"]
            self.out.append(
                Message(
                    Origin(self._file, f"line:{self._place}"),
                    datetime.fromtimestamp(int(a["date"]) / 1000, UTC),
                    _DIRECTIONS[a["type"]],
                    "" if party == "null" else party,
                    "" if body == "null" else body,  # the app's word for a missing value
                    Channel.SMS,
                    None if contact is None or contact in _NOBODY else contact,
                    a.get("sub_id"),
                    None if seen is None else seen == "1",
                )
            )
        except (KeyError, ValueError, OverflowError, OSError) as error:
            self._lost(a, error)

    def _whole_mms(self, a: dict[str, str]) -> Message:
        sent = a.get("msg_box") != "1"
        wanted = _TO if sent else _FROM
        parties = [n for kind, n in self._senders if kind == wanted and n != "insert-address-token"]
        subject = a.get("sub", "null")
        texts = ([subject] if subject not in _NOBODY else []) + self._parts
        contact = a.get("contact_name", "")
        return Message(
            self._origin(),
            datetime.fromtimestamp(int(a["date"]) / 1000, UTC),
            Direction.SENT if sent else Direction.RECEIVED,
            parties[0] if parties else a.get("address", "").removesuffix("null").split("~")[0],
            "\n".join(texts),
            Channel.MMS,
            None if contact in _NOBODY else contact,
            a.get("sub_id"),
            a.get("read") == "1" if "read" in a else None,
        )

    def _call(self, a: dict[str, str]) -> Call:
        contact = a.get("contact_name", "")
        number = a["number"]
        withheld = a.get("presentation", "1") in ("2", "3", "4") or number in _WITHHELD
        return Call(
            self._origin(),
            datetime.fromtimestamp(int(a["date"]) / 1000, UTC),
            _OUTCOMES.get(a["type"], CallOutcome.UNKNOWN),
            "" if withheld else number,
            0 if a["duration"] in _NOBODY else max(int(a["duration"]), 0),
            None if contact in _NOBODY else contact,
            a.get("subscription_id"),
            withheld,
        )


class SmsBackupRestoreReader:
    format = "sms_backup_restore"

    def recognise(self, source: Source) -> float:
        head = source.head
        if head[:2] in _WIDE:
            head = head.replace(b"\0", b"")
        return 0.95 if ROOTS.search(head) else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Call | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        wide = _WIDE.get(source.head[:2])
        parser = _Parser(file, wide is not None)
        decode = codecs.getincrementaldecoder(wide)("replace") if wide else None
        with source.open() as stream:
            waiting = b""
            attachments = _Attachments()
            element = 0  # how long the one that is open has grown
            while True:
                piece = stream.read(PIECE)
                last = not piece
                if decode is not None:
                    piece = decode.decode(piece, last).lstrip("\ufeff").encode("utf-8", "replace")
                piece, end = attachments.drop(waiting + piece)
                cut = _CUT.search(piece, max(len(piece) - 40, 0))
                end = len(piece) if last else min(end, cut.start() if cut else end)
                waiting = piece[end:]
                piece = mend(piece[:end])
                closed = piece.rfind(b">")
                element = element + len(piece) if closed < 0 else len(piece) - closed
                if element > MOST_ELEMENT:
                    yield from parser.out
                    line = parser.expat.CurrentLineNumber
                    yield Unreadable(
                        Origin(file, f"line:{line}"), Text("read.endless", mb=MOST_ELEMENT >> 20)
                    )
                    return
                try:
                    parser.expat.Parse(piece, last)
                except _Refused:
                    line = parser.expat.CurrentLineNumber
                    raise InputError("read.xml_entities", name=source.name, line=line) from None
                except expat.ExpatError as error:
                    yield from parser.out
                    if not parser.rooted:
                        raise InputError(
                            "read.not_xml", name=source.name, line=error.lineno
                        ) from None
                    key = "read.ends_early" if last else "read.broken_xml"
                    yield Unreadable(Origin(file, f"line:{error.lineno}"), Text(key), "")
                    return
                yield from parser.out
                parser.out.clear()
                if last:
                    return


READER = SmsBackupRestoreReader()
