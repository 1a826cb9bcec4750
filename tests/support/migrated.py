"""A database that is migrated already. Migrating takes longer than most tests, and it always comes to the same."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event

from engine.database import Database, open_database


def lay_migrated(path: Path) -> None:
    """Put a copy of an empty database at `path`, unless one is there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(_empty())


def open_migrated(path: Path) -> Database:
    """Open the database at `path` as the bot does, begun as a copy; no test pulls the plug, so nothing is synced."""
    lay_migrated(path)
    database = open_database(path)
    database.engine.dispose()
    event.listen(database.engine, "connect", _unsynced)
    return database


def _unsynced(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@cache
def _empty() -> bytes:
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "foredeck.db"
        open_database(path).close()  # the last one that closes moves all of the log into the file
        return path.read_bytes()
    finally:
        shutil.rmtree(folder)
