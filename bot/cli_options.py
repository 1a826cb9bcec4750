"""What the commands of the command line share: their options, who speaks, and the database they work on."""

from __future__ import annotations

import functools
import getpass
import sys
import tempfile
from collections.abc import Callable, Sized
from pathlib import Path
from typing import Any, TypeVar

import click

from engine.errors import ForedeckError
from engine.times import utc_now

_F = TypeVar("_F", bound=Callable[..., Any])


def state_option(command: _F) -> _F:
    """`--state`."""
    return click.option(
        "--state",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="FOREDECK_STATE",
        default=Path(".foredeck"),
        show_default=True,
        help="Where rows and logs are kept.",
    )(command)


def config_option(command: _F) -> _F:
    """`--config`."""
    return click.option(
        "--config",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="FOREDECK_CONFIG",
        default=Path(),
        show_default="this folder",
        help="The configuration folder.",
    )(command)


def person_option(command: _F) -> _F:
    """`--as`."""
    return click.option(
        "--as",
        "person",
        envvar="FOREDECK_PERSON",
        help="Who you are in the configuration; otherwise your login name.",
    )(command)


def with_database(command: _F) -> _F:
    """Opens the state, loads the configuration folder when there is one, and passes the database on as `db`."""

    @functools.wraps(command)
    def run(state: Path, config: Path, **arguments: Any) -> Any:
        from bot import main as root

        db = root.open_state(state)
        try:
            if (config / "foredeck.yml").exists() and not root.is_served(state):
                _load(db, config)
            return command(db=db, state=state, config=config, **arguments)
        finally:
            db.close()

    return state_option(config_option(run))  # type: ignore[return-value]


def with_database_to_look_at(command: _F) -> _F:
    """The same for what only looks: where no state is yet, none is left behind."""
    opened = with_database(command)

    @functools.wraps(opened)
    def run(state: Path, **arguments: Any) -> Any:
        from bot import main as root

        if root.has_state(state):
            return opened(state=state, **arguments)
        with tempfile.TemporaryDirectory(prefix="foredeck-") as passing:
            return opened(state=Path(passing), **arguments)

    return run  # type: ignore[return-value]


def _load(db: Any, config: Path) -> None:
    """Put the folder in force. A broken one is told, and ends the command where nothing was in force before."""
    from engine.services import configuration

    loaded = configuration.load_folder(db, utc_now(), config)
    if not loaded.problems:
        return
    print_problems(loaded.problems)
    in_force = f"; revision {loaded.revision} stays in force" if loaded.revision else ""
    click.echo(f"The configuration in {config} is broken{in_force}.", err=True)
    if not loaded.revision:
        sys.exit(1)


def counted(problems: Sized) -> str:
    """`1 problem`, `2 problems`."""
    return f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"


def print_problems(problems: tuple[Any, ...]) -> None:
    """Each on its line, on stderr."""
    for problem in problems:
        click.echo(str(problem), err=True)


def acting(db: Any, person: str | None) -> str:
    """The slug of who speaks: `--as`, else the login name. Raises UnknownPerson, UsageError."""
    from engine.services import access

    if person:
        return access.person_by_slug(db, person).slug
    try:
        return access.person_by_slug(db, getpass.getuser()).slug
    except ForedeckError as error:
        raise click.UsageError(f"Who are you? Say it with --as PERSON. {error.hint}") from None


def pairs(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in given:
        name, is_pair, value = text.partition("=")
        if not is_pair or not name.strip():
            raise click.BadParameter("it is written NAME=VALUE.")
        pairs.append((name.strip(), value))
    return tuple(pairs)


def listed(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """`--on a,b` is `--on a --on b`: as it is typed in the chat."""
    return tuple(word for text in given for word in (part.strip() for part in text.split(",")) if word)
