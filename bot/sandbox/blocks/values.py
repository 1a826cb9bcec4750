"""The rules of plain values: strings, numbers, booleans. Each gives what is wrong, or nothing."""

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.blocks.problems import Problem
from bot.sandbox.json_types import JsonObject

URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+|mailto:\S+|tel:\S+", re.IGNORECASE)


def check(value: Any, rule: JsonObject, pointer: str) -> Iterator[Problem]:
    """The problems of a value whose rule is one of string, boolean, integer, number."""
    kind = rule["is"]
    if kind == "string":
        yield from _string(value, rule, pointer)
    elif kind == "boolean" and not isinstance(value, bool):
        yield Problem(pointer, "must be a boolean", {"type": "type", "expected": "boolean"})
    elif kind in ("integer", "number"):
        yield from _number(value, rule, pointer)


def length(text: str, rule: JsonObject, pointer: str) -> Iterator[Problem]:
    """The problems of a text's length."""
    least, most = rule.get("min"), rule.get("max")
    if least is not None and len(text) < least:
        yield Problem(pointer, f"must be more than {least - 1} characters", {"type": "min_length", "expected": least})
    if most is not None and len(text) > most:
        yield Problem(pointer, f"must be less than {most + 1} characters", {"type": "max_length", "expected": most})


def count(items: list[Any], rule: JsonObject, pointer: str) -> Iterator[Problem]:
    """The problems of how many items there are."""
    least, most = rule.get("min"), rule.get("max")
    if least is not None and len(items) < least:
        yield Problem(pointer, f"no fewer than {least} items allowed", {"type": "min_items", "expected": least})
    if most is not None and len(items) > most:
        yield Problem(pointer, f"no more than {most} items allowed", {"type": "max_items", "expected": most})


def _string(value: Any, rule: JsonObject, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(pointer, "must be a string", {"type": "type", "expected": "string"})
        return
    yield from length(value, rule, pointer)
    allowed = rule.get("enum")
    if allowed is not None and value not in allowed:
        message = f"must be one of: {', '.join(allowed)}"
        yield Problem(pointer, message, {"type": "enum", "expected": allowed})
    if "pattern" in rule and not re.fullmatch(rule["pattern"], value):
        yield Problem(pointer, "failed to match the required pattern", {"type": "pattern", "expected": rule["pattern"]})
    if rule.get("format") == "url" and not URL.fullmatch(value):
        yield Problem(pointer, "must be a valid URL", {"type": "format", "expected": "url"})


def _number(value: Any, rule: JsonObject, pointer: str) -> Iterator[Problem]:
    wanted: tuple[type, ...] = (int,) if rule["is"] == "integer" else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted):
        article = "an" if rule["is"] == "integer" else "a"
        yield Problem(pointer, f"must be {article} {rule['is']}", {"type": "type", "expected": rule["is"]})
        return
    if value < rule.get("min", value):
        yield Problem(pointer, f"must be at least {rule['min']}", {"type": "minimum", "expected": rule["min"]})
    if value > rule.get("max", value):
        yield Problem(pointer, f"must be at most {rule['max']}", {"type": "maximum", "expected": rule["max"]})
