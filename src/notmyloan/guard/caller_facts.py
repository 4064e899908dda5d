"""What the sender of a message shows to know of the person, beside their number.

Each fact found is one that somebody must have been given: a surname with a form of address or the
whole name, the tail of an ID number or bank card where the text calls it so, the employer, a part
of the address, the mail address. What anybody knows or guesses (the phone's operator, the city)
is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from notmyloan.model.disclosure import Given, Mine, Owned, OwnedKind, Standing

_TITLES = "先生|女士|小姐|总|老板|经理|老师|同志|哥|姐"
# What may stand before a surname, so that 气温先生效 holds no Mr 温.
_BEFORE = "(?:^|[^\u4e00-\u9fff]|[的是给叫请找和与好您你])"
_ENGLISH_TITLES = r"mr|mrs|ms|miss|mx|dr"
_COMPOUND = frozenset(
    [
        "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐",
        "夏侯", "长孙", "宇文", "端木", "南宫", "独孤",
    ]
)  # fmt: skip
_CUT = re.compile(r"[省市区县镇乡]|街道|[\s,，。;；]+")
_LEAST_PLACE = 4  # letters of a part of an address that is no chance
_ID_WORDS = r"身份证|证件|ID(?:\s*(?:card|number|no\.?))?|SSN"
_CARD_WORDS = r"卡|账户|account|card"
_NEAR = r"[^0-9]{0,12}"


class CallerFacts:
    """Finds in a text what is the person's own. Built once for all texts."""

    def __init__(self, mine: Mine) -> None:
        self._tests: list[tuple[Given, re.Pattern[str]]] = []
        for line in mine.owned:
            if line.standing is not Standing.CONFIRMED or len(line.value.strip()) < 2:
                continue
            for given, pattern in _patterns(line):
                self._tests.append((given, re.compile(pattern, re.IGNORECASE)))

    def of(self, text: str) -> frozenset[Given]:
        """The facts that `text` shows."""
        return frozenset(given for given, test in self._tests if test.search(text))


def _patterns(line: Owned) -> Iterable[tuple[Given, str]]:
    value = line.value.strip()
    match line.owned_kind:
        case OwnedKind.NAME:
            yield Given.NAME, _name(value)
        case OwnedKind.ID_NUMBER:
            tail = re.escape(value[-4:])
            yield Given.ID_NUMBER, rf"{re.escape(value)}|(?:{_ID_WORDS}){_NEAR}{tail}(?![0-9])"
        case OwnedKind.CARD:
            tail = re.escape(value[-4:])
            yield Given.BANK_CARD, rf"(?:{_CARD_WORDS}){_NEAR}{tail}(?![0-9])|尾号{_NEAR}{tail}"
        case OwnedKind.EMAIL:
            yield Given.EMAIL, re.escape(value)
        case OwnedKind.EMPLOYER:
            yield Given.EMPLOYER, re.escape(value)
            short = re.sub(r"(?:股份)?有限(?:责任)?公司$|,?\s+(?:Inc|LLC|Ltd)\.?$", "", value)
            if 4 <= len(short) < len(value):
                yield Given.EMPLOYER, re.escape(short)
        case OwnedKind.ADDRESS:
            for part in _CUT.split(value):
                if len(part) >= _LEAST_PLACE:
                    yield Given.ADDRESS, re.escape(part)
        case _:
            pass


def _name(name: str) -> str:
    """The whole name, or the surname with a form of address."""
    if re.search("[\u4e00-\u9fff]", name):
        plain = re.sub(r"\s", "", name)
        surname = plain[:2] if plain[:2] in _COMPOUND and len(plain) > 2 else plain[:1]
        return rf"{re.escape(plain)}|{_BEFORE}{re.escape(surname)}(?:{_TITLES})"
    words = name.split()
    whole = r"\s+".join(map(re.escape, words))
    return rf"\b{whole}\b|\b(?:{_ENGLISH_TITLES})\.?\s+{re.escape(words[-1])}\b"
