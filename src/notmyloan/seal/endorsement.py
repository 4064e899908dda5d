"""The visible endorsement: large lines across the paper, small ones repeated all over it.

The main lines say for whom and for what, as custom has it, each with a dash drawn to its end so
that nothing can be added. The same words run small and slanting over the rest, so that no strip
without them can be cut off, and their glyphs carry the visible half of the hidden mark. No ink
comes within two pixels of a keep-out box: one for the mark's shift, one to spare.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from notmyloan.seal.fonts import Face, advance, bitmap, check_characters, find_face
from notmyloan.seal.kinds import Kind, pixels_a_millimetre
from notmyloan.seal.layout import Box, Glyph, Layout, Pixels
from notmyloan.seal.lines import ANGLE, COS, SIN, main_lines
from notmyloan.seal.room import Room
from notmyloan.seal.wording import Language, endorsement_lines, running_text

INK = (18, 58, 196)
LIGHT_INK = (204, 226, 255)  # for bank cards of a dark colour
_DARK = 118  # luma of a ground on which blue cannot be read
OPACITY = 0.82
SPARE = 2  # pixels between ink and a keep-out box: the mark's shift and one more


@dataclass(frozen=True, slots=True)
class Sizes:
    """Millimetres: an em of the main lines at most and at least, of the small ones, and from one
    small line to the next."""

    main: float
    least: float
    small: float
    pitch: float


CARD = Sizes(main=3.5, least=1.9, small=1.8, pitch=3.0)
BOOKLET = Sizes(main=5.0, least=2.2, small=2.2, pitch=4.2)
WHOLE = Sizes(main=7.5, least=3.0, small=3.0, pitch=7.0)
_SIZES = {Kind.PAGE: WHOLE, Kind.PASSPORT: BOOKLET, Kind.HOUSEHOLD: BOOKLET}
_SMALLEST = 12  # pixels an em; fewer are not legible
_SMALL_INK = 242  # of 255: lighter, yet dark enough for a black and white copy
_ENOUGH = 240  # glyphs, for the mark to survive a black and white copy
_CLOSER = (1.0, 0.9, 0.8, 0.72)  # smaller and closer where room is scarce
_SMALL_GAIN = 1.8  # thin strokes are the first that a copy loses
_AIR = 1.08  # between small letters, so that their shifts can be told
_SHORTEST = 1.8  # ems; shorter runs of small letters are no words


def lay_out(
    purpose: str,
    recipient: str,
    on: date,
    kind: Kind,
    size: tuple[int, int],
    language: Language = "zh-CN",
    keep_out: tuple[Box, ...] = (),
    *,
    font: Path | None = None,
    ink: tuple[int, int, int] = INK,
) -> Layout:
    """The endorsement of a rectified paper of `size` (width, height) pixels.

    The same arguments with the same font give the same glyphs in the same order: first the main
    lines', then the small ones'. Raises UsageError when the words cannot be drawn or do not fit
    in legible letters, InputError without a font, MissingExtraError without Pillow.
    """
    face = find_face(font)
    lines = endorsement_lines(purpose, recipient, on, language)
    check_characters(face, "".join(lines))
    width, height = size
    scale = pixels_a_millimetre(kind, size)
    sizes = _SIZES.get(kind, CARD)
    room = Room(width, height, keep_out, SPARE)
    if kind is not Kind.PAGE:  # a card's corners are round
        corner = round(1.2 * scale)
        for x in (0, width - corner):
            for y in (0, height - corner):
                room.take(Box(x, y, x + corner, y + corner))
    most, least = round(sizes.main * scale), max(round(sizes.least * scale), _SMALLEST)
    main = main_lines(face, lines, room, most, least)
    for box in main.boxes:
        room.take(box)
    small: list[Glyph] = []
    for closer in _CLOSER:
        em = max(round(sizes.small * scale * closer), _SMALLEST)
        # As many small lines as there is room for, evenly between two main ones.
        apart = max(sizes.pitch * scale * closer, 1.3 * em)
        pitch = main.pitch / max(round(main.pitch / apart), 1)
        small = _small(face, running_text(lines), room, em, main.start % pitch, pitch)
        if len(main.glyphs) + len(small) >= _ENOUGH:
            break
    return Layout(width, height, (*main.glyphs, *small), keep_out, ink, OPACITY)


def ink_for(pixels: Pixels) -> tuple[int, int, int]:
    """Blue, as custom has it; light blue where the paper is too dark for it."""
    every = max(min(pixels.shape[:2]) // 100, 1)
    luma = pixels[::every, ::every] @ np.array([0.299, 0.587, 0.114])
    return LIGHT_INK if float(np.median(luma)) < _DARK else INK


def _small(face: Face, words: str, room: Room, em: int, start: float, pitch: float) -> list[Glyph]:
    """Rising lines of the running text over all the room that is left, from the upper left.

    `start` and `pitch`: pixels down the left edge to the first line and to the next. Where there
    is no room the line pauses and its words go on behind; a run too short to read is left out.
    """
    steps = [advance(face, c) * em * _AIR + 1 for c in words]
    shapes = [bitmap(face, c, em, ANGLE, 0, _SMALL_INK, _SMALL_GAIN) for c in words]
    glyphs: list[Glyph] = []
    place = 0
    for number in itertools.count():
        x, y = 0.0, start + number * pitch
        if y > room.height:  # this line comes in from below
            x = (y - room.height) * COS / SIN
            y = float(room.height)
        if x > room.width:
            return glyphs
        run: list[Glyph] = []
        begun = place
        while x < room.width and y > -em:
            shape, step = shapes[place], steps[place]
            if shape is not None:
                left = round(x + step / 2 * COS) + shape.left
                top = round(y - step / 2 * SIN) + shape.top
                rows, columns = shape.coverage.shape
                if room.free(left - 1, top - 1, left + columns + 1, top + rows + 1):
                    run.append(Glyph(words[place], left, top, shape.coverage))
                else:
                    if _is_short(run, em):
                        run, place = [], begun
                    glyphs += run
                    run, begun = [], place
                    x, y = x + em / 4 * COS, y - em / 4 * SIN
                    continue
            place = (place + 1) % len(words)
            x, y = x + step * COS, y - step * SIN
        if _is_short(run, em):
            run, place = [], begun
        glyphs += run
    raise AssertionError


def _is_short(run: list[Glyph], em: int) -> bool:
    """Whether a run of small glyphs is too short to be read as words."""
    return bool(run) and run[-1].x + run[-1].coverage.shape[1] - run[0].x < _SHORTEST * em
