"""Packages for tests: small archives, a project that has them, and a finder that looks at once."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from engine.database import Database
from engine.orchestration.finding import Finder
from engine.services import packages
from engine.services.views import PackageView
from engine.times import utc_now
from tests.support.engine import BUILD_ONLY, Deck
from workers.packages.feeds import PackageFeeds
from workers.packages.shelf import PackageShelf
from workers.packages.store import PackageStore


def an_archive(files: Mapping[str, str] | None = None) -> bytes:
    """A tar with these files, gzipped; the same files make the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in (files or {"index.html": "<h1>Hello</h1>"}).items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(buffer.getvalue(), mtime=0)


def with_packages(deck: Deck, declared: str, process: str = BUILD_ONLY) -> Deck:
    """The project `web` with this under `packages:`."""
    return deck.configured(process, {"projects/web/project.yml": f"slug: web\npackages:\n  {declared}\n"})


def pushed(deck: Deck, version: str, content: bytes = b"", **more: str) -> PackageView:
    """Push a package of `web`, as the command line does."""
    return push(deck.db, deck.state, version, content or an_archive({"version": version}), **more)


def push(
    db: Database, state: Path, version: str, content: bytes, *, by: str = "ana", project: str = "web", package: str = ""
) -> PackageView:
    """The same into this state folder."""
    slug, name = packages.require_push(db, person=by, project=project, package=package, version=version)
    kept = PackageStore(state / "packages").put([content])
    view, _is_new = packages.push(
        db,
        utc_now(),
        person=by,
        project=slug,
        package=name,
        version=version,
        digest=kept.digest,
        size=kept.size,
        format_=kept.format.value,
    )
    return view


def looks(deck: Deck, version: str) -> None:
    """The feeds are asked for what this release of `web` is made with."""
    Finder(deck.db, deck.clock, PackageFeeds(PackageShelf(deck.state / "packages"))).look("web", version)


def in_folder(folder: Path, *versions: str) -> Path:
    """A folder with a package of each version."""
    folder.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (folder / f"web-{version}.tgz").write_bytes(an_archive({"version": version}))
    return folder
