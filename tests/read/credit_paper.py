"""Made-up credit reports for the tests: content with its truth, and several ways to print it."""

# ruff: noqa: E501

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

BANKS = [
    "中国工商银行股份有限公司北京海淀支行",
    "招商银行股份有限公司信用卡中心",
    "重庆度小满小额贷款有限公司",
    "上海浦东发展银行股份有限公司信用卡中心",
    "深圳前海微众银行股份有限公司",
    "中银消费金融有限公司",
    "福建智云融资担保有限公司",
    "马上消费金融股份有限公司",
    "广州市重庆蚂蚁消费金融与网商小额贷款联合发展有限责任公司（华南分公司）",
    "平安银行",
]
BUSINESS = [
    "其他个人消费贷款",
    "个人住房商业贷款",
    "个人经营性贷款",
    "个人汽车消费贷款",
    "农户贷款",
]
REASONS = ["贷款审批", "信用卡审批", "贷后管理", "担保资格审查", "保前审查", "融资审批"]


@dataclass
class Paper:
    """Blocks to print, and what must be read from them."""

    blocks: list[tuple[Any, ...]] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    guarantees: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    non_credit: list[dict[str, Any]] = field(default_factory=list)
    public: list[dict[str, Any]] = field(default_factory=list)
    enquiries: list[dict[str, Any]] = field(default_factory=list)


def yuan(n: int) -> str:
    return f"{n:,}"


class Writer:
    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.paper = Paper()
        self.today = date(2024, 3, 15) - timedelta(days=self.r.randrange(300))
        self.style = self.r.choice(["cn", "dot", "dash", "slash"])

    def day(self, d: date, style: str | None = None) -> str:
        style = style or self.style
        if style == "cn":
            return f"{d.year}年{d.month:02}月{d.day:02}日"
        mark = {"dot": ".", "dash": "-", "slash": "/"}[style]
        return f"{d.year}{mark}{d.month:02}{mark}{d.day:02}"

    def past(self, years: float = 5) -> date:
        return self.today - timedelta(days=self.r.randrange(40, int(365 * years)))

    def id_number(self) -> str:
        tail = f"{self.r.randrange(1000):03}{self.r.choice('0123456789X')}"
        return self.r.choice(["*" * 14 + tail, "1101011990" + "0307" + tail])

    def bank(self) -> str:
        return self.r.choice(BANKS)

    def add(self, *block: Any) -> None:
        self.paper.blocks.append(block)


