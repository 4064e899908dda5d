"""A third hand: credit reports set as the official form sets them, one ruled table an account.

Independent of the reader and of the other two generators. `Quirk`s are the small differences that
cn.md section 5 leaves open; each report draws some of them.
"""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import copy
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from credit_paper import Paper

pytest.importorskip("reportlab")

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
_WQY = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
if _WQY.is_file():
    pdfmetrics.registerFont(TTFont("Wqy", str(_WQY)))

QUIRKS: dict[str, tuple[Any, ...]] = {
    "font": ("Wqy", "STSong-Light"),
    "size": (8.0, 7.0, 9.0, 10.0),
    "one_table": (True, False),
    "rules": ("grid", "outer", "none", "lines"),
    "valign": ("MIDDLE", "TOP", "BOTTOM"),
    "align": ("CENTER", "LEFT"),
    "date": ("dot", "cn", "dash", "cn0"),
    "dash": ("—", "-", "～", "–", "--"),
    "blank": ("--", "", "—"),
    "id": ("full", "masked", "x"),
    "footer": ("第 {n} 页，共 {m} 页", "第{n}页/共{m}页", "{n}/{m}", "第{n}页 共{m}页", "- {n} -", "Page {n} of {m}", ""),
    "running": ("", "报告编号：{number}", "个人信用报告", "报告编号：{number}    报告时间：{at}", "姓名：{name}  证件号码：{id}", "中国人民银行征信中心", "{number}"),
    "numbering": ("一 {}", "一、{}", "{}", "第一部分 {}"),
    "sub": ("（一）{}", "(一) {}", "{}", "（一） {}明细"),
    "title": ("账户{n}", "账户 {n}", "账户{n}：", "账户（{n}）", "账户{n}（账户标识：{mark}）"),
    "month_word": ("{}", "{}月", "{:02}"),
    "grid_amount": ("all", "late", "never"),
    "grid_blank": ("", "--"),
    "order": ("new", "old"),
    "currency": ("人民币元", "人民币", "CNY"),
    "amounts": ("{:,}", "{}", "¥{:,}", "{:,}元"),
    "repeat": (1, 0),
    "split": (0, 1),
    "watermark": (False, True),
    "landscape": (False, True),
    "head": ("table", "lines", "cells", "pairs"),
    "own_title": ("本人查询记录明细", "个人查询记录明细"),
    "empty": ("omit", "say"),
    "intro": (True, False),
    "per_enquiry_by": ("本人", "named"),
    # simplified only
    "item": ("{n}.", "{n}. ", "{n}、", "（{n}）", "{n}．"),
    "loan_section": ("贷款", "split"),
    "yuan": ("", "元"),
    "card_month": ("{y}年{m}月", "{y}年{m:02}月"),
    "day": ("{y}年{m}月{d}日", "{y}年{m:02}月{d:02}日"),
    "summary": ("official", "flat", "loans"),
    "public": ("pairs", "list", "colon"),
    "marital": ("bare", "label", "none", "dashes"),
    "comma": ("，", ","),
    "indent": (0, 12, -12),
    "quote": (False, True),
}

NAMES = ["张三", "欧阳娜娜", "阿卜杜拉·买买提", "李四光", "Smith John"]
INSTITUTIONS = [
    "中国建设银行股份有限公司北京市分行", "中国农业银行股份有限公司", "商业银行“甲”", "交通银行股份有限公司太平洋信用卡中心",
    "招联消费金融股份有限公司", "重庆蚂蚁消费金融有限公司", "中国邮政储蓄银行股份有限公司呼和浩特市新华东街支行",
    "海南省农村信用社联合社海口市龙华农村信用合作联社", "中合中小企业融资担保股份有限公司", "中原消费金融股份有限公司",
    "长安国际信托股份有限公司", "度小满（重庆）小额贷款有限公司", "浙江网商银行股份有限公司", "云南国际信托有限公司",
    "HSBC汇丰银行（中国）有限公司", "中国对外经济贸易信托有限公司（360借条联合贷业务集中管理专用户）", "上海银行",
]
REASONS = ["贷款审批", "信用卡审批", "贷后管理", "担保资格审查", "保前审查", "保后管理", "融资审批", "额度审批", "特约商户实名审查",
           "法人代表、负责人、高管等资信审查", "客户准入资格审查", "资信审查", "异议处理", "司法调查", "公积金提取复核查询", "股指期货开户"]
