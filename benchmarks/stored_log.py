"""How fast output is stored: 1,000,000 lines of 100 bytes with one secret, script start → last byte in the log.

The whole way: a script on the built-in worker, its files, the runner, reading, masking, the log on the disk, the rows.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from bot import main as root
from engine.services import configuration, deployments, tasks
from engine.times import utc_now

LINES, WIDTH = 1_000_000, 100
SECRET = "kD8s-very.secret_9Qx7Lw2"

_CONFIGURATION = {
    "foredeck.yml": """foredeck: 1
people: {ana: {}}
teams: {devs: {people: [ana]}}
grants: [{team: devs, roles: [deployment_creator, release_creator]}]
environments: {staging: {}}
""",
    "projects/web/project.yml": "slug: web\n",
    "projects/web/variables.yml": 'Token: [{secret: "env:BENCHMARK_TOKEN"}]\n',
    "projects/web/process.yml": f"""steps:
  - step: print
    run_script: {{inline: 'yes "$(printf "the secret is %s and %0{WIDTH - 44}d" "$(get_octopusvariable Token)" 7)" | head -n {LINES}'}}
""",  # noqa: E501
}


def main() -> None:
    """Measure and print."""
    os.environ["BENCHMARK_TOKEN"] = SECRET
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for relative, text in _CONFIGURATION.items():
            path = folder / "config" / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        db = root.open_state(folder / "state")
        assert not configuration.load_folder(db, utc_now(), folder / "config").problems
        with root.dispatching(folder / "state", db):
            for number in (1, 2):
                figure = _measure(db, number)
        db.close()
    print(f"script start → last byte in the stored log: {figure:6.0f} MB/s   (goal ≥ 40)")


def _measure(db: object, number: int) -> float:
    deployments.request(
        db,  # type: ignore[arg-type]
        utc_now(),
        person="ana",
        project="web",
        version="1.0.0",
        environment="staging",
        create_release=number == 1,
    )
    while not (view := tasks.view(db, number)).state.is_final:  # type: ignore[arg-type]
        time.sleep(0.05)
    step = view.steps[0]
    assert step.started_at is not None, view
    assert step.finished_at is not None, view
    text = "".join(tasks.whole_log(db, step.run_ids[0]))  # type: ignore[arg-type]
    assert text.count("\n") == LINES, f"{text.count(chr(10))} lines"
    assert SECRET not in text
    return LINES * WIDTH / (step.finished_at - step.started_at).total_seconds() / 1e6


if __name__ == "__main__":
    main()
