"""The migrations: they make what the models say, the head is the newest, and data survives them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from engine.database import open_database
from engine.migrations import apply
from engine.migrations.head import HEAD
from engine.models import Base


def test_the_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    db = open_database(tmp_path / "foredeck.db")
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []
    db.close()


def test_checks_and_partial_indexes_are_there_too(tmp_path: Path) -> None:
    """What Alembic's comparison does not see."""
    migrated = open_database(tmp_path / "migrated.db")
    with migrated.engine.connect() as connection:
        statements = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    migrated.close()
    by_name = dict(tuple(row) for row in statements)
    assert "holds_place" in by_name["uq_tasks_place_held"].partition("WHERE")[2]
    assert "pending" in by_name["uq_outbox_pending"].partition("WHERE")[2]
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            if constraint.__visit_name__ == "check_constraint":
                assert str(constraint.name) in by_name[table.name]


def test_the_noted_head_is_the_head_and_there_is_only_one() -> None:
    assert ScriptDirectory.from_config(apply.configuration()).get_heads() == [HEAD]


def test_opening_again_migrates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "foredeck.db"
    open_database(path).close()
    db = open_database(path)
    with db.read() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    db.close()


def test_alembic_is_not_imported_when_there_is_nothing_to_migrate(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "foredeck.db"
    open_database(path).close()
    code = (
        "import sys, pathlib; from engine.database import open_database; "
        f"open_database(pathlib.Path({str(path)!r})).close(); print('alembic' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_a_task_of_before_prompts_was_asked_nothing(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'foredeck.db'}")
    config = apply.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        columns = {row[1]: str(row[2]) for row in connection.execute(text("PRAGMA table_info(tasks)"))}
        assert "form_values" not in columns
        values = ["0" if kind in {"INTEGER", "BOOLEAN"} else "'Queued'" for kind in columns.values()]
        connection.execute(text(f"INSERT INTO tasks ({', '.join(columns)}) VALUES ({', '.join(values)})"))
        command.upgrade(config, "0005")
        assert connection.scalar(text("SELECT form_values FROM tasks")) == "{}"
    engine.dispose()
