"""Aliases: what may vary, that they stay apart, and that they are found again."""

from __future__ import annotations

import json
import random
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notmyloan.locale import Speaker
from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.errors import UsageError
from notmyloan.model.serial import from_json, to_json
from notmyloan.seal.alias import Alias, AliasField, OwnFields, allowed, propose, rewordings, tag_of
from notmyloan.seal.alias_code import apart, capacity, codeword, syllable, words
from notmyloan.seal.alias_hear import How, hear

OWN = OwnFields(emails=("lin@gmail.com",), address="幸福路18号3号楼2单元501室", card_name="林先生")
DAY = date(2026, 1, 1)


def _aliases(count: int, seed: int = 1) -> list[Alias]:
    made: list[Alias] = []
    rng = random.Random(seed)
    for n in range(count):
        made += propose(f"r{n}", RecipientKind.SHOP, OWN, made, rng, made=DAY)
    return made


@pytest.fixture(scope="module")
def many() -> list[Alias]:
    return [a for a in _aliases(200) if a.field is AliasField.ADDRESS]


@pytest.fixture(scope="module")
def few(many: list[Alias]) -> list[Alias]:
    """As many as share no word."""
    return many[:75]


def test_the_words_are_a_prime_many_and_far_apart() -> None:
    listed = words()
    q = len(listed)
    assert q > 200
    assert all(q % n for n in range(2, q))
    for one, other in combinations(listed, 2):
        gap = sum(
            apart(syllable(a), syllable(b)) for a, b in zip(one.pinyin, other.pinyin, strict=True)
        )
        assert gap >= 1, (one, other)
    assert capacity() > 50_000


@given(st.tuples(*[st.integers(0, 240)] * 4))
def test_two_codewords_agree_in_one_place_at_most(at: tuple[int, int, int, int]) -> None:
    one, other = codeword(*at[:2]), codeword(*at[2:])
    if one and other and one != other:
        assert sum(a == b for a, b in zip(one, other, strict=True)) <= 1


def test_two_hundred_recipients_share_one_word_at_most(many: list[Alias]) -> None:
    assert len({a.words for a in many}) == 200
    for one, other in combinations(many, 2):
        assert len(set(one.words) & set(other.words)) <= 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 74), st.integers(0, 5), st.sampled_from("的*我贷"))
def test_one_character_mangled_still_names_the_right_one(
    few: list[Alias], who: int, at: int, other: str
) -> None:
    code = "".join(few[who].words)
    found = hear(f"放门口，{code[:at]}{other}{code[at + 1 :]}，对吧", few)
    assert found[0].alias is few[who]
    assert found[0].among == (few[who].recipient,)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 199), st.integers(0, 5), st.sampled_from("的*我贷"))
def test_among_two_hundred_it_still_comes_first(
    many: list[Alias], who: int, at: int, other: str
) -> None:
    code = "".join(many[who].words)
    found = hear(f"放门口，{code[:at]}{other}{code[at + 1 :]}，对吧", many)
    assert found[0].alias is many[who]
    assert found[0].among[0] == many[who].recipient


@pytest.mark.parametrize("kind", RecipientKind)
def test_only_lawful_fields_vary(kind: RecipientKind) -> None:
    fields = {a.field for a in propose("x", kind, OWN, (), random.Random(1), made=DAY)}
    assert fields == allowed(kind)
    free = {RecipientKind.SHOP, RecipientKind.OTHER}
    assert (AliasField.NAME_CARD in fields) == (kind in free)
    assert AliasField.EMAIL in fields
    assert (AliasField.ADDRESS in fields) == (kind is not RecipientKind.AUTHORITY)


