"""A detailed credit report on paper, drawn cell by cell: labels in a grey row, values under them.

It knows nothing of the reader. Long cells wrap, tables go over the page's end with their labels
said again, and the running head repeats the report's number, as the official print does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from notmyloan.model.credit import AccountKind, AccountState, CreditAccount, CreditFile, DatedValue
from notmyloan.model.errors import MissingExtraError
from notmyloan.model.money import Money
from notmyloan.model.text import Text
from notmyloan.story.fonts import cjk_font

_WIDTH, _HEIGHT = 595.0, 842.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, 553.0, 770.0, 56.0
_SIZE, _LEAD, _PAD = 8.0, 10.5, 3.0
_NUMERALS = "一二三四五六"


def write_full_pdf(file: CreditFile, path: Path) -> None:
    """Write `file` as a PDF with an embedded CJK font. Raises MissingExtraError without the
    PDF library."""
    try:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        raise MissingExtraError("story", Text("core.purpose.story")) from None
    pdfmetrics.registerFont(TTFont("story", str(cjk_font()), subfontIndex=0))
    canvas = Canvas(str(path), pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle("个人信用报告")
    page = _Page(canvas, pdfmetrics, file.report.number)
    _head(page, file)
    _identity(page, file)
    _summary(page, file)
    _accounts(page, file)
    _rest(page, file)
    page.end()
    canvas.save()


class _Page:
    """The pen: where it stands, and when a new page begins."""

    def __init__(self, canvas: Any, metrics: Any, number: str) -> None:
        self._canvas = canvas
        self._metrics = metrics
        self._number = number
        self._page = 1
        self.y = _TOP

    def _wide(self, text: str, size: float) -> float:
        return float(self._metrics.stringWidth(text, "story", size))

    def _wrapped(self, text: str, width: float) -> list[str]:
        lines = [""]
        for character in text:
            if self._wide(lines[-1] + character, _SIZE) > width:
                lines.append("")
            lines[-1] += character
        return lines

    def room(self, height: float) -> bool:
        """Whether that much fits; if not, a new page has begun."""
        if self.y - height >= _BOTTOM:
            return True
        self.end()
        self._canvas.showPage()
        self._page += 1
        self.y = _TOP
        return False

    def end(self) -> None:
        self._canvas.setFont("story", 7)
        self._canvas.drawString(_LEFT, 800, f"报告编号：{self._number}")
        self._canvas.drawCentredString(_WIDTH / 2, 30, f"第 {self._page} 页")

    def say(self, text: str, size: float = _SIZE, *, centred: bool = False) -> None:
        lines = [text] if size > _SIZE else self._wrapped(text, _RIGHT - _LEFT)
        for line in lines:
            self.room(size + 8)
            self.y -= size + 4
            self._canvas.setFont("story", size)
            if centred:
                self._canvas.drawCentredString(_WIDTH / 2, self.y, line)
            else:
                self._canvas.drawString(_LEFT, self.y, line)
        self.y -= 4

    def table(
        self, labels: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float] = ()
    ) -> None:
        """A row of labels, and rows of values under it."""
        total = sum(shares) or len(labels)
        parts = [(s / total) * (_RIGHT - _LEFT) for s in (shares or [1.0] * len(labels))]
        self._row(labels, parts, grey=True, follow=self._tall(rows[0], parts) if rows else 0.0)
        for row in rows:
            if not self.room(self._tall(row, parts)):
                self._row(labels, parts, grey=True)
            self._row(row, parts)
        self.y -= 5

    def _tall(self, cells: Sequence[str], parts: Sequence[float]) -> float:
        most = max(
            len(self._wrapped(cell, width - 2 * _PAD))
            for cell, width in zip(cells, parts, strict=True)
        )
        return most * _LEAD + 2 * _PAD

    def _row(
        self,
        cells: Sequence[str],
        parts: Sequence[float],
        *,
        grey: bool = False,
        follow: float = 0.0,
    ) -> None:
        height = self._tall(cells, parts)
        self.room(height + follow)
        x = _LEFT
        for cell, width in zip(cells, parts, strict=True):
            self._canvas.setFillGray(0.9 if grey else 1.0)
            self._canvas.rect(x, self.y - height, width, height, stroke=1, fill=1)
            self._canvas.setFillGray(0)
            self._canvas.setFont("story", _SIZE)
            lines = self._wrapped(cell, width - 2 * _PAD)
            top = self.y - (height - len(lines) * _LEAD) / 2
            for number, line in enumerate(lines):
                self._canvas.drawString(x + _PAD, top - (number + 1) * _LEAD + 2.5, line)
            x += width
        self.y -= height


def _day(day: date | None) -> str:
    return f"{day.year}.{day.month:02}.{day.day:02}" if day else "--"


def _yuan(money: Money | None) -> str:
    return f"{money.amount:,.0f}" if money is not None else "0"


def _head(page: _Page, file: CreditFile) -> None:
    report = file.report
    page.say("个人信用报告", 17, centred=True)
    page.say(f"报告编号：{report.number}    报告时间：{report.at:%Y.%m.%d %H:%M:%S}")
    page.table(
        ["被查询者姓名", "被查询者证件类型", "被查询者证件号码", "查询机构", "查询原因"],
        [[report.name, report.id_type, report.id_number, report.queried_by or "--",
          report.query_reason or "--"]],
        [14, 16, 26, 18, 26],
    )  # fmt: skip


def _identity(page: _Page, file: CreditFile) -> None:
    section = file.report.identity_section
    assert section is not None
    page.say("一 个人基本信息", 11)
    page.say("（一）身份信息", 9)
    labels = ["性别", "出生日期", "婚姻状况", "学历", "学位", "就业状况", "国籍", "电子邮箱"]
    values = [section.fields.get(label, "--") for label in labels]
    page.table(labels, [values], [6, 12, 10, 8, 8, 10, 8, 24])
    labels = ["通讯地址", "户籍地址"]
    page.table(labels, [[section.fields.get(label, "--") for label in labels]])
    rows = [[str(n), p.value, _day(p.updated)] for n, p in enumerate(section.phones, 1)]
    page.table(["编号", "手机号码", "信息更新日期"], rows, [10, 45, 45])
    page.say("（二）居住信息", 9)
    rows = [
        [str(n), h.value, "--", h.extra.get("居住状况", "--"), _day(h.updated)]
        for n, h in enumerate(section.homes, 1)
    ]
    labels = ["编号", "居住地址", "住宅电话", "居住状况", "信息更新日期"]
    page.table(labels, rows, [8, 44, 14, 14, 20])
    page.say("（三）职业信息", 9)
    rows = [[str(n), j.value, "--", "--", "--"] for n, j in enumerate(section.jobs, 1)]
    labels = ["编号", "工作单位", "单位性质", "单位地址", "单位电话"]
    page.table(labels, rows, [8, 40, 14, 24, 14])
    rows = [_job(n, j) for n, j in enumerate(section.jobs, 1)]
    labels = ["编号", "职业", "行业", "职务", "职称", "进入本单位年份", "信息更新日期"]
    page.table(labels, rows, [8, 22, 20, 10, 8, 14, 18])


def _job(number: int, job: DatedValue) -> list[str]:
    return [str(number), job.extra.get("职业", "--"), "--", "--", "--", "--", _day(job.updated)]


def _summary(page: _Page, file: CreditFile) -> None:
    page.say("二 信息概要", 11)
    page.say("（一）信贷交易信息提示", 9)
    cards = [a for a in file.accounts if a.account_kind is AccountKind.CREDIT_CARD]
    loans = [a for a in file.accounts if a.account_kind is not AccountKind.CREDIT_CARD]

    def first(accounts: list[CreditAccount]) -> str:
        days = [a.opened for a in accounts if a.opened is not None]
        return f"{min(days):%Y.%m}" if days else "--"

    def shown(count: int) -> str:
        return str(count) if count else "--"

    rows = [
        ["贷款", "个人住房贷款", "--", "--"],
        ["", "其他类贷款", shown(len(loans)), first(loans)],
        ["信用卡", "贷记卡", shown(len(cards)), first(cards)],
        ["", "准贷记卡", "--", "--"],
        ["合计", "--", shown(len(file.accounts)), "--"],
    ]
    page.table(["业务类型", "业务种类", "账户数", "首笔业务发放月份"], rows, [20, 30, 20, 30])


def _accounts(page: _Page, file: CreditFile) -> None:
    page.say("三 信贷交易信息明细", 11)
    part = 0
    for kind, title in (
        (AccountKind.LOAN, "非循环贷账户"),
        (AccountKind.CREDIT_CARD, "贷记卡账户"),
    ):
        chosen = [a for a in file.accounts if a.account_kind is kind]
        if not chosen:
            continue
        page.say(f"（{_NUMERALS[part]}）{title}", 9)
        part += 1
        for number, account in enumerate(chosen, 1):
            page.room(120)
            page.say(f"账户{number}")
            (_card if kind is AccountKind.CREDIT_CARD else _loan)(page, account)
            _months(page, account)


def _loan(page: _Page, a: CreditAccount) -> None:
    labels = ["管理机构", "账户标识", "开立日期", "到期日期", "借款金额", "账户币种"]
    row = [a.institution, a.mark or "--", _day(a.opened), _day(a.due), _yuan(a.amount), "人民币元"]
    page.table(labels, [row], [26, 24, 14, 14, 12, 10])
    labels = ["业务种类", "担保方式", "还款期数", "还款频率", "还款方式", "共同借款标志"]
    row = [a.business or "--", a.guarantee or "--", str(a.terms or "--"), a.frequency or "--",
           a.method or "--", "无"]  # fmt: skip
    page.table(labels, [row])
    page.say(f"截至{_chinese(a.as_of)}")
    if a.state is AccountState.SETTLED:
        page.table(["账户状态", "账户关闭日期"], [["结清", _day(a.closed)]])
        return
    late = a.state is AccountState.OVERDUE
    labels = ["账户状态", "五级分类", "余额", "剩余还款期数", "本月应还款", "应还款日", "本月实还款",
              "最近一次还款日期"]  # fmt: skip
    due = a.as_of.replace(day=18) if a.as_of else None
    row = ["逾期" if late else "正常", a.five_class or "正常", _yuan(a.balance), "6", "860",
           _day(due), "0" if late else "860", "--" if late else _day(due)]  # fmt: skip
    page.table(labels, [row])
    labels = ["当前逾期期数", "当前逾期总额", "逾期31—60天未还本金", "逾期61—90天未还本金",
              "逾期91—180天未还本金", "逾期180天以上未还本金"]  # fmt: skip
    row = [str(a.overdue.current_periods or 0), _yuan(a.balance) if late else "0", "0", "0", "0",
           "0"]  # fmt: skip
    page.table(labels, [row])


def _card(page: _Page, a: CreditAccount) -> None:
    labels = ["发卡机构", "账户标识", "开立日期", "账户授信额度", "共享授信额度", "币种", "业务种类",
              "担保方式"]  # fmt: skip
    row = [a.institution, a.mark or "--", _day(a.opened), _yuan(a.limit), "0", "人民币元",
           a.business or "--", a.guarantee or "--"]  # fmt: skip
    page.table(labels, [row], [20, 20, 13, 12, 10, 9, 8, 12])
    page.say(f"截至{_chinese(a.as_of)}")
    labels = ["账户状态", "余额", "已用额度", "未出单的大额专项分期余额", "剩余分期期数",
              "最近6个月平均使用额度", "最大使用额度"]  # fmt: skip
    page.table(labels, [["正常", _yuan(a.balance), _yuan(a.used), "0", "--", "2,100", "9,400"]])
    labels = [
        "账单日",
        "本月应还款",
        "本月实还款",
        "最近一次还款日期",
        "当前逾期期数",
        "当前逾期总额",
    ]
    day = a.as_of.replace(day=5) if a.as_of else None
    page.table(labels, [[_day(day), "300", "300", _day(day), "0", "0"]])


def _chinese(day: date | None) -> str:
    return f"{day.year}年{day.month:02}月{day.day:02}日" if day else ""


def _months(page: _Page, account: CreditAccount) -> None:
    if not account.repayments:
        return
    begin, end = account.repayments[0], account.repayments[-1]
    page.room(70)
    page.say(
        f"{begin.year}年{begin.month:02}月—{end.year}年{end.month:02}月的还款记录", centred=True
    )
    found = {(m.year, m.month): m for m in account.repayments}
    rows = []
    for year in sorted({m.year for m in account.repayments}, reverse=True):
        months = [found.get((year, month)) for month in range(1, 13)]
        rows.append([str(year), *(m.code if m else "" for m in months)])
        rows.append(["", *(_yuan(m.amount) if m else "" for m in months)])
    page.table(["", *(str(month) for month in range(1, 13))], rows)


def _rest(page: _Page, file: CreditFile) -> None:
    page.say("四 非信贷交易信息明细", 11)
    page.say("系统中没有您最近5年内的非信贷交易记录。")
    page.say("五 公共信息明细", 11)
    page.say("系统中没有您最近5年内的公共信息。")
    page.say("六 查询记录", 11)
    for title, own in (("（一）机构查询记录明细", False), ("（二）本人查询记录明细", True)):
        rows = [
            [str(e.number), _day(e.on), "本人" if own else e.by, e.by if own else e.reason]
            for e in file.enquiries
            if e.own is own
        ]
        if rows:
            page.say(title, 9)
            page.table(["编号", "查询日期", "查询机构", "查询原因"], rows, [10, 18, 42, 30])
    page.say("报告说明", 9)
    page.say("1.本报告中的信息依据截至报告时间的记录生成。")
