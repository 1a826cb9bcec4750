"""One cold start of Foredeck's workers: a process that runs one script on each of many machines and ends.

Reads what to do as JSON on stdin (machines, key, script); prints nothing. Started by `fleet`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.contracts import Account, KeyLogin, Outcome, Secret, SshMachine
from engine.times import utc_now
from tests.support.run_sinks import run
from workers.pools import WorkerPool

AT_ONCE = 32
"""Machines that are talked to at once, as the bot's dispatcher does it."""


def main() -> None:
    """Run it everywhere; fails when it fails anywhere."""
    task = json.load(sys.stdin)
    account = Account("deploy", task["user"], KeyLogin(Secret(task["key"])))
    machines = [SshMachine(host, host, task["port"], task["pin"], account) for host in task["hosts"]]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        workers = WorkerPool(Path(folder), clock=utc_now)
        for result, sink in pool.map(lambda machine: run(workers.ssh(machine), task["script"]), machines):
            assert result.outcome is Outcome.SUCCEEDED, result
            assert sink.text().count("\n") == task["lines"]
        workers.close()


if __name__ == "__main__":
    main()
