"""Letters: a template, the facts of a case, and what became of every field.

Templates are Markdown with fields in double braces (`docs/country-packs.md`); Jinja's sandbox runs
them. A fact that is missing becomes a blank to fill by hand and is listed; every fact that was used
is listed with the record it comes from; every article cited is listed with its date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notmyloan.country import Pack, Statute, Words
from notmyloan.country.data import folder, table
from notmyloan.locale import Speaker
from notmyloan.model.document import Document, Facts, Span, Table, Value
from notmyloan.model.errors import InputError, UsageError
from notmyloan.respond.fields import Field, fields
from notmyloan.respond.likeness import likeness
from notmyloan.respond.markdown import BLANK, SIGNATURE, TABLE, blocks, plain

ADDRESSEES = (
    "institution", "regulator", "police", "court", "platform", "carrier", "bureau", "appraiser",
    "person", "prosecutor",
)  # fmt: skip
_HEAD = {"title", "to", "as_of", "needs", "shows", "form", "kinds"}
# A paragraph that several letters share: `letters/parts/NAME.LANGUAGE.md`.
_INCLUDE = re.compile(r'{%\s*include\s+"(\w+)"\s*%}')
STORY = "case.story"
_ME = {"zh": "本人", "en": "I"}  # a letter that speaks of its writer otherwise sets `me`


@dataclass(frozen=True, slots=True)
class Template:
    """A letter of a country pack. `needs`: the fields without which it must not be sent (cn.md
    rule 27); `shows`: the identifiers its addressee sees in full; `kinds`: the kinds of institution
    it is for, empty for all."""

    id: str
    country: str
    title: Words
    to: str
    as_of: date
    needs: tuple[str, ...]
    shows: tuple[str, ...]
    form: bool
    kinds: tuple[str, ...]
    bodies: Mapping[str, str]

    @property
    def tells(self) -> bool:
        """Whether the person's own words have a place in it."""
        return any(STORY in body for body in self.bodies.values())


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A row of the evidence list: number, name, where it is from, what it proves, its pages and
    who holds the original carrier."""

    number: int
    name: str
    source: str
    proves: str
    pages: str
    held_by: str


@dataclass(frozen=True, slots=True)
class Used:
    """A field that the letter used: what stands there, and where it comes from."""

    field: Field
    shown: str
    source: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be set. `blanks` are left to fill by hand; `missing` those of them without
    which it must not be sent; `likeness` how much of it any other person's would share: 1 where no
    fact of the person's is in it."""

    template: Template
    document: Document
    used: tuple[Used, ...]
    blanks: tuple[Field, ...]
    missing: tuple[Field, ...]
    cited: tuple[Statute, ...]
    likeness: float

    @property
    def wants_story(self) -> bool:
        """Whether it has a place for the person's own words that nobody filled."""
        return self.template.tells and not any(u.field.name == STORY for u in self.used)


def letter_names(country: str) -> tuple[str, ...]:
    """The names of a country's letters, sorted."""
    try:
        found = [p.name for p in folder(country).joinpath("letters").iterdir()]
    except FileNotFoundError:
        return ()
    return tuple(sorted(n.removesuffix(".toml") for n in found if n.endswith(".toml")))


@cache
def load_letter(country: str, name: str) -> Template:
    """A country's letter. Raises UsageError where the pack has none of that name, InputError where
    it is wrong."""
    if name not in letter_names(country):
        raise UsageError("respond.no_letter", name=name, country=country)
    data = table(country, f"letters/{name}")
    try:
        for key in data:
            if key not in _HEAD:
                raise ValueError(f"{key}?")
        if data["to"] not in ADDRESSEES:
            raise ValueError(f"to = {data['to']}?")
        place = folder(country).joinpath("letters")
        return Template(
            id=name,
            country=country,
            title=Words.of(data["title"]),
            to=data["to"],
            as_of=data["as_of"],
            needs=tuple(data.get("needs", ())),
            shows=tuple(data.get("shows", ())),
            form=bool(data.get("form", False)),
            kinds=tuple(data.get("kinds", ())),
            bodies={
                language: _whole(
                    place, place.joinpath(f"{name}.{language}.md").read_text("utf-8"), language
                )
                for language in ("zh", "en")
            },
        )
    except (KeyError, TypeError, ValueError, FileNotFoundError) as error:
        what = str(error).strip("'\"")
        if isinstance(error, FileNotFoundError):  # its name alone, not where it was looked for
            what = str(error.filename).replace("\\", "/").rpartition("/")[2]
        raise InputError(
            "respond.bad_letter", name=f"{country}/letters/{name}", place=what
        ) from error


