"""The simplified report (简版) of the third hand.

Unformatted: a printed table a line, beside what must be read from it.
"""

# ruff: noqa: E501, E731
# fmt: off

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from credit_form import Form
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Table


class Simplified(Form):
    """简版."""

    def cd(self, d: date) -> str:
        return self.q["day"].format(y=d.year, m=d.month, d=d.day)

    def cm(self, d: date) -> str:
        return self.q["card_month"].format(y=d.year, m=d.month)

    def y(self, n: int) -> str:
        return f"{n:,}{self.q['yuan']}"

    def draw(self) -> bytes:
        r, p = self.r, self.paper
        self.head(False)
        if self.heads_extra:
            self.say(self.heads_extra)
        self.say("信贷记录", self.h1)
        if self.q["intro"]:
            self.say("这部分包含您的信用卡、贷款和其他信贷记录。金额类数据均以人民币计算，精确到元。")
        self.say("信息概要", self.h2)
        mark = len(self.flow)
        n_cards, n_loans = r.randrange(0, 7), r.randrange(0, 8)
        cards = [self.card() for _ in range(n_cards)]
        loans = [self.loan() for _ in range(n_loans)]
        others = [self.other() for _ in range(r.choice([0, 0, 0, 1, 2]))]
        self.counts = {"信用卡": cards, "购房": [x for x in loans if x[1]["_home"]], "其他": [x for x in loans if not x[1]["_home"]], "其他业务": others}
        if not (cards or loans or others):
            self.say("系统中没有您的信用卡、贷款和其他信贷记录。")
        r.random()
        if cards:
            self.say("信用卡", self.h2)
            self.groups("信用卡", cards, "发生过逾期的贷记卡账户", "从未逾期过的贷记卡及透支未超过60天的准贷记卡账户")
        if loans and self.q["loan_section"] == "贷款":
            self.say("贷款", self.h2)
            self.groups("贷款", loans, "发生过逾期的账户", "从未发生过逾期的账户")
        elif loans:
            for word, key in (("购房贷款", "购房"), ("其他贷款", "其他")):
                if self.counts[key]:
                    self.say(word, self.h2)
                    self.groups(word, self.counts[key], "发生过逾期的账户", "从未发生过逾期的账户")
        if others:
            self.say("其他业务", self.h2)
            self.groups("其他业务", others, "发生过逾期的账户", "从未发生过逾期的账户")
        self.duties()
        self.say("非信贷交易记录", self.h1)
        self.say("系统中没有您最近5年内的非信贷交易记录。")
        self.publics()
        self.enquiries()
        self.say("说明", self.h1)
        for k, text in enumerate(["除查询记录外，本报告中的信息是依据截至报告时间个人征信系统记录的信息生成，征信中心不确保其真实性和准确性，但承诺在信息汇总、加工、整合的全过程中保持客观、中立的地位。",
                                  "本报告仅包含可能影响您信用评价的主要信息，如需获取您在个人征信系统中更详细的记录，请到当地信用报告查询网点查询。",
                                  "您有权对本报告中的内容提出异议。如有异议，可联系数据提供单位，也可到当地信用报告查询网点提出异议申请。", "更多咨询，请致电全国客户服务热线400-810-8866。"], 1):
            self.say(f"{k}.{text}")
        body = self.flow[mark:]
        del self.flow[mark:]
        self.summary()
        self.flow += body
        for a in p.accounts:
            for key in [k for k in a if k.startswith("_")]:
                del a[key]
        return self.pdf()

    def tail(self, a: dict[str, Any]) -> str:
        c = self.q["comma"]
        a["months"] = self.r.randrange(1, 30)
        shape = self.r.choice(["none", "over", "n"])
        a["over_90_days"] = shape != "none"
        if shape == "none":
            return f"最近5年内有{a['months']}个月处于逾期状态{c}没有发生过90天以上逾期。"
        if shape == "over":
            return f"最近5年内有{a['months']}个月处于逾期状态{c}发生过90天以上逾期。"
        a["months_over_90"] = max(a["months"] // 2, 1)
        return f"最近5年内有{a['months']}个月处于逾期状态{c}其中{a['months_over_90']}个月逾期超过90天。"

    def inst(self) -> str:
        bank = self.bank()
        return f"机构“{bank}”" if self.q["quote"] and "“" not in bank else bank

    def card(self) -> tuple[str, dict[str, Any]]:
        r, c = self.r, self.q["comma"]
        opened, bank, late = self.past(12), self.inst(), r.random() < 0.3
        quasi = r.random() < 0.15
        word, cur = r.choice([("人民币", "CNY"), ("人民币", "CNY"), ("美元", "USD"), ("港元", "HKD"), ("欧元", "EUR")])
        tail4 = f"{r.randrange(10000):04}"
        a: dict[str, Any] = {"_late": late, "account_kind": "R3" if quasi else "R2", "institution": bank, "opened": opened, "currency": cur, "card_tail": tail4, "state": "normal", "months": 0, "over_90_days": False}
        text = f"{self.cd(opened)}{bank}发放的{'准' if quasi else ''}贷记卡（{word}账户{c}卡片尾号：{tail4}）"
        shape = "bad" if late and r.random() < 0.2 else r.choice(["used", "used", "balance", "inactive", "closed", "instal"])
        if late and shape == "inactive":
            shape = "used"
        limit, used, m = r.randrange(1, 100) * 1000, r.randrange(0, 9999), self.cm(self.today)
        as_of = self.today.replace(day=1)
        if shape == "closed":
            closed = self.past(3).replace(day=1)
            text += f"{c}{self.cm(closed)}销户。"
            a |= {"state": "closed", "closed": closed}
        elif shape == "inactive":
            text += r.choice([f"。截至{m}{c}信用额度{self.y(limit)}{c}尚未激活。", f"。截至{m}尚未激活。"])
            a |= {"state": "inactive", "as_of": as_of}
        elif shape == "bad":
            text += f"。截至{m}已变成呆账{c}余额{self.y(used)}。"
            a |= {"state": "bad_debt", "balance": used, "as_of": as_of}
        elif shape == "balance":
            text += f"。截至{m}{c}余额{self.y(used)}{c}当前无逾期。"
            a |= {"balance": used, "current_amount": 0, "as_of": as_of}
        elif quasi:
            text += f"。截至{m}{c}信用额度{self.y(limit)}{c}透支余额{self.y(used)}。"
            a |= {"limit": limit, "balance": used, "as_of": as_of}
        else:
            text += f"。截至{m}{c}信用额度{self.y(limit)}{c}已使用额度{self.y(used)}" + (f"{c}大额专项分期余额{self.y(77)}" if shape == "instal" else "") + "。"
            a |= {"limit": limit, "used": used, "as_of": as_of} | ({"instalment_balance": 77} if shape == "instal" else {})
        if late:
            text += self.tail(a)
        return text, a

    def loan(self) -> tuple[str, dict[str, Any]]:
        r, c = self.r, self.q["comma"]
        opened, bank, late = self.past(9), self.inst(), r.random() < 0.3
        home = r.random() < 0.25
        business = r.choice(["个人住房商业贷款", "个人住房公积金贷款", "个人商用房（包括商住两用）贷款"]) if home else r.choice(["个人消费贷款", "其他个人消费贷款", "个人经营性贷款", "个人汽车消费贷款", "个人助学贷款", "农户贷款", "其他贷款"])
        amount, balance, m, as_of = r.randrange(1, 900) * 1000, r.randrange(0, 9999), self.cm(self.today), self.today.replace(day=1)
        a: dict[str, Any] = {"_late": late, "_home": home, "institution": bank, "opened": opened, "business": business, "state": "normal", "months": 0, "over_90_days": False, "currency": "CNY"}
        if not home and r.random() < 0.35:
            due = self.today + timedelta(days=500)
            forever = r.random() < 0.4
            text = (f"{self.cd(opened)}{bank}为{business}授信{c}" + ("额度长期有效" if forever else f"额度有效期至{self.cd(due)}") + f"{c}可循环使用。截至{m}{c}"
                    f"信用额度{amount:,}元（人民币）{c}余额为{self.y(balance)}" + (f"{c}当前有逾期。" if late else f"{c}当前无逾期。"))
            a |= {"account_kind": "R1", "limit": amount, "balance": balance, "as_of": as_of, "due": None if forever else due, "state": "overdue" if late else "normal"}
        else:
            due = opened + timedelta(days=2000)
            text = f"{self.cd(opened)}{bank}发放的{amount:,}元（人民币）{business}{c}{self.cd(due)}到期。"
            a |= {"account_kind": "D1", "amount": amount, "due": due}
            shape = r.choice(["open", "open", "settled", "out", "bad" if late else "open"])
            closed = self.past(2).replace(day=1)
            if shape == "settled":
                text = text[:-1] + f"{c}{self.cm(closed)}已结清。" if r.random() < 0.5 else text + f"{self.cm(closed)}已结清。"
                a |= {"state": "settled", "closed": closed}
            elif shape == "out":
                text += f"{self.cm(closed)}已转出。"
                a |= {"state": "transferred", "closed": closed}
            elif shape == "bad":
                text += f"截至{m}{c}已变成呆账{c}余额{self.y(balance)}。"
                a |= {"state": "bad_debt", "balance": balance, "as_of": as_of}
            else:
                text += f"截至{m}{c}余额{self.y(balance)}" + (f"{c}当前有逾期。" if late else r.choice(["。", f"{c}当前无逾期。"]))
                a |= {"balance": balance, "as_of": as_of, "state": "overdue" if late else "normal"}
        if late:
            text += self.tail(a)
        return text, a

    def other(self) -> tuple[str, dict[str, Any]]:
        r, c = self.r, self.q["comma"]
        opened, bank, amount = self.past(5), self.inst(), r.randrange(1, 100) * 1000
        as_of = self.today.replace(day=1)
        business = r.choice(["融资租赁业务", "约定购回式证券交易", "股票质押式回购交易", "融资融券业务"])
        text = f"{self.cd(opened)}{bank}办理的{amount:,}元（人民币）{business}。截至{self.cm(self.today)}{c}余额{self.y(500)}。"
        return text, {"_late": False, "_home": False, "account_kind": "other", "institution": bank, "opened": opened, "business": business, "amount": amount, "balance": 500, "as_of": as_of, "state": "normal"}

    def groups(self, section: str, items: list[tuple[str, dict[str, Any]]], late: str, never: str) -> None:
        n = 0
        restart = self.r.random() < 0.4
        for title, want in ((late, True), (never, False)):
            some = [x for x in items if x[1]["_late"] is want]
            if not some:
                continue
            self.say(f"{title}明细如下：", self.h2)
            if restart:
                n = 0
            for text, a in some:
                n += 1
                style = ParagraphStyle("i", parent=self.body, firstLineIndent=max(self.q["indent"], 0) or self.q["indent"], leftIndent=max(-self.q["indent"], 0))
                self.say(self.q["item"].format(n=n) + text, style)
                self.paper.accounts.append(a | {"number": n, "group": f"{section}/{title}"})

    def duties(self) -> None:
        r, c = self.r, self.q["comma"]
        person, firm = r.choice([0, 0, 1, 2]), r.choice([0, 0, 1])
        self.n_person, self.n_firm = person, firm
        if not person + firm:
            return
        self.say("相关还款责任信息", self.h2)
        for word, n in (("个人", person), ("企业", firm)):
            if n:
                self.say(f"为{word}", self.h2) if self.r.random() < 0.7 or firm else None
            for k in range(1, n + 1):
                opened, bank, amount, balance = self.past(4), self.inst(), r.randrange(1, 99) * 1000, r.randrange(0, 999)
                who = "赵六" if word == "个人" else "某某商贸有限公司"
                kind, ident = ("身份证", self.ident()) if word == "个人" else ("统一社会信用代码", "91310000MA1FL00000")
                text = (f"{self.q['item'].format(n=k)}{self.cd(opened)}{c}为{who}（证件类型：{kind}{c}证件号码：{ident}）在{bank}办理的个人经营性贷款承担相关还款责任{c}"
                        f"责任人类型为{r.choice(['保证人', '反担保人', '共同借款人'])}{c}相关还款责任金额{self.y(amount)}（保证合同编号：HT{k}-2024/9）。截至{self.cm(self.today)}{c}余额{self.y(balance)}。")
                role = text.split("责任人类型为")[1].split(c)[0]
                self.say(text)
                self.paper.guarantees.append({"number": k, "institution": bank, "debtor": who, "debtor_id_type": kind, "debtor_id": ident, "opened": opened, "business": "个人经营性贷款",
                                              "role": role, "amount": amount, "contract": f"HT{k}-2024/9", "balance": balance, "as_of": self.today.replace(day=1)})

    def publics(self) -> None:
        r = self.r
        self.say("公共记录", self.h1)
        if self.q["intro"]:
            self.say("这部分包含您最近5年内的欠税记录、民事判决记录、强制执行记录、行政处罚记录及电信欠费记录。金额类数据均以人民币计算，精确到元。")
        chosen = [k for k in ("enforcement", "tax", "judgment", "penalty") if r.random() < 0.35]
        if not chosen:
            self.say("系统中没有您最近5年内的公共记录。")
            return
        words = {"enforcement": ("强制执行记录", [("执行法院", "某某市某某区人民法院"), ("案号", "（2024）某0101执123号"), ("执行案由", "借款合同纠纷"), ("结案方式", "终结本次执行程序"),
                                            ("立案日期", self.cd(self.past(3))), ("案件状态", "执行中"), ("申请执行标的", "存款"), ("已执行标的", "存款"),
                                            ("申请执行标的金额", "50,000"), ("已执行标的金额", "1,000"), ("结案日期", self.cd(self.past(1)))]),
                 "tax": ("欠税记录", [("主管税务机关", "某某市税务局"), ("欠税统计日期", self.cd(self.past(3))), ("欠税总额", "1,234"), ("纳税人识别号", "12345678")]),
                 "judgment": ("民事判决记录", [("立案法院", "某某市人民法院"), ("案号", "（2023）民初1号"), ("案由", "买卖合同纠纷"), ("结案方式", "判决"), ("立案日期", self.cd(self.past(3))),
                                         ("判决/调解结果", "支付货款"), ("诉讼标的", "货款"), ("判决/调解生效日期", self.cd(self.past(2))), ("诉讼标的金额", "9,999")]),
                 "penalty": ("行政处罚记录", [("处罚机构", "某某市交通局"), ("文书编号", "第1号"), ("处罚内容", "罚款"), ("处罚金额", "200"), ("处罚生效日期", self.cd(self.past(2))),
                                        ("行政复议结果", "无"), ("处罚截止日期", self.cd(self.past(1)))])}
        for kind in chosen:
            title, pairs = words[kind]
            self.say(title, self.h2)
            for _ in range(1, r.randrange(2, 4) if self.q["public"] != "list" else 2):
                if self.q["public"] == "pairs":
                    self.pairs(pairs, 2)
                elif self.q["public"] == "colon":
                    for j in range(0, len(pairs), 2):
                        self.say("\u3000\u3000".join(f"{a}：{b}" for a, b in pairs[j : j + 2]))
                else:
                    self.table([a for a, _ in pairs], [[b for _, b in pairs]])
                self.paper.public.append({"public_kind": kind, "fields": dict(pairs)})
                self.gap()

    def summary(self) -> None:
        show = lambda n: str(n) if n else "--"
        over = ("settled", "closed", "transferred")
        rows = []
        columns = {"official": ["信用卡", "购房", "其他", "其他业务"], "flat": ["信用卡", "购房", "其他", "其他业务"], "loans": ["信用卡", "贷款", "其他业务"]}[self.q["summary"]]
        for name, test in (("账户数", lambda a: True), ("未结清/未销户账户数", lambda a: a["state"] not in over),
                           ("发生过逾期的账户数", lambda a: a["_late"]), ("发生过90天以上逾期的账户数", lambda a: a["_late"] and (a.get("over_90_days") or a["state"] == "bad_debt"))):
            row = [name]
            for column in columns:
                items = self.counts["购房"] + self.counts["其他"] if column == "贷款" else self.counts[column]
                row.append(show(sum(bool(test(a)) for _, a in items)))
            rows.append(row)
        if self.q["summary"] == "official":
            cells = [["", "信用卡", "贷款", "", "其他业务"], ["", "", "购房", "其他", ""], *rows]
            span = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (1, 1)), ("SPAN", (2, 0), (3, 0)), ("SPAN", (4, 0), (4, 1))]
        elif self.q["summary"] == "flat":
            cells, span = [["", "信用卡", "购房贷款", "其他贷款", "其他业务"], *rows], []
        else:
            cells, span = [["", "信用卡", "贷款", "其他业务"], *rows], []
        n = len(cells[0])
        self.flow.append(Table([[self.para(c) for c in row] for row in cells], [self.width * 0.4] + [self.width * 0.6 / (n - 1)] * (n - 1), style=[*self.style("grid" if span else None), *span]))
        duty = [["", "为个人", "为企业"], ["相关还款责任账户数", show(self.n_person), show(self.n_firm)]]
        self.gap()
        self.flow.append(Table([[self.para(c) for c in row] for row in duty], [self.width / 3] * 3, style=self.style()))
