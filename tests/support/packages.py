"""Packages for tests: small archives, a project that has them, and a finder that looks at once."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from engine.orchestration.finding import Finder
from engine.services import packages
from engine.services.views import PackageView
from tests.support.engine import BUILD_ONLY, Deck
from workers.packages.feeds import PackageFeeds
from workers.packages.store import PackageStore


def an_archive(files: Mapping[str, str] | None = None) -> bytes:
    """A tar with these files, gzipped."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in (files or {"index.html": "<h1>Hello</h1>"}).items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def with_packages(deck: Deck, declared: str, process: str = BUILD_ONLY) -> Deck:
    """The project `web` with this under `packages:`."""
    return deck.configured(process, {"projects/web/project.yml": f"slug: web\npackages:\n  {declared}\n"})


def pushed(deck: Deck, version: str, content: bytes = b"", *, by: str = "ana", name: str = "") -> PackageView:
    """Push a package of `web`, as the command line does."""
    slug, name = packages.require_push(deck.db, person=by, project="web", package=name, version=version)
    kept = PackageStore(deck.state / "packages").put([content or an_archive({"version": version})])
    view, _is_new = packages.push(
        deck.db,
        deck.clock(),
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
    Finder(deck.db, deck.clock, PackageFeeds()).look("web", version)


def in_folder(folder: Path, *versions: str) -> Path:
    """A folder with a package of each version."""
    folder.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (folder / f"web-{version}.tgz").write_bytes(an_archive({"version": version}))
    return folder
