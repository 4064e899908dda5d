"""Readers of what people really have: exports, backups, reports, bills, lists.

    source = Source("sms.xml", Path("sms.xml"))
    for record in choose(source).read(source, ReadContext(now=datetime.now(UTC))):
        ...

`choose` finds the reader by content, `walk` everything to read under a path. A reader streams
values of `model` and an `Unreadable` for each record that it cannot read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notmyloan.read.detect import choose, walk
    from notmyloan.read.reader import Readable, Reader, readers
    from notmyloan.read.sample import write_sample
    from notmyloan.read.source import ReadContext, Source

# Imported when first asked for: one reader must not load the others.
_WHERE = {
    "choose": "detect",
    "walk": "detect",
    "Readable": "reader",
    "Reader": "reader",
    "readers": "reader",
    "write_sample": "sample",
    "ReadContext": "source",
    "Source": "source",
}

__all__ = [
    "ReadContext", "Readable", "Reader", "Source", "choose", "readers", "walk", "write_sample",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"notmyloan.read.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
