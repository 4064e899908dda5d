"""Checks an evidence package, or any BagIt package, and names the first byte that is wrong.

Files are read once, in large pieces, at the speed of the hash. Only a file that is wrong is read
again, to find where. What holds inside a package shows that nobody changed part of it; that nobody
made it anew is shown only by a stamp from outside, so the report says when there is none.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from cryptography import x509

from notmyloan.evidence import merkle
from notmyloan.evidence.blocks import Block, Wrong, locate
from notmyloan.evidence.errors import LogError, PackageError, StampError
from notmyloan.evidence.log import Entry, Head, canonical, read_entry, read_head
from notmyloan.evidence.package import BAGIT, TAGS, encoded
from notmyloan.evidence.timestamp import read, roots_from
from notmyloan.evidence.timestamp import verify as verify_stamp
from notmyloan.model.text import Text

_PIECE = 1 << 18
_LINE = re.compile(r"([0-9a-fA-F]+)[ \t]+\*?(.+)")
_ALGORITHMS = ("sha512", "sha256", "sha1", "md5")
_CLOCK = timedelta(minutes=5)  # by which the person's clock may run ahead of the authority's


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong. `kind`: changed, missing, extra, unsafe, manifest, log, stamp; `where` the
    first wrong byte of a file, where it could be found."""

    kind: str
    path: str
    what: Text
    where: Wrong | None = None


@dataclass(frozen=True, slots=True)
class Vouched:
    """A stamp that holds: who, when, and whether its chain was checked against certificates that
    the caller trusts (`trusted`), only against those in the package, or not at all."""

    authority: str
    time: datetime
    trusted: bool
    chain: bool


@dataclass(slots=True)
class Report:
    """What was found. `ours`: it is a package of this program, with log and proofs; `files` and
    `size` how much was read."""

    faults: list[Fault] = field(default_factory=list)
    vouched: list[Vouched] = field(default_factory=list)
    files: int = 0
    size: int = 0
    ours: bool = False

    @property
    def whole(self) -> bool:
        return not self.faults


def verify(folder: Path, roots: Sequence[x509.Certificate] = ()) -> Report:
    """Check a package. `roots`: certificates whose time stamps the caller trusts. Raises
    PackageError where the folder is no BagIt package at all."""
    report = Report()
    if not (folder / "bagit.txt").is_file():
        raise PackageError("evidence.package.none", path=str(folder))
    report.ours = (folder / TAGS / "head.txt").exists() or (folder / TAGS / "log.json").exists()
    manifests = [a for a in _ALGORITHMS if (folder / f"manifest-{a}.txt").is_file()]
    if not manifests:
        raise PackageError("evidence.package.no_manifest", path=str(folder))
    if report.ours and (folder / "bagit.txt").read_bytes() != BAGIT:
        _add(report, "manifest", "bagit.txt", "not_canonical")
    listed: set[str] = set()
    # Our packages have one manifest each; a second one could only serve to hide behind it.
    used = ("sha256",) if report.ours else _ALGORITHMS
    if report.ours and "sha256" not in manifests:
        _add(report, "missing", "manifest-sha256.txt", "missing")
    for name, algorithm in [(n, a) for n in ("tagmanifest", "manifest") for a in used]:
        path = folder / f"{name}-{algorithm}.txt"
        if not path.is_file():
            continue
        hashes = _manifest(report, path, strict=report.ours)
        if name == "manifest":
            listed |= set(hashes)
        else:
            listed |= {*hashes, path.name}
        sums = _Blocks(folder / TAGS / "blocks.txt") if name == "manifest" else None
        for relative, digest in hashes.items():
            _file(report, folder, relative, digest, algorithm, sums)
    if report.ours and "tagmanifest-sha256.txt" not in listed:
        _add(report, "missing", "tagmanifest-sha256.txt", "missing")
    _extras(report, folder, listed, strict=report.ours)
    if report.ours:
        _ours(report, folder, roots)
    return report


def _add(report: Report, kind: str, path: str, what: str, **args: object) -> None:
    text = Text(f"proof.fault.{what}", path=path, **args)  # type: ignore[arg-type]
    report.faults.append(Fault(kind, path, text))


