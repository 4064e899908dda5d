"""A real CJK font for the story's papers and pictures."""

from __future__ import annotations

from pathlib import Path

from notmyloan.model.errors import InputError

# TrueType outlines only: the PDF library embeds no others.
CANDIDATES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "/System/Library/Fonts/Supplemental/Songti.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
    "C:/Windows/Fonts/simhei.ttf",
)


def cjk_font() -> Path:
    """The first font that is there. Raises InputError with the line that installs one."""
    for candidate in CANDIDATES:
        path = Path(candidate)
        if path.is_file():
            return path
    raise InputError("story.no_font")
