"""Disguises for measuring: other substitutions than the ones that training sees
(`notmyloan.screen.training.evasion`), so that the figure is not circular.
"""

from __future__ import annotations

import random
from typing import Final

_SOUND_ALIKE: Final = {
    "贷": "戴呆怠", "款": "宽窽", "借": "接界", "钱": "谦潜", "利": "丽历莉", "息": "希析悉",
    "额": "俄厄", "信": "欣辛", "微": "维韦伟", "放": "方仿", "快": "块筷", "低": "滴迪",
    "抵": "砥诋", "押": "呀丫", "证": "郑争", "票": "漂瓢", "开": "凯", "卡": "喀", "办": "半伴",
    "理": "里礼", "还": "环", "免": "棉", "赠": "增", "优": "尤", "惠": "会慧", "网": "往",
    "投": "头", "注": "住", "彩": "踩", "金": "今", "行": "型", "验": "彦", "码": "蚂",
}  # fmt: skip
_TRADITIONAL: Final = dict(
    zip(
        "贷额钱证银车险买卖产业务时间发网电话开门号码应无担随领联系询费优礼钟实办专为个万",
        "貸額錢證銀車險買賣產業務時間發網電話開門號碼應無擔隨領聯繫詢費優禮鐘實辦專為個萬",
        strict=True,
    )
)
_SPELLED: Final = {
    "贷款": ("Dai款", "贷KUAN", "d.k", "D K"), "微信": ("WeiXin", "微x", "Ⅴ信", "wei❤"),
    "放款": ("FANG款", "放Kuan"), "利息": ("利Xi", "LiXi"), "额度": ("额Du", "EDU"),
    "抵押": ("Di押", "抵YA"), "银行": ("银Hang", "YH"), "信用": ("Xin用", "信YONG"),
    "发票": ("发Piao", "FP"), "办理": ("Ban理", "办li"), "电话": ("电hua", "DH"),
}  # fmt: skip
_SPLIT: Final = {
    "贷": "弋贝",
    "信": "亻 言",
    "低": "亻.氐",
    "利": "禾*刂",
    "证": "讠 正",
    "额": "客 页",
}
_STUFFING: Final = ("☆", "●", "◆", "=", ",", "、", "  ", "\u2060", "\ufeff", "🔥", "✅", "^_^", "`")


def evade(text: str, r: random.Random) -> str:
    """`text` under two disguises."""
    words = "".join(text.split()) if any("\u4e00" <= c <= "\u9fff" for c in text) else text

    def alike(t: str) -> str:
        return "".join(
            r.choice(_SOUND_ALIKE[c]) if c in _SOUND_ALIKE and r.random() < 0.6 else c for c in t
        )

    def old(t: str) -> str:
        return "".join(_TRADITIONAL.get(c, c) for c in t)

    def spelled(t: str) -> str:
        for word, forms in _SPELLED.items():
            t = t.replace(word, r.choice(forms))
        return t

    def split(t: str) -> str:
        return "".join(_SPLIT[c] if c in _SPLIT and r.random() < 0.7 else c for c in t)

    def stuffed(t: str) -> str:
        filler, rate = r.choice(_STUFFING), r.choice((0.3, 0.6, 1.0))
        return "".join(
            c + (filler if "\u4e00" <= c <= "\u9fff" and r.random() < rate else "") for c in t
        )

    def digits(t: str) -> str:
        base = r.choice((0x1D7CE, 0x1D7EC, 0xFF10, 0x1D7F6))
        return "".join(chr(base + int(c)) if c in "0123456789" else c for c in t)

    for way in r.sample((alike, old, spelled, split, stuffed, digits), 2):
        words = way(words)
    return words
