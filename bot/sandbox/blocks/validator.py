"""The one Block Kit validator: walks blocks and views along spec.json and says what Slack would refuse."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.blocks import together, values
from bot.sandbox.blocks.problems import Problem
from bot.sandbox.blocks.spec import Shape, spec
from bot.sandbox.json_types import JsonObject

Surface = Literal["message", "modal", "home"]

__all__ = ["Problem", "Surface", "problems", "view_problems"]

FAMILIES = {"element": "elements", "rich": "rich_text", "block": "blocks"}
DEEPEST = 12


def problems(blocks: Any, surface: Surface = "message", pointer: str = "/blocks") -> list[Problem]:
    """What is wrong with these blocks on this surface; empty when Slack would take them."""
    most = spec().limits["message_blocks" if surface == "message" else "view_blocks"]
    return list(_Walk(surface).blocks(blocks, most, pointer))


def view_problems(view: Any, pointer: str = "/view") -> list[Problem]:
    """What is wrong with this modal or App Home."""
    if not isinstance(view, dict):
        return [Problem(pointer, "must be an object")]
    kinds = spec().shapes["views"]
    kind = view.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        return [_unsupported(kind, list(kinds), pointer)]
    surface: Surface = "modal" if kind == "modal" else "home"
    return [*_Walk(surface).shape(view, kinds[kind], pointer), *together.in_view(view, pointer)]


class _Walk:
    """One walk over blocks that shall stand on one surface."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._depth = 0

    def blocks(self, blocks: Any, most: int, pointer: str) -> Iterator[Problem]:
        """A whole list of blocks."""
        if not isinstance(blocks, list):
            yield Problem(pointer, "must be an array", {"type": "type", "expected": "array"})
            return
        yield from values.count(blocks, {"max": most}, pointer)
        shapes = spec().shapes["blocks"]
        here = [name for name, shape in shapes.items() if self._surface in shape.surfaces]
        found = [
            problem
            for number, block in enumerate(blocks)
            for problem in self._typed("block", block, here, f"{pointer}/{number}")
        ]
        yield from found
        if not found:
            yield from together.in_blocks(blocks, pointer)

    def shape(self, value: Any, shape: Shape, pointer: str) -> Iterator[Problem]:
        """One object, whose type is known."""
        if not isinstance(value, dict):
            yield Problem(pointer, "must be an object", {"type": "type", "expected": "object"})
            return
        found = [*self._presence(value, shape, pointer)]
        for name, item in value.items():
            rule = shape.fields.get(name)
            if rule is not None and name != "type" and not (item is None and rule.get("nullable")):
                found += self._field(item, rule, f"{pointer}/{_escaped(name)}")
        yield from found
        if not found:
            yield from together.in_object(value, shape, pointer)

    def _presence(self, value: JsonObject, shape: Shape, pointer: str) -> Iterator[Problem]:
        for name in shape.required:
            if name not in value:
                constraint = {"type": "required", "expected": [name]}
                yield Problem(pointer, f"missing required field: {name}", constraint)
        if shape.one_of and not any(value.get(name) is not None for name in shape.one_of):
            names = " or ".join(shape.one_of)
            yield Problem(
                pointer, f"missing required field: {names}", {"type": "required", "expected": list(shape.one_of)}
            )
        if len([name for name in shape.exclusive if value.get(name) is not None]) > 1:
            yield Problem(pointer, f"only one of {' and '.join(shape.exclusive)} is allowed")
        for name in value:
            if name not in shape.fields:
                yield Problem(pointer, f"invalid additional property: {name}", {"type": "additional_property"})

    def _field(self, value: Any, rule: JsonObject, pointer: str) -> Iterator[Problem]:
        kind = rule["is"]
        if self._depth > DEEPEST:
            yield Problem(pointer, "is nested too deeply")
            return
        self._depth += 1
        if kind == "text":
            yield from self._text(value, rule, pointer)
        elif kind == "object":
            yield from self.shape(value, spec().shapes["objects"][rule["of"]], pointer)
        elif kind == "list":
            yield from self._list(value, rule, pointer)
        elif kind == "blocks":
            yield from self.blocks(value, spec().limits["view_blocks"], pointer)
        elif kind == "cell":
            is_rich = isinstance(value, dict) and value.get("type") == "rich_text"
            yield from self._typed("block" if is_rich else "element", value, rule["types"], pointer)
        elif kind in FAMILIES:
            yield from self._typed(kind, value, rule["types"], pointer)
        else:
            yield from values.check(value, rule, pointer)
        self._depth -= 1

    def _typed(self, kind: str, value: Any, types: list[str], pointer: str) -> Iterator[Problem]:
        """An object that says its type, which must be one of `types`."""
        if not isinstance(value, dict):
            yield Problem(pointer, "must be an object", {"type": "type", "expected": "object"})
            return
        shape = spec().shapes[FAMILIES[kind]].get(str(value.get("type")))
        if shape is None or value.get("type") not in types or (shape.surfaces and self._surface not in shape.surfaces):
            yield _unsupported(value.get("type"), types, pointer)
        else:
            yield from self.shape(value, shape, pointer)

    def _text(self, value: Any, rule: JsonObject, pointer: str) -> Iterator[Problem]:
        own = [*self._typed("element", value, rule["types"], pointer)]
        yield from own
        if not own:
            yield from values.length(value["text"], rule, f"{pointer}/text")

    def _list(self, value: Any, rule: JsonObject, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(pointer, "must be an array", {"type": "type", "expected": "array"})
            return
        yield from values.count(value, rule, pointer)
        for number, item in enumerate(value):
            if not (item is None and rule["items"].get("nullable")):
                yield from self._field(item, rule["items"], f"{pointer}/{number}")


def _unsupported(kind: Any, types: list[str], pointer: str) -> Problem:
    if kind is None:
        return Problem(pointer, "missing required field: type", {"type": "required", "expected": ["type"]})
    shown = kind if isinstance(kind, str) else json.dumps(kind)
    return Problem(f"{pointer}/type", f"unsupported type: {shown}", {"type": "enum", "expected": types})


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
