"""Pages of a scanned credit report: recognised with positions, then read like printed ones.

The recogniser (extra `ocr`) runs on this machine with the models in its package; nothing is
fetched. What it is not sure of is refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from notmyloan.read.credit_layout import empty_cells
from notmyloan.read.credit_page import Char, Page, Rule, Spot, clean
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.recogniser import Recogniser, recogniser

_SCALE = 200 / 72  # pixels a point: 200 dpi
_MAX_PIXELS = 40_000_000
_SURER = 0.9  # below this it is looked at once more, larger
_LARGER = (1.5, 2.0, 3.0)
_MARGIN = 4  # pixels of white
_LEAST_INK = 6  # pixels of height; the smallest print has twelve
_SURE = 0.75  # below this a piece of text is not certain enough for anything to rest on


def recognise_page(document: pdfium.PdfDocument, index: int, refuse: Refuse) -> Page:
    """The scanned page `index` (from 0). Raises MissingExtraError, or InputError where it is
    too faint; `confidence` is the lowest of its pieces."""
    engine = recogniser()
    page = document[index]
    try:
        width, height = page.get_size()
        if width * height * _SCALE**2 > _MAX_PIXELS:
            raise refuse("refuse.large")
        image = page.render(scale=_SCALE, grayscale=False).to_numpy()
    finally:
        page.close()
    # A border beside a nought reads as 10: the lines go before anything is recognised.
    rules, image = _drawn(image)
    found = engine.pieces(image)
    spot = Spot(index + 1, 0, 0, 0, 0)
    if not found:
        return Page(index + 1, width, height, [])
    chars: list[Char] = []
    lowest = 1.0
    dark = (image.min(axis=2) if image.ndim == 3 else image) < 140
    found = _at_walls(engine, image, _outermost(found), rules)
    boxes = [_pixels(corners) for corners, _, _ in found]
    for k, (corners, text, score) in enumerate(found):
        sure = float(score)
        whole_box = _widened(dark, k, boxes, rules)
        if whole_box != boxes[k]:
            x0, y0, x1, y1 = whole_box
            corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
            text, sure = _tight(engine, _cut(image, corners)) or (text, 0.0)
        part = _cut(image, corners)
        if len(text.strip()) <= 2 and _is_dash(part):
            text, sure = "--", 1.0
        elif sure < 0.85:
            again = _tight(engine, part)
            if again is not None and again[1] > sure:
                text, sure = again
        text = _without_borders(text)
        if sure >= _SURE and 2 * len(_figures(text)) >= len(text):
            x0, y0, x1, y1 = _pixels(corners)
            text, sure = _confirmed(engine, image[max(y0, 0) : y1, max(x0, 0) : x1], text, sure)
        if sure < _SURE and not any(c.isalnum() for c in text):
            continue  # a speck
        if sure < _SURE:
            raise refuse("refuse.faint", spot, percent=round(sure * 100))
        if text.strip():
            lowest = min(lowest, sure)
            chars += _spread(text, corners)
    whole = Page(index + 1, width, height, chars, rules, lowest)
    for box in empty_cells(whole):
        _look_again(engine, image, box, whole, refuse)
    return whole


def _look_again(
    engine: Recogniser,
    image: Any,
    box: tuple[float, float, float, float],
    page: Page,
    refuse: Refuse,
) -> None:
    """Reads a cell that holds ink but where nothing was found: a lone digit is easily missed."""
    x0, y0, x1, y1 = (round(v * _SCALE) for v in box)
    inset = round(1.5 * _SCALE)
    cell = image[y0 + inset : y1 - inset, x0 + inset : x1 - inset]
    if cell.size == 0:
        return
    dark = (cell.min(axis=2) if cell.ndim == 3 else cell) < 140
    rows, columns = dark.any(axis=1).nonzero()[0], dark.any(axis=0).nonzero()[0]
    if dark.sum() < 6 or not len(rows):
        return
    if _is_dash(cell):
        edge = [(box[i] * _SCALE, box[j] * _SCALE) for i, j in ((0, 1), (2, 1), (2, 3), (0, 3))]
        page.chars += _spread("--", edge)
        return
    again = _tight(engine, cell)
    if again is None:
        return
    text, sure = _without_borders(again[0]), again[1]
    top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
    at = (x0 + inset + left, y0 + inset + top, x0 + inset + right, y0 + inset + bottom)
    if sure < _SURE and not any(c.isalnum() for c in text):
        return  # a speck, a border's corner
    if sure < _SURE:
        spot = Spot(page.number, *(v / _SCALE for v in at))
        raise refuse("refuse.faint", spot, percent=round(sure * 100))
    page.confidence = min(page.confidence, sure)
    corners = [(at[0], at[1]), (at[2], at[1]), (at[2], at[3]), (at[0], at[3])]
    page.chars += _spread(text, corners)


_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:[.,，]\s?\d{3})+(?![\d.])")


def _without_borders(text: str) -> str:
    """A short piece without the table's line at its ends, which is read as a bracket; a lone
    letter o in a report is a nought."""
    plain = text.strip()
    if len(plain) <= 12 and plain.count("[") + plain.count("]") + plain.count("|") == 1:
        plain = plain.strip("[]|")
    # Amounts are whole: a point before three figures is the comma of thousands.
    plain = _THOUSANDS.sub(lambda m: re.sub(r"[.,，]\s?", ",", m[0]), plain)
    return "0" if plain in ("o", "O", "〇") else plain


_Box = tuple[int, int, int, int]


def _outermost(found: Any) -> list[Any]:
    """The pieces, without those that lie inside a larger one: a character's own stroke taken for
    a piece by itself."""
    boxes = [_pixels(corners) for corners, _, _ in found]

    def inside(a: _Box, b: _Box) -> bool:
        room = max(b[3] - b[1], 1) // 5
        wider = (b[2] - b[0]) > 2 * (a[2] - a[0])
        return (
            wider and b[0] <= a[0] and a[2] <= b[2] and b[1] - room <= a[1] and a[3] <= b[3] + room
        )

    return [
        piece
        for k, piece in enumerate(found)
        if not any(inside(boxes[k], box) for i, box in enumerate(boxes) if i != k)
    ]


def _at_walls(engine: Recogniser, image: Any, found: Any, rules: list[Rule]) -> list[Any]:
    """The pieces, those that run over a table's vertical line cut there and read again: a
    character counted into the next cell is a wrong value in both."""
    out: list[Any] = []
    boxes = [_pixels(corners) for corners, _, _ in found]
    for corners, text, score in found:
        x0, y0, x1, y1 = _pixels(corners)
        middle = (y0 + y1) / 2 / _SCALE
        cuts = sorted(
            round(r.x0 * _SCALE)
            for r in rules
            if r.x0 == r.x1 and r.y0 < middle < r.y1 and x0 + 5 < r.x0 * _SCALE < x1 - 5
        )
        if not cuts:
            out.append((corners, text, score))
            continue
        for left, right in pairwise([x0, *cuts, x1]):
            left, right = left + 4 * (left in cuts), right - 4 * (right in cuts)
            if right - left < 0.3 * (y1 - y0) or any(
                b[0] <= left and right <= b[2] + 4 and b[1] < (y0 + y1) / 2 < b[3]
                for b in boxes
                if b != (x0, y0, x1, y1)
            ):
                continue  # the border's own edge, or the neighbour's last character
            part = [(left, y0), (right, y0), (right, y1), (left, y1)]
            cut = _cut(image, part)
            again = ("--", 1.0) if _is_dash(cut) else _tight(engine, cut)
            if again is not None:
                out.append((_inked(image, part), *again))
    return out


def _inked(image: Any, corners: Any) -> Any:
    """The corners drawn in to where the ink begins and ends."""
    x0, y0, x1, y1 = _pixels(corners)
    part = image[y0:y1, x0:x1]
    columns = ((part.min(axis=2) if part.ndim == 3 else part) < 140).any(axis=0).nonzero()[0]
    if len(columns) == 0:
        return corners
    left, right = x0 + int(columns[0]), x0 + int(columns[-1]) + 1
    return [(left, y0), (right, y0), (right, y1), (left, y1)]


def _pixels(corners: Any) -> _Box:
    xs, ys = [int(p[0]) for p in corners], [int(p[1]) for p in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _widened(dark: Any, k: int, boxes: list[_Box], rules: list[Rule]) -> _Box:
    """Box `k` with the ink at its ends that the detector cut off: a first digit lost makes
    another amount. Other pieces and drawn lines are not crossed."""
    x0, y0, x1, y1 = boxes[k]
    high = max(y1 - y0, 1)
    top, bottom = y0 + high // 4, y1 - high // 4
    stops = [b for i, b in enumerate(boxes) if i != k and min(b[3], bottom) > max(b[1], top)]
    walls = [
        r.x0 * _SCALE for r in rules
        if r.x0 == r.x1 and r.y0 * _SCALE < bottom and r.y1 * _SCALE > top
    ]  # fmt: skip
    least = max(
        [b[2] for b in stops if b[2] <= x0 + high] + [w for w in walls if w <= x0 + 4] + [0]
    )
    most = min(
        [b[0] for b in stops if b[0] >= x1 - high]
        + [w for w in walls if w >= x1 - 4]
        + [dark.shape[1]]
    )
    left = _reach(dark[top:bottom, : x0 + 1].any(axis=0)[::-1], x0 - least, high)
    right = _reach(dark[top:bottom, x1:].any(axis=0), most - x1, high)
    # A pixel or two is the edge of the character itself.
    grown = (x0 - left if left > 2 else x0, y0, x1 + right if right > 2 else x1, y1)
    return grown


def _reach(ink: Any, limit: float, high: int) -> int:
    """How far ink goes on along `ink` without a gap of a third of the line's height."""
    end = 0
    for i in range(int(min(limit, len(ink), 3 * high))):
        if ink[i]:
            end = i + 1
        elif i - end > 0.3 * high:
            break
    return end


