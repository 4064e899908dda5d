"""What an endorsement says, in Chinese, English or both.

The pattern is custom, not statute: for whom, for what, invalid for other use or copying again,
and the day, each on a line of its own (sources: the fact sheet's section on endorsing copies).
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Literal

from notmyloan.locale import Speaker
from notmyloan.model.errors import UsageError
from notmyloan.model.text import Text

Language = Literal["zh-CN", "en", "both"]

_VERBS = ("办理", "办", "用于", "申请", "申办", "开立", "开户", "签订", "参加", "领取", "报名")
_LONGEST = 80  # characters of a purpose or recipient; more never fits on a card


def endorsement_lines(
    purpose: str, recipient: str, on: date, language: Language
) -> tuple[str, ...]:
    """The main lines. Raises UsageError on an empty or endless purpose or recipient."""
    purpose, recipient = _clean(purpose), _clean(recipient)
    if not purpose:
        raise UsageError("seal.empty.purpose")
    if not recipient:
        raise UsageError("seal.empty.recipient")
    if max(len(purpose), len(recipient)) > _LONGEST:
        raise UsageError("seal.too_long")
    lines: list[str] = []
    if language in ("zh-CN", "both"):
        lines += _chinese(purpose, recipient)
        if language == "zh-CN":
            lines.append(Speaker("zh_CN").day(on))
    if language in ("en", "both"):
        say = Speaker("en").say
        lines += [
            say(Text("seal.line.for", purpose=purpose)),
            say(Text("seal.line.to", recipient=recipient)),
            say(Text("seal.line.invalid")),
            on.isoformat(),
        ]
    return tuple(lines)


def running_text(lines: tuple[str, ...]) -> str:
    """The lines as one text to be repeated over the paper."""
    return "  ".join(lines) + "  "


def _chinese(purpose: str, recipient: str) -> list[str]:
    say = Speaker("zh_CN").say
    if not purpose.startswith(_VERBS):
        purpose = say(Text("seal.line.handle", purpose=purpose))
    if not purpose.startswith("用于") and not purpose.endswith(("使用", "用")):
        purpose = say(Text("seal.line.for", purpose=purpose))
    return [
        say(Text("seal.line.to", recipient=recipient)),
        purpose,
        say(Text("seal.line.invalid")),
    ]


def _clean(words: str) -> str:
    """One line, one space between words, no control characters."""
    words = unicodedata.normalize("NFC", words)
    kept = (" " if c.isspace() else c for c in words if unicodedata.category(c) not in ("Cf", "Cs"))
    return " ".join("".join(c for c in kept if c == " " or unicodedata.category(c) != "Cc").split())
