"""An XML document as a tree for XPath that knows where in the text each node stands.

expat reads it and says the places; the tree is lxml's. No external entity is fetched, and a document that declares
entities of its own is refused, so there is nothing to expand. Elements without a prefix are without a namespace in the
tree, so that a path names them as the document does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from lxml import etree

from workers.files.texts import Unparseable

DEEPEST = 200
"""Levels of nesting."""

_APART = "\x1f"  # between the parts of a name, as expat gives it to us
_ATTRIBUTE = re.compile(rb"""\s([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")
_START_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=<>/"']+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(/?)>""")


@dataclass
class Node:
    """Where an element, a comment or an instruction stands, in bytes of the UTF-8 text."""

    start: int
    tag_end: int = 0  # after an element's start tag
    content_end: int = 0  # where its end tag begins
    end: int = 0
    is_empty_tag: bool = False  # written `<a/>`


@dataclass
class Document:
    """The tree, the places of its nodes, and the prefixes that the document declares."""

    data: bytes
    root: Any = None
    nodes: dict[Any, Node] = field(default_factory=dict)
    namespaces: dict[str, str] = field(default_factory=dict)

    def attribute(self, element: Any, name: str) -> tuple[int, int] | None:
        """Where the value of this attribute stands, without its quotes; None when it is not written there."""
        node = self.nodes[element]
        written = [
            match
            for match in _ATTRIBUTE.finditer(self.data, node.start, node.tag_end)
            if match[1] != b"xmlns" and not match[1].startswith(b"xmlns:")
        ]
        for match, known in zip(written, element.attrib, strict=False):
            if known == name:
                return match.start(2) + 1, match.end(2) - 1
        return None


def read(text: str) -> Document:
    """The document in this text. Raises Unparseable."""
    return _Reader(text).read()


class _Reader:
    """One reading."""

    def __init__(self, text: str) -> None:
        self._document = Document(text.encode())
        self._open: list[Any] = []
        self._parser = parser = expat.ParserCreate("utf-8", _APART)
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.specified_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda _name: self._end()
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = lambda text: self._add(etree.Comment(_fit(text)), b"-->")
        parser.ProcessingInstructionHandler = self._instruct
        parser.StartNamespaceDeclHandler = self._declare
        parser.EntityDeclHandler = self._refuse_entity

    def read(self) -> Document:
        try:
            self._parser.Parse(self._document.data, True)
        except expat.ExpatError as error:
            raise Unparseable(error.lineno, error.offset + 1, expat.ErrorString(error.code)) from None
        except ValueError:
            raise self._unparseable("there is something that XML does not allow") from None
        return self._document

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) >= DEEPEST:
            raise self._unparseable(f"this is nested more than {DEEPEST} levels deep")
        element = etree.Element(_tag(name))
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            element.set(_attribute_name(key), _fit(value))
        start = self._parser.CurrentByteIndex
        match = _START_TAG.match(self._document.data, start)
        if match is None:
            raise self._unparseable("this tag cannot be read")
        self._document.nodes[element] = Node(start, match.end(), is_empty_tag=bool(match[1]))
        if self._open:
            self._open[-1].append(element)
        else:
            self._document.root = element
        self._open.append(element)

    def _end(self) -> None:
        node = self._document.nodes[self._open.pop()]
        data, at = self._document.data, self._parser.CurrentByteIndex
        if node.is_empty_tag:
            node.content_end = node.end = node.tag_end
        else:
            node.content_end, node.end = at, data.index(b">", at) + 1

    def _text(self, text: str) -> None:
        if not self._open:
            return
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + _fit(text)
        else:
            parent.text = (parent.text or "") + _fit(text)

    def _instruct(self, target: str, text: str) -> None:
        if target.lower() != "xml":
            self._add(etree.ProcessingInstruction(target, _fit(text)), b"?>")

    def _add(self, node: Any, closing: bytes) -> None:
        if not self._open:
            return  # before and after the root nothing is looked for
        start = self._parser.CurrentByteIndex
        end = self._document.data.index(closing, start) + len(closing)
        self._document.nodes[node] = Node(start, end, end, end)
        self._open[-1].append(node)

    def _declare(self, prefix: str | None, uri: str) -> None:
        if prefix and uri and prefix not in self._document.namespaces:
            self._document.namespaces[prefix] = uri

    def _refuse_entity(self, *_: object) -> None:
        raise self._unparseable("it declares entities, which are refused because they can hide and multiply content")

    def _unparseable(self, what: str) -> Unparseable:
        return Unparseable(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1, what)


def _tag(name: str) -> str:
    """`{namespace}name` where the document writes a prefix, else the name alone."""
    parts = name.split(_APART)
    return f"{{{parts[0]}}}{parts[1]}" if len(parts) == 3 else parts[-1]


def _attribute_name(name: str) -> str:
    parts = name.split(_APART)
    return f"{{{parts[0]}}}{parts[1]}" if len(parts) > 1 else name


def _fit(text: str) -> str:
    """lxml refuses what XML 1.0 does not know, and expat lets some of it pass."""
    return "".join(char if char not in "\ufffe\uffff" else "\ufffd" for char in text)
