"""Opens pictures and PDF pages, and writes sealed copies that carry nothing but pixels."""

from __future__ import annotations

import io
import warnings
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pypdfium2 as pdfium

from notmyloan.model.errors import InputError, UsageError
from notmyloan.seal.fonts import pillow
from notmyloan.seal.heic import Damaged, TooLarge, decode
from notmyloan.seal.layout import Pixels

MOST_PIXELS = 100_000_000  # 300 MB as RGB; a 200-megapixel file is refused before it is decoded
MOST_BYTES = 200_000_000
LEAST_SIDE = 64  # pixels; nothing can be read on less
PAGE_DPI = (200.0, 300.0)  # a PDF page is drawn at least and at most so finely
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_SCREEN_DPI = 97  # cameras and screens write 72 or 96, which says nothing about a print
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif")

Format = Literal["png", "jpeg", "pdf"]


@dataclass(frozen=True, slots=True)
class Picture:
    """`pixels`: rows x columns x 3, RGB, upright as the camera's orientation says. `dpi`: dots an
    inch where the file tells it believably. `pages`: how many the file has."""

    pixels: Pixels
    dpi: float | None
    format: str
    pages: int = 1


def open_picture(data: bytes, name: str, *, page: int = 1, password: str | None = None) -> Picture:
    """The picture in a JPEG, PNG, WebP or HEIC file, or one page (from 1) of a PDF.

    `name` is for errors only. Raises InputError (unknown kind, broken, encrypted, too large or
    too small), UsageError (no such page) and MissingExtraError.
    """
    kind = _sniff(data)
    if kind is None:
        raise InputError("seal.picture.kind", name=name)
    if len(data) > MOST_BYTES:
        raise InputError("seal.picture.bytes", name=name, megabytes=MOST_BYTES // 1_000_000)
    if kind == "pdf":
        picture = _page(data, name, page, password)
    elif page != 1:
        raise UsageError("seal.picture.page", name=name, page=page, pages=1)
    else:
        picture = _image(data, name, kind)
    if min(picture.pixels.shape[:2]) < LEAST_SIDE:
        raise InputError("seal.picture.small", name=name)
    return picture


def write_picture(pixels: Pixels, format: Format, dpi: float) -> bytes:
    """A file of `pixels` that prints at `dpi` dots an inch: no EXIF, profile, thumbnail, date or
    producer, no layers; the same pixels give the same bytes."""
    image, _, _ = pillow()
    picture = image.fromarray(np.ascontiguousarray(pixels))
    target = io.BytesIO()
    dots = (round(dpi), round(dpi))
    if format == "png":
        picture.save(target, "PNG", dpi=dots, compress_level=2)
        return target.getvalue()
    # Full colour resolution: the endorsement's thin blue strokes blur without it.
    picture.save(target, "JPEG", quality=94, subsampling=0, dpi=dots)
    if format == "jpeg":
        return target.getvalue()
    return _pdf(target.getvalue(), picture.width, picture.height, dpi)


def _sniff(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and (data[8:12] in _HEIC or any(b in data[8:40] for b in _HEIC)):
        return "heic"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return None


def _image(data: bytes, name: str, kind: str) -> Picture:
    image, _, _ = pillow()
    from PIL import ImageOps

    large = InputError("seal.picture.pixels", name=name, megapixels=MOST_PIXELS // 1_000_000)
    if kind == "heic":
        try:
            return Picture(decode(data, MOST_PIXELS), None, kind)
        except TooLarge:
            raise large from None
        except Damaged:
            raise InputError("seal.picture.broken", name=name) from None
    try:
        # The size is checked here, before anything is decoded, so Pillow's own warning is moot.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", image.DecompressionBombWarning)
            opened = image.open(io.BytesIO(data), formats=[kind.upper()])
        if opened.size[0] * opened.size[1] > MOST_PIXELS:
            raise large
        opened.load()
        pixels = _rgb(image, _turned(ImageOps, opened))
    except image.DecompressionBombError:
        raise large from None
    except InputError:
        raise
    except Exception:  # decoders raise whatever a damaged file makes them
        raise InputError("seal.picture.broken", name=name) from None
    return Picture(pixels, _dpi(opened.info), kind)


def _turned(operations: Any, picture: Any) -> Any:
    """Upright by its EXIF orientation; as it is where that is damaged."""
    try:
        return operations.exif_transpose(picture)
    except Exception:  # a damaged EXIF block, not a damaged picture
        return picture


def _rgb(image: Any, picture: Any) -> Pixels:
    """8-bit RGB; what is transparent becomes white paper. Colours are taken as sRGB."""
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        deep = np.asarray(picture, np.float64)
        deep = deep / (65535.0 if deep.max() > 255 else 255.0) * 255.0
        picture = image.fromarray(np.clip(deep, 0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        over = picture.convert("RGBA")
        paper = image.new("RGBA", over.size, "white")
        picture = image.alpha_composite(paper, over)
    pixels: Pixels = np.array(picture.convert("RGB"), np.uint8)
    return pixels


def _dpi(info: dict[str, Any]) -> float | None:
    try:
        across, down = (float(v) for v in info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (_SCREEN_DPI < across < 2401 and abs(across - down) < 2):
        return None
    return float(round(across))


def _page(data: bytes, name: str, page: int, password: str | None) -> Picture:
    try:
        document = pdfium.PdfDocument(data, password=password)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise InputError("seal.picture.encrypted", name=name) from None
        raise InputError("seal.picture.broken", name=name) from None
    try:
        pages = len(document)
        if not 1 <= page <= pages:
            raise UsageError("seal.picture.page", name=name, page=page, pages=pages)
        document.init_forms()
        sheet = document[page - 1]
        wide, high = sheet.get_size()
        dpi = _fineness(sheet)
        if not wide * high * (PAGE_DPI[0] / 72) ** 2 <= MOST_PIXELS:
            raise InputError("seal.picture.pixels", name=name, megapixels=MOST_PIXELS // 1_000_000)
        if wide * high * (dpi / 72) ** 2 > MOST_PIXELS:
            dpi = PAGE_DPI[0]
        # A hair less, or a page of a whole number of pixels would get one more.
        drawn = sheet.render(scale=dpi / 72 * (1 - 1e-5), rev_byteorder=True).to_numpy()
    except pdfium.PdfiumError:
        raise InputError("seal.picture.broken", name=name) from None
    finally:
        document.close()
    if drawn.ndim == 2 or drawn.shape[2] == 1:
        drawn = np.repeat(drawn.reshape(*drawn.shape[:2], 1), 3, axis=2)
    return Picture(np.array(drawn[..., :3], np.uint8), dpi, "pdf", pages)


def _fineness(sheet: Any) -> float:
    """Dots an inch of the page's finest picture, within PAGE_DPI."""
    least, most = PAGE_DPI
    finest = least
    for item in sheet.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = _bounds(item)
        across = item.get_px_size()[0]
        if right - left > 36 and top > bottom:
            finest = max(finest, across / (right - left) * 72)
    return float(round(min(finest, most)))


def _bounds(item: Any) -> tuple[float, float, float, float]:
    get = getattr(item, "get_bounds", None) or item.get_pos  # the name before pypdfium2 5
    left, bottom, right, top = get()
    return left, bottom, right, top


def _pdf(jpeg: bytes, wide: int, high: int, dpi: float) -> bytes:
    """One page with one picture and nothing else (ISO 32000-1, 7.5)."""
    x, y = wide * 72 / dpi, high * 72 / dpi
    draw = zlib.compress(b"q %.4f 0 0 %.4f 0 0 cm /I Do Q" % (x, y))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.4f %.4f]"
        b"/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>" % (x, y),
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(draw), draw),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
        b"/BitsPerComponent 8/Filter/DCTDecode/Length %d>>\nstream\n%s\nendstream"
        % (wide, high, len(jpeg), jpeg),
    ]
    file = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    for place in places:
        file += b"%010d 00000 n \n" % place
    file += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return bytes(file)
