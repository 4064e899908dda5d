"""The words a person may use in their own lists, in English and Chinese, and what they mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from notmyloan.model.disclosure import Consent, Given, OwnedKind, RecipientKind, Standing

T = TypeVar("T")


def plain_word(word: str) -> str:
    """A key or word without case, spaces and the difference of `-` and `_`."""
    return re.sub(r"[\s\-]+", "_", word.strip().casefold())


def _table(words: Mapping[T, str]) -> dict[str, T]:
    return {plain_word(w): meaning for meaning, many in words.items() for w in many.split()}


SECTIONS = _table({"mine": "mine 我的", "gave": "gave given disclosures 给过 给了 披露",
                   "complete": "complete 齐全 全部"})  # fmt: skip

KINDS = _table({
    OwnedKind.NAME: "name names 姓名 名字",
    OwnedKind.ID_NUMBER: "id_number id_numbers id 身份证 身份证号 身份证号码",
    OwnedKind.PHONE: "phone phones mobile 手机 手机号 电话",
    OwnedKind.EMAIL: "email emails mail 邮箱 电子邮箱",
    OwnedKind.CARD: "card cards bank_card bank_cards 银行卡 卡 信用卡 储蓄卡",
    OwnedKind.ACCOUNT: "account accounts loan loans 账户 贷款 借款 贷款账户",
    OwnedKind.LENDER: "lender lenders 贷款机构 机构 放款机构",
    OwnedKind.ADDRESS: "address addresses 地址 住址",
    OwnedKind.EMPLOYER: "employer employers job jobs 单位 工作单位 雇主",
    OwnedKind.PAYEE: "payee payees 收款人 常用收款人",
    OwnedKind.APPLICATION: "application applications applied 申请 贷款申请",
    OwnedKind.REPORT_REQUEST: "report_request report_requests own_reports 本人查询 查征信 "
    "查信用报告",
    OwnedKind.NOT_MINE: "not_mine 不是我的 非本人",
})  # fmt: skip

DETAILS = _table({
    "value": "value number tail text 内容 号码 卡号 尾号 值 说明",
    "institution": "institution bank lender where 机构 银行 贷款机构 开户行 公司",
    "opened": "opened on date since 日期 开立日期 开户日期 放款日期 申请日期 查询日期 开始日期",
    "closed": "closed until 结清日期 销户日期 结束日期 截止日期",
    "business": "business product 业务 产品 业务种类",
    "note": "note remark 备注",
    "standing": "standing 状态",
    "because": "because 依据",
})  # fmt: skip

GIFT = _table({
    "to": "to recipient who 给谁 给了谁 对象 平台 机构 接收方",
    "on": "on date when 日期 时间 哪天",
    "what": "what given 给了什么 内容 信息 资料",
    "kind": "kind recipient_kind type 类型 机构类型 对象类型",
    "purpose": "purpose why for 用途 目的 原因",
    "basis": "basis legal_basis 依据 法律依据",
    "consent": "consent 授权 同意",
    "revoked": "revoked revoked_on withdrawn 撤回 撤回日期 撤回同意",
    "phone": "phone mobile 手机 手机号 电话",
    "email": "email mail 邮箱",
    "marks": "marks mark 记号 标记 水印",
    "note": "note remark 备注",
    "standing": "standing 状态",
    "because": "because 来源记录",
})  # fmt: skip

GIVEN = _table({
    Given.NAME: "name 姓名 名字",
    Given.PHONE: "phone mobile 手机 手机号 手机号码 电话",
    Given.ID_NUMBER: "id_number id 身份证号 身份证号码 证件号",
    Given.ID_COPY: "id_copy id_photo 身份证照片 身份证复印件 身份证正反面 身份证",
    Given.BANK_CARD: "bank_card card 银行卡 银行卡号 卡号",
    Given.ADDRESS: "address 地址 住址",
    Given.EMAIL: "email mail 邮箱 电子邮箱",
    Given.FACE: "face selfie 人脸 刷脸 自拍 人脸识别",
    Given.CONTACTS: "contacts address_book 通讯录 联系人",
    Given.EMPLOYER: "employer job 单位 工作单位",
    Given.INCOME: "income salary 收入 工资 收入证明",
})  # fmt: skip

RECIPIENTS = _table({
    RecipientKind.BANK: "bank 银行",
    RecipientKind.CONSUMER_FINANCE: "consumer_finance 消费金融 消费金融公司",
    RecipientKind.SMALL_LOAN: "small_loan 小贷 小额贷款 小额贷款公司",
    RecipientKind.LOAN_PLATFORM: "loan_platform 助贷 贷款平台 网贷 网贷平台 借款平台",
    RecipientKind.LEAD_SELLER: "lead_seller 贷超 贷款超市 导流平台 中介 贷款中介",
    RecipientKind.INSURER: "insurer 保险 保险公司",
    RecipientKind.TELECOM: "telecom 运营商 通信",
    RecipientKind.SHOP: "shop 商店 商家 电商 店铺 打印店",
    RecipientKind.EMPLOYER: "employer 单位 雇主 公司",
    RecipientKind.AUTHORITY: "authority 政府 机关 政务",
    RecipientKind.OTHER: "other 其他 其它",
})  # fmt: skip

CONSENTS = _table({
    Consent.STANDING: "standing yes true 有效 是 同意 已授权",
    Consent.REVOKED: "revoked no false withdrawn 已撤回 撤回 否 已取消",
    Consent.UNKNOWN: "unknown 未知 不清楚",
})  # fmt: skip

STANDINGS = _table({
    Standing.CONFIRMED: "confirmed 已确认 确认",
    Standing.PROPOSED: "proposed 待确认",
    Standing.STRUCK: "struck 已划去 划去",
})  # fmt: skip

CSV_KIND = {plain_word(w) for w in ["kind", "类别", "种类", "项目"]}


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like `word`, or an empty string."""
    close = difflib.get_close_matches(plain_word(word), list(known), n=1, cutoff=0.5)
    return close[0] if close else ""


def words_in(cell: str) -> list[str]:
    """The words of a cell that lists several."""
    return [w for w in re.split(r"[、,，;；|+\n]+", cell) if w.strip()]
