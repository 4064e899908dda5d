"""Pictures of every format go in; only pixels come out."""

from __future__ import annotations

import base64
import io
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("PIL", reason="the extra seal is not installed")

from PIL import Image

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.errors import InputError, NotMyLoanError, UsageError
from notmyloan.seal.layout import Pixels
from notmyloan.seal.picture import Format, open_picture, write_picture

FORMATS: tuple[Format, ...] = ("png", "jpeg", "pdf")
# 160 x 100 pixels, red upper left quarter, orientation 6: upright it is 100 x 160, red upper right.
HEIC = base64.b64decode(
    """
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABw
aWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABxgABAAAAAAAAAIIAAgAAAAAC
SAABAAAAAAAAADYAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAA
AQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA4WlwcnAAAADBaXBjbwAAAHlodmNDAQNwAAAAkAAA
AAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAsQgEBA3AAAAMA
kAAAAwAAAwAeoBQgafeW6kkprm4CGgwIAAADAMgAAAMACEBiAAEAB0QBwXKwYkAAAAATY29scm5j
bHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAoAAAAGQAAAAQcGl4aQAAAAADCAgIAAAACWlyb3QDAAAA
GGlwbWEAAAAAAAAAAQABBYECAwSFAAAAGmlyZWYAAAAAAAAADmNkc2MAAgABAAEAAADAbWRhdAAA
AH4oAa8ZR80J3Djp1w3IU3//f4x/19q/4pBk+S5k2+un+uFg+qqdkRBaaDkvX2CrIIp+52DEfutT
o70UbGRtNq2iG6U8kPr06l0PqRxebV2SvJ1xPDQMuUbFd0b0ss8GhFEsGLKMHN4GOOLHk+xA8Q38
cz8p+shgAAGjAAEESEAAAAAGRXhpZgAATU0AKgAAAAgAAgEPAAIAAAAGAAAAJgESAAMAAAABAAYA
AAAAAABNYWtlcgA=
"""
)


def quarters() -> Image.Image:
    image = Image.new("RGB", (160, 100), (240, 240, 240))
    image.paste((200, 30, 30), (0, 0, 80, 50))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def noise(high: int = 120, wide: int = 200) -> Pixels:
    return np.random.default_rng(1).integers(0, 255, (high, wide, 3)).astype(np.uint8)


def refused(data: bytes, name: str = "scan.jpg", **options: object) -> str:
    with pytest.raises(NotMyLoanError) as caught:
        open_picture(data, name, **options)  # type: ignore[arg-type]
    for language in LANGUAGES:
        assert Speaker(language).say(caught.value.text)
    return caught.value.text.key


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    opened = open_picture(saved(quarters(), kind, exif=exif.tobytes()), "photo")
    high, wide = opened.pixels.shape[:2]
    assert (wide, high) == ((160, 100) if orientation < 5 else (100, 160))
    red = opened.pixels[..., 1] < 120
    halves = [part.mean() > 0.8 for half in np.array_split(red, 2, 0)
              for part in np.array_split(half, 2, 1)]  # fmt: skip
    place = {1: 0, 2: 1, 3: 3, 4: 2, 5: 0, 6: 1, 7: 3, 8: 2}[orientation]
    assert halves == [n == place for n in range(4)]


def test_heic_is_read_upright() -> None:
    pytest.importorskip("pi_heif", reason="the extra seal is not installed")
    opened = open_picture(HEIC, "IMG_1.HEIC")
    assert opened.pixels.shape == (160, 100, 3)
    assert opened.pixels[20, 80, 0] > 150 > 100 > opened.pixels[20, 80, 1]
    assert opened.pixels[20, 20].min() > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = quarters().convert("I" if mode == "I;16" else mode)
    if mode == "I;16":
        source = Image.fromarray(np.full((100, 160), 60000, np.uint16))
    opened = open_picture(saved(source, kind), "x")
    assert opened.pixels.shape == (100, 160, 3)
    assert opened.pixels[80, 120].min() > 200


def test_what_is_transparent_is_paper() -> None:
    opened = open_picture(saved(Image.new("RGBA", (80, 80), (0, 0, 0, 0)), "PNG"), "x")
    assert opened.pixels.min() == 255


@pytest.mark.parametrize(("dpi", "told"), [(72, None), (96, None), (200, 200.0), (300, 300.0)])
def test_resolution_counts_where_it_is_believable(dpi: int, told: float | None) -> None:
    assert open_picture(saved(quarters(), "JPEG", dpi=(dpi, dpi)), "x").dpi == told


@pytest.mark.parametrize("format", FORMATS)
def test_copies_come_back_at_print_size(format: Format) -> None:
    pixels = noise(638, 1011)
    opened = open_picture(write_picture(pixels, format, 300), "x")
    assert opened.dpi == 300
    assert opened.pixels.shape == pixels.shape
    if format == "png":
        assert np.array_equal(opened.pixels, pixels)


