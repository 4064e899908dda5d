"""What `me` and `gave` share: going through proposals one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from notmyloan.cli.app import App
from notmyloan.cli.describe import record_line
from notmyloan.cli.options import Words
from notmyloan.model.disclosure import Disclosure, Owned, OwnedKind, Standing
from notmyloan.vault import Vault

SHOWN = 2


def review(
    app: App,
    vault: Vault,
    proposals: Sequence[tuple[int, str, Owned | Disclosure]],
    decide: Callable[[int, Standing], bool],
) -> None:
    """Ask for each proposal, with what it was made from: yes (confirm), no (strike), later, or
    stop."""
    for position, (number, words, line) in enumerate(proposals, 1):
        click.echo(f"\n({position}/{len(proposals)}) {words}", err=True)
        for said in rests_on(app, vault, line):
            click.echo(f"    {said}", err=True)
        answer = app.ask(
            app.say("cli.ledger.question"),
            type=Words(["y", "n", "l", "q"], "review"),
            default="l",
            show_choices=False,
        )
        if answer == "q":
            return
        if answer != "l":
            decide(number, Standing.CONFIRMED if answer == "y" else Standing.STRUCK)


def rests_on(app: App, vault: Vault, line: Owned | Disclosure) -> Iterator[str]:
    """How likely a proposal is the person's own doing, and the first records it was made from."""
    if line.probability is not None:
        yield app.say("cli.ledger.likely", p=line.probability)
    for record, _ in vault.records_by_ids(line.because[:SHOWN]).values():
        yield f"→ {record_line(record, app.speaker)}"
    if len(line.because) > SHOWN:
        yield app.say("report.more_cited", n=len(line.because) - SHOWN)


def complete_kinds(vault: Vault, named: Iterable[str]) -> frozenset[OwnedKind]:
    """The kinds that are listed whole, with the newly named ones."""
    return vault.mine().complete | frozenset(OwnedKind(name) for name in named)
