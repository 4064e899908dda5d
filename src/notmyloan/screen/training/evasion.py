"""Disguises, as senders use them to slip past word filters: for training only.

`bench/` has its own evader with other substitutions, so that the measure is not circular.
"""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache
from typing import Final

HOMOPHONES: Final = {
    "贷": "代袋待贸黛", "款": "欵窾歀", "借": "藉届介", "钱": "浅前铅", "利": "力立俐",
    "息": "西夕熄",
    "额": "鹅饿", "度": "渡镀", "信": "芯伈訫", "微": "薇威唯围", "加": "伽嘉家", "发": "發伐",
    "票": "飘嫖", "证": "正政", "赌": "堵睹", "博": "搏薄", "押": "压鸭", "抵": "底低", "免": "勉",
    "费": "废沸", "提": "题惿", "现": "线羡", "卡": "咔", "还": "環", "房": "防访", "车": "俥",
    "网": "罔", "账": "帐", "号": "呺", "送": "宋", "元": "圆源", "彩": "采菜", "逾": "於余",
    "期": "其奇", "催": "崔", "验": "验厌", "码": "马玛", "征": "怔", "修": "休", "复": "覆付",
}  # fmt: skip
SOUNDS: Final = {
    "贷款": ("dai款", "贷kuan", "daikuan", "DK", "dai kuan"), "借款": ("jie款", "借kuan"),
    "微信": ("wei信", "V信", "VX", "vx", "微❤", "薇❤", "WX", "v信", "卫星", "威信"),
    "利息": ("lixi", "利xi"), "额度": ("e度", "额du"), "征信": ("zheng信", "征xin", "ZX"),
    "放款": ("放kuan", "fang款"), "发票": ("发piao", "fa票", "发嘌"),
    "身份证": ("身份zheng", "SFZ"),
    "银行": ("yin行", "银hang"), "信用卡": ("信用ka", "xinyong卡"), "下款": ("xia款", "下kuan"),
    "免费": ("mian费", "免fei"), "逾期": ("yu期", "逾qi"), "赌": ("du",), "抵押": ("抵ya",),
}  # fmt: skip
SPLITS: Final = {
    "贷": ("代贝", "代 贝"), "款": ("士示欠",), "信": ("亻言",), "借": ("亻昔",), "钱": ("钅戋",),
    "低": ("亻氐",), "利": ("禾刂",), "抵": ("扌氐",), "额": ("客页",), "证": ("讠正",),
    "放": ("方攵",),
    "息": ("自心",), "银": ("钅艮",), "行": ("彳亍",), "付": ("亻寸",), "账": ("贝长",),
    "赌": ("贝者",),
}  # fmt: skip
_FILLERS: Final = (
    "*",
    ".",
    "·",
    "~",
    "_",
    "-",
    " ",
    "|",
    "+",
    "^",
    "…",
    "/",
    "，",
    "\u200b",
    "\u200d",
    "★",
    "♦",
)
_CIRCLED: Final = dict(zip("0123456789", "⓪①②③④⑤⑥⑦⑧⑨", strict=True))
_KEYCAPS: Final = {d: d + "\ufe0f\u20e3" for d in "0123456789"}
_WIDE: Final = {chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)}
_CYRILLIC: Final = dict(zip("aceopxyAEKMHOPCTX", "асеорхуАЕКМНОРСТХ", strict=True))
_LEET: Final = {"a": "@", "i": "1", "o": "0", "e": "3", "s": "$", "l": "1"}


# The characters that disguises are for; some of them are written by their sound alone.
_WORDS: Final = (
    "贷款借钱款额度利息微信放款下款征信信用银行抵押担保发票办理电话联系加免费急资金周转到账"
    "秒批低身份证公积金社保逾期黑户套现提现垫还代还赌博彩验证码客服兼职返利投资博网址点击领取"
)


@cache
def _alike() -> dict[str, str]:
    """For each common character the common ones that sound the same, tones aside."""
    from pypinyin import lazy_pinyin

    common = [chr(code) for code in range(0x4E00, 0x9FA6)]
    common = [c for c in common if _is_common(c)]
    by_sound: dict[str, list[str]] = defaultdict(list)
    for char in common:
        by_sound[lazy_pinyin(char)[0]].append(char)
    return {c: "".join(x for x in by_sound[s] if x != c) for s in by_sound for c in by_sound[s]}


def _is_common(char: str) -> bool:
    """In the first level of GB 2312: the 3,755 commonest characters."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


@cache
def _spelt(char: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(char)[0])


def evade(text: str, r: random.Random) -> str:
    """`text` under one to three disguises."""
    from opencc import OpenCC

    def traditional(t: str) -> str:
        return str(OpenCC("s2t").convert(t))

    def stuffed(t: str) -> str:
        filler, rate = r.choice(_FILLERS), r.choice((0.2, 0.5, 1.0))
        return "".join(c + (filler if r.random() < rate else "") for c in t)

    def homophones(t: str) -> str:
        return "".join(
            r.choice(HOMOPHONES[c]) if c in HOMOPHONES and r.random() < 0.7 else c for c in t
        )

    def any_homophone(t: str) -> str:
        rate = r.choice((0.15, 0.3, 0.6))
        return "".join(
            r.choice(_alike()[c]) if c in _WORDS and _alike().get(c) and r.random() < rate else c
            for c in t
        )

    def pinyin(t: str) -> str:
        rate = r.choice((0.1, 0.2, 0.4))
        shape = r.choice((str.lower, str.lower, str.title, str.upper))
        return "".join(shape(_spelt(c)) if c in _WORDS and r.random() < rate else c for c in t)

    def sounds(t: str) -> str:
        for word, forms in SOUNDS.items():
            t = t.replace(word, r.choice(forms))
        return t

    def splits(t: str) -> str:
        return "".join(r.choice(SPLITS[c]) if c in SPLITS and r.random() < 0.8 else c for c in t)

    def digits(t: str) -> str:
        table = r.choice((_CIRCLED, _KEYCAPS, _WIDE))
        return "".join(table.get(c, c) if c.isdigit() else c for c in t)

    def latin(t: str) -> str:
        table = r.choice((_CYRILLIC, _WIDE, _LEET))
        return "".join(table.get(c, c) if r.random() < 0.6 else c for c in t)

    chinese = any("\u4e00" <= c <= "\u9fff" for c in text)
    ways = (
        (traditional, stuffed, homophones, any_homophone, pinyin, sounds, splits, digits)
        if chinese
        else (latin, stuffed)
    )
    for way in r.sample(ways, min(len(ways), r.choice((1, 1, 2, 3)))):
        text = way(text)
    return text
