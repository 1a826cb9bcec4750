"""The syntax tree of a template: what was written, before anything is known of the variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Name:
    """A segment of a path: `Octopus` in `Octopus.Action[Build].Name`."""

    text: str
    key: str
    """The same, as it is compared: names differ by more than case."""


@dataclass(frozen=True, slots=True)
class Index:
    """A key in brackets: `[Build]`, `[]`, `[*]`."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class ComputedIndex:
    """A key that is the value of another expression: `[#{Which}]`."""

    expression: Expression


Step: TypeAlias = Name | Index | ComputedIndex


@dataclass(frozen=True, slots=True)
class Symbol:
    """A path to a value."""

    steps: tuple[Step, ...]
    path: str
    """The path as it is compared and told: `Octopus.Action[Build].Name`; computed indexes keep their `#{…}`."""
    is_computed: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One `| Name option …`; an option is a template of its own."""

    name: str
    options: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A value and the filters it runs through; without a symbol the first filter has no input."""

    symbol: Symbol | None
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """What stands there literally."""

    text: str


@dataclass(frozen=True, slots=True)
class Substitution:
    """`#{…}`."""

    expression: Expression
    source: str
    """As written; echoed when there is no value."""


@dataclass(frozen=True, slots=True)
class Test:
    """What `if` asks: that `left` is truthy or, with an operator, that both sides are (un)equal."""

    left: Expression | str
    operator: str | None = None
    right: Expression | str | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if / elseif / else` or `unless / else`: the first branch whose test holds, else `otherwise`."""

    branches: tuple[tuple[Test, Template], ...]
    otherwise: Template
    is_negated: bool
    source: str


@dataclass(frozen=True, slots=True)
class Repetition:
    """`each item in Collection`."""

    item: str
    collection: Symbol
    body: Template


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a calculation."""

    value: float


@dataclass(frozen=True, slots=True)
class Operand:
    """A variable in a calculation."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Operation:
    """One of `+ - * /` with its two sides."""

    operator: str
    left: Term
    right: Term


Term: TypeAlias = Number | Operand | Operation


@dataclass(frozen=True, slots=True)
class Calculation:
    """`calc …`; `echo` is what remains when an operand is missing or no number."""

    term: Term
    echo: str


Token: TypeAlias = Text | Substitution | Conditional | Repetition | Calculation
Template: TypeAlias = tuple[Token, ...]
