"""The text as the patterns read it: one form for digits, letters and traditional characters.

The model has its own folding in its weights; the rules need a readable string of which parts
can be quoted back, so they fold no further than this.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Pairs of traditional and simplified: only characters that the rules' patterns are made of.
_PAIRS = (
    "驗验證证碼码動动態态註注冊册錄录陸陆貸贷額额協协議议簽签約约訂订還还帳账戶户號号銀银聯联繫系話话訊讯請请過过時时內内鐘钟輸输對对轉转變变換换機机電电業业務务費费擔担認认實实線线網网頁页鏈链點点擊击報报銷销紅红處处係系於于國国際际單单據据資资權权發发"
    "現现買买賣卖數数稱称將将個个開开關关閉闭鎖锁錯错誤误異异徵征審审測测評评應应當当滿满繳缴納纳稅税險险遞递運运車车產产擬拟離离證证補补遺遗們们這这裡里幫帮親亲給给讓让說说馬马樓楼錢钱賬账營营賺赚貨货優优惠惠減减償偿債债貧贫萬万億亿會会員员級级專专屬属"
)
_TRADITIONAL = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufe0e\ufe0f\u20e3]+")
_TRADITIONAL_ONE = re.compile(f"[{_PAIRS[::2]}]")
# What evasion puts between the characters of a word. It starts with the separators, not with
# what comes before them, so that the search is fast.
_BETWEEN_HAN = re.compile(r"[ \u3000·•.*_\-~|/]{1,3}(?=[\u4e00-\u9fff])")
# A long text says what it is in its first part; what hides behind it is no concern of a rule.
LONGEST = 1_200


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`text` folded: NFKC, no invisible characters, simplified, nothing put between characters."""
    text = text[:LONGEST]
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    if _TRADITIONAL_ONE.search(folded):
        folded = folded.translate(_TRADITIONAL)
    return _BETWEEN_HAN.sub(_closed_up, folded)


def _closed_up(gap: re.Match[str]) -> str:
    before = gap.string[gap.start() - 1 : gap.start()]
    return "" if "\u4e00" <= before <= "\u9fff" else gap[0]


# Advice and warnings name the very words that a demand would: they are taken out first.
_ADVICE = re.compile(
    r"(?:如|若)?(?:果)?(?:非|不是)(?:您|你)?(?:本人|自己)[^。！!;；\n]*"
    r"|(?:请勿|切勿|请不要|千万别|千万不要|谨防|警惕|请妥善保管|妥善保管|严防|提防|注意防范)[^，,。！!;；\n]*"
    r"|(?:任何人|工作人员|客服|我行|本行|平台|公安机关|官方)[^，,。！!;；\n]{0,12}(?:均|都|绝)?(?:不会|不得|无权)[^，,。！!;；\n]*"
    r"|(?:凡|一切|所有)[^。！!;；\n]{0,30}(?:诈骗|骗子|骗局)[^。！!;；\n]*"
    r"|[^，,。！!;；\n]{0,30}(?:都是|均为|均属|就是|系)(?:诈骗|骗子|骗局)"
    r"|\b(?:if (?:you|this)[^.!?\n]*(?:not|n[’']t)[^.!?\n]*"
    r"|(?:please )?(?:do not|don[’']t|never) (?:share|give|tell|disclose|forward|reply)[^.!?\n]*"
    r"|(?:we|our (?:staff|employees|agents)|[A-Z]\w+) (?:will|would) never[^.!?\n]*)",
    re.IGNORECASE,
)


def without_advice(text: str) -> str:
    """`text` (already plain) without its warnings: what is left is what it does or demands."""
    return _ADVICE.sub(" ", text)
