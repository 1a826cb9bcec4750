"""The database: how it is opened, locked and migrated. SQLite by default; one writer at a time in a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy import Engine as SqlalchemyEngine
from sqlalchemy.orm import Session

from engine.errors import ForedeckError


class NewerDatabase(ForedeckError):
    """A newer Foredeck has migrated it."""

    message = "This database was migrated by a newer Foredeck (its schema is {found}; this one knows {known})."
    hint_text = "Start the newer version again, or restore the backup from before the update."


BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another process's write lock; the net beneath our own lock."""


class Database:
    """Opens sessions. `write()` is one short transaction under the process-wide write lock; `read()` takes no lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self.engine = create_engine(f"sqlite:///{path}", pool_size=64, max_overflow=64, connect_args={"timeout": 30})
        event.listen(self.engine, "connect", _prepare_connection)
        event.listen(self.engine, "begin", _begin)

    @contextmanager
    def write(self, *, quiet: bool = False) -> Iterator[Session]:
        """One transaction that may write. Commits at the end; nothing is written when the block raises.

        `quiet`: a note of progress after which nobody has to do anything, so nobody is woken.
        """
        writing = self.engine.execution_options(foredeck_write=True)
        with self._write_lock, Session(writing, expire_on_commit=False) as session, session.begin():
            yield session
        if quiet:
            return
        for listener in tuple(self._listeners):
            listener()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view, without a lock; nothing may be written."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call this after every committed write of this process that is not quiet, outside any lock. Must be quick and
        not raise.
        """
        self._listeners.append(listener)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(path: Path) -> Database:
    """Open the database at `path`, made and migrated when needed (0600, its folder 0700)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)
    database = Database(path)
    migrate(database.engine)
    return database


def migrate(sqlalchemy_engine: SqlalchemyEngine) -> None:
    """Bring the schema to the newest revision. Alembic is imported only when there is something to do (memory)."""
    from engine.migrations.head import HEAD

    with sqlalchemy_engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if found == HEAD:
                return
            if str(found) > HEAD:
                raise NewerDatabase(found=found, known=HEAD)
    from engine.migrations.apply import upgrade

    upgrade(sqlalchemy_engine)


def _prepare_connection(connection: Any, _record: object) -> None:
    # We begin transactions ourselves: the driver's implicit BEGIN is deferred and fails at once on read-then-write.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("foredeck_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
