"""Reads how to log in to machines: `accounts:`, of three types. The secrets themselves are read where they are used."""

from __future__ import annotations

import re

from engine.definitions.fields import Field, Record
from engine.definitions.secret_references import read_secret_reference
from engine.definitions.values import AccountDefinition
from engine.domain.variables import SecretReference

_NEEDED = {"ssh_key": "private_key", "ssh_password": "password"}
_KEYS_OF = {
    "ssh_key": ("private_key", "passphrase"),
    "ssh_password": ("password",),
    "ssh_agent": ("socket", "public_key"),
}
_EVERY_KEY = tuple(key for keys in _KEYS_OF.values() for key in keys)
_EXAMPLES = {"private_key": '{secret: "file:/etc/foredeck/key"}', "password": '{secret: "env:NAME"}'}
_HINTS = dict.fromkeys(("key", "private_key_passphrase"), "A key is `private_key: {secret: …}` and its `passphrase`.")


def read_accounts(section: Field) -> list[AccountDefinition]:
    """`accounts:` — slug to a way to log in."""
    return [_read_account(slug, field) for slug, field in section.named("accounts")]


def _read_account(slug: str, field: Field) -> AccountDefinition:
    record = field.table(["type", "username", *_EVERY_KEY], hints=_HINTS)
    kind, username = _read_type(record), record.need("username", "deploy")
    allowed = _KEYS_OF.get(kind, _EVERY_KEY)
    for key in _EVERY_KEY:
        if key not in allowed and (stray := record.get(key)):
            has = " and ".join(f"`{name}`" for name in allowed)
            stray.wrong("account-type", f"An account of type {kind} has no `{key}`.", f"It has {has}.")
            del record.fields[key]
    if needed := _NEEDED.get(kind):
        record.need(needed, _EXAMPLES[needed])
    return AccountDefinition(
        slug=slug,
        type=kind or "ssh_key",
        username=_read_username(username) if username else "",
        private_key=_read_secret(record, "private_key"),
        passphrase=_read_secret(record, "passphrase"),
        password=_read_secret(record, "password"),
        socket=_read_socket(record),
        public_key=_read_public_key(record),
    )


def _read_type(record: Record) -> str:
    field = record.need("type", "ssh_key")
    kind = field.text("ssh_key") if field else ""
    if field and kind and kind not in _KEYS_OF:
        known = f"{', '.join(list(_KEYS_OF)[:-1])} and {list(_KEYS_OF)[-1]}"
        field.wrong("account-type", "This type of account is not known.", f"The types are {known}.")
        return ""
    return kind


def _read_secret(record: Record, key: str) -> SecretReference | None:
    field = record.get(key)
    return read_secret_reference(field) if field else None


def _read_username(field: Field) -> str:
    username = field.line("deploy")
    if username and (username.startswith("-") or re.search(r"[\s:@/]", username)):
        field.wrong("username", "This is not the name of a user.", "Write the name alone, for example deploy.")
    return username


def _read_socket(record: Record) -> str:
    field = record.get("socket")
    path = field.line("/run/foredeck/agent.sock", longest=107) if field else ""  # unix(7): sun_path
    if field and path and not path.startswith("/"):
        field.wrong("path", "This is not an absolute path.", "For example /run/foredeck/agent.sock.")
    return path


def _read_public_key(record: Record) -> str:
    field = record.get("public_key")
    text = field.text('"SHA256:…"') if field else ""
    if field and text and not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", text, re.ASCII):
        hint = "It is `SHA256:` and 43 characters, as `ssh-add -l` prints it."
        field.wrong("public-key", "This is not the fingerprint of a key.", hint)
    return text
