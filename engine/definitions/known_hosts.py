"""Reads `known_hosts:`, a file as OpenSSH writes it (sshd(8), SSH_KNOWN_HOSTS): which host keys are pinned for whom."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from engine.definitions.fields import Field
from engine.definitions.folders import Folder, Unreadable, read_text
from engine.definitions.nodes import shown

_REVOKED = "@revoked"


@dataclass(frozen=True)
class KnownHost:
    """One line: patterns of hosts, and the fingerprint of the key; a revoked key is never pinned."""

    hosts: tuple[str, ...]
    fingerprint: str
    is_revoked: bool = False

    def is_about(self, host: str) -> bool:
        """Is the key for this host? One pattern must match, and none with `!`."""
        unwanted = (pattern[1:] for pattern in self.hosts if pattern.startswith("!"))
        return any(_matches(p, host) for p in self.hosts) and not any(_matches(p, host) for p in unwanted)


@dataclass(frozen=True)
class KnownHosts:
    """A file, and the key of the configuration that names it: there problems are noted."""

    field: Field
    lines: tuple[KnownHost, ...] = ()
    is_good: bool = False

    def pins(self, host: str, port: int) -> str:
        """The fingerprints for this address, with spaces between them; empty, and a problem, when there is none."""
        if not self.is_good or not host:
            return ""
        name = host.lower() if port == 22 else f"[{host.lower()}]:{port}"
        about = [line for line in self.lines if line.is_about(name)]
        revoked = {line.fingerprint for line in about if line.is_revoked}
        found = dict.fromkeys(line.fingerprint for line in about if line.fingerprint not in revoked)
        if not found:
            hint = f"Compare what `ssh-keyscan -p {port} {host}` prints with the machine's own console, then add it."
            self.field.wrong("known-hosts", f"The file has no key for {name}.", hint)
        return " ".join(found)


def read_known_hosts(field: Field, folder: Folder) -> KnownHosts:
    """The file that this names, relative to the configuration folder and in it."""
    name = field.text('"hosts.txt"')
    if not name:
        return KnownHosts(field)
    if not folder.has(name):
        field.wrong("missing-file", f"There is no file {shown(name)} in the configuration folder.", "Check the name.")
        return KnownHosts(field)
    try:
        text = read_text(folder.path / name, inside=folder.root)
    except Unreadable as why:
        field.wrong(why.rule, f"{shown(name)}: {why.message}", why.suggestion)
        return KnownHosts(field)
    lines: list[KnownHost] = []
    for number, line in _written(text):
        known = _read_line(line)
        if known is None:
            hint = "A line is `HOST TYPE KEY`, as `ssh-keyscan` prints it."
            field.wrong("known-hosts", f"Line {number} of {shown(name)} is not a host key.", hint)
            return KnownHosts(field)
        lines.append(known)
    return KnownHosts(field, tuple(lines), is_good=True)


def _written(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, counted from 1. Certificates are not understood, so authorities pin nothing."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith(("#", "@cert-authority")):
            yield number, line


def _read_line(line: str) -> KnownHost | None:
    words = line.split()
    is_revoked = words[0] == _REVOKED
    hosts, kind, key = [*words[is_revoked:], "", "", ""][:3]
    try:
        blob = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not kind or not blob.startswith(len(kind).to_bytes(4, "big") + kind.encode()):
        return None
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return KnownHost(tuple(hosts.split(",")), f"SHA256:{digest}", is_revoked)


def _matches(pattern: str, host: str) -> bool:
    if pattern.startswith("|1|"):  # a name that was hashed, so that the file tells nobody where one connects to
        try:
            salt, wanted = (base64.b64decode(part, validate=True) for part in pattern[3:].split("|"))
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(hmac.digest(salt, host.encode(), "sha1"), wanted)
    # Brackets stand for themselves here: `[host]:2222`.
    return fnmatchcase(host, pattern.lower().replace("[", "[[]"))
