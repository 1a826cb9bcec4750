"""Variables as a tree along their paths, so that `Octopus.Action[Build].Name` is found in three steps.

What the tree does not hold, a value that is JSON may: `Settings.Port` looks into the value of `Settings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.domain.templates.json_values import text_of
from engine.domain.templates.nodes import Index, Name
from engine.domain.templates.parsing import parse_path

Path = Sequence[Name | Index]


class Node:
    """A place in the tree: its own value, and what lies behind names and keys."""

    __slots__ = ("indexed", "item", "names")

    def __init__(self, item: str | None = None) -> None:
        self.item = item
        self.names: dict[str, Node | JsonNode] = {}
        self.indexed: dict[str, Node] = {}

    @property
    def text(self) -> str | None:
        """The value as it was given, not yet evaluated."""
        return self.item

    def child(self, step: Name | Index) -> Node | JsonNode | None:
        """What lies one step further in the tree."""
        if isinstance(step, Name):
            return self.names.get(step.key)
        if step.text == "*" and self.indexed:
            return next(iter(self.indexed.values()))
        return self.indexed.get(step.key)


class JsonNode:
    """A value within a value that is JSON."""

    __slots__ = ("is_missing", "is_root", "value")

    def __init__(self, value: object, *, is_root: bool = False, is_missing: bool = False) -> None:
        self.value = value
        self.is_root = is_root
        self.is_missing = is_missing

    @property
    def text(self) -> str:
        """The value as it prints."""
        return text_of(self.value)

    def child(self, step: Name | Index) -> JsonNode | None:
        """What lies one step further; nothing at all for a missing key, None where no step is possible."""
        if self.is_missing:
            return self
        if isinstance(self.value, dict):
            return self._member(self.value, step)
        if isinstance(self.value, list):
            return self._element(self.value, step)
        return JsonNode(None, is_missing=True) if self.value is None else None

    def _member(self, members: dict[str, object], step: Name | Index) -> JsonNode:
        if step.text in members:
            return JsonNode(members[step.text])
        if isinstance(step, Name) and not self.is_root:
            for key, value in members.items():
                if key.lower() == step.key:
                    return JsonNode(value)
        return JsonNode(None, is_missing=True)

    def _element(self, elements: list[object], step: Name | Index) -> JsonNode | None:
        digits = step.text.removeprefix("-")
        if step.text == "*":
            number = 0
        elif digits.isascii() and digits.isdecimal() and len(digits) < 10:
            number = int(step.text)
        else:
            return None
        return JsonNode(elements[number]) if 0 <= number < len(elements) else JsonNode(None, is_missing=True)

    def items(self) -> list[Node | JsonNode] | None:
        """What `each` goes through: elements, or members with `Key` and `Value`."""
        if isinstance(self.value, list):
            return [JsonNode(element) for element in self.value]
        if isinstance(self.value, dict):
            return [_member_node(key, value) for key, value in self.value.items()]
        return None


def _member_node(key: str, value: object) -> Node:
    node = Node(key)
    node.names = {"key": Node(key), "value": JsonNode(value)}
    return node


def tree_of(variables: Mapping[str, str | None]) -> Node:
    """The tree of all variables; names that are no path are in no template's reach and left out."""
    root = Node()
    for name, value in variables.items():
        path = parse_path(name)
        if path is None:
            continue
        node = root
        for step in path.steps:
            if isinstance(step, Name):
                found = node.names.get(step.key)
                if not isinstance(found, Node):
                    found = node.names[step.key] = Node()
                node = found
            elif isinstance(step, Index):
                if step.key not in node.indexed:
                    node.indexed[step.key] = Node(step.text)
                node = node.indexed[step.key]
        node.item = value or ""
    return root


def walk(start: Node, path: Path, json_of: Callable[[Node], JsonNode | None]) -> Node | JsonNode | None:
    """What lies at the end of `path`; `json_of` reads the value of a node where the tree ends."""
    node: Node | JsonNode = start
    for step in path:
        found = node.child(step)
        if found is None and isinstance(node, Node) and node.item is not None:
            json = json_of(node)
            found = None if json is None else json.child(step)
        if found is None:
            return None
        node = found
    return node
