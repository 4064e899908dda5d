"""The detailed report (详版) of the third hand.

Unformatted: a printed table a line, beside what must be read from it.
"""

# ruff: noqa: E501, E731
# fmt: off

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from credit_form import BUSINESS, KINDS, Form
from reportlab.platypus import Table


class Detailed(Form):
    """详版."""

    def draw(self) -> bytes:
        r = self.r
        self.head(True)
        if r.random() < 0.4:
            self.say("其他证件信息", self.h2)
            self.table(["证件类型", "证件号码"], [["护照", "E12345678"]])
        if r.random() < 0.4:
            self.say("异议信息提示", self.h2)
            self.say("信息主体对信用报告内容提出了1笔异议且正在处理中，请浏览时注意阅读相关内容。")
        if r.random() < 0.3:
            self.say("防欺诈警示", self.h2)
            self.say("您于2024年3月1日添加了防欺诈警示，联系电话见下。")
        self.identity()
        self.heading("信息概要")
        mark = len(self.flow)
        self.heading("信贷交易信息明细")
        counts = {"C1": r.choice([0, 0, 1, 2]), "D1": r.randrange(0, 4), "R4": r.randrange(0, 3), "R1": r.randrange(0, 3),
                  "R2": r.randrange(0, 4), "R3": r.choice([0, 0, 1])}
        if not sum(counts.values()):
            counts["D1"] = 1
        for kind, n in counts.items():
            if not n:
                continue
            self.subheading(KINDS[kind])
            for number in range(1, n + 1):
                self.account(kind, number)
                self.gap()
        self.duties()
        self.agreements()
        self.non_credit()
        self.public()
        self.enquiries()
        if r.random() < 0.4:
            self.say("本人声明", self.h1)
            self.table(["编号", "声明内容", "添加日期"], [["1", "本人身份证于2025年遗失，报告中部分贷款非本人办理。", self.day(self.past(1))]], [1, 5, 2]) if r.random() < 0.5 else self.say("本人身份证于2025年遗失，报告中部分贷款非本人办理。")
        if r.random() < 0.3:
            self.say("异议标注", self.h1)
            self.say("信息主体对本报告提出异议，正在核查。")
        self.say("报告说明", self.h1)
        for k, text in enumerate(["本报告由中国人民银行征信中心出具，依据截至报告时间的个人征信系统记录的信息生成。",
                                  "本报告中的查询记录、账户1等仅供本人了解信用状况。", "如有异议，可联系征信中心，客服电话400-810-8866。"], 1):
            self.say(f"{k}.{text}")
        body = self.flow[mark:]
        del self.flow[mark:]
        self.summary(counts)
        self.flow += body
        return self.pdf()

    def identity(self) -> None:
        r = self.r
        self.heading("个人基本信息")
        self.subheading("身份信息")
        self.table(["性别", "出生日期", "婚姻状况", "学历", "学位", "就业状况", "国籍", "电子邮箱"],
                   [["女", self.day(date(1988, 6, 15)), "已婚", "大学本科", "学士", "受雇佣", "中国", "a.b_c@x-y.cn"]], [1, 2, 1.2, 1.5, 1, 1.3, 1, 2.4])
        self.paper.head["marital"] = "已婚"
        self.table(["通讯地址", "户籍地址"], [["上海市浦东新区世纪大道某某弄某某号某某室转交门卫室代收", "内蒙古自治区呼和浩特市新城区新华东街"]])
        if r.random() < 0.7:
            self.table(["编号", "手机号码", "信息更新日期"], [[str(k), f"1390000{k:04}", self.day(self.past(4))] for k in range(1, r.randrange(2, 6))], [1, 4, 4], again=True)
        else:
            self.table(["手机号码", "信息更新日期"], [["13900000001", self.day(self.past(4))]])
        if r.random() < 0.5:
            self.subheading("配偶信息")
            self.table(["姓名", "证件类型", "证件号码", "工作单位", "联系电话"], [["王五", "身份证", "11010519870101001X", "某某中学", "13800000000"]], [1, 1, 2, 2, 1.5])
        self.subheading("居住信息")
        self.table(["编号", "居住地址", "住宅电话", "居住状况", "信息更新日期"],
                   [[str(k), r.choice(["上海市浦东新区张江镇某某路某某弄某某号某某室", "北京市"]), r.choice(["021-50000000", self.q["blank"]]), r.choice(["自置", "按揭", "租房"]), self.day(self.past(4))]
                    for k in range(1, r.randrange(2, 6))], [1, 5, 2, 1.5, 2], again=True)
        self.subheading("职业信息")
        n = r.randrange(1, 4)
        self.table(["编号", "工作单位", "单位性质", "单位地址", "单位电话"],
                   [[str(k), "某某信息技术（上海）有限公司第二分公司", "其他", "上海市", self.q["blank"]] for k in range(1, n + 1)], [1, 4, 1.5, 3, 2])
        self.table(["编号", "职业", "行业", "职务", "职称", "进入本单位年份", "信息更新日期"],
                   [[str(k), "专业技术人员", "信息传输、软件和信息技术服务业", "一般员工", "无", "2015", self.day(self.past(4))] for k in range(1, n + 1)], [1, 2, 3, 2, 1, 2, 2])

    def account(self, kind: str, number: int) -> None:
        r, p = self.r, self.paper
        a: dict[str, Any] = {"account_kind": kind, "number": number, "institution": self.bank(), "currency": "CNY"}
        mark = f"{r.choice(['B', '9115'])}{r.randrange(10**17):017}{r.choice('HX')}{number}"
        opened = self.past(6)
        a["opened"] = opened
        title = self.q["title"].format(n=number, mark=mark)
        if kind == "R4" and "标识" not in title:
            title = f"账户{number}（授信协议标识：{r.randrange(10**9):09}）"
        lines: list[tuple[Any, ...]] = [("line", title)]
        d, y, blank = self.day, self.yuan, self.q["blank"]
        asof = f"截至{self.day(self.today)}" if r.random() < 0.8 else f"截至{self.today.year}年{self.today.month:02}月{self.today.day:02}日"
        if kind == "C1":
            amount, rest = r.randrange(1000, 90000), r.randrange(0, 9000)
            over = r.random() < 0.3
            business = r.choice(["资产处置业务", "垫款业务"])
            lines.append(("cells", ["管理机构", "业务种类", "债权接收日期", "债权金额", "债权转移时的还款状态"],
                          [[a["institution"], business, d(opened), y(amount), "--" if business == "垫款业务" else "逾期180天以上"]]))
            last = self.past(0.9)
            a |= {"business": business, "amount": amount, "as_of": self.today}
            lines.append(("line", asof))
            if over:
                closed = self.past(0.8)
                lines.append(("cells", ["账户状态", "账户关闭日期"], [["结束", d(closed)]]))
                a |= {"state": "ended", "closed": closed}
            else:
                lines.append(("cells", ["账户状态", "余额", "最近一次还款日期"], [["催收", y(rest), d(last)]]))
                a |= {"state": "collecting", "balance": rest, "last_paid": last}
            self.box(lines)
            p.accounts.append(a)
            return
        limit, balance = r.randrange(1, 900) * 1000, r.randrange(1, 90000)
        a["mark"] = mark
        loan = kind in ("D1", "R4", "R1")
        if loan:
            business, due = r.choice(BUSINESS), opened + timedelta(days=r.choice([360, 1080, 3600]))
            word = "账户授信额度" if kind == "R1" else "借款金额"
            how = r.choice(["信用/免担保", "保证", "抵押", "组合（含保证）", "质押"])
            terms, freq, joint = r.choice([12, 36, 240]), r.choice(["月", "季", "一次性", "不定期"]), r.choice(["无", "主借款人", "共同借款人"])
            method = r.choice(["按期结算还本付息", "分期等额本息", "到期一次结清", "按期计算还本付息（等额本金）"])
            lines.append(("cells", ["管理机构", "账户标识", "开立日期", "到期日期", word, "账户币种"],
                          [[a["institution"], mark, d(opened), d(due), y(limit), self.q["currency"]]]))
            lines.append(("cells", ["业务种类", "担保方式", "还款期数", "还款频率", "还款方式", "共同借款标志"],
                          [[business, how, str(terms), freq, method, joint]]))
            a |= {"business": business, "due": due, "limit" if kind == "R1" else "amount": limit, "guarantee": how, "terms": terms,
                  "frequency": freq, "method": method, "joint": joint}
        else:
            business = "贷记卡" if kind == "R2" else "准贷记卡"
            lines.append(("cells", ["发卡机构", "账户标识", "开立日期", "账户授信额度", "共享授信额度", "币种", "业务种类", "担保方式"],
                          [[a["institution"], mark, d(opened), y(limit), y(limit), self.q["currency"], business, "信用/免担保"]]))
            a |= {"limit": limit, "shared_limit": limit, "business": business, "guarantee": "信用/免担保"}
        states = {"D1": ["正常", "逾期", "结清", "呆账", "转出", "担保物不足", "强制平仓", "司法追偿"],
                  "R4": ["正常", "逾期", "结清", "呆账", "担保物不足", "司法追偿"], "R1": ["正常", "逾期", "结清", "呆账", "银行止付", "担保物不足", "司法追偿"],
                  "R2": ["正常", "冻结", "止付", "银行止付", "销户", "呆账", "未激活", "司法追偿"]}
        words = {"正常": "normal", "逾期": "overdue", "结清": "settled", "呆账": "bad_debt", "转出": "transferred", "担保物不足": "undersecured",
                 "强制平仓": "liquidated", "司法追偿": "legal_recovery", "银行止付": "stopped", "止付": "stopped", "冻结": "frozen",
                 "销户": "closed", "未激活": "inactive"}
        state = r.choice(["正常", *states["R2" if kind in ("R2", "R3") else kind]])
        a |= {"state": words[state], "as_of": self.today}
        lines.append(("line", asof))
        last = self.past(0.3)
        if state in ("结清", "销户"):
            closed = self.past(1)
            lines.append(("cells", ["账户状态", "账户关闭日期"], [[state, d(closed)]]))
            a |= {"closed": closed}
        elif state == "转出":
            closed = date(self.today.year - 1, 5, 1)
            lines.append(("cells", ["账户状态", "转出月份"], [[state, self.month(closed)]]))
            a |= {"closed": closed}
        elif state == "呆账":
            lines.append(("cells", ["账户状态", "余额", "最近一次还款日期"], [[state, y(balance), d(last)]]))
            a |= {"balance": balance, "last_paid": last}
        elif state == "未激活":
            pass
            lines.append(("cells", ["账户状态", "余额"], [[state, blank or "--"]]))
        elif loan:
            late = state == "逾期"
            five = r.choice(["正常", "关注", "次级", "可疑", "损失", "未分类"])
            due_day = self.today - timedelta(days=9)
            lines.append(("cells", ["账户状态", "五级分类", "余额", "剩余还款期数", "本月应还款", "应还款日", "本月实还款", "最近一次还款日期"],
                          [[state, five, y(balance), "7", y(1500), d(due_day), "0" if late else y(1500), d(last)]]))
            lines.append(("cells", ["当前逾期期数", "当前逾期总额", f"逾期31{self.q['dash']}60天未还本金", f"逾期61{self.q['dash']}90天未还本金",
                                    f"逾期91{self.q['dash']}180天未还本金", "逾期180天以上未还本金"],
                          [["3" if late else "0", y(4500) if late else "0", y(1400) if late else "0", "0", "0", "0"]]))
            a |= {"five_class": five, "balance": balance, "remaining_terms": 7, "due_this_month": 1500, "due_day": due_day,
                  "paid_this_month": 0 if late else 1500, "last_paid": last, "current_periods": 3 if late else 0,
                  "current_amount": 4500 if late else 0, "principal_31_60": 1400 if late else 0, "principal_over_180": 0}
        elif kind == "R2":
            lines.append(("cells", ["账户状态", "余额", "已用额度", "未出单的大额专项分期余额", "剩余分期期数", "最近6个月平均使用额度", "最大使用额度"],
                          [[state, y(balance), y(balance - 1), y(0), "0", y(2345), y(67890)]]))
            bill = self.today - timedelta(days=4)
            lines.append(("cells", ["账单日", "本月应还款", "本月实还款", "最近一次还款日期", "当前逾期期数", "当前逾期总额"],
                          [[d(bill), y(321), y(300), d(last), "0", "0"]]))
            a |= {"balance": balance, "used": balance - 1, "instalment_balance": 0, "average_used": 2345, "highest_used": 67890,
                  "due_day": bill, "due_this_month": 321, "paid_this_month": 300, "last_paid": last, "current_periods": 0, "current_amount": 0}
        else:
            lines.append(("cells", ["账户状态", "透支余额", "最近6个月平均透支余额", "最大透支余额", "账单日", "本月实还款", "最近一次还款日期", "透支180天以上未付余额"],
                          [[state, y(balance), y(2345), y(67890), d(self.today), "0", d(last), "0"]]))
            a |= {"balance": balance, "average_used": 2345, "highest_used": 67890, "last_paid": last, "principal_over_180": 0}
        if r.random() < 0.85:
            end = self.today.year * 12 + self.today.month - 1
            start = end - r.randrange(0, 59)
            months: dict[tuple[int, int], tuple[str, int]] = {}
            for at in range(start, end + 1):
                code = r.choices("N1234567*#/MDZBCGA", [90, 6, 3, 2, 1, 1, 1, 1, 4, 2, 2, 1, 1, 1, 1, 1, 1, 1])[0]
                late_now = code in "1234567DZB"
                months[(at // 12, at % 12 + 1)] = (code, r.randrange(1, 30000) if late_now else 0)
            one, two = date(start // 12, start % 12 + 1, 1), date(end // 12, end % 12 + 1, 1)
            lines.append(("line", f"{self.month(one)}{self.q['dash']}{self.month(two)}的还款记录"))
            lines.append(("grid", months))
            a["repayments"] = {k: (c, f"{n:,}") for k, (c, n) in months.items()} if self.q["grid_amount"] != "never" else {k: (c, "0") for k, (c, _) in months.items()}
        if r.random() < 0.25:
            lines.append(("cells", ["特殊交易类型", "发生日期", "到期日期变更月数" if r.random() < 0.5 else "变更月数", "发生金额", "明细记录"],
                          [["展期", d(self.past(2)), "12", y(5000), "办理展期，到期日期延后12个月"]]))
            a["special"] = 1
        if kind == "R2" and r.random() < 0.2:
            lines.append(("cells", ["大额专项分期额度", "分期额度生效日期", "分期额度到期日期", "已用分期金额"], [[y(100000), d(self.past(1)), d(self.today), y(20000)]]))
        if r.random() < 0.15:
            lines.append(("cells", ["机构说明", "添加日期"], [["该账户已纳入催收流程。", d(self.past(1))]]))
            a["noted"] = True
        if r.random() < 0.15:
            lines.append(("cells", ["本人声明", "添加日期"], [["本人未办理该笔贷款，请核实。", d(self.past(1))]]))
            a["noted"] = True
        if r.random() < 0.15:
            lines.append(("cells", ["异议标注", "添加日期"], [["信息主体对该账户信息提出异议，目前正在核查处理中，请稍后再查询。", d(self.past(1))]]))
            a["noted"] = True
        self.box(lines)
        p.accounts.append(a)

    def duties(self) -> None:
        r, d, y = self.r, self.day, self.yuan
        person, firm = r.choice([0, 0, 1, 2]), r.choice([0, 0, 1])
        if not person + firm:
            return
        self.subheading("相关还款责任信息")
        for word, n in (("个人", person), ("企业", firm)):
            if not n:
                continue
            self.say(f"为{word}", self.h2)
            for number in range(1, n + 1):
                opened, due, bank = self.past(4), self.today + timedelta(days=400), self.bank()
                amount, balance = r.randrange(1, 900) * 1000, r.randrange(0, 9999)
                debtor = r.choice(["李某", "某某商贸有限公司"])
                g = {"number": number, "for_whom": word, "institution": bank, "business": "个人经营性贷款", "opened": opened, "due": due,
                     "role": "保证人", "amount": amount, "contract": f"BZ-{r.randrange(10**8):08}", "as_of": self.today, "five_class": "关注",
                     "balance": balance, "debtor": debtor}
                lines: list[tuple[Any, ...]] = [("line", f"账户{number}")]
                lines.append(("cells", ["主借款人", "主借款人证件类型", "主借款人证件号码", "管理机构"], [[debtor, "身份证", "*" * 14 + "1234", bank]]))
                lines.append(("cells", ["业务种类", "开立日期", "到期日期", "相关还款责任人类型", "还款责任金额", "币种", "保证合同编号"],
                              [["个人经营性贷款", d(opened), d(due), "保证人", y(amount), self.q["currency"], g["contract"]]]))
                lines.append(("line", f"截至{d(self.today)}"))
                if r.random() < 0.5:
                    lines.append(("cells", ["五级分类", "余额", "逾期月数"], [["关注", y(balance), "2"]]))
                    g["overdue_months"] = 2
                else:
                    lines.append(("cells", ["五级分类", "余额", "还款状态"], [["关注", y(balance), "N"]]))
                self.box(lines)
                self.paper.guarantees.append(g)
                self.gap()

    def agreements(self) -> None:
        r, d, y = self.r, self.day, self.yuan
        n = r.choice([0, 1, 2])
        if not n:
            return
        self.subheading("授信协议信息")
        for number in range(1, n + 1):
            bank, start, end, limit, used = self.bank(), self.past(4), self.today + timedelta(days=300), r.randrange(1, 300) * 1000, r.randrange(0, 999)
            self.box([("line", f"授信协议{number}"),
                      ("cells", ["管理机构", "授信协议标识", "生效日期", "到期日期", "授信额度用途"], [[bank, f"XY{number:08}", d(start), d(end), "循环贷款额度"]]),
                      ("cells", ["授信额度", "授信限额", "授信限额编号", "已用额度", "币种"], [[y(limit), "--", "--", y(used), self.q["currency"]]])])
            self.paper.lines.append({"number": number, "institution": bank, "mark": f"XY{number:08}", "effective": start, "expires": end, "use": "循环贷款额度", "limit": limit, "used": used, "currency": "CNY"})
            self.gap()

    def non_credit(self) -> None:
        r, d, y = self.r, self.day, self.yuan
        if r.random() < 0.5:
            if self.q["empty"] == "say":
                self.heading("非信贷交易信息明细")
                self.say("系统中没有您的非信贷交易信息。")
            return
        self.heading("非信贷交易信息明细")
        self.subheading("后付费记录")
        rows = []
        for k in range(1, r.randrange(2, 4)):
            opened, m = self.past(5), date(self.today.year, 1, 1)
            rows.append([str(k), "中国电信集团有限公司某某分公司", "固定电话后付费", d(opened), "欠费", y(88), self.month(m)])
            self.paper.non_credit.append({"number": k, "institution": "中国电信集团有限公司某某分公司", "business": "固定电话后付费", "opened": opened, "state": "欠费", "arrears": 88, "as_of": m})
        self.table(["编号", "机构名称", "业务类型", "业务开通日期", "当前缴费状态", "当前欠费金额", "记账年月"], rows, [1, 3, 2, 2, 1.5, 1.5, 1.5], again=True)

    def public(self) -> None:
        r, d, y = self.r, self.day, self.yuan
        chosen = [k for k in ("tax", "judgment", "enforcement", "penalty", "housing_fund", "low", "licence", "award") if r.random() < 0.3]
        if not chosen:
            return
        self.heading("公共信息明细")
        put = self.paper.public.append

        def one(kind: str, title: str, tables: list[tuple[list[str], list[str]]], n: int = 1) -> None:
            self.subheading(title)
            for labels, values in tables:
                self.table(["编号", *labels], [[str(k), *values] for k in range(1, n + 1)], [1, *[2.0] * len(labels)])
            for _ in range(n):
                put({"public_kind": kind, "fields": {k: v for labels, values in tables for k, v in zip(labels, values, strict=True)}})

        if "tax" in chosen:
            one("tax", "欠税记录", [(["主管税务机关", "欠税总额", "欠税统计日期"], ["国家税务总局某某市税务局", y(3000), d(self.past(3))])], 2)
        if "judgment" in chosen:
            one("judgment", "民事判决记录", [(["立案法院", "案由", "立案日期", "结案方式"], ["某某市某某区人民法院", "借款合同纠纷", d(self.past(3)), "判决"]),
                                       (["判决/调解结果", "判决/调解生效日期", "诉讼标的", "诉讼标的金额"], ["被告于判决生效之日起十日内偿还借款本金及利息", d(self.past(2)), "借款本金", y(12000)])], r.randrange(1, 3))
        if "enforcement" in chosen:
            one("enforcement", "强制执行记录", [(["执行法院", "执行案由", "立案日期", "结案方式"], ["某某市中级人民法院", "金融借款合同纠纷", d(self.past(3)), "执行完毕"]),
                                          (["案件状态", "结案日期", "申请执行标的", "申请执行标的金额", "已执行标的", "已执行标的金额"], ["已结案", d(self.past(1)), "货币", y(9000), "货币", y(9000)])], r.randrange(1, 3))
        if "penalty" in chosen:
            one("penalty", "行政处罚记录", [(["处罚机构", "处罚内容", "处罚金额", "生效日期", "截止日期", "行政复议结果"], ["某某市市场监督管理局", "罚款", y(500), d(self.past(2)), d(self.past(1)), "无"])])
        if "housing_fund" in chosen:
            self.subheading("住房公积金参缴记录")
            values = ["上海市", d(self.past(5)), self.month(self.past(5)), self.month(self.past(1)), "缴交", y(3456), "7%", "7%"]
            labels = ["参缴地", "参缴日期", "初缴月份", "缴至月份", "缴费状态", "月缴存额", "个人缴存比例", "单位缴存比例"]
            self.table(labels, [values])
            more = ["某某信息技术（上海）有限公司", d(self.past(1))]
            self.table(["缴费单位", "信息更新日期"], [more])
            put({"public_kind": "housing_fund", "fields": dict(zip([*labels[:4], *labels[5:], "缴费单位", "信息更新日期"], [*values[:4], *values[5:], *more], strict=True))})
        if "low" in chosen:
            one("low_income", "低保救助记录", [(["人员类别", "所在地", "工作单位", "家庭月收入", "申请日期", "批准日期", "信息更新日期"], ["在职人员", "某某市", "无", y(800), d(self.past(3)), d(self.past(2)), d(self.past(1))])])
        if "licence" in chosen:
            one("licence", "执业资格记录", [(["执业资格名称", "等级", "获得年月", "到期年月", "吊销年月", "颁发机构", "机构所在地"], ["注册会计师", "无", self.month(self.past(4)), "--", "--", "财政部", "北京市"])])
        if "award" in chosen:
            one("award", "行政奖励记录", [(["奖励机构", "奖励内容", "生效年月", "截止年月"], ["某某市人民政府", "先进个人", self.month(self.past(4)), self.month(self.past(1))])])

    def summary(self, counts: dict[str, int]) -> None:
        p = self.paper
        blank = self.q["blank"] or "--"
        show = lambda n: str(n) if n else blank
        loans = [a for a in p.accounts if a["account_kind"] in ("D1", "R4", "R1")]
        home = sum("住房" in a["business"] for a in loans)
        shop = sum("商用房" in a["business"] for a in loans)
        self.sub = 0
        self.subheading("信贷交易信息提示")
        total = len(p.accounts) - counts["C1"]
        rows = [["贷款", "个人住房贷款", show(home), "2019.05"], ["", "个人商用房贷款（包括商住两用）", show(shop), "--"], ["", "其他类贷款", show(len(loans) - home - shop), "2018.01"],
                ["信用卡", "贷记卡", show(counts["R2"]), "2012.01"], ["", "准贷记卡", show(counts["R3"]), "--"], ["其他", "", "--", "--"], ["合计", "", show(total), "--"]]
        cells = [[self.para(c) for c in row] for row in [["业务类型", "", "账户数", "首笔业务发放月份"], *rows]]
        self.flow.append(Table(cells, [self.width * w for w in (0.2, 0.4, 0.2, 0.2)], style=[*self.style(), ("SPAN", (0, 0), (1, 0)), ("SPAN", (0, 1), (0, 3)), ("SPAN", (0, 4), (0, 5)), ("SPAN", (0, 7), (1, 7))]))
        self.subheading("信贷交易违约信息概要")
        if counts["C1"]:
            self.say("被追偿信息汇总", self.cell)
            a = sum(x["business"] == "资产处置业务" for x in p.accounts if x["account_kind"] == "C1")
            self.table(["业务种类", "账户数", "余额"], [["资产处置业务", show(a), "1,000"], ["垫款业务", show(counts["C1"] - a), "--"], ["合计", show(counts["C1"]), "1,000"]])
        bad = sum(x["state"] == "bad_debt" for x in p.accounts)
        if bad:
            self.say("呆账信息汇总", self.cell)
            self.table(["账户数", "余额"], [[str(bad), "12,345"]])
        self.say("逾期（透支）信息汇总", self.cell)
        late = lambda k: sum(x["account_kind"] == k and (bool(x.get("current_amount")) or any(c in "1234567" for c, _ in x.get("repayments", {}).values())) for x in p.accounts)
        self.table(["账户类型", "账户数", "月份数", "单月最高逾期/透支总额", "最长逾期/透支月数"],
                   [[KINDS[k], show(late(k)), "3", "1,234", "2"] for k in ("D1", "R4", "R1", "R2", "R3") if counts[k]] or [["贷记卡账户", "--", "--", "--", "--"]])
        self.subheading("信贷交易授信及负债信息概要")
        open_states = ("settled", "closed", "transferred", "ended")
        for k in ("D1", "R4", "R1"):
            n = sum(x["account_kind"] == k and x["state"] not in open_states for x in p.accounts)
            if n:
                self.say(f"{KINDS[k]}信息汇总", self.cell)
                self.table(["管理机构数", "账户数", "授信总额", "余额", "最近6个月平均应还款"], [["1", str(n), "123,456", "23,456", "1,234"]])
        for k in ("R2", "R3"):
            n = sum(x["account_kind"] == k and x["state"] not in open_states for x in p.accounts)
            if n:
                self.say(f"{KINDS[k]}信息汇总", self.cell)
                self.table(["发卡机构数", "账户数", "授信总额", "单家机构最高授信额", "单家机构最低授信额", "已用额度" if k == "R2" else "透支余额", "最近6个月平均使用额度" if k == "R2" else "最近6个月平均透支余额"],
                           [["1", str(n), "50,000", "50,000", "10,000", "1,234", "1,234"]])
        if p.guarantees:
            self.say("相关还款责任信息汇总", self.cell)
            n1 = sum(g["for_whom"] == "个人" for g in p.guarantees)
            n2 = len(p.guarantees) - n1
            cells = [["为个人", "", "", "", "", "", "为企业", "", "", "", "", ""], ["担保责任", "", "", "其他相关还款责任", "", "", "担保责任", "", "", "其他相关还款责任", "", ""],
                     ["账户数", "担保金额", "余额", "账户数", "还款责任金额", "余额"] * 2, [show(n1), "1,000", "--", "--", "--", "--", show(n2), "5", "--", "--", "--", "--"]]
            span = [("SPAN", (a, 0), (a + 5, 0)) for a in (0, 6)] + [("SPAN", (a, 1), (a + 2, 1)) for a in (0, 3, 6, 9)]
            self.flow.append(Table([[self.para(c) for c in row] for row in cells], [self.width / 12] * 12, style=[*self.style("grid"), *span]))
        if p.non_credit:
            self.subheading("非信贷交易信息概要")
            self.say("后付费业务欠费信息汇总", self.cell)
            self.table(["业务类型", "账户数", "欠费金额"], [["电信业务", str(len(p.non_credit)), "88"]])
        if p.public:
            self.subheading("公共信息概要")
            words = {"tax": "欠税信息", "judgment": "民事判决信息", "enforcement": "强制执行信息", "penalty": "行政处罚信息"}
            rows = [[w, show(sum(x["public_kind"] == k for x in p.public)), "1,500"] for k, w in words.items()]
            self.table(["信息类型", "记录数", "涉及金额"], [row for row in rows if row[1] != blank] or [["欠税信息", blank, "--"]])
        self.subheading("查询记录概要")
        month, two = self.today - timedelta(days=30), self.today - timedelta(days=730)
        near = [e for e in p.enquiries if not e["own"] and e["on"] > month]
        far = [e for e in p.enquiries if e["on"] > two]
        n = lambda es, why: show(sum(e["reason"] == why for e in es))
        inst = lambda why: show(len({e["by"] for e in near if e["reason"] == why}))
        cells = [["最近1个月内的查询机构数", "", "最近1个月内的查询次数", "", "", "最近2年内的查询次数", "", ""],
                 ["贷款审批", "信用卡审批", "贷款审批", "信用卡审批", "本人查询", "贷后管理", "担保资格审查", "特约商户实名审查"],
                 [inst("贷款审批"), inst("信用卡审批"), n(near, "贷款审批"), n(near, "信用卡审批"), show(sum(e["own"] and e["on"] > month for e in p.enquiries)),
                  n(far, "贷后管理"), n(far, "担保资格审查"), n(far, "特约商户实名审查")]]
        self.flow.append(Table([[self.para(c) for c in row] for row in cells], [self.width / 8] * 8, style=[*self.style("grid"), ("SPAN", (0, 0), (1, 0)), ("SPAN", (2, 0), (4, 0)), ("SPAN", (5, 0), (7, 0))]))
