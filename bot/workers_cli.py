"""The commands about machines: `foredeck workers list`, `check`, `disable`, `enable`. The same services as in Slack."""

from __future__ import annotations

from typing import Any

import click

from bot.cli_options import acting, person_option, with_database
from engine.times import utc_now


@click.group()
def workers() -> None:
    """Look at workers and targets; check, disable and enable them."""


@workers.command("list")
@click.argument("names", nargs=-1)
@person_option
@with_database
def list_(db: Any, names: tuple[str, ...], person: str | None, **_: Any) -> None:
    """Show NAMES (slugs, patterns, tags, pools, environments, states), else all; the worst first."""
    from bot.messages.health import WORDS
    from engine.services import machine_views

    now = utc_now()
    view = machine_views.overview(db, now, person=acting(db, person), names=names, size=10_000)
    for pool in view.pools:
        default = " (default)" if pool.is_default else ""
        click.echo(f"pool {pool.slug}{default}: {pool.usable} of {pool.workers} workers can be used, {pool.load} steps")
    for machine in view.machines:
        where = ", ".join(machine.pools or machine.environments)
        state = "cloud region" if machine.is_region else WORDS[machine.state]
        state = "disabled" if machine.disabled else state
        load = f", {machine.load} steps" if machine.load else ""
        why = f": {machine.disabled.by}, {machine.disabled.reason}" if machine.disabled else ""
        if not machine.disabled and state != "healthy" and machine.why:
            why = f": {machine.why}"
        click.echo(f"{machine.slug} ({where}) {state}{load}{why}")
    if view.built_in:
        click.echo(view.built_in)


@workers.command("check")
@click.argument("names", nargs=-1, required=True)
@person_option
@with_database
def check(db: Any, names: tuple[str, ...], person: str | None, **_: Any) -> None:
    """Have NAMES looked at next; the bot does it."""
    from engine.services import machine_use

    slugs = machine_use.check_now(db, utc_now(), person=acting(db, person), names=names)
    click.echo(f"Looked at next: {', '.join(slugs)}.")


@workers.command("disable")
@click.argument("names", nargs=-1, required=True)
@click.option("--because", "reason", required=True, help="Why; everybody sees it.")
@click.option("--until", default="", metavar="TIME", help="In use again then, e.g. '18:00', 'in 2h'.")
@person_option
@with_database
def disable(db: Any, names: tuple[str, ...], reason: str, until: str, person: str | None, **_: Any) -> None:
    """Take NAMES out of use: nothing new begins there."""
    from engine.services import machine_use

    slugs = machine_use.disable(db, utc_now(), person=acting(db, person), names=names, reason=reason, until=until)
    click.echo(f"Disabled: {', '.join(slugs)}.")


@workers.command("enable")
@click.argument("names", nargs=-1, required=True)
@person_option
@with_database
def enable(db: Any, names: tuple[str, ...], person: str | None, **_: Any) -> None:
    """Put NAMES back into use."""
    from engine.services import machine_use

    slugs = machine_use.enable(db, utc_now(), person=acting(db, person), names=names)
    click.echo(f"In use again: {', '.join(slugs)}.")


COMMANDS = (workers,)
