"""What every command shares: the language, the streams, the vault and its passphrase."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from notmyloan.cli import network
from notmyloan.locale import Speaker
from notmyloan.model.errors import InputError, UsageError, VaultError
from notmyloan.model.place_in_time import SHANGHAI
from notmyloan.model.text import Argument, Text

if TYPE_CHECKING:
    from notmyloan.guard import Guard
    from notmyloan.vault import Vault

FOUND_NOTHING, FOUND = 0, 1
TYPED_ATTEMPTS = 3
LEAST_PASSPHRASE = 8  # characters: NIST SP 800-63B (2017), 5.1.1.1; four Chinese words are as long
PASSPHRASE_FILE = "NOTMYLOAN_PASSPHRASE_FILE"
FILE_SECRETS = "NOTMYLOAN_FILE_SECRETS"
NOW = "NOTMYLOAN_NOW"

_current: App | None = None


@dataclass
class App:
    """One run of the command line."""

    speaker: Speaker
    vault_path: Path | None = None
    quiet: bool = False
    zone: tzinfo = SHANGHAI

    @classmethod
    def begin(cls, language: str) -> App:
        """Make the run's app and remember it as `current()`."""
        global _current
        _current = cls(Speaker(language))
        return _current

    def set_zone(self, name: str | None) -> None:
        """Tell moments in the zone `name`. Raises UsageError where there is none of that name."""
        if name is None:
            return
        try:
            self.zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UsageError("cli.no_such_zone", zone=name) from error
        self.speaker = Speaker(self.speaker.language, self.zone)

    # -- words

    def say(self, key: str, /, **args: Argument) -> str:
        """The sentence for `key` in the reader's language."""
        return self.speaker.say(Text(key, **args))

    def tell(self, key: str, /, **args: Argument) -> None:
        """One line for the reader on standard error, so that `--json` output stays pure."""
        if not self.quiet:
            click.echo(self.say(key, **args), err=True)

    def complain(self, text: Text) -> None:
        """What went wrong, in one sentence on standard error."""
        click.echo(f"notmyloan: {self.speaker.say(text)}", err=True)

    def emit(self, value: Any) -> None:
        """One JSON object on a line of standard output."""
        click.echo(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def now(self) -> datetime:
        """The clock; NOTMYLOAN_NOW (ISO 8601) sets it, for demos and tests."""
        fixed = os.environ.get(NOW)
        if not fixed:
            return datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(fixed)
        except ValueError as error:
            raise UsageError("cli.bad_now", value=fixed) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    # -- the vault

    def vault_file(self) -> Path:
        """Where the vault is: `--vault`, NOTMYLOAN_VAULT, or the user's data folder."""
        if self.vault_path is not None:
            return self.vault_path
        from platformdirs import user_data_path

        return user_data_path("notmyloan", appauthor=False) / "vault.notmyloan"

    def ask(self, words: str, **settings: Any) -> Any:
        """What the person answers to `words` on the terminal; `settings` are click's."""
        suffix = "：" if self.speaker.chinese else ": "
        return click.prompt(words, prompt_suffix=suffix, err=True, **settings)

    def passphrase(self, *, new: bool) -> str:
        """From NOTMYLOAN_PASSPHRASE_FILE, else the keyring, else the prompt; never an argument."""
        path = os.environ.get(PASSPHRASE_FILE)
        if path:
            return _passphrase_from(Path(path))
        if not new:
            kept = self._from_keyring()
            if kept is not None:
                return kept
        if not sys.stdin.isatty():
            raise VaultError("cli.no_passphrase", variable=PASSPHRASE_FILE)
        if not new:
            return str(self.ask(self.say("cli.passphrase"), hide_input=True))
        return self._prompt_new()

    def new_passphrase(self, path: Path | None) -> str:
        """The passphrase to change to: the first line of `path`, else from the prompt."""
        if path is not None:
            return _passphrase_from(path)
        if not sys.stdin.isatty():
            raise VaultError("cli.no_new_passphrase")
        return self._prompt_new()

    def _prompt_new(self) -> str:
        click.echo(self.say("cli.passphrase_advice"), err=True)
        again = self.say("cli.passphrase_repeat")
        while True:
            typed = str(
                self.ask(self.say("cli.passphrase_new"), hide_input=True, confirmation_prompt=again)
            )
            if len(typed) >= LEAST_PASSPHRASE:
                return typed
            click.echo(self.say("cli.passphrase_short", least=LEAST_PASSPHRASE), err=True)

    def _from_keyring(self) -> str | None:
        from notmyloan.vault import keyring_store

        return keyring_store.load(self.vault_file()) if keyring_store.available() else None

    def open_vault(self, *, create: bool = False) -> Vault:
        """Open the vault; with `create`, make it where there is none and say so."""
        from notmyloan.vault import Vault

        path = self.vault_file()
        if path.exists():
            return self._open(path)
        if not create:
            raise VaultError("cli.no_vault", path=str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        vault = Vault.create(path, self.passphrase(new=True))
        self.tell("cli.vault_made", path=str(path))
        return vault

    def _open(self, path: Path) -> Vault:
        """Open the vault at `path`; a passphrase that is typed may be mistyped twice."""
        from notmyloan.vault import Vault

        kept = os.environ.get(PASSPHRASE_FILE)
        for left in reversed(range(TYPED_ATTEMPTS)):
            try:
                return Vault.open(path, self.passphrase(new=False))
            except VaultError as error:
                if error.text.key != "vault.wrong_passphrase":
                    raise
                if kept:
                    raise VaultError(
                        "cli.passphrase_file_wrong", path=str(path), file=kept
                    ) from error
                if not left or not sys.stdin.isatty() or self._from_keyring() is not None:
                    raise
                click.echo(self.say("cli.passphrase_again", left=left), err=True)
        raise AssertionError  # the last attempt returns or raises

    def guard(self, vault: Vault) -> Guard:
        """The person's side over `vault`, with this run's clock and zone."""
        from notmyloan.guard import Guard

        return Guard(vault, self.now(), self.zone, connections=network.opened)

    def ask_secret(self) -> Callable[[str, int], str | None]:
        """Asks for an encrypted file's own passphrase: the lines of NOTMYLOAN_FILE_SECRETS in
        turn, else the person; None where nobody can be asked."""
        listed = _secrets()

        def ask(name: str, attempt: int) -> str | None:
            if attempt <= len(listed):
                return listed[attempt - 1]
            if not sys.stdin.isatty() or attempt > len(listed) + TYPED_ATTEMPTS:
                return None
            key = "cli.file_secret" if attempt <= 1 else "cli.file_secret_again"
            typed = self.ask(
                self.say(key, name=name), hide_input=True, default="", show_default=False
            )
            return str(typed) or None

        return ask


def _secrets() -> list[str]:
    """The passphrases to try on encrypted files, one a line of the file that the variable names."""
    path = os.environ.get(FILE_SECRETS)
    if not path:
        return []
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("cli.secrets_file", path=path, variable=FILE_SECRETS) from error
    return [line for line in lines if line]


def _passphrase_from(path: Path) -> str:
    try:
        words = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError("cli.passphrase_file", path=str(path)) from error
    words = words.rstrip("\r\n")
    if not words:
        raise VaultError("cli.passphrase_file", path=str(path))
    return words


def current() -> App:
    """The app of this run."""
    return _current if _current is not None else App.begin("en")


def existing(paths: tuple[Path, ...]) -> list[Path]:
    """`paths`, all there. Raises InputError naming the first that is not."""
    for path in paths:
        if not path.exists():
            raise InputError("cli.no_such_path", path=str(path))
    return list(paths)
