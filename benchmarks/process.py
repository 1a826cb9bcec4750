"""Planning 500 steps on 200 targets, advancing a task with 5,000 action runs, and deployments by chance."""

from __future__ import annotations

import gc
import os
import statistics
import tempfile
import time
import tracemalloc
from pathlib import Path

from sqlalchemy import insert

from benchmarks.calibration import milliseconds, p95
from bot import main as root
from engine.database import Database
from engine.domain import plans
from engine.domain.plans import Plan, Target
from engine.domain.processes import Action, Process, RunCondition, RunScript, Step
from engine.domain.scopes import EVERYWHERE
from engine.models import ActionRun, Task
from engine.orchestration import advancing
from engine.sealing import Sealer
from engine.services import configuration, deployments
from engine.times import utc_now
from tests.support.simulation import simulate

STEPS, TARGETS, BEGUN, ROUNDS, DEPLOYMENTS = 500, 200, 25, 20, 5_000


def main() -> None:
    """Measure and print."""
    _measure_planning()
    _measure_advancing()
    begin = time.perf_counter()
    simulate(DEPLOYMENTS, seed=1)
    rate = DEPLOYMENTS / (time.perf_counter() - begin)
    print(f"deployments by chance: {rate:,.0f} a second (goal ≥ 1,000)")


def _measure_planning() -> None:
    times = [milliseconds(_plan) for _ in range(ROUNDS)]
    tracemalloc.start()
    plan = _plan()
    runs = [plan.lanes(index) for index in range(len(plan.steps))]
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    count = sum(len(keys) for lanes in runs for keys in lanes)
    print(f"planning {STEPS} steps on {TARGETS} targets: p95 {p95(times):.0f} ms (goal < 500)")
    print(f"  its {count:,} action runs: {megabytes:.0f} MB (goal < 100)")


def _plan() -> Plan:
    steps = tuple(
        Step(
            f"step-{n}",
            f"Step {n}",
            RunCondition.SUCCESS,
            EVERYWHERE,
            (Action(f"step-{n}", f"Step {n}", RunScript("echo"), EVERYWHERE),),
            target_tags=("web",),
        )
        for n in range(STEPS)
    )
    targets = [Target(f"web-{n:03}", ("production",), ("web",)) for n in range(TARGETS)]
    return plans.make(Process(steps), project="web", environment="production", targets=targets)


def _measure_advancing() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        db = _database(path)
        gc.collect()
        gc.freeze()  # as the bot does
        sealer, now = Sealer(path / "state" / "seal.key"), utc_now()
        with db.write() as session:
            rows = [
                {
                    "task_id": 1,
                    "step": step,
                    "action": 0,
                    "machine": f"web-{n:03}",
                    "attempt": 1,
                    "state": "succeeded",
                    "ticket": f"{step:016x}{n:016x}",
                    "queued_at": now,
                    "reason": "",
                    "hint": "",
                }
                for step in range(BEGUN)
                for n in range(1, TARGETS + 1)
            ]
            session.execute(insert(ActionRun), rows)

        def advance() -> None:
            with db.write() as session:
                advancing.advance(session, now, 1, sealer)
                session.rollback()

        times = [milliseconds(advance) for _ in range(ROUNDS)]
        print(
            f"advancing a task with {BEGUN * TARGETS:,} action runs: p50 {statistics.median(times):.1f}, "
            f"p95 {p95(times):.1f} ms (goal < 50)"
        )
        db.close()


def _database(path: Path) -> Database:
    """One deployment of 50 steps on 200 targets, which has begun."""
    os.environ["FOREDECK_BENCHMARK_KEY"] = "a key"
    config = path / "config"
    (config / "projects" / "web").mkdir(parents=True)
    key = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
    (config / "foredeck.yml").write_text(
        "foredeck: 1\npeople: {ana: {}}\nteams: {devs: {people: [ana]}}\n"
        "grants: [{team: devs, roles: [deployment_creator, release_creator]}]\nenvironments: {staging: {}}\n"
        'accounts: {me: {type: ssh_key, username: me, private_key: {secret: "env:FOREDECK_BENCHMARK_KEY"}}}\n'
        f'targets:\n  "web-{{001..{TARGETS}}}": {{ssh: "{{}}.example.org:22", account: me, host_key: "{key}", '
        "environments: [staging], tags: [web]}\n"
    )
    (config / "projects" / "web" / "project.yml").write_text("slug: web\n")
    (config / "projects" / "web" / "process.yml").write_text(
        "steps:\n"
        + "".join(
            f"  - {{step: step-{n}, target_tags: [web], run_script: {{inline: echo {n}}}}}\n" for n in range(2 * BEGUN)
        )
    )
    db = root.open_state(path / "state")
    configuration.load_folder(db, utc_now(), config)
    deployments.request(
        db, utc_now(), person="ana", project="web", version="1.0.0", environment="staging", create_release=True
    )
    with db.write() as session:
        task = session.get_one(Task, 1)
        task.state, task.holds_place, task.in_line = "Executing", True, False
    return db


if __name__ == "__main__":
    main()
