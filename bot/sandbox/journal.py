"""What survives: one table of JSON documents in SQLite, written before anybody is told. Without a folder, nothing."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.sandbox.errors import SandboxUnusable
from bot.sandbox.json_types import JsonObject

SCHEMA = "CREATE TABLE IF NOT EXISTS documents (kind TEXT, id TEXT, document TEXT NOT NULL, PRIMARY KEY (kind, id))"


class Journal:
    """Changes gather in `put` and `drop`; `flush` writes them in one transaction, so a kill leaves the state whole."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._changed: dict[tuple[str, str], JsonObject | None] = {}
        self._db = _opened(folder) if folder is not None else None

    def put(self, kind: str, key: str, document: JsonObject) -> None:
        """Remember to write this; it is serialised at the flush, so later changes before it are included."""
        if self._db is not None:
            self._changed[kind, key] = document

    def drop(self, kind: str, key: str) -> None:
        """Remember to forget this."""
        if self._db is not None:
            self._changed[kind, key] = None

    def flush(self) -> None:
        """Write what gathered. A crash of the process loses nothing after this; only a power cut might."""
        if self._db is None or not self._changed:
            return
        changed, self._changed = self._changed, {}
        gone = [key for key, document in changed.items() if document is None]
        kept = [(*key, json.dumps(document)) for key, document in changed.items() if document is not None]
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany("DELETE FROM documents WHERE kind = ? AND id = ?", gone)
            self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", kept)

    def all(self, kind: str) -> Iterator[tuple[str, JsonObject]]:
        """Every document of a kind, in the order of their keys."""
        if self._db is None:
            return
        for key, document in self._db.execute("SELECT id, document FROM documents WHERE kind = ? ORDER BY id", (kind,)):
            yield key, json.loads(document)

    def close(self) -> None:
        """Write the rest and let go of the file."""
        if self._db is not None:
            self.flush()
            self._db.close()
            self._db = None


def _opened(folder: Path) -> sqlite3.Connection:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The event loop's thread is the only one that touches it, but it need not be the one that opened it.
        db = sqlite3.connect(folder / "sandbox.sqlite3", isolation_level=None, check_same_thread=False, timeout=1)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(SCHEMA)
        db.execute("BEGIN IMMEDIATE")
        db.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise SandboxUnusable(
            f"The state folder {folder} cannot be used ({error}). Is another sandbox running on it?"
        ) from error
    return db
