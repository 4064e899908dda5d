"""Carrier pigeon logs: `PIGEON 1` on the first line, then `moment|sender|text`."""

from collections.abc import Iterator
from datetime import datetime

from notmyloan.model.record import Direction, Message, Origin, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.source import ReadContext, Source


class PigeonReader:
    format = "pigeon"

    def recognise(self, source: Source) -> float:
        return 1.0 if source.head.startswith(b"PIGEON 1\n") else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        with source.open() as stream:
            for number, raw in enumerate(stream, 1):
                line = raw.decode("utf-8", "replace").rstrip("\n")
                if number == 1:
                    continue
                origin = Origin(file, f"line:{number}")
                parts = line.split("|", 2)
                try:
                    at = datetime.fromisoformat(parts[0])
                    yield Message(origin, at, Direction.RECEIVED, parts[1], parts[2])
                except (ValueError, IndexError):
                    yield Unreadable(origin, Text("pigeon.lost"), "")


READER = PigeonReader()
