"""The command line: the same services as in Slack, for terminals and scripts, and the commands that start things."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from bot import (
    artifacts_cli,
    decisions_cli,
    emergency_cli,
    machine_cli,
    package_cli,
    plan_cli,
    queue_cli,
    release_cli,
    runbook_cli,
    variables_cli,
    workers_cli,
)
from bot.cli_options import (
    acting,
    config_option,
    counted,
    listed,
    pairs,
    person_option,
    print_problems,
    state_option,
    with_database,
)
from engine.errors import ForedeckError
from engine.times import utc_now


class _Commands(click.Group):
    """Shows our own errors as two lines instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit code 1 for what went wrong, 2 for wrong usage."""
        try:
            return super().invoke(ctx)
        except ForedeckError as error:
            click.echo(f"Error: {error}", err=True)
            for line in filter(None, (error.hint, _way_on(error))):
                click.echo(f"  {line}", err=True)
            ctx.exit(1)


def _way_on(error: ForedeckError) -> str:
    """What can be added to the command to get past a lock or a freeze."""
    from engine.services.queue_errors import Held

    if not isinstance(error, Held):
        return ""
    if error.is_lock:
        return "Add --queue to wait behind it."
    if error.may_pass:
        return "Add --override and --because to pass it."
    return f'Add --at "{error.opens_typed}" to begin when it ends.' if error.opens_typed else ""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="foredeck")
def main() -> None:
    """Deploy from Slack, and from here."""
    if not sys.platform.startswith("linux"):
        click.echo("Foredeck runs on Linux only: its runner needs /proc and sessions of Linux.", err=True)
        sys.exit(1)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
def check(folder: Path) -> None:
    """Report all problems of a configuration folder at once."""
    from engine import definitions

    problems = definitions.check(folder)
    errors = [problem for problem in problems if problem.severity == "error"]
    print_problems(problems)
    if errors:
        click.echo(f"{counted(errors)}.", err=True)
        sys.exit(1)
    loaded = definitions.load(folder)
    click.echo(
        f"Good. Projects: {len(loaded.projects)}, environments: {len(loaded.environments)}, "
        f"people: {len(loaded.people)}, workers: {len(loaded.workers)}."
    )


def _way(*, queue: bool, override: bool, emergency: bool, **_: Any) -> Any:
    """Past what is in the way: behind a lock, past a freeze, both, or past all that an emergency may."""
    from engine.services.gates import Way

    way = Way.QUEUE if queue else Way.NONE
    if emergency:
        return Way.EMERGENCY
    return way.overriding if override else way


@main.command()
@click.argument("project")
@click.argument("version")
@click.option("--to", "environment", required=True, help="The environment.")
@click.option("--follow", is_flag=True, help="Show it until it is over; exit code 1 when it fails.")
@click.option("--create-release", is_flag=True, help="Create the release first when it does not exist.")
@click.option("--skip", multiple=True, help="A step to leave out; may be given several times.")
@click.option("--at", default="", metavar="TIME", help="Begin later, e.g. '22:00', 'tomorrow 06:30', 'in 2h'.")
@click.option("--until", default="", metavar="TIME", help="Do not begin after that.")
@click.option("--because", "reason", default="", help="Why; shown on the card.")
@click.option("--queue", is_flag=True, help="Wait behind a lock instead of being refused.")
@click.option("--override", is_flag=True, help="Pass a freeze; needs --because and a permission.")
@click.option("--emergency", is_flag=True, help="Pass all rules that one may; needs --because.")
@click.option("--yes", is_flag=True, help="With --emergency: do not ask once more.")
@click.option("--guided/--unguided", "guided", default=None, help="Ask somebody when a step fails, or not.")
@click.option(
    "--on",
    multiple=True,
    callback=listed,
    metavar="TARGET",
    help="Only there: `a,b`, `web-*`.",
)
@click.option("--not-on", "without", multiple=True, callback=listed, metavar="TARGET", help="Not there.")
@click.option("--with", "answers", multiple=True, metavar="NAME=VALUE", callback=pairs, help="An answer to a prompt.")
@person_option
@with_database
def deploy(
    db: Any,
    state: Path,
    project: str,
    version: str,
    environment: str,
    follow: bool,
    create_release: bool,
    skip: tuple[str, ...],
    at: str,
    until: str,
    reason: str,
    yes: bool,
    guided: bool | None,
    on: tuple[str, ...],
    without: tuple[str, ...],
    answers: tuple[tuple[str, str], ...],
    person: str | None,
    **ways: bool,
) -> None:
    """Deploy a release of PROJECT."""
    from bot import main as root
    from bot import terminal
    from engine.services import deployments
    from engine.services.choices import Choices

    def request(choices: Choices) -> Any:
        return deployments.request(
            db,
            utc_now(),
            person=acting(db, person),
            project=project,
            version=version,
            environment=environment,
            create_release=create_release,
            choices=choices,
        )

    choices = Choices(
        skip=skip,
        at=at,
        until=until,
        reason=reason,
        way=_way(**ways),
        answers=answers,
        guided=guided,
        on=on,
        without=without,
    )
    task = emergency_cli.confirmed(request, choices, yes=yes)
    root.look_for_packages(state, db, task.project, task.version)
    click.echo(f"Deployment #{task.number}: {task.project} {task.version} to {task.environment}")
    if task.waiting:
        click.echo(f"{task.waiting.text[:1].upper()}{task.waiting.text[1:]}.")
    if follow:
        sys.exit(terminal.follow(db, state, task.number))
    if not root.is_served(state):
        click.echo("It is queued. Nothing works on it now: start `foredeck serve`, or use --follow.")


@main.command()
@click.argument("what", required=False)
@person_option
@with_database
def status(db: Any, what: str | None, person: str | None, **_: Any) -> None:
    """Show what runs and waits; one deployment, by its number; or what is live where, of a project."""
    from bot import terminal
    from engine.services import configuration, live, tasks

    who = acting(db, person)
    if what is not None and what.removeprefix("#").isdecimal():
        click.echo(terminal.task(tasks.authorised_view(db, int(what.removeprefix("#")), who)))
        return
    if what is not None:
        click.echo(terminal.live(live.of_project(db, person=who, project=what)))
        return
    click.echo(terminal.overview(tasks.active(db, who), tasks.recent(db, who)))
    problems = configuration.problems_of_folder(db)
    if problems:
        click.echo(f"The configuration folder is broken ({counted(problems)}); see `foredeck check`.", err=True)


@main.command()
@click.argument("number", type=int)
@person_option
@with_database
def logs(db: Any, number: int, person: str | None, **_: Any) -> None:
    """Print the whole log of deployment NUMBER."""
    from bot import terminal
    from engine.services import tasks

    terminal.print_logs(db, tasks.authorised_view(db, number, acting(db, person)))


@main.command()
@click.argument("number", type=int)
@person_option
@with_database
def cancel(db: Any, number: int, person: str | None, **_: Any) -> None:
    """Cancel deployment NUMBER."""
    from engine.services import tasks

    task = tasks.cancel(db, utc_now(), person=acting(db, person), number=number)
    click.echo(f"Deployment #{task.number} is being canceled.")


@main.command()
@state_option
@config_option
def reload(state: Path, config: Path) -> None:
    """Load the configuration folder; a broken one changes nothing."""
    from bot import main as root
    from engine.services import configuration

    db = root.open_state(state)
    try:
        loaded = configuration.load_folder(db, utc_now(), config)
    finally:
        db.close()
    if loaded.problems:
        print_problems(loaded.problems)
        kept = f"Revision {loaded.revision} stays in force." if loaded.revision else "Nothing is in force."
        click.echo(f"{counted(loaded.problems)}. {kept}", err=True)
        sys.exit(1)
    if not loaded.is_new:
        click.echo(f"Nothing changed; revision {loaded.revision} is in force.")
        return
    for line in loaded.difference[:20]:
        click.echo(f"  {line}")
    click.echo(f"Revision {loaded.revision} is in force.")


@main.command()
@click.option("--slack/--no-slack", default=True, help="Without Slack it only runs what the command line asks for.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning"]), default="info", show_default=True)
@state_option
@config_option
def serve(slack: bool, log_level: str, state: Path, config: Path) -> None:
    """Run the bot. Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN in the environment."""
    from bot import main as root
    from bot.settings import SlackSettings

    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    root.serve(state, config, SlackSettings.from_environment(os.environ) if slack else None)


@main.command()
@click.option("--command", "command", default=None, metavar="/NAME", help="Use this instead of /deploy.")
def manifest(command: str | None) -> None:
    """Print the Slack app manifest to paste when creating the app."""
    from bot import manifest as manifests

    click.echo(manifests.text(command=command), nl=False)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8040, show_default=True)
@click.option("--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None)
@click.option("--bot-token", default=None, help="Default: a fixed one of the sandbox.")
@click.option("--app-token", default=None)
@click.option("--signing-secret", default=None)
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), default=None, help="Keep everything there.")
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Append a transcript.")
def sandbox(state: Path | None, **given: Any) -> None:
    """Run a Slack-compatible workspace on this machine, with a page to use it in."""
    from bot.sandbox import options, server
    from bot.sandbox.errors import SandboxUnusable

    try:
        server.serve(options.SandboxOptions(state_dir=state, **given))
    except SandboxUnusable as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8040, show_default=True, help="Of the page.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".foredeck/demo"),
    show_default=True,
    help="Where the demo keeps everything; it continues where it was.",
)
def demo(port: int, state: Path) -> None:
    """Start a workspace, the bot and something to deploy, all on this machine."""
    from bot.demo import show

    sys.exit(show.run(port, state.resolve()))


for _module in (
    artifacts_cli,
    decisions_cli,
    queue_cli,
    emergency_cli,
    runbook_cli,
    machine_cli,
    workers_cli,
    package_cli,
    plan_cli,
    release_cli,
    variables_cli,
):
    for _command in _module.COMMANDS:
        main.add_command(_command)

if __name__ == "__main__":
    main()