def simplified(seed: int) -> Paper:
    w = Writer(seed)
    r, p = w.r, w.paper
    ident = w.id_number()
    p.head = {
        "number": f"{w.today:%Y%m%d}{r.randrange(10**14):014}",
        "name": "欧阳小测",
        "id_type": "身份证",
        "id_number": ident,
        "marital": r.choice(["已婚", "未婚", "离婚"]),
        "at": f"{w.today.isoformat()} 10:37:05",
    }
    w.add("title", "个人信用报告")
    w.add("pairs", [("报告编号", p.head["number"]), ("报告时间", p.head["at"])])
    w.add(
        "pairs",
        [("姓名", "欧阳小测"), ("证件类型", "身份证"), ("证件号码", ident)],
        p.head["marital"],
    )
    w.add("heading", "信贷记录")
    w.add("para", "这部分包含您的信用卡、贷款和其他信贷记录。金额类数据均以人民币计算，精确到元。")
    summary_at = len(p.blocks)
    counts = {c: [0, 0, 0, 0] for c in ("信用卡", "购房贷款", "其他贷款", "其他业务")}

    def count(column: str, a: dict[str, Any]) -> None:
        counts[column][0] += 1
        counts[column][1] += a["state"] not in ("closed", "settled")
        counts[column][2] += bool(a.get("months")) or a["state"] == "bad_debt"
        counts[column][3] += bool(a.get("over_90_days")) or a["state"] == "bad_debt"

    def tail(a: dict[str, Any]) -> str:
        a["months"] = r.randrange(1, 13)
        a["over_90_days"] = r.random() < 0.4
        more = "发生过90天以上逾期" if a["over_90_days"] else "没有发生过90天以上逾期"
        return f"最近5年内有{a['months']}个月处于逾期状态，{more}。"

    month = f"{w.today.year}年{w.today.month}月"
    as_of = date(w.today.year, w.today.month, 1)
    cd = lambda d: f"{d.year}年{d.month}月{d.day}日"  # noqa: E731
    cards: dict[bool, list[tuple[str, dict[str, Any]]]] = {True: [], False: []}
    for _ in range(r.randrange(0, 9)):
        late = r.random() < 0.3
        opened, bank = w.past(12), w.bank()
        kind = "R3" if r.random() < 0.15 else "R2"
        currency, word = r.choice([("CNY", "人民币"), ("CNY", "人民币"), ("USD", "美元")])
        digits = f"{r.randrange(10000):04}"
        a: dict[str, Any] = {
            "account_kind": kind,
            "institution": bank,
            "opened": opened,
            "currency": currency,
            "card_tail": digits,
            "state": "normal",
            "months": 0,
            "over_90_days": False,
        }
        text = (
            f"{cd(opened)}{bank}发放的{'准贷记卡' if kind == 'R3' else '贷记卡'}"
            f"（{word}账户，卡片尾号：{digits}）"
        )
        shape = r.choice(["used", "balance", "inactive", "closed", "bad", "instal"])
        if late:
            shape = r.choice(["used", "bad"])
        elif shape == "bad":
            shape = "used"
        limit, used = r.randrange(1, 200) * 1000, r.randrange(0, 50000)
        if shape == "closed":
            closed = w.past(2)
            a |= {"state": "closed", "closed": date(closed.year, closed.month, 1)}
            text += f"，{closed.year}年{closed.month}月销户。"
        elif shape == "inactive":
            a |= {"state": "inactive", "as_of": as_of, "limit": limit}
            text += f"。截至{month}，信用额度{yuan(limit)}，尚未激活。"
        elif shape == "bad":
            a |= {"state": "bad_debt", "as_of": as_of, "balance": used}
            text += f"。截至{month}已变成呆账，余额{yuan(used)}。"
        elif shape == "balance":
            a |= {"as_of": as_of, "balance": used, "current_amount": 0}
            text += f"。截至{month}，余额{yuan(used)}，当前无逾期。"
        else:
            a |= {"as_of": as_of, "limit": limit, "used": used}
            text += f"。截至{month}，信用额度{yuan(limit)}，已使用额度{yuan(used)}"
            if shape == "instal":
                part = r.randrange(100, 20000)
                a["instalment_balance"] = part
                text += f"，大额专项分期余额{yuan(part)}"
            text += "。"
        if late:
            text += tail(a)
        if r.random() < 0.1:
            text += "异议标注：信息主体对该账户的真实性提出异议。"
            a["noted"] = True
        cards[late].append((text, a))
        count("信用卡", a)

    def group(section: str, title: str, items: list[tuple[str, dict[str, Any]]], n: int) -> int:
        if not items:
            return n
        w.add("heading", f"{title}明细如下：")
        for text, a in items:
            n += 1
            a |= {"number": n, "group": f"{section}/{title}"}
            w.add("item", f"{n}.{text}")
            p.accounts.append(a)
        return n

    w.add("heading", "信用卡")
    n = group("信用卡", "发生过逾期的贷记卡账户", cards[True], 0)
    group("信用卡", "从未逾期过的贷记卡及透支未超过60天的准贷记卡账户", cards[False], n)
    if not (cards[True] or cards[False]):
        w.add("para", "系统中没有您的信用卡记录。")
    for section in ("购房贷款", "其他贷款"):
        loans: dict[bool, list[tuple[str, dict[str, Any]]]] = {True: [], False: []}
        for _ in range(r.randrange(0, 7)):
            late = r.random() < 0.3
            opened, bank = w.past(8), w.bank()
            business = "个人住房贷款" if section == "购房贷款" else r.choice(BUSINESS)
            if section == "其他贷款" and "住房" in business:
                business = "其他贷款"
            amount, balance = r.randrange(1, 900) * 1000, r.randrange(0, 90000)
            a = {"institution": bank, "opened": opened, "business": business, "state": "normal",
                 "months": 0, "over_90_days": False}  # fmt: skip
            if section == "其他贷款" and r.random() < 0.4:
                end = w.today + timedelta(days=400)
                forever = r.random() < 0.3
                a |= {"account_kind": "R1", "limit": amount, "balance": balance,
                      "as_of": as_of, "due": None if forever else end, "current_amount": 0}  # fmt: skip
                valid = "额度长期有效" if forever else f"额度有效期至{cd(end)}"
                text = (
                    f"{cd(opened)}{bank}为{business}授信，{valid}，可循环使用。截至{month}，"
                    f"信用额度{yuan(amount)}元（人民币），余额为{yuan(balance)}，当前无逾期。"
                )
            else:
                due = opened + timedelta(days=900)
                a |= {"account_kind": "D1", "amount": amount, "due": due}
                text = (
                    f"{cd(opened)}{bank}发放的{yuan(amount)}元（人民币）{business}，{cd(due)}到期。"
                )
                if r.random() < 0.3:
                    closed = w.past(2)
                    a |= {"state": "settled", "closed": date(closed.year, closed.month, 1)}
                    text += f"{closed.year}年{closed.month}月已结清。"
                else:
                    a |= {"as_of": as_of, "balance": balance}
                    text += f"截至{month}，余额{yuan(balance)}"
                    if late:
                        bad = r.randrange(100, 3000)
                        a |= {"current_amount": bad, "state": "overdue"}
                        text += f"，逾期金额{yuan(bad)}"
                    text += "。"
            if late:
                text += tail(a)
            loans[late].append((text, a))
            count(section, a)
        if loans[True] or loans[False]:
            w.add("heading", section)
            n = group(section, "发生过逾期的账户", loans[True], 0)
            group(section, "从未发生过逾期的账户", loans[False], n)
    duties = r.randrange(0, 3)
    if duties:
        w.add("heading", "相关还款责任信息")
        w.add("heading", "为个人")
        for k in range(duties):
            opened, bank, ident2 = w.past(4), w.bank(), w.id_number()
            amount, balance = r.randrange(1, 500) * 1000, r.randrange(0, 9000)
            p.guarantees.append({
                "number": k + 1, "institution": bank, "debtor": "司马甲", "debtor_id_type": "身份证",
                "debtor_id": ident2, "business": "个人经营性贷款", "opened": opened,
                "role": "保证人/反担保人", "amount": amount, "contract": f"BZ{k}2023-0{k}",
                "as_of": as_of, "balance": balance, "for_whom": "个人",
            })  # fmt: skip
            w.add("item", (
                f"{k + 1}.{cd(opened)}，为司马甲（证件类型：身份证，证件号码：{ident2}）在{bank}办理的个人经营性贷款"
                f"承担相关还款责任，责任人类型为保证人/反担保人，相关还款责任金额{yuan(amount)}"
                f"（保证合同编号：BZ{k}2023-0{k}）。截至{month}，余额{yuan(balance)}。"
            ))  # fmt: skip
    show = lambda v: str(v) if v else "--"  # noqa: E731
    columns = list(counts)
    rows = [
        [name, *[show(counts[c][k]) for c in columns]]
        for k, name in enumerate(
            ["账户数", "未结清/未销户账户数", "发生过逾期的账户数", "发生过90天以上逾期的账户数"]
        )
    ]
    p.blocks[summary_at:summary_at] = [
        ("heading", "信息概要"),
        ("summary", ["", *columns], rows),
        ("summary", ["", "为个人", "为企业"], [["相关还款责任账户数", show(duties), "--"]]),
    ]
    w.add("heading", "非信贷交易记录")
    w.add("para", "系统中没有您最近5年内的非信贷交易记录。")
    w.add("heading", "公共记录")
    if r.random() < 0.5:
        w.add("heading", "强制执行记录")
        fields = [
            ("执行法院", "北京市海淀区人民法院"), ("案号", "（2022）京0108执1234号"),
            ("执行案由", "金融借款合同纠纷"), ("结案方式", "执行完毕"), ("立案日期", "2022年3月4日"),
            ("案件状态", "已结案"), ("申请执行标的", "人民币存款"), ("已执行标的", "人民币存款"),
            ("申请执行标的金额", "12,345"), ("已执行标的金额", "12,345"), ("结案日期", "2023年1月2日"),
        ]  # fmt: skip
        for k in range(0, len(fields), 2):
            w.add("pairs", fields[k : k + 2])
        p.public.append({"public_kind": "enforcement", "fields": dict(fields)})
    else:
        w.add("para", "系统中没有您最近5年内的欠税记录、民事判决记录、强制执行记录、行政处罚记录。")
    _enquiries(w, "机构查询记录明细", r.choice(["本人查询记录明细", "个人查询记录明细"]), "cn")
    w.add("heading", "说明")
    w.add("para", "1.本报告仅供了解自己的信用状况使用，请妥善保管。2.异议可向征信中心提出。")
    return p


