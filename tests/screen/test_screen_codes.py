# ruff: noqa: E501 - a text stays on its line
"""What a verification code is for, whose it is, and that its digits go no further."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.country import load
from notmyloan.screen.codes import Stage, read_code
from notmyloan.screen.signer import Senders, signature

SENDERS = Senders(load("cn").institutions, load("cn").numbers)
PORT = "10690555012345"

STAGES = [
    ("【安逸花】验证码：482913，您正在注册安逸花账户，5分钟内有效，请勿泄露给他人。", Stage.REGISTRATION),
    ("【还呗】欢迎注册，校验码 7719，十分钟内填写有效。", Stage.REGISTRATION),
    ("【微粒贷】您的动态密码为553201，用于首次开通账户，切勿转发。", Stage.REGISTRATION),
    ("【拍拍贷】您的验证码是 0099，登录/注册使用，请于10分钟内填写。", Stage.REGISTRATION),
    ("【支付宝】校验码：3849，您正在登录支付宝，打死不告诉别人哦！", Stage.LOGIN),
    ("【滴滴出行】登录验证码7382，1分钟内有效", Stage.LOGIN),
    ("【招商银行】您正在新设备上登陆手机银行，验证码 338201", Stage.LOGIN),
    ("【招联金融】您的验证码为 583920，您正在申请借款额度，如非本人操作请及时修改密码。", Stage.APPLICATION),
    ("【马上消费金融】验证码672839，您正在授权查询个人征信，5分钟内有效", Stage.APPLICATION),
    ("【中信银行】信用卡申请验证码：551873，请勿告知任何人", Stage.APPLICATION),
    ("【分期乐】您正在申请借款，验证码334455，请勿泄露", Stage.APPLICATION),
    ("【分期乐】您正在申请借款5000元，验证码334455，请勿泄露", Stage.DRAWDOWN),
    ("【度小满】您正在授权查询个人信用报告，验证码113344。", Stage.APPLICATION),
    ("【微众银行】您正在签署《个人借款合同》，短信验证码：384756，10分钟内有效。", Stage.SIGNING),
    ("【中邮钱包】尊敬的用户，电子合同签署码为：990122（验证码），3分钟有效", Stage.SIGNING),
    ("【度小满】482910（动态验证码），您正在确认借款20000元，切勿告知他人！", Stage.DRAWDOWN),
    ("【360借条】您的提现验证码为772810，请勿泄露", Stage.DRAWDOWN),
    ("【中原消费金融】您正在提款15000元至尾号3321的银行卡，验证码448832", Stage.DRAWDOWN),
    ("【京东金融】验证码 110293，用于绑定银行卡，请在30分钟内输入", Stage.CARD_BINDING),
    ("【工商银行】动态密码837465，您正在开通快捷支付签约", Stage.CARD_BINDING),
    ("【平安银行】您正在重置登录密码，验证码：228190。", Stage.PASSWORD_RESET),
    ("【招商银行】您正在使用尾号8823的卡在美团支付128.00元，验证码774411", Stage.PAYMENT),
    ("【建设银行】转账验证码 662910，收款人尾号1209", Stage.PAYMENT),
    ("【中国移动】您正在办理补卡业务，验证码 558291，如非本人操作请致电10086", Stage.NUMBER_CHANGE),
    ("【美团】您正在申请更换手机号，验证码 993812", Stage.NUMBER_CHANGE),
    ("【中国农业银行】验证码123412，有效期五分钟，任何人索要均为诈骗。", Stage.UNKNOWN),
    ("【京東金融】您的驗證碼為４８２９３１，您正在註冊，請勿洩露", Stage.REGISTRATION),
    ("LendingClub: 883921 is your code to confirm your loan of $5,000. Expires in 10 minutes.", Stage.DRAWDOWN),
    ("[Capital One] 449182 is the code for signing your loan agreement. Valid for 5 minutes", Stage.SIGNING),
    ("BofA: DO NOT share this Sign In code. We will NEVER call you for it. Code 493029.", Stage.LOGIN),
    ("Your Upstart verification code is 552313. You are checking your rate: loan application.", Stage.APPLICATION),
    ("Use 482913 to reset your password. Your Chime code expires in 15 minutes.", Stage.PASSWORD_RESET),
    ("Affirm: 771204 is your code to create your account.", Stage.REGISTRATION),
    ("T-Mobile: your SIM swap verification code is 552091", Stage.NUMBER_CHANGE),
    ("Your Cash App code is 551-201. Use it to link your debit card.", Stage.CARD_BINDING),
    ("【微粒贷】您正在借款，金额￥30,000.00，验证码为 221188，切勿泄露于他人。", Stage.DRAWDOWN),
    ("【财付通】验证码883311，您正在添加尾号1102的建设银行储蓄卡，请勿告诉他人", Stage.CARD_BINDING),
    ("【度小满金融】您正在确认《个人征信授权书》等协议，验证码445566", Stage.SIGNING),
    ("【农业银行】您正在签约代扣协议，动态码：290188，商户：某某小贷", Stage.CARD_BINDING),
    ("【联通】您申请携号转网授权码为：88219012，有效期至明日", Stage.NUMBER_CHANGE),
    ("【网商银行】您正在支用网商贷 8000 元，校验码 558213", Stage.DRAWDOWN),
    ("【中原消费金融】尊敬的客户，您正在进行额度激活，验证码 102933", Stage.APPLICATION),
    ("OneMain: 882133 is your verification code to receive your funds.", Stage.DRAWDOWN),
]  # fmt: skip


@pytest.mark.parametrize(("text", "stage"), STAGES)
def test_reads_the_stage(text: str, stage: Stage) -> None:
    code = read_code(text, PORT, SENDERS)
    assert code is not None
    assert code.stage is stage
    assert code.is_code > 0.8
    assert 0 < code.stage_confidence <= 1


NO_CODES = [
    "警方提醒：凡是索要验证码的都是诈骗，请拨打96110",
    "把刚才收到的验证码发给我一下",
    "【菜鸟驿站】您的包裹已到，取件码3-2-4413，请及时领取",
    "【招商银行】您尾号8823的信用卡03月账单金额1234.56元，还款日12日",
    "晚上七点老地方见，我的车停在2号楼",
    "Never share your verification code with anyone, call 18005551234",
    "【优惠】输入优惠码8848立减50元，点击 https://t.cn/abc 领取",
    "Your parcel locker code is 4471, pick up before Friday",
    "",
]


@pytest.mark.parametrize("text", NO_CODES)
def test_takes_nothing_else_for_a_code(text: str) -> None:
    assert read_code(text, PORT, SENDERS) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("【甲行】验证码112233，5分钟内有效", 5.0),
        ("【甲行】验证码112233，有效期十五分钟", 15.0),
        ("【甲行】验证码112233，请在两小时内输入", 120.0),
        ("【甲行】验证码112233，90秒内有效", 1.5),
        ("【甲行】验证码112233，请勿泄露", None),
        ("Your code is 112233. It expires in 10 minutes.", 10.0),
    ],
)
def test_reads_how_long_it_is_valid(text: str, minutes: float | None) -> None:
    code = read_code(text, PORT, SENDERS)
    assert code is not None
    assert code.minutes == minutes


def test_advice_is_no_stage() -> None:
    code = read_code(
        "【某银行】验证码118822。如非本人操作，请立即修改密码并停止支付。", PORT, SENDERS
    )
    assert code is not None
    assert code.stage is Stage.UNKNOWN


def test_names_the_firm_and_whether_it_lends() -> None:
    code = read_code("您的验证码是8839【分期乐】", PORT, SENDERS)
    assert code is not None
    assert code.sender.signature == "分期乐"
    assert code.sender.lends
    assert code.sender.institution is not None
    shop = read_code("【盒马】验证码8839，请勿转发", PORT, SENDERS)
    assert shop is not None
    assert not shop.sender.lends


def test_an_unlisted_lender_is_known_by_its_name() -> None:
    code = read_code("【秋叶快贷】验证码883900，您正在注册", PORT, SENDERS)
    assert code is not None
    assert code.sender.institution is None
    assert code.sender.lends


@given(st.integers(0, 99_999_999), st.sampled_from([t for t, _ in STAGES]))
def test_the_code_itself_never_comes_out(number: int, template: str) -> None:
    digits = f"{number:06d}"
    text = re.sub(r"(?<!\d)\d{4,8}(?!\d)", digits, template)
    code = read_code(text, PORT, SENDERS)
    if code is None:
        return
    assert "pass" not in repr(code)
    for reason in code.reasons:
        assert digits not in str(reason.text.args)
    assert digits not in repr(code)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    code = read_code(text + " 验证码", "10690000", SENDERS)
    assert code is None or 0 < code.is_code <= 1
    name = signature(text)
    assert name is None or name.strip()
