"""Papers that must not be signed: a place to sign, and blanks above it.

Rule 36 of cn.md section 13 (`doc.blank_sign`): a signature is presumed genuine (EVID 92), so what
is filled in later counts as the signer's word. Only papers with text are read; a photo needs eyes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2

_SIGN = re.compile(r"签名|签字|签章|(?:借款|担保|保证)人\s*[（(:：]|signature|sign here", re.I)
_LABELS = {
    "amount": r"(?:借款|贷款|担保)?金额|本金|amount",
    "rate": r"(?:年|月|日)?利率|interest rate",
    "lender": r"出借人|贷款人|债权人|lender",
    "term": r"期限|term",
    "date": r"日期|date",
    "account": r"(?:收款)?(?:账户|账号|卡号)|account",
}
# A line to write on, the empty frame of a date, or nothing at all up to the end of the line.
_EMPTY = r"\s*[:：]\s*(?:[_＿\u2014]{2,}|[（(]?\s{0,6}[)）]?\s*(?:元|%|％)?\s*$|\s*年\s+月\s+日)"
_BLANK = {name: re.compile(rf"(?:{label}){_EMPTY}", re.I | re.M) for name, label in _LABELS.items()}


def blanks_to_sign(text: str) -> tuple[str, ...]:
    """Which of amount, rate, lender, term, date, account are blank in a paper that asks for a
    signature; empty where it asks for none or nothing is blank."""
    if not _SIGN.search(text):
        return ()
    return tuple(name for name, pattern in _BLANK.items() if pattern.search(text))


def text_of(path: Path) -> str:
    """The text of a PDF; empty where it has none, is locked, or is no PDF. Raises OSError."""
    with path.open("rb") as stream:
        if stream.read(5) != b"%PDF-":
            return ""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return ""
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    except pypdfium2.PdfiumError:
        return ""
    finally:
        document.close()