def _tight(engine: Recogniser, part: Any) -> tuple[str, float] | None:
    """What the recogniser makes of the ink alone: a little white around it suits it best."""
    crop = _ink_alone(part)
    if crop is None:
        return None
    first = engine.line(crop)
    if first is not None and first[1] >= _SURER:
        return first
    high, wide = crop.shape[0] - 2 * _MARGIN, crop.shape[1] - 2 * _MARGIN
    return _agreed(
        [first, *(engine.line(_larger(crop, by)) for by in _LARGER)],
        alone=wide >= 0.3 * high,  # narrower is what is left of a border
    )


def _ink_alone(part: Any) -> Any:
    """The ink with a white margin, or None where there is none."""
    dark = (part.min(axis=2) if part.ndim == 3 else part) < 140
    rows, columns = dark.any(axis=1).nonzero()[0], dark.any(axis=0).nonzero()[0]
    if len(rows) == 0:
        return None
    ink = part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if ink.shape[0] < _LEAST_INK:
        return None  # a speck; no character is so low
    high, wide = ink.shape[0] + 2 * _MARGIN, ink.shape[1] + 2 * _MARGIN
    crop = np.full((high, wide, *ink.shape[2:]), 255, ink.dtype)
    crop[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = ink
    return crop


def _larger(crop: Any, by: float) -> Any:
    import cv2  # comes with the recogniser

    return cv2.resize(crop, None, fx=by, fy=by, interpolation=cv2.INTER_CUBIC)


def _agreed(
    readings: Sequence[tuple[str, float] | None], *, alone: bool
) -> tuple[str, float] | None:
    """The reading that two sizes of the same ink give; without one, none is sure. A single
    character (where `alone`) is, where three do."""
    found = [r for r in readings if r is not None]
    votes = Counter(_plain(text) for text, _ in found)
    best = max(found, key=lambda r: (votes[_plain(r[0])], r[1]), default=None)
    if best is None:
        return None
    plain = _plain(best[0])
    if alone and len(plain) == 1 and plain.isascii() and votes[plain] >= 3:
        return best[0], max(best[1], _SURE)  # a lone 1 never looks sure
    if votes[plain] > 1:
        return best
    return best[0], min(best[1], _SURE - 0.01)


def _confirmed(engine: Recogniser, part: Any, text: str, sure: float) -> tuple[str, float]:
    """A cell of figures, read once more, larger: figures that change are not certain.

    Words with a figure among them are not read again: the recogniser squeezes a long piece to
    its own width, so larger tells it less.
    """
    crop = _ink_alone(part) if part.size else None
    if crop is None:
        return text, sure
    changed = 0
    for by in _LARGER[:2]:
        again = engine.line(_larger(crop, by))
        if again is not None and _figures(again[0]) == _figures(text):
            return text, sure
        changed += again is not None and again[1] >= _SURE
    return text, 0.0 if changed else sure


def _figures(text: str) -> str:
    return "".join(c for c in _plain(text) if c.isdigit())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(text.split())).upper()


