"""Working a tree of tokens into text. Follows the evaluator of Octopus's library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.domain.templates import filters
from engine.domain.templates.bindings import JsonNode, Node, Path, tree_of, walk
from engine.domain.templates.calculations import work_out
from engine.domain.templates.json_values import parse_structure
from engine.domain.templates.limits import MAXIMUM_DEPTH, Budget, Impossible
from engine.domain.templates.nodes import (
    Calculation,
    ComputedIndex,
    Conditional,
    Expression,
    Index,
    Repetition,
    Substitution,
    Symbol,
    Template,
    Test,
    Text,
)
from engine.domain.templates.parsing import parse
from engine.domain.templates.reading import TooLarge, Unreadable
from engine.domain.templates.scopes import Scope

_ROUND, _TEST, _NESTED = 14, 12, 8
"""Steps that a round of a loop, a test and a value that is a template take besides those of their parts."""


class NullValue(Exception):
    """The filter `null` was met: the whole has no value."""


class Evaluator:
    """One evaluation: the variables, what could not be resolved, and how much may still be done."""

    def __init__(self, variables: Mapping[str, str | None], now: datetime | None) -> None:
        self._variables = variables
        self._now = now
        self._tree: Node | None = None
        self._json: dict[str, JsonNode | None] = {}
        self._chain: list[str] = []
        self._depth = 0
        self._budget = Budget()
        self.unresolved: dict[str, None] = {}

    def run(self, template: Template, scope: Scope | None = None) -> str:
        """The text of `template`; raises `Impossible` and `NullValue`."""
        out: list[str] = []
        self._write(template, scope, out)
        return "".join(out)

    def _write(self, template: Template, scope: Scope | None, out: list[str]) -> None:
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise Impossible(f"Its values lead deeper than {MAXIMUM_DEPTH} levels")
        self._budget.spend(0, steps=len(template))
        for token in template:
            if isinstance(token, Text):
                self._put(token.text, out)
            elif isinstance(token, Substitution):
                self._put_or_echo(self._value(token.expression, scope), token.source, out)
            elif isinstance(token, Conditional):
                self._conditional(token, scope, out)
            elif isinstance(token, Repetition):
                self._repetition(token, scope, out)
            else:
                self._calculation(token, scope, out)
        self._depth -= 1

    def _put(self, text: str, out: list[str]) -> None:
        self._budget.spend(len(text))
        out.append(text)

    def _put_or_echo(self, text: str | None, source: str, out: list[str]) -> None:
        if text is None:
            self.unresolved[source] = None
            text = source
        self._put(text, out)

    def _conditional(self, block: Conditional, scope: Scope | None, out: list[str]) -> None:
        for test, template in block.branches:
            self._budget.spend(0, steps=_TEST)
            holds = self._holds(test, scope)
            if holds is None:
                self._put_or_echo(None, block.source, out)
                return
            if holds is not block.is_negated:
                self._write(template, scope, out)
                return
        self._write(block.otherwise, scope, out)

    def _holds(self, test: Test, scope: Scope | None) -> bool | None:
        left = self._side(test.left, scope)
        if left is None:
            return None
        if test.operator is None or test.right is None:
            return is_truthy(left)
        right = self._side(test.right, scope)
        if right is None:
            return None
        return (left == right) is (test.operator == "==")

    def _side(self, side: Expression | str, scope: Scope | None) -> str | None:
        if isinstance(side, str):
            return side
        value = self._value(side, scope)
        return "" if value is None and not side.filters else value

    def _repetition(self, block: Repetition, scope: Scope | None, out: list[str]) -> None:
        items = self._items(block.collection, scope)
        for number, node in enumerate(items):
            self._budget.spend(0, steps=_ROUND)
            self._write(block.body, Scope(block.item, node, number, len(items), scope), out)

    def _calculation(self, block: Calculation, scope: Scope | None, out: list[str]) -> None:
        result = work_out(block.term, lambda symbol: self._symbol(symbol, scope))
        self._put_or_echo(result, block.echo, out)

    def _value(self, expression: Expression, scope: Scope | None) -> str | None:
        value = None if expression.symbol is None else self._symbol(expression.symbol, scope)
        for filter_ in expression.filters:
            options = [self._option(option, scope) for option in filter_.options]
            if filter_.name.lower() == "null" and not options:
                raise NullValue
            value = filters.apply(filter_.name, value, options, filters.Setting(self._now, self._budget))
            self._budget.spend(len(value or ""), steps=filters.steps_of(filter_.name))
        return value

    def _option(self, option: Template, scope: Scope | None) -> str:
        if len(option) == 1 and isinstance(option[0], Text):
            return option[0].text
        return self.run(option, scope)

    def _symbol(self, symbol: Symbol, scope: Scope | None) -> str | None:
        """The value of a path, itself evaluated; None if there is none."""
        if scope is None and symbol.path in self._variables:
            text = self._variables[symbol.path] or ""
            return text if "#" not in text else self._evaluated(text, symbol, scope)
        steps = self._steps(symbol, scope)
        node = None if steps is None else self._find(symbol, steps, scope)
        text_or_none = None if node is None else node.text
        return None if text_or_none is None else self._evaluated(text_or_none, symbol, scope)

    def _steps(self, symbol: Symbol, scope: Scope | None) -> Path | None:
        """The path with its computed keys worked out; None if one of them has no value."""
        steps: list[object] = []
        for step in symbol.steps:
            if isinstance(step, ComputedIndex):
                key = self._value(step.expression, scope)
                if key is None:
                    return None
                steps.append(Index(key, key.lower()))
            else:
                steps.append(step)
        return steps  # type: ignore[return-value]

    def _find(self, symbol: Symbol, steps: Path, scope: Scope | None) -> Node | JsonNode | None:
        inner = scope
        while inner is not None:
            special = inner.specials.get(symbol.path.lower())
            if special is not None:
                return Node(special)
            if steps[0].key == inner.item:
                found = walk(inner.node, steps, lambda node: self._json_of(node, symbol, scope))
                if found is not None:
                    return found
            inner = inner.parent
        if self._tree is None:
            self._budget.spend(0, steps=len(self._variables))
            self._tree = tree_of(self._variables)
        return walk(self._tree, steps, lambda node: self._json_of(node, symbol, scope))

    def _json_of(self, node: Node, symbol: Symbol, scope: Scope | None) -> JsonNode | None:
        text = self._evaluated(node.item or "", symbol, scope)
        if text not in self._json:
            self._budget.spend(len(text))
            value = parse_structure(text)
            self._json[text] = None if value is None else JsonNode(value, is_root=True)
        return self._json[text]

    def _items(self, collection: Symbol, scope: Scope | None) -> Sequence[Node | JsonNode]:
        steps = self._steps(collection, scope)
        node = None if steps is None else self._find(collection, steps, scope)
        if isinstance(node, JsonNode):
            inner = node.items()
            if inner is not None:
                return inner
        elif isinstance(node, Node) and node.indexed:
            return list(node.indexed.values())
        if node is None or node.text is None:
            return ()
        plain = Node(node.text)
        json = self._json_of(plain, collection, scope)
        items = None if json is None else json.items()
        if items is not None:
            return items
        text = self._evaluated(node.text, collection, scope)
        self._budget.spend(len(text), steps=text.count(","))
        return [Node(part) for part in text.split(",")]

    def _evaluated(self, text: str, symbol: Symbol, scope: Scope | None) -> str:
        """A value is itself a template; one that cannot be read stays as it is."""
        self._budget.spend(len(text))
        if "#" not in text:
            return text
        self._budget.spend(0, steps=_NESTED)
        key = symbol.path.lower()
        if any(path.lower() == key for path in self._chain):
            raise Impossible(_loop(symbol.path, self._chain))
        self._chain.append(symbol.path)
        try:
            return self.run(parse(text), scope)
        except Unreadable:
            return text
        except TooLarge as large:
            raise Impossible(str(large).rstrip(".")) from None
        finally:
            self._chain.pop()


def _loop(path: str, chain: Sequence[str]) -> str:
    return (
        f'An attempt to parse the variable symbol "{path}" appears to have resulted in a self referencing loop '
        f"({' -> '.join((*chain, path))}). Ensure that recursive loops do not exist in the variable values"
    )


def is_truthy(text: str | None) -> bool:
    """Whether a condition with this value holds: anything but nothing, `0`, `no` and `false`."""
    return text is not None and text not in {"", "0"} and text.strip().lower() not in {"no", "false"}
