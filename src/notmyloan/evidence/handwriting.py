"""A comparison sheet of signatures: questioned ones above samples, cut out and lined up.

Rule 35 of cn.md section 13 (`evidence.handwriting`): originals before copies, samples of the same
period before others, those from before the dispute before later ones, at least three of each
character. It gathers; it makes no claim about who wrote anything. Pictures are cut and scaled to
one height, never cleaned or sharpened.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
SAME_PERIOD = 730  # days, two years at most (cn.md 4.3, not from a written source)
Box = tuple[float, float, float, float]
_HEIGHT, _MARGIN, _DARK = 240, 14, 170
_PAGE = 0.35  # of the page's height: ink that stands taller is a page, not a signature
_LABEL = re.compile(r"(?:签名|签字|签章|签署)[^:：]{0,12}[:：]|signature\s*:", re.I)
_LINE = 50  # of 400 across the page: shorter ones are strokes
_COLUMNS, _CELL, _GAP, _CAPTION = 3, (640, 300), 16, 34


@dataclass(frozen=True, slots=True, repr=False)
class Signature(Private):
    """A signature: the paper's name and bytes (a picture, or a PDF with its `page` from 1), the
    part to cut (left, top, right, bottom as shares of the page, None to look for it), when it was
    written, whether the paper is an original, what is written, and who keeps the original."""

    name: str
    data: bytes
    page: int = 1
    box: Box | None = None
    written: date | None = None
    original: bool = True
    words: str = ""
    held_by: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Sheet(Private):
    """The questioned signatures, the samples best first, and of each questioned character how
    often the originals among the samples have it; `lacking`: those short of ENOUGH."""

    questioned: tuple[Signature, ...]
    samples: tuple[Signature, ...]
    counts: tuple[tuple[str, int], ...]

    @property
    def lacking(self) -> tuple[tuple[str, int], ...]:
        return tuple((c, n) for c, n in self.counts if n < ENOUGH)

    def apart(self, sample: Signature) -> int | None:
        """Days from the nearest questioned writing, negative where the sample is older; None
        where a date is missing."""
        days = [q.written for q in self.questioned if q.written is not None]
        if sample.written is None or not days:
            return None
        return min(((sample.written - day).days for day in days), key=abs)


def gather(questioned: Sequence[Signature], samples: Sequence[Signature]) -> Sheet:
    """Samples in the order an appraiser wants them: originals first, then those from before the
    questioned writing, then the nearest in time. Raises ValueError without a questioned one."""
    if not questioned:
        raise ValueError("no questioned signature")
    sheet = Sheet(tuple(questioned), (), ())

    def order(sample: Signature) -> tuple[bool, bool, int]:
        apart = sheet.apart(sample)
        return not sample.original, apart is not None and apart > 0, abs(apart or 10**6)

    ordered = tuple(sorted(samples, key=order))
    wanted = dict.fromkeys(c for q in questioned for c in q.words if not c.isspace())
    have = Counter(c for s in samples if s.original for c in s.words)
    return replace(sheet, samples=ordered, counts=tuple((c, have[c]) for c in wanted))


def cut(signature: Signature) -> bytes:
    """The signature as PNG, one height for all. Without a box it is looked for: beside the word
    that asks for it in a PDF's text, else on the one long line to sign on. Raises PackageError
    where the paper cannot be read, where nothing is written there, or where it cannot be found;
    MissingExtraError without Pillow."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise MissingExtraError("seal", Text("proof.purpose.signatures")) from None
    try:
        page, box = _page(signature)
    except (UnidentifiedImageError, OSError, ValueError, RuntimeError, SyntaxError) as error:
        raise PackageError("proof.hand.unreadable", name=signature.name) from error
    if box is None:
        box = _above_line(page)
    if box is not None:
        width, height = page.size
        x0, y0, x1, y1 = box
        page = page.crop((int(x0 * width), int(y0 * height), int(x1 * width), int(y1 * height)))
    ink = _ink(page)
    if ink is None:
        raise PackageError("proof.hand.empty", name=signature.name)
    if box is None and ink[3] - ink[1] > _PAGE * page.height and page.height > page.width:
        raise PackageError("proof.hand.where", name=signature.name)
    left, top, right, bottom = ink
    page = page.crop(
        (max(left - _MARGIN, 0), max(top - _MARGIN, 0),
         min(right + _MARGIN, page.width), min(bottom + _MARGIN, page.height))
    )  # fmt: skip
    scale = _HEIGHT / page.height
    page = page.resize((max(1, round(page.width * scale)), _HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def _ink(page: Any) -> tuple[int, int, int, int] | None:
    """Where the ink is. Specks of a scan are averaged away, only to look; the cut keeps them."""
    step = 4 if min(page.size) >= 32 else 1
    grey = page.convert("L").reduce(step)
    box = grey.point(lambda value: 255 if value < _DARK else 0).getbbox()
    if box is None:
        return None
    left, top, right, bottom = (edge * step for edge in box)
    return left, top, min(right, page.width), min(bottom, page.height)


def _above_line(page: Any) -> Box | None:
    """The space above and about the one long thin line in the lower part of a page, None where
    there is none or more than one."""
    import numpy as np

    grey = np.asarray(
        page.convert("L").resize((400, max(1, round(400 * page.height / page.width))))
    )
    dark = grey < 190
    found: list[tuple[int, int, int]] = []
    for row in range(len(dark) // 3, len(dark)):
        run = 0
        for column, is_dark in enumerate([*dark[row].tolist(), False]):
            if is_dark:
                run += 1
                continue
            if run >= _LINE:
                if found and row - found[-1][0] <= 8:  # a scan lies askew: one line, many rows
                    _, begin, end = found.pop()
                    found.append((row, min(begin, column - run), max(end, column)))
                else:
                    found.append((row, column - run, column))
            run = 0
    if len(found) != 1:
        return None
    row, begin, end = found[0]
    height, width = dark.shape
    reach = 0.35 * (end - begin) + 10
    return (
        max(begin - 8, 0) / width, max(row - 2 * reach, 0) / height,
        min(end + 8, width) / width, min(row + reach / 2, height) / height,
    )  # fmt: skip


def _page(signature: Signature) -> tuple[Any, Box | None]:
    """The page as a picture, and the box to cut where it is known."""
    if signature.data[:5] != b"%PDF-":
        from PIL import Image, ImageOps

        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(signature.data)))
        return picture.convert("RGB"), signature.box
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(signature.data)
    except pypdfium2.PdfiumError as error:
        raise ValueError("not a PDF") from error
    try:
        if not 1 <= signature.page <= len(document):
            raise ValueError("no such page")
        page = document[signature.page - 1]
        box = signature.box or _beside_label(page)
        return page.render(scale=300 / 72).to_pil().convert("RGB"), box
    finally:
        document.close()


def _beside_label(page: Any) -> Box | None:
    """What stands right of the last place that asks for a signature in a PDF's text."""
    text = page.get_textpage()
    words = text.get_text_range()
    places = list(_LABEL.finditer(words))
    if not places:
        return None
    width, height = page.get_size()
    _, bottom, right, top = text.get_charbox(places[-1].end() - 1)
    tall = max(top - bottom, 12)
    return (
        min(right / width, 0.98), max(1 - (top + 2.5 * tall) / height, 0),
        min((right + 200) / width, 1), min(1 - (bottom - 1.5 * tall) / height, 1),
    )  # fmt: skip


def _row(signatures: Sequence[tuple[str, Signature]]) -> bytes:
    """Some signatures side by side in cells of one size, each under its number, as PNG."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise MissingExtraError("seal", Text("proof.purpose.signatures")) from None
    width = _COLUMNS * (_CELL[0] + _GAP) + _GAP
    sheet = Image.new("RGB", (width, _CELL[1] + _CAPTION + 2 * _GAP), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(28)
    for column, (label, signature) in enumerate(signatures):
        left = _GAP + column * (_CELL[0] + _GAP)
        draw.text((left + 6, _GAP - 4), label, fill="black", font=font)
        top = _GAP + _CAPTION
        draw.rectangle((left, top, left + _CELL[0], top + _CELL[1]), outline="black", width=2)
        picture: Any = Image.open(io.BytesIO(cut(signature)))
        room = (_CELL[0] - 12, _CELL[1] - 12)
        if picture.width > room[0]:  # a long one is made smaller, and its height says so
            picture = picture.resize((room[0], round(picture.height * room[0] / picture.width)))
        sheet.paste(picture, (left + (_CELL[0] - picture.width) // 2,
                              top + (_CELL[1] - picture.height) // 2))  # fmt: skip
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def comparison(sheet: Sheet, say: Callable[..., str], language: str, made: date) -> Document:
    """The sheet to print, with the list that goes with it. `say` words a key of `proof.hand`.
    Questioned writings are numbered JC1, samples YB1, as appraisers do."""
    numbered = {
        "questioned": [(f"JC{n}", one) for n, one in enumerate(sheet.questioned, 1)],
        "samples": [(f"YB{n}", one) for n, one in enumerate(sheet.samples, 1)],
    }
    blocks: list[Block] = [Heading(1, (Span(say("title")),)), _said(say("about"))]
    for title, row in numbered.items():
        if not row:
            continue
        blocks.append(Heading(2, (Span(say(title)),)))
        starts = range(0, len(row), _COLUMNS)
        blocks.extend(Picture(_row(row[start : start + _COLUMNS]), 1.0) for start in starts)
    cells = [
        (number, one.name, str(one.page), str(one.written or "—"), _apart(sheet, one, kind, say),
         say("original" if one.original else "copy"), one.held_by or "—")
        for kind, row in numbered.items()
        for number, one in row
    ]  # fmt: skip
    columns = ("number", "name", "page", "date", "apart", "original", "held_by")
    header = tuple(say(f"column.{c}") for c in columns)
    widths = (0.08, 0.26, 0.06, 0.14, 0.2, 0.1, 0.16)
    blocks.append(Heading(2, (Span(say("list")),)))
    blocks.append(Table(header, _cells(cells), widths))
    if sheet.counts:
        blocks.append(Heading(2, (Span(say("characters")),)))
        counted = [
            (c, str(n), say("enough" if n >= ENOUGH else "too_few", want=ENOUGH))
            for c, n in sheet.counts
        ]
        header = tuple(say(f"column.{c}") for c in ("character", "count", "enough"))
        blocks.append(Table(header, _cells(counted), (0.15, 0.35, 0.5)))
    notes = [say("lacking", character=c, have=n, want=ENOUGH) for c, n in sheet.lacking]
    notes += [say("copies")] if any(not s.original for s in sheet.samples) else []
    notes += [say("no_samples")] if not sheet.samples else []
    apart = [sheet.apart(s) for s in sheet.samples]
    known = [days for days in apart if days is not None]
    if known and min(abs(days) for days in known) > SAME_PERIOD:
        notes.append(say("far"))
    notes += [say("undated")] if None in apart else []
    notes += [say("after")] if known and all(days > 0 for days in known) else []
    if notes:
        blocks.append(Items(tuple((Span(note),) for note in notes)))
    blocks.append(_said(say("no_claim")))
    return Document(say("title"), language, made, tuple(blocks), landscape=True)


def _apart(sheet: Sheet, one: Signature, kind: str, say: Callable[..., str]) -> str:
    days = sheet.apart(one) if kind == "samples" else None
    if days is None:
        return "—"
    return say("same_day") if days == 0 else say("before" if days < 0 else "later", days=abs(days))


def _cells(rows: Sequence[Sequence[str]]) -> tuple[tuple[tuple[Span, ...], ...], ...]:
    return tuple(tuple((Span(cell),) for cell in row) for row in rows)


def _said(text: str) -> Paragraph:
    return Paragraph((Span(text),))
