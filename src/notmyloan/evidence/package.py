"""Evidence packages: BagIt (RFC 8493) with log proofs, time stamps and the sums that name the first
wrong byte.

    bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt VERIFY.txt index.html
    data/…                   the evidence itself, byte for byte
    notmyloan/head.txt       the log's size and root, and the SHA-256 of manifest-sha256.txt
    notmyloan/log.jsonl      each piece's line of the log with its proof to that root; of each stamp
                             the proof that its log is the beginning of this one
    notmyloan/blocks.txt     sums over the blocks of every file
    notmyloan/stamp-N.txt .tsq .tsr [.pem]   what an outside authority stamped
    notmyloan/stamp-N-proofs.txt             the way from each file to it, for a shell to walk

Everything is written beside the target first and renamed at the end: a package is whole or absent.
Memory does not grow with the size of the evidence. Only the owner may read it, as it is not
encrypted.
"""

from __future__ import annotations

import glob
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
from typing import Any, BinaryIO

from notmyloan.evidence import merkle
from notmyloan.evidence.blocks import SIZE, Block, Summer
from notmyloan.evidence.errors import PackageError
from notmyloan.evidence.log import Entry, canonical, head, read_head
from notmyloan.model.errors import UsageError, system_reason

TAGS = "notmyloan"
LOG = f"{TAGS}/log.jsonl"
SUMS = f"{TAGS}/blocks.txt"
SUMS_HEAD = f"notmyloan blocks 2 of {SIZE}\n"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# Also what reads as the end of a line, or turns the direction of writing, in a list of files.
FORBIDDEN = re.compile(
    r'[\x00-\x1f<>:"/\\|?*\x7f\x85\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]'
)
_BESIDE = re.compile(r"\.[0-9a-f]{8}")
_STALE = 3600  # seconds
_BINARY = getattr(os, "O_BINARY", 0)
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


def check_target(target: Path) -> None:
    """Raises UsageError where something stands already, PackageError where there is no folder:
    before any work is done."""
    if target.exists():
        raise UsageError("evidence.package.exists", path=str(target))
    if not target.absolute().parent.is_dir():
        raise PackageError("evidence.package.no_folder", path=str(target.absolute().parent))


def write(
    target: Path,
    items: Iterable[Item],
    *,
    entries: Sequence[Entry],
    about: Mapping[str, str],
    made: datetime,
    readme: str,
    stamps: Sequence[Stamped] = (),
    stamp: Callable[[bytes], Stamped | None] | None = None,
    pages: Callable[[Sequence[Stamped]], Mapping[str, bytes]] = lambda stamps: {},
) -> str:
    """Write a package; the SHA-256 of its manifest.

    `entries` is the whole log; only those lines whose bytes are in the package go in. `about` goes
    to bag-info.txt; `pages` makes further files to stand beside data/, by name, once it is known
    which stamps are in. `stamp` asks for a stamp over the package's own head, and may come back
    without one. Raises UsageError where the target exists, PackageError where it has no folder, an
    item's bytes are not what was said, no line of the log is about them, or the disk says no: then
    nothing is left behind.
    """
    check_target(target)
    _sweep(target, made)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(mode=0o700)

        def texts(every: Sequence[Stamped]) -> Mapping[str, bytes]:
            return {"VERIFY.txt": readme.encode(), **pages(every)}

        digest = _fill(beside, items, entries, about, made, texts, stamps, stamp)
        beside.rename(target)
    except OSError as error:
        raise PackageError(
            "evidence.package.not_written", path=str(target), why=system_reason(error)
        ) from error
    finally:
        if beside.exists():
            shutil.rmtree(beside, ignore_errors=True)
    return digest


def _sweep(target: Path, now: datetime) -> None:
    """Remove what a killed process left beside the target: it is not encrypted. A younger one may
    be at work still."""
    for left in target.absolute().parent.glob(f".{glob.escape(target.name)}.*"):
        if _BESIDE.fullmatch(left.name[len(target.name) + 1 :]) and left.is_dir():
            try:
                old = now.timestamp() - left.stat().st_mtime > _STALE
            except OSError:
                continue
            if old:
                shutil.rmtree(left, ignore_errors=True)


