"""Which reader reads this? By content, never by name; and what there is to read under a path."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from notmyloan.model.errors import InputError
from notmyloan.model.record import Origin, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.archives import BROKEN_ZIP
from notmyloan.read.csv_messages import READER as PLAIN_CSV
from notmyloan.read.reader import Reader, readers
from notmyloan.read.source import Source
from notmyloan.read.tables import sniff_encoding

SURE_ENOUGH = 0.3
# Bounds on unpacking an archive of exports in memory.
MOST_MEMBERS = 2_000
MOST_BYTES = 1 << 30
MOST_MEMBER_BYTES = 256 << 20
MOST_RATIO = 200
_JUNK = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX", "System Volume Information"})
_PICTURES = (
    (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG", "png"), (b"GIF8", "gif"), (b"BM", "bmp"),
    (b"II*\0", "tiff"), (b"MM\0*", "tiff"),
)  # fmt: skip
_IOS_MARKS = ("Manifest.db", "Manifest.plist", "Info.plist")


def detect(source: Source) -> list[tuple[Reader, float]]:
    """Readers that recognise the content, the surest first."""
    scored = [(reader, reader.recognise(source)) for reader in readers()]
    found = [(reader, score) for reader, score in scored if score >= SURE_ENOUGH]
    return sorted(found, key=lambda pair: -pair[1])


def choose(source: Source, columns: Mapping[str, str] | None = None) -> Reader:
    """The surest reader. A text that none recognises is a plain CSV where the person told its
    `columns` apart. Raises InputError that says what the file is instead, and the mend."""
    found = detect(source)
    if found:
        return found[0][0]
    if columns and source.head and not source.is_folder and sniff_encoding(source.head):
        return PLAIN_CSV
    raise InputError(_instead(source), name=source.name)


def _instead(source: Source) -> str:
    """The key of the sentence for a file that no reader recognises."""
    head = source.head
    if source.is_folder:
        return "read.folder_unknown"
    if not head:
        return "read.empty"
    if any(head.startswith(magic) for magic, _ in _PICTURES) or head[4:12] in (
        b"ftypheic", b"ftypheix", b"ftypmif1",
    ):  # fmt: skip
        return "read.picture"
    if head.startswith(b"PK"):
        return _zip_trouble(source)
    if head.startswith(b"%PDF"):
        return "read.pdf_unknown"
    if head.startswith(b"SQLite format 3\0"):
        return "read.sqlite_unknown"
    name = source.name.rpartition("/")[2].lower()
    if name == "enmicromsg.db" or re.fullmatch(r"(?:micro)?msg\d*\.db", name):
        return "read.wechat_database"
    if (
        name.endswith((".enc", ".db"))
        and b"\0" in head
        and name.startswith(("sms", "calllog", "mms"))
    ):
        return "read.hisuite"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return "read.xml_unknown"
    if b"\0" in head[:4096] and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "read.binary_unknown"
    return "read.text_unknown"


def _zip_trouble(source: Source) -> str:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            if any(member.flag_bits & 1 for member in archive.infolist()):
                return "read.zip_password"
    except BROKEN_ZIP:
        return "read.zip_cut"
    return "read.zip_unknown"


def walk(paths: Iterable[Path]) -> Iterator[Source | Unreadable]:
    """Everything to read under `paths`, in order of name.

    A file, a backup folder or a zip that a reader recognises as a whole stays one source; other
    folders are walked, other zips opened in memory (one level). What is passed over comes as an
    `Unreadable` that says why. Links that lead out of the given folder are not followed.
    """
    for path in paths:
        if path.is_dir():
            yield from _folder(path, path)
        else:
            yield from _file(Source(path.name, path))


def _folder(folder: Path, top: Path) -> Iterator[Source | Unreadable]:
    name = folder.relative_to(top).as_posix() if folder != top else (folder.name or ".")
    if any((folder / mark).is_file() for mark in _IOS_MARKS) and detect(Source(name, folder)):
        yield Source(name, folder)
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield _passed_over(name, "read.folder_closed")
        return
    for entry in entries:
        path = Path(entry.path)
        inner = path.relative_to(top).as_posix()
        if entry.name.startswith(".") or entry.name in _JUNK:
            continue
        if entry.is_symlink() and not path.resolve().is_relative_to(top.resolve()):
            yield _passed_over(inner, "read.link_out")
        elif entry.is_dir():
            if not entry.is_symlink():  # a link to a folder inside would be walked twice
                yield from _folder(path, top)
        elif entry.name.endswith(("-wal", "-shm", "-journal")):
            continue  # read together with their database
        else:
            yield from _file(Source(inner, path))


def _file(source: Source) -> Iterator[Source | Unreadable]:
    if source.path is not None and not source.path.is_file():
        yield _passed_over(source.name, "read.no_file")
        return
    try:
        head = source.head
    except OSError:
        yield _passed_over(source.name, "read.file_closed")
        return
    if head.startswith(b"PK\x03\x04") and not detect(source):
        yield from _zip(source)
    else:
        yield source


def _zip(source: Source) -> Iterator[Source | Unreadable]:
    """The members of an archive of exports, unpacked in memory within bounds."""
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if any(member.flag_bits & 1 for member in members):
                yield source  # `choose` will say that it wants a password
                return
            total = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members) or 1
            if len(members) > MOST_MEMBERS or total > MOST_BYTES or total / packed > MOST_RATIO:
                yield _passed_over(source.name, "read.zip_bomb")
                return
            for member in members:
                base = member.filename.rpartition("/")[2]
                if not base or base.startswith(".") or "__MACOSX" in member.filename:
                    continue
                name = f"{source.name}/{member.filename}"
                if member.file_size > MOST_MEMBER_BYTES:
                    yield _passed_over(name, "read.zip_bomb")
                    continue
                try:
                    with archive.open(member) as unpacked:
                        # The declared size may lie: never read past it.
                        data = unpacked.read(member.file_size + 1)
                except BROKEN_ZIP:
                    yield _passed_over(name, "read.zip_cut")
                    continue
                if len(data) > member.file_size:
                    yield _passed_over(name, "read.zip_bomb")
                    continue
                yield Source(name, None, data)
    except BROKEN_ZIP:
        yield source  # `choose` says what is wrong with it


def _passed_over(name: str, key: str) -> Unreadable:
    file = SourceFile(name, "", "", 0)
    return Unreadable(Origin(file, ""), Text(key, name=name))
