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
# A word; quotes may begin it, or follow its first `=`, and hold anything up to the next one of their kind.
_VALUE = re.compile(r"""(?:(?:"[^"]*"|'[^']*'|[^\s="'])[^\s="]*)?=(?:"[^"]*"|'[^']*'(?!\w)|\S*)|\S+""")
_DASHES = re.compile(r"\A[–—]|[–—]\Z")


def plain(text: str) -> str:
    """The text as it was meant: links by their label, entities decoded, quotes straight."""
    return html.unescape(_LINK.sub(_shown, text)).translate(_QUOTES)


def words(text: str) -> list[str]:
    """The words of a command, without stray quotes, backticks and bold marks."""
    found = (_bare(word) for word in plain(text).split())
    return [word for word in found if word]


def reasoned(text: str) -> tuple[str, str]:
    """What stands before `because`, as it was typed, and the reason behind it, plain, with its inner spacing."""
    found = _BECAUSE.search(text)
    return (text, "") if found is None else (text[: found.start()], plain(text[found.end() :]).strip())


def escaped(text: str) -> str:
    """Plain text as Slack sends it, for what makes text plain."""
    return html.escape(text, quote=False)


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


def parted(text: str, word: str) -> tuple[str, str]:
    """What stands before this word, and after it with its quotes and line breaks; the word is not the first one."""
    found = re.search(rf"(?i)(?<=\S)\s+{re.escape(word)}(?:\s+|\Z)", text)
    return (text[: found.start()], text[found.end() :]) if found else (text, "")


def values(text: str) -> list[str]:
    """The words of a list of `NAME=VALUE`; what is in quotes is one, and keeps what is in it. Addresses stay whole."""
    straight = html.unescape(_LINK.sub(_address, text)).translate(_QUOTES)
    return [found[0] for found in _VALUE.finditer(straight)]


def verbatim(text: str) -> str:
    """A script as it was meant: addresses whole, entities decoded, quotes straight; without the marks of code around
    it.
    """
    script = html.unescape(_LINK.sub(_address, text)).translate(_QUOTES).strip()
    fenced = re.fullmatch(r"```(?:\w*\n)?(.*?)```|`([^`]*)`", script, re.DOTALL)
    return (fenced[1] or fenced[2] or "").strip("\n") if fenced else script


def unquoted(text: str) -> str:
    """The same without the quotes around it, or around what follows its first `=`."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`" else text


def _address(found: re.Match[str]) -> str:
    """A link by its label where Slack made it of a bare name, else its whole address."""
    target, label = found["target"], found["label"]
    if target.startswith(("@", "#", "!")):
        return _shown(found)
    return label if label and _SCHEME.sub("", target).rstrip("/") == label.rstrip("/") else target


def _bare(word: str) -> str:
    is_pattern = word.rstrip(",").endswith("-*")  # no name ends in a hyphen: this star is no mark of Slack's
    word = _DASHES.sub("-", word.strip(_STRAY))
    # _italic_ marks come in pairs; a lone underscore belongs to the name.
    if len(word) > 2 and word.startswith("_") and word.endswith("_"):
        word = word[1:-1]
    return word.strip(_STRAY) + ("*" if is_pattern else "")


def _shown(found: re.Match[str]) -> str:
    target, label = found["target"], found["label"]
    if target.startswith(("@", "#", "!")):
        return f"{target[0]}{label}" if label and not label.startswith(target[0]) else label or target
    return label if label else _SCHEME.sub("", target)
