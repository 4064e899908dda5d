"""`adb backup` files (`.ab`), plain and encrypted, and Xiaomi's `.bak` with one inside.

Header lines: `ANDROID BACKUP`, version 1 to 5, compressed 0 or 1, `none` or `AES-256`; if
encrypted also user salt, checksum salt, PBKDF2 rounds, user-key IV and the master-key blob. Then a
(deflated) tar. Everything is unpacked in memory, within bounds, and nothing is written.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from notmyloan.model.errors import InputError
from notmyloan.model.record import Call, Message, Origin, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.android_columns import BadField, sms
from notmyloan.read.android_db import AndroidDbReader
from notmyloan.read.shape import shape_of
from notmyloan.read.source import MOST_ATTEMPTS, ReadContext, Source

MAGIC = b"ANDROID BACKUP\n"
VERSIONS = frozenset({"1", "2", "3", "4", "5"})
MOST_MEMBER_BYTES = 256 << 20
MOST_ROUNDS = 1_000_000
_PIECE = 1 << 16


class _Inflating(io.RawIOBase):
    """A readable stream of the payload: decrypted and inflated as it is read."""

    def __init__(self, stream: BinaryIO, decryptor: Any, compressed: bool) -> None:
        self._stream = stream
        self._decryptor = decryptor
        self._inflate = zlib.decompressobj() if compressed else None
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            self._fill()
        n = min(len(buffer), len(self._ready))
        buffer[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n

    def _fill(self) -> None:
        if self._inflate is not None and self._inflate.unconsumed_tail:
            self._ready = self._inflate.decompress(self._inflate.unconsumed_tail, _PIECE * 4)
            return
        piece = self._stream.read(_PIECE)
        if not piece:
            self._ended = True
            if self._inflate is not None:
                self._ready = self._inflate.flush()
                if not self._inflate.eof:
                    raise EOFError("the backup ends early")
            return
        if self._decryptor is not None:
            piece = self._decryptor.update(piece)
        # Bounded output per step: a small file must not become a large one in memory.
        self._ready = (
            piece if self._inflate is None else self._inflate.decompress(piece, _PIECE * 4)
        )


class AndroidBackupReader:
    format = "android_backup"

    def recognise(self, source: Source) -> float:
        return 0.98 if backup_start(source.head) is not None else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Message | Call | Unreadable]:
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        with source.open() as stream:
            payload = _payload(source, stream, context)
            members = 0
            try:
                with tarfile.open(fileobj=io.BufferedReader(payload), mode="r|") as archive:
                    for member in archive:
                        if member.isfile():
                            members += 1
                            yield from _member(archive, member, source, file, context)
            except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError):
                if not members:
                    raise InputError("read.ab_damaged", name=source.name) from None
                yield Unreadable(Origin(file, ""), Text("read.ends_early"))


def backup_start(head: bytes) -> int | None:
    """Where the backup begins: at once, or behind Xiaomi's own header."""
    if head.startswith(MAGIC):
        return 0
    if head.startswith(b"MIUI BACKUP"):
        at = head.find(MAGIC)
        return at if at >= 0 else None
    return None


def _line(stream: IO[bytes], source: Source) -> str:
    line = stream.readline(8192)
    if not line.endswith(b"\n"):
        raise InputError("read.ab_damaged", name=source.name)
    return line[:-1].decode("ascii", "replace")


def _payload(source: Source, stream: BinaryIO, context: ReadContext) -> _Inflating:
    stream.seek((backup_start(source.head) or 0) + len(MAGIC))
    version, compressed, cipher = (_line(stream, source) for _ in range(3))
    if version not in VERSIONS or compressed not in ("0", "1"):
        raise InputError("read.ab_version", name=source.name, version=shape_of(version))
    decryptor = None
    if cipher == "AES-256":
        decryptor = _unlock(source, [_line(stream, source) for _ in range(5)], version, context)
    elif cipher != "none":
        raise InputError("read.ab_version", name=source.name, version=shape_of(cipher))
    return _Inflating(stream, decryptor, compressed == "1")


