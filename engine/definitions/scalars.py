"""What a bare word could be taken for by a YAML reader: text that looks like something else must be quoted."""

from __future__ import annotations

import re

_LOOKS_LIKE = (
    ("nothing", re.compile(r"~|null|Null|NULL|")),
    ("true or false", re.compile(r"true|True|TRUE|false|False|FALSE")),
    # YAML 1.1 readers, editors and formatters among them, take these words for true and false.
    ("yes or no", re.compile(r"(?i:y|yes|n|no|on|off)")),
    ("a number", re.compile(r"[-+]?[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+|0b[01]+")),
    ("a number", re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(?i:inf)|\.(?i:nan)")),
    ("a time", re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")),
    ("a date", re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?")),
)


def looks_like(bare: str) -> str | None:
    """`a number`, `yes or no`, …: what this bare word could be taken for; None when it can only be text."""
    return next((meaning for meaning, pattern in _LOOKS_LIKE if pattern.fullmatch(bare)), None)


def is_null(bare: str) -> bool:
    """Does this bare word mean *nothing written*?"""
    return looks_like(bare) == "nothing"


def is_whole_number(bare: str) -> bool:
    """Is this bare word a whole number in decimal digits?"""
    return re.fullmatch(r"[-+]?[0-9]{1,9}", bare, re.ASCII) is not None
