"""The sentences of the simplified report: one account or one guarantee each.

Every clause must be understood; what is left over and holds a figure is a refusal, since a
figure that was not understood is a figure that was lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from notmyloan.model.credit import AccountKind, AccountState, Overdue
from notmyloan.model.money import Money, currency_code
from notmyloan.read.credit_words import AMOUNT, DAY, MONTH, read_amount, read_day

_YUAN = r"(?:元)?(?:\((?P<{0}_cur>[^)]*)\))?"
_CNY = r"(?:折合)?(?:人民币)?"
_WHEN = rf"(?:(?:{DAY}|{MONTH}))"

_CARD = re.compile(
    rf"(?P<opened>{DAY})(?P<institution>[^,。]+?)发放的(?P<kind>准贷记卡|贷记卡)(?:\((?P<paren>[^)]*)\))?"
)
_REVOLVING = re.compile(rf"(?P<opened>{DAY})(?P<institution>[^,。]+)为(?P<business>[^,。]*?)授信")
_LOAN = re.compile(
    rf"(?P<opened>{DAY})(?P<institution>[^,。]+?)(?:发放|办理|提供|叙做|开展|放款)的"
    rf"(?P<amount>{AMOUNT})元?(?:\((?P<currency>[^)]*)\)|(?P<currency2>人民币|[美欧日港]元))?"
    rf"(?P<business>[^,。]*)"
)
_OTHER = re.compile(
    rf"(?P<opened>{DAY})(?P<institution>[^,。]+?)(?:发放|办理|提供|叙做|开展)的(?P<business>[^,。\d]+)"
)
_ASSET = re.compile(
    rf"(?P<opened>{DAY})(?P<institution>[^,。]+?)接收(?P<original>[^,。]+?)的债权,?债权金额(?P<amount>{AMOUNT})元?"
)
_PAID_FOR = re.compile(
    rf"(?P<opened>{DAY})(?P<institution>[^,。]+?)进行最近一次代偿,?累计代偿金额(?P<amount>{AMOUNT})元?"
)
GUARANTEE = re.compile(
    rf"(?P<opened>{DAY}),?为(?P<debtor>.+?)\(证件类型:(?P<debtor_id_type>[^,;)]*?)[,;]?"
    rf"证件号码:(?P<debtor_id>[^)]*)\),?在(?P<institution>[^,。]+?)办理的(?P<business>[^,。]*?),?"
    rf"承担相关还款责任"
)
_NOTE = re.compile(r"(?:异议|本人声明|机构说明|特殊标注|信息主体|声明|标注)")
_FILLER = re.compile(r"[,。;:、.]|其中|且|目前|当前|^并|该账户|账户状态为?")


@dataclass(slots=True)
class Clauses:
    """The text of one sentence, its clauses being taken out one after another."""

    text: str
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    def take(self, pattern: str | re.Pattern[str], name: str = "") -> re.Match[str] | None:
        """The first match, blotted out; named groups (else the first) keep their span."""
        m = re.search(pattern, self.text)
        if m is None:
            return None
        self.text = f"{self.text[: m.start()]}{'。' * (m.end() - m.start())}{self.text[m.end() :]}"
        groups = m.re.groupindex or ({name: 1} if m.re.groups and name else {})
        for group, index in groups.items():
            if m[index] is not None:
                self.spans[group] = m.span(index)
        if name and not groups:
            self.spans[name] = m.span()
        return m

    def amount(self, words: str, name: str, currency: str) -> Money | None:
        m = self.take(
            rf"(?:{words})(?:为|:)?(?P<rmb>{_CNY})(?P<{name}>{AMOUNT})元?(?:\((?P<cur>[^()\d:]{{1,6}})\))?"
        )
        self.spans.pop("rmb", None)
        self.spans.pop("cur", None)
        if m is None:
            return None
        value = read_amount(m[name])
        code = "CNY" if m["rmb"] else currency_code(m["cur"] or "") or currency
        return None if value is None else Money(value, code)

    def day(self, pattern: str, name: str) -> date | None:
        m = self.take(pattern, name)
        return read_day(m[1]) if m is not None else None

    def leftover(self) -> list[str]:
        """What no clause took, as separate pieces."""
        return [p for p in re.split(r"[。,;]+", self.text) if _FILLER.sub("", p)]


@dataclass(slots=True)
class Understood:
    """An account's or guarantee's fields, each with its span in the sentence, and notes."""

    kind: AccountKind | None
    values: dict[str, Any]
    spans: dict[str, tuple[int, int]]
    notes: list[tuple[int, int]]


def account(text: str, section: str, group: str) -> Understood | None:
    """Reads a sentence (folded, without its number); None where it is not understood.

    `section` and `group` are the headings it stands under.
    """
    clauses = Clauses(_notes_off(text))
    values = _head(clauses, section)
    if values is None:
        return None
    kind: AccountKind = values.pop("kind")
    currency: str = values.get("currency", "CNY")
    values["as_of"] = clauses.day(rf"截[至止]({DAY}|{MONTH})", "as_of")
    state, text_state = _state(clauses, values)
    values["due"] = values.get("due") or clauses.day(rf"额度有效期至({DAY}|{MONTH})", "due")
    if values["due"] is None:
        values["due"] = clauses.day(rf"({DAY})到期", "due")
    clauses.take(r"额度长期有效|长期有效")
    clauses.take(r"可循环使用|不可循环使用|循环使用")
    overdue = _overdue(clauses, currency, group)
    flagged = clauses.take(r"(?:当前)?(?:有逾期|已逾期|处于逾期)(?:状态)?(?=[,。;]|$)", "state")
    for words, name in (
        (r"(?:未出单的)?大额专项分期余额", "instalment_balance"),
        (r"共享(?:授信|信用)?额度", "shared_limit"),
        (r"(?:信用|授信|账户授信)额度", "limit"),
        (r"已使?用额度", "used"),
        (r"透支余额|余额", "balance"),
    ):
        values[name] = clauses.amount(words, name, currency)
    values["last_paid"] = clauses.day(rf"最近一次还款日期为?:?({DAY})", "last_paid")
    m = clauses.take(r"业务(?:编?号|标识):?(?P<mark>[A-Za-z0-9*]+)")
    values["mark"] = m["mark"] if m else None
    _share_currency(values)
    if state is AccountState.NORMAL and (flagged or _late(overdue)):
        state = AccountState.OVERDUE
    if state is AccountState.NORMAL and kind is AccountKind.RECOVERY:
        state = AccountState.UNKNOWN
    values |= {"state": state, "state_text": text_state, "overdue": overdue}
    return _done(kind, values, clauses, text)


def guarantee(text: str) -> Understood | None:
    """Reads a sentence of 相关还款责任信息; None where it is not understood."""
    clauses = Clauses(_notes_off(text))
    m = clauses.take(GUARANTEE)
    if m is None or m.start() > 0:
        return None
    values: dict[str, Any] = m.groupdict()
    values["opened"] = read_day(m["opened"])
    role = clauses.take(r"(?:相关还款)?责任人类型为?:?(?P<role>[^,。(]+)")
    values["role"] = role["role"] if role else None
    values["amount"] = clauses.amount(r"相关还款责任金额|还款责任金额", "amount", "CNY")
    contract = clauses.take(r"\(?(?:保证|担保)合同编号:?(?P<contract>[^),。]*)\)?")
    values["contract"] = (contract["contract"] if contract else "").strip("-") or None
    values["due"] = clauses.day(rf"({DAY})到期|到期日期为?:?({DAY})", "due")
    values["as_of"] = clauses.day(rf"截[至止]({DAY}|{MONTH})", "as_of")
    values["balance"] = clauses.amount("余额", "balance", "CNY")
    five = clauses.take(r"五级分类为?:?(?P<five_class>正常|关注|次级|可疑|损失|违约|未分类)")
    values["five_class"] = five["five_class"] if five else None
    late = clauses.take(r"(?:逾期月数为?|已?逾期)(?P<overdue_months>\d+)个?月?")
    values["overdue_months"] = int(late["overdue_months"]) if late else None
    clauses.take(r"(?:主借款人|主债务人)?当前无逾期|无逾期|还款状态为?:?正常")
    clauses.take(r"已?结清|已?终止|责任已?解除")
    return _done(None, values, clauses, text)


def _done(
    kind: AccountKind | None, values: dict[str, Any], clauses: Clauses, text: str
) -> Understood | None:
    if any(re.search(r"\d|额|逾期", piece) for piece in clauses.leftover()):
        return None
    notes = []
    for piece in clauses.leftover():
        at = text.find(piece)
        notes.append((at, at + len(piece)))
    if (m := _note_start(text)) is not None:
        notes.append((m, len(text)))
    return Understood(kind, values, clauses.spans, notes)


def _note_start(text: str) -> int | None:
    """Where 异议标注 and the like begin, which people write as they please."""
    m = re.search(r"(?<=[。)])\(?" + _NOTE.pattern, text)
    return m.start() if m else None


def _notes_off(text: str) -> str:
    start = _note_start(text)
    return text if start is None else text[:start]


def _head(clauses: Clauses, section: str) -> dict[str, Any] | None:
    shapes: list[tuple[re.Pattern[str], Callable[[dict[str, Any]], AccountKind]]] = [
        (_ASSET, lambda _: AccountKind.RECOVERY),
        (_PAID_FOR, lambda _: AccountKind.RECOVERY),
        (_CARD, _card_kind),
        (_REVOLVING, lambda _: AccountKind.REVOLVING),
        (_LOAN, lambda _: AccountKind.OTHER if section == "other_business" else AccountKind.LOAN),
        (_OTHER, lambda _: AccountKind.OTHER),
    ]
    for shape, kind in shapes:
        if shape is _OTHER and section != "other_business":
            continue
        m = shape.match(clauses.text)
        if m is None:
            continue
        clauses.take(shape)
        found = m.groupdict()
        values: dict[str, Any] = {
            "kind": kind(found), "opened": read_day(found["opened"]),
            "institution": found["institution"],
        }  # fmt: skip
        currency = currency_code(found.get("currency") or found.get("currency2") or "")
        paren = found.get("paren") or ""
        for part in re.split(r"[,;、]", paren):
            if (tail := re.search(r"尾号:?(\d{4}|\*+\d+)", part)) is not None:
                values["card_tail"] = tail[1]
                at = m.start("paren") + paren.find(tail[1])
                clauses.spans["card_tail"] = (at, at + len(tail[1]))
            elif part.endswith("账户"):
                currency = currency_code(part.removesuffix("账户")) or currency
        values["currency"] = currency or "CNY"
        if found.get("amount"):
            value = read_amount(found["amount"])
            values["amount"] = None if value is None else Money(value, values["currency"])
        if found.get("business"):
            values["business"] = found["business"]
        if shape is _CARD:
            values["business"] = found["kind"]
        if found.get("original"):
            values["original_creditor"] = found["original"]
        for gone in ("paren", "kind", "currency2"):
            clauses.spans.pop(gone, None)
        return values
    return None


def _card_kind(found: dict[str, Any]) -> AccountKind:
    quasi = found["kind"] == "准贷记卡"
    return AccountKind.QUASI_CREDIT_CARD if quasi else AccountKind.CREDIT_CARD


_STATES: tuple[tuple[str, AccountState], ...] = (
    (r"(?:已?(?:变成|转为|成为|变为|形成|是|为))?呆账", AccountState.BAD_DEBT),
    (r"(?:已经?)?(?:销户|注销)", AccountState.CLOSED),
    (r"(?:已经?)?结清", AccountState.SETTLED),
    (r"(?:尚未|未)(?:激活|启用)", AccountState.INACTIVE),
    (r"(?:已经?)?转出", AccountState.TRANSFERRED),
    (r"(?:已被?)?冻结", AccountState.FROZEN),
    (r"(?:已被?)?(?:银行)?止付", AccountState.STOPPED),
    (r"担保物不足", AccountState.UNDERSECURED),
    (r"强制平仓", AccountState.LIQUIDATED),
    (r"司法追偿", AccountState.LEGAL_RECOVERY),
    (r"催收中?", AccountState.COLLECTING),
)


def _state(clauses: Clauses, values: dict[str, Any]) -> tuple[AccountState, str]:
    for words, state in _STATES:
        m = clauses.take(
            rf"(?:(?:已?于|自)?(?P<closed>{_WHEN}),?)?(?P<state>{words})(?:状态)?(?=[,。;()]|$)"
        )
        if m is None:
            continue
        if m["closed"]:
            values["closed"] = read_day(m["closed"])
        elif state in (AccountState.SETTLED, AccountState.CLOSED, AccountState.TRANSFERRED):
            # 截至2019年7月已结清: the month of the statement is all the report tells.
            values["closed"] = None
        return state, m["state"]
    m = clauses.take(r"(?P<state>状态正常|正常)(?=[,。;]|$)")
    return AccountState.NORMAL, m["state"] if m else ""


def _overdue(clauses: Clauses, currency: str, group: str) -> Overdue:
    amount = clauses.amount(
        r"(?:当前)?逾期(?:金额|总额)|当前有?逾期(?=(?:人民币)?\d)", "current_amount", currency
    )
    if amount is None and clauses.take(r"(?:当前)?(?:无逾期|未逾期|没有逾期)", "current_amount"):
        amount = Money(Decimal(0), currency)
    periods = clauses.take(r"(?:当前)?逾期期数为?(?P<current_periods>\d+)期?")
    months = clauses.take(
        r"最近(?:5|五)年内?有(?P<months>\d+)个月(?:处于逾期状态|有?逾期|透支超过60天)"
    )
    over = clauses.take(r"(?:其中)?(?:有)?(?P<months_over_90>\d+)个月(?:逾期|透支)超过90天")
    none_over = clauses.take(
        r"(?:没有|未|无)(?:发生过|曾发生)?90天(?:\(?含\)?)?以上(?:的)?(?:逾期|透支)"
        r"|(?:没有|未)(?:发生过)?(?:逾期|透支)超过90天(?:的情况)?",
        "over_90_days",
    )
    some_over = None if none_over else clauses.take(
        r"(?:曾?发生过|有)90天(?:\(?含\)?)?以上(?:的)?(?:逾期|透支)|(?:曾?发生过)(?:逾期|透支)超过90天",
        "over_90_days",
    )  # fmt: skip
    never = clauses.take(
        r"(?:最近(?:5|五)年内?)?(?:从未(?:发生过)?逾期过?|没有发生过逾期|未发生过?逾期)", "months"
    )
    n = int(months["months"]) if months else None
    n_over = int(over["months_over_90"]) if over else None
    over_90 = False if none_over else True if some_over or n_over else None
    if never or (group.startswith("从未") and n is None):
        n, over_90 = n or 0, bool(over_90)
    return Overdue(
        months=n,
        over_90_days=over_90,
        months_over_90=n_over if n_over is not None else 0 if none_over else None,
        current_periods=int(periods["current_periods"]) if periods else None,
        current_amount=amount,
    )


def _late(overdue: Overdue) -> bool:
    amount, periods = overdue.current_amount, overdue.current_periods
    return bool((amount and amount.amount > 0) or (periods and periods > 0))


def _share_currency(values: dict[str, Any]) -> None:
    """A currency named at the limit holds for the balance said after it."""
    limit, balance = values.get("limit"), values.get("balance")
    if limit is not None and values.get("currency") == "CNY" and limit.currency != "CNY":
        values["currency"] = limit.currency
        if balance is not None:
            values["balance"] = Money(balance.amount, limit.currency)
