"""The commands about releases: `foredeck release create` and `foredeck release list`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot import package_cli
from bot.cli_options import acting, pairs, person_option, with_database
from engine.times import utc_now


@click.group()
def release() -> None:
    """Create and list releases."""


@release.command("create")
@click.argument("project")
@click.argument("version")
@click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="NAME=VERSION",
    callback=pairs,
    help="A package whose version is another one than the release's.",
)
@person_option
@with_database
def release_create(
    db: Any,
    state: Path,
    project: str,
    version: str,
    packages: tuple[tuple[str, str], ...],
    person: str | None,
    **_: Any,
) -> None:
    """Freeze the project's process, variables and packages under a version."""
    from engine.services import releases

    made = releases.create(
        db, utc_now(), person=acting(db, person), project=project, version=version, packages=dict(packages)
    )
    made = package_cli.completed(db, state, made)
    click.echo(f"Created {made.project} {made.version}.")
    for package in made.packages:
        digest = f"commit {package.digest}" if package.is_commit else f"sha256:{package.digest}"
        click.echo(f"  {package.name}  {package.size:,} bytes  {digest}")


@release.command("list")
@click.argument("project")
@person_option
@with_database
def release_list(db: Any, project: str, person: str | None, **_: Any) -> None:
    """List the newest releases of a project."""
    from bot import terminal
    from engine.services import releases

    click.echo(terminal.releases(releases.recent(db, person=acting(db, person), project=project)))


COMMANDS = (release,)
