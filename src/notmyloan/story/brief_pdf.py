"""A simplified credit report on paper: the sentences and tables of the official layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from notmyloan.model.credit import AccountKind, AccountState, CreditAccount, CreditFile, Enquiry
from notmyloan.model.errors import MissingExtraError
from notmyloan.model.money import Money
from notmyloan.model.text import Text
from notmyloan.story.fonts import cjk_font

ROWS = ("账户数", "未结清/未销户账户数", "发生过逾期的账户数", "发生过90天以上逾期的账户数")
COLUMNS = ("信用卡", "购房贷款", "其他贷款", "其他业务")


def write_brief_pdf(file: CreditFile, path: Path) -> None:
    """Write `file` as a PDF with an embedded CJK font. Raises MissingExtraError without the
    PDF library."""
    try:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
    except ImportError:
        raise MissingExtraError("story", Text("core.purpose.story")) from None
    pdfmetrics.registerFont(TTFont("story", str(cjk_font()), subfontIndex=0))
    body = ParagraphStyle("body", fontName="story", fontSize=9.5, leading=15, wordWrap="CJK")
    title = ParagraphStyle("title", parent=body, fontSize=17, leading=26, alignment=1)
    part = ParagraphStyle("part", parent=body, fontSize=12, leading=20, spaceBefore=8)
    note = ParagraphStyle("note", parent=body, fontSize=9.5, leading=15, spaceBefore=4)
    grid = TableStyle([
        ("FONTNAME", (0, 0), (-1, -1), "story"), ("FONTSIZE", (0, 0), (-1, -1), 9),
        ("GRID", (0, 0), (-1, -1), 0.4, "#555555"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ])  # fmt: skip
    report = file.report
    story: list[Any] = [
        Paragraph("个人信用报告", title),
        Paragraph(f"报告编号：{report.number}　　报告时间：{report.at:%Y-%m-%d %H:%M:%S}", body),
        Paragraph(f"姓名：{report.name}　证件类型：{report.id_type}　证件号码：{report.id_number}　"
                  f"{report.marital or '--'}", body),
        Paragraph("信贷记录", part),
        Paragraph("这部分包含您的信用卡、贷款和其他信贷记录。金额类数据均以人民币计算，精确到元。", body),
        Paragraph("信息概要", part),
    ]  # fmt: skip
    table = [["", *COLUMNS]]
    for row in ROWS:
        counts = [report.summary.get(f"{row}/{column}", 0) for column in COLUMNS]
        table.append([row, *(str(n) if n else "--" for n in counts)])
    story += [Table(table, colWidths=[170, 70, 70, 70, 70], style=grid), Spacer(1, 6)]
    groups: dict[str, list[CreditAccount]] = {}
    for account in file.accounts:
        groups.setdefault(account.group, []).append(account)
    headed = set()
    for group, accounts in groups.items():
        head = "信用卡" if accounts[0].account_kind is AccountKind.CREDIT_CARD else "其他贷款"
        if head not in headed:
            headed.add(head)
            story.append(Paragraph(head, part))
        story.append(Paragraph(group, note))
        for n, account in enumerate(accounts, 1):
            story.append(Paragraph(f"{n}.{sentence(account)}", body))
    story += [
        Paragraph("非信贷交易记录", part),
        Paragraph("系统中没有您最近5年内的非信贷交易记录。", body),
        Paragraph("公共记录", part),
        Paragraph("系统中没有您最近5年内的公共记录。", body),
        Paragraph("查询记录", part),
        Paragraph("这部分包含您的信用报告最近2年内被查询的记录。", body),
    ]
    for words, own in (("机构查询记录明细", False), ("个人查询记录明细", True)):
        chosen = [e for e in file.enquiries if e.own is own]
        if chosen:
            story.append(Paragraph(words, note))
            story.append(_enquiries(chosen, Table, grid, Paragraph, body))
    story += [Paragraph("说明", part),
              Paragraph("1.本报告中的信息依据截至报告时间的记录生成。", body)]  # fmt: skip

    def furniture(canvas: Any, document: Any) -> None:
        canvas.setFont("story", 8)
        canvas.drawCentredString(A4[0] / 2, 24, f"第 {document.page} 页")

    # A fixed date and identifier: the same life gives the same bytes.
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1, title="个人信用报告").build(
        story, onFirstPage=furniture, onLaterPages=furniture
    )


def _enquiries(rows: list[Enquiry], table: Any, grid: Any, paragraph: Any, body: Any) -> Any:
    cells = [["编号", "查询日期", "查询机构", "查询原因"]]
    for e in rows:
        day = f"{e.on.year}年{e.on.month}月{e.on.day}日"
        cells.append([str(e.number), day, paragraph(e.by, body), e.reason])
    return table(cells, colWidths=[40, 95, 230, 85], style=grid, repeatRows=1)


def _yuan(money: Money | None) -> str:
    return f"{money.amount:,.0f}" if money is not None else "0"


def sentence(account: CreditAccount) -> str:
    """An account as a simplified report words it."""
    opened, as_of = account.opened, account.as_of
    day = f"{opened.year}年{opened.month}月{opened.day}日" if opened else ""
    month = f"{as_of.year}年{as_of.month}月" if as_of else ""
    if account.account_kind is AccountKind.CREDIT_CARD:
        return (
            f"{day}{account.institution}发放的贷记卡（人民币账户，卡片尾号：{account.card_tail}）。"
            f"截至{month}，信用额度{_yuan(account.limit)}，已使用额度{_yuan(account.used)}。"
        )
    due = account.due
    until = f"{due.year}年{due.month}月{due.day}日" if due else ""
    head = (
        f"{day}{account.institution}发放的{_yuan(account.amount)}元（人民币）"
        f"{account.business}，{until}到期。"
    )
    if account.state is AccountState.SETTLED and account.closed is not None:
        return (
            head.removesuffix("。") + f"，{account.closed.year}年{account.closed.month}月已结清。"
        )
    tail = f"截至{month}，余额{_yuan(account.balance)}。"
    if account.overdue.months:
        tail = (
            f"截至{month}，余额{_yuan(account.balance)}，当前有逾期。最近5年内有{account.overdue.months}个月"
            "处于逾期状态，没有发生过90天以上逾期。"
        )
    return head + tail
