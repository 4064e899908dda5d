"""Text that people read, as a key into the message catalogues plus its arguments.

No part writes a sentence: it returns a `Text`, and the faces turn it into the
reader's language. The key's first word names the catalogue it lives in
(`screen.reason.short_link` is in `locale/*/LC_MESSAGES/screen.po`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias, Union

from notmyloan.model.money import Money

Argument: TypeAlias = Union[
    str, int, float, bool, date, datetime, Decimal, Money, "Text", tuple["Argument", ...], None
]


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Text:
    """A sentence or word to be said, in whatever language the reader has.

    `key` is `catalogue.name`; `args` fill the named fields of the translation.
    An argument called `n` picks the plural form. An argument may itself be a
    `Text` or a tuple (said as a list). Strings are shown as they are, so mask
    identifiers before passing them.
    """

    key: str
    args: Mapping[str, Argument]

    def __init__(self, key: str, /, **args: Argument) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "args", args)

    @classmethod
    def of(cls, key: str, args: Mapping[str, Argument]) -> Text:
        """Build from a mapping, for decoders."""
        return cls(key, **args)

    def __repr__(self) -> str:
        # Arguments may hold what a person said or owns: never in a log line.
        return f"Text({self.key!r})"

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted((k, repr(v)) for k, v in self.args.items()))))

    def keys(self) -> Iterator[str]:
        """This key and those of nested texts, for completeness checks."""
        yield self.key
        for value in self.args.values():
            if isinstance(value, Text):
                yield from value.keys()
