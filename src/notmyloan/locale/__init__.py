"""The readers' languages: turns `Text` into sentences.

One gettext catalogue a part (`core`, `cli`, `read`, `screen`, `reconcile`, `report`, `vault`,
`country`), named by the first word of a text's key. Message ids are keys, never English
sentences, so that no language is the original of another.
"""

from __future__ import annotations

import gettext
import locale as system_locale
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from notmyloan.model.money import Money
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.model.text import Argument, Text

LANGUAGES = ("zh_CN", "en")
_HERE = Path(__file__).parent
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "JP¥"}


def choose_language(wanted: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """`wanted` (`zh`, `zh-CN`, `en-GB` …) or else the environment's, as one of LANGUAGES."""
    names = [wanted] if wanted else [environ.get(k, "") for k in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if not any(names):
        names = [system_locale.getlocale()[0] or ""]
    name = next((n for n in names if n), "")
    return "zh_CN" if name.lower().startswith(("zh", "chinese")) else "en"


@cache
def _catalogue(language: str, domain: str) -> gettext.NullTranslations:
    try:
        return gettext.translation(domain, str(_HERE), [language])
    except FileNotFoundError:
        # A third party's catalogues lie in its own package, declared by entry point.
        for point in entry_points(group="notmyloan.catalogues", name=domain):
            return gettext.translation(domain, str(point.load()), [language])
        raise KeyError(f"no catalogue {domain!r} for {language}") from None


class Speaker:
    """Says texts in one language, with moments told in `zone`."""

    def __init__(self, language: str, zone: tzinfo = SHANGHAI) -> None:
        self.language = language
        self.zone = zone
        self.chinese = language.startswith("zh")

    def say(self, text: Text) -> str:
        """The sentence. Raises KeyError where the catalogue lacks the key: a build error."""
        catalogue = _catalogue(self.language, text.key.partition(".")[0])
        n = text.args.get("n")
        if isinstance(n, int):
            template = catalogue.ngettext(text.key, text.key, n)
        else:
            template = catalogue.gettext(text.key)
        if template == text.key:
            raise KeyError(f"no {self.language} translation of {text.key}")
        return template.format(**{name: self._plain(value) for name, value in text.args.items()})

    def knows(self, key: str) -> bool:
        """Whether the catalogue has `key`."""
        try:
            catalogue = _catalogue(self.language, key.partition(".")[0])
        except KeyError:
            return False
        return catalogue.gettext(key) != key or catalogue.ngettext(key, key, 2) != key

    def _plain(self, value: Argument) -> str | int | float | Decimal:
        if value is None:
            return ""
        if isinstance(value, Text):
            return self.say(value)
        if isinstance(value, Money):
            return self.money(value)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, tuple):
            return self.series([str(self._plain(v)) for v in value])
        return value

    def series(self, items: list[str]) -> str:
        """A list of words as the language lists them."""
        return ("、" if self.chinese else ", ").join(items)

    def aside(self, words: str) -> str:
        """`words` in brackets, to go straight behind what they are about; nothing for nothing."""
        if not words:
            return ""
        return f"（{words}）" if self.chinese else f" ({words})"

    def format(self, name: str) -> str:
        """What a reader's format is called; a third party's by its own name."""
        key = f"report.format.{name}"
        return self.say(Text(key)) if self.knows(key) else name

    def money(self, value: Money) -> str:
        """An amount with its currency, as the language writes it."""
        number = f"{value.amount:,.2f}".removesuffix(".00")
        if value.currency == "CNY":
            return f"{number}元" if self.chinese else f"¥{number}"
        symbol = _SYMBOLS.get(value.currency)
        return f"{symbol}{number}" if symbol else f"{number} {value.currency}"

    def day(self, value: date) -> str:
        """A calendar day."""
        if self.chinese:
            return f"{value.year}年{value.month}月{value.day}日"
        return value.isoformat()

    def moment(self, value: datetime) -> str:
        """A day and time in the speaker's zone, to the minute."""
        local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(self.zone)
        return (
            f"{self.day(local.date())} {local:%H:%M}" if self.chinese else f"{local:%Y-%m-%d %H:%M}"
        )
