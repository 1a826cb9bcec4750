"""Brings `PROJECT VERSION to ENVIRONMENT` to the front of a command whose clauses were typed before it. Pure."""

from __future__ import annotations

import re

from bot import typed_text

_WHAT = r"(?<!\S)(?P<what>(?:the\s+)?[A-Za-z][\w-]*(?:\s+|@)v?\d[^\s:,=]*"
_WITH_ITS_PLACE = re.compile(rf"{_WHAT}\s+(?:to|→|->|onto|into)\s+(?:the\s+)?[\w-]+)(?!\S)", re.IGNORECASE)
_AT_THE_END = re.compile(rf"{_WHAT})\s*\Z", re.IGNORECASE)


def what_first(text: str) -> str:
    """`at 22:00 web 1.4.0 to staging` as `web 1.4.0 to staging at 22:00`; empty when nothing is to be moved."""
    before, _ = typed_text.reasoned(text)
    reason = text[len(before) :]
    for pattern in (_WITH_ITS_PLACE, _AT_THE_END):
        found = pattern.search(before)
        if found is None or not (clauses := before[: found.start()].strip()) or _is_quoted(clauses):
            continue
        return f"{found['what']} {clauses} {before[found.end() :].strip()}".strip() + reason
    return ""


def _is_quoted(before: str) -> bool:
    """Does what follows stand in quotes?"""
    return any(typed_text.plain(before).count(mark) % 2 for mark in "\"'`")
