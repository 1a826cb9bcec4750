"""spec.json, read once: the fields of each block, element and object, and their rules."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.sandbox.json_types import JsonObject


@dataclass(frozen=True)
class Shape:
    """The fields of one kind of object. Of `one_of` there must be at least one, of `exclusive` at most one.

    `initial` names the field that must repeat one of the options; `surfaces` is where it may stand, () means anywhere;
    of each pair in `ordered` the first must not be greater than the second, of each in `needs` the first makes sense
    only with the second."""

    fields: dict[str, JsonObject]
    one_of: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    initial: str | None = None
    surfaces: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    required: tuple[str, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Spec:
    """All shapes, by family (`blocks`, `elements`, `rich_text`, `objects`, `views`) and type."""

    shapes: dict[str, dict[str, Shape]]
    limits: dict[str, int]


@cache
def spec() -> Spec:
    """The rules of Block Kit."""
    document: dict[str, Any] = json.loads(files("bot.sandbox.blocks").joinpath("spec.json").read_text("utf-8"))
    shared = document["shared"]
    families = ("objects", "elements", "rich_text", "blocks", "views")
    shapes = {family: {name: _shape(entry, shared) for name, entry in document[family].items()} for family in families}
    return Spec(shapes, document["limits"])


def _shape(entry: JsonObject, shared: dict[str, JsonObject]) -> Shape:
    fields: dict[str, JsonObject] = {}
    for name in entry.get("use", []):
        fields.update(shared[name])
    fields.update(entry["fields"])
    return Shape(
        fields=fields,
        one_of=tuple(entry.get("one_of", ())),
        exclusive=tuple(entry.get("exclusive", ())),
        initial=entry.get("initial"),
        surfaces=tuple(entry.get("surfaces", ())),
        ordered=tuple((first, second) for first, second in entry.get("ordered", ())),
        required=tuple(name for name, rule in fields.items() if rule.get("required")),
        needs=tuple((name, rule["needs"]) for name, rule in fields.items() if "needs" in rule),
    )
