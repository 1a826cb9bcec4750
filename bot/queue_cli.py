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


@click.command()
@click.argument("number", type=int)
@click.option("--on", "machines", multiple=True, metavar="MACHINE", help="Only of what runs there; several times.")
@person_option
@with_database
def abandon(db: Any, number: int, machines: tuple[str, ...], person: str | None, **_: Any) -> None:
    """Let go of deployment NUMBER, whose cancel is stuck; what it started may still run."""
    from engine.services import tasks

    task = tasks.abandon(db, utc_now(), person=acting(db, person), number=number, machines=machines)
    what = f"What deployment #{task.number} runs on {', '.join(machines)}" if machines else f"Deployment #{task.number}"
    click.echo(f"{what} is abandoned; look {'there' if machines else 'on its machines'} what still runs.")


@click.command()
@click.argument("project", required=False)
@click.option("--because", "reason", default="", help="Why; shown on the cards that wait.")
@person_option
@with_database
def pause(db: Any, project: str | None, reason: str, person: str | None, **_: Any) -> None:
    """Let nothing new begin, of PROJECT or at all; what runs goes on."""
    from engine.services import holds

    hold = holds.pause(db, utc_now(), person=acting(db, person), project=project, reason=reason)
    click.echo(f"Paused: {hold.what}. `foredeck resume{f' {hold.project}' if hold.project else ''}` ends it.")


@click.command()
@click.argument("project", required=False)
@person_option
@with_database
def resume(db: Any, project: str | None, person: str | None, **_: Any) -> None:
    """Let PROJECT, or the whole queue, go on after a pause."""
    from engine.services import holds

    hold = holds.resume(db, utc_now(), person=acting(db, person), project=project)
    click.echo(f"Resumed: {hold.what}.")


@click.command()
@click.option("--because", "reason", default="", help="Why; shown on the cards that wait.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until nothing runs any more.")
@click.option("--end", is_flag=True, help="Let new work begin again.")
@person_option
@with_database
def drain(db: Any, reason: str, wait: bool, end: bool, person: str | None, **_: Any) -> None:
    """Let nothing new begin and say when nothing runs: then Foredeck can be stopped. It lasts until --end."""
    from bot import terminal
    from engine.services import holds
    from engine.services.queue_errors import AlreadyDraining

    who = acting(db, person)
    if end:
        holds.end_drain(db, utc_now(), person=who)
        click.echo("New work begins again.")
        return
    try:
        holds.drain(db, utc_now(), person=who, reason=reason)
    except AlreadyDraining as error:
        click.echo(str(error))
    if wait:
        terminal.wait_until_nothing_runs(db)
    click.echo("Nothing new begins until `foredeck drain --end`.")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="ENVIRONMENT [PROJECT]")
@click.option("--because", "reason", required=True, help="Why; shown to who has to wait.")
@click.option("--until", default="", metavar="TIME", help="8 hours when left out.")
@click.option("--take", is_flag=True, help="From whoever has it; they are told.")
@person_option
@with_database
def lock(db: Any, names: tuple[str, ...], reason: str, until: str, take: bool, person: str | None, **_: Any) -> None:
    """Keep an environment, or a project in it, for yourself; others queue behind it."""
    from engine.services import holds, locks

    who = acting(db, person)
    hold = locks.lock(db, utc_now(), person=who, names=names, reason=reason, until=until, take=take)
    click.echo(f"{holds.headline_of(hold)}. `foredeck unlock {' '.join(names)}` ends it.")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="ENVIRONMENT [PROJECT]")
@person_option
@with_database
def unlock(db: Any, names: tuple[str, ...], person: str | None, **_: Any) -> None:
    """Release a lock."""
    from engine.services import holds, locks

    hold = locks.unlock(db, utc_now(), person=acting(db, person), names=names)
    click.echo(f"Unlocked: {holds.scope(hold)}.")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[ENVIRONMENT] [PROJECT]")
@click.option("--until", required=True, metavar="TIME", help="e.g. 'Monday 08:00', 'in 2h'.")
@click.option("--because", "reason", required=True, help="Why; shown to who is refused.")
@person_option
@with_database
def freeze(db: Any, names: tuple[str, ...], until: str, reason: str, person: str | None, **_: Any) -> None:
    """Let nothing begin in an environment, of a project, or both, until then."""
    from engine.services import freezes, holds

    hold = freezes.freeze(db, utc_now(), person=acting(db, person), names=names, until=until, reason=reason)
    click.echo(f"{holds.headline_of(hold)}. `foredeck thaw {' '.join(names)}` ends it.")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[ENVIRONMENT] [PROJECT]")
@person_option
@with_database
def thaw(db: Any, names: tuple[str, ...], person: str | None, **_: Any) -> None:
    """End a freeze."""
    from engine.services import freezes, holds

    hold = freezes.thaw(db, utc_now(), person=acting(db, person), names=names)
    click.echo(f"Thawed: {holds.scope(hold)}.")


@click.command()
@click.argument("project", required=False)
@with_database
def triggers(db: Any, project: str | None, **_: Any) -> None:
    """List when each trigger fires next, or what it waits for, of PROJECT or of all."""
    from engine.services import triggers as services

    found = services.upcoming(db, project)
    for view in found:
        last = f"; the last time: {view.last_outcome}" if view.last_outcome else ""
        last = f"; the last one: #{view.last_task}" if view.last_task else last
        what = f"runbook {view.runbook} in" if view.runbook else "to"
        comes = f", next {view.next_spelled}" if view.next_spelled else ""
        click.echo(f"{view.project} {view.slug} {what} {view.environment}: {view.schedule}{comes}{last}")
    if not found:
        click.echo("No triggers.")


COMMANDS = (queue, pause, resume, drain, abandon, lock, unlock, freeze, thaw, triggers)
