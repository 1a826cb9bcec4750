"""Runs the step that acquires packages: all of them side by side, each once, and told on the card while they come."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from engine.contracts import ActionResult, Outcome
from engine.database import Database
from engine.domain.packages import package_from_json
from engine.domain.processes import AcquirePackages
from engine.errors import ForedeckError
from engine.models import ReleasePackage
from engine.orchestration import fetching
from engine.orchestration.claims import Claim
from engine.package_contracts import Coming, amount, part
from engine.ports import RunSink, Shelf
from engine.services.packages import where_of

AT_ONCE = 4
"""So many packages are fetched side by side."""

_LOOK_SECONDS, _TELL_SECONDS = 0.1, 1.0


class _Cut(Exception):
    """It is canceled, or the bot stops."""


class Acquisition:
    """One run of such a step. What it fetched stays on the shelf, so a run that is cut off is made anew."""

    def __init__(self, db: Database, shelf: Shelf | None, claim: Claim, work: AcquirePackages, sink: RunSink) -> None:
        self._db, self._shelf, self._claim, self._work, self._sink = db, shelf, claim, work, sink
        self._cut = threading.Event()
        self._coming: dict[str, Coming] = {}  # by package

    def run(self) -> ActionResult:
        """Fetch what is not here. Raises nothing for what can go wrong with a feed."""
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="acquire")
        try:
            rows = [fetching.frozen(self._db, self._claim.task_id, name) for name in self._work.packages]
            begun = [pool.submit(self._take, row) for row in rows]
            self._follow(begun, rows)
            return self._result(begun, rows)
        except ForedeckError as error:
            return self._failed([error])
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # a feed that is silent is not waited for

    def _take(self, row: ReleasePackage) -> None:
        def came(coming: Coming) -> None:
            self._coming[row.package] = coming
            if self._cut.is_set():
                raise _Cut

        fetching.take(self._shelf, self._claim, row, came)

    def _follow(self, begun: Sequence[Future[None]], rows: Sequence[ReleasePackage]) -> None:
        """Until all have ended, or it is cut off."""
        told_at = time.monotonic()
        while wait(begun, _LOOK_SECONDS).not_done:
            if self._sink.stopping() or self._sink.cancel_requested():
                self._cut.set()
                return
            if time.monotonic() - told_at >= _TELL_SECONDS:
                told_at = time.monotonic()
                missing = [row for row, future in zip(rows, begun, strict=True) if not future.done()]
                self._sink.tell(f"fetching {', '.join(map(self._progress, missing))}")

    def _result(self, begun: Sequence[Future[None]], rows: Sequence[ReleasePackage]) -> ActionResult:
        if self._cut.is_set() and self._sink.stopping():
            return ActionResult(Outcome.DETACHED, message="The bot stops; the packages are fetched later.")
        if self._cut.is_set():
            return ActionResult(
                Outcome.CANCELED, message="Canceled while packages were fetched; nothing was installed."
            )
        errors = [error for future in begun if (error := future.exception())]
        if mishap := next((error for error in errors if not isinstance(error, ForedeckError)), None):
            raise mishap
        if errors:
            return self._failed([error for error in errors if isinstance(error, ForedeckError)])
        self._sink.tell("; ".join(map(self._had, rows)), stays=True)
        return ActionResult(Outcome.SUCCEEDED)

    def _failed(self, errors: Sequence[ForedeckError]) -> ActionResult:
        nobody = f" Nobody was asked about {self._work.ahead_of}." if self._work.ahead_of else ""
        message = f"{' '.join(map(str, errors))}{nobody}"
        return ActionResult(Outcome.FAILED, message=message, hint=errors[0].hint)

    def _progress(self, row: ReleasePackage) -> str:
        coming = self._coming.get(row.package, Coming())
        how = f"{coming.trouble}; it is tried again" if coming.trouble else part(coming.size, row.size or 0)
        return f"{row.package} {row.version} from {_where(row)}: {how}"

    def _had(self, row: ReleasePackage) -> str:
        coming = self._coming.get(row.package)
        if coming is None:
            return f"{row.package} {row.version} was here already"
        return f"{row.package} {row.version} was fetched from {_where(row)}: {amount(row.size or coming.size)}"


def _where(row: ReleasePackage) -> str:
    return where_of(package_from_json(row.source))
