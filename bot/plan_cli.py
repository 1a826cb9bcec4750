"""`foredeck plan`: what a deployment or a run of a runbook would do. Runs nothing."""

from __future__ import annotations

from typing import Any

import click

from bot.cli_options import acting, listed, pairs, with_database_to_look_at
from engine.times import utc_now


@click.command()
@click.argument("project", default="")
@click.argument("typed", default="", metavar="[VERSION]")
@click.option("--version", "version", default="", help="The version to plan, if it does not stand behind PROJECT.")
@click.option("--runbook", default="", metavar="NAME", help="A run of this runbook instead, or of NAME@2.")
@click.option("--draft", is_flag=True, help="The runbook as it is now, not as it was published.")
@click.option("--environment", "--in", "environment", required=True, help="Where it would go.")
@click.option("--skip", multiple=True, help="A step to leave out; may be given several times.")
@click.option("--on", multiple=True, callback=listed, metavar="TARGET", help="Only there: `a,b`, or several times.")
@click.option("--not-on", "without", multiple=True, callback=listed, metavar="TARGET", help="Not there.")
@click.option("--guided/--unguided", "guided", default=None, help="Ask somebody when a step fails, or not.")
@click.option("--with", "answers", multiple=True, metavar="NAME=VALUE", callback=pairs, help="An answer to a prompt.")
@click.option("--as", "person", envvar="FOREDECK_PERSON", help="Judge what this person may do, too.")
@with_database_to_look_at
def plan(
    db: Any,
    project: str,
    typed: str,
    version: str,
    runbook: str,
    draft: bool,
    environment: str,
    skip: tuple[str, ...],
    on: tuple[str, ...],
    without: tuple[str, ...],
    guided: bool | None,
    answers: tuple[tuple[str, str], ...],
    person: str | None,
    **_: Any,
) -> None:
    """Print what would run where, why a step is left out, and what refuses it. Runs nothing.

    With --runbook it is the same as `foredeck runbook plan`; PROJECT is then needed only where several have one of that
    name.
    """
    from bot import terminal
    from engine.services import deployments, runbooks
    from engine.services.choices import Choices

    if typed and version not in ("", typed):
        raise click.UsageError(f"Two versions: {typed} and {version}. Say one.")
    version = version or typed
    _refuse_half(project=project, version=version, runbook=runbook, draft=draft)
    choices = Choices(skip=skip, on=on, without=without, guided=guided, answers=answers)
    who = acting(db, person) if person else None
    if runbook:
        shown = runbooks.preview(
            db,
            utc_now(),
            person=who,
            name=runbook,
            environment=environment,
            project=project,
            choices=choices,
            is_draft=draft,
        )
    else:
        shown = deployments.preview(
            db,
            project=project,
            version=version,
            environment=environment,
            choices=choices,
            person=who,
            now=utc_now(),
        )
    click.echo(terminal.plan(shown))


def _refuse_half(*, project: str, version: str, runbook: str, draft: bool) -> None:
    """A release needs its project and version; what has no release has no version."""
    if runbook and version:
        raise click.UsageError(f"A runbook has no version: say --runbook {runbook}@2 for what was published before.")
    if draft and not runbook:
        raise click.UsageError("Only a runbook has a draft: say which with --runbook.")
    if not runbook and not (project and version):
        raise click.UsageError("Say PROJECT and VERSION, or --runbook NAME.")


COMMANDS = (plan,)
