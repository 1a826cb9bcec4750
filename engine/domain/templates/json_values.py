"""Values that hold JSON, read as tolerantly as the original's parser does: bare keys, single quotes, comments.

Booleans print as `True` and `False` and null as nothing; objects and arrays print as compact JSON.
"""

from __future__ import annotations

import json
import re

from engine.domain.templates.dotnet.number_texts import double_text
from engine.domain.templates.json_reading import NotJson, read_tolerantly

_OPENING = re.compile(r"\s*(?:/|[{\[])")
_STRUCTURE = (dict, list)
_DEEPEST = 64


def parse_structure(text: str) -> dict[str, object] | list[object] | None:
    """The object or array that `text` is, or None."""
    if _OPENING.match(text) is None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = read_tolerantly(text)
        except NotJson:
            return None
    if isinstance(value, _STRUCTURE) and _is_shallow(value):
        return value
    return None


def _is_shallow(value: object) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent if isinstance(parent, list) else ())
            if isinstance(child, _STRUCTURE)
        ]
        if not level:
            return True
    return False


def text_of(value: object) -> str:
    """How a value from JSON prints when it is put in."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, int):
        return _integer_text(value)
    return compact(value)


def _integer_text(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # thousands of digits
        return double_text(float("inf"))


def compact(value: object) -> str:
    """`value` as JSON without any space."""
    if isinstance(value, dict | list):
        return _compact_structure(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        return _double(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return _integer_text(value) if isinstance(value, int) else ""


def _compact_structure(value: dict[str, object] | list[object]) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{compact(child)}" for key, child in value.items()) + "}"
    return "[" + ",".join(map(compact, value)) + "]"


def _double(value: float) -> str:
    text = double_text(value)
    if text.lstrip("-") in {"Infinity", "NaN"}:
        return f'"{text}"'
    return text if "." in text or "E" in text else text + ".0"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
