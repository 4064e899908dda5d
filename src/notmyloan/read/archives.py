"""What reading a damaged or hostile zip can raise."""

from __future__ import annotations

import lzma
import zipfile
import zlib

BROKEN_ZIP: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    IndexError,
    KeyError,
)
