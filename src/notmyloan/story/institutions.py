"""Names of institutions as credit reports print them.

Banks, consumer finance and small-loan companies are real ones of the public lists, since a
report of a real country names those; they only ever lend. Guarantors and leasing companies
with long names are made up, and so is everybody who leaks, pushes or deceives.
"""

from __future__ import annotations

import random

from notmyloan.story.chance import chance

CARD_CENTRES = (
    "招商银行股份有限公司信用卡中心", "中国工商银行股份有限公司牡丹卡中心",
    "中国建设银行股份有限公司信用卡中心", "交通银行股份有限公司太平洋信用卡中心",
    "中信银行股份有限公司信用卡中心", "上海浦东发展银行股份有限公司信用卡中心",
    "广发银行股份有限公司信用卡中心", "平安银行股份有限公司信用卡中心",
    "中国光大银行股份有限公司信用卡中心", "中国民生银行股份有限公司信用卡中心",
    "兴业银行股份有限公司信用卡中心", "中国农业银行股份有限公司", "中国银行股份有限公司",
    "华夏银行股份有限公司信用卡中心", "中国邮政储蓄银行股份有限公司信用卡中心",
)  # fmt: skip
BRANCHES = (
    "中国工商银行股份有限公司杭州西湖支行", "中国建设银行股份有限公司成都高新支行",
    "中国农业银行股份有限公司武汉洪山支行", "中国银行股份有限公司广州天河支行",
    "交通银行股份有限公司南京分行", "招商银行股份有限公司深圳分行",
    "中国邮政储蓄银行股份有限公司长沙市分行", "北京银行股份有限公司中关村支行",
    "宁波银行股份有限公司", "江苏银行股份有限公司苏州分行", "中国民生银行股份有限公司西安分行",
)  # fmt: skip
ONLINE_BANKS = (
    "深圳前海微众银行股份有限公司", "浙江网商银行股份有限公司", "四川新网银行股份有限公司",
    "中信百信银行股份有限公司", "江苏苏商银行股份有限公司", "武汉众邦银行股份有限公司",
)  # fmt: skip
CONSUMER_FINANCE = (
    "招联消费金融股份有限公司", "马上消费金融股份有限公司", "兴业消费金融股份公司",
    "中银消费金融有限公司", "中邮消费金融有限公司", "重庆小米消费金融有限公司",
    "湖南长银五八消费金融股份有限公司", "杭银消费金融股份有限公司", "海尔消费金融有限公司",
    "河南中原消费金融股份有限公司", "北京阳光消费金融股份有限公司", "重庆蚂蚁消费金融有限公司",
)  # fmt: skip
SMALL_LOAN = (
    "重庆度小满小额贷款有限公司", "重庆京东盛际小额贷款有限公司", "重庆美团三快小额贷款有限公司",
    "深圳市中融小额贷款有限公司", "福州奇富网络小额贷款有限公司", "重庆携程小额贷款有限公司",
)  # fmt: skip
GUARANTORS = (
    "海南虚构远航融资担保有限公司", "福建想象智云非融资性担保与融资担保有限责任公司",
    "广东例文省心普惠融资担保股份有限公司福州仓山分公司",
    "上海样本数字普惠小微企业政策性融资担保基金管理有限公司",
    "江西设定联合创新科技产业融资担保集团股份有限公司",
)  # fmt: skip
TRUSTS = ("虚构国际信托有限公司", "想象云南国际信托有限责任公司")
LEASING = ("例文（天津）国际融资租赁有限公司", "样本汽车金融有限公司")
ASSET_MANAGERS = ("广州想象资产管理有限公司", "虚构省地方资产管理股份有限公司")
LONG = (
    "新疆维吾尔自治区伊犁哈萨克自治州虚构县农村信用合作联社营业部城关分社",
    "内蒙古自治区呼伦贝尔市鄂温克族自治旗例文村镇银行股份有限公司巴彦托海支行",
)
CARRIERS = ("中国移动通信集团浙江有限公司", "中国联合网络通信有限公司成都市分公司",
            "中国电信股份有限公司江苏分公司")  # fmt: skip


def loan_maker(rng: random.Random) -> str:
    """Who lends, from bank branch to small-loan company; now and then a very long name."""
    if chance(rng, 0.12):
        return rng.choice(LONG + GUARANTORS[:2])
    return rng.choice(rng.choice((BRANCHES, ONLINE_BANKS, CONSUMER_FINANCE, SMALL_LOAN, TRUSTS)))


def asker(rng: random.Random) -> str:
    """Who looks into a report."""
    return rng.choice(GUARANTORS) if chance(rng, 0.2) else loan_maker(rng)
