"""Model values to plain JSON and back, by their own type annotations.

The top level carries `kind` (records) or `type`; nested values are told by the annotation of
the field that holds them. Money is `{"amount": "12.30", "currency": "CNY"}`, moments are ISO
8601 with offset, a `Text` is `{"key": …, "args": …}` with its arguments tagged.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from notmyloan.model.money import Money
from notmyloan.model.text import Text

Json = Any


def to_json(value: Any) -> Json:
    """`value` as something `json.dumps` takes. A record gets its `kind` in front."""
    if value is None or (isinstance(value, (bool, str)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Text):
        return {"key": value.key, "args": {k: _tag(v) for k, v in value.args.items()}}
    if is_dataclass(value) and not isinstance(value, type):
        head = {"kind": value.kind} if hasattr(value, "kind") else {}
        return head | {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, (frozenset, set)):
        return sorted(to_json(v) for v in value)
    if isinstance(value, (list, tuple)):
        return [to_json(v) for v in value]
    raise TypeError(f"no JSON form for {type(value).__name__}")


def from_json(cls: Any, data: Json) -> Any:
    """A value of type `cls` from what `to_json` made. Raises ValueError where it does not fit."""
    try:
        return _decoder(cls)(data)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"not a {getattr(cls, '__name__', cls)}") from error


def _tag(value: Any) -> Json:
    """Text arguments are untyped, so those that JSON has no form for say what they are."""
    if isinstance(value, Text):
        return {"$": "text", "v": to_json(value)}
    if isinstance(value, Money):
        return {"$": "money", "v": to_json(value)}
    if isinstance(value, datetime):
        return {"$": "datetime", "v": value.isoformat()}
    if isinstance(value, date):
        return {"$": "date", "v": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$": "decimal", "v": str(value)}
    if isinstance(value, tuple):
        return [_tag(v) for v in value]
    return to_json(value)


_TAGS: dict[str, Callable[[Json], Any]] = {
    "text": lambda v: from_json(Text, v),
    "money": lambda v: from_json(Money, v),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
}


def _untag(value: Json) -> Any:
    if isinstance(value, dict):
        return _TAGS[value["$"]](value["v"])
    if isinstance(value, list):
        return tuple(_untag(v) for v in value)
    return value


@cache
def _decoder(hint: Any) -> Callable[[Json], Any]:
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda v: v
    if origin in (Union, types.UnionType):
        inner = [a for a in args if a is not type(None)]
        if len(inner) == 1:
            decode = _decoder(inner[0])
            return lambda v: None if v is None else decode(v)
        return _untag  # the untyped arguments of a text
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            item = _decoder(args[0])
            return lambda v: tuple(item(x) for x in v)
        items = [_decoder(a) for a in args]
        return lambda v: tuple(d(x) for d, x in zip(items, v, strict=True))
    if origin is frozenset:
        item = _decoder(args[0])
        return lambda v: frozenset(item(x) for x in v)
    if origin is not None and issubclass(origin, Mapping):
        value = _decoder(args[1])
        return lambda v: {k: value(x) for k, x in v.items()}
    if isinstance(hint, type):
        return _class_decoder(hint)
    return _untag


def _class_decoder(cls: type) -> Callable[[Json], Any]:
    if cls is Text:
        return lambda v: Text.of(v["key"], {k: _untag(x) for k, x in v["args"].items()})
    if issubclass(cls, Enum):
        return cls
    if cls in (datetime, date):
        return cls.fromisoformat
    if cls is Decimal:
        return Decimal
    if cls is float:
        return float
    if is_dataclass(cls):
        return _dataclass_decoder(cls)
    if cls in (str, int, bool):
        return _exactly(cls)
    raise TypeError(f"no decoder for {cls.__name__}")


def _exactly(cls: type) -> Callable[[Json], Any]:
    def decode(value: Json) -> Any:
        if not isinstance(value, cls):
            raise TypeError(f"not a {cls.__name__}")
        return value

    return decode


def _dataclass_decoder(cls: type) -> Callable[[Json], Any]:
    hints = get_type_hints(cls)
    parts = [
        (f.name, _decoder(hints[f.name]), f.default is MISSING and f.default_factory is MISSING)
        for f in fields(typing.cast(Any, cls))
        if f.init
    ]

    def decode(data: Json) -> Any:
        return cls(**{name: d(data[name]) for name, d, needed in parts if needed or name in data})

    return decode