def _fill(
    folder: Path,
    items: Iterable[Item],
    entries: Sequence[Entry],
    about: Mapping[str, str],
    made: datetime,
    texts: Callable[[Sequence[Stamped]], Mapping[str, bytes]],
    stamps: Sequence[Stamped],
    stamp: Callable[[bytes], Stamped | None] | None,
) -> str:
    (folder / "data").mkdir(mode=0o700)
    (folder / TAGS).mkdir(mode=0o700)
    hashes: dict[str, str] = {}
    tags: dict[str, str] = {}
    total = 0
    logged = {entry.subject for entry in entries}
    with _create(folder / SUMS) as sums:
        sums.write(SUMS_HEAD.encode())

        def put(name: str, data: bytes) -> None:
            with _create(folder / name) as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            tags[name] = hashlib.sha256(data).hexdigest()
            summer = Summer()
            summer.add(data)
            sums.write(sums_of(name, len(data), summer.finish()))

        for item in items:
            path = f"data/{item.name}"
            if path in hashes or FORBIDDEN.search(item.name):
                raise PackageError("evidence.package.name", name=item.name)
            if item.sha256 not in logged:
                raise PackageError("evidence.package.unlogged", name=item.name)
            hashes[path] = item.sha256
            sums.write(_copy(item, folder / path, path))
            total += item.size
        put("manifest-sha256.txt", manifest_lines(hashes))
        digest = tags["manifest-sha256.txt"]
        tree = merkle.Tree(entry.leaf() for entry in entries)
        top = head(tree, max([made, *(e.at for e in entries)]), digest).canonical()
        put(f"{TAGS}/head.txt", top)
        own = stamp(top) if stamp is not None else None
        every = [*stamps, *([own] if own is not None else [])]
        put(LOG, _log(tree, entries, set(hashes.values()), every))
        for number, each in enumerate(every, 1):
            base = f"{TAGS}/stamp-{number}"
            put(f"{base}.txt", each.head)
            put(f"{base}.tsq", each.request)
            put(f"{base}.tsr", each.reply)
            if each.chain:
                put(f"{base}.pem", each.chain)
            stamped = read_head(each.head)
            if stamped.manifest is None:
                put(f"{base}-proofs.txt", walk(tree, entries, hashes, stamped.size))
        info = {
            "Bagging-Date": made.date().isoformat(),
            "Bag-Software-Agent": "notmyloan",
            "Payload-Oxum": f"{total}.{len(hashes)}",
            **about,
        }
        put("bag-info.txt", "".join(f"{k}: {_flat(v)}\n" for k, v in info.items()).encode())
        put("bagit.txt", BAGIT)
        for name, data in texts(every).items():
            put(name, data)
    tags[SUMS] = _of_file(folder / SUMS)
    with _create(folder / "tagmanifest-sha256.txt") as out:
        out.write(manifest_lines(tags))
        out.flush()
        os.fsync(out.fileno())
    return digest


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "wb")


def sums_of(name: str, size: int, blocks: Sequence[Block]) -> bytes:
    """The lines of blocks.txt about one file."""
    lines = [f"{len(blocks)} {size} {encoded(name)}", *(block.line() for block in blocks)]
    return "\n".join([*lines, ""]).encode()


def walk(
    tree: merkle.Tree, entries: Sequence[Entry], hashes: Mapping[str, str], size: int
) -> bytes:
    """For each file that a log of `size` entries knows: its line, and the hashes that lead from
    there to that log's root, `left` or `right` of what was reached. VERIFY.txt walks it in a
    shell."""
    first: dict[str, Entry] = {}
    for entry in entries[:size]:
        first.setdefault(entry.subject, entry)
    lines = []
    for path in sorted(hashes):
        entry_ = first.get(hashes[path])
        if entry_ is None:
            continue
        lines += [f"file {path}", f"line {entry_.canonical().decode()}"]
        steps = merkle.sides(entry_.number, size, tree.inclusion(entry_.number, size))
        lines += [f"{side} {beside.hex()}" for side, beside in steps]
        lines.append("end -")
    return "".join(f"{line}\n" for line in lines).encode()


def _copy(item: Item, path: Path, name: str) -> bytes:
    digest, size, summer = hashlib.sha256(), 0, Summer()
    with _create(path) as out:
        for piece in item.pieces():
            digest.update(piece)
            summer.add(piece)
            size += len(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != item.sha256 or size != item.size:
        raise PackageError("evidence.package.changed", name=item.name)
    return sums_of(name, size, summer.finish())


def _log(
    tree: merkle.Tree, entries: Sequence[Entry], inside: set[str], stamps: Sequence[Stamped]
) -> bytes:
    lines: list[dict[str, Any]] = [
        {"entry": e.as_json(), "proof": [h.hex() for h in tree.inclusion(e.number)]}
        for e in entries
        if e.subject in inside
    ]
    lines += [
        {"stamp": number, "proof": [h.hex() for h in tree.consistency(read_head(s.head).size)]}
        for number, s in enumerate(stamps, 1)
    ]
    return b"".join(canonical(line) + b"\n" for line in lines)


def manifest_lines(hashes: Mapping[str, str]) -> bytes:
    """A manifest as this program writes it: sorted by path."""
    return "".join(f"{hashes[p]}  {encoded(p)}\n" for p in sorted(hashes)).encode()


def _of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _flat(text: str) -> str:
    return " ".join(text.split())
