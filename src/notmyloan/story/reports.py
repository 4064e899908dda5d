"""The life's credit reports: one from before the fraud, one from after, as PDFs."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from notmyloan.model.credit import (
    AccountKind,
    AccountState,
    CreditAccount,
    CreditFile,
    CreditReport,
    Enquiry,
    Overdue,
    ReportVersion,
)
from notmyloan.model.money import Money
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.model.record import Origin, SourceFile
from notmyloan.story.brief_pdf import write_brief_pdf
from notmyloan.story.chance import add_months, digits
from notmyloan.story.events import Borrowed, Life
from notmyloan.story.full_file import full_file
from notmyloan.story.full_pdf import write_full_pdf

_NOWHERE = Origin(SourceFile("story", "", "story", 0), "")
CARD_CENTRE = "招商银行股份有限公司信用卡中心"


def _money(amount: int) -> Money:
    return Money(Decimal(amount))


def credit_file(life: Life, rng: random.Random, on: date) -> CreditFile:
    """What a simplified report of `on` says of the life."""
    number = f"{on:%Y%m%d}{digits(rng, 14)}"
    first = min(g.on for g in life.gave)
    card_opened = first + timedelta(days=12)
    as_of = add_months(on.replace(day=1), -1)
    accounts = [
        CreditAccount(
            _NOWHERE, number, 1, AccountKind.CREDIT_CARD, CARD_CENTRE, AccountState.NORMAL,
            group="从未逾期过的贷记卡及透支未超过60天的准贷记卡账户明细如下：", opened=card_opened,
            as_of=as_of, card_tail=life.person.cards["招商银行"][-4:], limit=_money(30000),
            used=_money(rng.randrange(800, 9000)), business="贷记卡",
        )
    ]  # fmt: skip
    known = [b for b in life.borrowed if b.opened < on]
    loans = [_loan(b, number, on, as_of, rng) for b in known if b.taken]
    enquiries = [
        (card_opened - timedelta(days=9), CARD_CENTRE, "信用卡审批", False),
        (on - timedelta(days=2), "本人查询（互联网个人信用信息服务平台）", "本人查询", True),
    ]
    for b in known:
        enquiries.append((b.opened, b.legal, "贷款审批", False))
        if b.guarantor:
            enquiries.append((b.opened, b.guarantor, "担保资格审查", False))
        if b.taken and b.mine and b.due(b.months) > on:
            enquiries.append((add_months(b.opened, 2), b.legal, "贷后管理", False))
    enquiries = [e for e in enquiries if e[0] <= on]
    oldest = on - timedelta(days=730)
    enquiries = sorted((e for e in enquiries if e[0] >= oldest), key=lambda e: e[0], reverse=True)
    every = tuple(accounts + loans)
    active = [a for a in every if a.state is not AccountState.SETTLED]
    late = [a for a in every if a.overdue.months]
    cards = (AccountKind.CREDIT_CARD,)
    summary = {
        f"{row}/{column}": sum(1 for a in chosen if (a.account_kind in cards) == is_card)
        for row, chosen in (("账户数", every), ("未结清/未销户账户数", active),
                            ("发生过逾期的账户数", late), ("发生过90天以上逾期的账户数", []))
        for column, is_card in (("信用卡", True), ("其他贷款", False))
    }  # fmt: skip
    report = CreditReport(
        _NOWHERE, number, datetime.combine(on, time(9, 41, 12), SHANGHAI),
        ReportVersion.SIMPLIFIED, life.person.name, "身份证",
        "*" * 14 + life.person.id_number[-4:], marital="已婚", summary=summary,
    )  # fmt: skip
    records = []
    for own in (False, True):
        chosen = [e for e in enquiries if e[3] is own]
        records += [
            Enquiry(_NOWHERE, number, n, day, by, reason, own)
            for n, (day, by, reason, _) in enumerate(chosen, 1)
        ]
    return CreditFile(report, every, enquiries=tuple(records))


def _loan(b: Borrowed, number: str, on: date, as_of: date, rng: random.Random) -> CreditAccount:
    """How the report tells of a loan: the person's own is paid as agreed, an impostor's never."""
    end = b.due(b.months)
    if not b.mine:
        months = min(max((on.year - b.opened.year) * 12 + on.month - b.opened.month - 2, 0), 3)
        return CreditAccount(
            _NOWHERE, number, 1, AccountKind.LOAN, b.legal,
            AccountState.OVERDUE if months else AccountState.NORMAL,
            group="发生过逾期的账户明细如下：" if months else "从未发生过逾期的账户明细如下：",
            opened=b.opened, due=end, as_of=as_of, amount=_money(b.amount),
            balance=_money(b.amount), business="其他个人消费贷款",
            overdue=Overdue(months=months, over_90_days=False) if months else Overdue(),
        )  # fmt: skip
    done = end <= on
    left = max(sum(b.due(n) > on for n in range(1, b.months + 1)), 1)
    return CreditAccount(
        _NOWHERE, number, 1, AccountKind.LOAN, b.legal,
        AccountState.SETTLED if done else AccountState.NORMAL,
        group="发生过逾期的账户明细如下：" if b.late else "从未发生过逾期的账户明细如下：",
        opened=b.opened, due=end,
        closed=end.replace(day=1) if done else None, as_of=None if done else as_of,
        amount=_money(b.amount), balance=None if done else _money(b.amount * left // b.months),
        business="个人消费贷款", overdue=Overdue(months=1) if b.late else Overdue(),
    )  # fmt: skip


def _fraud_day(life: Life) -> date:
    strange = (b.opened for b in life.borrowed if not b.mine)
    return min(strange, default=life.today - timedelta(days=90))


def write_reports(folder: Path, life: Life, rng: random.Random) -> None:
    """`report-earlier.pdf` and `report-later.pdf`, brief ones, and `report-detailed.pdf`, which
    the person got at a branch the day after."""
    days = {"earlier": _fraud_day(life) - timedelta(days=40),
            "later": life.today - timedelta(days=3)}  # fmt: skip
    for name, on in days.items() if "brief" in life.papers else ():
        file = credit_file(life, rng, on)
        life.reports.append(file)
        write_brief_pdf(file, folder / f"report-{name}.pdf")
    if "detailed" not in life.papers:
        return
    # Of its own: what comes after must not change with it. No two people's reports share a number.
    own = random.Random(f"{life.today} {life.person.id_number}")
    full = full_file(life, credit_file(life, own, life.today))
    life.reports.append(full)
    write_full_pdf(full, folder / "report-detailed.pdf")