@pytest.mark.parametrize("format", FORMATS)
def test_a_copy_tells_nothing_but_its_pixels(format: Format, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretMaker"
    exif.get_ifd(0x8825)[1] = "N"
    photo = saved(quarters(), "JPEG", exif=exif.tobytes(), icc_profile=b"SecretProfile" * 9,
                  comment=b"SecretComment")  # fmt: skip
    assert b"Secret" in photo
    copy = write_picture(open_picture(photo, "x").pixels, format, 300)
    for word in (b"Secret", b"Exif", b"ICC_PROFILE", b"iCCP", b"tEXt", b"eXIf", b"tIME",
                 b"Producer", b"Creat", b"ModDate", b"Info", b"Metadata", b"/ID"):  # fmt: skip
        assert word not in copy
    assert copy == write_picture(open_picture(photo, "x").pixels, format, 300)
    if format == "png":
        kinds, place = [], 8
        while place < len(copy):
            (length,) = struct.unpack(">I", copy[place : place + 4])
            kinds.append(copy[place + 4 : place + 8])
            place += length + 12
        assert set(kinds) == {b"IHDR", b"pHYs", b"IDAT", b"IEND"}


def test_the_pdf_is_valid_and_has_one_picture(tmp_path: Path) -> None:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    path = tmp_path / "copy.pdf"
    path.write_bytes(write_picture(noise(638, 1011), "pdf", 300))
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    data = path.read_bytes()
    assert data.count(b"/Subtype/Image") == 1
    assert b"/OCG" not in data
    assert b"/Annot" not in data
    assert b"/Font" not in data
    wide = float(data.split(b"MediaBox[0 0 ")[1].split()[0])
    assert wide / 72 * 25.4 == pytest.approx(85.6, abs=0.1)


def test_a_locked_pdf_asks_for_its_password(tmp_path: Path) -> None:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    plain, locked = tmp_path / "a.pdf", tmp_path / "b.pdf"
    plain.write_bytes(write_picture(noise(), "pdf", 200))
    subprocess.run(["qpdf", "--encrypt", "word", "word", "256", "--", str(plain), str(locked)],
                   check=True)  # fmt: skip
    data = locked.read_bytes()
    assert refused(data, "b.pdf") == "seal.picture.encrypted"
    assert refused(data, "b.pdf", password="wrong") == "seal.picture.encrypted"
    assert open_picture(data, "b.pdf", password="word").pixels.shape == (120, 200, 3)


def test_a_page_that_is_not_there_is_said() -> None:
    with pytest.raises(UsageError) as caught:
        open_picture(write_picture(noise(), "pdf", 200), "x.pdf", page=2)
    assert caught.value.text.key == "seal.picture.page"


def png_bomb(wide: int, high: int) -> bytes:
    """A few hundred bytes that claim to be wide x high pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data)
        )  # fmt: skip

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 4000)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body)
            + chunk(b"IEND", b""))  # fmt: skip


@pytest.mark.parametrize(("wide", "high"), [(20_000, 10_000), (12_000, 10_000), (65_000, 65_000)])
def test_bombs_are_refused_before_they_unpack(wide: int, high: int) -> None:
    assert refused(png_bomb(wide, high), "bomb.png") == "seal.picture.pixels"


def test_a_pdf_page_as_large_as_a_house_is_refused() -> None:
    page = write_picture(noise(), "pdf", 200).replace(b"MediaBox[0 0 72.0000 43.2000]",
                                                      b"MediaBox[0 0 14000.0 14000.0]")  # fmt: skip
    assert refused(page, "big.pdf") in ("seal.picture.pixels", "seal.picture.broken")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "seal.picture.kind"),
        (b"GIF89a" + b"\0" * 50, "seal.picture.kind"),
        (b"\xff\xd8\xff" + b"\0" * 50, "seal.picture.broken"),
        (b"%PDF-1.7 nothing", "seal.picture.broken"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 99, "seal.picture.broken"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20, "seal.picture.broken"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, key: str) -> None:
    assert refused(data) == key


def test_a_stamp_is_too_small() -> None:
    assert refused(saved(Image.new("RGB", (40, 300)), "PNG")) == "seal.picture.small"


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "PDF"]),
    st.integers(0, 100_000),
    st.binary(max_size=12),
    st.booleans(),
)
def test_a_damaged_file_is_opened_or_refused(kind: str, place: int, bits: bytes, cut: bool) -> None:
    if kind == "PDF":
        data = write_picture(noise(), "pdf", 200)
    else:
        data = saved(quarters(), kind)
    place %= len(data)
    data = data[:place] + bits + (b"" if cut else data[place + len(bits) :])
    try:
        assert open_picture(data, "x").pixels.shape[2] == 3
    except (InputError, UsageError) as error:
        assert error.text.key.startswith("seal.picture.")


@pytest.mark.parametrize("place", range(8, len(HEIC), 41))
def test_a_damaged_heic_that_crashes_its_decoder_is_refused(place: int) -> None:
    pytest.importorskip("pi_heif", reason="the extra seal is not installed")
    data = HEIC[:place] + b"\x81\x7f\x00\xff\x13" + HEIC[place + 5 :]
    try:
        assert open_picture(data, "x").pixels.shape[2] == 3
    except InputError as error:
        assert error.text.key.startswith("seal.picture.")
