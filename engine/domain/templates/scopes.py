"""What `each` adds to the variables while it goes round."""

from __future__ import annotations

from engine.domain.templates.bindings import JsonNode, Node

_SPECIAL = "octopus.template.each."


class Scope:
    """One round: the item under its name, and where in the collection it stands."""

    __slots__ = ("item", "node", "parent", "specials")

    def __init__(self, item: str, node: Node | JsonNode, number: int, count: int, parent: Scope | None) -> None:
        self.item = item
        self.parent = parent
        self.node = Node()
        self.node.names[item] = node
        self.specials = {
            f"{_SPECIAL}index": str(number),
            f"{_SPECIAL}first": "True" if number == 0 else "False",
            f"{_SPECIAL}last": "True" if number == count - 1 else "False",
        }
