"""Whose bill it is: the bank by its name in the file, by its columns, by the card's number."""

from __future__ import annotations

import re
from collections.abc import Iterable

from notmyloan.read.bill_columns import Header

# The name a record gets, and what names that institution in a title, preamble or footer.
_NAMES: tuple[tuple[str, str], ...] = (
    ("中国工商银行", r"工商银行|工行|\bICBC\b|95588"),
    ("中国农业银行", r"农业银行|农行|Agricultural Bank of China|95599"),
    ("中国建设银行", r"建设银行|建行|China Construction Bank|\bCCB\b|95533"),
    ("交通银行", r"交通银行|Bank of Communications|\bBOCOM\b|95559"),
    ("中国邮政储蓄银行", r"邮政储蓄|邮储银行|Postal Savings|\bPSBC\b|95580"),
    ("招商银行", r"招商银行|招行|China Merchants Bank|\bCMB\b|95555"),
    ("中信银行", r"中信银行|China CITIC|\bCITIC\b|95558"),
    ("中国民生银行", r"民生银行|China Minsheng|\bCMBC\b|95568"),
    ("兴业银行", r"兴业银行|Industrial Bank|\bCIB\b|95561"),
    ("上海浦东发展银行", r"浦东发展银行|浦发银行|Pudong Development|\bSPDB\b|95528"),
    ("中国光大银行", r"光大银行|Everbright|\bCEB\b|95595"),
    ("平安银行", r"平安银行|Ping ?An Bank|95511"),
    ("华夏银行", r"华夏银行|Hua ?xia Bank|\bHXB\b|95577"),
    ("广发银行", r"广发银行|Guangfa Bank|\bCGB\b|95508"),
    ("浙商银行", r"浙商银行|Zheshang|95527"),
    ("渤海银行", r"渤海银行|Bohai Bank|95541"),
    ("恒丰银行", r"恒丰银行|Evergrowing|95395"),
    ("北京银行", r"北京银行|Bank of Beijing|95526"),
    ("上海银行", r"上海银行|Bank of Shanghai|95594"),
    ("江苏银行", r"江苏银行|95319"),
    ("宁波银行", r"宁波银行|95574"),
    ("南京银行", r"南京银行|95302"),
    ("杭州银行", r"杭州银行|95398"),
    ("微众银行", r"微众银行|WeBank|95384"),
    ("网商银行", r"网商银行|MYbank|95188"),
    ("新网银行", r"新网银行"),
    ("中国银行", r"(?<![工农建商信交])中国银行(?!业|卡|间)|中行|Bank of China|\bBOC\b|95566"),
    ("wechat", r"微信支付|微信零钱|零钱通|财付通"),
    ("alipay", r"支付宝|余额宝|花呗"),
    ("京东支付", r"京东"),
    ("美团支付", r"美团"),
    ("抖音支付", r"抖音"),
    ("云闪付", r"云闪付|中国银联"),
    ("HSBC", r"\bHSBC\b|汇丰"),
    ("BMO", r"Bank of Montreal|\bBMO\b"),
    ("TD", r"Toronto-Dominion|TD Canada"),
)
_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _NAMES)
_LOCAL = re.compile(
    r"[\u4e00-\u9fff]{2,8}(?:农村商业银行|农商银行|农信|信用社|村镇银行|银行)(?!卡)"
)

# Columns that only one bank prints, for files that name nobody.
_PRINTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("中国工商银行", ("记账金额(收入)", "记账金额(支出)", "钞/汇")),
    ("中国农业银行", ("交易摘要", "本次余额", "日志号")),
    ("招商银行", ("联机余额", "客户摘要")),
    ("中信银行", ("卡末四位", "结算币种", "结算金额")),
    ("中国银行", ("借记卡号", "对方卡号/账号", "交易名称")),
    ("HSBC", ("Billing amount", "Billing currency")),
)


def bank_of(
    lines: Iterable[str], header: Header, name: str, bin_bank: str | None = None
) -> str | None:
    """The institution whose bill it is, or None.

    `lines` are the title and preamble, which decide; then the columns; then the bank of the
    card number; the file's `name` comes last, since anybody may rename a file.
    """
    texts = list(lines)
    for text in texts:
        found = named_in(text)
        if found is not None:
            return found
    for bank, columns in _PRINTS:
        if header.named(*columns):
            return bank
    return bin_bank or named_in(re.sub(r"[_\-.\d]+", " ", name))


def named_in(text: str) -> str | None:
    """The first institution that a text names, or None."""
    hits = [(m.start(), bank) for bank, pattern in _PATTERNS if (m := pattern.search(text))]
    if hits:
        return min(hits)[1]
    local = _LOCAL.search(text)
    return local[0] if local is not None else None
