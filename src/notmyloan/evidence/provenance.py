"""What a file itself tells of how it came to be, so that its grade of origin is honest.

A person under pressure calls a screenshot an original; the other side's lawyer will not. Nothing
here changes a file, and only its beginning is read. Without Pillow a picture's own data (EXIF) stay
unread, and only its kind is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from notmyloan.evidence.opposing import Grade, Kind

_EDITORS = re.compile(
    r"photoshop|lightroom|gimp|snapseed|picsart|meitu|美图|醒图|faceu|canva|pixelmator|affinity"
    r"|paint\.net|acdsee|稿定|轻颜|剪映|capcut",
    re.I,
)
_SCREEN = re.compile(r"screen.?shot|screencap|截屏|截图|snipaste|屏幕快照", re.I)
_FORWARDED = re.compile(r"^(?:mmexport|wx_camera|微信图片|qq图片|img-\d{8}-wa)", re.I)
_TYPED = {".txt", ".md", ".doc", ".docx", ".rtf", ".odt", ".wps", ".pages"}
_SOUND = {".mp3", ".m4a", ".amr", ".wav", ".aac", ".ogg", ".opus", ".flac", ".mp4", ".mov", ".avi",
          ".mkv", ".3gp", ".webm", ".silk"}  # fmt: skip
_PICTURE = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".bmp", ".tif", ".tiff"}
_MAKE, _MODEL, _SOFTWARE, _EXIF, _GPS = 0x010F, 0x0110, 0x0131, 0x8769, 0x8825
_TAKEN, _ZONE = 0x9003, 0x9011


@dataclass(frozen=True, slots=True)
class Provenance:
    """`kind` and `grade` as the file supports them. `signs`: what speaks against it, among
    `screenshot`, `edited`, `stripped` (a picture without its camera's data: forwarded or saved
    again), `typed`. `facts`: `taken` (ISO, with offset where the camera knew it), `place`
    (latitude,longitude), `camera`, `software`, each where the file says so."""

    kind: Kind
    grade: Grade
    signs: tuple[str, ...]
    facts: dict[str, str]


def look_at(path: Path) -> Provenance:
    """What this file tells of itself. Raises OSError where it cannot be read."""
    with path.open("rb") as stream:
        begin = stream.read(16)
    ending = PurePosixPath(path.name).suffix.lower()
    if ending in _PICTURE or begin[:3] == b"\xff\xd8\xff" or begin[:8] == b"\x89PNG\r\n\x1a\n":
        return _picture(path, begin)
    if ending in _SOUND:
        return Provenance(Kind.RECORDING, Grade.EXPORT, (), {})
    if begin[:5] == b"%PDF-":
        return Provenance(Kind.PAPER, Grade.EXPORT, (), {})
    if ending in _TYPED:
        return Provenance(Kind.OTHER, Grade.RETYPED, ("typed",), {})
    return Provenance(Kind.OTHER, Grade.EXPORT, (), {})


def _picture(path: Path, begin: bytes) -> Provenance:
    facts = _own_data(path)
    if _SCREEN.search(path.name) or (begin[:4] == b"\x89PNG" and "camera" not in facts):
        return Provenance(Kind.PHOTO, Grade.SCREENSHOT, ("screenshot",), facts)
    signs = []
    if _EDITORS.search(facts.get("software", "")):
        signs.append("edited")
    if "camera" not in facts or _FORWARDED.match(path.name):
        signs.append("stripped")
    return Provenance(Kind.PHOTO, Grade.EXPORT, tuple(signs), facts)


def _own_data(path: Path) -> dict[str, str]:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        return {}
    try:
        with Image.open(path) as picture:
            exif = picture.getexif()
            inner, gps = exif.get_ifd(_EXIF), exif.get_ifd(_GPS)
            # A broken picture is still evidence; what it says of itself is then unknown.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}
    camera = " ".join(filter(None, (_words(exif.get(_MAKE)), _words(exif.get(_MODEL)))))
    found = {
        "camera": camera,
        "software": _words(exif.get(_SOFTWARE)),
        "taken": _moment(inner.get(_TAKEN), inner.get(_ZONE)),
        "place": _place(gps),
    }
    return {name: value for name, value in found.items() if value}


def _words(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    return re.sub(r"[\x00-\x1f\x7f]+", " ", value).strip()[:80] if isinstance(value, str) else ""


def _moment(taken: Any, zone: Any) -> str:
    try:
        found = datetime.strptime(_words(taken), "%Y:%m:%d %H:%M:%S").isoformat()
        offset = _words(zone)
        return datetime.fromisoformat(found + offset).isoformat() if offset else found
    except ValueError:
        return ""


def _place(gps: dict[int, Any]) -> str:
    def degrees(value: Any, side: Any) -> float:
        whole, minutes, seconds = (float(part) for part in value)
        found = whole + minutes / 60 + seconds / 3600
        return -found if _words(side) in ("S", "W") else found

    try:
        north, east = degrees(gps[2], gps.get(1)), degrees(gps[4], gps.get(3))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return ""
    return f"{north:.5f},{east:.5f}" if abs(north) <= 90 and abs(east) <= 180 else ""
