"""Makes and keeps the workers: the built-in one, and one for each machine. Decides nothing about who works where."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from engine.contracts import BuiltIn, SshMachine
from engine.ports import Clock, Worker
from workers.builtin import BuiltInWorker
from workers.runner.pace import Pace

if TYPE_CHECKING:
    from workers.ssh.ways import Ways
    from workers.ssh.worker import SshWorker


class WorkerPool:
    """Implements `engine.ports.Workers`; for use by many threads at once."""

    def __init__(self, folder: Path, *, clock: Clock, pace: Pace | None = None) -> None:
        """`folder` is where the built-in worker keeps its runs; it is made with mode 0700 when it is missing."""
        self._folder = folder
        self._clock = clock
        self._pace = pace
        self._guard = threading.Lock()
        self._built_in: BuiltInWorker | None = None
        self._machines: dict[str, SshWorker] = {}
        self._ways: Ways | None = None

    def built_in(self, settings: BuiltIn) -> Worker:
        """The built-in worker; its runner is started when it is first used. With other settings it is made anew; what
        the old one follows, it follows to the end."""
        with self._guard:
            worker = retired = self._built_in
            if worker is not None and worker.settings == settings:
                return worker
            worker = BuiltInWorker(self._folder, clock=self._clock, pace=self._pace, settings=settings)
            self._built_in = worker
        if retired is not None:
            retired.close()
        return worker

    def ssh(self, machine: SshMachine) -> Worker:
        """The worker of this machine. One whose address, key or account changed is made anew; what the old one
        follows, it follows to the end."""
        from workers.ssh.ways import Ways
        from workers.ssh.worker import SshWorker

        with self._guard:
            self._ways = self._ways or Ways()
            worker = self._machines.get(machine.slug)
            if worker is not None and worker.machine == machine:
                return worker
            retired = worker
            worker = SshWorker(machine, clock=self._clock, pace=self._pace, ways=self._ways)
            self._machines[machine.slug] = worker
        if retired is not None:
            retired.close()
        return worker

    def apart(self, machine: SshMachine) -> Worker:
        """A worker with a connection of its own, for one look: that says whether anybody can log in now, and a thousand
        machines that are looked at each hour do not stay connected.
        """
        from workers.ssh.ways import Ways
        from workers.ssh.worker import SshWorker

        with self._guard:
            ways = self._ways = self._ways or Ways()
        return SshWorker(machine, clock=self._clock, pace=self._pace, ways=ways)

    def close(self) -> None:
        """Let go of all connections and children; scripts that run go on."""
        with self._guard:
            workers: list[Worker] = [*self._machines.values()]
            if self._built_in is not None:
                workers.append(self._built_in)
        threads = [threading.Thread(target=worker.close, daemon=True) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5.0)
