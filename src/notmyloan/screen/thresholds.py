"""The rules' starting values and words, which are data: `thresholds.toml`, `stages.toml`,
`scams.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def data_file(name: str) -> Mapping[str, Any]:
    """The whole of one of the part's data files."""
    raw = resources.files("notmyloan.screen").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(raw)


def thresholds(section: str) -> Mapping[str, Any]:
    """One table of the thresholds. Raises KeyError for an unknown one."""
    table: Mapping[str, Any] = data_file("thresholds")[section]
    return table
