"""Pages of a scanned credit report: recognised with positions, then read like printed ones.

The recogniser (extra `ocr`) runs on this machine with the models in its package; nothing is
fetched. What it is not sure of is refused, never guessed.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.read.credit_layout import empty_cells
from notmyloan.read.credit_page import Char, Page, Rule, Spot, clean
from notmyloan.read.credit_refuse import Refuse

_SCALE = 200 / 72  # pixels a point: 200 dpi
_MAX_PIXELS = 40_000_000
_SURE = 0.6  # below this a piece of text is not certain enough for anything to rest on


def recognise_page(document: pdfium.PdfDocument, index: int, refuse: Refuse) -> Page:
    """The scanned page `index` (from 0). Raises MissingExtraError, or InputError where it is
    too faint; `confidence` is the lowest of its pieces."""
    engine = _engine()
    page = document[index]
    try:
        width, height = page.get_size()
        if width * height * _SCALE**2 > _MAX_PIXELS:
            raise refuse("refuse.large")
        image = page.render(scale=_SCALE, grayscale=False).to_numpy()
    finally:
        page.close()
    found, _ = engine(image, use_cls=False)
    spot = Spot(index + 1, 0, 0, 0, 0)
    if not found:
        return Page(index + 1, width, height, [])
    chars: list[Char] = []
    lowest = 1.0
    for corners, text, score in found:
        sure = float(score)
        if sure < _SURE and sum(c.isalnum() for c in text) > 1:
            raise refuse("refuse.faint", spot, percent=round(sure * 100))
        if text.strip():
            lowest = min(lowest, sure)
            chars += _spread(text, corners)
    whole = Page(index + 1, width, height, chars, _drawn(image), lowest)
    for box in empty_cells(whole):
        _look_again(engine, image, box, whole, refuse)
    return whole


def _look_again(
    engine: Any, image: Any, box: tuple[float, float, float, float], page: Page, refuse: Refuse
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
    pad = round(1.5 * _SCALE)
    top, bottom = max(rows[0] - pad, 0), rows[-1] + pad
    left, right = max(columns[0] - pad, 0), columns[-1] + pad
    crop = cell[top:bottom, left:right]
    # The recogniser wants a line, not a speck: give a lone digit white at both sides.
    side = np.full((crop.shape[0], crop.shape[0], *crop.shape[2:]), 255, crop.dtype)
    found, _ = engine(np.concatenate([side, crop, side], axis=1), use_det=False, use_cls=False)
    if not found or not found[0][0].strip():
        return
    text, sure = found[0][0], float(found[0][1])
    at = (x0 + inset + left, y0 + inset + top, x0 + inset + right, y0 + inset + bottom)
    if sure < _SURE and not any(c.isalnum() for c in text):
        return  # a speck, a border's corner
    if sure < _SURE:
        spot = Spot(page.number, *(v / _SCALE for v in at))
        raise refuse("refuse.faint", spot, percent=round(sure * 100))
    page.confidence = min(page.confidence, sure)
    corners = [(at[0], at[1]), (at[2], at[1]), (at[2], at[3]), (at[0], at[3])]
    page.chars += _spread(text, corners)


@cache
def _engine() -> Any:
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError:
        raise MissingExtraError("ocr", Text("core.purpose.ocr")) from None
    return RapidOCR()


def _spread(text: str, corners: Any) -> list[Char]:
    """A recognised piece's characters over its box, the Chinese ones twice as wide."""
    xs = [float(p[0]) / _SCALE for p in corners]
    ys = [float(p[1]) / _SCALE for p in corners]
    widths = [
        1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text
    ]
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


def _drawn(image: Any) -> list[Rule]:
    """The table lines in the picture: long unbroken dark runs."""
    import cv2  # comes with the recogniser

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    dark = cv2.threshold(grey, 170, 255, cv2.THRESH_BINARY_INV)[1]
    out: list[Rule] = []
    for wide in (True, False):
        length = int(28 * _SCALE) if wide else int(13 * _SCALE)
        kernel = cv2.getStructuringElement(
            cv2.MORPH_RECT, (length, 1) if wide else (1, length)
        )
        opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
        _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
        for x, y, w, h, _ in stats[1:]:
            thin = h if wide else w
            if thin > 3 * _SCALE:
                continue  # a shaded cell or a picture, no line
            x0, y0 = x / _SCALE, y / _SCALE
            x1, y1 = (x + w) / _SCALE, (y + h) / _SCALE
            if wide:
                out.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
            else:
                out.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
    return out
