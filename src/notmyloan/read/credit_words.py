"""The words a PBOC credit report uses: column labels, headings, states, and how it writes
days and amounts. Layout grammar: cn.md section 5 (as of November 2026)."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from notmyloan.model.credit import AccountState, PublicKind
from notmyloan.read.credit_page import squeeze

# A column label, and other ways it has been printed. Letters are folded, spaces dropped.
_LABELS: dict[str, tuple[str, ...]] = {
    # head
    "报告编号": (), "报告时间": ("报告日期", "查询请求时间", "报告生成时间"),
    "被查询者姓名": ("被查询人姓名",), "被查询者证件类型": ("被查询人证件类型",),
    "被查询者证件号码": ("被查询人证件号码",), "查询机构": ("查询操作机构",),
    "查询原因": ("查询理由",), "姓名": (), "证件类型": (), "证件号码": (),
    "查询操作员": (), "联系电话": (), "生效日期": (), "截止日期": (), "防欺诈警示": (),
    # identity
    "性别": (), "出生日期": (), "婚姻状况": (), "学历": ("文化程度",), "学位": (),
    "就业状况": (), "国籍": (), "电子邮箱": ("邮箱",), "通讯地址": (), "户籍地址": (),
    "手机号码": ("手机号",), "信息更新日期": ("更新日期", "信息更新时间", "信息获取日期"),
    "工作单位": ("单位名称",), "居住地址": (), "住宅电话": (), "居住状况": (),
    "单位性质": (), "单位地址": (), "单位电话": (), "职业": (),
    "行业": ("所属行业",), "职务": (), "职称": (),
    "进入本单位年份": ("本单位工作起始年份", "进入单位年份", "进入本单位年月"),
    "编号": ("序号",),
    # accounts
    "管理机构": (), "发卡机构": (), "账户标识": (), "授信协议标识": ("授信协议编号",),
    "开立日期": (), "到期日期": (), "借款金额": (), "账户授信额度": ("信用额度",),
    "共享授信额度": ("共享额度",), "币种": ("账户币种",), "业务种类": ("业务类型",),
    "担保方式": (), "还款期数": (), "还款频率": (), "还款方式": (), "共同借款标志": (),
    "账户状态": (), "五级分类": ("五级分类状态",), "余额": ("账户余额",),
    "已用额度": ("已使用额度",), "透支余额": (), "剩余还款期数": (), "本月应还款": (),
    "应还款日": ("本月应还款日",), "账单日": (), "本月实还款": (),
    "最近一次还款日期": ("最近一次实际还款日期",), "当前逾期期数": (),
    "当前逾期总额": ("当前逾期金额",),
    "逾期31-60天未还本金": ("逾期31-60未还本金", "逾期31-60天未归还本金"),
    "逾期61-90天未还本金": ("逾期61-90未还本金", "逾期61-90天未归还本金"),
    "逾期91-180天未还本金": ("逾期91-180未还本金", "逾期91-180天未归还本金"),
    "逾期180天以上未还本金": (
        "逾期180以上未还本金", "逾期180天以上未归还本金", "逾期180未还本金",
    ),
    "透支180天以上未付余额": ("透支180天以上未还余额",),
    "最近6个月平均使用额度": ("最近六个月平均使用额度", "近6个月平均使用额度"),
    "最大使用额度": (), "最近6个月平均透支余额": ("最近六个月平均透支余额",),
    "最大透支余额": (), "未出单的大额专项分期余额": ("未出单大额专项分期余额",),
    "剩余分期期数": (), "账户关闭日期": ("关闭日期",), "转出月份": (), "销户日期": (),
    "结清日期": (), "还款状态": (), "账户类型": (), "截至日期": ("信息报告日期",),
    "债权接收日期": (), "原债权人": (), "原债务业务种类": ("原债务种类",),
    "债权金额": (), "债权转移时的还款状态": ("债权转移时还款状态",),
    "特殊交易类型": ("特殊交易类别",), "发生日期": (), "变更月数": ("到期日期变更月数",),
    "发生金额": (), "明细记录": ("明细",), "机构说明": (), "本人声明": (), "异议标注": (),
    "特殊标注": (), "添加日期": ("标注日期",), "类型": (), "日期": (), "金额": (),
    "大额专项分期额度": (), "分期额度生效日期": (), "分期额度到期日期": (),
    "已用分期金额": (), "特殊事件说明": (),
    # guarantees and lines
    "主借款人": ("主借款人姓名", "被担保人", "被保证人", "债务人"),
    "主借款人证件类型": (), "主借款人证件号码": (),
    "相关还款责任人类型": ("责任人类型", "还款责任人类型"),
    "还款责任金额": ("相关还款责任金额", "担保金额"),
    "保证合同编号": ("担保合同编号",), "逾期月数": (),
    "授信额度用途": ("额度用途",), "授信额度": (), "授信限额": (), "授信限额编号": (),
    # non-credit and public
    "机构名称": ("机构",), "业务开通日期": (), "当前缴费状态": ("缴费状态",),
    "当前欠费金额": ("欠费金额",), "记账年月": (), "最近24个月缴费记录": (),
    "主管税务机关": (), "欠税总额": ("欠税金额",), "欠税统计日期": ("欠税统计时间",),
    "纳税人识别号": (), "立案法院": (), "案号": (), "案由": (),
    "立案日期": ("立案时间",), "结案方式": (), "判决/调解结果": ("判决结果", "调解结果"),
    "判决/调解生效日期": ("判决/调解生效时间", "判决生效日期"), "诉讼标的": (),
    "诉讼标的金额": (), "执行法院": (), "执行案由": (), "案件状态": (),
    "结案日期": ("结案时间",), "申请执行标的": (), "申请执行标的金额": (),
    "已执行标的": (), "已执行标的金额": (), "处罚机构": (), "处罚内容": (),
    "处罚金额": (), "文书编号": (), "处罚截止日期": (), "处罚生效日期": (),
    "行政复议结果": (),
    "参缴地": (), "参缴日期": (), "初缴月份": (), "缴至月份": (), "月缴存额": (),
    "个人缴存比例": (), "单位缴存比例": (), "缴费单位": ("缴存单位",),
    "人员类别": (), "所在地": (), "工作单位所在地": (), "家庭月收入": (),
    "申请日期": (), "批准日期": (), "执业资格名称": (), "颁发机构": (), "等级": (),
    "机构所在地": (), "获得年月": (), "到期年月": (), "吊销年月": (), "奖励机构": (),
    "奖励内容": (), "生效年月": (), "截止年月": (),
    # enquiries
    "查询日期": ("查询时间",), "查询操作": (),
}  # fmt: skip

LABELS: dict[str, str] = {}
for _canonical, _others in _LABELS.items():
    for _word in (_canonical, *_others):
        LABELS.setdefault(_word, _canonical)

_LABEL_STARTS = {word[:n] for word in LABELS for n in range(1, len(word) + 1)}
_NOISE = re.compile(r"\(元\)|\(人民币元?\)|\(注\d?\)|[*:]$|^\*")


def label_of(text: str) -> str | None:
    """The canonical column label that `text` is, or None."""
    plain = squeeze(text).replace("~", "-").replace("至", "至")
    if plain in LABELS:
        return LABELS[plain]
    plain = _NOISE.sub("", plain)
    plain = re.sub(r"(\d)(?:至|到|一|-+)(\d)", r"\1-\2", plain)  # 一: a dash as scans are read
    return LABELS.get(plain)


def split_labels(text: str) -> list[tuple[int, int, str]] | None:
    """`text` (no spaces) as a chain of labels run together: `(start, end, label)`, or None."""
    plain = squeeze(text)
    best: list[list[tuple[int, int, str]] | None] = [None] * (len(plain) + 1)
    best[0] = []
    for start in range(len(plain)):
        chain = best[start]
        if chain is None:
            continue
        for end in range(start + 2, min(len(plain), start + 16) + 1):
            label = LABELS.get(plain[start:end])
            if label and (best[end] is None or len(best[end] or ()) > len(chain) + 1):
                best[end] = [*chain, (start, end, label)]
    return best[len(plain)] or None


def starts_label(text: str) -> bool:
    """Whether `text` could be the first line of a wrapped label."""
    return squeeze(text) in _LABEL_STARTS


# Headings: section ids by the words printed, numbering aside.
HEADINGS: dict[str, str] = {
    "个人信用报告": "title", "个人征信报告": "title",
    "个人基本信息": "identity", "身份信息": "id", "配偶信息": "spouse", "居住信息": "homes",
    "职业信息": "jobs", "其他证件信息": "papers", "手机号码信息": "phones",
    "信息概要": "summary", "信贷交易信息明细": "credit",
    "被追偿信息": "C1", "资产处置信息": "C1", "垫款信息": "C1", "代偿信息": "C1",
    "保证人代偿信息": "C1",
    "非循环贷账户": "D1", "循环额度下分账户": "R4", "循环贷账户": "R1", "贷记卡账户": "R2",
    "准贷记卡账户": "R3", "非循环贷账户信息": "D1", "循环额度下分账户信息": "R4",
    "循环贷账户信息": "R1", "贷记卡账户信息": "R2", "准贷记卡账户信息": "R3",
    "循环贷账户一": "R4", "循环贷账户二": "R1",
    "相关还款责任信息": "guarantee", "相关还款责任": "guarantee", "为个人": "for_person",
    "为企业": "for_firm", "授信协议信息": "line", "授信协议": "line",
    "非信贷交易信息明细": "non_credit", "非信贷交易记录": "non_credit",
    "后付费记录": "non_credit", "后付费业务记录": "non_credit", "电信缴费记录": "non_credit",
    "后付费业务欠费记录": "non_credit",
    "公共信息明细": "public", "公共记录": "public", "欠税记录": "tax",
    "民事判决记录": "judgment", "强制执行记录": "enforcement", "行政处罚记录": "penalty",
    "住房公积金参缴记录": "housing_fund", "住房公积金缴存记录": "housing_fund",
    "低保救助记录": "low_income", "执业资格记录": "licence",
    "行政奖励记录": "award", "电信欠费记录": "telecom",
    "查询记录": "enquiries", "查询记录信息": "enquiries",
    "机构查询记录明细": "by_institution", "机构查询记录": "by_institution",
    "本人查询记录明细": "by_self", "个人查询记录明细": "by_self", "本人查询记录": "by_self",
    "个人查询记录": "by_self",
    "本人声明": "statement", "异议标注": "objection", "本人声明信息": "statement",
    "异议标注信息": "objection", "异议信息": "objection",
    "防欺诈警示": "fraud_alert", "防欺诈警示信息": "fraud_alert",
    "异议信息提示": "objection_alert",
    "报告说明": "end", "说明": "end", "信用报告说明": "end",
    "信贷记录": "credit_simple", "信用卡": "cards", "贷款": "loans", "购房贷款": "home_loans",
    "其他贷款": "other_loans", "其他业务": "other_business", "贷款-购房": "home_loans",
    "贷款-其他": "other_loans",
}  # fmt: skip
_NUMBERING = re.compile(
    r"^(?:\((?:[一二三四五六七八九十]+|\d+)\)|第[一二三四五六七八九十\d]+部分[、.:]?"
    r"|(?:[一二三四五六七八九十]+|\d+)[、.]?)"
)


def heading_of(text: str) -> str | None:
    """The section that a line announces, whatever its numbering, or None."""
    plain = squeeze(text)
    if not plain or len(plain) > 24:
        return None
    plain = plain.rstrip(":")
    bare = _NUMBERING.sub("", plain)
    for word in (plain, bare):
        short = re.sub(r"\([^)]*\)$", "", word)
        # 贷记卡账户明细, 贷记卡账户信息 and the like announce the same section.
        shorter = re.sub(r"(?:信息)?明细$|信息$", "", short)
        found = HEADINGS.get(word) or HEADINGS.get(short) or HEADINGS.get(shorter)
        if found:
            return found
    return None


_DAY = re.compile(r"(\d{4})[年.\-/](\d{1,2})[月.\-/](\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[年.\-/](\d{1,2})月?")
DAY = r"\d{4}[年.\-/]\d{1,2}[月.\-/]\d{1,2}日?"
MONTH = r"\d{4}[年.\-/]\d{1,2}月?(?![\d.\-/])"
AMOUNT = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_AMOUNT = re.compile(rf"^[¥￥]?({AMOUNT})(?:元|万元)?(?:\(?人民币\)?)?$")
NOTHING = {"", "-", "--", "---", "----"}


def is_blank(text: str) -> bool:
    """Whether the report prints that it holds nothing here."""
    return squeeze(text) in NOTHING


def read_day(text: str) -> date | None:
    """A day as the report prints it; a month stands for its first day. None for nothing.

    Raises ValueError on anything else.
    """
    plain = squeeze(text)
    if plain in NOTHING:
        return None
    if (m := _DAY.fullmatch(plain)) is not None:
        return date(int(m[1]), int(m[2]), int(m[3]))
    if (m := _MONTH.fullmatch(plain)) is not None:
        return date(int(m[1]), int(m[2]), 1)
    if re.fullmatch(r"\d{8}", plain):
        return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    raise ValueError("not a day")


_MOMENT = re.compile(
    r"(\d{4})[年.\-/](\d{1,2})[月.\-/](\d{1,2})日?T?(?:(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?)?分?)?"
)


def read_moment(text: str) -> datetime:
    """The report's own time, on the wall clock. Raises ValueError."""
    m = _MOMENT.match(squeeze(text))
    if m is None:
        raise ValueError("not a moment")
    year, month, day, hour, minute, second = (int(g or 0) for g in m.groups())
    return datetime(year, month, day, hour, minute, second)


