"""The database: one writer at a time, whole transactions, times with their zone, and no second migration."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from engine.database import Database, NewerDatabase, open_database
from engine.models import FolderState, GroupMembers

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path / "state" / "foredeck.db")


def group(name: str, at: datetime = NOON) -> GroupMembers:
    return GroupMembers(slack_group=name, members=[], fetched_at=at)


def test_only_its_owner_can_read_it(db: Database) -> None:
    assert stat.S_IMODE(db.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(db.path.parent.stat().st_mode) == 0o700


def test_a_block_that_raises_writes_nothing(db: Database) -> None:
    def write_and_break() -> None:
        with db.write() as session:
            session.add(group("S1"))
            session.flush()
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        write_and_break()
    with db.read() as session:
        assert session.get(GroupMembers, "S1") is None
    with db.write() as session:  # and the lock was let go
        session.add(group("S1"))


def test_whoever_listens_hears_of_commits_after_they_can_be_seen(db: Database) -> None:
    seen: list[int] = []

    def listen() -> None:
        with db.read() as session:
            seen.append(len(session.scalars(select(GroupMembers)).all()))

    db.on_commit(listen)
    with db.write() as session:
        session.add(group("S1"))
        assert seen == []
    with db.write() as session:
        session.add(group("S2"))
    assert seen == [1, 2]


def test_a_broken_write_is_not_announced(db: Database) -> None:
    seen: list[int] = []
    db.on_commit(lambda: seen.append(1))

    def break_it() -> None:
        with db.write() as session:
            session.add(FolderState(source="x", checked_at=None, problems=[]))

    with pytest.raises(IntegrityError):
        break_it()
    assert seen == []


def test_thirty_two_writers_that_read_first_lose_no_update(db: Database) -> None:
    with db.write() as session:
        session.add(group("S1"))

    def count_up() -> None:
        for _ in range(10):
            with db.write() as session:
                row = session.get_one(GroupMembers, "S1")
                row.members = [*row.members, "x"]

    threads = [threading.Thread(target=count_up) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as session:
        assert len(session.get_one(GroupMembers, "S1").members) == 320


def _count_up_elsewhere(path: Path) -> None:
    db = open_database(path)
    for _ in range(20):
        with db.write() as session:
            row = session.get_one(GroupMembers, "S1")
            row.members = [*row.members, "x"]


def test_other_processes_wait_for_the_write_lock_too(db: Database) -> None:
    with db.write() as session:
        session.add(group("S1"))
    spawning = multiprocessing.get_context("spawn")
    children = [spawning.Process(target=_count_up_elsewhere, args=(db.path,)) for _ in range(3)]
    for child in children:
        child.start()
    _count_up_elsewhere(db.path)
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    with db.read() as session:
        assert len(session.get_one(GroupMembers, "S1").members) == 80


def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_it(db: Database) -> None:
    with db.write() as session:
        session.add(group("S1"))
        session.flush()
        with db.read() as reading:
            assert reading.get(GroupMembers, "S1") is None


def test_a_reader_sees_one_moment(db: Database) -> None:
    with db.read() as reading:
        assert reading.scalars(select(GroupMembers)).all() == []
        with db.write() as session:
            session.add(group("S1"))
        assert reading.scalars(select(GroupMembers)).all() == []


def test_moments_come_back_in_utc_with_their_zone(db: Database) -> None:
    vienna = datetime(2026, 5, 4, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with db.write() as session:
        session.add(group("S1", vienna))
    with db.read() as session:
        found = session.get_one(GroupMembers, "S1").fetched_at
    assert found == vienna
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    def store() -> None:
        with db.write() as session:
            session.add(group("S1", datetime(2026, 5, 4)))  # noqa: DTZ001 - that is the point

    with pytest.raises(StatementError, match="without a time zone"):
        store()


def test_foreign_keys_are_checked_and_every_commit_is_on_the_disk(db: Database) -> None:
    with db.read() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"


def _open_elsewhere(path: Path) -> None:
    open_database(path).close()


def test_processes_that_open_a_new_folder_at_once_migrate_it_once(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    path = tmp_path / "state" / "foredeck.db"
    children = [spawning.Process(target=_open_elsewhere, args=(path,)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0, 0]


def test_a_database_of_a_newer_version_is_left_alone_and_said_so(db: Database) -> None:
    db.close()
    with sqlite3.connect(db.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(NewerDatabase) as caught:
        open_database(db.path)
    assert str(caught.value).startswith("This database was migrated by a newer Foredeck (its schema is 9999;")
