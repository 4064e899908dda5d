"""Checks an evidence package, or any BagIt package, and names the first byte that is wrong.

Files are read once, in large pieces, at the speed of the hash. Only a file that is wrong is read
again, to find where. What holds inside a package shows that nobody changed part of it; that nobody
made it anew is shown only by a stamp from outside, so the report says when there is none, and
which files a stamp speaks of.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from notmyloan.evidence import merkle
from notmyloan.evidence.blocks import Wrong
from notmyloan.evidence.errors import LogError, PackageError, StampError
from notmyloan.evidence.log import Entry, Head, canonical, read_entry, read_head
from notmyloan.evidence.manifest import Manifest, read_manifest
from notmyloan.evidence.package import LOG, SUMS, TAGS, manifest_lines
from notmyloan.evidence.sums import PIECE, Witness, first_difference
from notmyloan.evidence.timestamp import read, roots_from
from notmyloan.evidence.timestamp import verify as verify_stamp
from notmyloan.model.errors import system_reason
from notmyloan.model.text import Text

_ALGORITHMS = ("sha512", "sha256", "sha1", "md5")
_MANIFEST, _TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_HEAD = f"{TAGS}/head.txt"
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
    the caller trusts (`trusted`), only against those in the package, or not at all. `files`: those
    it speaks of; what came in after it is not among them."""

    authority: str
    time: datetime
    trusted: bool
    chain: bool
    files: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """What was found. `ours`: it is a package of this program, with log and proofs; `files` and
    `size` how much was read; `payload` how many of the files are evidence; `stamps` how many time
    stamps it brings, whether they hold or not."""

    faults: list[Fault] = field(default_factory=list)
    vouched: list[Vouched] = field(default_factory=list)
    files: int = 0
    size: int = 0
    payload: int = 0
    stamps: int = 0
    ours: bool = False

    @property
    def whole(self) -> bool:
        return not self.faults


