"""Reads `secret_stores:` — commands that print a secret. It runs none of them."""

from __future__ import annotations

from datetime import timedelta

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Items, shown
from engine.definitions.secret_references import BUILT_IN_STORES, holds_a_secret
from engine.definitions.values import SecretStore

PLACEHOLDER = "{path}"
DEFAULT_TIMEOUT = timedelta(seconds=10)
LONGEST_TIMEOUT = timedelta(minutes=2)

_EXAMPLE = '[op, read, "op://prod/{path}"]'


def read_secret_stores(section: Field) -> list[SecretStore]:
    """`secret_stores:` — slug to a command and how long it may take."""
    stores = []
    for slug, field in section.named("secret_stores"):
        if slug in BUILT_IN_STORES:
            field.wrong("slug", f"The store {shown(slug)} is built in.", "Choose another name.")
        record = field.table(["command", "timeout"])
        stores.append(SecretStore(slug, _read_command(record), _read_timeout(record)))
    return stores


def _read_command(record: Record) -> tuple[str, ...]:
    field = record.need("command", _EXAMPLE)
    if field is None:
        return ()
    items = field.items(f"`{_EXAMPLE}`; it is run without a shell")
    if not items:
        if isinstance(field.node, Items):
            field.wrong("empty", "The command is empty.", f"For example `{_EXAMPLE}`.")
        return ()
    words = tuple(_read_word(item) for item in items)
    if PLACEHOLDER in words[0]:
        items[0].wrong("secret-store", "The program itself cannot depend on the path.", f"For example `{_EXAMPLE}`.")
    elif all(words) and not any(PLACEHOLDER in word for word in words):
        field.wrong("secret-store", f"No argument has `{PLACEHOLDER}` in it.", f"For example `{_EXAMPLE}`.")
    return words


def _read_word(item: Field) -> str:
    word = item.line("op", longest=1000)
    if holds_a_secret(word):
        item.wrong("literal-secret", "There is a key or a token in this command.", "Give it to the bot's environment.")
        return ""
    return word


def _read_timeout(record: Record) -> timedelta:
    field = record.get("timeout")
    if field is None:
        return DEFAULT_TIMEOUT
    timeout = field.duration()
    if timeout > LONGEST_TIMEOUT:
        field.wrong("duration", "A deployment would wait for that long.", "At most `2m`.")
    return timeout
