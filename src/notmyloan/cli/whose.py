"""`notmyloan whose`: which recipient's copy is this?"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from notmyloan.cli.app import FOUND, FOUND_NOTHING, App, current, existing
from notmyloan.cli.options import argument, command, json_option
from notmyloan.cli.seal import read_file
from notmyloan.model.errors import UsageError
from notmyloan.vault import Vault

if TYPE_CHECKING:
    from notmyloan.guard.sealing import Traced
    from notmyloan.seal.detect import Result

_say = current().say
_SHOWN = 5
_SMALLEST = 1e-30  # of an error that is claimed, whatever the formula gives


@command("whose")
@argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--explain", is_flag=True, help=_say("cli.whose.explain"))
@click.option(
    "--verify",
    nargs=2,
    type=click.Path(path_type=Path),
    metavar=_say("cli.metavar.opening"),
    help=_say("cli.whose.verify"),
)
@click.option("--reveal", type=click.Path(path_type=Path), help=_say("cli.whose.reveal"))
@click.option("--text", "heard", multiple=True, help=_say("cli.whose.text"))
@click.option("--found", "outside", is_flag=True, help=_say("cli.whose.found"))
@click.option("--page", type=click.IntRange(min=1), default=1, help=_say("cli.seal.page"))
@json_option
def whose_command(
    files: tuple[Path, ...],
    explain: bool,
    verify: tuple[Path, Path] | None,
    reveal: Path | None,
    heard: tuple[str, ...],
    outside: bool,
    page: int,
    as_json: bool,
) -> int:
    app = current()
    if not files and not heard:
        raise UsageError("cli.whose.nothing")
    paths = existing(files)
    if verify is not None:
        if heard:
            raise UsageError("cli.whose.verify_pictures")
        return _verify(app, paths, existing(verify), page, explain, as_json)
    named = 0
    with app.open_vault() as vault:
        for path in paths:
            named += _trace(app, vault, path, len(paths), page, explain, reveal, as_json, outside)
        for text in heard:
            named += _hear(app, vault, text, as_json, outside)
    if named:
        app.tell("cli.whose.noted" if outside else "cli.whose.done", count=named)
        return FOUND
    if paths:
        app.tell("cli.whose.done_nothing")
    return FOUND_NOTHING


def _trace(
    app: App, vault: Vault, path: Path, suspects: int, page: int, explain: bool,
    reveal: Path | None, as_json: bool, outside: bool,
) -> int:  # fmt: skip
    """How many copies a picture's test named."""
    from notmyloan.guard.sealing import reveal as opening_of
    from notmyloan.guard.sealing import trace_copy
    from notmyloan.seal.picture import open_picture

    data = read_file(path)
    pixels = open_picture(data, path.name, page=page).pixels
    source = hashlib.sha256(data).hexdigest()
    traced = trace_copy(vault, pixels, source, app.now(), suspects, outside)
    if as_json:
        app.emit({"file": path.name, "sha256": source, "papers": [_data(t) for t in traced]})
    else:
        click.echo(f"{path.name}")
        if not traced:
            click.echo("  " + app.say("cli.whose.other"))
    named = [one for one in traced if one.result.matches]
    # Another photo of the same paper, of which other copies were made, has nothing to add.
    for one in traced if explain or as_json else named or traced[:1]:
        if not as_json:
            _tell(app, one)
            if explain:
                _numbers(app, one.result)
        if reveal is not None and one.result.matches:
            _write(app, vault, reveal, one, *opening_of(vault, one))
    return sum(len(one.result.matches) for one in traced)


def _hear(app: App, vault: Vault, text: str, as_json: bool, outside: bool) -> int:
    """How many aliases a text holds."""
    from notmyloan.guard.aliasing import hear_alias

    found = hear_alias(vault, text, app.now(), outside)
    for heard in found:
        alias = heard.alias
        if as_json:
            app.emit({"recipients": list(heard.among), "field": alias.field.value,
                      "mark": alias.id, "on": alias.made.isoformat(),
                      "chance": heard.chance})  # fmt: skip
        elif len(heard.among) > 1:
            click.echo(app.say("cli.whose.heard_several", names=heard.among))
        else:
            click.echo(app.say("cli.whose.heard", recipient=alias.recipient, made=alias.made,
                       value=alias.value, chance=_power(heard.chance)))  # fmt: skip
    if not found and not as_json:
        click.echo(app.say("cli.whose.heard_nothing"))
    return len(found)


def _tell(app: App, traced: Traced) -> None:
    result = traced.result
    paper = app.say(f"cli.seal.paper.{traced.original.kind}")
    click.echo("  " + app.say(f"cli.whose.{result.answer}", paper=paper, copies=result.copies))
    for match in result.matches:
        copy = traced.copy(match.copy.id)
        click.echo(
            "    "
            + app.say(
                "cli.whose.copy", recipient=copy.recipient, purpose=copy.purpose,
                made=copy.made, error=_chance(app, match.error),
            )
        )  # fmt: skip


