"""The command about the files that scripts gave to be kept: `foredeck artifacts`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from bot.cli_options import acting, person_option, with_database


@click.command()
@click.argument("number", type=int)
@click.option("--save", type=click.Path(path_type=Path), metavar="FOLDER", help="Copy them into this folder.")
@person_option
@with_database
def artifacts(db: Any, state: Path, number: int, save: Path | None, person: str | None, **_: Any) -> None:
    """List the files that the scripts of deployment NUMBER gave to be kept, or copy them."""
    from bot import main as root
    from bot.messages.artifacts import size
    from engine.services import artifacts as kept
    from engine.services import tasks

    tasks.authorised_view(db, number, acting(db, person))
    found = kept.of_task(db, number)
    if not found:
        click.echo(f"Deployment #{number} has no artifacts.")
    for view in found:
        place = f"{view.step} on {view.machine}" if view.machine else view.step
        if view.path is None:
            click.echo(f"{view.name}  of {place}: removed, as it is too old", err=save is not None)
        elif save is not None:
            folder = save / _part(view.step) / _part(view.machine or ".")
            click.echo(_copy(kept.content(view, root.sealer_of(state)), folder, view.name))
        else:
            secret = "  holds a secret" if view.holds_secret else ""
            click.echo(f"{view.name}  {size(view.size)}  of {place}  sha256:{view.digest}{secret}")
    if save is not None and any(view.path is None for view in found):
        sys.exit(1)


def _copy(content: Iterable[bytes], folder: Path, name: str) -> str:
    """Write it under its name, or under one that is free; what is there already is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / _part(name)
    place, count = wanted, 1
    while place.exists() or place.is_symlink():
        count += 1
        place = wanted.with_stem(f"{wanted.stem}-{count}")
    with place.open("xb") as file:
        file.writelines(content)
    return str(place)


def _part(name: str) -> str:
    """As one part of a path that leads nowhere else."""
    return "artifact" if name == ".." else name.replace("/", "_")


COMMANDS = (artifacts,)
