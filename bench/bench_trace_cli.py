"""The same made-up lives through the command line: an export of messages and calls and a list of
who was given what go in, `notmyloan check` and `who --json` answer, and the chances are laid beside
those of the library on the bare contacts.

    python bench/bench_trace_cli.py [--worlds 10] [--first 7000]

Worlds of `trace_worlds_other.py`; half of the contacts become calls. Around them stand ordinary
messages and calls, three days in four, as on any phone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import trace_worlds_other

from notmyloan.model.disclosure import Given
from notmyloan.trace.answer import who

ZONE = timezone(timedelta(hours=8))
NAME, EMPLOYER, ID, CARD = "温若衡", "禾青木业", "11010519491231002X", "6222020200112230120"
FIRMS = ("速易贷", "金桥分期", "快周转", "惠民钱袋", "信而借", "好享花")
PUSHES = (
    "【{f}】{n}您好，您的{k}万元额度已通过初审，点击 t.cn/{x} 领取，拒收请回复R",
    "【{f}】急用钱？凭手机号最高可借{k}万，当天到账，利息低至每日万分之三，退订回T",
    "{n}您好，我是{f}的客户经理，您有一笔{k}万元备用金待激活，回复1办理",
    "【{f}】{n}，您在我司预留的{k}万元授信即将失效，今日提现享免息 t.cn/{x} 拒收回R",
    "{n}，无抵押无担保，{k}万以内当天放款，公积金社保客户利率更低，需要请加微信{x}",
    "【{f}】恭喜！系统为您匹配到{k}万元低息贷款产品，点击查看 t.cn/{x} 退订回T",
    "银行渠道直批，{k}万额度三年期，{n}如需资金周转请回电，退订回N",
)
PLAIN = (
    "【菜鸟驿站】您的包裹已到站，取件码 {a}-{b}，请及时领取。",
    "【中国移动】您本月已使用流量 {a}.{b}GB，套餐剩余 12GB。",
    "验证码 {a}{b}，五分钟内有效，请勿告知他人。【出行】",
    "晚上七点老地方吃饭，别忘了带伞",
    "妈，我到家了，明天去接你",
    "【物业】本周六上午停水检修，请提前储水。",
    "您尾号{b}的储蓄卡支出 {a}.00 元，余额 3,2{b}.10 元。【示例银行】",
)
SHOWN = {
    Given.NAME: "{name}", Given.ID_NUMBER: "（身份证尾号{id}）", Given.EMPLOYER: "（{employer}）",
    Given.BANK_CARD: "（银行卡尾号{card}）",
}  # fmt: skip


def write(made: trace_worlds_other.Life, folder: Path, seed: int) -> None:
    """The life as an export of a phone and a list of who was given what."""
    r = random.Random(seed)
    evidence = made.evidence
    texts, calls = [], []

    def at(day: object, low: int, high: int) -> int:
        start = datetime.combine(day, datetime.min.time(), ZONE)
        return int((start + timedelta(seconds=r.randint(low * 3600, high * 3600))).timestamp())

    for contact in evidence.contacts:
        number = r.choice(("1065", "1069", "170", "400")) + f"{r.randrange(10**7):07}"
        if r.random() < 0.5 and not contact.facts:
            number = r.choice(("0755", "021", "170")) + f"{r.randrange(10**8):08}"
            calls.append((at(contact.on, 9, 19), number, r.choice((0, 0, 9, 25)), contact.point))
            continue
        shows = sorted(contact.facts - {Given.NAME})
        said = NAME if Given.NAME in contact.facts else "您"
        said += "".join(SHOWN.get(f, "") for f in shows).format(
            id=ID[-4:], employer=EMPLOYER, card=CARD[-4:]
        )
        text = r.choice(PUSHES).format(f=r.choice(FIRMS), n=said, k=r.randint(2, 30),
                                       x=f"{r.randrange(36**5):x}")  # fmt: skip
        if shows and "{n}" not in text and said not in text:
            text = f"{said}，{text}"
        texts.append((at(contact.on, 9, 19), number, text, contact.point))
    span = (evidence.last - evidence.first).days
    for n in range(span + 1):
        day = evidence.first + timedelta(days=n)
        if r.random() < 0.75 or n in (0, span):
            text = r.choice(PLAIN).format(a=r.randint(10, 99), b=r.randint(1000, 9999))
            texts.append((at(day, 8, 22), r.choice(("10086", "13912345678", "95588")), text, None))
            calls.append((at(day, 8, 22), "13912345678", 60, None))
    body = "".join(
        f'<sms address={quoteattr(p)} date="{t}000" type="1" body={quoteattr(b)} read="1" '
        f'{sub(s)}/>\n' for t, p, b, s in sorted(texts, key=lambda x: x[0])
    )  # fmt: skip
    (folder / "sms.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<smses count="{len(texts)}">\n{body}</smses>\n'
    )
    rows = "".join(
        f'<call number="{p}" duration="{d}" date="{t}000" type="{1 if d else 3}" {sub(s)}/>\n'
        for t, p, d, s in sorted(calls, key=lambda x: x[0])
    )
    (folder / "calls.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<calls count="{len(calls)}">\n{rows}</calls>\n'
    )
    lines = [f'[mine]\nnames = ["{NAME}"]\nphones = {json.dumps(list(PHONES.values()))}\n'
             f'id_numbers = ["{ID}"]\nemployers = ["{EMPLOYER}"]\n'
             f'cards = ["{CARD[-4:]}"]\n']  # fmt: skip
    for person in evidence.recipients:
        (point,) = person.points
        lines.append(
            f'[[gave]]\nto = "{person.name}"\nkind = "{person.kind.value}"\n'
            f"on = {person.given_on[0]}\nwhat = {json.dumps(sorted(person.facts))}\n"
            f'phone = "{PHONES[point]}"\n'
        )
    (folder / "mine.toml").write_text("\n".join(lines))


PHONES = {"one": "13800138000", "two": "13900139001"}


def sub(point: str | None) -> str:
    return f'sub_id="{PHONES[point]}"' if point else ""


def through(folder: Path, made: trace_worlds_other.Life) -> tuple[dict[str, object], float, float]:
    """The answer of the command line, and the seconds of `check` and of `who`."""
    (folder / "pass").write_text("correct horse battery staple\n")
    now = datetime.combine(made.evidence.last, datetime.min.time(), ZONE) + timedelta(days=1)
    env = os.environ | {
        "NOTMYLOAN_VAULT": str(folder / "v"), "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "pass"),
        "NOTMYLOAN_NOW": now.isoformat(),
    }  # fmt: skip
    seconds, out = [], ""
    for args in (["init"], ["check", str(folder / "export")], ["who", "--json"]):
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "notmyloan", "-q", *args], env=env, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            sys.exit(f"{args}: {done.returncode}: {done.stderr}")
        seconds.append(time.perf_counter() - begin)
        out = done.stdout
    return json.loads(out), seconds[1], seconds[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--first", type=int, default=7000)
    given = parser.parse_args()
    ours, theirs, truths, top = [], [], [], []
    for seed in range(given.first, given.first + given.worlds):
        made = trace_worlds_other.life(seed)
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "export").mkdir()
            write(made, folder / "export", seed)
            answer, checked, asked = through(folder, made)
        library = {s.recipient.name: s.chance for s in who(made.evidence).suspects}
        by_name = {s["recipient"]: s["chance"] for s in answer["suspects"]}
        people = made.evidence.recipients
        truth = np.array([p.id in made.leaks for p in people])
        ours.append(np.array([by_name[p.name] for p in people]))
        theirs.append(np.array([library[p.name] for p in people]))
        truths.append(truth)
        name = trace_worlds_other.identifiable(made)
        if name is not None:
            leader = next(p for p in people if p.id == name).name
            top.append((answer["suspects"][0]["recipient"] == leader,
                        max(library, key=library.get) == leader))  # fmt: skip
        print(f"{seed} {made.wave}: {len(people)} recipients, {len(made.evidence.contacts)} "
              f"contacts; check {checked:.1f} s, who {asked:.1f} s; leakers, command line / library: "
              + ", ".join(f"{a:.2f} / {b:.2f}" for a, b, t in
                          zip(ours[-1], theirs[-1], truth, strict=True) if t), flush=True)  # fmt: skip
    truth = np.concatenate(truths)
    for title, rows in (("command line", ours), ("library", theirs)):
        chance = np.clip(np.concatenate(rows), 1e-6, 1 - 1e-6)
        score = -np.where(truth, np.log(chance), np.log(1 - chance)).mean()
        wrong = sum(bool(((c > 0.9) & ~t).any()) for c, t in zip(rows, truths, strict=True))
        print(f"{title}: log score {score:.4f}, wrong above 0.9 in {wrong} worlds")
    print(f"first where identifiable, command line and library: {sum(a for a, _ in top)} and "
          f"{sum(b for _, b in top)} of {len(top)}")  # fmt: skip


if __name__ == "__main__":
    main()
