"""What the Markdown of the original adds to CommonMark inside a line: `~~old~~`, `H~2~O`, `x^2^`, bare addresses."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_TAGS = {"~": {1: "sub", 2: "del"}, "^": {1: "sup"}, "+": {2: "ins"}, "=": {2: "mark"}}
_ADDRESS = re.compile(r"(?<![^\s*_~(])(?:https?://|ftp://|mailto:|www\.)[^\s<]+", re.IGNORECASE)
_TRAILING = re.compile(r"[?!.,:*_~'\"]+$")


def add_extras(renderer: MarkdownIt) -> MarkdownIt:
    """Teach `renderer` the extras."""
    renderer.inline.ruler.before("emphasis", "extras", _extra)
    renderer.core.ruler.after("inline", "bare_addresses", _link_addresses)
    renderer.inline.add_terminator_char("+")
    renderer.inline.add_terminator_char("=")
    return renderer


def _extra(state: StateInline, silent: bool) -> bool:
    """A run of marks, text without white space at its edges, and the same run again."""
    mark = state.src[state.pos]
    tags = _TAGS.get(mark)
    if tags is None or silent:
        return False
    count = len(state.src[state.pos : state.pos + 3]) - len(state.src[state.pos : state.pos + 3].lstrip(mark))
    tag = tags.get(count)
    begin = state.pos + count
    end = state.src.find(mark * count, begin + 1, state.posMax)
    if tag is None or end < 0:
        return False
    inner = state.src[begin:end]
    if inner != inner.strip() or (tag in {"sub", "sup"} and re.search(r"\s", inner)):
        return False
    longest = state.posMax
    state.push(f"{tag}_open", tag, 1)
    state.pos, state.posMax = begin, end
    state.md.inline.tokenize(state)
    state.pos, state.posMax = end + count, longest
    state.push(f"{tag}_close", tag, -1)
    return True


def _link_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = _linked(block.children)


def _linked(children: list[Token]) -> list[Token]:
    out: list[Token] = []
    depth = 0
    for token in children:
        depth += token.nesting if token.type in {"link_open", "link_close"} else 0
        out += _split(token) if token.type == "text" and not depth else [token]
    return out


def _split(token: Token) -> list[Token]:
    out: list[Token] = []
    end = 0
    for found in _ADDRESS.finditer(token.content):
        address = _TRAILING.sub("", found.group())
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1]
        target = f"http://{address}" if address[:4].lower() == "www." else address
        shown = address[len("mailto:") :] if address.lower().startswith("mailto:") else address
        opening = Token("link_open", "a", 1, attrs={"href": target})
        out += [_text(token.content[end : found.start()]), opening, _text(shown), Token("link_close", "a", -1)]
        end = found.start() + len(address)
    return [*out, _text(token.content[end:])] if end else [token]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
