"""A made-up report with one of everything."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from notmyloan.model.content import (
    Citation,
    Content,
    Coverage,
    Day,
    Deadline,
    Item,
    NotUnderstood,
)
from notmyloan.model.disclosure import Given
from notmyloan.model.exposure import Exposed, Exposure
from notmyloan.model.finding import Finding, Reason, Severity, Step, Verdict
from notmyloan.model.label import LABELS, Label
from notmyloan.model.money import Money
from notmyloan.model.record import Origin, SourceFile
from notmyloan.model.text import Text
from notmyloan.report.cite import where

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def any_text(words: str) -> Text:
    """A text that shows `words` in both languages."""
    return Text("report.cite.credit_line", institution=words, limit=Money(Decimal(5000)))


@pytest.fixture
def content() -> Content:
    origin = Origin(SourceFile("导出/sms.xml", "0" * 64, "sms_backup_restore", 10), "line:7")
    finding = Finding(
        rule="cr.unknown_account",
        subject=("某小额贷款",),
        severity=Severity.CRITICAL,
        verdict=Verdict.NOT_MINE,
        confidence=0.94,
        title=any_text("某某小额贷款有限公司 <script>alert(1)</script>"),
        why=(Reason(any_text("不在你的账户里"), 2.3), Reason(any_text("那天你没有申请"))),
        cites=("a" * 32,),
        steps=(Step(any_text("先打银行电话"), within=any_text("十分钟内")),),
        basis=("CRR 25",),
        at=NOW,
        due=date(2026, 12, 10),
    )
    small = Finding(
        rule="sms.commercial_no_consent",
        subject=("x",),
        severity=Severity.LOW,
        verdict=Verdict.NOTICE,
        confidence=0.7,
        title=any_text("推销"),
        why=(),
        cites=(),
    )
    cited = (Citation("a" * 32, any_text("查询"), NOW, (where(origin),)),)
    days = tuple(
        Day(
            date(2026, 9, 1) + timedelta(days=n),
            {Label.LOAN_SOLICITATION: n % 7, Label.VERIFICATION_CODE: n % 3},
            calls=n % 5,
            pushed=n % 4,
        )
        for n in range(80)
    )
    return Content(
        made_at=NOW,
        not_mine=1,
        unsure=2,
        deadlines=(Deadline(date(2026, 12, 10), any_text("再查一次"), any_text("建议"), (1,)),),
        first_step=finding.steps[0],
        items=(Item(1, finding, cited, more=3), Item(2, small, ())),
        days=days,
        kinds={label: 10 * n for n, label in enumerate(LABELS)},
        call_kinds={"solicitor": 4},
        hours_messages=tuple(range(24)),
        hours_calls=tuple(reversed(range(24))),
        disclosures=((date(2026, 9, 20), "某贷款超市"),),
        exposure=Exposure(
            (Exposed(Given.PHONE, (any_text("来电"),), (), Money(Decimal(5)), Money(Decimal(200))),)
        ),
        coverage=(Coverage("导出/sms.xml", "sms_backup_restore", 1200, 3, NOW, NOW),),
        not_understood=(NotUnderstood("导出/sms.xml", any_text("日期"), 3, "字字9999-aa"),),
        record_counts={"message": 1200},
        first_day=date(2026, 9, 1),
        last_day=date(2026, 11, 19),
        proposals=2,
        sockets=0,
        first_finding=1,
    )
