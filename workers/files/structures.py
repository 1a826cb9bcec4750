"""Chooses how a file's values are replaced: by its name, and where that says nothing by what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable

from workers.files import env_values, json_values, properties_values, yaml_values
from workers.files.texts import Encoded, Unparseable, decode
from workers.files.values import Replaced, Values

_Replace = Callable[[str, Values], Replaced]


def _replace_xml(text: str, values: Values) -> Replaced:
    from workers.files import xml_values  # lxml takes memory, and few need it

    return xml_values.replace(text, values)


_BY_NAME: tuple[tuple[re.Pattern[str], str, _Replace], ...] = (
    (re.compile(r"\.(?:json|jsonc|json5)\Z", re.IGNORECASE), "JSON", json_values.replace),
    (re.compile(r"\.(?:yaml|yml)\Z", re.IGNORECASE), "YAML", yaml_values.replace),
    (re.compile(r"(?:\A|/)\.env(?:\.[^/]*)?\Z|\.env\Z", re.IGNORECASE), ".env", env_values.replace),
    (re.compile(r"\.properties\Z", re.IGNORECASE), "Java properties", properties_values.replace),
    (re.compile(r"\.xml\Z", re.IGNORECASE), "XML", _replace_xml),
)


class NotInFormat(Exception):
    """The file is not what its name says; `flaw` is where and why."""

    def __init__(self, name: str, flaw: Unparseable) -> None:
        super().__init__(name)
        self.name = name
        self.flaw = flaw


def replace(path: str, data: bytes, values: Values) -> tuple[bytes, Replaced]:
    """The file with the values put in. Raises NotInFormat, Unwritable or NotEvaluated."""
    name, by_name = next(((name, how) for pattern, name, how in _BY_NAME if pattern.search(path)), ("text", None))
    if by_name is properties_values.replace and not _is_utf8(data):
        encoded = Encoded(data.decode("latin-1"), b"", "latin-1")  # Java's own encoding of these files
    else:
        try:
            encoded = decode(data)
        except Unparseable as flaw:
            raise NotInFormat(name, flaw) from None
    replaced = _replace_as(name, by_name, encoded.text, values) if by_name else _replace_unnamed(encoded.text, values)
    if replaced.text == encoded.text:
        return data, replaced
    return encoded.encode(replaced.text), replaced


def _replace_as(name: str, replace_in: _Replace, text: str, values: Values) -> Replaced:
    try:
        return replace_in(text, values)
    except Unparseable as flaw:
        raise NotInFormat(name, flaw) from None


def _replace_unnamed(text: str, values: Values) -> Replaced:
    """In the order of Octopus: JSON, XML, YAML, properties. What begins as XML is not tried as anything else."""
    if text.lstrip().startswith("<"):
        return _replace_as("XML", _replace_xml, text, values)
    try:
        return json_values.replace(text, values)
    except Unparseable as flaw:
        if text.lstrip().startswith(("{", "//", "/*")):
            raise NotInFormat("JSON", flaw) from None
    try:
        if yaml_values.holds_structure(text):
            return yaml_values.replace(text, values)
    except Unparseable:
        pass
    return _replace_as("Java properties", properties_values.replace, text, values)


def _is_utf8(data: bytes) -> bool:
    try:
        decode(data)
    except Unparseable:
        return False
    return True
