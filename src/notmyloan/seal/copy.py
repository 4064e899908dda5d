"""Makes one sealed copy, and keeps its layout as bytes.

The layout itself is kept, not the words it was drawn from: fonts change, and a test years later
needs every glyph exactly where it was drawn. Equal layouts with equal nonces give equal bytes
before compression, and the digest is taken of those, since compressors differ between versions.
"""

from __future__ import annotations

import hashlib
import struct
import zlib

import numpy as np

from notmyloan.seal import glyph, luma
from notmyloan.seal.layout import Box, Glyph, Layout, Pixels, draw

NONCE_BYTES = 16
_MAGIC = b"nml-layout-1\n"
_MOST = 64_000_000  # bytes of one unpacked layout; an A4 page at 300 dpi has some hundred thousand
_MOST_SIDE = 65_535
_HEAD = struct.Struct(">IIBBBdIII")  # width, height, ink, opacity, boxes, shapes, glyphs
_BOX = struct.Struct(">iiii")
_SHAPE = struct.Struct(">HH")  # rows, columns
_GLYPH = struct.Struct(">IiiI")  # character, x, y, number of its shape


def seal_copy(original: Pixels, layout: Layout, key: bytes, copy_id: str) -> Pixels:
    """The copy `copy_id` of a kept original: invisible mark, then the endorsement with its glyphs
    shifted, all in one flat picture.

    `original` is the clean rectified picture, `key` the original's (`codes.original_key`). Raises
    ValueError when the layout is for another size, MissingExtraError without OpenCV.
    """
    if original.shape != (layout.height, layout.width, 3) or original.dtype != np.uint8:
        raise ValueError("the picture is not of the layout's size")
    marked = luma.embed(original, key, copy_id)
    return draw(marked, layout, glyph.shifts(layout, key, copy_id))


def dump_layout(layout: Layout, nonce: bytes) -> bytes:
    """A layout as bytes to keep. `nonce`: 16 random bytes, so that nobody who sees the digest in
    a commitment can find the recipient's name by trying names.

    Raises ValueError on another length.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError("the nonce must have 16 bytes")
    shapes: dict[tuple[tuple[int, ...], bytes], int] = {}
    glyphs = bytearray()
    for g in layout.glyphs:
        shape = (g.coverage.shape, g.coverage.tobytes())
        number = shapes.setdefault(shape, len(shapes))
        glyphs += _GLYPH.pack(ord(g.character), g.x, g.y, number)
    plain = bytearray(_MAGIC + nonce)
    plain += _HEAD.pack(
        layout.width, layout.height, *layout.ink, layout.opacity,
        len(layout.keep_out), len(shapes), len(layout.glyphs),
    )  # fmt: skip
    for b in layout.keep_out:
        plain += _BOX.pack(b.left, b.top, b.right, b.bottom)
    for (rows, columns), cover in shapes:
        plain += _SHAPE.pack(rows, columns) + cover
    plain += glyphs
    return zlib.compress(bytes(plain), 6)


def load_layout(data: bytes) -> Layout:
    """The layout that `dump_layout` wrote. Raises ValueError on anything else."""
    plain = _unpacked(data)
    try:
        return _read(plain)
    except (struct.error, IndexError, OverflowError):
        raise ValueError("this is no whole layout") from None


def layout_digest(data: bytes) -> str:
    """SHA-256, as hex, of what `dump_layout` packed. Raises ValueError on anything else."""
    return hashlib.sha256(_unpacked(data)).hexdigest()


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(data, _MOST)
    except zlib.error:
        raise ValueError("this is no layout") from None
    if not unpacker.eof or unpacker.unused_data or not plain.startswith(_MAGIC):
        raise ValueError("this is no layout")
    return plain


def _read(plain: bytes) -> Layout:
    at = len(_MAGIC) + NONCE_BYTES
    wide, high, red, green, blue, opacity, boxes, count, many = _HEAD.unpack_from(plain, at)
    at += _HEAD.size
    if not (0 < wide <= _MOST_SIDE and 0 < high <= _MOST_SIDE and 0 <= opacity <= 1):
        raise ValueError("this layout has an impossible size")
    if boxes * _BOX.size + many * _GLYPH.size > len(plain):
        raise ValueError("this is no whole layout")
    keep_out = tuple(Box(*_BOX.unpack_from(plain, at + n * _BOX.size)) for n in range(boxes))
    at += boxes * _BOX.size
    shapes = []
    for _ in range(count):
        rows, columns = _SHAPE.unpack_from(plain, at)
        at += _SHAPE.size
        if at + rows * columns > len(plain):
            raise ValueError("this is no whole layout")
        shapes.append(np.frombuffer(plain, np.uint8, rows * columns, at).reshape(rows, columns))
        at += rows * columns
    if len(plain) != at + many * _GLYPH.size:
        raise ValueError("this is no whole layout")
    glyphs = []
    for n in range(many):
        letter, x, y, number = _GLYPH.unpack_from(plain, at + n * _GLYPH.size)
        glyphs.append(Glyph(chr(letter), x, y, shapes[number]))
    return Layout(wide, high, tuple(glyphs), keep_out, (red, green, blue), opacity)