@pytest.mark.parametrize(
    ("own", "kind", "key"),
    [
        (OwnFields(), RecipientKind.SHOP, "alias.nothing"),
        (OwnFields(emails=("a@plain.example",)), RecipientKind.SHOP, "alias.nothing"),
        (OwnFields(card_name="林先生"), RecipientKind.BANK, "alias.forbidden"),
        (OwnFields(address="幸福路1号"), RecipientKind.AUTHORITY, "alias.forbidden"),
    ],
)
def test_nothing_to_vary_is_said(own: OwnFields, kind: RecipientKind, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        propose("某行", kind, own, (), random.Random(1), made=DAY)
    assert caught.value.text.key == key
    for language in ("zh_CN", "en"):
        assert "某行" in Speaker(language).say(caught.value.text)


def test_the_same_dice_give_the_same_aliases() -> None:
    assert _aliases(5, 3) == _aliases(5, 3)
    assert _aliases(5, 3) != _aliases(5, 4)


def test_an_alias_goes_through_json() -> None:
    for alias in _aliases(1):
        assert from_json(Alias, json.loads(json.dumps(to_json(alias)))) == alias


def test_the_address_stays_the_same_place() -> None:
    forms = rewordings("幸福路18号3号楼2单元501室")
    assert "幸福路18号3-2-501" in forms
    assert all("18号" in f and "501" in f for f in forms)
    assert rewordings("幸福路18号") == ("幸福路18号",)


def test_what_is_heard_tells_how(many: list[Alias]) -> None:
    one = many[7]
    assert hear(one.value, many)[0].how is How.EXACT
    said = tag_of(one.words).replace(".", " 点 ")
    assert hear(said, many)[0].alias is one
    assert hear(said, many)[0].how is How.LETTERS


def test_nobody_is_heard_where_nobody_is(many: list[Alias]) -> None:
    for text in ("", "   ", "***********", "xxxxxx", "您的快递已放在门口鞋柜，请及时领取",
                 "您有一笔额度已获批准，请尽快联系客户经理办理，退订回T"):  # fmt: skip
        assert hear(text, many) == ()
    assert hear("松鼠月亮", ()) == ()


def test_random_characters_name_nobody(many: list[Alias]) -> None:
    # Uniform over the 3,755 common characters of GB 2312. Text made of the list's own words is
    # not what the bound is about: there a word or two comes up by chance.
    rng = random.Random(5)
    common = [bytes((a, b)).decode("gb2312", "ignore") for a in range(0xB0, 0xD8)
              for b in range(0xA1, 0xFF)]  # fmt: skip
    false = sum(bool(hear("".join(rng.choices(common, k=60)), many)) for _ in range(300))
    assert false <= 1


MANGLED = [
    (0, "您是住幸福路那边、口令毛驴喷泉棉花那位林先生吧，需要资金吗"),
    (0, "林先生您好 毛炉喷全面花 这边给您办理备用金"),
    (0, "地址写的什么毛驴、喷泉、棉什么的"),
    (0, "毛驢噴泉棉花 您的快遞"),
    (0, "备注毛驴棉花，喷泉，对吗"),
    (0, "您邮箱是 maolv 点 penquan 点 mianhua 四十七 吧"),
    (0, "l i n plus maolv dot penquan dot mianhua four seven at gmail"),
    (0, "lin+ma**v.penq***.mianhua47@gmail.com"),
    (0, "毛*喷泉**花先生您好，您预留的额度即将失效"),
    (1, "我这边看到您的备注是荷花、青亭、沙漠"),
    (1, "何花 清廷 沙莫"),
    (1, "hehua 蜻蜓 shamo"),
    (1, "【贷款】荷花先生您好，蜻蜓沙漠专属额度5万"),
    (1, "he hua qing ting sha mo six zero"),
    (1, "荷花蜻蜓"),
    (1, "hehua.qingting.sharno60"),
    (2, "瓦片龙下雨伞"),
    (2, "挖骗笼虾鱼伞"),
    (2, "wapian long xia yu san 八幺"),
    (2, "收货口令是不是 瓦 片 龙 虾 雨 伞"),
    (2, "雨伞龙虾瓦片"),
    (2, "瓦篇聋侠与三"),
]  # fmt: skip


@pytest.fixture(scope="module")
def sixty() -> list[Alias]:
    """The first three are 毛驴喷泉棉花, 荷花蜻蜓沙漠 and 瓦片龙虾雨伞."""
    return [a for a in _aliases(60, 5) if a.field is AliasField.ADDRESS]


@pytest.mark.parametrize(("who", "text"), MANGLED)
def test_what_people_make_of_it_still_names_the_right_one(
    sixty: list[Alias], who: int, text: str
) -> None:
    found = hear(text, sixty)
    assert found
    assert found[0].among == (f"r{who}",)


def test_the_first_seventy_five_recipients_share_no_word_at_all() -> None:
    words_of = [w for a in _aliases(75, 2) if a.field is AliasField.ADDRESS for w in a.words]
    assert len(set(words_of)) == 225


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 59), st.integers(0, 59), st.permutations(range(3)), st.integers(0, 7))
def test_two_who_pool_their_words_name_no_innocent(
    sixty: list[Alias], one: int, other: int, order: list[int], mask: int
) -> None:
    mixed = [sixty[one if mask >> n & 1 else other].words[n] for n in order]
    for found in hear(f"口令{''.join(mixed)}，对吧", sixty):
        assert set(found.among) <= {f"r{one}", f"r{other}"}


def test_beyond_that_two_who_pool_never_make_an_innocent_stand_alone(many: list[Alias]) -> None:
    owners: dict[str, list[Alias]] = {}
    for alias in many:
        for word in alias.words:
            owners.setdefault(word, []).append(alias)
    tried = 0
    for innocent in many:
        shared = [w for w in innocent.words if len(owners[w]) > 1][:2]
        if len(shared) < 2:
            continue
        pair = [next(a for a in owners[w] if a is not innocent) for w in shared]
        found = hear(f"放门口，口令{''.join(shared)}，对吧", many)
        tried += 1
        assert all({a.recipient for a in pair} & set(f.among) for f in found)
        assert all(len(f.among) > 1 for f in found)
        if tried == 25:
            break
    assert tried == 25
