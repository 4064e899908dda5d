"""A comparison sheet of signatures: questioned ones beside samples, cut out and lined up.

Rule 35 of cn.md section 13 (`evidence.handwriting`): originals before copies, samples of the same
period before later ones, at least three of each character. It gathers; it makes no claim about who
wrote anything. Pictures are cut and scaled to one height, never cleaned or sharpened.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from notmyloan.evidence.errors import PackageError
from notmyloan.model.document import (
    Block,
    Document,
    Heading,
    Items,
    Paragraph,
    Picture,
    Span,
    Table,
)
from notmyloan.model.errors import MissingExtraError
from notmyloan.model.record import Private
from notmyloan.model.text import Text

ENOUGH = 3  # of each character (cn.md 4.3)
_HEIGHT, _MARGIN, _INK = 240, 12, 160


@dataclass(frozen=True, slots=True, repr=False)
class Signature(Private):
    """A signature: the paper's name and bytes (a picture, or a PDF with its `page` from 1), the
    part to cut (left, top, right, bottom as shares of the page, None for all its ink), when it
    was written, whether the paper is an original, and what is written."""

    name: str
    data: bytes
    page: int = 1
    box: tuple[float, float, float, float] | None = None
    written: date | None = None
    original: bool = True
    words: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Sheet(Private):
    """The questioned signatures, the samples best first, and which characters are short of
    ENOUGH samples."""

    questioned: tuple[Signature, ...]
    samples: tuple[Signature, ...]
    lacking: tuple[tuple[str, int], ...]


def gather(questioned: Sequence[Signature], samples: Sequence[Signature]) -> Sheet:
    """Samples in the order an appraiser wants them: originals first, then nearest in time to the
    questioned writing. Raises ValueError without a questioned one."""
    if not questioned:
        raise ValueError("no questioned signature")
    days = [s.written for s in questioned if s.written is not None]

    def far(sample: Signature) -> int:
        if sample.written is None or not days:
            return 10**6
        return min(abs((sample.written - day).days) for day in days)

    ordered = sorted(samples, key=lambda s: (not s.original, far(s)))
    wanted = Counter(c for q in questioned for c in set(q.words) if not c.isspace())
    have = Counter(c for s in samples for c in s.words)
    lacking = tuple((c, have[c]) for c in wanted if have[c] < ENOUGH)
    return Sheet(tuple(questioned), tuple(ordered), lacking)


def cut(signature: Signature) -> bytes:
    """The signature as PNG, one height for all. Raises PackageError where the paper cannot be read
    or nothing is written in the box, MissingExtraError without Pillow."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise MissingExtraError("seal", Text("proof.purpose.signatures")) from None
    try:
        page = _page(signature).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, RuntimeError) as error:
        raise PackageError("proof.hand.unreadable", name=signature.name) from error
    if signature.box is not None:
        left, top, right, bottom = signature.box
        width, height = page.size
        page = page.crop(
            (int(left * width), int(top * height), int(right * width), int(bottom * height))
        )
    ink = page.point(lambda value: 255 if value < _INK else 0).getbbox()
    if ink is None:
        raise PackageError("proof.hand.empty", name=signature.name)
    left_, top_, right_, bottom_ = ink
    page = page.crop((max(left_ - _MARGIN, 0), max(top_ - _MARGIN, 0),
                      right_ + _MARGIN, bottom_ + _MARGIN))  # fmt: skip
    scale = _HEIGHT / page.height
    page = page.resize((max(1, round(page.width * scale)), _HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def _page(signature: Signature) -> Any:
    if signature.data[:5] != b"%PDF-":
        from PIL import Image

        return Image.open(io.BytesIO(signature.data))
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(signature.data)
    except pypdfium2.PdfiumError as error:
        raise ValueError("not a PDF") from error
    try:
        if not 1 <= signature.page <= len(document):
            raise ValueError("no such page")
        return document[signature.page - 1].render(scale=300 / 72).to_pil()
    finally:
        document.close()


def comparison(sheet: Sheet, say: Callable[..., str], language: str, made: date) -> Document:
    """The sheet to print, with the list that goes with it. `say` words a key of `proof.hand`."""
    blocks: list[Block] = [Heading(1, (Span(say("title")),)), _said(say("about"))]
    for title, row in (("questioned", sheet.questioned), ("samples", sheet.samples)):
        blocks.append(Heading(2, (Span(say(title)),)))
        for number, one in enumerate(row, 1):
            caption = say(
                "caption", number=number, name=one.name, on=one.written or "—",
                original=say("original" if one.original else "copy"),
            )  # fmt: skip
            blocks.append(Picture(cut(one), 0.45, caption))
    rows = [
        (str(number), one.name, str(one.written or "—"),
         say("original" if one.original else "copy"), say(kind))
        for kind, row in (("questioned", sheet.questioned), ("samples", sheet.samples))
        for number, one in enumerate(row, 1)
    ]  # fmt: skip
    header = tuple(say(f"column.{c}") for c in ("number", "name", "date", "original", "kind"))
    blocks.append(Heading(2, (Span(say("list")),)))
    cells = tuple(tuple((Span(cell),) for cell in row) for row in rows)
    blocks.append(Table(header, cells, (0.1, 0.4, 0.2, 0.15, 0.15)))
    notes = [say("lacking", character=c, have=n, want=ENOUGH) for c, n in sheet.lacking]
    notes += [say("copies")] if any(not s.original for s in sheet.samples) else []
    if notes:
        blocks.append(Items(tuple((Span(note),) for note in notes)))
    blocks.append(_said(say("no_claim")))
    return Document(say("title"), language, made, tuple(blocks))


def _said(text: str) -> Paragraph:
    return Paragraph((Span(text),))
