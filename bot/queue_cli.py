"""The commands about the queue: `foredeck queue` and what else belongs to it."""

from __future__ import annotations

from typing import Any

import click

from bot.cli_options import acting, person_option, with_database
from engine.times import utc_now


@click.command()
@click.argument("project", required=False)
@click.option("--first", type=int, metavar="NUMBER", help="Move this deployment to the front.")
@person_option
@with_database
def queue(db: Any, project: str | None, first: int | None, person: str | None, **_: Any) -> None:
    """Show what runs, what waits and why; of PROJECT, or of all."""
    from bot import terminal
    from engine.services import queues

    who = acting(db, person)
    if first is not None:
        queues.move_first(db, utc_now(), person=who, number=first)
    click.echo(terminal.queue(queues.view(db, who, project)))


COMMANDS = (queue,)
