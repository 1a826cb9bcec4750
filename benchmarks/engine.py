"""What the engine adds to a script: from asking for (and queuing) one built-in step to its committed end, beside a
plain `bash script` in the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from benchmarks.calibration import milliseconds, p95
from bot import main as root
from engine.database import Database
from engine.domain.states import TaskState
from engine.models import Task
from engine.services import configuration, deployments
from engine.times import utc_now

WARM_UP, STEPS = 20, 200
SCRIPT = "echo done"

_CONFIGURATION = """\
foredeck: 1
people: {ana: {}}
teams: {devs: {people: [ana]}}
grants: [{team: devs, roles: [deployment_creator, release_creator]}]
environments: {staging: {}}
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        _measure_steps(Path(folder))


def _measure_steps(folder: Path) -> None:
    with _deployable(folder) as db:
        changed = threading.Event()
        db.on_commit(changed.set)
        script = folder / "script.sh"
        script.write_text(SCRIPT)
        asked: list[float] = []
        queued: list[float] = []
        plain: list[float] = []
        for _ in range(WARM_UP + STEPS):  # in turns, so that both meet the same weather
            for figures, figure in zip((asked, queued), _deploy(db, changed), strict=True):
                figures.append(figure)
            plain.append(milliseconds(lambda: subprocess.run(["bash", script], check=True, capture_output=True)))
    asked, queued, plain = asked[WARM_UP:], queued[WARM_UP:], plain[WARM_UP:]
    print(f"a built-in step, {STEPS} warm")
    print(f"plain `bash script`: p50 {statistics.median(plain):.1f}, p95 {p95(plain):.1f} ms")
    for name, figures, goal in (("asked for", asked, ""), ("queued", queued, " (goal < 60)")):
        print(
            f"{name:>9} → its end committed: p50 {statistics.median(figures):.1f}, p95 {p95(figures):.1f} ms; "
            f"over the plain one at p95 {p95(figures) - p95(plain):.1f} ms{goal}"
        )


@contextmanager
def _deployable(folder: Path) -> Iterator[Database]:
    """A state folder with a project of one step and a dispatcher at work."""
    process = f"steps: [{{step: build, run_script: {{inline: {SCRIPT}}}}}]\n"
    files = {"foredeck.yml": _CONFIGURATION, "project.yml": "slug: web\n", "process.yml": process}
    (folder / "config" / "projects" / "web").mkdir(parents=True)
    for name, content in files.items():
        place = "" if name == "foredeck.yml" else "projects/web"
        (folder / "config" / place / name).write_text(content)
    db = root.open_state(folder / "state")
    configuration.load_folder(db, utc_now(), folder / "config")
    with root.dispatching(folder / "state", db):
        yield db
    db.close()


def _deploy(db: Database, changed: threading.Event) -> tuple[float, float]:
    """Milliseconds until its end was committed: since it was asked for, and since it was queued (committed so)."""
    asked = time.perf_counter()
    number = deployments.request(
        db, utc_now(), person="ana", project="web", version="1.0.0", environment="staging", create_release=True
    ).number
    queued = time.perf_counter()
    while True:
        changed.clear()
        if _is_over(db, number):
            end = time.perf_counter()
            return (end - asked) * 1000, (end - queued) * 1000
        changed.wait(5)


def _is_over(db: Database, number: int) -> bool:
    """A look at one column, so that looking does not slow down what is looked at."""
    with db.read() as session:
        state = session.scalar(select(Task.state).where(Task.id == number))
    return TaskState(str(state)).is_final


if __name__ == "__main__":
    main()
