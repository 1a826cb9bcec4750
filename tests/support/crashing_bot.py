"""A bot process with its death built in, from outside: it is started by this module instead of `bot.cli`.

    python -P -m tests.support.crashing_bot TRACE DEATH serve --no-slack …

Every commit that matters is counted and named by the tables it writes, one line each in TRACE. DEATH is `never`,
`before:N` or `after:N`: right before or right after its N-th commit the process kills itself with SIGKILL, so that
nothing of it gets to say or tidy anything. The code of the bot knows nothing of this.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine

_WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) (\w+)")

NOT_COUNTED = frozenset({"folder_states", "revisions"})
"""What every start writes before it works."""


class Commits:
    """Names and counts the commits of this process, and ends it at the one that was chosen."""

    def __init__(self, trace: Path, death: str) -> None:
        self._trace = trace
        self._side, _, number = death.partition(":")
        self._number = int(number or 0)
        self._count = 0
        self._written: dict[int, dict[str, None]] = {}

    def install(self) -> None:
        """Listen to what SQLAlchemy does in this process."""
        event.listen(Engine, "before_cursor_execute", self._note)
        commit, rollback = SQLiteDialect_pysqlite.do_commit, SQLiteDialect_pysqlite.do_rollback
        commits = self

        def do_commit(dialect: SQLiteDialect_pysqlite, connection: Any) -> None:
            written = commits.take(connection)
            counts = any(word.split()[-1] not in NOT_COUNTED for word in written)
            if counts:
                commits.reach("before", written)
            commit(dialect, connection)
            if counts:
                commits.reach("after", written)

        def do_rollback(dialect: SQLiteDialect_pysqlite, connection: Any) -> None:
            commits.take(connection)
            rollback(dialect, connection)

        SQLiteDialect_pysqlite.do_commit = do_commit  # type: ignore[method-assign]
        SQLiteDialect_pysqlite.do_rollback = do_rollback  # type: ignore[method-assign]

    def _note(self, _connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found = _WRITES.match(statement)
        if found:
            verb = found[1].split()[0].lower()
            self._written.setdefault(id(cursor.connection), {})[f"{verb} {found[2]}"] = None

    def take(self, connection: Any) -> dict[str, None]:
        """What was written over this connection since its last commit."""
        return self._written.pop(id(getattr(connection, "dbapi_connection", connection)), {})

    def reach(self, side: str, written: dict[str, None]) -> None:
        """The process is right before or after a commit: the last thing it sees, when it is the chosen one."""
        if side == "before":
            self._count += 1
            with self._trace.open("a") as trace:
                trace.write(f"{self._count} {', '.join(written)}\n")
        if (side, self._count) == (self._side, self._number):
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Install the death, then be the bot."""
    trace, death, *arguments = sys.argv[1:]
    Commits(Path(trace), death).install()
    from bot import cli

    cli.main(arguments)


if __name__ == "__main__":
    main()
