"""Evidence packages: BagIt (RFC 8493) with log proofs, time stamps and the sums that name the first
wrong byte.

    bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt VERIFY.txt
    data/…                   the evidence itself, byte for byte
    notmyloan/head.txt       the log's size and root, and the SHA-256 of manifest-sha256.txt
    notmyloan/log.json       each piece's line of the log with its proof to that root
    notmyloan/blocks.txt     sums over the blocks of every file
    notmyloan/stamp-N.txt .tsq .tsr [.pem]   what an outside authority stamped

Everything is written beside the target first and renamed at the end: a package is whole or absent.
Memory does not grow with the size of the evidence.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from notmyloan.evidence import merkle
from notmyloan.evidence.blocks import Summer
from notmyloan.evidence.errors import PackageError
from notmyloan.evidence.log import Entry, canonical, head, read_head

TAGS = "notmyloan"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# Also what reads as the end of a line, or turns the direction of writing, in a list of files.
FORBIDDEN = re.compile(
    r'[\x00-\x1f<>:"/\\|?*\x7f\x85\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]'
)
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


@dataclass(frozen=True, slots=True)
class Item:
    """A file to put in: its name under data/, its bytes a piece at a time, what they hash to."""

    name: str
    pieces: Callable[[], Iterable[bytes]]
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamped head: its bytes, request and reply in DER, and the authority's certificates."""

    head: bytes
    request: bytes
    reply: bytes
    chain: bytes | None = None


def safe_name(number: int, name: str) -> str:
    """`001-name`, fit for every file system: no path, no reserved word, at most 120 bytes."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    plain = FORBIDDEN.sub("_", plain).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = plain, ""
    while len(stem.encode()) > 120:
        stem = stem[:-1]
    plain = f"{stem}.{ending}" if ending else stem
    return f"{number:03d}-{'_' if _RESERVED.match(plain) else ''}{plain}"


def encoded(path: str) -> str:
    """A path as manifests write it (RFC 8493, 2.1.3)."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def write(
    target: Path,
    items: Iterable[Item],
    *,
    entries: Sequence[Entry],
    about: Mapping[str, str],
    made: datetime,
    readme: str,
    stamps: Sequence[Stamped] = (),
    stamp: Callable[[bytes], Stamped] | None = None,
) -> str:
    """Write a package; the SHA-256 of its manifest.

    `entries` is the whole log; only those lines whose bytes are in the package go in. `about` goes
    to bag-info.txt. `stamp` asks for a stamp over the package's own head. Raises PackageError
    where the target exists, an item's bytes are not what was said, or the disk says no: then
    nothing is left behind.
    """
    if target.exists():
        raise PackageError("evidence.package.exists", path=str(target))
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=False)
        digest = _fill(beside, items, entries, about, made, readme, stamps, stamp)
        beside.rename(target)
    except OSError as error:
        raise PackageError(
            "evidence.package.not_written", path=str(target), why=error.strerror or ""
        ) from error
    finally:
        if beside.exists():
            shutil.rmtree(beside, ignore_errors=True)
    return digest


def _fill(
    folder: Path,
    items: Iterable[Item],
    entries: Sequence[Entry],
    about: Mapping[str, str],
    made: datetime,
    readme: str,
    stamps: Sequence[Stamped],
    stamp: Callable[[bytes], Stamped] | None,
) -> str:
    (folder / "data").mkdir()
    (folder / TAGS).mkdir()
    hashes: dict[str, str] = {}
    total = 0
    with (folder / TAGS / "blocks.txt").open("w", encoding="utf-8", newline="\n") as sums:
        for item in items:
            path = f"data/{item.name}"
            if path in hashes or FORBIDDEN.search(item.name):
                raise PackageError("evidence.package.name", name=item.name)
            hashes[path] = _copy(item, folder / path, path, sums.write)
            total += item.size
    manifest = _lines(hashes)
    _put(folder, "manifest-sha256.txt", manifest)
    digest = hashlib.sha256(manifest).hexdigest()
    tree = merkle.Tree(entry.leaf() for entry in entries)
    top = head(tree, max([made, *(e.at for e in entries)]), digest).canonical()
    _put(folder, f"{TAGS}/head.txt", top)
    inside = set(hashes.values())
    every = list(stamps)
    if stamp is not None:
        every.append(stamp(top))
    _put(folder, f"{TAGS}/log.json", _log(tree, entries, inside, every))
    for number, each in enumerate(every, 1):
        _put(folder, f"{TAGS}/stamp-{number}.txt", each.head)
        _put(folder, f"{TAGS}/stamp-{number}.tsq", each.request)
        _put(folder, f"{TAGS}/stamp-{number}.tsr", each.reply)
        if each.chain:
            _put(folder, f"{TAGS}/stamp-{number}.pem", each.chain)
    info = {
        "Bagging-Date": made.date().isoformat(),
        "Bag-Software-Agent": "notmyloan",
        "Payload-Oxum": f"{total}.{len(hashes)}",
        **about,
    }
    _put(folder, "bag-info.txt", "".join(f"{k}: {_flat(v)}\n" for k, v in info.items()).encode())
    _put(folder, "bagit.txt", BAGIT)
    _put(folder, "VERIFY.txt", readme.encode())
    tags = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*folder.iterdir(), *(folder / TAGS).iterdir())
        if path.is_file() and path.name not in ("blocks.txt",)
    }
    tags[f"{TAGS}/blocks.txt"] = _of_file(folder / TAGS / "blocks.txt")
    _put(folder, "tagmanifest-sha256.txt", _lines(tags))
    return digest


def _copy(item: Item, path: Path, name: str, sums: Callable[[str], object]) -> str:
    digest, size, summer = hashlib.sha256(), 0, Summer()
    with path.open("wb") as out:
        for piece in item.pieces():
            digest.update(piece)
            summer.add(piece)
            size += len(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != item.sha256 or size != item.size:
        raise PackageError("evidence.package.changed", name=item.name)
    blocks = summer.finish()
    sums(f"{len(blocks)} {size} {encoded(name)}\n")
    for block in blocks:
        sums(block.line() + "\n")
    return item.sha256


def _log(
    tree: merkle.Tree, entries: Sequence[Entry], inside: set[str], stamps: Sequence[Stamped]
) -> bytes:
    shown = [
        {"entry": e.as_json(), "proof": [h.hex() for h in tree.inclusion(e.number)]}
        for e in entries
        if e.subject in inside
    ]
    links = [
        [h.hex() for h in tree.consistency(read_head(stamped.head).size)] for stamped in stamps
    ]
    return canonical({"entries": shown, "stamps": links}) + b"\n"


def _lines(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{hashes[p]}  {encoded(p)}\n" for p in sorted(hashes)).encode()


def _of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _put(folder: Path, name: str, data: bytes) -> None:
    with (folder / name).open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _flat(text: str) -> str:
    return " ".join(text.split())
