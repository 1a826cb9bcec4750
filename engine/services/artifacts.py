"""The files that scripts gave to be kept: telling them in the thread, listing them, and removing what is too old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from engine import artifacts
from engine.database import Database
from engine.domain import plans
from engine.models import ActionRun, Artifact, Task
from engine.sealing import Sealer
from engine.services import configuration, outbox
from engine.services.errors import NoConfiguration

MOST_MACHINES = 10
"""Of so many targets of a step files are attached to the thread; the others have theirs on the command line."""

_AT_ONCE = 200
_PIECE = 1 << 20


@dataclass(frozen=True)
class ArtifactView:
    """A kept file. `path`: where its bytes are, perhaps sealed; None when it is too old and they are gone."""

    id: int
    name: str
    size: int  # bytes
    digest: str  # SHA-256
    step: str  # the name of the step, or of its action
    machine: str  # empty where it came from a worker
    holds_secret: bool
    kept_at: datetime
    removed_at: datetime | None
    path: Path | None


def tell_run(session: Session, now: datetime, task: Task, run: ActionRun) -> None:
    """This run has ended: attach its files to the thread."""
    shown = select(Artifact.id).where(Artifact.action_run_id == run.id, Artifact.holds_secret.is_(False))
    if session.scalar(shown.limit(1)) is None:
        return
    if run.machine:
        of_others = (
            select(func.count(func.distinct(Artifact.action_run_id)))
            .join(ActionRun, ActionRun.id == Artifact.action_run_id)
            .where(ActionRun.task_id == run.task_id, ActionRun.step == run.step, ActionRun.id < run.id)
        )
        if (session.scalar(of_others) or 0) >= MOST_MACHINES:
            return
    outbox.tell_artifacts(session, now, task, run.id)


def of_run(db: Database, run: int) -> tuple[ArtifactView, ...]:
    """The files of this run, in the order in which its script named them. For our own use: asks no permission."""
    return _views(db, select(Artifact).where(Artifact.action_run_id == run).order_by(Artifact.number))


def of_task(db: Database, number: int) -> tuple[ArtifactView, ...]:
    """All files of this task, by run. The caller has asked for the permission to look at it."""
    return _views(
        db, select(Artifact).where(Artifact.task_id == number).order_by(Artifact.action_run_id, Artifact.number)
    )


def content(view: ArtifactView, sealer: Sealer) -> Iterator[bytes]:
    """The bytes of a kept file that is there. Raises OSError, SealBroken."""
    assert view.path is not None  # noqa: S101 - the caller looked
    if view.path.suffix == artifacts.SEALED:
        yield from sealer.unseal_file(view.path)
        return
    with view.path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def prune(db: Database, now: datetime) -> int:
    """Remove the bytes of what is older than the configuration keeps; returns of how many files."""
    state = db.path.parent
    with db.read() as session:
        try:
            rules = configuration.current(session).definitions.artifacts
        except NoConfiguration:  # nothing ran yet
            return 0
        before = now - rules.retention
        too_old = select(Artifact.id).where(Artifact.removed_at.is_(None), Artifact.kept_at < before).limit(_AT_ONCE)
        found = list(session.scalars(too_old))
    if not found:
        return 0
    with db.write(quiet=True) as session:
        digests = set(session.scalars(select(Artifact.digest).where(Artifact.id.in_(found))))
        session.execute(update(Artifact).where(Artifact.id.in_(found)).values(removed_at=now))
        for digest in digests - set(_in_use(session, digests)):
            artifacts.remove(state, digest)
    return len(found)


def _in_use(session: Session, digests: set[str]) -> list[str]:
    still = select(Artifact.digest).where(Artifact.digest.in_(digests), Artifact.removed_at.is_(None))
    return list(session.scalars(still))


def _views(db: Database, query: Select[Artifact]) -> tuple[ArtifactView, ...]:
    with db.read() as session:
        rows = session.scalars(query).all()
        runs = {run: session.get_one(ActionRun, run) for run in {row.action_run_id for row in rows}}
        read = {task: plans.from_json(session.get_one(Task, task).plan) for task in {row.task_id for row in rows}}
        return tuple(_view(db, row, runs[row.action_run_id], read[row.task_id]) for row in rows)


def _view(db: Database, row: Artifact, run: ActionRun, plan: plans.Plan) -> ArtifactView:
    places = [artifacts.path_of(db.path.parent, row.digest, is_sealed=sealed) for sealed in (row.holds_secret, False)]
    there = next((path for path in places if path.exists()), None)  # once, nothing was sealed
    return ArtifactView(
        id=row.id,
        name=row.name,
        size=row.size,
        digest=row.digest,
        step=plan.action(run.step, run.action).name,
        machine=run.machine,
        holds_secret=row.holds_secret,
        kept_at=row.kept_at,
        removed_at=row.removed_at,
        path=there if row.removed_at is None else None,
    )
