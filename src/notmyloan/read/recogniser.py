"""The recogniser of scanned pages (extra `ocr`), whichever of its two packages is there.

`rapidocr-onnxruntime` is not made for Python 3.13 and later; `rapidocr`, which follows it, is, and
up to its 3.8 holds the same models (PP-OCRv4). Both run on this machine; nothing is fetched.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

import numpy as np

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text

Piece = tuple[Any, str, float]
"""Four corners in pixels (x, y), the text, and how sure, 0 to 1."""


class Recogniser(Protocol):
    """Finds and reads text in a picture of shape (height, width) or (height, width, 3), 8 bits."""

    def pieces(self, image: Any) -> list[Piece]:
        """Every piece of text on a page."""

    def line(self, image: Any) -> tuple[str, float] | None:
        """A picture that holds one piece and nothing else; None where nothing is made out."""


@cache
def recogniser() -> Recogniser:
    """The recogniser, loaded once. Raises MissingExtraError where neither package is there."""
    try:
        return _Earlier()
    except ImportError:
        pass
    try:
        return _Later()
    except ImportError:
        raise MissingExtraError("ocr", Text("core.purpose.ocr")) from None


class _Earlier:
    """rapidocr-onnxruntime, up to Python 3.12."""

    def __init__(self) -> None:
        from rapidocr_onnxruntime import RapidOCR

        self._engine = RapidOCR()

    def pieces(self, image: Any) -> list[Piece]:
        found, _ = self._engine(image, use_cls=False)
        return [(corners, text, float(sure)) for corners, text, sure in found or []]

    def line(self, image: Any) -> tuple[str, float] | None:
        found, _ = self._engine(image, use_det=False, use_cls=False)
        return _made_out(found[0][0], found[0][1]) if found else None


class _Later:
    """rapidocr."""

    def __init__(self) -> None:
        import onnxruntime  # noqa: F401  (what runs the models is a package of its own here)
        from rapidocr import RapidOCR

        self._engine = RapidOCR(params={"Global.log_level": "critical"})

    def pieces(self, image: Any) -> list[Piece]:
        found = self._engine(image, use_det=True, use_cls=False, use_rec=True)
        if found.boxes is None or found.txts is None:
            return []
        return [
            (corners.tolist(), text, float(sure))
            for corners, text, sure in zip(found.boxes, found.txts, found.scores, strict=True)
        ]

    def line(self, image: Any) -> tuple[str, float] | None:
        found = self._engine(
            np.ascontiguousarray(image), use_det=False, use_cls=False, use_rec=True
        )
        return _made_out(found.txts[0], found.scores[0]) if found.txts else None


def _made_out(text: str, sure: float) -> tuple[str, float] | None:
    return (text, float(sure)) if text.strip() else None