def read_amount(text: str) -> Decimal | None:
    """An amount, None for nothing. Raises ValueError on anything else."""
    plain = squeeze(text)
    if plain in NOTHING:
        return None
    m = _AMOUNT.match(plain)
    if m is None:
        raise ValueError("not an amount")
    return Decimal(m[1].replace(",", ""))


def read_count(text: str) -> int | None:
    """A whole number, None for nothing. Raises ValueError on anything else."""
    plain = squeeze(text)
    if plain in NOTHING:
        return None
    m = re.fullmatch(r"(\d+(?:,\d{3})*)(?:期|个月|月|笔|个|次|条)?", plain)
    if m is None:
        raise ValueError("not a count")
    return int(m[1].replace(",", ""))


STATES: dict[str, AccountState] = {
    "正常": AccountState.NORMAL, "逾期": AccountState.OVERDUE, "结清": AccountState.SETTLED,
    "已结清": AccountState.SETTLED, "呆账": AccountState.BAD_DEBT,
    "转出": AccountState.TRANSFERRED, "已转出": AccountState.TRANSFERRED,
    "担保物不足": AccountState.UNDERSECURED, "强制平仓": AccountState.LIQUIDATED,
    "司法追偿": AccountState.LEGAL_RECOVERY, "银行止付": AccountState.STOPPED,
    "止付": AccountState.STOPPED, "冻结": AccountState.FROZEN, "销户": AccountState.CLOSED,
    "已销户": AccountState.CLOSED, "未激活": AccountState.INACTIVE,
    "尚未激活": AccountState.INACTIVE, "催收": AccountState.COLLECTING,
    "结束": AccountState.ENDED,
}  # fmt: skip

PUBLIC: dict[str, PublicKind] = {
    "tax": PublicKind.TAX, "judgment": PublicKind.JUDGMENT,
    "enforcement": PublicKind.ENFORCEMENT, "penalty": PublicKind.PENALTY,
    "housing_fund": PublicKind.HOUSING_FUND, "low_income": PublicKind.LOW_INCOME,
    "licence": PublicKind.LICENCE, "award": PublicKind.AWARD, "telecom": PublicKind.TELECOM,
    "other_public": PublicKind.OTHER,
}  # fmt: skip

MARITAL = ("已婚", "未婚", "单身", "离婚", "丧偶", "离异", "复婚", "再婚")

REASONS = (
    "贷款审批", "信用卡审批", "融资审批", "额度审批", "担保资格审查", "保前审查", "贷后管理",
    "保后管理", "客户准入资格审查", "资信审查", "法人代表、负责人、高管等资信审查",
    "特约商户实名审查", "公积金提取复核查询", "股指期货开户", "司法调查", "异议处理", "异议核查",
    "本人查询", "其他",
)  # fmt: skip
