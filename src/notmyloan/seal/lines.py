"""The main lines of an endorsement: how large they can be, where they break, where they stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from notmyloan.model.errors import UsageError
from notmyloan.seal.fonts import Face, advance, bitmap
from notmyloan.seal.layout import Box, Glyph
from notmyloan.seal.room import Room

ANGLE = 7.0  # degrees that all lines rise, so that they cross printed lines and hide none
DASH = "—"
_LEADING = (1.3, 1.95)  # from one line to the next, in ems, at least and at most
_BROKEN = 0.84  # a line broken once more is as bad as letters that much smaller
_GAP = 0.1  # between the pieces of a dash, in ems
_TAIL = 2.6  # of dash after the longest line, in ems, where there is room
_HALF = 0.58  # above and below a line's middle its letters need, in ems
_RECTANGLES = 60  # of the largest are tried

COS, SIN = math.cos(math.radians(ANGLE)), math.sin(math.radians(ANGLE))


@dataclass(frozen=True, slots=True)
class MainLines:
    """Glyphs; the upright boxes around them; and the rising line that runs through the middle of
    the first row at the picture's left edge, `start` pixels down, the next `pitch` below it."""

    glyphs: tuple[Glyph, ...]
    boxes: tuple[Box, ...]
    start: float
    pitch: float


@dataclass(frozen=True, slots=True)
class _Fit:
    score: float
    em: int
    rows: tuple[str, ...]
    box: Box


def main_lines(face: Face, lines: tuple[str, ...], room: Room, most: int, least: int) -> MainLines:
    """The lines where they can be largest, `most` to `least` pixels an em.

    Raises UsageError when they do not fit.
    """
    rectangles = room.rectangles()[:_RECTANGLES]
    if not rectangles:
        raise UsageError("seal.no_room")
    widths = [width(face, line) for line in lines]
    best: _Fit | None = None
    for box in rectangles:
        floor = least if best is None else max(least, math.floor(best.score) + 1)
        fitted = _fit(face, lines, widths, box, most, floor)
        if fitted is not None and (best is None or fitted.score > best.score):
            best = fitted
    if best is None:
        raise UsageError("seal.too_long")
    return _set(face, best)


@lru_cache(maxsize=4096)
def width(face: Face, words: str) -> float:
    """In ems, unbroken."""
    return sum(advance(face, c) for c in words)


def _fit(
    face: Face, lines: tuple[str, ...], widths: list[float], box: Box, most: int, least: int
) -> _Fit | None:
    wide, high = box.right - box.left, box.bottom - box.top
    best: _Fit | None = None
    for em in range(most, least - 1, -1):
        if best is not None and em <= best.score:
            break  # smaller letters cannot be better
        ems = wide / COS / em - 0.7  # a little air at both ends
        if ems < 5:
            continue
        rows = [
            row
            for line, whole in zip(lines, widths, strict=True)
            for row in ([line] if whole <= ems else _wrap(face, line, whole, ems))
        ]
        longest = max(width(face, r) for r in rows) if len(rows) > len(lines) else max(widths)
        if longest > ems:
            continue
        rise = min(longest + _TAIL, ems) * em * SIN
        score = em * _BROKEN ** (len(rows) - len(lines))
        fits = len(rows) * _LEADING[0] * em + rise <= high
        if fits and (best is None or score > best.score):
            best = _Fit(score, em, tuple(rows), box)
    return best


def _wrap(face: Face, line: str, whole: float, ems: float) -> list[str]:
    """The line in as few rows as fit into `ems`, about equally long; Latin words stay whole."""
    pieces = _pieces(line)
    for count in range(math.ceil(whole / ems), 13):
        target = whole / count
        rows, row, filled = [], "", 0.0
        for piece in pieces:
            length = width(face, piece)
            if row and (filled + length > ems or filled + length / 2 > target):
                rows.append(row.strip())
                row, filled = "", 0.0
            row += piece
            filled += length
        rows.append(row.strip())
        if len(rows) <= count and all(width(face, r) <= ems for r in rows):
            return rows
    return [line]  # too long for this width: the caller tries smaller letters


def _pieces(line: str) -> list[str]:
    """What a line may be broken between: each Chinese character, each Latin word with its space."""
    pieces: list[str] = []
    for character in line:
        last = pieces[-1][-1] if pieces else ""
        in_word = last.isascii() and not last.isspace() and character.isascii()
        if pieces and (character.isspace() or in_word):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _set(face: Face, fit: _Fit) -> MainLines:
    """The rows, rising, in the middle of their rectangle, each with a dash to its end."""
    em, rows, box = fit.em, fit.rows, fit.box
    room = (box.right - box.left) / COS - 0.4 * em
    length = min((max(width(face, r) for r in rows) + _TAIL) * em, room)
    rise = length * SIN
    high = box.bottom - box.top - rise
    pitch = min(high / len(rows), _LEADING[1] * em)
    left = box.left + (box.right - box.left - length * COS) / 2
    first = box.bottom - (high - pitch * len(rows)) / 2 - pitch * (len(rows) - 0.5)
    glyphs: list[Glyph] = []
    boxes: list[Box] = []
    for number, row in enumerate(rows):
        placed = _row(face, row, left, first + number * pitch, length, em)
        glyphs += placed
        boxes += [_around(g, round(0.12 * em)) for g in placed]
    return MainLines(tuple(glyphs), tuple(boxes), first + left * SIN / COS, pitch / COS)


def _row(face: Face, words: str, x: float, y: float, length: float, em: int) -> list[Glyph]:
    """One row from (x, y), the middle of its left end."""
    bold = 1 if em >= 36 else 0  # the main lines are the heavier ones
    glyphs: list[Glyph] = []
    pen = 0.0
    for character in words:
        step = advance(face, character) * em
        shape = bitmap(face, character, em, ANGLE, bold)
        if shape is not None:
            middle = pen + step / 2
            glyphs.append(
                Glyph(
                    character,
                    round(x + middle * COS) + shape.left,
                    round(y - middle * SIN) + shape.top,
                    shape.coverage,
                )
            )
        pen += step
    pen += 0.25 * em
    step = advance(face, DASH) * em
    dash = bitmap(face, DASH, em, ANGLE)
    while dash is not None and pen + step <= length:
        middle = pen + step / 2
        left, top = round(x + middle * COS) + dash.left, round(y - middle * SIN) + dash.top
        glyphs.append(Glyph(DASH, left, top, dash.coverage))
        pen += step + _GAP * em
    return glyphs


def _around(glyph: Glyph, air: int) -> Box:
    rows, columns = glyph.coverage.shape
    return Box(glyph.x - air, glyph.y - air, glyph.x + columns + air, glyph.y + rows + air)
