"""Applies the revisions. Imports Alembic, so it is itself imported only when there is something to apply."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine as SqlalchemyEngine


def configuration() -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(sqlalchemy_engine: SqlalchemyEngine) -> None:
    """Migrate to the newest revision; foreign keys are off meanwhile and checked at the end."""
    config = configuration()
    with sqlalchemy_engine.connect() as connection:
        raw = connection.execution_options(foredeck_write=True)
        is_sqlite = raw.dialect.name == "sqlite"
        if is_sqlite:
            # Has no effect inside a transaction, so it goes to the driver before one is begun.
            raw.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with raw.begin():
            config.attributes["connection"] = raw
            command.upgrade(config, "head")
            if is_sqlite and raw.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration left dangling references; nothing was changed")
        if is_sqlite:
            raw.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
