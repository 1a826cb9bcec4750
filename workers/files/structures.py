"""Chooses how a file's values are replaced: by its name, and where that says nothing by what it holds."""

from __future__ import annotations

import importlib
import re

from workers.files.texts import Encoded, Unparseable, decode
from workers.files.values import Replaced, Values

_BY_NAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\.(?:json|jsonc)\Z", re.IGNORECASE), "JSON"),
    (re.compile(r"\.(?:yaml|yml)\Z", re.IGNORECASE), "YAML"),
    (re.compile(r"(?:\A|/)\.env(?:\.[^/]*)?\Z|\.env\Z", re.IGNORECASE), ".env"),
    (re.compile(r"\.properties\Z", re.IGNORECASE), "Java properties"),
    (re.compile(r"\.xml\Z", re.IGNORECASE), "XML"),
)

_MODULES = {
    "JSON": "workers.files.json_values",
    "YAML": "workers.files.yaml_values",
    ".env": "workers.files.env_values",
    "Java properties": "workers.files.properties_values",
    "XML": "workers.files.xml_values",
}


class NotInFormat(Exception):
    """The file is not what its name says; `flaw` is where and why."""

    def __init__(self, name: str, flaw: Unparseable) -> None:
        super().__init__(name)
        self.name = name
        self.flaw = flaw


def replace(path: str, data: bytes, values: Values) -> tuple[bytes, Replaced]:
    """The file with the values put in. Raises NotInFormat, Unwritable or NotEvaluated."""
    name = next((name for pattern, name in _BY_NAME if pattern.search(path)), "text")
    if name == "Java properties" and not _is_utf8(data):
        encoded = Encoded(data.decode("latin-1"), b"", "latin-1")  # Java's own encoding of these files
    else:
        try:
            encoded = decode(data)
        except Unparseable as flaw:
            raise NotInFormat(name, flaw) from None
    replaced = _replace_unnamed(encoded.text, values) if name == "text" else _replace_as(name, encoded.text, values)
    if replaced.text == encoded.text:
        return data, replaced
    return encoded.encode(replaced.text), replaced


def _replace_as(name: str, text: str, values: Values) -> Replaced:
    # What a format needs takes memory, and few steps need all of them.
    module = importlib.import_module(_MODULES[name])
    try:
        replaced: Replaced = module.replace(text, values)
    except Unparseable as flaw:
        raise NotInFormat(name, flaw) from None
    return replaced


def _replace_unnamed(text: str, values: Values) -> Replaced:
    """In the order of Octopus: JSON, XML, YAML, properties. What begins like one of them is not tried as another."""
    begins = text.lstrip()
    if begins.startswith("<"):
        return _replace_as("XML", text, values)
    if begins.startswith(("{", "//", "/*")):
        return _replace_as("JSON", text, values)
    try:
        return _replace_as("JSON", text, values)
    except NotInFormat:
        pass
    from workers.files import yaml_values

    try:
        if yaml_values.holds_structure(text):
            return _replace_as("YAML", text, values)
    except (Unparseable, NotInFormat):
        pass
    return _replace_as("Java properties", text, values)


def _is_utf8(data: bytes) -> bool:
    try:
        decode(data)
    except Unparseable:
        return False
    return True
