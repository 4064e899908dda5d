"""Manifests of BagIt packages (RFC 8493, 2.1.3), read with suspicion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_LINE = re.compile(r"([0-9a-fA-F]+)[ \t]+\*?(.+)")


@dataclass(slots=True)
class Manifest:
    """`hashes` by path, as far as it is sound; `places` where in the file each line begins;
    `faults` as (word, line from 1): `bad_line`, `twice`, `unsafe`, `not_canonical` (line 0)."""

    hashes: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[str, int]] = field(default_factory=list)
    raw: bytes = b""


def read_manifest(path: Path) -> Manifest:
    """The manifest in this file. Raises OSError."""
    found = Manifest(raw=path.read_bytes())
    try:
        text = found.raw.decode()
    except UnicodeDecodeError:
        found.faults.append(("not_canonical", 0))
        return found
    at = 0
    # Not splitlines: file names may hold characters that it takes for the end of a line.
    for number, line in enumerate(text.split("\n"), 1):
        begin, at = at, at + len(line.encode()) + 1
        line = line.removesuffix("\r")
        match = _LINE.fullmatch(line)
        if match is None:
            if line.strip():
                found.faults.append(("bad_line", number))
            continue
        name = re.sub("%0a", "\n", match[2], flags=re.I)
        name = re.sub("%0d", "\r", name, flags=re.I).replace("%25", "%")
        if name in found.hashes:
            found.faults.append(("twice", number))
        elif unsafe(name):
            found.faults.append(("unsafe", number))
        else:
            found.hashes[name] = match[1].lower()
            found.places[name] = begin
    return found


def unsafe(name: str) -> bool:
    """Whether a path could lead out of the package."""
    pure = PurePosixPath(name)
    return (
        pure.is_absolute() or ".." in pure.parts or "\\" in name or "\0" in name or not name
        or re.match("[A-Za-z]:", name) is not None or name.startswith("~")
    )  # fmt: skip