def _manifest(report: Report, path: Path, *, strict: bool) -> dict[str, str]:
    """Paths and hashes of a manifest, as far as it is sound."""
    try:
        raw = path.read_bytes()
        text = raw.decode()
    except UnicodeDecodeError:
        _add(report, "manifest", path.name, "not_canonical")
        return {}
    found: dict[str, str] = {}
    # Not splitlines: file names may hold characters that it takes for the end of a line.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            if line.strip():
                _add(report, "manifest", path.name, "bad_line", line=number)
            continue
        name = re.sub("%0a", "\n", match[2], flags=re.I)
        name = re.sub("%0d", "\r", name, flags=re.I).replace("%25", "%")
        if name in found:
            _add(report, "manifest", path.name, "twice", line=number)
            continue
        if _unsafe(name):
            _add(report, "unsafe", path.name, "unsafe", line=number)
            continue
        found[name] = match[1].lower()
    if strict and raw != "".join(f"{found[p]}  {encoded(p)}\n" for p in sorted(found)).encode():
        _add(report, "manifest", path.name, "not_canonical")
    return found


def _unsafe(name: str) -> bool:
    pure = PurePosixPath(name)
    return pure.is_absolute() or ".." in pure.parts or "\\" in name or "\0" in name or not name


def _file(
    report: Report, folder: Path, relative: str, digest: str, algorithm: str, sums: _Blocks | None
) -> None:
    path = folder / relative
    hasher = hashlib.new(algorithm)
    try:
        if not path.is_file() or path.is_symlink():
            _add(report, "missing", relative, "missing")
            return
        with path.open("rb", buffering=0) as stream:
            while piece := stream.read(_PIECE):
                hasher.update(piece)
                report.size += len(piece)
    except OSError as error:
        _add(report, "missing", relative, "unreadable", why=error.strerror or "")
        return
    report.files += 1
    if hasher.hexdigest() == digest:
        return
    wrong = sums.first_wrong(relative, path) if sums is not None else None
    if wrong is None:
        _add(report, "changed", relative, "changed")
    else:
        report.faults.append(Fault("changed", relative, _said(relative, wrong), wrong))


def _said(path: str, wrong: Wrong) -> Text:
    if wrong.first == wrong.last and wrong.expected is not None and wrong.found is not None:
        return Text(
            "proof.fault.byte", path=path, at=wrong.first,
            expected=f"{wrong.expected:02x}", found=f"{wrong.found:02x}",
        )  # fmt: skip
    if wrong.first == wrong.last:
        key = "ends" if wrong.found is None else "longer"
        return Text(f"proof.fault.{key}", path=path, at=wrong.first)
    return Text("proof.fault.range", path=path, first=wrong.first, last=wrong.last)


