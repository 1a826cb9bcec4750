"""The clauses of a typed command: what, `to` where, `on` which targets, `at` a time, `until` another, `because`. Pure.

Clauses may come in any order behind what is deployed; `bot.reordering` brings that to the front. `because` takes all
that follows it, as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import typed_text

_TO = frozenset({"to", "→", "->", "onto", "into"})
_UNTIL = frozenset({"until", "till", "expires"})
_ARTICLES = frozenset({"the", "a", "an", "please"})
_OVERRIDE = frozenset({"override", "overriding"})
_EMERGENCY = frozenset({"emergency"})
_GUIDED = {"guided": True, "unguided": False}
_GUIDED_SAID = re.compile(
    r"""(?i)(?P<quoted>"[^"]*"|“[^”]*”|'[^']*')|(?<!\S)(?:(?P<how>with|not|no|without)\s+)?(?P<un>un)?guided"""
    r"""(?:\s+failures?)?(?=[\s,]|\Z)"""
)
_WITHOUT = frozenset({"except", "without", "excluding"})
_BETWEEN = frozenset({"and", "&"})
_EVERYTHING = frozenset({"all", "everything", "everywhere"})
_TARGETS = frozenset({"target", "targets", "machine", "machines", "only"})
_NO_NAMES = _BETWEEN | _EVERYTHING | _TARGETS | _ARTICLES
_DAYS = frozenset({"today", "tonight", "tomorrow"})
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day)?\Z")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:T.*)?\Z")
_CLOCK = re.compile(r"\d{1,2}:\d{2}\S*\Z")
_AMOUNT = re.compile(r"(?:\d+\S*|an?)\Z")


@dataclass(frozen=True)
class Clauses:
    """What was typed, sorted. `what` are the words of no clause; times are phrases as they were typed."""

    what: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    at: str = ""
    until: str = ""
    reason: str = ""
    overrides: bool = False  # `override`: pass a freeze
    on: tuple[str, ...] = ()  # only these targets
    without: tuple[str, ...] = ()  # not these
    is_emergency: bool = False  # `emergency`: pass all that one may
    guided: bool | None = None  # `guided`, `unguided`: is somebody asked when a step fails
    names_no_target: str = ""  # `on` or `not on`, where no name stands behind it


def split(text: str) -> Clauses:
    """Sort the words of a command into its clauses."""
    before, reason = typed_text.reasoned(text)
    words = typed_text.words(before)
    overrides = any(word.lower() in _OVERRIDE for word in words)
    is_emergency = any(word.lower() in _EMERGENCY for word in words)
    guided = next((_GUIDED[word.lower()] for word in words if word.lower() in _GUIDED), None)
    words = [word for word in words if word.lower() not in {*_OVERRIDE, *_EMERGENCY, *_GUIDED}]
    found: dict[str, list[str]] = {"what": [], "to": [], "at": [], "until": [], "on": [], "without": []}
    clause = "what"
    opened_ones: set[str] = set()
    for index, word in enumerate(words):
        low, rest = word.lower(), words[index + 1 :]
        if low in {"on", "for"} and clause == "without" and not found["without"]:
            continue  # not on …, except for …
        if (low == "only" and rest[:1] == ["on"]) or (low == "but" and rest[:1] == ["not"]):
            continue
        opened = _opened(low, rest, clause, has_all=_count(found["what"]) + len(found["to"]) >= 3)
        if opened is not None:
            clause, keeps = opened
            opened_ones.add(clause)
            if low == "for":
                found["until"].append("in")
            if not keeps:
                continue
        if clause == "to" and found["to"] and low not in _ARTICLES:
            found["what"].append(word)  # an environment is one word: what follows belongs elsewhere
        elif clause in {"on", "without"}:
            found[clause] += [name for name in word.split(",") if name and name.lower() not in _NO_NAMES]
        elif clause in {"at", "until"} or low not in _ARTICLES:
            found[clause].append(word)
    says_all = any(word.lower() in _EVERYTHING for word in words)
    names_no_target = _without_names(opened_ones, found["on"], found["without"], says_all=says_all)
    if not found["to"] and len(found["what"]) == 2 and len(found["on"]) == 1:
        found["to"], found["on"] = found["on"], []  # web 1.4.0 on production
    at, until = (" ".join(found[name]) for name in ("at", "until"))
    what, to, on, without = (tuple(found[name]) for name in ("what", "to", "on", "without"))
    return Clauses(what, to, at, until, reason, overrides, on, without, is_emergency, guided, names_no_target)


def guidance_in_a_word(text: str) -> str:
    """The command with `guided` or `unguided` for `with guided failure`, `not guided`, `no guided failures` and the
    like; what is in quotes, and the reason, stay as they are.
    """
    before, reason = typed_text.reasoned(text)
    plainly = _GUIDED_SAID.sub(_in_a_word, before)
    if plainly == before:
        return text
    return f"{plainly} because {typed_text.escaped(reason)}" if reason else plainly


def _in_a_word(found: re.Match[str]) -> str:
    if found["quoted"]:
        return found[0]
    is_negated = (found["how"] or "with").lower() != "with"
    return "guided" if is_negated == bool(found["un"]) else "unguided"


def _count(what: list[str]) -> int:
    """`web@1.4.0` are two words."""
    return sum(2 if "@" in word.strip("@") else 1 for word in what)


def _without_names(opened: set[str], on: list[str], without: list[str], *, says_all: bool) -> str:
    """The clause about targets that names none: without it, the deployment would go everywhere."""
    if "without" in opened and not without:
        return "not on"
    return "on" if "on" in opened and not (on or without or says_all) else ""


def _opened(word: str, rest: list[str], clause: str, *, has_all: bool) -> tuple[str, bool] | None:  # noqa: PLR0911 - a table in lines
    """The clause that this word opens and whether the word belongs to it; None when it opens none."""
    follows = rest[0].lower() if rest else ""
    if word in _TO:
        return "to", False
    if word in _UNTIL and rest:
        return "until", False
    if word == "on" and rest and not (_WEEKDAY.match(follows) or _DATE.match(follows)):
        return "on", False
    if word in _WITHOUT or (word == "not" and follows == "on") or (word == "but" and clause == "on"):
        return "without", False
    if word == "at" and clause != "until":
        return "at", False
    if word == "in":
        return ("until" if clause == "until" else "at", True) if _AMOUNT.match(follows) else ("to", False)
    if word == "for" and _AMOUNT.match(follows) and clause != "until":
        return "until", False
    if clause in {"at", "until"}:
        return None
    if word == "on" and (_WEEKDAY.match(follows) or _DATE.match(follows)):
        return "at", False
    begins_a_time = word in _DAYS or _WEEKDAY.match(word) or _DATE.match(word) or _CLOCK.match(word)
    return ("at", True) if has_all and begins_a_time else None