def _whole(place: Traversable, text: str, language: str, within: tuple[str, ...] = ()) -> str:
    """A letter's text with its parts in place. Raises ValueError for a part that is not there in
    that language, or that includes itself."""

    def part(match: re.Match[str]) -> str:
        name = match[1]
        path = place.joinpath("parts", f"{name}.{language}.md")
        if name in within or not path.is_file():
            raise ValueError(f"include parts/{name}.{language}.md?")
        return _whole(place, path.read_text("utf-8").strip("\n"), language, (*within, name))

    return _INCLUDE.sub(part, text)


class _Blank:
    """A fact that nobody has: false in a condition, a line to fill where it is printed."""

    def __init__(self, field: Field, run: _Run) -> None:
        self._field = field
        self._run = run

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        self._run.blank(self._field)
        return f"{BLANK}{self._field.words.said(self._run.language)}{BLANK}"


class _Fact:
    """A fact: true in a condition, noted as used where it is printed."""

    def __init__(self, field: Field, value: Value, run: _Run, *, full: bool) -> None:
        self._field = field
        self._value = value
        self._run = run
        self._full = full

    def __bool__(self) -> bool:
        return bool(self._value.text)

    def __eq__(self, other: object) -> bool:
        return self._value.text == (other._value.text if isinstance(other, _Fact) else other)

    def __hash__(self) -> int:
        return hash(self._value.text)

    def __str__(self) -> str:
        masked = self._value.masked
        shown = self._value.text if self._full or masked is None else masked
        self._run.use(self._field, shown, self._value.source)
        return plain(shown)


class _Group:
    """`person`, `account` …: its fields as attributes; an unknown one is the template's error."""

    def __init__(self, group: str, run: _Run) -> None:
        self._group = group
        self._run = run

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._run.fact(f"{self._group}.{name}")


class _Run:
    """One filling of a template."""

    def __init__(self, template: Template, language: str, facts: Facts, pack: Pack) -> None:
        self.template = template
        self.language = language
        self.facts = facts
        self.pack = pack
        self.used: dict[str, Used] = {}
        self.blanks: dict[str, Field] = {}
        self.cited: dict[str, Statute] = {}

    def fact(self, name: str) -> Any:
        field = fields().get(name)
        if field is None:
            raise jinja2.UndefinedError(name)
        if field.rows:
            rows = self.facts.lists.get(name, ())
            if not rows:
                return _Blank(field, self)
            return [
                {c: _Fact(field, r[c], self, full=True) for c in field.rows if c in r} for r in rows
            ]
        value = self.facts.values.get(name)
        if value is None or not value.text:
            return _Blank(field, self)
        return _Fact(field, value, self, full=name in self.template.shows)

    def use(self, field: Field, shown: str, source: str) -> None:
        self.used.setdefault(f"{field.name}\0{shown}", Used(field, shown, source))

    def blank(self, field: Field) -> None:
        self.blanks.setdefault(field.name, field)

    def cite(self, ref: str) -> str:
        try:
            statute = self.pack.statutes[ref]
        except KeyError:
            raise jinja2.UndefinedError(ref) from None
        self.cited.setdefault(statute.ref, statute)
        said = Speaker("zh_CN" if self.language == "zh" else "en").say(statute.citation)
        return plain(said)


@cache
def environment() -> jinja2.Environment:
    """Where templates run: no files, no attributes beyond the fields, nothing undefined."""
    return ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )


