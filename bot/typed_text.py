"""Undoes what Slack and phones do to typed text: entities, link marks, smart quotes, stray formatting. Pure."""

from __future__ import annotations

import html
import re

_LINK = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_SCHEME = re.compile(r"\A(?:https?://|mailto:|tel:)")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "«": '"', "»": '"',
                         "\u00a0": " ", "\u2011": "-", "\u200b": None, "\ufeff": None})  # fmt: skip
_STRAY = "`*\"'"
_NUMBER = re.compile(r"#?([0-9]{1,12})[.,:]?\Z")
_BECAUSE = re.compile(r"(?i)(?:\A|\s)because[:,]?(?=\s|\Z)")
_DASHES = re.compile(r"\A[–—]|[–—]\Z")


def plain(text: str) -> str:
    """The text as it was meant: links by their label, entities decoded, quotes straight."""
    return html.unescape(_LINK.sub(_shown, text)).translate(_QUOTES)


def words(text: str) -> list[str]:
    """The words of a command, without stray quotes, backticks and bold marks."""
    found = (_bare(word) for word in plain(text).split())
    return [word for word in found if word]


def reasoned(text: str) -> tuple[str, str]:
    """What stands before `because`, and the reason behind it with its inner spacing."""
    found = _BECAUSE.search(plain(text))
    if found is None:
        return plain(text), ""
    return plain(text)[: found.start()], plain(text)[found.end() :].strip()


def number(word: str) -> int | None:
    """The number that is on a card, as it is typed: `17`, `#17`, `17.`."""
    found = _NUMBER.match(word)
    return int(found[1]) if found else None


def after_words(text: str, count: int) -> str:
    """What stands after the first `count` words, with its inner spacing, e.g. a note."""
    rest = plain(text)
    for _ in range(count):
        parts = rest.split(maxsplit=1)
        rest = parts[1] if len(parts) > 1 else ""
    return rest.strip()


def _bare(word: str) -> str:
    word = _DASHES.sub("-", word.strip(_STRAY))
    # _italic_ marks come in pairs; a lone underscore belongs to the name.
    if len(word) > 2 and word.startswith("_") and word.endswith("_"):
        word = word[1:-1]
    return word.strip(_STRAY)


def _shown(found: re.Match[str]) -> str:
    target, label = found["target"], found["label"]
    if target.startswith(("@", "#", "!")):
        return f"{target[0]}{label}" if label and not label.startswith(target[0]) else label or target
    return label if label else _SCHEME.sub("", target)
