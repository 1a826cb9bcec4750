"""Keeps a file that a script named: bytes to the disk first, then the row that says whose they are."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.artifacts import ArtifactWriter
from engine.contracts import ArtifactLimits
from engine.database import Database
from engine.definitions import ArtifactRules
from engine.models import Artifact
from engine.ports import Clock
from engine.sealing import Sealer


class Keeping:
    """One file on its way; implements `engine.ports.ArtifactKeeping`."""

    def __init__(
        self, db: Database, clock: Clock, sealer: Sealer, *, task_id: int, run_id: int, number: int, name: str
    ) -> None:
        self._db, self._clock, self._sealer = db, clock, sealer
        self._task_id, self._run_id, self._number, self._name = task_id, run_id, number, name
        self._writer = ArtifactWriter(db.path.parent)

    def write(self, data: bytes) -> None:
        """The file goes on with this."""
        self._writer.write(data)

    def commit(self, *, holds_secret: bool) -> None:
        """Keep it. What an earlier process had kept under the same number is replaced."""
        if holds_secret:
            self._writer.seal(self._sealer)
        self._writer.finish()
        with self._db.write(quiet=True) as session:
            row = session.scalars(
                select(Artifact).where(Artifact.action_run_id == self._run_id, Artifact.number == self._number)
            ).first()
            if row is None:
                row = Artifact(task_id=self._task_id, action_run_id=self._run_id, number=self._number)
                session.add(row)
            row.name, row.digest, row.size = self._name, self._writer.digest, self._writer.size
            row.holds_secret, row.kept_at = holds_secret, self._clock()
            session.flush()
            self._writer.place()

    def discard(self) -> None:
        """Keep nothing."""
        self._writer.discard()


def limits_of(session: Session, rules: ArtifactRules, task_id: int) -> ArtifactLimits:
    """What may be kept of further files of this task."""
    kept = session.scalar(select(func.sum(Artifact.size)).where(Artifact.task_id == task_id)) or 0
    return ArtifactLimits(rules.file_limit, max(0, rules.task_limit - kept))
