"""How paths, filters and tests are written: the inside of `#{…}`."""

from __future__ import annotations

import re

from engine.domain.templates.nodes import (
    ComputedIndex,
    Expression,
    Filter,
    Index,
    Name,
    Step,
    Substitution,
    Symbol,
    Template,
    Test,
    Text,
)
from engine.domain.templates.reading import Reader

_IDENTIFIER = re.compile(r"[\w\s\-:/~()@]+")
_WORD = re.compile(r"[\w\-:/~()@]+")
_INDEX_TEXT = re.compile(r"[^\[\]]*")
_PLAIN_QUOTED = re.compile(r'[^"#]*')
_QUOTED_RUN = re.compile(r'[^"#\\]+|.', re.DOTALL)
_ITEM = re.compile(r"([\w\s\-:/~()@]{1,200}?)\s{1,200}[iI][nN]\s")
_ESCAPED_QUOTE = '\\"'
_COMPUTED, _OPTION = 12, 2
"""What a computed key, and the name of a filter or an option of it, count, in tokens."""


def read_symbol(reader: Reader, identifier: re.Pattern[str] = _IDENTIFIER) -> Symbol:
    """A path: a name, then further names behind dots and keys in brackets."""
    steps: list[Step] = [_name(reader, identifier)]
    parts = [steps[0].text] if isinstance(steps[0], Name) else []
    is_computed = False
    while True:
        if reader.take("."):
            step: Step = _name(reader, identifier)
            parts.append(f".{step.text}" if isinstance(step, Name) else "")
        elif reader.take("["):
            begin = reader.position
            step = _index(reader)
            is_computed = is_computed or isinstance(step, ComputedIndex)
            parts.append(f"[{reader.text[begin : reader.position - 1].strip()}]")
        else:
            break
        steps.append(step)
    return Symbol(tuple(steps), "".join(parts), is_computed)


def _name(reader: Reader, identifier: re.Pattern[str]) -> Name:
    begin = reader.position
    found = reader.match(identifier)
    text = found.group().strip() if found else ""
    if not text:
        raise reader.unreadable("expected a name", begin)
    return Name(text, text.lower())


def _index(reader: Reader) -> Index | ComputedIndex:
    """The key up to its `]`; brackets within it are kept, as in `[containers[0].name]`."""
    begin = reader.position
    reader.skip_space()
    if reader.sees("#{"):
        reader.count_token(_COMPUTED)
        computed = read_substitution(reader)
        reader.skip_space()
        reader.expect("]")
        return ComputedIndex(computed.expression)
    reader.position = begin
    depth = 1
    while depth:
        reader.match(_INDEX_TEXT)
        if reader.take("["):
            depth += 1
        elif reader.take("]"):
            depth -= 1
        else:
            raise reader.unreadable("expected ']'")
    text = reader.text[begin : reader.position - 1].strip()
    return Index(text, text.lower())


def read_substitution(reader: Reader) -> Substitution:
    """`#{ expression }`."""
    begin = reader.position
    reader.enter()
    reader.expect("#{")
    expression = read_expression(reader)
    reader.expect("}")
    reader.leave()
    return Substitution(expression, reader.text[begin : reader.position])


def read_expression(reader: Reader) -> Expression:
    """A path and its filters, or filters alone; white space around them does not count."""
    reader.skip_space()
    symbol = None if reader.sees("|") else read_symbol(reader)
    filters: list[Filter] = []
    reader.skip_space()
    while reader.take("|"):
        filters.append(_filter(reader))
    return Expression(symbol, tuple(filters))


def _filter(reader: Reader) -> Filter:
    reader.skip_space()
    found = reader.match(_WORD)
    if found is None:
        raise reader.unreadable("expected the name of a filter")
    options: list[Template] = []
    reader.skip_space()
    while (option := _option(reader)) is not None:
        options.append(option)
        reader.skip_space()
    return Filter(found.group(), tuple(options))


def _option(reader: Reader) -> Template | None:
    """A word, a quoted text in which `#{…}` is put in, or a `#{…}`."""
    reader.count_token(_OPTION)
    word = reader.match(_WORD)
    if word is not None:
        return (Text(word.group()),)
    if reader.sees("#{"):
        return (read_substitution(reader),)
    if reader.take(_ESCAPED_QUOTE):
        return _quoted(reader, _ESCAPED_QUOTE)
    if reader.take('"'):
        return _quoted(reader, '"')
    return None


def _quoted(reader: Reader, end: str) -> Template:
    parts: list[Text | Substitution] = []
    text: list[str] = []
    while not reader.take(end):
        if reader.is_at_end:
            raise reader.unreadable("expected a closing quote")
        if reader.take("##{"):
            text.append("#{")
        elif reader.sees("#{"):
            parts.append(Text("".join(text)))
            text.clear()
            parts.append(read_substitution(reader))
        elif found := reader.match(_QUOTED_RUN):
            text.append(found.group())
    return (*parts, Text("".join(text)))


def read_test(reader: Reader) -> Test:
    """What stands behind `if`, `elseif` and `unless`."""
    begin = reader.position
    left = _side(reader)
    reader.skip_space()
    for operator in ("==", "!="):
        if reader.take(operator):
            right = _side(reader)
            reader.skip_space()
            if isinstance(left, str) and isinstance(right, str):
                raise reader.unreadable("expected a variable on one side", begin)
            return Test(left, operator, right)
    if isinstance(left, str):
        raise reader.unreadable("expected '==' or '!='")
    return Test(left)


def _side(reader: Reader) -> Expression | str:
    reader.skip_space()
    if reader.take(_ESCAPED_QUOTE):
        end = reader.text.find(_ESCAPED_QUOTE, reader.position)
        if end < 0:
            raise reader.unreadable("expected a closing quote")
        text = reader.text[reader.position : end]
        reader.position = end + len(_ESCAPED_QUOTE)
        return text
    if reader.take('"'):
        found = reader.match(_PLAIN_QUOTED)
        reader.expect('"')
        return found.group() if found else ""
    return read_expression(reader)


def read_item(reader: Reader) -> str:
    """`item in`, as `each` has it."""
    reader.skip_space()
    found = reader.match(_ITEM)
    if found is None:
        raise reader.unreadable("expected 'item in collection'")
    return found.group(1).strip()
