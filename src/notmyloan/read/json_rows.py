"""Objects of a JSON array or of JSON Lines, one at a time, with their place; hardened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

PIECE = 1 << 16
# One object larger than this is no message.
MOST_CHARACTERS = 16 << 20
_DECODER = json.JSONDecoder(parse_constant=lambda word: None)


class Row(NamedTuple):
    """An object and its number, from 1; `value` is None where the text is no JSON object, `raw`
    then a piece of it."""

    number: int
    value: dict[str, object] | None
    raw: str


class EndsEarly(Exception):
    """The array ends in the middle."""


def rows(stream: BinaryIO, encoding: str = "utf-8-sig") -> Iterator[Row]:
    """Each object of an array, or of a line. Raises EndsEarly after the last whole one where the
    file was cut."""
    text = _Text(stream, encoding)
    first = text.peek()
    if first == "[":
        text.skip(1)
        yield from _array(text)
    else:
        yield from _lines(text)


class _Text:
    """A stream of characters with a look ahead."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = _decoded(stream, encoding)
        self.buffer = ""
        self.ended = False

    def fill(self) -> bool:
        """More characters, unless the stream has ended."""
        piece = next(self._stream, None)
        if piece is None:
            self.ended = True
            return False
        self.buffer += piece
        return True

    def peek(self) -> str:
        """The next character that is no white space, or nothing at the end."""
        while True:
            self.buffer = self.buffer.lstrip()
            if self.buffer:
                return self.buffer[0]
            if not self.fill():
                return ""

    def skip(self, n: int) -> None:
        self.buffer = self.buffer[n:]


def _decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    import codecs

    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while piece := stream.read(PIECE):
        yield decoder.decode(piece)
    rest = decoder.decode(b"", True)
    if rest:
        yield rest


def _array(text: _Text) -> Iterator[Row]:
    number = 0
    while True:
        mark = text.peek()
        if mark == "]":
            return
        if mark == ",":
            text.skip(1)
            continue
        if not mark:
            raise EndsEarly
        number += 1
        value = None
        while True:
            try:
                value, end = _DECODER.raw_decode(text.buffer)
                # A number or word at the very end of the buffer may go on in the next piece.
                if end == len(text.buffer) and text.fill():
                    continue
                break
            except (ValueError, RecursionError) as error:
                deep = isinstance(error, RecursionError)
                if deep or len(text.buffer) > MOST_CHARACTERS:
                    yield Row(number, None, text.buffer[:200])
                    raise EndsEarly from None
                if not text.fill():
                    if number > 1 or text.buffer:
                        raise EndsEarly from None
                    return
        raw = "" if isinstance(value, dict) else text.buffer[:end]
        text.skip(end)
        yield Row(number, value if isinstance(value, dict) else None, raw)


def _lines(text: _Text) -> Iterator[Row]:
    number = 0
    while True:
        line, mark, rest = text.buffer.partition("\n")
        if not mark:
            if len(text.buffer) > MOST_CHARACTERS:
                yield Row(number + 1, None, text.buffer[:200])
                raise EndsEarly
            if text.fill():
                continue
            line, rest = text.buffer, ""
        text.buffer = rest
        number += 1
        if line.strip():
            try:
                value = _DECODER.decode(line)
            except (ValueError, RecursionError):
                value = None
            ok = isinstance(value, dict)
            yield Row(number, value if ok else None, "" if ok else line[:200])
        if not mark:
            return
