"""The fields that letters may use, from `fields.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from notmyloan.country import Words


@dataclass(frozen=True, slots=True)
class Field:
    """`group.name`, what it is called, and the columns of its rows where it is a list."""

    name: str
    words: Words
    rows: tuple[str, ...]


@cache
def fields() -> dict[str, Field]:
    """Every field by name."""
    text = files("notmyloan.respond").joinpath("fields.toml").read_text("utf-8")
    return {
        f"{group}.{name}": Field(
            f"{group}.{name}", Words(row["zh"], row["en"]), tuple(row.get("rows", ()))
        )
        for group, content in tomllib.loads(text).items()
        for name, row in content.items()
    }
