"""The folding table: one canonical code for every way of writing the same character.

Full width, traditional, homoglyph, circled, keycap and mathematical forms fold to one plain
character; zero-width characters fold to nothing; punctuation and spaces fold to a gap. The
table is built once, when the model is trained (`build`, which needs OpenCC and pypinyin),
and travels inside the weights file, so that run time needs numpy alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Kinds = NDArray[np.uint8]

# What a character is to the featuriser.
DROP: Final = 0  # carries nothing: zero width, combining, variation selector
GAP: Final = 1  # space, punctuation, ornament: parts words of Latin letters, else nothing
HAN: Final = 2  # stands for itself: Han, other scripts, marks such as ¥ and %
LATIN: Final = 3
DIGIT: Final = 4
END: Final = 5  # the sentinel after each text

PLANES: Final = 0x110000
SENTINEL: Final = "\U0010ffff"

# Canonical symbols, from the private use area: they come from nobody's keyboard.
NUMBER: Final = 0xE000  # a run of one to six digits; + 15 + its length in English texts
CONTACT: Final = 0xE001  # a longer run, or a masked contact: phone, QQ, WeChat
LINK: Final = 0xE002
ENGLISH_CONTACT: Final = 0xE018  # the same in English texts, where they say something else
ENGLISH_LINK: Final = 0xE019
SYLLABLE: Final = 0xE100  # + number of a pinyin syllable written in Latin letters

# Stand-ins that published corpora put in place of contacts and names.
STAND_INS: Final[tuple[tuple[str, str], ...]] = (
    ("CELLPHONE", "\ue001"),
    ("HOTLINE", "\ue001"),
    ("WECHAT", "\ue001"),
    ("PHONE", "\ue001"),
    ("DIGIT", "\ue000"),
    ("PLACE", "\u200b"),
    ("NAME", "\u200b"),
    ("BANK", "\u200b"),
    ("QQ", "\ue001"),
)

# Cyrillic, Greek and other letters that look like Latin ones.
_LOOKALIKES: Final = dict(
    zip(
        "аеорсухкмнтвіјѕԁԛԝһрΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορνικуАВЕКМНОРСТУХЅІЈɑɡıƒⅴ",
        "aeopcyxkmhtbijsdqwhpabezhikmnoptyxaopvikyabekmhopctyxsijagifv",
        strict=True,
    )
)
# Pictures that stand for the word they show in evaded texts.
_PICTURES: Final = {
    "❤": "心", "♥": "心", "♡": "心", "💓": "心", "💕": "心", "💗": "心", "💖": "心", "💛": "心",
    "💰": "钱", "💵": "钱", "💴": "钱", "🤑": "钱", "💸": "钱", "🐧": "扣", "📞": "电", "☎": "电",
    "📱": "电", "🚗": "车", "🚙": "车", "🏠": "房", "🏡": "房", "💳": "卡", "🏦": "银", "➕": "加",
    "🈵": "满", "🆔": "证", "🛰": "微",
}  # fmt: skip
# Characters written as others that have the same part or stroke, used to dodge word filters.
_SHAPES: Final = {
    "貣": "贷", "貮": "贰", "賃": "赁", "沝": "水", "徽": "微", "嶶": "微", "溦": "微", "癓": "微",
    "徴": "微", "㣲": "微", "芯": "心", "訫": "信", "伩": "信", "亻": "人", "氵": "水", "釒": "金",
    "钅": "金", "銭": "钱", "佄": "低", "彽": "低", "菧": "低", "坻": "低", "唫": "金", "硪": "我",
    "沵": "你", "伱": "你", "妳": "你", "苐": "第", "咑": "打", "哋": "地", "嘚": "的", "萭": "万",
    "俌": "铺", "蒒": "师", "惿": "提", "媬": "保", "镹": "久", "淂": "得", "乄": "么", "囍": "喜",
    "玳": "代", "岱": "代", "垈": "代", "帒": "袋", "侢": "在", "镓": "家", "鍀": "得", "橷": "头",
    "刂": "刀", "忄": "心", "訁": "讠", "額": "额", "頟": "额", "黒": "黑", "戸": "户", "戶": "户",
    "綫": "线", "缐": "线", "拝": "拜", "収": "收", "転": "转", "実": "实", "亊": "事", "甴": "由",
}  # fmt: skip
# Two parts written side by side that are one character.
PARTS: Final = {
    "代贝": "贷", "弋贝": "贷", "士示": "款", "示欠": "款", "客页": "额", "亻言": "信",
    "人言": "信",
    "亻昔": "借", "人昔": "借", "金戋": "钱", "钅戋": "钱", "亻氐": "低", "人氐": "低",
    "禾刂": "利",
    "禾刀": "利", "自心": "息", "攵方": "放", "方攵": "放", "方文": "放", "扌氐": "抵",
    "扌甲": "押",
    "木几": "机", "讠正": "证", "讠青": "请", "彳数": "微", "口马": "吗", "女马": "妈",
    "艮行": "银",
    "金艮": "银", "钅艮": "银", "彳亍": "行", "讠平": "评", "土也": "地", "忄夬": "快",
    "心夬": "快",
    "月艮": "服", "纟合": "给", "纟冬": "终", "弓长": "张", "扌乍": "炸", "贝兼": "赚",
    "贝武": "赋",
    "火暴": "爆", "氵去": "法", "水去": "法", "讠斥": "诉", "门月": "间", "日寸": "时",
    "白勺": "的",
    "又欠": "欢", "走召": "超", "米青": "精", "讠仑": "论", "扌召": "招", "女子": "好",
    "木又": "权",
    "口多": "哆", "火丁": "灯", "讠兑": "说", "车侖": "轮", "讠果": "课", "革化": "靴",
    "讠人": "认",
    "贝长": "账", "贝分": "贫", "扌寸": "付", "亻寸": "付", "人寸": "付", "扌是": "提",
    "马扁": "骗",
    "亻尔": "你", "人尔": "你", "讠周": "调", "贝者": "赌", "扌妾": "接", "纟责": "绩",
    "禾责": "积",
}  # fmt: skip
# Latin runs that stand for words inside Chinese texts.
_WORDS: Final = {
    "daikuan": "贷款", "jiekuan": "借款", "jieqian": "借钱", "weixin": "微信", "vx": "微信",
    "wx": "微信", "wechat": "微信", "weix": "微信", "vxin": "微信", "edu": "额度", "lixi": "利息",
    "dixi": "低息", "fangkuan": "放款", "xiakuan": "下款", "yinhang": "银行", "xinyong": "信用",
    "zhengxin": "征信", "zx": "征信", "dk": "贷款", "fapiao": "发票", "kaipiao": "开票",
    "heihu": "黑户", "diya": "抵押", "qian": "钱", "jiejinzhu": "解决", "shenqing": "申请",
    "dianhua": "电话", "jiawei": "加微", "jiav": "加微", "yuqi": "逾期", "wangdai": "网贷",
    "baitiao": "白条", "huabei": "花呗", "jiebei": "借呗", "taoxian": "套现", "yue": "约",
    "bocai": "博彩", "caipiao": "彩票", "qun": "群", "mianfei": "免费", "koukou": "扣扣",
    "zhifubao": "支付", "xinyongka": "信用", "shenfenzheng": "身份", "tiqian": "提前",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoldTables:
    """What folds what. `source`/`target` are code points that change; `sounds` gives each
    code of the basic plane the number of its pinyin syllable (0: none); `runs` maps a packed
    Latin run to one or two codes."""

    source: Codes
    target: Codes
    sounds: NDArray[np.uint16]
    run_keys: NDArray[np.uint64]
    run_codes: NDArray[np.uint32]
    part_keys: NDArray[np.uint64]
    part_codes: Codes

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """The tables as named arrays, for the weights file."""
        return {f"fold_{name}": getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> FoldTables:
        """The tables back from named arrays."""
        return cls(**{name: arrays[f"fold_{name}"] for name in cls.__slots__})  # type: ignore[arg-type]


def kinds() -> Kinds:
    """The kind of every code point, after folding. Computed from ranges, not shipped."""
    kind = np.full(PLANES, HAN, np.uint8)
    kind[:0x80] = GAP
    kind[ord("0") : ord("9") + 1] = DIGIT
    kind[ord("a") : ord("z") + 1] = LATIN
    kind[ord("A") : ord("Z") + 1] = LATIN
    for mark in "$%":
        kind[ord(mark)] = HAN
    kind[0x80:0xC0] = GAP
    for mark in "£¥€":
        kind[ord(mark)] = HAN
    kind[0xC0:0x250] = LATIN
    for low, high in _GAP_RANGES:
        kind[low:high] = GAP
    for low, high in _DROP_RANGES:
        kind[low:high] = DROP
    kind[ord(SENTINEL)] = END
    return kind


_GAP_RANGES: Final = (
    (0x2000, 0x2070), (0x20A0, 0x20AC), (0x2100, 0x2E80), (0x2FF0, 0x3005), (0x3008, 0x3021),
    (0x3030, 0x3031), (0xA830, 0xA840), (0xFE10, 0xFE70), (0xFF00, 0xFFF0), (0x1F000, 0x1FB00),
    (0xD800, 0xE000), (0xFFFD, 0x10000), (0xE020, 0xE100), (0xE400, 0xF900),
)  # fmt: skip
_DROP_RANGES: Final = (
    (0x00AD, 0x00AE), (0x0300, 0x0370), (0x034F, 0x0350), (0x061C, 0x061D), (0x180B, 0x180F),
    (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0x20D0, 0x2100), (0xFE00, 0xFE10),
    (0xFEFF, 0xFF00), (0x1F3FB, 0x1F400), (0xE0000, 0xE01F0),
)  # fmt: skip


def pack(letters: str) -> int:
    """A Latin run of at most twelve letters as one integer, five bits a letter."""
    key = 0
    for letter in letters:
        key = (key << 5) | (ord(letter) - 96)
    return key


def _plain(char: str) -> str:
    """`char` in its plain form: one character, or unchanged where there is none."""
    if char in _PICTURES:
        return _PICTURES[char]
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    wide = unicodedata.normalize("NFKC", char).strip("()[]〔〕,. ")
    if len(wide) != 1:
        digit = unicodedata.digit(char, None)
        if digit is not None:
            return str(digit)
        if wide.isdigit() and len(wide) == 2:
            return wide[0]
        if 0x1F110 <= ord(char) <= 0x1F1FF and wide and wide[0].isascii() and wide[0].isalpha():
            return wide[0].lower()
        return char
    if 0x1F1E6 <= ord(char) <= 0x1F1FF:  # regional indicators spell letters
        return chr(ord(char) - 0x1F1E6 + 97)
    if 0x1F150 <= ord(char) <= 0x1F189:  # negative circled and squared letters
        return chr((ord(char) - 0x1F150) % 32 % 26 + 97)
    if 0x2776 <= ord(char) <= 0x2793 or 0x24EB <= ord(char) <= 0x24FF:
        digit = unicodedata.digit(char, None)
        wide = str(digit) if digit is not None else wide
    if wide in _LOOKALIKES:
        wide = _LOOKALIKES[wide]
    if wide.isdecimal():
        return str(unicodedata.decimal(wide))
    base = unicodedata.normalize("NFD", wide.lower())[0]
    return base if base.isascii() else wide.lower() if len(wide.lower()) == 1 else wide


def build() -> FoldTables:
    """Build the tables. Needs the `train` extra's OpenCC and pypinyin."""
    from opencc import OpenCC
    from pypinyin import lazy_pinyin
    from pypinyin.constants import PINYIN_DICT

    simplify = OpenCC("t2s").convert
    source: list[int] = []
    target: list[int] = []
    for point in range(0x80, 0x32000):
        if 0xD800 <= point <= 0xF8FF:
            continue
        char = chr(point)
        plain = _plain(char)
        if 0x2E80 <= ord(plain) <= 0x2FFFF:
            plain = simplify(plain)
            plain = _SHAPES.get(plain, _SHAPES.get(char, plain))
        if len(plain) == 1 and plain != char:
            source.append(point)
            target.append(ord(plain))
    for point in range(ord("A"), ord("Z") + 1):
        source.append(point)
        target.append(point + 32)
    for point in (0xA5, 0xFFE5, 0xA3, 0x20AC, 0xFFE1):
        if point in source:
            at = source.index(point)
            del source[at], target[at]
        source.append(point)
        target.append(ord("$"))

    syllables = sorted({lazy_pinyin(chr(p))[0].replace("ü", "v") for p in PINYIN_DICT
                        if 0x4E00 <= p <= 0x9FA5} - {""})  # fmt: skip
    syllables = [s for s in syllables if s.isascii() and s.isalpha()]
    number = {s: i + 1 for i, s in enumerate(syllables)}
    sounds = np.zeros(0x10000, np.uint16)
    for point in range(0x3400, 0x9FFF):
        sound = lazy_pinyin(chr(point))[0].replace("ü", "v")
        sounds[point] = number.get(sound, 0)
    for index in number.values():
        sounds[SYLLABLE + index] = index

    # Single letters and short Latin words in use among Chinese stay what they are.
    common = {"a", "e", "o", "ai", "an", "en", "ma", "me", "he", "she", "can", "men", "pa", "er"}
    runs = {pack(s): (SYLLABLE + i, 0) for s, i in number.items() if s not in common}
    for run, word in _WORDS.items():
        runs[pack(run)] = (ord(word[0]), ord(word[1]) if len(word) > 1 else 0)
    keys = sorted(runs)
    parts = {(ord(p[0]) << 32) | ord(p[1]): ord(whole) for p, whole in PARTS.items()}
    # Parts are looked up after folding, so fold them too.
    folded = dict(zip(source, target, strict=True))
    for pair, whole in list(parts.items()):
        left, right = pair >> 32, pair & 0xFFFFFFFF
        parts[(folded.get(left, left) << 32) | folded.get(right, right)] = whole
    part_keys = sorted(parts)
    return FoldTables(
        source=np.array(source, np.uint32),
        target=np.array(target, np.uint32),
        sounds=sounds,
        run_keys=np.array(keys, np.uint64),
        run_codes=np.array([runs[k] for k in keys], np.uint32),
        part_keys=np.array(part_keys, np.uint64),
        part_codes=np.array([parts[k] for k in part_keys], np.uint32),
    )
