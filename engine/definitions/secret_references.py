"""Reads references to secrets, and refuses secrets that are written out. No message repeats what it refuses."""

from __future__ import annotations

import re

from engine.definitions.fields import Field
from engine.definitions.nodes import Scalar, shown
from engine.domain.variables import SecretReference

BUILT_IN_STORES = ("env", "file")

HOW = 'Write `{secret: "env:NAME"}` or `{secret: "file:/path"}` and keep the secret there.'

_NOWHERE = SecretReference("env", "")

# The last word of a name says what its value is: DbPassword and ApiToken are secrets, TokenUrl is not.
_NAMES_A_SECRET = re.compile(
    r"(?i:password|passwd|passphrase|pwd|secret|token|credentials?|api[-_. ]?key|private[-_. ]?key|access[-_. ]?key)$"
)
_IS_A_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}"  # PEM and OpenSSH private keys
    r"|\bxox[abeprs]-[0-9A-Za-z-]{10,}|\bxapp-[0-9]-[0-9A-Za-z-]{10,}"  # Slack
    r"|\bgh[oprsu]_[0-9A-Za-z]{30,}|\bgithub_pat_[0-9A-Za-z_]{30,}|\bglpat-[0-9A-Za-z_-]{20}"  # GitHub, GitLab
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS
)
_PATH = re.compile(r"[\w./@:+=, -]+")
_LONGEST_PATH = 300
_SUBSTITUTION = re.compile(r"\s*#\{[^}]*\}\s*")


def read_secret_reference(field: Field) -> SecretReference:
    """The reference written here."""
    if isinstance(field.node, Scalar):
        field.wrong("literal-secret", "A secret is not written out in the configuration.", HOW)
        return _NOWHERE
    written = field.table(["secret"]).need("secret", '"env:NAME"')
    return _NOWHERE if written is None else read_store_and_path(written)


def read_store_and_path(written: Field) -> SecretReference:
    """The reference in the text after `secret:`."""
    text = written.node.text if isinstance(written.node, Scalar) else ""
    store, _, path = text.partition(":")
    if store == "env" and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", path, re.ASCII):
        return SecretReference(store, path)
    if store == "file" and re.fullmatch(r"/[^\x00-\x1f\x7f]+", path):
        return SecretReference(store, path)
    if store == "env":
        written.wrong("secret-reference", "After `env:` stands the name of an environment variable.", HOW)
    elif store == "file":
        written.wrong("secret-reference", "After `file:` stands an absolute path.", HOW)
    else:
        return _read_of_command(written, store, path)
    return _NOWHERE


def path_flaw(path: str) -> str:
    """Why a store's command cannot be given this path, as a sentence; empty when it can.

    It becomes a part of an argument: it must not be taken for an option, nor lead out of where the store looks.
    """
    parts = path.split("/")
    if not path or len(path) > _LONGEST_PATH:
        return f"A path in a secret store has 1 to {_LONGEST_PATH} characters."
    if any(part.startswith("-") for part in parts):
        return "No part of a path begins with a hyphen: it could be taken for an option."
    if any(part in ("", ".", "..") for part in parts):
        return "A path has no empty parts and no dots alone: it could lead out of where the store looks."
    if not _PATH.fullmatch(path):
        return "A path has only letters, digits, spaces, slashes and `. _ @ : + = , -`."
    return ""


def _read_of_command(written: Field, store: str, path: str) -> SecretReference:
    reading = written.reading
    stores = reading.declared("secret_stores")
    if not reading.knows("secret_stores") or store in stores:
        flaw = path_flaw(path)
        if flaw:
            written.wrong("secret-reference", flaw, f"Write for example `{shown(store)[1:-1]}:web/db`.")
        return _NOWHERE if flaw else SecretReference(store, path)
    names = [f"`{name}`" for name in (*BUILT_IN_STORES, *stores)]
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    # Without what was written: it may be the secret itself.
    written.wrong("secret-reference", f"This is not a reference to a secret; the stores are {listed}.", HOW)
    return _NOWHERE


def names_a_secret(name: str) -> bool:
    """Does a variable of this name hold a secret, judged by its last word?"""
    return _NAMES_A_SECRET.search(name) is not None


def is_only_a_substitution(text: str) -> bool:
    """Is it `#{Another}` and nothing else?"""
    return _SUBSTITUTION.fullmatch(text) is not None


def holds_a_secret(text: str) -> bool:
    """Is there a private key or a well-known kind of token in this text?"""
    return _IS_A_SECRET.search(text) is not None