class _Blocks:
    """blocks.txt, looked into only for files that are wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def first_wrong(self, relative: str, path: Path) -> Wrong | None:
        """The first wrong byte, or None where the sums are missing or damaged themselves."""
        try:
            found = self._of(relative)
        except (OSError, ValueError):
            return None
        if found is None:
            return None
        size, blocks = found
        return locate(_pieces(path), blocks, size)

    def _of(self, relative: str) -> tuple[int, list[Block]] | None:
        with self._path.open(encoding="utf-8") as stream:
            for line in stream:
                count, size, name = line.rstrip("\n").split(" ", 2)
                if name == encoded(relative):
                    blocks = []
                    for _ in range(int(count)):
                        sha256, plain, weighted = stream.readline().split()
                        blocks.append(Block(sha256, int(plain), int(weighted)))
                    return int(size), blocks
                for _ in range(int(count)):
                    stream.readline()
        return None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _extras(report: Report, folder: Path, listed: set[str], *, strict: bool) -> None:
    """Payload files that no manifest names; in our packages any file."""
    for here, folders, names in os.walk(folder):
        base = Path(here).relative_to(folder)
        for name in sorted(names):
            relative = (base / name).as_posix()
            if relative in listed or (not strict and not relative.startswith("data/")):
                continue
            if relative == "tagmanifest-sha256.txt":
                continue
            _add(report, "extra", relative, "extra")
        for name in sorted(folders):
            if Path(here, name).is_symlink():
                _add(report, "unsafe", (base / name).as_posix(), "link")


def _ours(report: Report, folder: Path, roots: Sequence[x509.Certificate]) -> None:
    try:
        top = read_head((folder / TAGS / "head.txt").read_bytes())
        raw = (folder / TAGS / "log.json").read_bytes()
        data = json.loads(raw)
        if canonical(data) + b"\n" != raw or set(data) != {"entries", "stamps"}:
            raise ValueError("not canonical")
        shown = [(read_entry(e["entry"]), _proof(e["proof"])) for e in data["entries"]]
        links = [_proof(link) for link in data["stamps"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, LogError):
        _add(report, "log", f"{TAGS}/log.json", "log_unreadable")
        return
    manifest = folder / "manifest-sha256.txt"
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else ""
    if top.manifest != digest:
        _add(report, "log", f"{TAGS}/head.txt", "other_manifest")
    _entries(report, folder, top, shown)
    for number, link in enumerate(links, 1):
        _stamp(report, folder, number, top, link, roots, shown)
    if not (folder / TAGS / f"stamp-{len(links) + 1}.tsr").exists():
        return
    _add(report, "stamp", f"{TAGS}/stamp-{len(links) + 1}.tsr", "extra")


def _proof(hashes: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(h) for h in hashes]


def _entries(
    report: Report, folder: Path, top: Head, shown: Sequence[tuple[Entry, list[bytes]]]
) -> None:
    path = f"{TAGS}/log.json"
    before: Entry | None = None
    payload = set(_hashes(folder))
    for entry, proof in shown:
        try:
            merkle.check_inclusion(
                entry.leaf(), entry.number, top.size, proof, bytes.fromhex(top.root)
            )
        except LogError:
            _add(report, "log", path, "entry", number=entry.number)
        if entry.at > top.at or (before is not None and entry.at < before.at):
            _add(report, "log", path, "back_dated", number=entry.number)
        if before is not None and entry.number <= before.number:
            _add(report, "log", path, "reordered", number=entry.number)
        if entry.subject not in payload:
            _add(report, "log", path, "not_inside", number=entry.number)
        before = entry


def _hashes(folder: Path) -> Iterator[str]:
    try:
        for line in (folder / "manifest-sha256.txt").read_text("utf-8").splitlines():
            yield line.partition(" ")[0]
    except (OSError, UnicodeDecodeError):
        return


def _stamp(
    report: Report,
    folder: Path,
    number: int,
    top: Head,
    link: list[bytes],
    roots: Sequence[x509.Certificate],
    shown: Sequence[tuple[Entry, list[bytes]]],
) -> None:
    base = folder / TAGS / f"stamp-{number}"
    path = f"{TAGS}/stamp-{number}.tsr"
    try:
        head_bytes = base.with_suffix(".txt").read_bytes()
        reply = base.with_suffix(".tsr").read_bytes()
        stamped = read_head(head_bytes)
        stamp = read(reply, head_bytes)
    except (OSError, LogError):
        _add(report, "stamp", path, "stamp_missing")
        return
    except StampError as error:
        report.faults.append(Fault("stamp", path, error.text))
        return
    try:
        merkle.check_consistency(
            stamped.size, bytes.fromhex(stamped.root), top.size, bytes.fromhex(top.root), link
        )
    except LogError:
        _add(report, "stamp", path, "rewritten", time=stamp.time)
        return
    if stamped.manifest is not None and stamped.manifest != top.manifest:
        _add(report, "stamp", path, "other_manifest")
        return
    for entry, _ in shown:
        # What came in after a stamped head cannot be older than that head.
        if entry.number >= stamped.size and entry.at < stamped.at:
            _add(report, "log", f"{TAGS}/log.json", "back_dated", number=entry.number)
    if stamped.at > stamp.time + _CLOCK:
        _add(report, "stamp", path, "head_ahead", time=stamp.time)
        return
    pem = base.with_suffix(".pem")
    trusted = chain = False
    try:
        if roots:
            trusted = chain = _chains(reply, head_bytes, roots)
        if not chain and pem.is_file():
            verify_stamp(reply, head_bytes, roots_from(pem.read_bytes()))
            chain = True
    except StampError as error:
        report.faults.append(Fault("stamp", path, error.text))
        return
    report.vouched.append(Vouched(stamp.authority, stamp.time, trusted, chain))


def _chains(reply: bytes, head_bytes: bytes, roots: Sequence[x509.Certificate]) -> bool:
    """Whether a stamp leads to one of `roots`; a stamp of somebody else's is no fault."""
    try:
        verify_stamp(reply, head_bytes, roots)
    except StampError:
        return False
    return True
