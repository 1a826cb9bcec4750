"""The commands about runbooks: `foredeck runbook list`, `publish`, `plan`, `run`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bot import package_cli
from bot.cli_options import acting, listed, pairs, person_option, with_database, with_database_to_look_at
from engine.times import utc_now


@click.group()
def runbook() -> None:
    """List, publish, plan and run runbooks."""


@runbook.command("list")
@person_option
@with_database
def list_(db: Any, person: str | None, **_: Any) -> None:
    """List them, and what is published."""
    from engine.services import runbooks

    for view in runbooks.listed(db, person=acting(db, person)):
        changed = ", changed since" if view.is_changed else ""
        standing = f"{view.version}, published by {view.published_by}{changed}" if view.version else "not published yet"
        earlier = f"; earlier {', '.join(view.earlier)}" if view.earlier else ""
        click.echo(f"{view.slug} of {view.project}: {standing}{earlier}")


@runbook.command("publish")
@click.argument("name")
@click.option("--project", default="", help="Whose, where several projects have one of that name.")
@person_option
@with_database
def publish(db: Any, state: Path, name: str, project: str, person: str | None, **_: Any) -> None:
    """Freeze NAME as it is now; from then on that is what runs."""
    from engine.services import releases, runbooks

    made = runbooks.publish(db, utc_now(), person=acting(db, person), name=name, project=project)
    found = package_cli.completed(db, state, releases.view(db, project=made.project, version=made.version or ""))
    click.echo(f"Published {made.slug} of {made.project} as {made.version}.")
    for repository in found.packages:
        click.echo(f"  {repository.name}  commit {repository.digest}")


@runbook.command("plan")
@click.argument("name")
@click.option("--in", "environment", required=True, help="The environment.")
@click.option("--project", default="", help="Whose, where several projects have one of that name.")
@click.option("--draft", is_flag=True, help="As it is now, not as it was published.")
@click.option("--on", multiple=True, callback=listed, metavar="TARGET", help="Only there: `a,b`, or several times.")
@click.option("--not-on", "without", multiple=True, callback=listed, metavar="TARGET", help="Not there.")
@click.option("--skip", multiple=True, help="A step to leave out; may be given several times.")
@click.option("--with", "answers", multiple=True, metavar="NAME=VALUE", callback=pairs, help="An answer to a prompt.")
@click.option("--guided/--unguided", "guided", default=None, help="Ask somebody when a step fails, or not.")
@person_option
@with_database_to_look_at
def plan(
    db: Any,
    name: str,
    environment: str,
    project: str,
    draft: bool,
    on: tuple[str, ...],
    without: tuple[str, ...],
    skip: tuple[str, ...],
    guided: bool | None,
    answers: tuple[tuple[str, str], ...],
    person: str | None,
    **_: Any,
) -> None:
    """Print what a run of NAME (or of NAME@2) would do, and why a step is left out. Runs nothing."""
    from bot import terminal
    from engine.services import runbooks
    from engine.services.choices import Choices

    shown = runbooks.preview(
        db,
        utc_now(),
        person=acting(db, person),
        name=name,
        environment=environment,
        project=project,
        choices=Choices(skip=skip, answers=answers, on=on, without=without, guided=guided),
        is_draft=draft,
    )
    click.echo(terminal.plan(shown))


@runbook.command("run")
@click.argument("name")
@click.option("--in", "environment", required=True, help="The environment.")
@click.option("--project", default="", help="Whose, where several projects have one of that name.")
@click.option("--draft", is_flag=True, help="As it is now, not as it was published.")
@click.option("--on", multiple=True, callback=listed, metavar="TARGET", help="Only there: `a,b`, or several times.")
@click.option("--not-on", "without", multiple=True, callback=listed, metavar="TARGET", help="Not there.")
@click.option("--skip", multiple=True, help="A step to leave out; may be given several times.")
@click.option("--at", default="", metavar="TIME", help="Begin later, e.g. '22:00', 'in 2h'.")
@click.option("--until", default="", metavar="TIME", help="Do not begin after that.")
@click.option("--because", "reason", default="", help="Why; shown on the card.")
@click.option("--with", "answers", multiple=True, metavar="NAME=VALUE", callback=pairs, help="An answer to a prompt.")
@click.option("--queue", is_flag=True, help="Wait behind a lock instead of being refused.")
@click.option("--guided/--unguided", "guided", default=None, help="Ask somebody when a step fails, or not.")
@click.option("--follow", is_flag=True, help="Show it until it is over; exit code 1 when it fails.")
@person_option
@with_database
def run(
    db: Any,
    state: Path,
    name: str,
    environment: str,
    project: str,
    draft: bool,
    on: tuple[str, ...],
    without: tuple[str, ...],
    skip: tuple[str, ...],
    at: str,
    until: str,
    reason: str,
    answers: tuple[tuple[str, str], ...],
    queue: bool,
    guided: bool | None,
    follow: bool,
    person: str | None,
    **_: Any,
) -> None:
    """Run NAME as it was published last, or NAME@2 as it was then."""
    from bot import main as root
    from bot import terminal
    from engine.services import runbooks
    from engine.services.choices import Choices
    from engine.services.gates import Way

    task = runbooks.run(
        db,
        utc_now(),
        person=acting(db, person),
        name=name,
        environment=environment,
        project=project,
        choices=Choices(
            skip=skip,
            at=at,
            until=until,
            reason=reason,
            answers=answers,
            on=on,
            without=without,
            guided=guided,
            way=Way.QUEUE if queue else Way.NONE,
        ),
        is_draft=draft,
    )
    click.echo(f"#{task.number}: {task.version} of {task.project} in {task.environment}")
    if follow:
        sys.exit(terminal.follow(db, state, task.number))
    if not root.is_served(state):
        click.echo("It is queued. Nothing works on it now: start `foredeck serve`, or use --follow.")


COMMANDS = (runbook,)
