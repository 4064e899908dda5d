"""Who the life is about: a made-up person whose numbers pass every check and belong to nobody."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

SURNAMES = "陈林黄郑周吴许何邓曾"
GIVEN = [
    "雨桐",
    "子涵",
    "志强",
    "秀兰",
    "建国",
    "思远",
    "梦洁",
    "海燕",
    "文博",
    "晓峰",
    "佳宁",
    "国栋",
]
STREETS = ["滨江路", "桂花巷", "学府街", "望湖道", "南园里", "青石桥"]
CITIES = (("330106", "杭州市西湖区"), ("510107", "成都市武侯区"), ("420111", "武汉市洪山区"),
          ("440306", "深圳市宝安区"))  # fmt: skip
EMPLOYERS = ("云帆文化传播有限公司", "启明机电设备有限公司", "青禾食品有限公司")
# Ranges that the numbering plan leaves unused or for tests would look wrong in a story; these
# prefixes are real ones, the rest is random and is nobody's on purpose.
PREFIXES = ("139", "158", "186", "177")
BINS = {"中国工商银行": "622202", "招商银行": "622588", "中国建设银行": "621700"}


@dataclass(frozen=True, slots=True)
class Person:
    """The person of the story, with everything that is truly theirs."""

    name: str
    sex: str
    born: date
    id_number: str
    phone: str
    second_phone: str
    email: str
    address: str
    employer: str
    cards: dict[str, str]
    parents: tuple[tuple[str, str], ...]


def id_number(rng: random.Random, region: str, born: date, male: bool) -> str:
    """18 characters with the right check digit (GB 11643-1999)."""
    sequence = rng.randrange(100) * 10 + rng.choice((1, 3, 5, 7, 9) if male else (0, 2, 4, 6, 8))
    body = f"{region}{born:%Y%m%d}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def card_number(rng: random.Random, bin_: str, length: int = 19) -> str:
    """A card number that passes Luhn's check."""
    body = bin_ + "".join(str(rng.randrange(10)) for _ in range(length - len(bin_) - 1))
    total = 0
    for position, digit in enumerate(reversed(body)):
        n = int(digit) * (2 if position % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return body + str(-total % 10)


def mobile(rng: random.Random) -> str:
    """A mobile number."""
    return rng.choice(PREFIXES) + f"{rng.randrange(10**8):08d}"


def make_person(rng: random.Random) -> Person:
    """Somebody new."""
    male = rng.random() < 0.5
    region, city = rng.choice(CITIES)
    born = date(rng.randint(1994, 2002), rng.randint(1, 12), rng.randint(1, 28))
    surname = rng.choice(SURNAMES)
    return Person(
        name=surname + rng.choice(GIVEN),
        sex="男" if male else "女",
        born=born,
        id_number=id_number(rng, region, born, male),
        phone=mobile(rng),
        second_phone=mobile(rng),
        email=f"reader{rng.randrange(1000, 9999)}@example.com",
        address=f"{city}{rng.choice(STREETS)}{rng.randint(1, 200)}号{rng.randint(1, 20)}幢",
        employer=rng.choice(EMPLOYERS),
        cards={bank: card_number(rng, bin_) for bank, bin_ in BINS.items()},
        parents=((surname + "建民", mobile(rng)), ("妈妈", mobile(rng)), ("小周", mobile(rng)),
                 ("房东", mobile(rng)), ("王老师", mobile(rng))),
    )  # fmt: skip
