"""Whether two names mean one firm, or two firms that appear in one loan."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import TypeVar

from notmyloan.country.institutions import Institutions
from notmyloan.country.names import fold_spelling, take_apart
from notmyloan.model.disclosure import RecipientKind

SAME = 0.8
Item = TypeVar("Item")


class Firms:
    """Compares the names that reports, bills and people use."""

    def __init__(self, institutions: Institutions) -> None:
        self.institutions = institutions
        self.same = lru_cache(maxsize=65_536)(self._same)

    def key(self, name: str) -> str:
        """The firm's id where it is listed, else its folded name: equal for one firm."""
        known = self.institutions.find(name)
        return known.id if known else f"~{take_apart(name).folded or name.strip()}"

    def _same(self, a: str, b: str) -> bool:
        return self.key(a) == self.key(b) or self.institutions.match(a, b).probability >= SAME

    def related(self, a: str, b: str) -> bool:
        """One firm, or two of one house: a platform and the lender behind it."""
        return self.same(a, b) or self.institutions.same_group(a, b)

    def is_go_between(self, name: str) -> bool:
        """A guarantor, platform or lead seller: it stands beside another lender's loan."""
        told = self.institutions.kind_of(name)
        return told is not None and (
            told[1] == "guarantor"
            or told[0] in (RecipientKind.LOAN_PLATFORM, RecipientKind.LEAD_SELLER)
        )

    def lends_with_partners(self, name: str) -> bool:
        """A guarantor, platform or small-loan company: its loans often have a second lender."""
        told = self.institutions.kind_of(name)
        return self.is_go_between(name) or (
            told is not None and told[0] is RecipientKind.SMALL_LOAN
        )


def payee_key(name: str) -> str:
    """A payee's name as bills of different times agree on it: no numbers, no punctuation."""
    folded = fold_spelling(name)
    return "".join(c for c in folded if not c.isdigit() and c != "*") or folded


def events(
    items: Sequence[Item],
    together: Callable[[Item, Item], bool],
    beside: Callable[[Item], bool],
    distance: Callable[[Item, Item], tuple[int, int] | None],
) -> list[list[Item]]:
    """What happened, each a list of the lines it left.

    Lenders' lines are joined where `together`; a go-between's line (`beside`) joins the one
    event nearest by `distance`, so that it never ties two lenders' loans into one.
    """
    found = clusters([i for i in items if not beside(i)], together, id)
    alone: list[Item] = []
    for item in filter(beside, items):
        near = [
            (d, n) for n, event in enumerate(found) for other in event
            if (d := distance(item, other)) is not None
        ]  # fmt: skip
        if near:
            found[min(near)[1]].append(item)
        else:
            alone.append(item)
    return found + clusters(alone, together, id)


def clusters(
    items: Sequence[Item], together: Callable[[Item, Item], bool], key: Callable[[Item], Hashable]
) -> list[list[Item]]:
    """Items joined wherever two belong together, in the order of their first member."""
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        joined = [k for k, group in groups.items() if any(together(item, g) for g in group)]
        if not joined:
            groups[key(item)] = [item]
            continue
        home = groups[joined[0]]
        home.append(item)
        for other in joined[1:]:
            home += groups.pop(other)
    return list(groups.values())