def _enquiries(w: Writer, first: str, second: str, style: str) -> None:
    w.add("heading", "查询记录")
    labels = ["编号", "查询日期", "查询机构", "查询原因"]
    for title, own in ((first, False), (second, True)):
        days = sorted((w.past(1.9) for _ in range(w.r.randrange(1, 40))), reverse=True)
        rows = []
        for n, d in enumerate(days, start=1):
            by = "本人" if own else w.bank()
            reason = "本人查询（互联网个人信用信息服务平台）" if own else w.r.choice(REASONS)
            rows.append([str(n), w.day(d, style), by, reason])
            w.paper.enquiries.append({"number": n, "on": d, "by": by, "reason": reason, "own": own})
        w.add("heading", title)
        w.add("list", labels, rows, [10, 22, 44, 24])


def detailed(seed: int, big: bool = False) -> Paper:
    w = Writer(seed)
    r, p = w.r, w.paper
    ident = "110101199003078" + r.choice(["51X", "515"])
    p.head = {
        "number": f"{w.today:%Y%m%d}{r.randrange(10**14):014}",
        "name": "欧阳小测",
        "id_type": "身份证",
        "id_number": ident,
        "at": f"{w.today:%Y.%m.%d} 09:05:11",
        "marital": "已婚",
        "queried_by": "中国人民银行北京营业管理部",
        "query_reason": "本人查询（临柜）",
    }
    w.add("title", "个人信用报告")
    w.add("pairs", [("报告编号", p.head["number"]), ("报告时间", p.head["at"])])
    w.add("table", ["被查询者姓名", "被查询者证件类型", "被查询者证件号码", "查询机构", "查询原因"],
          ["欧阳小测", "身份证", ident, p.head["queried_by"], p.head["query_reason"]])  # fmt: skip
    w.add("heading", "一 个人基本信息")
    w.add("heading", "（一）身份信息")
    w.add("table", ["性别", "出生日期", "婚姻状况", "学历", "学位", "就业状况", "国籍", "电子邮箱"],
          ["男", w.day(date(1990, 3, 7)), "已婚", "本科", "学士", "在职", "中国", "a_b@test.cn"])  # fmt: skip
    w.add("table", ["通讯地址", "户籍地址"],
          ["北京市海淀区中关村南大街甲十八号院北京国际大厦二座一千二百零五室收发室转", "河北省石家庄市长安区"])  # fmt: skip
    w.add("list", ["编号", "手机号码", "信息更新日期"],
          [["1", "13900000001", w.day(w.past())], ["2", "13900000002", w.day(w.past())]], [10, 45, 45])  # fmt: skip
    w.add("heading", "（三）居住信息")
    w.add("list", ["编号", "居住地址", "住宅电话", "居住状况", "信息更新日期"],
          [["1", "北京市海淀区学院路三十七号院内家属区十二号楼三单元", "--", "自置", w.day(w.past())],
           ["2", "北京市", "010-88888888", "租房", w.day(w.past())]], [10, 40, 18, 12, 20])  # fmt: skip
    w.add("heading", "（四）职业信息")
    w.add("list", ["编号", "工作单位", "单位性质", "单位地址", "单位电话"],
          [["1", "北京某某科技发展有限公司海淀分公司", "民营", "北京市海淀区", "--"]], [10, 35, 15, 25, 15])  # fmt: skip
    w.add("list", ["编号", "职业", "行业", "职务", "职称", "进入本单位年份", "信息更新日期"],
          [["1", "专业技术人员", "信息传输、软件和信息技术服务业", "一般员工", "无", "2015", w.day(w.past())]],
          [10, 15, 20, 12, 10, 15, 18])  # fmt: skip
    w.add("heading", "二 信息概要")
    summary_at = len(p.blocks)
    w.add("heading", "三 信贷交易信息明细")
    kinds = [
        ("C1", "被追偿信息", r.randrange(0, 2)), ("D1", "非循环贷账户", r.randrange(1, 5)),
        ("R4", "循环额度下分账户", r.randrange(0, 4)), ("R1", "循环贷账户", r.randrange(0, 3)),
        ("R2", "贷记卡账户", r.randrange(1, 5)), ("R3", "准贷记卡账户", r.randrange(0, 2)),
    ]  # fmt: skip
    if big:
        kinds = [(k, t, n + 8) for k, t, n in kinds]
    part = 0
    for kind, title, n in kinds:
        if not n:
            continue
        part += 1
        w.add("heading", f"（{'一二三四五六七八'[part - 1]}）{title}")
        for number in range(1, n + 1):
            _account(w, kind, number)
    if r.random() < 0.6:
        part += 1
        w.add("heading", f"（{'一二三四五六七八'[part - 1]}）相关还款责任信息")
        w.add("heading", "为个人")
        for number in range(1, r.randrange(1, 3) + 1):
            bank, opened, due = w.bank(), w.past(), w.today + timedelta(days=99)
            amount, balance = r.randrange(1, 900) * 1000, r.randrange(0, 900000)
            w.add("record", f"账户{number}")
            w.add("table", ["管理机构", "业务种类", "开立日期", "到期日期", "相关还款责任人类型", "还款责任金额",
                            "币种", "保证合同编号"],
                  [bank, "个人经营性贷款", w.day(opened), w.day(due), "保证人", yuan(amount), "人民币元", "HT1"])  # fmt: skip
            w.add("as_of", f"截至{w.day(w.today, 'cn')}")
            w.add("table", ["五级分类", "余额", "逾期月数"], ["正常", yuan(balance), "0"])
            p.guarantees.append({
                "number": number, "institution": bank, "business": "个人经营性贷款", "opened": opened,
                "due": due, "role": "保证人", "amount": amount, "contract": "HT1", "as_of": w.today,
                "five_class": "正常", "balance": balance, "overdue_months": 0, "for_whom": "个人",
            })  # fmt: skip
    if r.random() < 0.7:
        part += 1
        w.add("heading", f"（{'一二三四五六七八'[part - 1]}）授信协议信息")
        for number in range(1, r.randrange(1, 3) + 1):
            bank, start, end = w.bank(), w.past(), w.today + timedelta(days=500)
            limit, used = r.randrange(1, 300) * 1000, r.randrange(0, 90000)
            w.add("record", f"授信协议{number}")
            w.add("table", ["管理机构", "授信协议标识", "生效日期", "到期日期", "授信额度用途"],
                  [bank, f"XY{number}88", w.day(start), w.day(end), "循环贷款额度"])  # fmt: skip
            w.add("table", ["授信额度", "授信限额", "授信限额编号", "已用额度", "币种"],
                  [yuan(limit), "--", "--", yuan(used), "人民币元"])  # fmt: skip
            p.lines.append({"number": number, "institution": bank, "mark": f"XY{number}88",
                            "effective": start, "expires": end, "use": "循环贷款额度",
                            "limit": limit, "used": used, "currency": "CNY"})  # fmt: skip
    w.add("heading", "四 非信贷交易信息明细")
    w.add("heading", "（一）后付费记录")
    opened = w.past()
    w.add("list", ["编号", "机构名称", "业务类型", "业务开通日期", "当前缴费状态", "当前欠费金额", "记账年月"],
          [["1", "中国移动通信集团北京有限公司海淀分公司", "移动电话业务", w.day(opened), "欠费", "120", "2023.10"]],
          [8, 26, 14, 16, 12, 12, 12])  # fmt: skip
    p.non_credit.append({"number": 1, "institution": "中国移动通信集团北京有限公司海淀分公司",
                         "business": "移动电话业务", "opened": opened, "state": "欠费",
                         "arrears": 120, "as_of": date(2023, 10, 1)})  # fmt: skip
    w.add("heading", "五 公共信息明细")
    w.add("heading", "（一）欠税记录")
    w.add("list", ["编号", "主管税务机关", "欠税总额", "欠税统计日期"],
          [["1", "国家税务总局北京市海淀区税务局第一税务所", "1,500", "2022年01月31日"]], [10, 45, 20, 25])  # fmt: skip
    p.public.append({"public_kind": "tax", "fields": {
        "主管税务机关": "国家税务总局北京市海淀区税务局第一税务所", "欠税总额": "1,500",
        "欠税统计日期": "2022年01月31日"}})  # fmt: skip
    w.add("heading", "（五）住房公积金参缴记录")
    w.add("table", ["参缴地", "参缴日期", "初缴月份", "缴至月份", "缴费状态", "月缴存额", "个人缴存比例", "单位缴存比例"],
          ["北京市", "2015.07.01", "2015.07", "2023.10", "缴交", "3,000", "12%", "12%"])  # fmt: skip
    w.add("table", ["缴费单位", "信息更新日期"], ["北京某某科技发展有限公司", "2023.10.31"])
    p.public.append({"public_kind": "housing_fund", "fields": {
        "参缴地": "北京市", "月缴存额": "3,000", "缴费单位": "北京某某科技发展有限公司"}})  # fmt: skip
    _enquiries(w, "（一）机构查询记录明细", "（二）本人查询记录明细", w.style)
    w.add("heading", "本人声明")
    w.add("para", "本人身份证曾于2022年遗失，有贷款并非本人办理。")
    w.add("heading", "报告说明")
    w.add("para", "1.本报告中的信息依据截至报告时间个人征信系统记录的信息生成。")
    total = {k: sum(a["account_kind"] == k for a in p.accounts) for k, _, _ in kinds}
    loans = [a for a in p.accounts if a["account_kind"] in ("D1", "R4", "R1")]
    home = sum("住房" in a["business"] for a in loans)
    show = lambda v: str(v) if v else "--"  # noqa: E731
    prompt = [
        ["贷款", "个人住房贷款", show(home), "2019.05"],
        ["", "其他类贷款", show(len(loans) - home), "2018.05"],
        ["信用卡", "贷记卡", show(total["R2"]), "2010.01"],
        ["", "准贷记卡", show(total["R3"]), "--"],
        ["合计", "--", show(len(p.accounts) - total["C1"]), "--"],
    ]
    own = sum(e["own"] for e in p.enquiries)
    p.blocks[summary_at:summary_at] = [
        ("heading", "（一）信贷交易信息提示"),
        ("summary", ["业务类型", "业务种类", "账户数", "首笔业务发放月份"], prompt),
        ("heading", "（五）公共信息概要"),
        ("summary", ["信息类型", "记录数", "涉及金额"], [["欠税信息", "1", "1,500"]]),
        ("heading", "（六）查询记录概要"),
        (
            "summary",
            ["最近2年内的查询次数·本人查询", "最近2年内的查询次数·其他"],
            [[show(own), "--"]],
        ),
    ]
    return p


