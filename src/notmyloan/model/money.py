"""Money as an exact decimal with its ISO 4217 currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_CURRENCY_WORDS = {
    "人民币": "CNY", "人民币元": "CNY", "元": "CNY", "RMB": "CNY", "CNY": "CNY", "¥": "CNY",
    "￥": "CNY", "美元": "USD", "USD": "USD", "$": "USD", "港币": "HKD", "港元": "HKD",
    "HKD": "HKD", "欧元": "EUR", "EUR": "EUR", "€": "EUR", "日元": "JPY", "JPY": "JPY",
    "英镑": "GBP", "GBP": "GBP", "£": "GBP", "澳元": "AUD", "澳大利亚元": "AUD", "AUD": "AUD",
    "加元": "CAD", "CAD": "CAD", "新加坡元": "SGD", "SGD": "SGD", "人民币账户": "CNY",
}  # fmt: skip
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．－＋", "0123456789,.-+")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`amount` in whole units of `currency` (yuan, not fen)."""

    amount: Decimal
    currency: str = "CNY"

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)


def currency_code(word: str) -> str | None:
    """The ISO code for a currency as exports write it (`人民币`, `¥`, `CNY`), or None."""
    return _CURRENCY_WORDS.get(word.strip())


def parse_amount(text: str) -> Decimal | None:
    """The number in `text` (`¥1,234.50`, `-3.00元`, full-width digits), or None.

    Refuses text with two numbers in it rather than guess which one is meant,
    and scientific notation, which in an export means a spreadsheet damaged it.
    """
    folded = text.translate(_FULL_WIDTH).replace(" ", "").replace("\t", "")
    if re.search(r"\d[eE][-+]?\d", folded):
        return None
    found = _NUMBER.findall(folded)
    if len(found) != 1:
        return None
    sign = "-" if folded.startswith(("(", "-¥", "-￥")) and not found[0].startswith("-") else ""
    try:
        return Decimal(sign + found[0].replace(",", ""))
    except InvalidOperation:
        return None
