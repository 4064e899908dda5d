"""The commitment that is made before a copy is handed out, and its test years later.

It binds the owner to the original, the key and the list of copies without telling any of them:
who sees it learns digests only. It goes into a log, time stamped where an authority is set, before
the copy exists for anybody else. A match against a leaked picture can then not be made up
afterwards: `verify` runs the whole test again from the commitment and its opening. An opening
holds the original's key, never the vault's, so that no other original's copies can be forged or
tested with it. Each commitment names the digest of the one before, so none can be left out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np

from notmyloan.model.errors import InputError
from notmyloan.seal import glyph, luma
from notmyloan.seal.codes import KEY_BYTES, original_key
from notmyloan.seal.copy import layout_digest, load_layout
from notmyloan.seal.detect import Answer, Copy, Result, whose
from notmyloan.seal.layout import Pixels
from notmyloan.seal.picture import open_picture, write_picture

VERSION = 1
SALT_BYTES = 32
ERROR = 1e-6  # chance of a false accusation in one case, laid down beforehand
_FORM = "notmyloan seal commitment"
_OPENING = "notmyloan seal opening"
_KEY = b"notmyloan seal 1 key "
_HEX = re.compile(r"[0-9a-f]{64}")
_MOST_COPIES = 1_000_000


class Fault(StrEnum):
    """Why a commitment, its opening or a chain does not hold."""

    FORM = "form"  # not JSON of this form
    VERSION = "version"  # of a later version
    PARAMETERS = "parameters"  # made by a program whose marks differ
    ORIGINAL = "original"  # the picture shown is not the one committed to
    KEY = "key"
    LAYOUT = "layout"  # a layout that no committed copy has, or a damaged one
    OTHER_COMMITMENT = "other_commitment"  # the opening is another commitment's
    CHAIN = "chain"  # does not follow the commitment before it
    COPIES = "copies"  # copies that an earlier commitment names are missing or changed
    DATE = "date"  # earlier than the commitment before it


class CommitmentError(ValueError):
    """Bytes that are no commitment or no opening. `fault` says why."""

    def __init__(self, fault: Fault, why: str) -> None:
        self.fault = fault
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a commitment says. `original`, `key`, `previous`: digests as hex; `copies`: in the
    order they were handed out, the newest last; `error`: p of a case."""

    original: str
    key: str
    copies: tuple[Copy, ...]
    made: date
    previous: str | None
    parameters: Mapping[str, Any]
    error: float


