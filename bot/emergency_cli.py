"""The commands about emergencies: deploying in one, listing those that nobody has looked at, acknowledging one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from bot.cli_options import acting, person_option, with_database
from engine.times import utc_now


def confirmed(request: Callable[[Any], Any], choices: Any, *, yes: bool) -> Any:
    """Show what is passed over, ask once, and go on if it is still the same; `yes`: somebody has said so already."""
    from engine.services.emergency_errors import RulesUnseen

    while True:
        try:
            return request(choices)
        except RulesUnseen as unseen:
            click.echo(str(unseen))
            for rule in unseen.rules:
                click.echo(f"  - {rule.text}")
            for stays in unseen.stays:
                click.echo(f"  Not even an emergency passes: {stays}")
            if not yes:
                click.confirm(
                    "Deploy past that? Everybody is told, and somebody else has to acknowledge it", abort=True
                )
            choices = replace(choices, seen=unseen.keys)


@click.command()
@click.argument("number", type=int)
@click.option("--note", default="", help="What you found; everybody sees it.")
@person_option
@with_database
def acknowledge(db: Any, number: int, note: str, person: str | None, **_: Any) -> None:
    """Say that you have looked at the emergency of deployment NUMBER."""
    from engine.services import emergencies

    view = emergencies.acknowledge(db, utc_now(), person=acting(db, person), number=number, note=note)
    click.echo(f"The emergency of #{view.task} ({view.subject}) is acknowledged; nobody is asked any more.")


@click.command("emergencies")
@person_option
@with_database
def list_emergencies(db: Any, person: str | None, **_: Any) -> None:
    """List the emergencies that nobody has acknowledged."""
    from engine.services import emergencies

    found = emergencies.unacknowledged(db, acting(db, person))
    for view in found:
        click.echo(
            f"#{view.task} {view.subject} by {view.person}, "
            f"{view.declared_at.astimezone():%Y-%m-%d %H:%M %Z}: {view.reason}"
        )
        for rule in view.passed:
            click.echo(f"  - {rule}")
        click.echo(f"  may acknowledge it: {', '.join(view.eligible) or 'nobody'}")
    if not found:
        click.echo("No emergency waits for anybody.")


COMMANDS = (acknowledge, list_emergencies)