def _unlock(source: Source, header: list[str], version: str, context: ReadContext) -> Any:
    """The payload's decryptor. Raises InputError without the right password."""
    try:
        salt, check_salt, iv, blob = (bytes.fromhex(header[n]) for n in (0, 1, 3, 4))
        rounds = int(header[2])
    except ValueError:
        raise InputError("read.ab_damaged", name=source.name) from None
    if not 0 < rounds <= MOST_ROUNDS or len(iv) != 16 or not blob or len(blob) % 16:
        raise InputError("read.ab_damaged", name=source.name)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        secret = context.ask_secret(source.name, attempt)
        if secret is None:
            if attempt == 1:
                raise InputError("read.wants_password", name=source.name)
            break
        # Some versions of the phone's software took the low byte of each character only.
        for password in dict.fromkeys((secret.encode(), secret.encode("latin-1", "replace"))):
            key = hashlib.pbkdf2_hmac("sha1", password, salt, rounds, 32)
            master = _master_key(_decrypt(key, iv, blob), check_salt, rounds, version)
            if master is not None:
                return Cipher(algorithms.AES(master[1]), modes.CBC(master[0])).decryptor()
    raise InputError("read.wrong_password", name=source.name)


def _decrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _master_key(blob: bytes, salt: bytes, rounds: int, version: str) -> tuple[bytes, bytes] | None:
    """IV and key out of the decrypted blob (three length-prefixed fields), if its own check sum
    agrees; None means the wrong password."""
    fields, at = [], 0
    for _ in range(3):
        if at >= len(blob):
            return None
        length = blob[at]
        fields.append(blob[at + 1 : at + 1 + length])
        at += 1 + length
    iv, key, check = fields
    if len(iv) != 16 or len(key) != 32 or len(check) != 32:
        return None
    # From version 2 the key's bytes were taken for characters (negative ones far up in Unicode)
    # and written as UTF-8 before hashing; version 1 hashed them as they are.
    as_text = "".join(chr(b) if b < 128 else chr(0xFF00 + b) for b in key).encode()
    for shape in (key, as_text) if version == "1" else (as_text, key):
        if hashlib.pbkdf2_hmac("sha1", shape, salt, rounds, 32) == check:
            return iv, key
    return None


def _member(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    source: Source,
    file: SourceFile,
    context: ReadContext,
) -> Iterator[Message | Call | Unreadable]:
    """The records in one file of the backup; files of other kinds are passed over."""
    name = member.name.rpartition("/")[2]
    is_sms = name.endswith("_sms_backup")
    is_db = name in ("mmssms.db", "calllog.db", "contacts2.db")
    if not is_sms and not is_db:
        return
    stream = archive.extractfile(member)
    if stream is None or member.size > MOST_MEMBER_BYTES:
        yield Unreadable(Origin(file, f"member:{member.name}"), Text("read.member_too_large"))
        return
    data = stream.read()
    if is_db:
        inner = Source(f"{source.name}/{member.name}", None, data)
        yield from AndroidDbReader().read(inner, context)
        return
    yield from _sms_backup(data, member.name, file)


def _sms_backup(data: bytes, name: str, file: SourceFile) -> Iterator[Message | Unreadable]:
    """A `…_sms_backup` member: a deflated JSON array of rows of `sms`."""
    place = f"member:{name}"
    try:
        inflate = zlib.decompressobj()
        plain = inflate.decompress(data, MOST_MEMBER_BYTES)
        if inflate.unconsumed_tail:
            yield Unreadable(Origin(file, place), Text("read.member_too_large"))
            return
        rows = json.loads(plain)
    except (zlib.error, ValueError, RecursionError):
        yield Unreadable(Origin(file, place), Text("read.damaged_table"))
        return
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        origin = Origin(file, f"{place};row:{number}")
        if not isinstance(row, dict):
            yield Unreadable(origin, Text("read.bad_row"), shape_of(str(row)))
            continue
        try:
            yield sms(row, origin)
        except BadField as error:
            shape = shape_of(json.dumps(row, ensure_ascii=False))[:400]
            yield Unreadable(origin, Text("read.bad_field", field=str(error.args[0])), shape)


READER = AndroidBackupReader()
