"""How alike two letters are.

Those who sell complaints send hundreds of the same letter, and whoever reads them sorts out what
looks alike. A person's letter must therefore be made of that person's facts. The measure is the
Dice coefficient of the two texts' runs of five characters (Dice 1945): 1 for the same words in
whatever order, 0 for none in common.
"""

from __future__ import annotations

import re
from collections import Counter

_RUN = 5
# What a template prints whatever the facts, above this share, calls for the person's own words.
ALIKE = 0.8


def likeness(one: str, other: str) -> float:
    """Between 0 and 1; 1 too where both are empty."""
    ours, theirs = _runs(one), _runs(other)
    size = sum(ours.values()) + sum(theirs.values())
    return 2 * (ours & theirs).total() / size if size else 1.0


def _runs(text: str) -> Counter[str]:
    plain = re.sub(r"[\s\ue000-\uf8ff\\]+", "", text)
    return Counter(plain[start : start + _RUN] for start in range(max(len(plain) - _RUN + 1, 0)))
