"""What a detailed report says of the life: the brief one's facts, with identity and histories.

Whoever borrowed in the person's name left their own phone, address and employer with the lender, and
the lender reported them: three lines of the identity section that are not the person's.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from notmyloan.model.credit import (
    AccountKind,
    AccountState,
    CreditAccount,
    CreditFile,
    DatedValue,
    IdentitySection,
    Overdue,
    RepaymentMonth,
    ReportVersion,
)
from notmyloan.model.money import Money
from notmyloan.story.chance import add_months, digits
from notmyloan.story.events import Life
from notmyloan.story.people import mobile

FOREIGN_EMPLOYER = "鑫旺达商贸部"
FOREIGN_ADDRESS = "未知市临江区货场路17号"
_HISTORY = 24  # months of the repayment grid


def full_file(life: Life, brief: CreditFile) -> CreditFile:
    """The detailed report of the same day as `brief`."""
    report = brief.report
    rng = random.Random(report.number)
    number = f"{report.at:%Y%m%d}{digits(rng, 14)}"
    person, first = life.person, min(g.on for g in life.gave)
    frauds = [b.opened for b in life.borrowed if not b.mine and b.opened < report.at.date()]
    own = first + timedelta(days=20)
    # Lenders report within days.
    strange = [day + timedelta(days=6) for day in sorted(frauds)[:1]]
    section = IdentitySection(
        fields={"性别": person.sex, "出生日期": f"{person.born:%Y.%m.%d}", "婚姻状况": "已婚",
                "学历": "本科", "学位": "学士", "就业状况": "在职", "国籍": "中国",
                "电子邮箱": person.email, "通讯地址": person.address,
                "户籍地址": person.address},
        phones=(
            *(DatedValue(mobile(rng), day) for day in strange),
            DatedValue(person.phone, own),
            DatedValue(person.second_phone, own - timedelta(days=400)),
        ),
        homes=(
            *(DatedValue(FOREIGN_ADDRESS, day, {"居住状况": "租房"}) for day in strange),
            DatedValue(person.address, own, {"居住状况": "自置"}),
        ),
        jobs=(
            *(DatedValue(FOREIGN_EMPLOYER, day, {"职业": "商业、服务业人员"}) for day in strange),
            DatedValue(person.employer, own, {"职业": "专业技术人员"}),
        ),
    )  # fmt: skip
    accounts = tuple(_detailed(a, number, report.at.date(), rng) for a in brief.accounts)
    head = replace(
        report, number=number, version=ReportVersion.DETAILED, id_number=person.id_number,
        queried_by="本人", query_reason="本人查询（临柜）", identity_section=section, summary={},
    )  # fmt: skip
    enquiries = tuple(replace(e, report=number) for e in brief.enquiries)
    return CreditFile(head, accounts, enquiries=enquiries)


def _detailed(account: CreditAccount, number: str, on: date, rng: random.Random) -> CreditAccount:
    """An account with what only the detailed report tells."""
    as_of = account.as_of or on.replace(day=1)
    mark = f"B{digits(rng, 13)}M{digits(rng, 6)}"
    base = replace(account, report=number, group="", mark=mark, card_tail=None, as_of=as_of)
    if account.account_kind is AccountKind.CREDIT_CARD:
        return replace(
            base, balance=account.used, guarantee="信用/免担保",
            repayments=_months(as_of, min(_HISTORY, _age(account, as_of)), "N", None),
        )  # fmt: skip
    settled = account.state is AccountState.SETTLED
    late = bool(account.overdue.months)
    code = ("1" if late else "N", account.balance if late else None)
    months = min(_HISTORY, _age(account, as_of))
    return replace(
        base, guarantee="信用/免担保", terms=12, frequency="月",
        method="按期计算还本付息", five_class=None if settled else "正常",
        overdue=Overdue(current_periods=3 if late else 0) if not settled else Overdue(),
        repayments=() if settled else _months(as_of, months, *code),
    )  # fmt: skip


def _age(account: CreditAccount, as_of: date) -> int:
    opened = account.opened or as_of
    return (as_of.year - opened.year) * 12 + as_of.month - opened.month


def _months(as_of: date, count: int, code: str, amount: Money | None) -> tuple[RepaymentMonth, ...]:
    """The months up to `as_of`; an overdue account is late in the last three of them."""
    found = []
    for back in range(count - 1, -1, -1):
        day = add_months(as_of.replace(day=1), -back)
        late = code != "N" and back < 3
        found.append(
            RepaymentMonth(day.year, day.month, str(3 - back) if late else "N",
                           amount if late else None)
        )  # fmt: skip
    return tuple(found)
