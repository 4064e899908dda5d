"""Own texts from templates: `texts/*.toml` hold them, one list of templates a label.

A template is plain text with `(this|that|)` choices, which nest, and `{slot}` names, filled
from `texts/slots.toml` or, for numbers, dates and links, by a generator below. All templates
of a label are sorted into sides (training, validation) before any is filled, so that no
wording is on both.
"""

from __future__ import annotations

import datetime
import hashlib
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from notmyloan.model.label import Label

TEXTS: Final = Path(__file__).parent.parent / "texts"
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_SLOT: Final = re.compile(r"\{([a-z_0-9]+)\}")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class Template:
    """One template, its label and its topic within the label."""

    label: Label
    pattern: str
    topic: str

    def side(self, parts: int) -> int:
        """Which of `parts` sides it falls on: by its wording, so that order does not matter."""
        digest = hashlib.blake2b(self.pattern.encode(), digest_size=4).digest()
        return int.from_bytes(digest) % parts

    @property
    def richness(self) -> int:
        """One to four: by the number of its choices."""
        return 1 + min(self.pattern.count("|") // 6, 3)


@cache
def templates() -> tuple[Template, ...]:
    """All templates, in a fixed order."""
    found: list[Template] = []
    for path in sorted(TEXTS.glob("*.toml")):
        if path.stem == "slots":
            continue
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        for label in Label:
            for topic, patterns in tables.get(label.value, {}).items():
                found += [Template(label, p, topic) for p in patterns]
    return tuple(found)


@cache
def _words() -> dict[str, tuple[str, ...]]:
    tables = tomllib.loads((TEXTS / "slots.toml").read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in tables.items()}


def _digits(low: int, high: int) -> Callable[[random.Random], str]:
    return lambda r: "".join(r.choice("0123456789") for _ in range(r.randint(low, high)))


def _link(r: random.Random) -> str:
    host = r.choice(("t.cn", "dwz.cn", "url.cn", "suo.im", "u3v.cn", "s.mlpay.cn", "c.tb.cn"))
    if r.random() < 0.3:
        host = "".join(r.choice(_LETTERS[:24]) for _ in range(r.randint(3, 8)))
        host += r.choice((".com", ".cn", ".top", ".xyz", ".vip", ".net", ".cc"))
    tail = "".join(r.choice(_LETTERS) for _ in range(r.randint(4, 8)))
    return r.choice(("", "", "http://", "https://")) + host + "/" + tail


def _shaped(r: random.Random, *shapes: str) -> str:
    """One of `shapes` with a digit for each #."""
    return "".join(r.choice("0123456789") if c == "#" else c for c in r.choice(shapes))


def _amount(r: random.Random) -> str:
    if r.random() < 0.5:
        return f"{r.randint(1, 99999)}.{r.randint(0, 99):02d}"
    round_sum = str(r.randint(1, 9) * 10 ** r.randint(1, 4))
    grouped = f"{r.randint(1, 99)},{r.randint(0, 999):03d}"
    return r.choice((round_sum, grouped, str(r.randint(10, 99999))))


def _date(r: random.Random) -> str:
    month, day = r.randint(1, 12), r.randint(1, 28)
    year = r.randint(2021, 2026)
    return r.choice(
        (
            f"{month}月{day}日",
            f"{month:02d}月{day:02d}日",
            f"{year}年{month}月{day}日",
            f"{year}-{month:02d}-{day:02d}",
            f"{month}月{day}日",
        )
    )


def _english_date(r: random.Random) -> str:
    day = datetime.date(r.randint(2021, 2026), r.randint(1, 12), r.randint(1, 28))
    return day.strftime(r.choice(("%B %d", "%b %d", "%m/%d", "%m/%d/%Y", "%d %b", "%A")))


def _time(r: random.Random) -> str:
    return f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}"


def _contact(r: random.Random) -> str:
    letters = "".join(r.choice("abcdefghjkmnpqrstuvwxyz") for _ in range(r.randint(2, 4)))
    return r.choice((_mobile(r), letters + _digits(3, 6)(r), _digits(8, 10)(r)))


def _mobile(r: random.Random) -> str:
    return "1" + r.choice("3456789") + _digits(9, 9)(r)


_MADE: Final[dict[str, Callable[[random.Random], str]]] = {
    "code": lambda r: _digits(*r.choice(((6, 6), (6, 6), (6, 6), (4, 4), (4, 8))))(r),
    "n": lambda r: str(r.randint(1, 30)),
    "d1": _digits(1, 1),
    "d4": _digits(4, 4),
    "tail": _digits(4, 4),
    "order": _digits(8, 16),
    "pick": lambda r: f"{r.randint(1, 30)}-{r.randint(1, 9)}-{r.randint(1000, 9999)}",
    "amount": _amount,
    "wan": lambda r: r.choice((str(r.randint(1, 50)), "5", "10", "20", "30", "50", "二十", "三十")),
    "link": _link,
    "date": _date,
    "time": _time,
    "mobile": _mobile,
    "contact": _contact,
    "fixed": lambda r: f"0{r.randint(10, 999)}-{_digits(7, 8)(r)}",
    "hotline": lambda r: _shaped(r, "95###", "95####", "400#######", "400-###-####"),
    "plate": lambda r: r.choice("京沪粤苏浙川鲁豫") + r.choice("ABCDE") + _digits(5, 5)(r),
    "en_phone": lambda r: _shaped(r, "+1 ### ### ####", "0##########", "1-8##-###-####"),
}  # fmt: skip


def fill(pattern: str, r: random.Random) -> str:
    """One text of a template. Raises KeyError for an unknown slot."""
    while found := _CHOICE.search(pattern):
        option = r.choice(found.group(1).split("|"))
        pattern = pattern[: found.start()] + option + pattern[found.end() :]

    english = _HAN.search(pattern) is None

    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "date" and english:
            return _english_date(r)
        if name in _MADE:
            return _MADE[name](r)
        return fill(r.choice(_words()[name]), r)

    return _SLOT.sub(word, pattern)


def texts(
    side: Callable[[Template], bool], count: int, seed: int
) -> Iterator[tuple[Template, str]]:
    """`count` texts of each template that `side` takes, more of one that can say many things,
    without repeats of one text."""
    for template in templates():
        if not side(template):
            continue
        r = random.Random(f"{seed}/{template.pattern}")
        seen: set[str] = set()
        for _ in range(count * template.richness):
            text = fill(template.pattern, r)
            if text not in seen:
                seen.add(text)
                yield template, text
