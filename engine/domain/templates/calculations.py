"""`#{calc …}`: + - * / and parentheses on double precision numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from engine.domain.templates.dotnet.number_texts import double_text, parse_double
from engine.domain.templates.expressions import read_symbol
from engine.domain.templates.nodes import Calculation, Number, Operand, Operation, Symbol, Term
from engine.domain.templates.reading import Reader

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?![\w:~@.\[])")
_NAME = re.compile(r"[\w\s:~@]+")
_MAXIMUM_OPERATORS = 1000


def read_calculation(reader: Reader) -> Calculation:
    """What stands behind `calc `, and the closing brace."""
    reader.skip_space()
    begin = reader.position
    term = _sum(reader)
    echo = reader.text[begin : reader.position].strip()
    reader.expect("}")
    return Calculation(term, f"#{{{echo}}}")


def _sum(reader: Reader) -> Term:
    return _chain(reader, "+-", _product)


def _product(reader: Reader) -> Term:
    return _chain(reader, "*/", _factor)


def _chain(reader: Reader, operators: str, operand: Callable[[Reader], Term]) -> Term:
    """Operands with operators of one rank between them, worked out from left to right."""
    reader.enter()
    term = operand(reader)
    count = 0
    while not reader.is_at_end and (operator := reader.text[reader.position]) in operators:
        reader.position += 1
        reader.count_token()
        term = Operation(operator, term, operand(reader))
        count += 1
        if count > _MAXIMUM_OPERATORS:
            raise reader.unreadable(f"expected no more than {_MAXIMUM_OPERATORS} operators")
    reader.leave()
    return term


def _factor(reader: Reader) -> Term:
    reader.skip_space()
    if reader.take("-"):
        reader.enter()
        negated = Operation("-", Number(0.0), _factor(reader))
        reader.leave()
        return negated
    term: Term
    if reader.take("("):
        term = _sum(reader)
        reader.expect(")")
    elif reader.take("{"):
        reader.skip_space()
        term = Operand(read_symbol(reader))
        reader.skip_space()
        reader.expect("}")
    elif found := reader.match(_NUMBER):
        term = Number(float(found.group()))
    else:
        term = Operand(read_symbol(reader, _NAME))
    reader.skip_space()
    return term


def work_out(term: Term, value_of: Callable[[Symbol], str | None]) -> str | None:
    """The result as .NET prints a double; None when an operand is missing or no number."""
    result = _value(term, value_of)
    return None if result is None else double_text(result)


def _value(term: Term, value_of: Callable[[Symbol], str | None]) -> float | None:
    if isinstance(term, Number):
        return term.value
    if isinstance(term, Operand):
        text = value_of(term.symbol)
        return None if text is None else parse_double(text)
    chain: list[Operation] = []
    first: Term = term
    while isinstance(first, Operation):  # a long chain leans to the left
        chain.append(first)
        first = first.left
    value = _value(first, value_of)
    for operation in reversed(chain):
        right = _value(operation.right, value_of)
        if value is None or right is None:
            return None
        value = _apply(operation.operator, value, right)
    return value


def _apply(operator: str, left: float, right: float) -> float:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right
