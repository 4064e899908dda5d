"""Made-up values of the same shape: digits for digits, letters for letters, Han for Han.

The same value gets the same substitute within a file, so that what belonged together still does.
Words of formats (column names, kinds, states) are kept: they are what a reader goes by.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from importlib.resources import files

# Words that formats themselves print. Longer ones first, so that none is cut up.
_FORMAT_WORDS = files("notmyloan.read").joinpath("format_words.txt").read_text("utf-8").split()
_KEPT = re.compile("|".join(map(re.escape, sorted(set(_FORMAT_WORDS), key=len, reverse=True))))
_DATE = re.compile(r"(?<!\d)(19|20)(\d{2})([-/.年]?)(\d{1,2})([-/.月]?)(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<![\d./-])(\d{1,2}[./-] ?\d{1,2}[./-] ?)((?:19|20)\d{2})(?!\d)")
_CLOCK = re.compile(
    r"(?:上午|下午|凌晨|早上|清晨|中午|晚上)\s?\d{1,2}[:.时]\d{2}"
    r"|(?<!\d)\d{1,2}[:.]\d{2}(?:[:.]\d{2})?[\s\u00a0\u202f]?[aApP]\.?[\s\u00a0\u202f]?[mM]\b\.?"
)
_EPOCH = re.compile(r"(?<!\d)1[0-9]{12}(?!\d)|(?<!\d)1[0-9]{9}(?!\d)")
_RUN = re.compile(r"[0-9]+|[A-Za-z]+|[\u3400-\u9fff]+|[^\W\d_]+")
_HAN = (
    "安白半北边布才仓草茶长朝城川春大灯地点东洞豆耳方飞风付干高谷光广海禾合黑红后湖虎花华"
    "江金京九菊军卡开康可口来兰乐力林流龙路马麦门米木南年牛平七其奇千前青秋泉三山上石水松台"
    "天田同土外万王文五西下先小心星雪羊叶一衣银永雨玉元月云早真正中舟竹紫左"
)


class MakeUp:
    """Makes values up; one instance a file. `seed` chooses another set of substitutes, `days` is
    by how much the file's dates move back."""

    def __init__(self, seed: int) -> None:
        self._key = seed.to_bytes(8, "big", signed=True)
        self.days = 30 + self._number("days", 300)

    def _number(self, words: str, below: int) -> int:
        digest = blake2b(words.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8)
        return int.from_bytes(digest.digest(), "big") % below

    def text(self, words: str) -> str:
        """`words` with every value in it made up, format words and punctuation kept."""
        out, at = [], 0
        for found in _KEPT.finditer(words):
            # A format's word inside a longer one ("元" in a name) is no format word there.
            out.append(self._free(words[at : found.start()]))
            out.append(found[0])
            at = found.end()
        out.append(self._free(words[at:]))
        return "".join(out)

    def value(self, words: str) -> str:
        """A whole value: kept only if all of it is one format word."""
        return words if _KEPT.fullmatch(words.strip()) else self._free(words)

    def _free(self, words: str) -> str:
        if not words:
            return words
        spans: list[tuple[int, int, str]] = []
        for found in _DATE.finditer(words):
            moved = self._date(found)
            if moved is not None:
                spans.append((*found.span(), moved))
        for found in _EPOCH.finditer(words):
            moved = str(int(found[0]) - self.days * 86400 * (1000 if len(found[0]) == 13 else 1))
            spans.append((*found.span(), moved))
        spans += [  # by four years: a leap year stays one
            (*found.span(), f"{found[1]}{int(found[2]) - 4}")
            for found in _YEAR_LAST.finditer(words)
        ]
        spans += [(*found.span(), found[0]) for found in _CLOCK.finditer(words)]
        out, at = [], 0
        for start, end, moved in sorted(spans):
            if start < at:
                continue
            out.append(_RUN.sub(self._run, words[at:start]))
            out.append(moved)
            at = end
        out.append(_RUN.sub(self._run, words[at:]))
        return "".join(out)

    def _date(self, found: re.Match[str]) -> str | None:
        """The day moved back by the file's number of days, written the same way."""
        century, year, first, month, second, day = found.groups()
        if bool(first) != bool(second) or (not first and len(month + day) != 4):
            return None
        try:
            at = datetime(int(century + year), int(month), int(day), tzinfo=UTC)
            moved = at - timedelta(days=self.days)
        except (ValueError, OverflowError):
            return None
        wide = len(month) == 2 and len(day) == 2
        return (
            f"{moved.year:04d}{first}{moved.month:02d}{second}{moved.day:02d}"
            if wide
            else f"{moved.year:04d}{first}{moved.month}{second}{moved.day}"
        )

    def _run(self, found: re.Match[str]) -> str:
        run = found[0]
        if run.isdigit():
            return self._digits(run) if run.isascii() else run
        if run[0].isascii():
            return "".join(self._letter(run, n, c) for n, c in enumerate(run))
        return "".join(self._han(run, n, c) for n, c in enumerate(run))

    def _digits(self, run: str) -> str:
        """Other digits, none of them the old one; a number does not begin to start with 0."""
        if len(run) <= 2:  # an hour, a month, a kind: no identity, but needed to make sense
            return run
        made = [str((int(d) + 1 + self._number(f"{run}.{n}", 9)) % 10) for n, d in enumerate(run)]
        if run[0] != "0" and made[0] == "0":
            made[0] = "7" if run[0] != "7" else "8"
        return "".join(made)

    def _letter(self, run: str, position: int, letter: str) -> str:
        base = "a" if letter.islower() else "A"
        moved = (ord(letter) - ord(base) + 1 + self._number(f"{run}.{position}", 25)) % 26
        return chr(ord(base) + moved)

    def _han(self, run: str, position: int, letter: str) -> str:
        made = _HAN[self._number(f"{run}.{position}", len(_HAN))]
        return made if made != letter else _HAN[(_HAN.index(made) + 1) % len(_HAN)]