def verify(
    folder: Path,
    roots: Sequence[x509.Certificate] = (),
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Check a package. `roots`: certificates whose time stamps the caller trusts; `progress` is
    told how many bytes were read since it was last called. Raises PackageError where the folder
    is no BagIt package at all."""
    report = Report()
    if not (folder / "bagit.txt").is_file():
        raise PackageError("evidence.package.none", path=str(folder))
    manifests = [a for a in _ALGORITHMS if (folder / f"manifest-{a}.txt").is_file()]
    if not manifests:
        raise PackageError("evidence.package.no_manifest", path=str(folder))
    report.ours = (folder / _HEAD).exists() or (folder / LOG).exists()
    check = _Check(report, folder, progress or (lambda n: None))
    if report.ours:
        check.ours(roots)
    else:
        check.plain()
    return report


class _Check:
    """One verification."""

    def __init__(self, report: Report, folder: Path, progress: Callable[[int], None]) -> None:
        self._report = report
        self._folder = folder
        self._progress = progress
        self._witness = Witness(folder)

    # -- any BagIt package

    def plain(self) -> None:
        """Somebody else's package: what its manifests say."""
        listed: set[str] = set()
        for name in ("tagmanifest", "manifest"):
            for algorithm in _ALGORITHMS:
                if not (self._folder / f"{name}-{algorithm}.txt").is_file():
                    continue
                hashes = self._manifest(f"{name}-{algorithm}.txt").hashes
                listed |= set(hashes)
                for relative, digest in hashes.items():
                    found = self._digest(relative, algorithm)
                    if found is not None and found != digest:
                        self._add("changed", relative, "changed")
                if name == "manifest":
                    self._report.payload = max(self._report.payload, len(hashes))
        for relative in self._files():
            if relative not in listed and relative.startswith("data/"):
                self._add("extra", relative, "extra")

    # -- our own

    def ours(self, roots: Sequence[x509.Certificate]) -> None:
        """A package of this program. It has one manifest, written in one way: a second one could
        only serve to hide behind it."""
        self._tags()
        payload = self._payload()
        wrong = {fault.path for fault in self._report.faults}
        count = 1
        while (self._folder / f"{TAGS}/stamp-{count}.tsr").exists():
            count += 1
        self._report.stamps = count - 1
        # Where a file of the log is named already, all that follows from it says nothing more.
        if not wrong & {_HEAD, LOG, _MANIFEST}:
            _Log(self._report, self._folder, payload).check(roots)

    def _tags(self) -> None:
        """The files beside data/, against the manifest of tags and their own sums."""
        actual: dict[str, str] = {}
        for relative in self._files():
            if relative.startswith("data/") or relative == _TAGMANIFEST:
                continue
            digest = self._digest(relative, "sha256")
            if digest is not None:
                actual[relative] = digest
        path = self._folder / _TAGMANIFEST
        if not path.is_file() or path.is_symlink():
            self._add("missing", _TAGMANIFEST, "missing")
            return
        raw = path.read_bytes()
        self._report.files += 1
        if raw == manifest_lines(actual):
            for name in (SUMS, _MANIFEST, "bagit.txt", "VERIFY.txt"):
                if name not in actual:
                    self._add("missing", name, "missing")
            return
        before = len(self._report.faults)
        listed = read_manifest(path).hashes
        for relative, digest in actual.items():
            if listed.get(relative) != digest and relative != SUMS:
                self._judge(relative, listed=relative in listed)
        for relative in sorted(set(listed) - set(actual)):
            if self._witness.knows(relative) or relative == SUMS:
                self._add("missing", relative, "missing")
        sums_fit = listed.get(SUMS) == actual.get(SUMS)
        if len(self._report.faults) == before and not sums_fit and SUMS in actual:
            self._own_sums(actual)
        if len(self._report.faults) == before:
            # Every file is as it was packed, so what the list should say is known.
            self._wrong(_TAGMANIFEST, first_difference(manifest_lines(actual), raw))

    def _own_sums(self, tags: dict[str, str]) -> None:
        known = [name for name in tags if name != SUMS]
        known += [name for name in self._files() if name.startswith("data/")]
        try:
            found = self._witness.own_wrong(known)
        except (OSError, ValueError):
            self._add("changed", SUMS, "changed")
            return
        if found is not None:
            self._wrong(SUMS, found)

    def _judge(self, relative: str, *, listed: bool) -> None:
        """A file whose hash is not the listed one: it, or the list."""
        try:
            found = self._witness.first_wrong(relative)
        except (OSError, ValueError):
            if listed:
                self._add("changed", relative, "changed")
            else:
                self._add("extra", relative, "extra")
            return
        if found is not None:
            self._wrong(relative, found)

    def _payload(self) -> dict[str, str]:
        """The evidence, against its manifest; paths and hashes."""
        if not (self._folder / _MANIFEST).is_file():
            self._add("missing", _MANIFEST, "missing")
            return {}
        spoilt = any(fault.path == _MANIFEST for fault in self._report.faults)
        listed = self._manifest(_MANIFEST, quiet=spoilt)
        self._report.payload = len(listed.hashes)
        if not spoilt and listed.raw != manifest_lines(listed.hashes):
            self._add("manifest", _MANIFEST, "not_canonical")
        for relative, digest in listed.hashes.items():
            found = self._digest(relative, "sha256", quiet=spoilt)
            if found is None:
                continue
            if found != digest or spoilt:
                self._against_sums(relative, found, listed, spoilt=spoilt)
        for relative in self._files():
            if not relative.startswith("data/") or relative in listed.hashes:
                continue
            if not (spoilt and self._witness.knows(relative)):
                self._add("extra", relative, "extra")
        return listed.hashes

    def _against_sums(self, relative: str, digest: str, listed: Manifest, *, spoilt: bool) -> None:
        try:
            found = self._witness.first_wrong(relative)
        except (OSError, ValueError):
            if listed.hashes[relative] != digest:
                self._add("changed", relative, "changed")
            return
        if found is not None:
            self._wrong(relative, found)
        elif not spoilt:
            # The file is as it was packed: the line about it is wrong.
            begin = listed.places[relative]
            end = begin + len(digest)
            place = first_difference(digest.encode(), listed.raw[begin:end])
            at = begin + (place.first if place is not None else 0)
            expected = place.expected if place is not None else None
            found_ = place.found if place is not None else None
            self._wrong(_MANIFEST, Wrong(at, at, expected, found_), "manifest")

    # -- tools

    def _manifest(self, name: str, *, quiet: bool = False) -> Manifest:
        found = read_manifest(self._folder / name)
        for word, line in found.faults:
            kind = "unsafe" if word == "unsafe" else "manifest"
            if not quiet or kind == "unsafe":
                self._add(kind, name, word, **({"line": line} if line else {}))
        return found

    def _digest(self, relative: str, algorithm: str, *, quiet: bool = False) -> str | None:
        """A file's hash; None, said as a fault, where it is missing or cannot be read."""
        path = self._folder / relative
        hasher = hashlib.new(algorithm)
        try:
            if not path.is_file() or path.is_symlink():
                if not quiet or self._witness.knows(relative):
                    self._add("missing", relative, "missing")
                return None
            with path.open("rb", buffering=0) as stream:
                while piece := stream.read(PIECE):
                    hasher.update(piece)
                    self._report.size += len(piece)
                    self._progress(len(piece))
        except OSError as error:
            self._add("missing", relative, "unreadable", why=system_reason(error))
            return None
        self._report.files += 1
        return hasher.hexdigest()

    def _files(self) -> list[str]:
        """Every file, links to files too; links to folders are named and not followed."""
        found = []
        for here, folders, names in os.walk(self._folder):
            base = Path(here).relative_to(self._folder)
            found += [(base / name).as_posix() for name in names]
            for name in folders:
                if Path(here, name).is_symlink():
                    self._add("unsafe", (base / name).as_posix(), "link")
        return sorted(found)

    def _add(self, kind: str, path: str, what: str, **args: object) -> None:
        text = Text(f"proof.fault.{what}", path=path, **args)  # type: ignore[arg-type]
        fault = Fault(kind, path, text)
        if fault not in self._report.faults:
            self._report.faults.append(fault)

    def _wrong(self, path: str, wrong: Wrong | None, kind: str = "changed") -> None:
        if wrong is None:
            self._add(kind, path, "changed")
        else:
            self._report.faults.append(Fault(kind, path, _said(path, wrong), wrong))


def _said(path: str, wrong: Wrong) -> Text:
    if wrong.size is not None:
        key = "ends" if wrong.first == wrong.last else "short"
        return Text(f"proof.fault.{key}", path=path, at=wrong.first, size=wrong.size)
    if wrong.first == wrong.last and wrong.expected is not None and wrong.found is not None:
        return Text(
            "proof.fault.byte", path=path, at=wrong.first,
            expected=f"{wrong.expected:02x}", found=f"{wrong.found:02x}",
        )  # fmt: skip
    if wrong.first == wrong.last and wrong.found is not None:
        return Text("proof.fault.longer", path=path, at=wrong.first)
    if wrong.first == wrong.last:
        return Text("proof.fault.lacks", path=path, at=wrong.first)
    return Text("proof.fault.range", path=path, first=wrong.first, last=wrong.last)


class _Log:
    """The log's lines and the stamps of one of our packages, whose files are as they were
    packed."""

    def __init__(self, report: Report, folder: Path, payload: dict[str, str]) -> None:
        self._report = report
        self._folder = folder
        self._payload = payload

    def check(self, roots: Sequence[x509.Certificate]) -> None:
        links: list[list[bytes]] = []
        try:
            top = read_head((self._folder / _HEAD).read_bytes())
            lines = _Lines(self, top, set(self._payload.values()))
            with (self._folder / LOG).open("rb") as stream:
                for raw in stream:  # a line at a time: a log can be long
                    data = json.loads(raw)
                    if canonical(data) + b"\n" != raw:
                        raise ValueError("not canonical")
                    proof = [bytes.fromhex(h) for h in data["proof"]]
                    if set(data) == {"entry", "proof"} and not links:
                        lines.add(read_entry(data["entry"]), proof)
                    elif set(data) == {"stamp", "proof"} and data["stamp"] == len(links) + 1:
                        links.append(proof)
                    else:
                        raise ValueError("no line of a log")
        except (OSError, ValueError, KeyError, TypeError, RecursionError, LogError):
            self.add("log", LOG, "log_unreadable")
            return
        manifest = self._folder / _MANIFEST
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else ""
        if top.manifest != digest:
            self.add("log", _HEAD, "other_manifest")
        # A file that the log does not know was put in by somebody else.
        for relative, found in self._payload.items():
            if found not in lines.first:
                self.add("log", relative, "unlogged")
        for number, link in enumerate(links, 1):
            self._stamp(number, top, link, roots, lines)
        for number in range(len(links) + 1, self._report.stamps + 1):
            self.add("stamp", f"{TAGS}/stamp-{number}.tsr", "extra")

    def add(self, kind: str, path: str, what: str, **args: object) -> None:
        text = Text(f"proof.fault.{what}", path=path, **args)  # type: ignore[arg-type]
        self._report.faults.append(Fault(kind, path, text))

    def _stamp(
        self,
        number: int,
        top: Head,
        link: list[bytes],
        roots: Sequence[x509.Certificate],
        lines: _Lines,
    ) -> None:
        base = self._folder / TAGS / f"stamp-{number}"
        path = f"{TAGS}/stamp-{number}.tsr"
        try:
            head_bytes = base.with_suffix(".txt").read_bytes()
            reply = base.with_suffix(".tsr").read_bytes()
            stamped = read_head(head_bytes)
            stamp = read(reply, head_bytes)
        except (OSError, LogError):
            self.add("stamp", path, "stamp_missing")
            return
        except StampError as error:
            self._report.faults.append(Fault("stamp", path, error.text))
            return
        try:
            merkle.check_consistency(
                stamped.size, bytes.fromhex(stamped.root), top.size, bytes.fromhex(top.root), link
            )
        except LogError:
            self.add("stamp", path, "rewritten", time=stamp.time)
            return
        if stamped.manifest is not None and stamped.manifest != top.manifest:
            self.add("stamp", path, "other_manifest")
            return
        for entry_number, at in lines.times:
            # What came in after a stamped head cannot be older than that head.
            if entry_number >= stamped.size and at < stamped.at:
                self.add("log", LOG, "back_dated", number=entry_number)
        if stamped.at > stamp.time + _CLOCK:
            self.add("stamp", path, "head_ahead", time=stamp.time)
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
            self._report.faults.append(Fault("stamp", path, error.text))
            return
        covered = tuple(
            relative
            for relative, digest in self._payload.items()
            if stamped.manifest is not None or lines.first.get(digest, stamped.size) < stamped.size
        )
        self._report.vouched.append(Vouched(stamp.authority, stamp.time, trusted, chain, covered))


class _Lines:
    """The log's lines as they are read: each against the head and the one before; of all of them
    only the first number of each hash in `first`, and numbers and `times`, are kept."""

    def __init__(self, log: _Log, top: Head, inside: set[str]) -> None:
        self._log = log
        self._top = top
        self._inside = inside
        self._before: Entry | None = None
        self.first: dict[str, int] = {}
        self.times: list[tuple[int, datetime]] = []

    def add(self, entry: Entry, proof: Sequence[bytes]) -> None:
        top, before, number = self._top, self._before, entry.number
        try:
            merkle.check_inclusion(entry.leaf(), number, top.size, proof, bytes.fromhex(top.root))
        except LogError:
            self._log.add("log", LOG, "entry", number=number)
        else:
            self.first.setdefault(entry.subject, number)
        if entry.at > top.at or (before is not None and entry.at < before.at):
            self._log.add("log", LOG, "back_dated", number=number)
        if before is not None and number <= before.number:
            self._log.add("log", LOG, "reordered", number=number)
        follows = before is not None and number == before.number + 1
        if follows and before is not None and entry.previous != before.digest():
            self._log.add("log", LOG, "entry", number=number)
        if entry.subject not in self._inside:
            self._log.add("log", LOG, "not_inside", number=number)
        self.times.append((number, entry.at))
        self._before = entry


def _chains(reply: bytes, head_bytes: bytes, roots: Sequence[x509.Certificate]) -> bool:
    """Whether a stamp leads to one of `roots`; a stamp of somebody else's is no fault."""
    try:
        verify_stamp(reply, head_bytes, roots)
    except StampError:
        return False
    return True
