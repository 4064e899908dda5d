"""The assumptions that the tracing starts from, as data that anybody can change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
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
    delay: tuple[tuple[float, float], ...]
    again: float
    again_after: tuple[tuple[float, float], ...]
    unlisted: float
    after_revoking: float
    mark_most: float
    doubt: float
    usual_leaks: float
    least_rate: float
    fade_days: tuple[float, ...]
    last_days: tuple[float, ...]
    swell_days: tuple[float, ...]
    mark_returns: float
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
        source, response, knows = raw["source"], raw["response"], raw["knowledge"]
        found = Priors(
            hazard=hazard,
            delay=_mixture(raw["delay"]),
            again=float(raw["again"]["waves"]),
            again_after=_mixture(raw["again"]),
            unlisted=float(source["unlisted"]),
            after_revoking=float(source["after_revoking"]),
            mark_most=float(source["mark_most"]),
            doubt=float(source["doubt"]),
            usual_leaks=float(source["usual_leaks"]),
            least_rate=float(response["least_rate"]),
            fade_days=_lengths(response["fade_days"]),
            last_days=_lengths(response["last_days"]),
            swell_days=_lengths(response["swell_days"]),
            mark_returns=float(raw["experiment"]["mark_returns"]),
            given=float(knows["given"]),
            other=float(knows["other"]),
            background=float(knows["background"]),
            unlisted_knows=float(knows["unlisted"]),
            wrong_point=float(knows["wrong_point"]),
        )
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError("trace.priors", name=name) from error
    chances = (
        *hazard.values(), found.unlisted, found.after_revoking, found.doubt, found.mark_returns,
        found.given, found.other, found.background, found.unlisted_knows, found.wrong_point,
    )  # fmt: skip
    mixed = (*found.delay, *found.again_after)
    lengths = (
        found.mark_most, found.usual_leaks, found.least_rate, found.again, *found.fade_days,
        *found.last_days, *found.swell_days, *(days for _, days in mixed),
    )  # fmt: skip
    if not all(0 < c < 1 for c in (*chances, *(share for share, _ in mixed))):
        raise InputError("trace.priors", name=name)
    if not all(0 < x < 1e9 for x in lengths) or not found.fade_days:
        raise InputError("trace.priors", name=name)
    for mixture in (found.delay, found.again_after):
        if not 0.999 < sum(share for share, _ in mixture) < 1.001:
            raise InputError("trace.priors", name=name)
    return found


def _lengths(raw: Iterable[Any]) -> tuple[float, ...]:
    return tuple(float(days) for days in raw)


def _mixture(raw: Mapping[str, Any]) -> tuple[tuple[float, float], ...]:
    return tuple(zip(_lengths(raw["share"]), _lengths(raw["days"]), strict=True))
