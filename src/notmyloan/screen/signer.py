"""Who a message says it is from: signature, institution, and the key that groups a campaign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from notmyloan.country.institutions import Institution, Institutions
from notmyloan.country.numbers import NumberForm, Numbers
from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.identity import mask
from notmyloan.model.record import Message, Private
from notmyloan.screen.wording import plain

_SIGNED = re.compile(
    r"^\s*[【\[](?P<a>[^【】\[\]]{1,24})[】\]]|[【\[](?P<b>[^【】\[\]]{1,24})[】\]]\s*$"
)
# English business texts open with the firm's name and a colon or dash, or name it by the code.
_OPENING = re.compile(r"^\s*(?P<a>[A-Z][\w&'’.+-]*(?: [A-Z&][\w&'’.+-]*){0,3}) ?[:\-–] ")
_BESIDE = re.compile(
    r"\b(?:[Yy]our|[Tt]he|[Aa]n?) (?P<a>[A-Z][\w&'’.+-]*(?: [A-Z][\w&'’.+-]*){0,2}) "
    r"(?:[a-z-]+ ){0,2}(?:code|passcode|OTP|PIN|password)\b"
)
_NO_NAME = re.compile(
    r"^(?:\d+|OTP|FYI|Hi|Hello|Dear|Note|Re|Fwd|Code|Reminder|Alert|Warning|Urgent|Notice|Free"
    r"|Free ?Msg|Msg|Text|SMS|Verification|Security|Login|Your|From|To|Loan"
    r"|验证码|通知|提醒|重要|广告|公告|温馨提示|系统|短信|紧急|点击|图片|语音|位置|转发|链接)$",
    re.IGNORECASE,
)


def signature(text: str) -> str | None:
    """The name a business text is signed with: `【…】` at either end, or an English opening."""
    folded = plain(text)
    for pattern in (_SIGNED, _OPENING, _BESIDE):
        found = pattern.search(folded)
        if found:
            groups = found.groupdict()
            name = (groups.get("a") or groups.get("b") or "").strip(" :-·")
            if name and not _NO_NAME.match(name):
                return name
    return None


def has_template(text: str) -> bool:
    """Whether the text carries `【…】` at an end, as only business ports send."""
    return _SIGNED.search(plain(text)) is not None and signature(text) is not None


@dataclass(frozen=True, slots=True, repr=False)
class Sender(Private):
    """Who a message says it is from.

    `key` is the same for every message of one institution, signature or block of numbers;
    `name` can be shown (numbers are masked); `institution` is the listed firm, if any; `lends`
    whether a loan may come from it, listed or by its name.
    """

    key: str
    name: str
    institution: Institution | None
    signature: str | None
    form: NumberForm
    kind: RecipientKind
    lends: bool

    @property
    def hotline(self) -> str | None:
        return self.institution.hotline if self.institution else None

    @property
    def hotline_is_sure(self) -> bool:
        return bool(self.institution and self.institution.hotline_confidence == "sourced")


# How many leading digits the numbers of one sender share.
_SHARED = {
    NumberForm.PORT_106: 10,
    NumberForm.MOBILE: 9,
    NumberForm.VIRTUAL_MOBILE: 9,
    NumberForm.SERVICE_95: 8,
    NumberForm.IOT: 11,
}


# Numbers that only a firm can get.
_BUSINESS = frozenset(
    (NumberForm.SERVICE_95, NumberForm.SERVICE_96, NumberForm.SERVICE_400, NumberForm.SERVICE_800,
     NumberForm.PORT_106)
)  # fmt: skip


class Senders:
    """Reads senders with one country's institutions and number forms; remembers what it read."""

    def __init__(self, institutions: Institutions, numbers: Numbers) -> None:
        self.institutions = institutions
        self.numbers = numbers
        self._signed = lru_cache(maxsize=8_192)(self._of_signature)
        self._sender = lru_cache(maxsize=16_384)(self._of_names)

    def of(self, message: Message) -> Sender:
        """The sender of a message."""
        return self.read(message.text, message.party)

    def read(self, text: str, party: str) -> Sender:
        """The sender of a text from a number or name."""
        # A port's number changes with every campaign; its signature does not.
        signed = signature(text)
        form = self.numbers.classify(party)
        return self._sender(signed, form, "" if signed is not None else party)

    def _of_names(self, signed: str | None, form: NumberForm, party: str) -> Sender:
        if signed is not None:
            institution, kind, lends = self._signed(signed)
            key = f"i:{institution.id}" if institution else f"s:{_fold(signed)}"
            return Sender(key, mask(signed), institution, signed, form, kind, lends)
        owner = party if form is NumberForm.NAME else self.numbers.hotline_owner(party)
        if owner is not None:
            institution, kind, lends = self._signed(owner)
            if institution is not None:
                key, name = f"i:{institution.id}", institution.short
                return Sender(key, name, institution, None, form, kind, lends)
        return Sender(
            f"n:{self._block(party, form)}", shown(party), None, None, form,
            RecipientKind.OTHER, False,
        )  # fmt: skip

    def _of_signature(self, signed: str) -> tuple[Institution | None, RecipientKind, bool]:
        institution = self.institutions.find(signed)
        if institution is not None:
            return institution, institution.kind, institution.lends
        told = self.institutions.kind_of(signed)
        if self.institutions.lends(signed):
            return None, told[0] if told else RecipientKind.LOAN_PLATFORM, True
        if _LENDING_NAME.search(signed):
            return None, RecipientKind.LOAN_PLATFORM, True
        return None, told[0] if told else RecipientKind.OTHER, False

    def _block(self, party: str, form: NumberForm) -> str:
        digits = self.numbers.plain(party)
        return digits[: _SHARED.get(form, len(digits))]

    @cached_property
    def _names(self) -> re.Pattern[str]:
        """Every listed name of three characters or more, longest first."""
        names = {plain(n) for i in self.institutions.values() for n in i.names() if len(n) >= 3}
        names = {n for n in names if not n.isascii() or len(n) >= 5}
        ordered = sorted(names, key=lambda n: (-len(n), n))
        return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")

    def named_in(self, text: str) -> tuple[Institution, ...]:
        """The listed institutions that a text names, in order of place, each once."""
        found: dict[str, Institution] = {}
        for hit in self._names.finditer(plain(text)):
            institution = self.institutions.find(hit[0])
            if institution is not None:
                found.setdefault(institution.id, institution)
        return tuple(found.values())

    def creditor(self, sender: Sender, text: str) -> Sender:
        """For whom a demand for payment speaks: the one lender that an unsigned text from a
        business number names, else its sender. A private number may name whom it likes."""
        if sender.signature is not None or sender.institution is not None:
            return sender
        named = self.named_in(text) if sender.form in _BUSINESS else ()
        if len(named) != 1 or not named[0].lends:
            return sender
        (firm,) = named
        return Sender(f"i:{firm.id}", firm.short, firm, None, sender.form, firm.kind, True)


# A name that itself says it lends, of a firm that no list has.
_LENDING_NAME = re.compile(
    r"贷|借(?!阅|书)|信用飞|钱包|分期|消费金融|小额|融资|花呗|白条|金条|有钱"
    r"|\b(?:loans?|lend(?:ing|er)?\w*|credit|cash|financ\w+|payday|funding|capital)"
    r"|(?:lend\w*|loans?|credit|cash)\b",
    re.IGNORECASE,
)


def _fold(name: str) -> str:
    return re.sub(r"[\s·•_\-.,'’&]+", "", plain(name)).lower()


def shown(party: str) -> str:
    """A number as it may be shown: service numbers whole, private ones masked."""
    if not party:
        return "—"
    digits = sum(c.isdigit() for c in party)
    return mask(party) if digits >= 7 else party
