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
@given(st.integers(0, 199), st.integers(0, 5), st.sampled_from("的*我贷"))
def test_one_character_mangled_still_names_the_right_one(
    many: list[Alias], who: int, at: int, other: str
) -> None:
    code = "".join(many[who].words)
    found = hear(f"放门口，{code[:at]}{other}{code[at + 1 :]}，对吧", many)
    assert found[0].alias is many[who]
    assert found[0].among == (many[who].recipient,)


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
