"""Refusing a credit report by name: all of it is read, or none."""

from __future__ import annotations

from dataclasses import dataclass

from notmyloan.model.errors import InputError
from notmyloan.model.text import Argument, Text
from notmyloan.read.credit_page import Spot


@dataclass(frozen=True, slots=True)
class Refuse:
    """Makes the errors about one file; `name` is what the person calls it."""

    name: str

    def __call__(self, key: str, spot: Spot | None = None, /, **args: Argument) -> InputError:
        """The error to raise: `credit.<key>` with the file's name and the place in it."""
        if spot is None:
            where = Text("credit.where.file")
        else:
            unit, n = spot.where()
            where = Text(f"credit.where.{unit}", number=n)
        return InputError(f"credit.{key}", name=self.name, where=where, **args)
