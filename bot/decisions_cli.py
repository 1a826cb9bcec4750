"""The commands that answer what a deployment waits for: `foredeck decide`, `foredeck take`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bot.cli_options import acting, person_option, with_database
from engine.times import utc_now


@click.command()
@click.argument("number", type=int)
@click.argument("verdict", type=click.Choice(["proceed", "abort", "run-again", "retry", "exclude", "ignore", "fail"]))
@click.option("--on", "machines", multiple=True, help="Of which failed target or step; may be given several times.")
@click.option("--not-on", "without", multiple=True, metavar="TARGET", help="Not of that one, but of all others.")
@click.option("--note", default="", help="Why; kept with the decision.")
@click.option("--follow", is_flag=True, help="Then show the deployment until it is over.")
@person_option
@with_database
def decide(
    db: Any,
    state: Path,
    number: int,
    verdict: str,
    machines: tuple[str, ...],
    without: tuple[str, ...],
    note: str,
    follow: bool,
    person: str | None,
    **_: Any,
) -> None:
    """Answer what deployment NUMBER waits for."""
    from bot import main as root
    from bot import terminal
    from engine.services import interruptions
    from engine.services.views import Verdict

    wanted = Verdict.RUN_AGAIN if verdict == "retry" else Verdict(verdict.replace("-", "_"))
    pending = interruptions.pending_of(db, number, wanted, machines)
    who = acting(db, person)
    view = interruptions.decide(
        db,
        utc_now(),
        person=who,
        interruption_id=pending.id,
        verdict=wanted,
        note=note,
        machines=machines,
        without=without,
    )
    click.echo(terminal.decision(view))
    if follow:
        sys.exit(terminal.follow(db, state, number, from_now=True))
    if not root.is_served(state):
        click.echo("Nothing works on it now: start `foredeck serve`, or use --follow.")


@click.command()
@click.argument("number", type=int)
@person_option
@with_database
def take(db: Any, number: int, person: str | None, **_: Any) -> None:
    """Be the one who is on the failed steps of deployment NUMBER, also instead of somebody else."""
    from engine.services import interruptions
    from engine.services.views import Verdict

    who = acting(db, person)
    for asked in interruptions.all_pending(db, number, Verdict.IGNORE):
        taken = interruptions.take(db, utc_now(), person=who, interruption_id=asked.id)
        click.echo(f"{taken.taken_by} is on it: {taken.step_name} of #{number}.")


COMMANDS = (decide, take)
