"""Where a country's data files lie, and how they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import Any

Table = Mapping[str, Any]

BUILT_IN = ("cn", "us")
GROUP = "notmyloan.countries"
# Facts about a whole file, inherited by its rows.
_INHERITED = ("as_of", "source", "confidence", "verified", "kind")


def codes() -> tuple[str, ...]:
    """The countries there is a pack for, ours first."""
    others = {point.name for point in entry_points(group=GROUP)} - set(BUILT_IN)
    return (*BUILT_IN, *sorted(others))


def folder(code: str) -> Traversable:
    """The folder of a country's data. Raises KeyError where nobody declares that country."""
    if code in BUILT_IN:
        return files(f"notmyloan.country.{code}")
    for point in entry_points(group=GROUP, name=code):
        declared = point.load()
        return files(declared) if isinstance(declared, ModuleType) else _as_folder(declared)
    raise KeyError(f"no country pack {code!r}")


def _as_folder(declared: object) -> Traversable:
    if isinstance(declared, str):
        return files(import_module(declared))
    if isinstance(declared, Traversable):
        return declared
    raise TypeError("a country's entry point names a package or a folder")


@cache
def table(code: str, name: str) -> Table:
    """The TOML file `name` of a country, empty where the country has none."""
    try:
        text = folder(code).joinpath(f"{name}.toml").read_text("utf-8")
    except FileNotFoundError:
        return {}
    return tomllib.loads(text)


def rows(code: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The sub-tables of a file by their id, each with what it inherits from the file's head."""
    content = table(code, name)
    head = {key: content[key] for key in _INHERITED if key in content}
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield key, head | dict(value)
