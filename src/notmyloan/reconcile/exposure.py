"""What is known to be out there about the person, through which channel, and its going price.

Only what was seen: a pusher's text that names the person, a loan opened with their number, a
disclosure they confirmed. The price is an estimate that nobody has checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from notmyloan.model.disclosure import Given, OwnedKind, Standing
from notmyloan.model.dossier import Dossier
from notmyloan.model.exposure import Exposed, Exposure
from notmyloan.model.identity import fold_digits
from notmyloan.model.label import Label
from notmyloan.model.record import Message, record_id
from notmyloan.model.text import Text
from notmyloan.reconcile.accounts import judge_accounts
from notmyloan.reconcile.known import known
from notmyloan.reconcile.weigh import NOT_MINE

# Worst first: by what can be done with it and how hard it is to change.
_ORDER = (
    Given.ID_COPY, Given.FACE, Given.ID_NUMBER, Given.BANK_CARD, Given.NAME, Given.CONTACTS,
    Given.ADDRESS, Given.EMPLOYER, Given.INCOME, Given.PHONE, Given.EMAIL,
)  # fmt: skip
_UNWANTED = (
    Label.LOAN_SOLICITATION, Label.DUNNING, Label.CREDIT_REPAIR, Label.CODE_BEGGING, Label.FRAUD,
    Label.ILLEGAL_OFFER, Label.MARKETING,
)  # fmt: skip
_CITED = 5
_RECIPIENTS = 4
_TITLE = "先生|女士|小姐|老师|老板|总"


@dataclass(slots=True)
class Seen:
    """How often a fact was named by strangers, and some of the records that show it."""

    n: int = 0
    cites: list[str] = field(default_factory=list)

    def add(self, message: Message) -> None:
        self.n += 1
        if len(self.cites) < _CITED:
            self.cites.append(record_id(message))


def exposure(dossier: Dossier) -> Exposure:
    """All exposed facts, worst first. Empty means nothing was seen, not that nothing is out."""
    pack = known(dossier).pack
    channels: dict[Given, list[Text]] = {}
    cites: dict[Given, list[str]] = {}
    for item, seen in _named_by_strangers(dossier).items():
        channels.setdefault(item, []).append(
            Text(f"reconcile.exposed.{'reached' if item is Given.PHONE else 'named'}", n=seen.n)
        )
        cites.setdefault(item, []).extend(seen.cites)
    foreign = [j for j in judge_accounts(dossier) if j.probability >= NOT_MINE and j.said.value]
    if foreign:
        for item in (Given.ID_NUMBER, Given.NAME):
            channels.setdefault(item, []).append(Text("reconcile.exposed.borrowed", n=len(foreign)))
            cites.setdefault(item, []).extend(c for j in foreign for c in j.cites)
    for item, recipients in _given(dossier).items():
        channels.setdefault(item, []).append(
            Text("reconcile.exposed.given", n=len(recipients), firms=recipients[:_RECIPIENTS])
        )
    items = []
    for item in _ORDER:
        if item in channels:
            price = pack.prices.get(item)
            items.append(
                Exposed(
                    item=item,
                    channels=tuple(channels[item]),
                    cites=tuple(dict.fromkeys(cites.get(item, ()))),
                    price_low=price.low if price else None,
                    price_high=price.high if price else None,
                    price_source=price.source if price else None,
                )
            )
    return Exposure(tuple(items))


def _given(dossier: Dossier) -> dict[Given, tuple[str, ...]]:
    """Who holds what, by the person's own confirmed word, the newest first."""
    held: dict[Given, dict[str, None]] = {}
    confirmed = [d for d in dossier.disclosures if d.standing is Standing.CONFIRMED]
    for d in sorted(confirmed, key=lambda d: d.on.toordinal() if d.on else 0, reverse=True):
        for item in d.given:
            held.setdefault(item, {})[d.recipient] = None
    return {item: tuple(recipients) for item, recipients in held.items()}


def _named_by_strangers(dossier: Dossier) -> dict[Given, Seen]:
    tests = _tests(dossier)
    seen: dict[Given, Seen] = {}
    for message, _ in dossier.messages(_UNWANTED):
        seen.setdefault(Given.PHONE, Seen()).add(message)
        if not tests:
            continue
        text = fold_digits(message.text)
        for item, names_it in tests:
            if names_it(text):
                seen.setdefault(item, Seen()).add(message)
    return seen


def _tests(dossier: Dossier) -> list[tuple[Given, Callable[[str], bool]]]:
    """For each fact of the person, whether a text names it. Never a pattern so short that it
    would meet strangers: four digits only beside the words that say what they are."""
    mine = dossier.mine
    patterns: dict[Given, list[str]] = {}

    def add(item: Given, pattern: str) -> None:
        patterns.setdefault(item, []).append(pattern)

    for o in mine.of(OwnedKind.NAME):
        name = o.value.strip()
        if len(name) >= 2:
            add(Given.NAME, re.escape(name))
        if 2 <= len(name) <= 4 and "\u4e00" <= name[0] <= "\u9fff":
            add(Given.NAME, rf"(?<![\u4e00-\u9fff]){re.escape(name[0])}(?:{_TITLE})")
            add(Given.NAME, rf"(?:尊敬的|您好|你好){re.escape(name[0])}(?:{_TITLE})")
    for o in mine.of(OwnedKind.ID_NUMBER):
        if len(o.value) >= 15:
            add(Given.ID_NUMBER, re.escape(o.value))
            tail = re.escape(o.value[-4:])
            add(Given.ID_NUMBER, rf"身份证[^。;；]{{0,12}}(?<![0-9]){tail}(?![0-9])")
    for o in mine.of(OwnedKind.CARD):
        if len(o.value) >= 13:
            add(Given.BANK_CARD, re.escape(o.value))
        tail = re.escape(o.value[-4:])
        add(Given.BANK_CARD, rf"(?:尾号|末四位|后四位|卡号)[^0-9。;；]{{0,6}}{tail}(?![0-9])")
    for kind, item, least in (
        (OwnedKind.EMPLOYER, Given.EMPLOYER, 4),
        (OwnedKind.ADDRESS, Given.ADDRESS, 6),
        (OwnedKind.EMAIL, Given.EMAIL, 6),
    ):
        for o in mine.of(kind):
            if len(o.value.strip()) >= least:
                add(item, re.escape(o.value.strip()))
    compiled = {
        item: re.compile("|".join(parts), re.IGNORECASE) for item, parts in patterns.items()
    }
    return [(item, _finder(pattern)) for item, pattern in compiled.items()]


def _finder(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None
