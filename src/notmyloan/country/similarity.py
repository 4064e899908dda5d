"""How likely two names that no list knows mean the same firm.

A sum of log-odds: what is rare among firms' own names tells much when shared, what many share
tells little; a different trade or place speaks against. Every weight comes with its reason, and
the probability is the logistic of their sum and of nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

from notmyloan.country.names import Name
from notmyloan.model.finding import Reason
from notmyloan.model.text import Text

# Before anything is compared: two names drawn from one person's papers seldom mean one firm.
_PRIOR = -3.0
_TRADE_SAME, _TRADE_DIFFERS = 0.8, -4.0
# Own names are registered place by place: the same one elsewhere is often another firm's.
_PLACE_SAME, _PLACE_DIFFERS = 0.7, -4.0
# A wholly shared own name of average rarity carries about this much; none of it, the negative.
_CORE_SCALE, _CORE_NONE = 6.0, -4.0
_MOST = 7.0


@dataclass(frozen=True, slots=True)
class NameMatch:
    """`probability` is the logistic of the sum of the reasons' weights."""

    probability: float
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, reasons: Sequence[Reason]) -> NameMatch:
        """From reasons that each carry a weight."""
        total = sum(reason.weight or 0.0 for reason in reasons)
        return cls(1 / (1 + exp(-total)), tuple(reasons))


class Rarity:
    """How much a character tells, by how few of the known own names have it."""

    def __init__(self, names: Iterable[str]) -> None:
        counted = [set(name) for name in names if name]
        self._n = len(counted)
        self._in = Counter(character for name in counted for character in name)

    def of(self, character: str) -> float:
        """Between 0 (in every name) and 1 (in none)."""
        if not self._n:
            return 1.0
        return log((self._n + 1) / (self._in[character] + 1)) / log(self._n + 1)


def compare(a: Name, b: Name, rarity: Rarity) -> NameMatch:
    """The match of two names by their parts. Symmetric."""
    reasons = [_reason("prior", _PRIOR)]
    if a.folded and a.folded == b.folded:
        # A name with no own part (消费金融) may be shared by strangers.
        weight = _PRIOR * -1 + (_MOST if a.core else 1.0)
        return NameMatch.of([*reasons, _reason("same_name", weight)])
    reasons.append(_own_name(a.core or a.folded, b.core or b.folded, rarity))
    if a.trade and b.trade:
        same = a.trade == b.trade or a.trade.endswith(b.trade) or b.trade.endswith(a.trade)
        reasons.append(
            _reason("trade_same", _TRADE_SAME) if same else _reason("trade_differs", _TRADE_DIFFERS)
        )
    if a.place and b.place and "中国" not in (a.place, b.place):
        same = a.place.rstrip("省市") == b.place.rstrip("省市")
        reasons.append(
            _reason("place_same", _PLACE_SAME) if same else _reason("place_differs", _PLACE_DIFFERS)
        )
    return NameMatch.of(reasons)


def _own_name(a: str, b: str, rarity: Rarity) -> Reason:
    if not a or not b:
        return _reason("own_name_missing", 0.0)
    common = _common_in_order(a, b)
    told = sum(map(rarity.of, common))
    whole = min(sum(map(rarity.of, a)), sum(map(rarity.of, b)))
    longer = max(sum(map(rarity.of, a)), sum(map(rarity.of, b)))
    if not common or whole == 0:
        return _reason("own_name_differs", _CORE_NONE)
    # Half for how much of the shorter is in the longer (abbreviations), half for both ways.
    share = 0.5 * told / whole + 0.5 * told / longer
    if share < 0.5:
        return _reason("own_name_differs", _CORE_NONE * (1 - 2 * share))
    # One shared character is no name; two or three rare ones are.
    weight = _CORE_SCALE * (2 * share - 1) * min(told, 2.0) / 1.6
    key = "own_name_same" if a == b else "own_name_alike"
    return Reason(Text(f"country.match.{key}", names=(common,)), min(weight, _MOST))


def _common_in_order(a: str, b: str) -> str:
    """The longest common subsequence: abbreviations keep the order and drop characters."""
    if a > b:
        a, b = b, a
    best = [""] * (len(b) + 1)
    for x in a[:40]:
        before = best[:]
        for j, y in enumerate(b[:40], 1):
            if x == y:
                best[j] = before[j - 1] + x
            elif len(best[j - 1]) > len(before[j]):
                best[j] = best[j - 1]
            else:
                best[j] = before[j]
    return max(best, key=len)


def _reason(key: str, weight: float) -> Reason:
    return Reason(Text(f"country.match.{key}"), weight)
