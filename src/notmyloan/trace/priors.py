"""The assumptions that the tracing starts from, as data that anybody can change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.errors import InputError


@dataclass(frozen=True, slots=True)
class Priors:
    """See `priors.toml`, which says what each means; probabilities, days, contacts a day."""

    hazard: Mapping[RecipientKind, float]
    soon_share: float
    soon_days: float
    late_days: float
    unlisted: float
    after_revoking: float
    mark_most: float
    least_rate: float
    fade_days: tuple[float, ...]
    given: float
    other: float
    background: float
    unlisted_knows: float
    wrong_point: float


@cache
def default_priors() -> Priors:
    """Those shipped with the package."""
    return read_priors(files("notmyloan.trace").joinpath("priors.toml").read_bytes(), "priors.toml")


def read_priors(data: bytes, name: str) -> Priors:
    """Priors from TOML. Raises InputError, naming the file, on anything missing or impossible."""
    try:
        raw = tomllib.loads(data.decode())
        hazard = {kind: float(raw["hazard"][kind.value]) for kind in RecipientKind}
        found = Priors(
            hazard,
            float(raw["delay"]["soon_share"]), float(raw["delay"]["soon_days"]),
            float(raw["delay"]["late_days"]), float(raw["source"]["unlisted"]),
            float(raw["source"]["after_revoking"]), float(raw["source"]["mark_most"]),
            float(raw["response"]["least_rate"]),
            tuple(float(d) for d in raw["response"]["fade_days"]),
            *(_knowledge(raw["knowledge"])),
        )  # fmt: skip
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError("trace.priors", name=name) from error
    chances = (*hazard.values(), found.soon_share, found.unlisted, found.after_revoking,
               found.given, found.other, found.background, found.unlisted_knows,
               found.wrong_point)  # fmt: skip
    lengths = (
        found.soon_days,
        found.late_days,
        found.mark_most,
        found.least_rate,
        *found.fade_days,
    )
    if not all(0 < c < 1 for c in chances) or not all(0 < x < 1e9 for x in lengths):
        raise InputError("trace.priors", name=name)
    if not found.fade_days:
        raise InputError("trace.priors", name=name)
    return found


def _knowledge(raw: Mapping[str, Any]) -> tuple[float, float, float, float, float]:
    return (
        float(raw["given"]), float(raw["other"]), float(raw["background"]),
        float(raw["unlisted"]), float(raw["wrong_point"]),
    )  # fmt: skip
