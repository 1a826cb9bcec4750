"""The commands that try a machine, and print what to write: `worker add`, `target add`; `trust` is for a new key."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.cli_options import acting, config_option, person_option, with_database
from engine.contracts import Account, AgentLogin, KeyLogin, PasswordLogin, Secret, SshMachine
from engine.errors import ForedeckError
from engine.times import utc_now

if TYPE_CHECKING:
    from engine.definitions import Definitions

_ADDRESS = re.compile(r"(?:(?P<user>[^@\s]+)@)?(?P<host>\[[0-9a-fA-F:]+\]|[^\s:@\[\]]+)(?::(?P<port>[0-9]{1,5}))?\Z")

_F = TypeVar("_F", bound=Callable[..., Any])


def _login_options(command: _F) -> _F:
    """How to log in."""
    file = click.Path(path_type=Path, dir_okay=False)
    for option in (
        click.option("--agent", is_flag=True, help="Log in with the keys of the agent at SSH_AUTH_SOCK."),
        click.option("--password-env", metavar="NAME", help="The environment variable with the password."),
        click.option("--passphrase-env", metavar="NAME", help="The environment variable with the key's passphrase."),
        click.option("--key", type=file, help="The private key's file."),
    ):
        command = option(command)
    return command


_DEFAULT_POOL = "linux"
_slug = click.option("--slug", default="", help="What people call it; made from the address when left out.")


_via = click.option("--via", default="", metavar="BASTION", help="The slug of the bastion that it is behind.")


@click.group()
def worker() -> None:
    """Try machines that shall run steps."""


@click.group()
def target() -> None:
    """Try machines that shall be deployed to."""


@worker.command("add")
@click.argument("address", metavar="USER@HOST[:PORT]")
@_login_options
@_slug
@_via
@config_option
@click.option("--pool", help="The worker pool it shall be in; the default one when left out.")
def add_worker(address: str, slug: str, pool: str | None, via: str, config: Path, **login: Any) -> None:
    """Try a machine, show its host key, and print the YAML that makes it a worker. Writes nothing."""
    known = _definitions(config)
    pools = known.worker_pools if known else {}
    default = next((each.slug for each in pools.values() if each.default), "")
    pool = pool or default or _DEFAULT_POOL
    found = _probe(address, slug, _bastion(config, via), known, **login)
    settings = (
        "{default: true}" if pool == _DEFAULT_POOL and not default else "{}"
    )  # one pool at most is the default one
    _show(found, {"workers.yml": f"{found.slug}: {{pools: [{pool}], {found.where}}}",
                  "worker_pools.yml": "" if pool in pools else f"{pool}: {settings}"})  # fmt: skip


@target.command("add")
@click.argument("address", metavar="USER@HOST[:PORT]")
@_login_options
@_slug
@_via
@config_option
@click.option("--environment", "environments", multiple=True, required=True, help="Where it belongs; several times.")
@click.option("--tag", "tags", multiple=True, required=True, help="What steps find it by; several times.")
def add_target(
    address: str,
    slug: str,
    environments: tuple[str, ...],
    tags: tuple[str, ...],
    via: str,
    config: Path,
    **login: Any,
) -> None:
    """Try a machine, show its host key, and print the YAML that makes it a target. Writes nothing."""
    found = _probe(address, slug, _bastion(config, via), _definitions(config), **login)
    rest = f"environments: [{', '.join(environments)}], tags: [{', '.join(tags)}]"
    _show(found, {"targets.yml": f"{found.slug}: {{{found.where}, {rest}}}"})


@click.command()
@click.argument("slug")
@click.option("--because", "reason", required=True, help="Why its key is another one; it is kept.")
@click.option("--fingerprint", default="", metavar="SHA256:…", help="The key, as you have compared it on the machine.")
@person_option
@with_database
def trust(db: Any, slug: str, reason: str, fingerprint: str, person: str | None, **_: Any) -> None:
    """Trust the new host key of SLUG, a worker, target or bastion of the configuration."""
    from bot import main as root
    from engine.services import host_keys, machines

    who = acting(db, person)
    definitions, machine = host_keys.machine_of(db, slug)
    shown = root.host_keys_of(machines.with_secrets(definitions, machine))
    if set(machine.host_key.split()) & set(shown.values()):
        click.echo(f"{slug} shows the pinned key {machine.host_key}; there is nothing to trust.")
        return
    if not fingerprint:
        click.echo(f"Pinned for {slug} is {machine.host_key}; it shows")
        for kind, key in shown.items():
            click.echo(f"  {kind} {key}")
        click.echo("Compare one on the machine's own console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
        click.echo("Then repeat this command with --fingerprint and the key. Nothing was changed.")
        sys.exit(1)
    trusted = host_keys.trust(
        db, utc_now(), person=who, machine=slug, fingerprint=fingerprint, shown=shown.values(), reason=reason
    )
    click.echo(f"Trusted for {slug}: {trusted.fingerprint}, instead of {trusted.before}.")
    for other in host_keys.like(db, trusted):
        click.echo(f"At the same address is {other}, which still pins the old key: foredeck worker trust {other}")
    click.echo("Write it into the configuration as well: as soon as that pins another key, it is what counts.")


@click.command()
@with_database
def trusted(db: Any, **_: Any) -> None:
    """List the host keys that were trusted with `trust`, by whom and why."""
    from engine.services import host_keys

    for one in host_keys.history(db):
        click.echo(
            f"{one.at:%Y-%m-%d %H:%M} UTC {one.machine}: {one.fingerprint} instead of {one.before}, "
            f"by {one.by}: {one.reason}"
        )


for _group in (worker, target):
    _group.add_command(trust)
    _group.add_command(trusted)


@dataclass(frozen=True)
class _Found:
    """A machine that answered, and what to write: the line of the account (empty where the configuration has it), and
    where the machine is.
    """

    slug: str
    probed: Any
    account: str
    where: str


def _bastion(config: Path, slug: str) -> SshMachine | None:
    """The bastion of the configuration folder, with what is needed to log in to it. Raises UsageError."""
    from engine import definitions
    from engine.services import machines

    if not slug:
        return None
    loaded = definitions.load(config)
    if slug not in loaded.bastions:
        known = f"There are: {', '.join(loaded.bastions)}." if loaded.bastions else "There are none."
        raise click.UsageError(f"There is no bastion {slug} in the configuration in {config}. {known}")
    return machines.with_secrets(loaded, loaded.bastions[slug])


def _definitions(config: Path) -> Definitions | None:
    """The configuration folder, if it is a good one: what stands in it need not be written again."""
    from engine import definitions

    try:
        return definitions.load(config)
    except ForedeckError:
        return None


def _probe(address: str, slug: str, via: SshMachine | None, known: Definitions | None, **login: Any) -> _Found:
    from bot import main as root

    parts = _ADDRESS.match(address)
    if parts is None or not parts["user"]:
        raise click.UsageError("The address is written USER@HOST or USER@HOST:PORT, for example deploy@10.0.0.7.")
    host, port, user = parts["host"].strip("[]"), int(parts["port"] or 22), parts["user"]
    named = slug or _slug_of(host)
    way_in, account = _login(user, **login)
    probed = root.probe_machine(SshMachine(named, host, port, "", Account(named, user, way_in), via))
    shown = f"[{host}]" if ":" in host else host
    called, is_there = _account_called(known, user, named, account)
    where = f'ssh: "{shown}:{port}", account: {called}, host_key: "{probed.fingerprint}"'
    if via is not None:
        where += f", via: {via.slug}"
    return _Found(named, probed, "" if is_there else f"{called}: {account}", where)


def _account_called(known: Definitions | None, user: str, machine: str, written: str) -> tuple[str, bool]:
    """The slug of the account, and whether the configuration has it; another one of this slug is left alone."""
    called = _slug_of(user)
    other = known.accounts.get(called) if known else None
    if other is None:
        return called, False
    secrets = [str(secret) for secret in (other.private_key, other.passphrase, other.password) if secret]
    is_it = other.username == user and f"type: {other.type}," in written and all(s in written for s in secrets)
    return (called, True) if is_it else (f"{called}-{machine}", False)


def _login(
    username: str, key: Path | None, passphrase_env: str | None, password_env: str | None, agent: bool
) -> tuple[KeyLogin | PasswordLogin | AgentLogin, str]:
    """How to log in, and the account as it is written."""
    if [key is not None, password_env is not None, agent].count(True) != 1:
        raise click.UsageError("Say how to log in: --key FILE, --password-env NAME, or --agent.")
    user = f"username: {json.dumps(username)}"
    if key is not None:
        passphrase = _from_environment(passphrase_env) if passphrase_env else None
        more = f', passphrase: {{secret: "env:{passphrase_env}"}}' if passphrase_env else ""
        secret = f"{{secret: {json.dumps(f'file:{key.resolve()}')}}}"
        return KeyLogin(_read_key(key), passphrase), f"{{type: ssh_key, {user}, private_key: {secret}{more}}}"
    if password_env is not None:
        secret = f'{{secret: "env:{password_env}"}}'
        return PasswordLogin(_from_environment(password_env)), f"{{type: ssh_password, {user}, password: {secret}}}"
    return AgentLogin(), f"{{type: ssh_agent, {user}}}"


def _read_key(path: Path) -> Secret:
    try:
        return Secret(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise click.UsageError(f"The key {path} cannot be read: {why}. Give the private key's file.") from None


def _from_environment(name: str) -> Secret:
    text = os.environ.get(name)
    if text is None:
        raise click.UsageError(f"The environment has no variable {name}.")
    return Secret(text)


def _show(found: _Found, files: dict[str, str]) -> None:
    probed = found.probed
    click.echo(f"{found.slug} shows the host key {probed.kind} {probed.fingerprint}")
    click.echo("Compare it on the machine, before you trust it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
    click.echo(probed.health.message)
    if not probed.health.healthy:
        sys.exit(1)
    for name, line in {"accounts.yml": found.account, **files}.items():
        if line:
            click.echo(f"\n# {name}\n{line}")


def _slug_of(name: str) -> str:
    """A slug like the name: lower case, hyphens, a letter first."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return words if words[:1].isalpha() else f"machine-{words}"


COMMANDS = (worker, target)