def write(
    template: Template,
    language: str,
    facts: Facts,
    pack: Pack,
    made: date,
    enclosures: Sequence[Enclosure] = (),
) -> Letter:
    """The letter in `zh` or `en`. Raises InputError where the template uses an unknown field or
    article, naming it."""
    day = Speaker("zh_CN" if language == "zh" else "en").day(made)
    run, text = _render(template, language, facts, pack, day)
    _, bare = _render(template, language, Facts(), pack, day)
    missing = tuple(
        fields()[name]
        for name in template.needs
        if name in fields() and not facts.values.get(name) and not facts.lists.get(name)
    )
    document = Document(
        title=template.title.said(language),
        language=language,
        made=made,
        blocks=blocks(
            text, template.title.said(language), _catalogue(enclosures, language), language, day
        ),
    )
    return Letter(
        template,
        document,
        tuple(run.used.values()),
        tuple(run.blanks.values()),
        missing,
        tuple(run.cited.values()),
        likeness(text, bare),
    )


@cache
def _template(body: str) -> jinja2.Template:
    return environment().from_string(body)


def _render(
    template: Template, language: str, facts: Facts, pack: Pack, day: str
) -> tuple[_Run, str]:
    """The letter's Markdown, and what became of its fields on the way."""
    run = _Run(template, language, facts, pack)
    groups = {name.partition(".")[0] for name in fields()}
    try:
        text = _template(template.bodies[language]).render(
            {group: _Group(group, run) for group in groups}
            | {
                "today": plain(day),
                "me": _ME[language],
                "cite": run.cite,
                "evidence_list": TABLE,
                "signature": SIGNATURE,
            }
        )  # fmt: skip
    except jinja2.TemplateError as error:
        raise InputError(
            "respond.bad_letter",
            name=f"{template.country}/letters/{template.id}.{language}.md",
            place=str(error.message),
        ) from error
    return run, text


_COLUMNS = {
    "zh": ("编号", "证据名称", "来源", "证明内容", "页码", "原始载体保存人"),
    "en": ("No.", "Evidence", "Source", "What it proves", "Pages", "Original held by"),
}


def _catalogue(enclosures: Sequence[Enclosure], language: str) -> Table | None:
    if not enclosures:
        return None
    return Table(
        header=_COLUMNS[language],
        rows=tuple(
            tuple(
                (Span(cell),)
                for cell in (str(e.number), e.name, e.source, e.proves, e.pages, e.held_by)
            )
            for e in enclosures
        ),
        widths=(0.07, 0.23, 0.2, 0.27, 0.08, 0.15),
    )


def names_used(body: str) -> tuple[set[str], set[str]]:
    """The fields and articles that a template's text names, for the linter. Raises
    jinja2.TemplateSyntaxError where it is no template."""
    tree = environment().parse(body)
    found = {
        f"{node.node.name}.{node.attr}"
        for node in tree.find_all(jinja2.nodes.Getattr)
        if isinstance(node.node, jinja2.nodes.Name)
    }
    loops = {
        node.target.name
        for node in tree.find_all(jinja2.nodes.For)
        if isinstance(node.target, jinja2.nodes.Name)
    }
    cited = {
        argument.value
        for node in tree.find_all(jinja2.nodes.Call)
        if isinstance(node.node, jinja2.nodes.Name) and node.node.name == "cite"
        for argument in node.args
        if isinstance(argument, jinja2.nodes.Const)
    }
    bare = {node.name for node in tree.find_all(jinja2.nodes.Name) if node.ctx == "load"}
    groups = {name.partition(".")[0] for name in fields()}
    known = groups | loops | {"today", "me", "cite", "evidence_list", "signature", "loop"}
    used = {name for name in found if name.partition(".")[0] not in loops | {"loop"}}
    return used | (bare - known), cited


def rows_used(body: str) -> Iterator[tuple[str, str]]:
    """Pairs of list field and column that a template's loops name."""
    tree = environment().parse(body)
    for loop in tree.find_all(jinja2.nodes.For):
        over = loop.iter
        if not (
            isinstance(over, jinja2.nodes.Getattr) and isinstance(over.node, jinja2.nodes.Name)
        ):
            continue
        target = getattr(loop.target, "name", "")
        for node in loop.find_all(jinja2.nodes.Getattr):
            if isinstance(node.node, jinja2.nodes.Name) and node.node.name == target:
                yield f"{over.node.name}.{over.attr}", node.attr


def unfilled(text: str) -> bool:
    """Whether braces are left in a text: a template that did not run."""
    return re.search(r"{{|}}|{%|%}", text) is not None
