"""The commands about variables: `foredeck variables explain`."""

from __future__ import annotations

from typing import Any

import click

from bot.cli_options import with_database_to_look_at


@click.group()
def variables() -> None:
    """Look at variables."""


@variables.command()
@click.argument("name")
@click.option("--project", required=True)
@click.option("--environment", required=True)
@click.option("--step", default=None, help="For this step or action; otherwise before any step runs.")
@click.option("--target", default=None, help="For this machine.")
@click.option("--version", default=None, help="As this release froze it; otherwise as the project is now.")
@with_database_to_look_at
def explain(
    db: Any,
    name: str,
    project: str,
    environment: str,
    step: str | None,
    target: str | None,
    version: str | None,
    **_: Any,
) -> None:
    """Say which value of NAME wins, and why each other one does not. Secrets are not read."""
    from bot import terminal
    from engine.services import explanations

    view = explanations.explain(
        db, name=name, project=project, environment=environment, step=step, target=target, version=version
    )
    click.echo(terminal.explanation(view))


COMMANDS = (variables,)
