"""From text to the syntax tree: literal text, substitutions and blocks.

Follows the grammar of Octopus's library: a template with an error in it is no template at all, unless read tolerantly.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.domain.templates.calculations import read_calculation
from engine.domain.templates.expressions import read_item, read_substitution, read_symbol, read_test
from engine.domain.templates.limits import MAXIMUM_NESTING
from engine.domain.templates.nodes import (
    Conditional,
    Expression,
    Name,
    Repetition,
    Substitution,
    Symbol,
    Template,
    Test,
    Text,
    Token,
)
from engine.domain.templates.reading import Reader, TooLarge, Unreadable

_LITERAL = re.compile(
    r"""(?: [^#]+
          | \#\#(?=\#\{)    # one hash before a value
          | \#\#\{          # an escaped token
          | \#(?!\{)[^{]    # a lone hash takes the next character with it
          | \#\Z )""",
    re.VERBOSE,
)
_KEYWORD = re.compile(r"#\{\s*(if|unless|each|calc)\s", re.IGNORECASE)
_END = re.compile(r"#\{(?:/|else\}|elseif\s)", re.IGNORECASE)
_SHORT = re.compile(r"#\{[^{}]{1,100}\}")
_PLAIN = re.compile(r"#\{([\w\-:/~()@]+)\}")
"""A name alone, which most substitutions are: the general way finds the same, more slowly."""
_ELSE_IF = re.compile(r"#\{elseif\s", re.IGNORECASE)
_TOLERATED = 100
"""Errors that tolerant reading passes over before it leaves the rest as text."""
_BLOCK = 5
"""What a block counts, in tokens, besides the one that it is."""
_CACHED = 4_000
"""Texts up to this length (in characters) are kept with their tree."""


def parse(text: str) -> Template:
    """The tree of `text`; raises `Unreadable` or `TooLarge`."""
    return _parse_small(text) if len(text) <= _CACHED else _parse(text)


def _parse(text: str) -> Template:
    reader = Reader(text)
    tokens = _tokens(reader)
    if not reader.is_at_end:
        raise reader.unreadable("expected no end of a block here")
    return tokens


@lru_cache(maxsize=2048)
def _parse_small(text: str) -> Template:
    return _parse(text)


def parse_tolerantly(text: str) -> tuple[Template, str | None]:
    """The tree of `text` with what cannot be read left in it as text, and the first error; raises `TooLarge`."""
    reader = Reader(text)
    tokens: list[Token] = []
    errors: list[str] = []
    while not reader.is_at_end and len(errors) < _TOLERATED:
        begin = reader.position
        try:
            tokens.append(_token(reader))
        except Unreadable as unreadable:
            errors.append(str(unreadable))
            reader.reset_nesting()
            reader.position = begin + len("#{")
            tokens.append(Text("#{"))
    tokens.append(Text(text[reader.position :]))
    return tuple(tokens), errors[0] if errors else None


@lru_cache(maxsize=4096)
def parse_path(name: str) -> Symbol | None:
    """The path that the name of a variable is; None for a name no template can reach."""
    reader = Reader(name)
    try:
        symbol = read_symbol(reader)
    except (Unreadable, TooLarge):
        return None
    reader.skip_space()
    return symbol if reader.is_at_end and not symbol.is_computed else None


def _tokens(reader: Reader) -> Template:
    """Everything up to the end of the text or of the block."""
    tokens: list[Token] = []
    while not reader.is_at_end and _END.match(reader.text, reader.position) is None:
        tokens.append(_token(reader))
    return tuple(tokens)


def _token(reader: Reader) -> Token:
    reader.count_token()
    if not reader.sees("#{"):
        return _text(reader)
    keyword = _KEYWORD.match(reader.text, reader.position)
    if keyword is None:
        if _END.match(reader.text, reader.position):
            raise reader.unreadable("expected no end of a block here")
        return _substitution(reader)
    begin = reader.position
    reader.enter()
    reader.count_token(_BLOCK)
    reader.position = keyword.end()
    word = keyword.group(1).lower()
    if word == "calc":
        token: Token = read_calculation(reader)
    elif word == "each":
        token = _repetition(reader)
    else:
        token = _conditional(reader, word, begin)
    reader.leave()
    return token


def _substitution(reader: Reader) -> Substitution:
    """A short one is looked up, as most templates repeat theirs."""
    short = _SHORT.match(reader.text, reader.position)
    known = None if short is None else _read_short(short.group())
    if short is None or known is None:
        return read_substitution(reader)
    reader.position = short.end()
    return known


@lru_cache(maxsize=8192)
def _read_short(source: str) -> Substitution | None:
    plain = _PLAIN.fullmatch(source)
    if plain is not None:
        name = plain.group(1)
        return Substitution(Expression(Symbol((Name(name, name.lower()),), name, False), ()), source)
    reader = Reader(source)
    try:
        substitution = read_substitution(reader)
    except Unreadable:
        return None
    return substitution if reader.is_at_end else None


def _text(reader: Reader) -> Text:
    parts: list[str] = []
    while (found := reader.match(_LITERAL)) is not None:
        part = found.group()
        if part == "##{":
            part = "#{"
        elif part == "##" and reader.sees("#{"):
            part = "#"
        parts.append(part)
    return Text("".join(parts))


def _conditional(reader: Reader, word: str, begin: int) -> Conditional:
    branches: list[tuple[Test, Template]] = []
    otherwise: Template = ()
    branches.append(_branch(reader))
    while word == "if" and reader.match(_ELSE_IF):
        branches.append(_branch(reader))
        if len(branches) > MAXIMUM_NESTING * MAXIMUM_NESTING:
            raise TooLarge(f"The block has more than {len(branches)} branches.")
    if reader.take("#{else}"):
        otherwise = _tokens(reader)
    reader.expect(f"#{{/{word}}}")
    source = reader.text[begin : reader.position]
    return Conditional(tuple(branches), otherwise, word == "unless", source)


def _branch(reader: Reader) -> tuple[Test, Template]:
    test = read_test(reader)
    reader.expect("}")
    return test, _tokens(reader)


def _repetition(reader: Reader) -> Repetition:
    item = read_item(reader)
    reader.skip_space()
    collection = read_symbol(reader)
    reader.skip_space()
    reader.expect("}")
    body = _tokens(reader)
    reader.expect("#{/each}")
    return Repetition(item.lower(), collection, body)
