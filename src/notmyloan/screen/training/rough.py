"""Texts as hurried people and other systems write them: for training only.

Our own templates are neater than what a phone holds. The same wording in lower case, without its
full stop, in chat spelling or without the 【signature】 must keep its label.
"""

from __future__ import annotations

import random
import re
from typing import Final

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_SIGNATURE: Final = re.compile("^【([^】]{1,20})】(.+)$", re.DOTALL)
_CHAT: Final = {
    "you": "u", "are": "r", "your": "ur", "please": "pls", "because": "cos", "tomorrow": "tmrw",
    "tonight": "2nite", "to": "2", "for": "4", "before": "b4", "great": "gr8", "see": "c",
    "thanks": "thx", "message": "msg", "and": "n", "okay": "k", "what": "wat", "with": "wiv",
    "about": "abt", "going": "goin", "just": "jus", "the": "d", "minutes": "mins", "love": "luv",
}  # fmt: skip


def rough(text: str, r: random.Random) -> str:
    """`text` written more carelessly, in one to three ways; its wording stays."""
    return _chinese(text, r) if _HAN.search(text) else _english(text, r)


def _english(text: str, r: random.Random) -> str:
    ways = r.sample(("lower", "open", "marks", "chat", "gaps", "loud"), r.choice((1, 2, 2, 3)))
    if "lower" in ways:
        text = text.lower() if r.random() < 0.6 else text[:1].lower() + text[1:]
    if "open" in ways:
        text = text.rstrip(".!")
    if "marks" in ways:
        text = re.sub(r"(?<=\w)'(?=\w)", "", text)
        text = re.sub(r"[,;]", "", text) if r.random() < 0.5 else text
    if "chat" in ways:
        text = re.sub(
            r"[A-Za-z]+",
            lambda m: _CHAT[m[0].lower()] if m[0].lower() in _CHAT and r.random() < 0.6 else m[0],
            text,
        )
    if "gaps" in ways:
        text = re.sub(r"([.!?]) ", r.choice((r"\1", r"\1  ", r"\1\1 ", r" \1 ")), text)
    if "loud" in ways and r.random() < 0.3:
        text = re.sub(r"^\w+", lambda m: m[0].upper(), text).replace(".", "!", 1)
    return text


def _chinese(text: str, r: random.Random) -> str:
    signed = _SIGNATURE.match(text)
    if signed and r.random() < 0.7:
        way = r.random()
        if way < 0.4:
            text = signed[2]
        elif way < 0.7:
            text = f"{signed[2]}【{signed[1]}】"
        else:
            text = r.choice((f"[{signed[1]}]{signed[2]}", f"{signed[1]}：{signed[2]}"))
    if r.random() < 0.5:
        pause = r.choice((" ", ",", "", "。", "！"))
        text = "".join(pause if c == "，" and r.random() < 0.7 else c for c in text)
    if r.random() < 0.5:
        text = text.rstrip("。！，") + r.choice(("", "", "。", "！", "~", "..."))
    if r.random() < 0.3:
        text = text.replace("您", "你")
    return text
