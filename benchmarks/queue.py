"""The queue with 10,000 tasks in line: who begins next, and looking at it; again beside 1,000,000 finished ones."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from benchmarks.calibration import milliseconds, p95
from bot import main as root
from engine.database import Database
from engine.domain.states import TaskState
from engine.models import Task
from engine.orchestration import admitting
from engine.services import configuration, deployments, queues
from engine.times import utc_now

IN_LINE, FINISHED, PROJECTS, ENVIRONMENTS, RUNNING, ROUNDS = 10_000, 1_000_000, 40, 5, 4, 30
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, _queue(Path(folder)) as db:
        _fill(db, RUNNING, TaskState.EXECUTING)
        _fill(db, IN_LINE, TaskState.QUEUED)
        alone = _measure(db, f"{IN_LINE:,} in line")
        _fill(db, FINISHED, TaskState.SUCCESS)
        beside = _measure(db, f"the same beside {FINISHED:,} finished")
        for name, before, after in zip(("choosing", "looking"), alone, beside, strict=True):
            print(f"{name}: {after / before:.2f} × (goal ≤ 1.5)")


def _measure(db: Database, what: str) -> tuple[float, float]:
    with db.read() as session:
        assert admitting.chosen(session), "somebody can begin"
    choosing = [milliseconds(lambda: _choose(db)) for _ in range(ROUNDS)]
    looking = [milliseconds(lambda: queues.view(db, "ana")) for _ in range(ROUNDS)]
    print(what)
    print(f"  next chosen: p50 {statistics.median(choosing):.1f}, p95 {p95(choosing):.1f} ms (goal < 20)")
    print(f"  queue view:  p50 {statistics.median(looking):.1f}, p95 {p95(looking):.1f} ms (goal < 100)")
    return statistics.median(choosing), statistics.median(looking)


def _choose(db: Database) -> None:
    with db.read() as session:
        admitting.chosen(session)


@contextmanager
def _queue(folder: Path) -> Iterator[Database]:
    environments = ", ".join(f"env-{n}: {{}}" for n in range(ENVIRONMENTS))
    main = (
        "foredeck: 1\npeople: {ana: {}}\nteams: {devs: {people: [ana]}}\n"
        "grants: [{team: devs, roles: [deployment_creator, release_creator]}]\n"
        f"environments: {{{environments}}}\n"
    )
    (folder / "config").mkdir()
    (folder / "config" / "foredeck.yml").write_text(main)
    for number in range(PROJECTS):
        project = folder / "config" / "projects" / f"project-{number}"
        project.mkdir(parents=True)
        (project / "project.yml").write_text(f"slug: project-{number}\n")
        (project / "process.yml").write_text("steps: [{step: build, run_script: {inline: echo}}]\n")
    db = root.open_state(folder / "state")
    configuration.load_folder(db, utc_now(), folder / "config")
    deployments.request(
        db, utc_now(), person="ana", project="project-0", version="1.0.0", environment="env-0", create_release=True
    )
    yield db
    db.close()


def _fill(db: Database, count: int, state: TaskState) -> None:
    with db.read() as session:
        pattern = session.get_one(Task, 1)
        highest = session.query(Task.id).order_by(Task.id.desc()).limit(1).scalar() or 0
    for start in range(0, count, 50_000):
        rows = [_row(pattern, highest + 1 + number, state) for number in range(start, min(count, start + 50_000))]
        with db.write() as session:
            session.execute(insert(Task), rows)


def _row(pattern: Task, number: int, state: TaskState) -> dict[str, object]:
    project, environment = f"project-{number % PROJECTS}", f"env-{number % ENVIRONMENTS}"
    at = _BEGIN + timedelta(seconds=number)
    return {
        "id": number,
        "state": state.value,
        "release_id": pattern.release_id,
        "revision_id": pattern.revision_id,
        "project": project,
        "version": "1.0.0",
        "environment": environment,
        "plan": pattern.plan,
        "place": f"{project}/{environment}",
        "holds_place": state is TaskState.EXECUTING,
        "advance_due": False,
        "in_line": state is TaskState.QUEUED,
        "rank": 3,
        "line": number,
        "requested_by": "ana",
        "queued_at": at,
        "started_at": at,
        "changed_at": at,
    }


if __name__ == "__main__":
    main()
