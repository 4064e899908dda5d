"""Aliases found again after mangling, and false finds in unrelated texts.

Peers in the same run: a plain substring, and difflib's ratio over a sliding window.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import random
import re
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

from notmyloan.model.disclosure import RecipientKind
from notmyloan.seal.alias import Alias, AliasField, OwnFields, propose, tag_of
from notmyloan.seal.alias_hear import hear

OWN = OwnFields(emails=("lin@gmail.com",), address="幸福路18号3号楼2单元501室", card_name="林先生")
TEXTS = Path(__file__).parent.parent / "src/notmyloan/screen/texts"
NEAR = [
    ("l", "n"),
    ("n", "l"),
    ("zh", "z"),
    ("z", "zh"),
    ("sh", "s"),
    ("s", "sh"),
    ("ing", "in"),
    ("in", "ing"),
    ("h", "f"),
    ("f", "h"),
    ("b", "p"),
    ("d", "t"),
]


def aliases(count: int, seed: int) -> list[Alias]:
    made: list[Alias] = []
    rng = random.Random(seed)
    for n in range(count):
        made += propose(f"r{n}", RecipientKind.SHOP, OWN, made, rng, made=date(2026, 1, 1))
    return made


def common() -> list[str]:
    found = re.findall(
        "[一-鿿]", "".join(p.read_text("utf-8") for p in sorted(TEXTS.glob("*.toml")))
    )
    return sorted(set(found))


CHARACTERS = common()


def homophones() -> dict[str, list[str]]:
    from pypinyin import lazy_pinyin

    table: dict[str, list[str]] = {}
    for c in CHARACTERS:
        table.setdefault(lazy_pinyin(c)[0], []).append(c)
    return table


def sound_alike(code: str, rng: random.Random, table: dict[str, list[str]]) -> str:
    from pypinyin import lazy_pinyin

    out = []
    for c, said in zip(code, lazy_pinyin(code), strict=True):
        near = [
            said,
            *(said.replace(a, b, 1) for a, b in NEAR if said.startswith(a) or said.endswith(a)),
        ]
        out.append(rng.choice([x for s in near for x in table.get(s, [])] or [c]))
    return "".join(out)


def typos(code: str, rng: random.Random) -> str:
    n, k = rng.sample(range(len(code)), 2)
    out = list(code)
    out[n] = rng.choice(CHARACTERS)
    out[k] = rng.choice(["", rng.choice(CHARACTERS)])
    return "".join(out)


def lose(alias: Alias, rng: random.Random) -> str:
    gone = rng.randrange(len(alias.words))
    return "".join(w for n, w in enumerate(alias.words) if n != gone)


def spoken_tag(alias: Alias, rng: random.Random) -> str:
    words = rng.choice(
        [
            "零幺二三四五六七八九",
            "零一二三四五六七八九",
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        ]
    )
    return re.sub(
        r"\d", lambda m: f" {words[int(m[0])]} ", tag_of(alias.words).replace(".", " dot ")
    )


def manglings() -> dict[str, Callable[[Alias, random.Random], str]]:
    import opencc

    table, traditional = homophones(), opencc.OpenCC("s2t")
    code = lambda a: "".join(a.words)  # noqa: E731
    return {
        "plain": lambda a, r: a.value,
        "traditional": lambda a, r: traditional.convert(code(a)),
        "one word lost": lambda a, r: lose(a, r),
        "two typos": lambda a, r: typos(code(a), r),
        "sound-alikes": lambda a, r: sound_alike(code(a), r, table),
        "masked middle": lambda a, r: code(a)[:2] + "**" + code(a)[4:],
        "spoken digits": spoken_tag,
        "e-mail, 2 typos": lambda a, r: "".join(r.choice("aeiou") if n in (4, 9) else c for n, c in enumerate(tag_of(a.words))),
    }  # fmt: skip


def by_substring(text: str, known: list[Alias]) -> set[str]:
    return {a.recipient for a in known if "".join(a.words) in text or tag_of(a.words) in text}


def by_ratio(text: str, known: list[Alias]) -> set[str]:
    best: dict[str, float] = {}
    for a in known:
        for form in ("".join(a.words), tag_of(a.words)):
            matcher = difflib.SequenceMatcher(None, "", form, autojunk=False)
            for at in range(0, max(1, len(text) - len(form) + 1)):
                matcher.set_seq1(text[at : at + len(form)])
                if matcher.real_quick_ratio() > 0.6 and matcher.quick_ratio() > 0.6:
                    best[a.recipient] = max(best.get(a.recipient, 0), matcher.ratio())
    top = max(best.values(), default=0)
    return {r for r, v in best.items() if v == top and v > 0.6}


def by_us(text: str, known: list[Alias]) -> set[str]:
    found = hear(text, known)
    return set(found[0].among) if found else set()


def unrelated(count: int, rng: random.Random) -> list[str]:
    """Real wordings where the repository has them, shuffled phrases of them for the rest."""
    phrases = [
        s
        for p in sorted(TEXTS.glob("*.toml"))
        for s in strings(tomllib.loads(p.read_text("utf-8")))
        if len(s) > 3
    ]
    return ["，".join(rng.sample(phrases, 4)) for _ in range(count)]


def pooled(count: int, trials: int, rng: random.Random) -> dict[str, int]:
    """Two recipients mix their words, in any order; who is named?"""
    known = [a for a in aliases(count, 1) if a.field is AliasField.ADDRESS]
    tally = {"one of the two": 0, "several, one of them": 0, "nobody": 0, "an innocent alone": 0}
    for _ in range(trials):
        pair = rng.sample(known, 2)
        mixed = [rng.choice(pair).words[n] for n in range(3)]
        rng.shuffle(mixed)
        found = hear(f"放门口，口令{''.join(mixed)}，对吧", known)
        named = set(found[0].among) if found else set()
        guilty = {a.recipient for a in pair}
        if not named:
            tally["nobody"] += 1
        elif named <= guilty:
            tally["one of the two"] += 1
        elif named & guilty:
            tally["several, one of them"] += 1
        else:
            tally["an innocent alone"] += 1
    return tally


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [s for item in items for s in strings(item)]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--recipients", type=int, default=75)
    options.add_argument("--trials", type=int, default=200)
    options.add_argument("--unrelated", type=int, default=5000)
    options.add_argument(
        "--corpora", type=Path, help="folder with messages/*.jsonl.gz of real texts"
    )
    options.add_argument("--seed", type=int, default=2)
    told = options.parse_args()
    known = [a for a in aliases(told.recipients, 1) if a.field is AliasField.ADDRESS]
    rng = random.Random(told.seed)
    around = unrelated(told.trials, rng)
    ways = {"notmyloan": by_us, "substring": by_substring, "difflib": by_ratio}
    print(f"{told.recipients} recipients; found / confused, % of {told.trials}")
    print(f"{'':18}" + "".join(f"{w:>16}" for w in ways))
    for name, mangle in manglings().items():
        tally = {w: [0, 0] for w in ways}
        for n in range(told.trials):
            alias = rng.choice(known)
            text = f"{around[n][:20]}。{mangle(alias, rng)}，{around[n][20:40]}"
            for way, find in ways.items():
                if way == "difflib" and n % 10:
                    continue  # slow: a tenth of the trials
                got = find(text, known)
                tally[way][0] += got == {alias.recipient}
                tally[way][1] += bool(got - {alias.recipient})
        row = [
            tuple(100 * v / (told.trials / (10 if w == "difflib" else 1)) for v in t)
            for w, t in tally.items()
        ]
        print(f"{name:18}" + "".join(f"{a:9.1f} /{b:5.1f}" for a, b in row))
        sys.stdout.flush()
    for count in (told.recipients, 200):
        outcome = pooled(count, told.trials, random.Random(told.seed + 1))
        print(f"two who pool their words, {count} recipients: " + ", ".join(
            f"{name} {n}" for name, n in outcome.items()), flush=True)  # fmt: skip
    for path in sorted((told.corpora / "messages").glob("*.jsonl.gz")) if told.corpora else ():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            real = [json.loads(line)["text"] for line in lines]
        real = rng.sample(real, min(told.unrelated, len(real)))
        false = sum(bool(by_us(t, known)) for t in real)
        print(f"false, {path.name}: {false} of {len(real)}", flush=True)
    texts = unrelated(told.unrelated, rng)
    print(f"{'false':18}" + f"{sum(bool(by_us(t, known)) for t in texts)} of {len(texts)}, "
          f"substring {sum(bool(by_substring(t, known)) for t in texts)}, "
          f"difflib {sum(bool(by_ratio(t, known)) for t in texts[:50])} of {len(texts[:50])}")  # fmt: skip


if __name__ == "__main__":
    main()
