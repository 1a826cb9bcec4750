"""Reads what steps run on and how to get there: worker pools, workers, addresses, host keys."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from engine.definitions.fields import Field, Record
from engine.definitions.folders import Folder
from engine.definitions.known_hosts import read_known_hosts
from engine.definitions.machine_policies import read_policy_of
from engine.definitions.nodes import Items, shown
from engine.definitions.readings import suggest
from engine.definitions.values import WorkerDefinition, WorkerPool

Pins = Callable[[str, int], str]
"""The fingerprints that are pinned for a host and a port."""

_AFFINITIES = ("deployment", "package", "none")


def read_worker_pools(section: Field) -> list[WorkerPool]:
    """`worker_pools:` — slug to pool; at most one is the default."""
    pools: list[WorkerPool] = []
    for slug, field in section.named("worker_pools"):
        record = field.table(["name", "default", "affinity"])
        pool = WorkerPool(
            slug, record.line("name", slug), record.flag("default", default=False), _read_affinity(record)
        )
        first = next((other for other in pools if other.default), None)
        if pool.default and first:
            message = f"{first.slug} and {slug} are both the default pool; there is one at most."
            record.fields["default"].wrong("one-default", message, "Remove one `default: true`.")
        pools.append(pool)
    return pools


def _read_affinity(record: Record) -> str:
    field = record.get("affinity")
    word = field.text("`none`") if field else ""
    if field and word and word not in _AFFINITIES:
        hint = suggest(word, _AFFINITIES, "affinities")
        field.wrong("affinity", f"There is no affinity {shown(word)}.", hint)
    return word if word in _AFFINITIES else WorkerPool.affinity


def read_workers(section: Field, folder: Folder) -> list[WorkerDefinition]:
    """`workers:` — slug to a machine that is reached over SSH."""
    workers = []
    for slug, field in section.named("workers"):
        if slug == "built-in":
            field.wrong("slug", '"built-in" is the worker in Foredeck itself.', "Choose another slug.")
        record = field.table(["name", "pools", "ssh", "account", "host_key", "known_hosts", "via", "policy"])
        host, port = read_address(record)
        pools, account = record.need("pools", "[linux]"), record.need("account", "deploy")
        if pools and isinstance(pools.node, Items) and not pools.node.nodes:
            pools.wrong("empty", f"The worker {slug} is in no pool, so nothing runs on it.", "Name a pool.")
        workers.append(
            WorkerDefinition(
                slug=slug,
                name=record.line("name", slug),
                pools=pools.references("worker_pools") if pools else (),
                host=host,
                port=port,
                account=account.reference("accounts") if account else "",
                host_key=pins_of(record, folder)(host, port),
                via=read_via(record),
                policy=read_policy_of(record),
            )
        )
    return workers


def read_via(record: Record) -> str:
    """`via:`, the bastion."""
    field = record.get("via")
    return field.reference("bastions") if field else ""


def read_address(record: Record, *, may_name_slug: bool = False) -> tuple[str, int]:
    """`ssh: host:port`; an IPv6 address is in brackets. `may_name_slug`: `{}` in the host stands for the slug."""
    example = '"10.0.0.7:22" or "[2001:db8::7]:22"'
    field = record.need("ssh", '"10.0.0.7:22"')
    text = field.line(example, longest=300) if field else ""
    if not field or not text:
        return "", 22
    match = re.fullmatch(r"(?:\[(?P<v6>[^\]]*)\]|(?P<host>[^:\[\]]*)):(?P<port>[0-9]{1,5})", text, re.ASCII)
    if not match:
        without_port = _is_host(text) or _is_v6(text.strip("[]"))
        message = "The port is missing." if without_port else "This is not an address."
        field.wrong("ssh-address", message, f"Write host and port: {example}.")
        return "", 22
    host, port = match["v6"] or match["host"] or "", int(match["port"])
    if "@" in host:
        field.wrong("ssh-address", "The account says who logs in.", f"Write host and port only: {example}.")
    elif not (
        _is_v6(host) if match["v6"] is not None else _is_host(host.replace("{}", "x") if may_name_slug else host)
    ):
        field.wrong("ssh-address", "This is not the name or the address of a host.", f"For example {example}.")
    if not 1 <= port <= 65535:
        field.wrong("ssh-address", "A port is a number from 1 to 65535.", f"For example {example}.")
    return host, port


def _is_host(text: str) -> bool:
    if re.fullmatch(r"[0-9.]+", text, re.ASCII):
        try:
            ipaddress.IPv4Address(text)
        except ValueError:
            return False
        return True
    label = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
    return len(text) <= 253 and re.fullmatch(rf"{label}(?:\.{label})*\.?", text, re.ASCII) is not None


def _is_v6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def pins_of(record: Record, folder: Folder) -> Pins:
    """What says which host keys are pinned for an address: `host_key`, or the file in `known_hosts`."""
    known, key = record.get("known_hosts"), record.get("host_key")
    if known is None:
        fingerprint = read_host_key(record)
        return lambda _host, _port: fingerprint
    if key is not None:
        key.wrong("one-of", "`host_key` and `known_hosts` exclude each other.", "Keep one of them.")
    return read_known_hosts(known, folder).pins


def read_host_key(record: Record) -> str:
    """`host_key:`, the pinned fingerprint."""
    field = record.need("host_key", '"SHA256:…"')
    text = field.text('"SHA256:…"') if field else ""
    if field and text and not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", text, re.ASCII):
        hint = (
            "It is `SHA256:` and 43 characters, as `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it there."
        )
        field.wrong("host-key", "This is not the fingerprint of a host key.", hint)
    return text
