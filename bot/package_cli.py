"""The commands about packages: `foredeck package push`, `list` and `prune`."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import click

from bot.cli_options import acting, person_option, with_database
from engine.times import utc_now

_CHUNK = 1 << 20
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.2


@click.group()
def package() -> None:
    """Push packages into the built-in feed, and see what there is."""


@package.command("push")
@click.argument("file", type=click.File("rb"))
@click.option("--project", required=True, help="The project that declares it.")
@click.option("--package", "name", default="", help="Which of its packages; the only one when left out.")
@click.option("--version", default="", help="Read from the file's name when left out, as in web-1.4.0.tgz.")
@person_option
@with_database
def push(
    db: Any, state: Path, file: BinaryIO, project: str, name: str, version: str, person: str | None, **_: Any
) -> None:
    """Push FILE into the built-in feed; `-` reads it from a pipe. A version is never changed afterwards."""
    version = version or _version_of(file)
    who = acting(db, person)
    view, is_new = put(db, state, _chunks(file), person=who, project=project, name=name, version=version)
    done = "Pushed" if is_new else "Is there already:"
    click.echo(f"{done} {view.package} {view.version} of {view.project}, {view.size:,} bytes, sha256:{view.digest}")


def put(
    db: Any, state: Path, chunks: Iterable[bytes], *, person: str, project: str, name: str, version: str
) -> tuple[Any, bool]:
    """Keep what these bytes are as a version of a package; how it is known from then on, and whether that is new.

    Raises what `packages.push` raises, and CannotKeep.
    """
    from bot import main as root
    from engine.services import packages

    slug, name = packages.require_push(db, person=person, project=project, package=name, version=version)
    kept = root.keep_package(state, chunks)
    return packages.push(
        db,
        utc_now(),
        person=person,
        project=slug,
        package=name,
        version=version,
        digest=kept.digest,
        size=kept.size,
        format_=kept.format.value,
    )


@package.command("list")
@click.argument("project")
@person_option
@with_database
def list_(db: Any, project: str, person: str | None, **_: Any) -> None:
    """List the versions that are known of a project's packages, newest first."""
    from engine.services import packages

    found = packages.listed(db, person=acting(db, person), project=project)
    for view in found:
        size = f"{view.size:>14,} bytes  sha256:{view.digest[:12]}…" if view.digest else f"{'not looked into':>20}"
        who = f"  by {view.added_by}" if view.added_by else ""
        click.echo(f"{view.package}  {view.version:<20}{size}  {view.added_at:%Y-%m-%d %H:%M}{who}")
    if not found:
        click.echo(f"No versions of packages of {project} are known yet.")


@package.command("prune")
@click.option(
    "--older-than", metavar="DURATION", help="How old, for example 90d; as the configuration says when left out."
)
@click.option("--keep", type=click.IntRange(min=0), help="So many of the newest versions of each package stay.")
@click.option("--project", default="", help="Of this project only.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@person_option
@with_database
def prune(
    db: Any,
    state: Path,
    older_than: str | None,
    keep: int | None,
    project: str,
    dry_run: bool,
    person: str | None,
    **_: Any,
) -> None:
    """Remove pushed versions that no release uses and that are old. What a release was made with stays."""
    from dataclasses import replace

    from bot import main as root
    from engine.services import package_retention as retention

    rules = retention.rules_in_force(db)
    if older_than is not None:
        rules = replace(rules, retention=_span(older_than))
    if keep is not None:
        rules = replace(rules, keep=keep)
    if rules.retention is None:
        raise click.UsageError("Say how old: --older-than 90d, or `built_in_feed: {retention: 90d}` in foredeck.yml.")
    asked: dict[str, Any] = {"person": acting(db, person), "rules": rules, "project": project}
    if dry_run:
        gone = retention.superfluous(db, utc_now(), **asked)
    else:
        gone = retention.prune(db, utc_now(), root.package_files(state), **asked)
    for view in gone:
        click.echo(f"{view.package} {view.version} of {view.project}, {view.size:,} bytes, {view.added_at:%Y-%m-%d}")
    what = "1 version" if len(gone) == 1 else f"{len(gone)} versions"
    done = f"{what} would be removed" if dry_run else f"Removed {what}"
    click.echo(f"{done}, {sum(view.size for view in gone):,} bytes." if gone else "There is nothing to remove.")


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,6})([mhd])", text)
    if found is None:
        raise click.UsageError("--older-than is a whole number and its unit: 30m, 12h or 90d.")
    return int(found[1]) * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[found[2]]


def completed(db: Any, folder: Path, made: Any) -> Any:
    """The release with its packages found. Raises ReleaseRefused, StillLooking."""
    from bot import main as root
    from engine.services import releases
    from engine.services.package_errors import StillLooking

    if made.is_complete:
        return made
    root.look_for_packages(folder, db, made.project, made.version)
    patience = _PATIENCE_SECONDS if root.is_served(folder) else 0
    deadline = time.monotonic() + patience
    while not (found := releases.view(db, project=made.project, version=made.version)).is_complete:
        if time.monotonic() >= deadline:
            why = next((one.trouble for one in found.packages if one.trouble), "its feed has not answered yet")
            raise StillLooking(project=made.project, version=made.version, why=why)
        time.sleep(_LOOK_SECONDS)
    return found


def _version_of(file: BinaryIO) -> str:
    """`1.4.0` of `web-1.4.0.tar.gz` and of `Web.1.4.0.nupkg`. Raises UsageError where none can be seen."""
    name = Path(str(getattr(file, "name", ""))).name
    found = re.search(r"[-_.]v?(\d[0-9A-Za-z.+_-]*?)\.(?:zip|nupkg|jar|tar|tgz|tbz2?|txz|tzst|tar\.\w+)\Z", name)
    if found is None or file is sys.stdin.buffer:
        raise click.UsageError("Say which version it is: --version 1.4.0. It cannot be seen from the file's name.")
    return found[1]


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


COMMANDS = (package,)
