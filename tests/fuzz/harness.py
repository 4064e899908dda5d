"""Fuzzing the readers: whatever the bytes, a reader yields records or raises InputError.

`python tests/fuzz/fuzz_xml.py` runs one target for ever with atheris (coverage-guided);
`make fuzz` runs each for a minute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from notmyloan.model.errors import InputError
from notmyloan.read.reader import Reader
from notmyloan.read.source import ReadContext, Source

CONTEXT = ReadContext(now=datetime(2026, 11, 20, tzinfo=UTC))


def target(*readers: Reader, before: bytes = b"") -> Callable[[bytes], None]:
    """A function of bytes that only fails where a reader breaks its promise."""

    def one_input(data: bytes) -> None:
        source = Source("fuzz", None, before + data)
        for reader in readers:
            reader.recognise(source)
            try:
                for _ in reader.read(source, CONTEXT):
                    pass
            except InputError:
                pass

    return one_input


def main(one_input: Callable[[bytes], None]) -> None:
    """Run under atheris, with its command line."""
    import atheris

    atheris.instrument_all()  # the readers are imported already: coverage must reach them
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
