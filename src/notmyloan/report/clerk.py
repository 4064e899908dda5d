"""The first page of an evidence package: what is in it, for a clerk who opens the folder.

One file without scripts or anything fetched; it links to the files beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notmyloan.locale import Speaker
from notmyloan.model.record import Private
from notmyloan.model.text import Text


@dataclass(frozen=True, slots=True, repr=False)
class ClerkRow(Private):
    """A line of the list. `file` is its path in the package, empty where it is not in it; `size`
    in bytes."""

    number: str
    name: str
    source: str
    proves: str
    pages: str
    held_by: str
    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ClerkStamp:
    """A time stamp that lies in the package."""

    authority: str
    time: datetime


def clerk_page(
    speaker: Speaker,
    rows: Sequence[ClerkRow],
    papers: Sequence[ClerkRow],
    stamps: Sequence[ClerkStamp],
    made: datetime,
) -> str:
    """HTML in the speaker's language."""
    environment = Environment(
        loader=PackageLoader("notmyloan.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def t(key: str, **args: Any) -> str:
        return speaker.say(Text(f"proof.{key}", **args))

    return environment.get_template("package.html.jinja").render(
        t=t, moment=speaker.moment, rows=rows, papers=papers, stamps=stamps, made=made,
        language="zh-CN" if speaker.chinese else "en",
    )  # fmt: skip