def _account(w: Writer, kind: str, number: int) -> None:
    r, p = w.r, w.paper
    bank, opened = w.bank(), w.past(6)
    a: dict[str, Any] = {"account_kind": kind, "number": number, "institution": bank,
                         "currency": "CNY"}  # fmt: skip
    agreement = f"B1012{r.randrange(10**12):012}" if kind == "R4" else ""
    w.add("record", f"账户{number}" + (f"（授信协议标识：{agreement}）" if agreement else ""))
    if kind == "C1":
        amount, balance, last = r.randrange(1, 99) * 1000, r.randrange(1, 9000), w.past(1)
        w.add("table", ["管理机构", "业务种类", "债权接收日期", "债权金额", "债权转移时的还款状态"],
              [bank, "资产处置业务", w.day(opened), yuan(amount), "逾期"])  # fmt: skip
        w.add("as_of", f"截至{w.day(w.today, 'cn')}")
        w.add(
            "table", ["账户状态", "余额", "最近一次还款日期"], ["催收", yuan(balance), w.day(last)]
        )
        p.accounts.append(a | {"opened": opened, "amount": amount, "balance": balance,
                               "last_paid": last, "state": "collecting", "business": "资产处置业务",
                               "as_of": w.today})  # fmt: skip
        return
    mark = f"{r.choice('AB')}{r.randrange(10**18):018}SX{r.randrange(10**6)}"
    limit, balance = r.randrange(1, 900) * 1000, r.randrange(0, 99999)
    a |= {"opened": opened, "mark": mark}
    if kind in ("D1", "R4", "R1"):
        business, due = r.choice(BUSINESS), opened + timedelta(days=1100)
        amount_label = {"D1": "借款金额", "R4": "借款金额", "R1": "账户授信额度"}[kind]
        w.add("table", ["管理机构", "账户标识", "开立日期", "到期日期", amount_label, "账户币种"],
              [bank, mark, w.day(opened), w.day(due), yuan(limit), "人民币元"])  # fmt: skip
        w.add("table", ["业务种类", "担保方式", "还款期数", "还款频率", "还款方式", "共同借款标志"],
              [business, "信用/免担保", "36", "月", "按期结算还本付息", "无"])  # fmt: skip
        a |= {"due": due, "business": business, "guarantee": "信用/免担保", "terms": 36,
              "frequency": "月", "method": "按期结算还本付息", "joint": "无",
              "limit" if kind == "R1" else "amount": limit}  # fmt: skip
    else:
        w.add("table", ["发卡机构", "账户标识", "开立日期", "账户授信额度", "共享授信额度", "币种", "业务种类", "担保方式"],
              [bank, mark, w.day(opened), yuan(limit), "0", "人民币元", "贷记卡", "信用/免担保"])  # fmt: skip
        a |= {"limit": limit, "shared_limit": 0, "business": "贷记卡", "guarantee": "信用/免担保"}
    over = r.random() < 0.25
    w.add("as_of", f"截至{w.day(w.today, 'cn')}")
    a["as_of"] = w.today
    if over:
        closed = w.past(1)
        state, word = ("settled", "结清") if kind in ("D1", "R4", "R1") else ("closed", "销户")
        w.add("table", ["账户状态", "账户关闭日期"], [word, w.day(closed)])
        a |= {"state": state, "closed": closed}
    elif kind in ("D1", "R4", "R1"):
        late = r.random() < 0.4
        word = "逾期" if late else "正常"
        due_day, last = w.today - timedelta(days=5), w.today - timedelta(days=35)
        w.add("table", ["账户状态", "五级分类", "余额", "剩余还款期数", "本月应还款", "应还款日", "本月实还款", "最近一次还款日期"],
              [word, "正常", yuan(balance), "12", "1,234", w.day(due_day), "0" if late else "1,234", w.day(last)])  # fmt: skip
        w.add("table", ["当前逾期期数", "当前逾期总额", "逾期31—60天未还本金", "逾期61—90天未还本金",
                        "逾期91—180天未还本金", "逾期180天以上未还本金"],
              ["1" if late else "0", "1,234" if late else "0", "0", "0", "0", "0"])  # fmt: skip
        a |= {"state": "overdue" if late else "normal", "five_class": "正常", "balance": balance,
              "remaining_terms": 12, "due_this_month": 1234, "due_day": due_day,
              "paid_this_month": 0 if late else 1234, "last_paid": last,
              "current_periods": int(late), "current_amount": 1234 if late else 0,
              "principal_31_60": 0, "principal_over_180": 0}  # fmt: skip
    else:
        last = w.today - timedelta(days=20)
        w.add("table", ["账户状态", "余额", "已用额度", "未出单的大额专项分期余额", "剩余分期期数",
                        "最近6个月平均使用额度", "最大使用额度"],
              ["正常", yuan(balance), yuan(balance), "0", "--", "3,210", "54,321"])  # fmt: skip
        w.add("table", ["账单日", "本月应还款", "本月实还款", "最近一次还款日期", "当前逾期期数", "当前逾期总额"],
              [w.day(w.today - timedelta(days=3)), "100", "100", w.day(last), "0", "0"])  # fmt: skip
        a |= {"state": "normal", "balance": balance, "used": balance, "instalment_balance": 0,
              "average_used": 3210, "highest_used": 54321, "due_this_month": 100,
              "paid_this_month": 100, "last_paid": last, "current_periods": 0}  # fmt: skip
    if r.random() < 0.8:
        months: dict[tuple[int, int], tuple[str, str]] = {}
        end = w.today.year * 12 + w.today.month - 1
        start = end - r.randrange(3, 59)
        for at in range(start, end + 1):
            code = r.choices("N12*#C", [80, 8, 4, 4, 2, 2])[0]
            months[(at // 12, at % 12 + 1)] = (
                code,
                yuan(r.randrange(1, 99999)) if code in "12" else "0",
            )
        w.add(
            "span",
            f"{start // 12}年{start % 12 + 1:02}月—{end // 12}年{end % 12 + 1:02}月的还款记录",
        )
        w.add("grid", months)
        a["repayments"] = months
    if r.random() < 0.3:
        on = w.past(2)
        w.add("inner", ["特殊交易类型", "发生日期", "变更月数", "发生金额", "明细记录"],
              [["提前还款", w.day(on), "-3", "5,000", "提前偿还部分本金，缩短剩余期限"],
               ["展期", w.day(on - timedelta(days=90)), "6", "1,000", "--"]])  # fmt: skip
        a["special"] = 2
    if r.random() < 0.2:
        w.add(
            "inner",
            ["异议标注", "添加日期"],
            [["信息主体对该账户提出异议，正在核查处理中。", w.day(w.past(1))]],
        )
        a["noted"] = True
    p.accounts.append(a)
