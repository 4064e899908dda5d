"""HEIC pictures, decoded in a process of their own: the decoder crashes on some damaged files,
and a crash must end as one clear sentence.

Run as a module it reads a file from its input and writes width, height and the RGB bytes.
"""

from __future__ import annotations

import importlib.util
import struct
import subprocess
import sys

import numpy as np

from notmyloan.model.errors import MissingExtraError
from notmyloan.model.text import Text
from notmyloan.seal.layout import Pixels

_HEAD = struct.Struct("<4sII")
_MAGIC = b"HEIC"  # before it, whatever a decoder prints is no picture
_SECONDS = 60


class Damaged(ValueError):
    """The decoder gave up or crashed."""


class TooLarge(ValueError):
    """More pixels than allowed."""


def decode(data: bytes, most_pixels: int) -> Pixels:
    """The upright picture, rows x columns x 3. Raises Damaged, TooLarge, MissingExtraError."""
    if importlib.util.find_spec("pi_heif") is None:
        raise MissingExtraError("seal", Text("seal.purpose"))
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", __name__, str(most_pixels)],
            input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Damaged from None
    if len(done.stdout) < _HEAD.size or done.returncode:
        raise Damaged
    magic, wide, high = _HEAD.unpack_from(done.stdout)
    if magic != _MAGIC:
        raise Damaged
    if wide * high > most_pixels:
        raise TooLarge
    if len(done.stdout) != _HEAD.size + wide * high * 3:
        raise Damaged
    flat = np.frombuffer(done.stdout, np.uint8, offset=_HEAD.size)
    return flat.reshape(high, wide, 3).copy()


def _main() -> None:
    import pi_heif

    most_pixels = int(sys.argv[1])
    picture = pi_heif.open_heif(sys.stdin.buffer.read())
    wide, high = picture.size
    out = sys.stdout.buffer
    if wide * high > most_pixels:
        out.write(_HEAD.pack(_MAGIC, wide, high))
        return
    image = picture.to_pillow().convert("RGB")
    out.write(_HEAD.pack(_MAGIC, *image.size))
    out.write(image.tobytes())


if __name__ == "__main__":
    _main()