KINDS = {"C1": "被追偿信息", "D1": "非循环贷账户", "R4": "循环额度下分账户", "R1": "循环贷账户", "R2": "贷记卡账户", "R3": "准贷记卡账户"}
BUSINESS = ["个人消费贷款", "其他个人消费贷款", "个人经营性贷款", "个人住房商业贷款", "个人商用房（含商住两用）贷款", "个人汽车消费贷款",
            "个人助学贷款", "农户贷款", "其他贷款", "融资租赁业务", "个人住房公积金贷款"]
NUMERALS = "一二三四五六七八九十"


@dataclass
class Form:
    """Draws one report. `fixed` pins quirks by name; others are drawn, or stay first with `calm`."""

    seed: int
    fixed: dict[str, Any] = field(default_factory=dict)
    calm: bool = False
    heads_extra: str = ""

    def __post_init__(self) -> None:
        self.r = random.Random(self.seed)
        self.q = {k: (v[0] if self.calm else self.r.choice(v)) for k, v in QUIRKS.items()} | self.fixed
        self.today = date(2026, 6, 20) - timedelta(days=self.r.randrange(900))
        self.paper = Paper()
        self.flow: list[Any] = []
        size = self.q["size"]
        font = self.q["font"]
        self.body = ParagraphStyle("b", fontName=font, fontSize=size, leading=size * 1.3, wordWrap="CJK")
        self.cell = ParagraphStyle("c", parent=self.body, alignment=1 if self.q["align"] == "CENTER" else 0)
        self.h1 = ParagraphStyle("h1", parent=self.body, fontSize=size + 3, leading=size + 9)
        self.h2 = ParagraphStyle("h2", parent=self.body, fontSize=size + 1, leading=size + 6)
        self.mid = ParagraphStyle("t", parent=self.h1, fontSize=size + 7, leading=size + 12, alignment=1)
        self.width = (landscape(A4) if self.q["landscape"] else A4)[0] - 72
        self.part = 0
        self.sub = 0

    # -- words ------------------------------------------------------------------------------
    def day(self, d: date) -> str:
        return {"dot": f"{d:%Y.%m.%d}", "cn": f"{d.year}年{d.month:02}月{d.day:02}日", "dash": f"{d:%Y-%m-%d}",
                "cn0": f"{d.year}年{d.month}月{d.day}日"}[self.q["date"]]

    def month(self, d: date) -> str:
        return {"dot": f"{d:%Y.%m}", "cn": f"{d.year}年{d.month:02}月", "dash": f"{d:%Y-%m}", "cn0": f"{d.year}年{d.month}月"}[self.q["date"]]

    def yuan(self, n: int) -> str:
        return self.q["amounts"].format(n)

    def past(self, years: float) -> date:
        return self.today - timedelta(days=self.r.randrange(45, int(365 * years)))

    def bank(self) -> str:
        return self.r.choice(INSTITUTIONS)

    def ident(self) -> str:
        tail = f"{self.r.randrange(1000):03}"
        return {"full": "11010519880615" + tail + "4", "masked": "*" * 14 + tail + "4", "x": "11010519880615" + tail + "X"}[self.q["id"]]

    # -- drawing ----------------------------------------------------------------------------
    def say(self, text: str, style: ParagraphStyle | None = None) -> None:
        self.flow.append(Paragraph(escape(text), style or self.body))

    def heading(self, text: str) -> None:
        numeral = NUMERALS[self.part % 10]
        self.part += 1
        self.sub = 0
        self.say(self.q["numbering"].replace("一", numeral).format(text), self.h1)

    def subheading(self, text: str) -> None:
        numeral = NUMERALS[self.sub % 10]
        self.sub += 1
        shape = self.q["sub"]
        if "明细" in shape and (text.endswith("明细") or text.endswith("信息")):
            shape = shape.replace("明细", "")
        self.say(shape.replace("一", numeral).format(text), self.h2)

    def style(self, rules: str | None = None) -> list[Any]:
        rules = rules or self.q["rules"]
        out: list[Any] = [("VALIGN", (0, 0), (-1, -1), self.q["valign"]), ("LEFTPADDING", (0, 0), (-1, -1), 2),
                          ("RIGHTPADDING", (0, 0), (-1, -1), 2), ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
        if rules == "grid":
            out.append(("GRID", (0, 0), (-1, -1), 0.5, "#000000"))
        elif rules == "outer":
            out += [("GRID", (0, 0), (-1, -1), 0.25, "#888888"), ("BOX", (0, 0), (-1, -1), 1.2, "#000000")]
        elif rules == "lines":
            out += [("LINEABOVE", (0, 0), (-1, -1), 0.4, "#000000"), ("LINEBELOW", (0, -1), (-1, -1), 0.4, "#000000")]
        return out

    def para(self, text: str) -> Paragraph:
        return Paragraph(escape(text), self.cell)

    def table(self, labels: Sequence[str], rows: Sequence[Sequence[str]], weights: Sequence[float] = (), again: bool = False) -> None:
        weights = weights or [1.0] * len(labels)
        widths = [self.width * w / sum(weights) for w in weights]
        cells = [[self.para(c) for c in row] for row in [labels, *rows]]
        self.flow.append(Table(cells, widths, repeatRows=self.q["repeat"] if again else 0, splitInRow=self.q["split"] if again else 0,
                               style=[*self.style(), ("BACKGROUND", (0, 0), (-1, 0), "#f0f0f0")]))

    def box(self, lines: list[tuple[Any, ...]]) -> None:
        """An account's lines, as one table with spans or as tables one after another."""
        if not self.q["one_table"]:
            for kind, *args in lines:
                if kind == "line":
                    self.say(args[0])
                elif kind == "cells":
                    self.table(args[0], args[1])
                else:
                    self.grid_alone(args[0])
            return
        n = 120  # least columns that 2..8, 10, 12 divide
        wide = self.width / n
        rows: list[list[Any]] = []
        style = list(self.style("none"))
        ruled = self.q["rules"] in ("grid", "outer")

        def add(cells: Sequence[str], spans: Sequence[int]) -> None:
            row: list[Any] = [""] * n
            at = 0
            for text, span in zip(cells, spans, strict=True):
                row[at] = self.para(text)
                style.append(("SPAN", (at, len(rows)), (at + span - 1, len(rows))))
                if ruled:
                    style.append(("BOX", (at, len(rows)), (at + span - 1, len(rows)), 0.5, "#000000"))
                at += span
            if self.q["rules"] == "lines":
                style.append(("LINEABOVE", (0, len(rows)), (-1, len(rows)), 0.4, "#000000"))
            rows.append(row)

        def even(k: int) -> list[int]:
            return [n // k + (1 if i < n % k else 0) for i in range(k)]

        for kind, *args in lines:
            if kind == "line":
                add([args[0]], [n])
            elif kind == "cells":
                for row in [args[0], *args[1]]:
                    add(row, even(len(row)))
            else:
                for row in self.grid_rows(args[0]):
                    add(row, [12, *[9] * 12])
        # Rows that stand together are set as one table; a Table of 120 columns splits by row.
        self.flow.append(Table(rows, [wide] * n, style=style, splitByRow=1))

    def grid_rows(self, months: dict[tuple[int, int], tuple[str, int]]) -> list[list[str]]:
        years = sorted({y for y, _ in months}, reverse=self.q["order"] == "new")
        out = [["", *[self.q["month_word"].format(m) for m in range(1, 13)]]]
        for y in years:
            out.append([str(y), *[months[(y, m)][0] if (y, m) in months else self.q["grid_blank"] for m in range(1, 13)]])
            amounts = []
            for m in range(1, 13):
                code, amount = months.get((y, m), ("", 0))
                shown = self.q["grid_amount"] == "all" or (self.q["grid_amount"] == "late" and amount)
                amounts.append(f"{amount:,}" if code and shown else (self.q["grid_blank"] if self.q["grid_amount"] == "all" else ""))
            if any(a.strip("-") for a in amounts):
                out.append(["", *amounts])
        return out

    def grid_alone(self, months: dict[tuple[int, int], tuple[str, int]]) -> None:
        rows = [[self.para(c) for c in row] for row in self.grid_rows(months)]
        self.flow.append(Table(rows, [self.width * 0.1] + [self.width * 0.075] * 12, style=self.style(), repeatRows=self.q["repeat"]))

    def gap(self) -> None:
        self.flow.append(Spacer(1, self.r.choice([2, 5, 9, 30])))

    def pdf(self) -> bytes:
        pages = 0
        stream = io.BytesIO()
        page = landscape(A4) if self.q["landscape"] else A4
        h = self.paper.head
        for final in (False, True):
            stream = io.BytesIO()
            doc = SimpleDocTemplate(stream, pagesize=page, leftMargin=36, rightMargin=36, topMargin=54, bottomMargin=50)

            def furniture(canvas: Any, _: Any) -> None:
                nonlocal pages
                canvas.saveState()
                if self.q["watermark"]:
                    canvas.saveState()
                    canvas.setFont(self.q["font"], 60)
                    canvas.setFillGray(0.9)
                    canvas.translate(page[0] / 2, page[1] / 2)
                    canvas.rotate(45)
                    canvas.drawCentredString(0, 0, "征信中心")
                    canvas.restoreState()
                canvas.setFont(self.q["font"], 7)
                n = canvas.getPageNumber()
                run = self.q["running"].format(number=h["number"], at=h["at"], name=h["name"], id=h["id_number"])
                if n > 1 or "姓名" not in run:
                    canvas.drawString(36, page[1] - 36, run)
                canvas.drawCentredString(page[0] / 2, 24, self.q["footer"].format(n=n, m=pages))
                if not final:  # noqa: B023
                    pages = n
                canvas.restoreState()

            doc.build(copy.deepcopy(self.flow), onFirstPage=furniture, onLaterPages=furniture)
        return stream.getvalue()

    # -- the head ---------------------------------------------------------------------------
    def head(self, detailed: bool) -> None:
        r, p = self.r, self.paper
        name, ident = r.choice(NAMES), self.ident()
        at = f"{self.today:%Y-%m-%d} 1{r.randrange(10)}:0{r.randrange(10)}:59"
        if detailed and self.q["date"] == "dot":
            at = at.replace("-", ".")
        p.head = {"number": f"{self.today:%Y%m%d}{r.randrange(10**14):014}", "name": name, "id_type": "身份证", "id_number": ident, "at": at}
        self.say("个人信用报告", self.mid)
        if detailed:
            by, why = r.choice([("中国人民银行征信中心", "本人查询"), ("中国人民银行上海总部", "本人查询（临柜）")])
            p.head |= {"queried_by": by, "query_reason": why}
            if r.random() < 0.5:
                self.say("（本人版）", ParagraphStyle("x", parent=self.body, alignment=1))
            self.say(f"报告编号：{p.head['number']}&#160;&#160;&#160;&#160;&#160;报告时间：{at}".replace("&#160;", "\u00a0"))
            labels = ["被查询者姓名", "被查询者证件类型", "被查询者证件号码", "查询机构", "查询原因"]
            values = [name, "身份证", ident, by, why]
            if self.q["head"] == "lines":
                for k, v in zip(labels, values, strict=True):
                    self.say(f"{k}：{v}")
            elif self.q["head"] == "pairs":
                self.pairs(list(zip(labels, values, strict=True)), 2)
            else:
                self.table(labels, [values], [1, 1, 2, 2, 1.5])
            return
        marital = r.choice(["已婚", "未婚", "单身", "离婚", "丧偶"])
        shape = self.q["marital"]
        p.head["marital"] = marital if shape in ("bare", "label") else None
        pairs = [("姓名", name), ("证件类型", "身份证"), ("证件号码", ident)]
        tail = {"bare": marital, "label": f"婚姻状况：{marital}", "none": "", "dashes": "--"}[shape]
        gap = "\u3000\u3000"
        if self.q["head"] == "lines":
            self.say(f"报告编号：{p.head['number']}")
            self.say(f"报告时间：{at}")
            for k, v in pairs:
                self.say(f"{k}：{v}")
            if tail:
                self.say(tail)
        elif self.q["head"] == "cells":
            self.flow.append(Table([[self.para(f"报告编号：{p.head['number']}"), "", self.para(f"报告时间：{at}"), ""],
                                    [self.para(f"{k}：{v}") for k, v in pairs] + [self.para(tail)]],
                                   [self.width / 4] * 4, style=[("SPAN", (0, 0), (1, 0)), ("SPAN", (2, 0), (3, 0))]))
        elif self.q["head"] == "pairs":
            rows = [("报告编号", p.head["number"]), ("报告时间", at), *pairs] + ([("婚姻状况", marital)] if tail == f"婚姻状况：{marital}" else [])
            if shape == "bare":
                p.head["marital"] = marital
                rows.append(("婚姻状况", marital))
            self.pairs(rows, 2)
        else:
            self.say(f"报告编号：{p.head['number']}{gap}报告时间：{at}")
            self.say(gap.join(f"{k}：{v}" for k, v in pairs) + (gap + tail if tail else ""))

    def pairs(self, pairs: list[tuple[str, str]], n: int) -> None:
        rows = []
        for k in range(0, len(pairs), n):
            some = pairs[k : k + n]
            row = [self.para(t) for pair in some for t in pair]
            rows.append(row + [""] * (2 * n - len(row)))
        self.flow.append(Table(rows, [self.width * w / n for w in [0.38, 0.62] * n], style=self.style("grid")))

    # -- enquiries --------------------------------------------------------------------------
    def enquiries(self) -> None:
        self.heading("查询记录")
        if self.q["intro"]:
            self.say("这部分包含您的信用报告最近2年内被查询的记录。")
        for title, own in (("机构查询记录明细", False), (self.q["own_title"], True)):
            days = sorted((self.past(1.95) for _ in range(self.r.randrange(0, 45))), reverse=True)
            if not days:
                if self.q["empty"] == "say":
                    self.subheading(title)
                    self.say("系统中没有您最近2年内的查询记录。")
                continue
            self.subheading(title)
            rows = []
            for n, d in enumerate(days, 1):
                by = "本人" if own and self.q["per_enquiry_by"] == "本人" else "中国人民银行征信中心" if own else self.bank()
                why = self.r.choice(["本人查询（互联网个人信用信息服务平台）", "本人查询（商业银行网上银行）", "本人查询（临柜）", "本人查询（自助查询机）"]) if own else self.r.choice(REASONS)
                rows.append([str(n), self.day(d), by, why])
                self.paper.enquiries.append({"number": n, "on": d, "by": by, "reason": why, "own": own})
            self.table(["编号", "查询日期", "查询机构", "查询原因"], rows, [8, 20, 40, 26], again=True)
