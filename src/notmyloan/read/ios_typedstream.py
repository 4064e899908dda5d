"""The text inside an `attributedBody`: Apple's typedstream form of an attributed string.

Only the first string is read: after the class name `NSString` (or `NSMutableString`) comes a
type tag ending in `+`, then the length (one byte, or 0x81 and two, or 0x82 and four, little
endian) and the text in UTF-8.
"""

from __future__ import annotations

MAGIC = b"streamtyped"
_NAMES = (b"NSString", b"NSMutableString")


def text_of(stream: bytes) -> str | None:
    """The text, or None where the stream is of another make."""
    if MAGIC not in stream[:16]:
        return None
    places = [stream.find(name) for name in _NAMES]
    start = min((place for place in places if place >= 0), default=-1)
    if start < 0:
        return None
    tag = stream.find(b"+", start)
    if tag < 0:
        return None
    at = tag + 1
    if at >= len(stream):
        return None
    length, at = stream[at], at + 1
    if length in (0x81, 0x82):
        width = 2 if length == 0x81 else 4
        length, at = int.from_bytes(stream[at : at + width], "little"), at + width
    raw = stream[at : at + length]
    if len(raw) < length:
        return None
    return raw.decode("utf-8", "replace")
