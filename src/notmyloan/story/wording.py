"""Fills the story's templates. See `texts.toml`."""

from __future__ import annotations

import random
import tomllib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

PUSHERS = (
    "易周转",
    "快易贷服务",
    "金鹿优选",
    "云朵钱包",
    "好运来信贷",
    "百川速借",
    "银杉服务",
    "天天有余",
)
SHOPS = ("菜鸟驿站", "丰巢智能柜", "春风超市", "蓝鲸外卖", "青桔健身", "大家商城", "乐读书店", "市一医院",
         "顺达速运", "小鹿出行")  # fmt: skip
PLACES = ("东门", "西湖广场", "人民路", "中心站", "小区北门", "万和城", "图书馆", "市一医院")
FOODS = ("火锅", "牛肉面", "饺子", "烧烤", "酸菜鱼", "煎饼", "noodles")
HOSTS = ("t.cn/A6{}", "dwz.cn/{}", "u.{}.top/i", "m.{}.vip/j")


@cache
def _texts() -> dict[str, list[str]]:
    return tomllib.loads(files("notmyloan.story").joinpath("texts.toml").read_text("utf-8"))


def kinds() -> tuple[str, ...]:
    """The names of the template lists."""
    return tuple(_texts())


def say(rng: random.Random, kind: str, at: datetime, **fixed: str) -> str:
    """One text of `kind`, its slots filled; `fixed` settles some of them."""
    template = rng.choice(_texts()[kind])
    day = at + timedelta(days=rng.randint(1, 6))
    host = rng.choice(HOSTS).format("".join(rng.choices("abcdefghkmnpqrstuvwxyz23456789", k=6)))
    slots = {
        "pusher": rng.choice(PUSHERS),
        "lender": rng.choice(PUSHERS),
        "brand": rng.choice(PUSHERS),
        "bank": "招商银行",
        "shop": rng.choice(SHOPS),
        "name": "您",
        "surname": "陈",
        "amount": str(rng.choice((5000, 8000, 12000, 20000, 30000, 50000, 86000, 200000))),
        "small": str(rng.randint(1, 9)),
        "rate": f"0.{rng.randint(2, 9)}",
        "link": host,
        "code": f"{rng.randrange(10**6):06d}",
        "tail": f"{rng.randrange(10**4):04d}",
        "day": f"{day.month}月{day.day}日",
        "time": f"{rng.randint(7, 21)}:{rng.choice(('00', '15', '30', '45'))}",
        "place": rng.choice(PLACES),
        "food": rng.choice(FOODS),
        "order": "".join(rng.choices("0123456789", k=12)),
        "phone": "1" + rng.choice("35789") + "".join(rng.choices("0123456789", k=9)),
        "minutes": str(rng.choice((3, 5, 10, 15))),
    }
    return template.format(**(slots | fixed))