def _cut(image: Any, corners: Any) -> Any:
    xs, ys = [int(p[0]) for p in corners], [int(p[1]) for p in corners]
    trim = (max(ys) - min(ys)) // 7  # a table's line runs along the edge
    return image[max(min(ys) + trim, 0) : max(ys) - trim, max(min(xs), 0) : max(xs)]


def _is_dash(part: Any) -> bool:
    """Whether all ink lies on one short flat stroke: `--`, which recognisers take for anything."""
    if part.size == 0:
        return False
    dark = (part.min(axis=2) if part.ndim == 3 else part) < 140
    rows, columns = dark.any(axis=1).nonzero()[0], dark.any(axis=0).nonzero()[0]
    if len(rows) == 0:
        return False
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    return bool(high <= 1.3 * _SCALE and 2 * _SCALE <= wide <= 20 * _SCALE)


_BRACKETS = str.maketrans("()", "（）")


def _spread(text: str, corners: Any) -> list[Char]:
    """A recognised piece's characters over its box, the Chinese ones twice as wide."""
    if any("\u4e00" <= c <= "\u9fff" for c in text):
        text = text.translate(_BRACKETS)  # the report's own are full-width
    xs = [float(p[0]) / _SCALE for p in corners]
    ys = [float(p[1]) / _SCALE for p in corners]
    widths = [1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text]
    step = (max(xs) - min(xs)) / max(sum(widths), 0.1)
    x = min(xs)
    # Boxes lie loosely around the line: take their heart.
    top, bottom = min(ys), max(ys)
    margin = (bottom - top) * 0.12
    out = []
    spaced = False
    for char, width in zip(text, widths, strict=True):
        if char.isspace():
            spaced = True
        else:
            right = x + width * step
            out.append(Char(clean(char), x, top + margin, right, bottom - margin, spaced))
            spaced = False
        x += width * step
    return out


def _drawn(image: Any) -> tuple[list[Rule], Any]:
    """The table lines in the picture (long unbroken dark runs), and the picture without them."""
    import cv2  # comes with the recogniser

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    dark = cv2.threshold(grey, 170, 255, cv2.THRESH_BINARY_INV)[1]
    out: list[Rule] = []
    clear = image.copy()
    for wide in (True, False):
        length = int(28 * _SCALE) if wide else int(13 * _SCALE)
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (length, 1) if wide else (1, length))
        opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
        _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
        for x, y, w, h, _ in stats[1:]:
            thin = h if wide else w
            if thin > 3 * _SCALE:
                continue  # a shaded cell or a picture, no line
            clear[max(y - 2, 0) : y + h + 2, max(x - 2, 0) : x + w + 2] = 255
            x0, y0 = x / _SCALE, y / _SCALE
            x1, y1 = (x + w) / _SCALE, (y + h) / _SCALE
            if wide:
                out.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
            else:
                out.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
    return out, clear
