"""The commands that try a machine and print what to write: `foredeck worker add`, `foredeck target add`."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import click

_ADDRESS = re.compile(r"(?:(?P<user>[^@\s]+)@)?(?P<host>\[[0-9a-fA-F:]+\]|[^\s:@\[\]]+)(?::(?P<port>[0-9]{1,5}))?\Z")

_key = click.option(
    "--key", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The private key's file."
)
_passphrase = click.option("--passphrase-env", metavar="NAME", help="The environment variable with its passphrase.")
_slug = click.option("--slug", default="", help="What people call it; made from the address when left out.")


@click.group()
def worker() -> None:
    """Try machines that shall run steps."""


@click.group()
def target() -> None:
    """Try machines that shall be deployed to."""


@worker.command("add")
@click.argument("address", metavar="USER@HOST[:PORT]")
@_key
@_passphrase
@_slug
@click.option("--pool", default="linux", help="The worker pool it shall be in.")
def add_worker(address: str, key: Path, passphrase_env: str | None, slug: str, pool: str) -> None:
    """Try a machine, show its host key, and print the YAML that makes it a worker. Writes nothing."""
    found = _probe(address, key, passphrase_env, slug)
    _show(found, {"workers.yml": f"{found['slug']}: {{pools: [{pool}], {found['where']}}}",
                  "worker_pools.yml": f"{pool}: {{default: true}}"})  # fmt: skip


@target.command("add")
@click.argument("address", metavar="USER@HOST[:PORT]")
@_key
@_passphrase
@_slug
@click.option("--environment", "environments", multiple=True, required=True, help="Where it belongs; several times.")
@click.option("--tag", "tags", multiple=True, required=True, help="What steps find it by; several times.")
def add_target(
    address: str,
    key: Path,
    passphrase_env: str | None,
    slug: str,
    environments: tuple[str, ...],
    tags: tuple[str, ...],
) -> None:
    """Try a machine, show its host key, and print the YAML that makes it a target. Writes nothing."""
    found = _probe(address, key, passphrase_env, slug)
    rest = f"environments: [{', '.join(environments)}], tags: [{', '.join(tags)}]"
    _show(found, {"targets.yml": f"{found['slug']}: {{{found['where']}, {rest}}}"})


def _probe(address: str, key: Path, passphrase_env: str | None, slug: str) -> dict[str, Any]:
    from bot import main as root

    parts = _ADDRESS.match(address)
    if parts is None or not parts["user"]:
        raise click.UsageError("The address is written USER@HOST or USER@HOST:PORT, for example deploy@10.0.0.7.")
    host, port = parts["host"].strip("[]"), int(parts["port"] or 22)
    passphrase = None
    if passphrase_env:
        passphrase = os.environ.get(passphrase_env)
        if passphrase is None:
            raise click.UsageError(f"The environment has no variable {passphrase_env}.")
    named = slug or _slug_of(host)
    probed = root.probe_machine(named, host, port, parts["user"], key, passphrase)
    secret = f"{{secret: {json.dumps(f'file:{key.resolve()}')}}}"
    more = f', passphrase: {{secret: "env:{passphrase_env}"}}' if passphrase_env else ""
    account = f"{{type: ssh_key, username: {json.dumps(parts['user'])}, private_key: {secret}{more}}}"
    shown = f"[{host}]" if ":" in host else host
    where = f'ssh: "{shown}:{port}", account: {_slug_of(parts["user"])}, host_key: "{probed.fingerprint}"'
    return {"slug": named, "probed": probed, "account": f"{_slug_of(parts['user'])}: {account}", "where": where}


def _show(found: dict[str, Any], files: dict[str, str]) -> None:
    probed = found["probed"]
    click.echo(f"{found['slug']} shows the host key {probed.kind} {probed.fingerprint}")
    click.echo("Compare it on the machine, before you trust it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
    click.echo(probed.health.message)
    if not probed.health.healthy:
        sys.exit(1)
    for name, line in {"accounts.yml": found["account"], **files}.items():
        click.echo(f"\n# {name}\n{line}")


def _slug_of(name: str) -> str:
    """A slug like the name: lower case, hyphens, a letter first."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return words if words[:1].isalpha() else f"machine-{words}"


COMMANDS = (worker, target)
