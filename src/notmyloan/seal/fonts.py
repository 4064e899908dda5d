"""A CJK font on this machine, and the coverage bitmaps of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.errors import InputError, MissingExtraError, UsageError
from notmyloan.model.text import Text

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

# Sans faces with even strokes, which a photocopy keeps; best first, on Linux, macOS, Windows.
CANDIDATES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/source-han-sans/SourceHanSansSC-Regular.otf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
)
_MEASURE = 200  # advances are measured at this size and scaled
_FAINT = 10  # coverage below this is the smoothing's fringe, not ink


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file."""

    path: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A character's ink, cut to its edges; `left`, `top` from the middle of its advance box."""

    left: int
    top: int
    coverage: NDArray[np.uint8]


def pillow() -> Any:
    """The modules (Image, ImageDraw, ImageFont). Raises MissingExtraError without Pillow."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise MissingExtraError("seal", Text("seal.purpose")) from None
    return Image, ImageDraw, ImageFont


def find_face(path: Path | None = None) -> Face:
    """The simplified Chinese face of `path`, or else of the first CJK font that is installed.

    Raises InputError: no font (the text says what to install), or `path` is none.
    """
    paths = [Path(c) for c in CANDIDATES] if path is None else [path]
    for candidate in paths:
        if candidate.is_file():
            return _face(str(candidate))
    if path is not None:
        raise InputError("seal.font.unreadable", name=path.name)
    raise InputError("seal.font.none")


@lru_cache(maxsize=16)
def _face(path: str) -> Face:
    """The face of a collection whose family is called SC (the others draw Japanese forms)."""
    _, _, fonts = pillow()
    for index in range(10):
        try:
            family = fonts.truetype(path, 20, index=index).getname()[0] or ""
        except OSError:
            if index == 0:
                raise InputError("seal.font.unreadable", name=Path(path).name) from None
            break
        if family.split()[-1:] == ["SC"]:
            return Face(path, index)
    return Face(path)


@lru_cache(maxsize=64)
def _font(face: Face, size: int) -> FreeTypeFont:
    _, _, fonts = pillow()
    font: FreeTypeFont = fonts.truetype(face.path, size, index=face.index)
    return font


@lru_cache(maxsize=8192)
def advance(face: Face, character: str) -> float:
    """How far the pen moves, in ems."""
    return float(_font(face, _MEASURE).getlength(character)) / _MEASURE


@lru_cache(maxsize=8192)
def bitmap(
    face: Face,
    character: str,
    size: int,
    angle: float = 0.0,
    bold: int = 0,
    strength: int = 255,
    gain: float = 1.0,
) -> Bitmap | None:
    """The ink of `character` at `size` pixels an em; None where it has none (a space).

    `angle` in degrees against the clock, `bold` pixels added around, `strength` the coverage of
    full ink; `gain` above 1 makes thin strokes heavier by less than a pixel.
    """
    image, drawing, _ = pillow()
    middle = size + bold + 2
    canvas = image.new("L", (2 * middle + 1, 2 * middle + 1), 0)
    drawing.Draw(canvas).text(
        (middle, middle), character, fill=255, font=_font(face, size), anchor="mm",
        stroke_width=bold,
    )  # fmt: skip
    if angle:
        canvas = canvas.rotate(angle, resample=image.Resampling.BICUBIC)
    ink = np.asarray(canvas, np.uint8)
    ink = np.where(ink < _FAINT, 0, ink)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    cut = ink[top : rows[-1] + 1, left : columns[-1] + 1]
    if strength != 255 or gain != 1.0:
        heavier = np.minimum(cut.astype(np.float32) * gain, 255.0)
        cut = np.rint(heavier * (strength / 255)).astype(np.uint8)
    cut = np.ascontiguousarray(cut)
    cut.setflags(write=False)  # shared by every layout
    return Bitmap(left - middle, top - middle, cut)


def check_characters(face: Face, words: str) -> None:
    """Raises UsageError for a character that the font cannot draw."""
    missing = bitmap(face, "\U0010fffe", 40)
    for character in dict.fromkeys(words):
        if character.isspace():
            continue
        drawn = bitmap(face, character, 40)
        if drawn is None or (
            missing is not None and np.array_equal(drawn.coverage, missing.coverage)
        ):
            raise UsageError("seal.font.character", character=character)
