"""The many names of one firm, and how likely two unlisted names mean the same one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.country import load
from notmyloan.country.names import signature
from notmyloan.locale import Speaker
from notmyloan.model.disclosure import RecipientKind

CN = load("cn").institutions
SAME_FIRM = [
    [
        "工行",
        "工商银行",
        "中国工商银行",
        "中国工商银行股份有限公司",
        "中国工商银行股份有限公司北京市分行",
        "【工商银行】您尾号1234的卡",
        "工商银行信用卡中心",
        "icbc",
        "您的卡支出100元[工商银行]",
    ],
    [
        "招行",
        "招商银行信用卡中心",
        "招商银行股份有限公司信用卡中心",
        "招商银行深圳分行",
        "掌上生活",
    ],
    ["浦发", "上海浦东发展银行股份有限公司信用卡中心", "浦发银行上海分行"],
    [
        "招联",
        "招联金融",
        "好期贷",
        "招联消费金融有限公司",
        "招联消费金融股份有限公司",
        "【招联金融】恭喜",
    ],
    ["苏宁消费金融有限公司", "南银法巴消费金融有限公司"],
    ["江苏苏宁银行股份有限公司", "苏商银行"],
    ["花呗", "借呗", "重庆蚂蚁消费金融有限公司", "蚂蚁消费金融", "蚂蚁消金"],
    ["微粒贷", "深圳前海微众银行股份有限公司", "微众银行", "WeBank"],
    ["财付通小贷", "深圳市财付通网络金融小额贷款有限公司", "微信分付"],
    ["中新（黑龙江）互联网小额贷款有限公司", "中新(黑龙江)互联网小额贷款有限公司"],
    ["360借条", "福州奇富网络小额贷款有限公司", "福州奇富网络小额贷款有限公"],
    ["兴业消费金融股份公司", "兴业消费金融"],
    ["重庆农商行", "重庆农村商业银行股份有限公司", "重庆农商银行渝北支行"],
    ["中国银行上海市静安支行", "中行", "中国银行股份有限公司信用卡中心"],
    ["哈银消费金融", "哈尔滨哈银消费金融有限责任公司"],
]


@pytest.mark.parametrize("names", SAME_FIRM, ids=lambda names: names[0])
def test_all_names_of_a_firm_find_it(names: list[str]) -> None:
    found = [CN.find(name) for name in names]
    assert None not in found
    assert len({f.id for f in found if f}) == 1


@pytest.mark.parametrize(
    "name",
    [
        "",
        "银行",
        "消费金融",
        "小额贷款有限公司",
        "某某银行",
        "平安",
        "张三",
        "北京",
        "x" * 500,
        "村镇银行",
        "分行",
        "信用卡中心",
    ],
)
def test_a_name_that_names_nobody_finds_nobody(name: str) -> None:
    assert CN.find(name) is None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("上海银行", "上海浦东发展银行"),
        ("北京银行", "北京农商银行"),
        ("苏州银行", "江苏银行"),
        ("中信银行", "中信消费金融"),
        ("平安银行", "平安消费金融"),
        ("兴业银行", "兴业消费金融"),
        ("浙商银行", "网商银行"),
        ("中原银行", "中原消费金融"),
        ("京东", "京东金条"),
        ("重庆银行", "重庆农商行"),
    ],
)
def test_lookalikes_stay_apart(a: str, b: str) -> None:
    one, other = CN.find(a), CN.find(b)
    assert one
    assert other
    assert one.id != other.id
    assert CN.match(a, b).probability < 0.5


def test_every_listed_name_finds_its_own_firm() -> None:
    for institution in CN.values():
        for name in (institution.legal_name, *institution.former):
            found = CN.find(name)
            assert found is not None
            assert found.id == institution.id, institution.id
        assert CN.find(institution.short) is not None


def test_all_consumer_finance_companies_are_there_with_their_licence() -> None:
    listed = [i for i in CN.values() if i.kind is RecipientKind.CONSUMER_FINANCE]
    assert len(listed) == 31
    assert sorted(i.licence[1:5] for i in listed if i.licence) == [f"{n:04d}" for n in range(1, 32)]


@pytest.mark.parametrize(
    ("name", "lends"),
    [
        ("广西某融资担保有限公司", True),
        ("上海某某信托有限公司", True),
        ("某市某某小额贷款有限公司", True),
        ("招商银行", True),
        ("分期乐", True),
        ("抖音", False),
        ("支付宝", False),
        ("楼下小卖部", False),
        ("中国移动", False),
        ("桐城村镇银行", True),
        ("某某县农村信用合作联社", True),
    ],
)
def test_who_lends(name: str, lends: bool) -> None:
    assert CN.lends(name) is lends


@pytest.mark.parametrize(
    ("a", "b", "at_least"),
    [
        ("深圳市乐享融资担保有限公司", "乐享融担", 0.9),
        ("重庆金瑞小额贷款有限公司", "重庆金瑞小贷", 0.99),
        ("海南鑫沃信息科技有限公司", "鑫沃科技", 0.9),
        ("昆山农商银行", "昆山农村商业银行股份有限公司", 0.99),
    ],
)
def test_unlisted_names_of_one_firm_match(a: str, b: str, at_least: float) -> None:
    assert CN.match(a, b).probability >= at_least


@pytest.mark.parametrize(
    ("a", "b", "at_most"),
    [
        ("重庆金瑞小额贷款有限公司", "重庆瑞金小贷", 0.3),
        ("徽商银行", "宿迁银行", 0.1),
        ("深圳市元宝小额贷款有限公司", "上海元宝小额贷款有限公司", 0.7),
        ("某甲村镇银行", "桐城村镇银行", 0.1),
        ("北京恒兴小额贷款有限公司", "广西立成融资担保有限公司", 0.01),
    ],
)
def test_unlisted_names_of_two_firms_do_not(a: str, b: str, at_most: float) -> None:
    assert CN.match(a, b).probability <= at_most


names = st.text(
    "招商银行金瑞小额贷款消费融资担保有限公司重庆上海科技分行", min_size=0, max_size=20
) | st.text(max_size=30)


@given(names, names)
def test_a_match_is_symmetric_and_its_reasons_add_up_to_it(a: str, b: str) -> None:
    match = CN.match(a, b)
    assert match.probability == pytest.approx(CN.match(b, a).probability)
    total = sum(r.weight for r in match.reasons if r.weight is not None)
    assert match.probability == pytest.approx(1 / (1 + math.exp(-total)))
    for language in ("en", "zh_CN"):
        for reason in match.reasons:
            assert Speaker(language).say(reason.text)


@given(names)
def test_a_name_matches_itself_better_than_not(name: str) -> None:
    if CN.find(name):
        assert CN.match(name, name).probability > 0.99


@given(st.text(max_size=60))
def test_finding_never_fails(text: str) -> None:
    CN.find(text)
    CN.lends(text)


def test_a_signature_stands_at_an_end() -> None:
    assert signature("【招联金融】您好") == "招联金融"
    assert signature("您好，退订回T【招联金融】") == "招联金融"
    assert signature("他说【不】可以这样写的话") is None
