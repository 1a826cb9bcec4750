"""Replaces values in XML by XPath 1.0, with the prefixes that the document declares; a name without prefix is one that
the document writes without prefix.

As Octopus does it: an attribute, a text, a comment or an instruction gets the value; an element too, and one that holds
elements gets the value as a piece of XML. Only the places of these are rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from workers.files.texts import Edit, Unparseable, Unwritable, edited
from workers.files.values import Replaced, Values, distinct
from workers.files.xml_documents import Document, Node, read

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CDATA = re.compile(rb"\s*<!\[CDATA\[((?s:.)*?)\]\]>\s*")
_MOST_PLACES = 10_000


def replace(text: str, values: Values) -> Replaced:
    """The text with the values put in. Raises Unparseable or Unwritable."""
    document = read(text)
    edits: list[Edit] = []
    paths: list[str] = []
    left: list[str] = []
    for name in values:
        for target in _targets(document, name):
            edit = _edit(document, target, name, values)
            if edit is None:
                left.append(f"{name} is an element with elements there, and the variable's value is not a piece of XML")
            else:
                edits.append(edit)
                paths.append(name)
    # The places are counted in bytes; Latin-1 gives each byte a character of its own.
    data = edited(document.data.decode("latin-1"), edits).encode("latin-1")
    return Replaced(data.decode(), distinct(paths), distinct(left))


@dataclass(frozen=True)
class _Target:
    """A node that a path leads to: the element or comment itself, or its attribute, its text, the text after it."""

    node: Any
    attribute: str = ""
    part: str = ""  # text or tail


def _targets(document: Document, name: str) -> Iterator[_Target]:
    """What the name of a variable leads to, taken as an XPath; nothing when it is none."""
    path = name if name.startswith(("/", "(")) else f"/{name}"
    try:
        found = etree.XPath(path, namespaces=document.namespaces, regexp=False)(document.root.getroottree())
    except (etree.XPathError, ValueError):
        return
    if not isinstance(found, list):
        return
    for item in found[:_MOST_PLACES]:
        if isinstance(item, str):
            parent = item.getparent()  # type: ignore[attr-defined]
            if parent is None:
                continue
            if item.is_attribute:  # type: ignore[attr-defined]
                if document.attribute(parent, item.attrname):  # type: ignore[attr-defined]
                    yield _Target(parent, attribute=item.attrname)  # type: ignore[attr-defined]
            else:
                yield _Target(parent, part="tail" if item.is_tail else "text")  # type: ignore[attr-defined]
        elif isinstance(item, etree._Element) and item in document.nodes:
            yield _Target(item)


def _edit(document: Document, target: _Target, name: str, values: Values) -> Edit | None:
    value = values.get(name)
    if _UNFIT.search(value):
        raise Unwritable(f"the value of {name} holds a control character, which XML does not allow")
    place = document.nodes[target.node]
    if target.attribute:
        start, end = document.attribute(target.node, target.attribute) or (0, 0)
        return _over(start, end, _attribute_text(value, quote=chr(document.data[start - 1])))
    if target.part == "tail":
        return _over(place.end, _next_start(document, target.node), _text(value))
    if isinstance(target.node, etree._Comment):
        return _over(place.start + 4, place.end - 3, _checked(value, "--", name) + " " * value.endswith("-"))
    if isinstance(target.node, etree._ProcessingInstruction):
        begin = place.start + 2 + len(target.node.target.encode())
        return _over(begin, place.end - 2, " " + _checked(value, "?>", name))
    if target.part == "text":
        return _over(place.tag_end, _first_child_start(document, target.node), _text(value))
    return _element_edit(document, target.node, place, value)


def _element_edit(document: Document, element: Any, place: Node, value: str) -> Edit | None:
    content = document.data[place.tag_end : place.content_end]
    if next(element.iterchildren("*"), None) is not None:
        return _over(place.tag_end, place.content_end, value) if _is_xml(value, document) else None
    if place.is_empty_tag:
        tag = document.data[place.start : place.tag_end]
        name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0].decode()
        opened = tag[:-2].rstrip().decode()
        return _over(place.start, place.end, f"{opened}>{_text(value)}</{name}>")
    if match := _CDATA.fullmatch(content):
        begin = place.tag_end + match.start(1)
        return _over(begin, place.tag_end + match.end(1), value.replace("]]>", "]]]]><![CDATA[>"))
    return _over(place.tag_end, place.content_end, _text(value))


def _over(start: int, end: int, text: str) -> Edit:
    return Edit(start, end, text.encode().decode("latin-1"))


def _next_start(document: Document, node: Any) -> int:
    following = node.getnext()
    return document.nodes[node.getparent()].content_end if following is None else document.nodes[following].start


def _first_child_start(document: Document, element: Any) -> int:
    return document.nodes[element[0]].start if len(element) else document.nodes[element].content_end


def _is_xml(value: str, document: Document) -> bool:
    declared = "".join(f' xmlns:{prefix}="{escape(uri)}"' for prefix, uri in document.namespaces.items())
    try:
        read(f"<x{declared}>{value}</x>")
    except Unparseable:
        return False
    return True


def _checked(value: str, refused: str, name: str) -> str:
    if refused in value:
        raise Unwritable(f"the value of {name} cannot stand in a comment or an instruction")
    return value


def _text(value: str) -> str:
    return escape(value, {"\r": "&#13;"})


def _attribute_text(value: str, quote: str) -> str:
    return escape(value, {quote: "&quot;" if quote == '"' else "&apos;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
