"""`notmyloan init` and `notmyloan vault …`: the encrypted file itself."""

from __future__ import annotations

import json
from pathlib import Path

import click

from notmyloan.cli.app import current
from notmyloan.cli.options import argument, command, json_option
from notmyloan.model.errors import VaultError

_say = current().say


@command("init")
@click.option("--keyring", is_flag=True, help=_say("cli.init.keyring"))
@json_option
def init_command(keyring: bool, as_json: bool) -> int:
    from notmyloan.vault import Vault, keyring_store

    app = current()
    path = app.vault_file()
    if path.exists():
        raise VaultError("cli.vault_there", path=str(path))
    if keyring:
        keyring_store.need()  # said before a vault is made, not after
    path.parent.mkdir(parents=True, exist_ok=True)
    passphrase = app.passphrase(new=True)
    with Vault.create(path, passphrase):
        pass
    if keyring:
        keyring_store.store(path, passphrase)
    if as_json:
        app.emit({"vault": str(path), "keyring": keyring})
    app.tell("cli.init.done", path=str(path))
    return 0


@click.group("vault", help=_say("cli.vault.help"))
def vault_command() -> None:
    return None


@vault_command.add_command
@command("vault.where")
@json_option
def where_command(as_json: bool) -> int:
    app = current()
    path = app.vault_file()
    if as_json:
        app.emit({"vault": str(path), "exists": path.exists()})
    else:
        click.echo(path)
    app.tell(f"cli.vault.where.{'there' if path.exists() else 'none'}")
    return 0


@vault_command.add_command
@command("vault.verify")
@json_option
def verify_command(as_json: bool) -> int:
    from notmyloan.guard.evidencing import log_faults

    app = current()
    with app.open_vault() as vault:
        broken = vault.verify()
        broken += log_faults(vault) if not broken else []
    if as_json:
        app.emit({"whole": not broken, "broken": [app.speaker.say(text) for text in broken]})
    for text in () if as_json else broken:
        app.complain(text)
    if broken:
        app.tell("cli.vault.verify.broken", n=len(broken))
        return VaultError.exit_code
    app.tell("cli.vault.verify.whole")
    return 0


@vault_command.add_command
@command("vault.backup")
@argument("file", type=click.Path(path_type=Path))
@json_option
def backup_command(file: Path, as_json: bool) -> int:
    app = current()
    with app.open_vault() as vault:
        vault.backup(file)
    if as_json:
        app.emit({"backup": str(file.absolute()), "bytes": file.stat().st_size})
    app.tell("cli.vault.backup.done", path=str(file))
    return 0


@vault_command.add_command
@command("vault.export")
@click.option("-o", "--out", type=click.Path(path_type=Path), help=_say("cli.vault.export.out"))
@json_option
def export_command(out: Path | None, as_json: bool) -> int:
    from notmyloan.cli.files import atomic_writer

    app = current()
    n = 0
    with app.open_vault() as vault:
        if out is None:
            for value in vault.export():
                app.emit(value)
                n += 1
        else:
            with atomic_writer(out) as stream:
                for value in vault.export():
                    stream.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
                    n += 1
    if out is not None and as_json:
        app.emit({"file": str(out.absolute()), "objects": n})
    if out is not None:
        app.tell("cli.vault.export.written", n=n, path=str(out.absolute()))
    else:
        app.tell("cli.vault.export.done", n=n)
    return 0


@vault_command.add_command
@command("vault.passphrase")
@click.option(
    "--new-file", type=click.Path(path_type=Path), help=_say("cli.vault.passphrase.new_file")
)
@json_option
def passphrase_command(new_file: Path | None, as_json: bool) -> int:
    app = current()
    from notmyloan.vault import keyring_store

    with app.open_vault() as vault:
        fresh = app.new_passphrase(new_file)
        vault.change_passphrase(fresh)
    if keyring_store.available():
        keyring_store.replace(app.vault_file(), fresh)
    if as_json:
        app.emit({"vault": str(app.vault_file()), "changed": True})
    app.tell("cli.vault.passphrase.done")
    return 0