@dataclass(frozen=True, slots=True)
class Opening:
    """What proves a commitment. `commitment`: its digest; `original`: the kept picture; `layouts`:
    by digest, those the owner is ready to show (each names its recipient)."""

    commitment: str
    key: bytes
    salt: bytes
    original: Pixels
    layouts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults`: what does not fit, empty when all does; then only has the test been run."""

    faults: tuple[Fault, ...]
    commitment: Commitment
    result: Result | None

    @property
    def holds(self) -> bool:
        """Whether everything fits and the test names at least one copy."""
        found = self.result is not None and self.result.answer in (Answer.ONE, Answer.SEVERAL)
        return not self.faults and found


def parameters() -> dict[str, Any]:
    """What the marks and the test depend on beside key, original and layouts."""
    return {"luma": luma.parameters(), "glyph": glyph.parameters(), "statistic": "hoeffding 1"}


def picture_digest(pixels: Pixels) -> str:
    """SHA-256, as hex, of the picture as a binary PPM file: the same pixels give the same digest
    whichever program packs them, and common tools can check it."""
    high, wide = pixels.shape[:2]
    head = b"P6\n%d %d\n255\n" % (wide, high)
    return hashlib.sha256(head + np.ascontiguousarray(pixels, np.uint8).tobytes()).hexdigest()


def key_for(vault_key: bytes, original: Pixels) -> bytes:
    """The key of an original's copies. Raises ValueError on a vault key not of 32 bytes."""
    return original_key(vault_key, bytes.fromhex(picture_digest(original)))


def key_digest(key: bytes, salt: bytes) -> str:
    """The commitment to an original's key. Raises ValueError on lengths that are not 32 bytes."""
    if len(key) != KEY_BYTES or len(salt) != SALT_BYTES:
        raise ValueError("key and salt must have 32 bytes each")
    return hashlib.sha256(_KEY + salt + key).hexdigest()


def digest(data: bytes) -> str:
    """SHA-256, as hex, of a commitment: what the next one names and what a log keeps."""
    return hashlib.sha256(data).hexdigest()


def commitment(
    original: Pixels,
    key: bytes,
    salt: bytes,
    copies: Sequence[Copy],
    made: date,
    previous: bytes | None = None,
    error: float = ERROR,
) -> bytes:
    """The commitment to `copies` of one original, the new one last; canonical JSON.

    `key` is the original's, `salt` 32 random bytes kept with it, `previous` the commitment before
    this one. Ids must tell nothing of the recipient; a copy's layout is its `layout_digest`.
    Raises ValueError on copies that are none, not distinct or without a digest, and
    CommitmentError when this one does not continue `previous`.
    """
    if not copies or len({c.id for c in copies}) != len(copies):
        raise ValueError("the copies must be distinct and at least one")
    if any(not c.id or not _HEX.fullmatch(c.layout) for c in copies):
        raise ValueError("each copy needs an id and the digest of its layout")
    if not 0 < error < 1:
        raise ValueError("the error must lie between 0 and 1")
    data = _canonical(
        {
            "form": _FORM,
            "version": VERSION,
            "made": made.isoformat(),
            "original": {
                "sha256": picture_digest(original),
                "width": original.shape[1],
                "height": original.shape[0],
            },
            "key": key_digest(key, salt),
            "copies": [{"id": c.id, "layout": c.layout} for c in copies],
            "parameters": parameters(),
            "error": error,
            "previous": None if previous is None else digest(previous),
        }
    )
    if previous is not None:
        faults = _follows(previous, data)
        if faults:
            raise CommitmentError(faults[0], "does not continue the commitment before it")
    return data


def read_commitment(data: bytes) -> Commitment:
    """Raises CommitmentError when it is none, or not in canonical form."""
    raw = _parsed(data, _FORM)
    try:
        copies = tuple(Copy(_text(c["id"]), _hex(c["layout"])) for c in raw["copies"])
        previous = raw["previous"]
        read = Commitment(
            _hex(raw["original"]["sha256"]),
            _hex(raw["key"]),
            copies,
            date.fromisoformat(raw["made"]),
            None if previous is None else _hex(previous),
            dict(raw["parameters"]),
            float(raw["error"]),
        )
    except (KeyError, TypeError, ValueError):
        raise CommitmentError(Fault.FORM, "a part of the commitment is missing or odd") from None
    distinct = len({c.id for c in copies}) == len(copies)
    if not (0 < len(copies) <= _MOST_COPIES and distinct and 0 < read.error < 1):
        raise CommitmentError(Fault.FORM, "the commitment's copies or error make no sense")
    try:
        canonical = _canonical(raw)
    except ValueError:  # numbers or letters that JSON cannot write
        canonical = b""
    if canonical != data:
        raise CommitmentError(Fault.FORM, "the commitment is not in canonical form")
    return read


def chain(commitments: Sequence[bytes]) -> tuple[Fault, ...]:
    """What is wrong with a row of commitments to one original, oldest first; empty when each
    follows the one before and only adds copies. Raises CommitmentError."""
    faults: list[Fault] = []
    if commitments and read_commitment(commitments[0]).previous is not None:
        faults.append(Fault.CHAIN)
    for before, now in pairwise(commitments):
        faults += _follows(before, now)
    return tuple(dict.fromkeys(faults))


def _follows(before: bytes, now: bytes) -> list[Fault]:
    """What is wrong with `now` as the next commitment after `before`."""
    was, says = read_commitment(before), read_commitment(now)
    wrong = {
        Fault.CHAIN: says.previous != digest(before),
        Fault.ORIGINAL: says.original != was.original,
        Fault.KEY: says.key != was.key,
        Fault.COPIES: says.copies[: len(was.copies)] != was.copies,
        Fault.DATE: says.made < was.made,
    }
    return [fault for fault, is_so in wrong.items() if is_so]


def reveal(
    data: bytes, key: bytes, salt: bytes, original: Pixels, layouts: Mapping[str, bytes]
) -> bytes:
    """The opening of the commitment `data`, as JSON: the original's key, the salt, the original,
    and of the layouts those that may be shown, by digest.

    A layout names its recipient: show those in dispute only. Copies without theirs are still
    tested by the invisible mark. Raises CommitmentError when anything does not fit.
    """
    opening = Opening(digest(data), key, salt, original, dict(layouts))
    faults = _fits(data, read_commitment(data), opening)
    if faults:
        raise CommitmentError(faults[0], "the opening does not fit the commitment")
    return _canonical(
        {
            "form": _OPENING,
            "version": VERSION,
            "commitment": opening.commitment,
            "key": _base64(key),
            "salt": _base64(salt),
            "original": _base64(write_picture(original, "png", 300)),
            "layouts": {name: _base64(kept) for name, kept in layouts.items()},
        }
    )


def read_opening(data: bytes) -> Opening:
    """Raises CommitmentError when it is none."""
    raw = _parsed(data, _OPENING)
    try:
        picture = open_picture(_bytes(raw["original"]), "original").pixels
        return Opening(
            _hex(raw["commitment"]),
            _bytes(raw["key"]),
            _bytes(raw["salt"]),
            picture,
            {_hex(name): _bytes(kept) for name, kept in raw["layouts"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, InputError):
        raise CommitmentError(Fault.FORM, "a part of the opening is missing or odd") from None


def verify(
    commitment_: bytes,
    opening: bytes,
    suspect: Pixels,
    *,
    suspects: int = 1,
) -> Verdict:
    """Runs the test again from the commitment and its opening alone.

    `suspects`: how many pictures were tested in this case, which the error is shared among.
    Raises CommitmentError on bytes that are no commitment or no opening; what does not fit is in
    the verdict, and then nothing is tested.
    """
    said, shown = read_commitment(commitment_), read_opening(opening)
    faults = _fits(commitment_, said, shown)
    if faults:
        return Verdict(faults, said, None)
    layouts = {name: load_layout(kept) for name, kept in shown.layouts.items()}
    result = whose(
        suspect, shown.original, shown.key, said.copies, layouts,
        suspects=suspects, error=said.error,
    )  # fmt: skip
    return Verdict((), said, result)


def _fits(data: bytes, said: Commitment, shown: Opening) -> tuple[Fault, ...]:
    """What of an opening does not fit its commitment."""
    faults = []
    if shown.commitment != digest(data):
        faults.append(Fault.OTHER_COMMITMENT)
    if said.parameters != parameters():
        faults.append(Fault.PARAMETERS)
    if picture_digest(shown.original) != said.original:
        faults.append(Fault.ORIGINAL)
    whole = len(shown.key) == KEY_BYTES and len(shown.salt) == SALT_BYTES
    if not (whole and hmac.compare_digest(key_digest(shown.key, shown.salt), said.key)):
        faults.append(Fault.KEY)
    known = {c.layout for c in said.copies}
    size = (shown.original.shape[1], shown.original.shape[0])
    for name, kept in shown.layouts.items():
        try:
            layout = load_layout(kept)
            fits = layout_digest(kept) == name and name in known
        except ValueError:
            fits = False
        if not fits or (layout.width, layout.height) != size:
            faults.append(Fault.LAYOUT)
            break
    return tuple(faults)


def _canonical(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted names, no spaces, UTF-8: equal values give equal bytes."""
    words = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return words.encode()


def _parsed(data: bytes, form: str) -> dict[str, Any]:
    try:
        raw = json.loads(data.decode())
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise CommitmentError(Fault.FORM, "this is no JSON") from None
    if not isinstance(raw, dict) or raw.get("form") != form:
        raise CommitmentError(Fault.FORM, f"this is no {form}")
    if raw.get("version") != VERSION or isinstance(raw["version"], bool):
        raise CommitmentError(Fault.VERSION, "made by a later version of this program")
    return raw


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _hex(value: Any) -> str:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError
    return value


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error:
        raise ValueError from None
