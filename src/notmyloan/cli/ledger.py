"""What `me` and `gave` share: going through proposals one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import click

from notmyloan.cli.app import App
from notmyloan.model.disclosure import OwnedKind, Standing
from notmyloan.vault import Vault


def review(
    app: App, proposals: Sequence[tuple[int, str]], decide: Callable[[int, Standing], bool]
) -> None:
    """Ask for each proposal: yes (confirm), no (strike), later, or stop."""
    for position, (number, words) in enumerate(proposals, 1):
        click.echo(f"\n({position}/{len(proposals)}) {words}", err=True)
        answer = click.prompt(
            app.say("cli.ledger.question"),
            type=click.Choice(["y", "n", "l", "q"], case_sensitive=False),
            default="l",
            err=True,
        )
        if answer == "q":
            return
        if answer != "l":
            decide(number, Standing.CONFIRMED if answer == "y" else Standing.STRUCK)


def complete_kinds(vault: Vault, named: Iterable[str]) -> frozenset[OwnedKind]:
    """The kinds that are listed whole, with the newly named ones."""
    return vault.mine().complete | frozenset(OwnedKind(name) for name in named)
