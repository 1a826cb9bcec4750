"""Reads references to secrets, and refuses secrets that are written out. No message repeats what it refuses."""

from __future__ import annotations

import re

from engine.definitions.fields import Field
from engine.definitions.nodes import Scalar
from engine.domain.processes import SecretReference

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
        written.wrong("secret-reference", "This is not a reference to a secret; the stores are `env` and `file`.", HOW)
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
