"""Copies of evidence that fit what a form takes (cn.md rule 28, `form.attachment_size`).

The originals are never touched: what comes out are copies to upload, pictures made smaller and
papers in parts. What cannot be made smaller without cutting into it (sound, video, exports) is
left to an excerpt, and said.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

import pypdfium2

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.record import Private
from notmyloan.model.text import Text

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".gif")
_QUALITIES = (88, 78, 68)
_SMALLEST = 900  # pixels of the longer side: below this print becomes hard to read
_DPI = 200


@dataclass(frozen=True, slots=True, repr=False)
class Copy(Private):
    """A copy to upload: its file name and bytes."""

    name: str
    content: bytes


def can_fit(name: str) -> bool:
    """Whether files of this name can be made smaller at all."""
    return PurePath(name).suffix.lower() in (*PICTURES, ".pdf")


def fit(name: str, content: bytes, limit: int) -> tuple[Copy, ...]:
    """`content` as one or more copies of at most `limit` bytes each, in order; empty where it
    cannot be done. Raises MissingExtraError where a picture needs Pillow and it is not there."""
    if len(content) <= limit:
        return (Copy(PurePath(name).name, content),)
    if not can_fit(name):
        return ()
    stem = PurePath(name).stem
    if content.startswith(b"%PDF"):
        return _parts(stem, content, limit)
    small = _smaller(content, limit)
    return (Copy(f"{stem}-copy.jpg", small),) if small is not None else ()


def _smaller(content: bytes, limit: int) -> bytes | None:
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise MissingExtraError("seal", Text("core.purpose.attach")) from None
    try:
        with Image.open(BytesIO(content)) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError):
        return None
    while True:
        for quality in _QUALITIES:
            out = BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= limit:
                return out.getvalue()
        width, height = (round(side * 0.8) for side in picture.size)
        if max(width, height) < _SMALLEST:
            return None
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)


def _parts(stem: str, content: bytes, limit: int) -> tuple[Copy, ...]:
    """A PDF in parts of whole pages; a page that is too large by itself becomes a picture."""
    try:
        source = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return ()
    try:
        parts: list[tuple[str, bytes]] = []
        pages: list[int] = []
        kept = b""
        for page in range(len(source)):
            longer = _some(source, [*pages, page])
            if len(longer) <= limit:
                pages, kept = [*pages, page], longer
                continue
            if pages:
                parts.append(("pdf", kept))
            alone = _some(source, [page])
            pages, kept = [page], alone
            if len(alone) > limit:
                picture = _smaller(_picture(source, page), limit)
                if picture is None:
                    return ()
                parts.append(("jpg", picture))
                pages, kept = [], b""
        if pages:
            parts.append(("pdf", kept))
    finally:
        source.close()
    return tuple(
        Copy(f"{stem}-{number}of{len(parts)}.{kind}", part)
        for number, (kind, part) in enumerate(parts, 1)
    )


def _some(source: pypdfium2.PdfDocument, pages: list[int]) -> bytes:
    made = pypdfium2.PdfDocument.new()
    try:
        made.import_pages(source, pages)
        out = BytesIO()
        made.save(out)
        return out.getvalue()
    finally:
        made.close()


def _picture(source: pypdfium2.PdfDocument, page: int) -> bytes:
    out = BytesIO()
    source[page].render(scale=_DPI / 72).to_pil().save(out, "PNG")
    return out.getvalue()