def _chance(app: App, error: float) -> str:
    """An error as people say one, never smaller than it is."""
    power = math.floor(-math.log10(max(error, _SMALLEST)))
    return app.say("cli.whose.one_in", power=power) if power > 2 else f"{error:.0%}"


def _power(error: float) -> str:
    """An error as one figure. Secret codes of 128 bits of strength carry no smaller claim."""
    return f"{max(error, _SMALLEST):.0e}"


def _numbers(app: App, result: Result) -> None:
    """The test's numbers, for an expert."""
    say = app.say
    click.echo("    " + say("cli.whose.test", copies=result.copies, suspects=result.suspects,
               error=_power(result.error), threshold=f"{result.threshold:.3f}"))  # fmt: skip
    click.echo("    " + say("cli.whose.registered", points=result.features,
               mirrored=say("cli.whose.mirrored") if result.mirrored else ""))  # fmt: skip
    order = result.z.argsort()[::-1][:_SHOWN]
    named = {m.copy.id for m in result.matches}
    for rank, index in enumerate(order.tolist(), 1):
        over = " *" if rank <= len(named) else ""
        click.echo(f"      {rank}. z = {result.z[index]:8.3f}{over}")


def _data(traced: Traced) -> dict[str, Any]:
    result = traced.result
    matches = []
    for match in result.matches:
        copy = traced.copy(match.copy.id)
        matches.append(
            {"mark": copy.id, "recipient": copy.recipient, "purpose": copy.purpose,
             "on": copy.made.isoformat(), "z": match.z, "error": max(match.error, _SMALLEST)}
        )  # fmt: skip
    return {"paper": traced.original.kind, "original": traced.original.sha256,
            "matches": matches} | _figures(result)  # fmt: skip


def _figures(result: Result) -> dict[str, Any]:
    return {"answer": result.answer.value, "copies": result.copies,
            "suspects": result.suspects, "error": result.error, "threshold": result.threshold,
            "features": result.features, "mirrored": result.mirrored,
            "z": sorted((float(z) for z in result.z), reverse=True)[:_SHOWN]}  # fmt: skip


def _write(
    app: App, vault: Vault, folder: Path, traced: Traced, commitment: bytes, opening: bytes
) -> None:
    from notmyloan.cli.files import write_atomically
    from notmyloan.guard.sealing import prove_time

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("cli.whose.folder", path=str(folder)) from error
    name = traced.original.sha256[:12]
    stamped = prove_time(vault, commitment, folder / f"{name}.log", app.now())
    for part, data in (("commitment", commitment), ("opening", opening)):
        write_atomically(folder / f"{name}.{part}.json", data)
    app.tell("cli.whose.revealed", path=str(folder.absolute()))
    if not stamped:
        app.tell("cli.whose.unstamped")


def _verify(
    app: App, paths: list[Path], proof: list[Path], page: int, explain: bool, as_json: bool
) -> int:
    """The test again, from a commitment and its opening alone: no vault is opened."""
    from notmyloan.model.errors import InputError
    from notmyloan.seal.commit import CommitmentError, verify
    from notmyloan.seal.picture import open_picture

    commitment, opening = (read_file(path) for path in proof)
    holds = True
    for path in paths:
        pixels = open_picture(read_file(path), path.name, page=page).pixels
        try:
            verdict = verify(commitment, opening, pixels, suspects=len(paths))
        except CommitmentError as error:
            raise InputError(
                "cli.whose.bad_proof", why=app.say(f"cli.whose.fault.{error.fault}"),
                commitment=proof[0].name, opening=proof[1].name,
            ) from error  # fmt: skip
        holds &= verdict.holds
        result = verdict.result
        if as_json:
            app.emit({"file": path.name, "holds": verdict.holds, "faults": list(verdict.faults),
                      "made": verdict.commitment.made.isoformat(),
                      "copies_named": [m.copy.id for m in result.matches] if result else []}
                     | (_figures(result) if result else {}))  # fmt: skip
            continue
        click.echo(path.name)
        for fault in verdict.faults:
            click.echo("  " + app.say(f"cli.whose.fault.{fault}"))
        if result is not None:
            click.echo("  " + app.say(f"cli.whose.verified.{result.answer}",
                       made=verdict.commitment.made, copies=result.copies))  # fmt: skip
            for match in result.matches:
                click.echo("    " + app.say("cli.whose.verified_copy", mark=match.copy.id,
                           error=_power(match.error)))  # fmt: skip
            if explain:
                _numbers(app, result)
    app.tell("cli.whose.verify_holds" if holds else "cli.whose.verify_fails")
    return FOUND if holds else FOUND_NOTHING
