"""Taking a Chinese institution's name apart: place, own name, trade, legal form, branch.

`上海浦东发展银行股份有限公司信用卡中心` is a place, an own name, the trade `银行`, a
legal form and a branch. Two names are compared by their parts: the own name tells most, the
trade can speak against, the legal form says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_FULL_WIDTH = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_TRADITIONAL = str.maketrans("銀貸華業東廣興開發國際網絡資訊務團財費險證託擔額馬藍雲",
                             "银贷华业东广兴开发国际网络资讯务团财费险证托担额马蓝云")  # fmt: skip
_DROPPED = re.compile(r"[\s()\[\]【】〔〕《》「」“”\"'·•,，.。、:：;；*＊_\-—–/]+")
_SIGNATURE = re.compile(r"[【\[]\s*([^【】\[\]]{2,24}?)\s*[】\]]")

# One spelling for each trade, however short it is written.
_TRADES = (
    (re.compile("农村商业银行|农商银行|农商行|农商(?=$|[^业])"), "农商银行"),
    (re.compile("网络小额贷款|互联网小额贷款|网络金融小额贷款|网络小贷|小额贷款|小贷"), "小贷"),
    (re.compile("消费金融|消金"), "消金"),
    (re.compile("融资担保|融资性担保|融担"), "融担"),
    (re.compile("国际信托|信托投资|信托"), "信托"),
    (
        re.compile("农村信用合作联社|农村信用合作社|农村信用社|信用合作联社|信用联社|农信社"),
        "农信社",
    ),
    (re.compile("村镇银行"), "村镇银行"),
)
_LEGAL_FORM = re.compile(
    r"(?:集团)?(?:股份有限责任公司|股份有限公司|有限责任公司|股份公司|有限公司|股份有限公|股份有限"
    r"|有限责任公|有限责任|有限公|有限责|公司|集团)$"
)
_BRANCH = re.compile(
    r"(?:信用卡中心|信用卡业务中心|信用卡部|信用卡|卡中心|总行|总部|总公司|营业总部|营业部|营业室|分理处"
    r"|储蓄所|直销银行|普惠金融事业部|个人金融部|网络金融部|消费金融中心|零售信贷中心|小企业信贷中心"
    r"|[^行司]{0,16}?(?:分行|支行|分公司|分社|营业部|分理处|专营机构))+$"
)
_INNER_FORM = re.compile(r"(?:股份有限公司|有限责任公司|股份公司|有限公司)")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PLACES = _words(
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 "
    "湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 深圳 广州 "
    "杭州 南京 苏州 无锡 宁波 厦门 福州 泉州 青岛 济南 大连 沈阳 长春 哈尔滨 武汉 长沙 "
    "成都 西安 郑州 合肥 南昌 昆明 贵阳 南宁 海口 石家庄 太原 呼和浩特 兰州 银川 西宁 "
    "乌鲁木齐 拉萨 珠海 东莞 佛山 温州 嘉兴 绍兴 台州 金华 常州 南通 徐州 扬州 烟台 威海 "
    "潍坊 洛阳 宜昌 梅州 吉安 赣州 九江 上饶 前海 中国 "
)
_PLACE = re.compile(rf"(?:{'|'.join(sorted(PLACES, key=len, reverse=True))})(?:省|市|自治区|特区)?")
_TRADE_WORDS = _words(
    "农商银行 村镇银行 商业银行 银行 小贷 消金 融担 信托 汽车金融 融资租赁 金融租赁 租赁 "
    "商业保理 保理 典当 资产管理 农信社 支付 保险 人寿 财险 证券 基金 数字科技 信息技术 "
    "信息科技 网络科技 金融科技 金融信息服务 信息服务 数科 金科 科技 网络 技术 金融 "
    "电子商务 贸易 投资 咨询 "
)
_TRADE = re.compile(f"(?:{'|'.join(_TRADE_WORDS)})+$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name's parts. `folded` is the whole without legal form and branch; any may be empty."""

    folded: str
    place: str
    core: str
    trade: str
    branch: str


def fold_spelling(name: str) -> str:
    """One spelling: ASCII width, simplified, no punctuation, lower case, trades in one form."""
    folded = name.translate(_FULL_WIDTH).translate(_TRADITIONAL)
    folded = _DROPPED.sub("", folded).lower()
    for pattern, short in _TRADES:
        folded = pattern.sub(short, folded)
    return folded


def signature(text: str) -> str | None:
    """The firm a business message signs with, `【…】` at its start or end."""
    found = list(_SIGNATURE.finditer(text))
    for m in found[:1] + found[-1:]:
        if m.start() <= 1 or m.end() >= len(text.rstrip()) - 1:
            return m[1]
    return None


def without_form(folded: str) -> str:
    """The name without 有限公司 and its kin, also when a page cut the form short."""
    while (m := _LEGAL_FORM.search(folded)) and m.start() >= 2:
        folded = folded[: m.start()]
    return folded


@lru_cache(maxsize=8192)
def take_apart(name: str) -> Name:
    """The parts of `name`, in any of the ways people and reports write it."""
    folded = fold_spelling(name)
    branch = ""
    form = _INNER_FORM.search(folded)
    if form and form.start() >= 2 and form.end() < len(folded):
        folded, branch = folded[: form.start()], folded[form.end() :]
    else:
        m = _branch_of(folded)
        if m:
            folded, branch = folded[:m], folded[m:]
    folded = without_form(folded)
    place, rest = "", folded
    m2 = _PLACE.match(rest)
    if m2 and len(rest) > m2.end():
        place, rest = m2[0], rest[m2.end() :]
    trade = ""
    m3 = _TRADE.search(rest)
    if m3:
        trade, rest = m3[0], rest[: m3.start()]
    return Name(folded, place, rest, trade, branch)


def _branch_of(folded: str) -> int | None:
    """Where a branch starts: after the last word that can end an institution's own name."""
    m = _BRANCH.search(folded)
    if m is None or m.start() < 2:
        return None
    for word in ("银行", "农信社", "公司", "消金", "小贷", "融担", "信托"):
        end = folded.find(word)
        if end >= 0 and end + len(word) < len(folded):
            return max(end + len(word), 2)
    return m.start()
