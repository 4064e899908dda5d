"""Verification codes: whose, for what stage of which business, how sure. Never the digits.

A code text says what somebody is doing in the person's name at this moment. The stage is read
from the words around it, after warnings have been taken out: "if this was not you, change your
password" is no password reset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from notmyloan.model.finding import Reason
from notmyloan.model.record import Private
from notmyloan.model.text import Text
from notmyloan.screen.odds import probability
from notmyloan.screen.signer import Sender, Senders
from notmyloan.screen.thresholds import data_file
from notmyloan.screen.wording import plain, without_advice


class Stage(StrEnum):
    """What a code is for, in the order in which a loan is taken where there is one."""

    REGISTRATION = "registration"
    LOGIN = "login"
    APPLICATION = "application"
    SIGNING = "signing"
    DRAWDOWN = "drawdown"
    CARD_BINDING = "card_binding"
    PASSWORD_RESET = "password_reset"
    PAYMENT = "payment"
    NUMBER_CHANGE = "number_change"
    UNKNOWN = "unknown"


# The way to a loan. Log-in is left out: it comes between any two of the others.
LOAN_ORDER = (Stage.REGISTRATION, Stage.APPLICATION, Stage.SIGNING, Stage.DRAWDOWN)
# How near to money lost, for putting lenders in order.
URGENCY = {
    Stage.DRAWDOWN: 6.0,
    Stage.SIGNING: 5.0,
    Stage.NUMBER_CHANGE: 4.5,
    Stage.PAYMENT: 4.5,
    Stage.CARD_BINDING: 4.0,
    Stage.APPLICATION: 3.5,
    Stage.PASSWORD_RESET: 3.0,
    Stage.LOGIN: 2.0,
    Stage.REGISTRATION: 2.0,
    Stage.UNKNOWN: 1.5,
}


@dataclass(frozen=True, slots=True, repr=False)
class Code(Private):
    """A verification code text, without its code.

    `is_code` and `stage_confidence` are probabilities, `reasons` say which words told the
    stage, `minutes` how long it is valid, None where the text does not say. `sender` is whom
    the text names as its firm.
    """

    sender: Sender
    stage: Stage
    is_code: float
    stage_confidence: float
    reasons: tuple[Reason, ...]
    minutes: float | None = None


# Cheap enough to ask of every message.
MAYBE = re.compile(
    r"[码碼]|口令|[动動][态態]密|短信密|一次性密|[Cc]ode|CODE|OTP|otp|TAN|PIN"
    r"|[Pp]in|[Pp]assword|[Uu]se \d"
)
_WORD = re.compile(
    r"(?:验证|校验|检验|动态|确认|激活|认证|随机|短信|授权|交易|安全|登录|注册|验)码"
    r"|动态(?:密码|口令)|短信(?:密码|口令|验证)|一次性(?:密码|口令)|验证口令|支付口令"
    r"|(?:verification|security|confirmation|authentication|authori[sz]ation|access|log-?in|sign-?in"
    r"|one[- ]?time|2FA|activation|temporary|auth|verify)[ -](?:pass)?code"
    r"|one[- ]?time (?:pin|password)|passcode|\bOTP\b|\bTAN\b|\bPIN (?:is|code)\b"
    r"|\bcode(?: is|:| to |\b)|代码|\b(?:use|enter) (?=\d[\d ]{3,8} to )",
    re.IGNORECASE,
)
# Four to eight digits, possibly in two halves, a code with letters in it, or masked by the export.
_DIGITS = re.compile(
    r"(?<![\d/*¥$€£+-])(?<!\d[.,:])(?:\d{4,8}|\d{3}[ -]\d{3}|[A-Z]-\d{4,8}"
    r"|(?=[A-Z0-9]*\d)[A-Z0-9]{6}"
    r"|[*xX●•]{4,8}|\d(?: \d){3,7})"
    r"(?![\d*]|\.\d|[ ]?(?:元|块|万|分钟|小时|年|月|日|天|号码))"
)
_NOT_BEFORE = re.compile(
    r"(?:尾号|尾数|末四位|后四位|电话|热线|客服|致电|拨打|订单|单号|编号|ending(?: in)?|call|dial|"
    r"card|acct|account|order|ref|no\.?|[(（]\*)\s*(?:为|是|[:：#*])?\s*\*{0,4}$",
    re.IGNORECASE,
)
_NEAR = 28
_MINUTES = re.compile(
    r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3}|half an?)\s*(?:个)?"
    r"(?P<unit>分钟|分|小时|秒|min(?:ute)?s?|hours?|hrs?|seconds?|secs?)",
    re.IGNORECASE,
)
_VALID = re.compile(
    r"有效|失效|过期|内(?:完成|输入|使用|填写)|valid|expires?|within", re.IGNORECASE
)
_HAN_NUMBER = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}


@cache
def _signs() -> tuple[tuple[Stage, float, re.Pattern[str]], ...]:
    """Words and what they weigh for a stage, from `stages.toml`."""
    return tuple(
        (Stage(row["stage"]), row["weight"], re.compile(row["pattern"], re.IGNORECASE))
        for row in data_file("stages")["sign"]
    )


_TIE_BREAK = {stage: -n for n, stage in enumerate(Stage)}


def read_code(text: str, party: str, senders: Senders) -> Code | None:
    """The code that a message carries, or None where it carries none."""
    if not MAYBE.search(text):
        return None
    folded = plain(text)
    told = without_advice(folded)
    sure = _holds_code(folded, told)
    if sure is None:
        return None
    sender = senders.read(text, party)
    stage, confidence, reasons = _stage(_without_names(told, sender))
    if stage is Stage.UNKNOWN:
        # A warning may name its code too: "do not share this sign-in code".
        stage, confidence, reasons = _stage(_without_names(_beside_words(folded), sender))
    return Code(sender, stage, sure, confidence, reasons, _validity(folded))


def _holds_code(folded: str, told: str) -> float | None:
    """How sure it is that a code stands in the text; None = it does not.

    The code is looked for in the whole text, since some templates run on from the warning
    ("never tell anybody the code 4711"), the demand word in what is not warning.
    """
    best: float | None = None
    words = list(_WORD.finditer(folded))
    for digits in _DIGITS.finditer(folded):
        if _NOT_BEFORE.search(folded[max(0, digits.start() - 14) : digits.start()]):
            continue
        gaps = [max(w.start() - digits.end(), digits.start() - w.end()) for w in words]
        if not gaps or min(gaps) > _NEAR:
            continue
        odds = 2.2 + (0.8 if min(gaps) <= 6 else 0.0)
        odds += 0.6 if re.fullmatch(r"\d{4}|\d{6}", digits[0]) else 0.0
        odds += 0.7 if told != folded else 0.0  # code texts warn, others seldom do
        odds += 0.5 if _VALID.search(folded) else 0.0
        odds -= 2.5 if re.search(r"https?://|领取|优惠|满\d+减|折扣|coupon|% off", folded) else 0.0
        odds -= 4.5 if re.search(r"取件|快递|驿站|取货|提货|pick ?up|locker", folded) else 0.0
        best = max(best or 0.0, probability(odds))
    return best if best is not None and best >= 0.5 else None


def _beside_words(folded: str) -> str:
    """What stands right before each word for a code."""
    return " ".join(folded[max(0, w.start() - 10) : w.end()] for w in _WORD.finditer(folded))


def _without_names(text: str, sender: Sender) -> str:
    """`text` without the names of firms, which are made of the very words looked for
    (支付宝, 借呗, 安逸花)."""
    text = re.sub(r"[【\[][^【】\[\]]{1,24}[】\]]", " ", text)
    names = [sender.signature or ""]
    if sender.institution is not None:
        names += sender.institution.names()
    for name in sorted(map(plain, names), key=len, reverse=True):
        if len(name) >= 2:
            text = text.replace(name, "●")
    return text


def _stage(told: str) -> tuple[Stage, float, tuple[Reason, ...]]:
    """The likeliest stage, how likely against the others, and the words that told it."""
    weights: dict[Stage, float] = {}
    words: dict[Stage, str] = {}
    for stage, weight, pattern in _signs():
        found = pattern.search(told)
        if found is None:
            continue
        if weight > weights.get(stage, 0.0):
            words[stage] = found[0].strip()
        # Two different signs of a stage say more than one, but not twice as much.
        weights[stage] = max(weights.get(stage, 0.0), weight) + (0.4 if stage in weights else 0.0)
    if not weights:
        return Stage.UNKNOWN, 1.0, (Reason(Text("context.code.no_stage")),)
    best = max(weights, key=lambda s: (weights[s], _TIE_BREAK[s]))
    # Against the stages that also had a sign, and against none of them (weight 1).
    rivals = [w for s, w in weights.items() if s is not best]
    total = sum(2.7 ** (w - weights[best]) for w in (*rivals, 1.0))
    confidence = 1 / (1 + total)
    if weights[best] < 1.0:
        return Stage.UNKNOWN, 1 - confidence, (Reason(Text("context.code.no_stage")),)
    said = Reason(Text(f"context.code.said.{best}", words=_quote(words[best])))
    return best, confidence, (said,)


def _quote(words: str) -> str:
    """Words that told the stage, with whatever number they hold left out."""
    return re.sub(r"[\d,.]*\d", "…", words)[:20]


def _validity(folded: str) -> float | None:
    """Minutes for which the code is valid, as the text says."""
    for found in _MINUTES.finditer(folded):
        around = folded[max(0, found.start() - 14) : found.end() + 14]
        if not _VALID.search(around):
            continue
        number, unit = found["n"].lower(), found["unit"].lower()
        value = float(number) if number.isdigit() else _han(number)
        if value is None:
            continue
        if unit.startswith(("小时", "h")):
            return value * 60
        return value / 60 if unit.startswith(("秒", "s")) else value
    return None


def _han(words: str) -> float | None:
    if words.startswith("half"):
        return 0.5
    tens, ten, ones = words.partition("十")
    if not ten:
        return float(_HAN_NUMBER[words]) if words in _HAN_NUMBER else None
    if (tens and tens not in _HAN_NUMBER) or (ones and ones not in _HAN_NUMBER):
        return None
    return float(_HAN_NUMBER.get(tens, 1) * 10 + _HAN_NUMBER.get(ones, 0))
