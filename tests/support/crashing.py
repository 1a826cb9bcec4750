"""A deployment day that a bot has to get through however often it is killed, and what must be the same afterwards.

`Day` writes the configuration, asks for the deployments and plays the people; it lives in the test's process, as people
and their command lines do. The bot is a process of its own, started again whenever it is dead.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import select

from engine.domain.states import RunState, TaskState
from engine.errors import ForedeckError
from engine.models import ActionRun, Decision, Highlight, Interruption, OutboxRow, Output, Task, TaskLink
from engine.orchestration.exclusive import DispatcherLock
from engine.services import tasks
from engine.services.views import InterruptionKind
from tests.support.engine import MAIN, Deck

REPOSITORY = Path(__file__).resolve().parents[2]

PATIENCE = 900.0
"""Seconds until a day that has not ended is called stuck."""

BURSTS, LINES = 12, 250
"""How much the long script prints."""

PRINTED = "".join(f"line {n}\n" for n in range(1, BURSTS * LINES + 1))

_WEB = """\
steps:
  - step: build
    run_script:
      inline: |
        echo "#{Octopus.Task.Id} build" >>{ran}
        n=0
        for burst in $(seq {bursts}); do
            seq -f 'line %.0f' $((n + 1)) $((n + {lines}))
            n=$((n + {lines}))
            sleep 0.05
        done
        set_octopusvariable Commit abc
        set_octopusvariable Token correct-horse -sensitive
        set_environmenturl https://web.example.org
        write_highlight "built it"
  - step: confirm
    manual_intervention: {{teams: [release-managers], instructions: "Deploy #{{Octopus.Release.Number}}?"}}
  - step: install
    run_script:
      inline: |
        echo "#{Octopus.Task.Id} install" >>{ran}
        echo "commit $(get_octopusvariable "Octopus.Action[build].Output.Commit")"
        [ "$(get_octopusvariable "Octopus.Action[build].Output.Token")" = correct-horse ] && echo "token fits"
        echo careful >&2
  - step: smoke-test
    run_script: {{inline: 'echo "#{Octopus.Task.Id} smoke-test" >>{ran}; echo "it smokes"; exit 3'}}
  - step: publish
    run_script: {{inline: 'echo "#{Octopus.Task.Id} publish" >>{ran}'}}
  - step: tell
    run_condition: failure
    run_script: {{inline: 'echo "#{Octopus.Task.Id} tell" >>{ran}; get_octopusvariable Octopus.Deployment.Error'}}
  - step: tidy
    run_condition: always
    run_script: {{inline: 'echo "#{Octopus.Task.Id} tidy" >>{ran}'}}
"""

_SHOP = """\
steps:
  - step: serve
    run_script:
      inline: |
        echo "#{Octopus.Task.Id} serve" >>{ran}
        echo open
        touch {open}
        sleep 1000
  - step: never
    run_script: {{inline: 'echo "#{Octopus.Task.Id} never" >>{ran}'}}
"""


@dataclass
class Day:
    """One scenario in a folder of its own."""

    folder: Path
    deck: Deck = field(init=False)
    kills: int = 0
    _bot: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.deck = Deck(self.folder)
        self.deck.clock = _now
        self.ran, self.open, self.trace = (self.folder / name for name in ("ran", "open", "trace"))
        self.ran.touch()
        self.trace.touch()
        task = "$(get_octopusvariable Octopus.Task.Id)"
        words = {"ran": self.ran, "open": self.open, "bursts": BURSTS, "lines": LINES}

        def filled(process: str) -> str:
            return process.replace("#{Octopus.Task.Id}", task).format(**words)

        self.deck.configured(
            filled(_WEB), {"projects/shop/project.yml": "slug: shop\n", "projects/shop/process.yml": filled(_SHOP)}
        )
        self.web, self.next_web, self.shop, self.no_shop = (
            self.deck.deploys("web", "1.0.0"),
            self.deck.deploys("web", "1.1.0"),
            self.deck.deploys("shop", "1.0.0"),
            self.deck.deploys("shop", "1.1.0"),
        )

    # The bot.

    def start(self, death: str = "never") -> None:
        """Start a bot that dies at this commit; see `crashing_bot`."""
        self._start(["tests.support.crashing_bot", str(self.trace), death])

    def start_plain(self) -> None:
        """Start the bot as everybody does, and wait until it is at work."""
        self._start(["bot.cli"])
        lock = DispatcherLock(self.deck.state)
        assert self._bot is not None
        _until(lambda: not self.bot_lives or lock.holder() == self._bot.pid, "the bot to be at work")  # type: ignore[union-attr]

    def _start(self, module: list[str]) -> None:
        options = ["serve", "--no-slack", "--state", str(self.deck.state), "--config", str(self.deck.config)]
        with (self.folder / "bot.log").open("ab") as log:
            self._bot = subprocess.Popen(
                [sys.executable, "-P", "-m", *module, *options],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                cwd="/",
            )

    @property
    def bot_lives(self) -> bool:
        """Is it at work, or about to be?"""
        return self._bot is not None and self._bot.poll() is None

    def kill(self) -> None:
        """kill -9, from outside."""
        if self._bot is not None and self.bot_lives:
            self._bot.kill()
            self._bot.wait()
            self.kills += 1

    def bury(self) -> None:
        """A dead bot must have died as it was told to, by SIGKILL, and not of a fault."""
        if self._bot is not None and not self.bot_lives:
            assert self._bot.returncode == -signal.SIGKILL, (self.folder / "bot.log").read_text()[-4000:]
            self.kills += 1
            self._bot = None

    # The people.

    def act(self) -> None:
        """What people do when they see where things stand. What is refused as done already is done."""
        with contextlib.suppress(ForedeckError):
            for number in (self.web, self.next_web):
                pending = self.deck.task(number).pending
                if pending is not None and pending.kind is InterruptionKind.MANUAL:
                    if number == self.web:
                        self.deck.proceeds(number, by="ben", note="go on")
                    else:
                        self.deck.aborts(number, by="eva", note="not this one")
        if self.open.exists() and self.deck.task(self.shop).state is TaskState.EXECUTING:
            for number in (self.no_shop, self.shop):  # the one that waits first, or it would begin
                with contextlib.suppress(ForedeckError):
                    self.deck.cancels(number)

    @property
    def is_over(self) -> bool:
        """Every deployment is over, and the machine is tidied."""
        numbers = (self.web, self.next_web, self.shop, self.no_shop)
        if not all(self.deck.task(number).state.is_final for number in numbers):
            return False
        return all(run.cleaned_up for number in numbers for run in self.deck.runs(number) if run.worker)

    def play(self, starts: Callable[[int], None] | None = None, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Play the people until it is over. `starts(n)` starts the n-th bot (from 0); else they live for ever."""
        count = 0

        def turn() -> bool:
            nonlocal count
            self.bury()
            if not self.bot_lives:
                (starts or (lambda _: self.start()))(count)
                count += 1
            meanwhile()
            self.act()
            return self.is_over

        try:
            _until(turn, "the day to be over", self.describe)
        finally:
            self.close()

    def close(self) -> None:
        """End the bot politely, unless it died meanwhile."""
        if self._bot is not None:
            self._bot.terminate()
            self._bot.wait(30)
            self._bot = None

    # What must be the same.

    def result(self) -> dict[str, Any]:
        """Everything in the rows and logs that does not depend on when it happened."""
        with self.deck.db.read() as session:
            runs = session.scalars(select(ActionRun).order_by(ActionRun.id)).all()
            places = {run.id: (run.task_id, run.step, run.action, run.attempt) for run in runs}
            return {
                "tasks": [
                    (t.id, t.state, t.holds_place, t.advance_due, t.cancel_requested_by, t.finished_at is not None)
                    for t in session.scalars(select(Task).order_by(Task.id))
                ],
                "runs": sorted(
                    (*places[run.id], run.state, run.reason, run.exit_code, run.worker, run.has_warnings, run.parser)
                    for run in runs
                ),
                "interruptions": sorted(
                    (places[i.action_run_id], i.kind, i.state, i.instructions)
                    for i in session.scalars(select(Interruption))
                ),
                "decisions": sorted(
                    (d.interruption_id is not None, d.number, d.person, d.verdict, d.note)
                    for d in session.scalars(select(Decision))
                ),
                "outputs": sorted(
                    (o.task_id, o.step_name, o.name, self.deck.sealer.unseal(o.value) if o.sensitive else o.value)
                    for o in session.scalars(select(Output))
                ),
                "links": sorted((link.task_id, link.url) for link in session.scalars(select(TaskLink))),
                "highlights": sorted((places[h.action_run_id], h.text) for h in session.scalars(select(Highlight))),
                "logs": {place: self._log(run_id) for run_id, place in places.items()},
                "ran": sorted(self.ran.read_text().splitlines()),
            }

    def _log(self, run_id: int) -> dict[str, str]:
        """What each stream brought. Our own notes may be said again after a restart."""
        found: dict[str, str] = {}
        for segment in tasks.read_log(self.deck.db, run_id, limit=1 << 40).segments:
            if segment.stream != "foredeck":
                found[segment.stream] = found.get(segment.stream, "") + segment.text
        return found

    def faults(self) -> list[str]:
        """What must never be, whatever happened."""
        found = [f"it still runs: {process}" for process in self._left_running()]
        with self.deck.db.read() as session:
            for run in session.scalars(select(ActionRun)):
                if RunState(run.state).is_active:
                    found.append(f"run {run.id} is stuck: {run.state}")
                size = self._stored(run)
                if size != run.log_length:
                    found.append(f"run {run.id}: {size} bytes are stored, its row says {run.log_length}")
            rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        keys = [row.message_key for row in rows]
        found += [f"told twice: {key}" for key in set(keys) if keys.count(key) > 1]
        found += [f"{row.message_key} is {row.state}" for row in rows if row.state != "pending"]
        for number in (self.web, self.next_web, self.shop, self.no_shop):
            notices = [key for key in keys if key.startswith(f"notice:{number}:")]
            if len(notices) != 1 or f"card:{number}" not in keys:
                found.append(f"deployment #{number} is not told: {notices}")
        return found + self._gaps(rows)

    @staticmethod
    def _gaps(rows: Iterable[OutboxRow]) -> list[str]:
        """Messages of log have to follow each other without gap or double."""
        ends: dict[int, int] = {}
        found = []
        for row in rows:
            if row.kind == "log":
                run, start = row.payload["run"], row.payload["start"]
                if ends.get(run, 0) != start:
                    found.append(f"the log of run {run} is told up to {ends.get(run, 0)}, then from {start}")
                ends[run] = row.payload["end"]
        return found

    def _stored(self, run: ActionRun) -> int:
        path = self.deck.state / "logs" / str(run.task_id) / f"{run.id}.log"
        return path.stat().st_size if path.exists() else 0

    def _left_running(self) -> list[str]:
        """Processes that work in the state folder or were started with a path in it; they may take a moment to end."""
        deadline = time.monotonic() + 15
        while (found := _processes_of(self.deck.state)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def transitions(self) -> list[str]:
        """What each counted commit wrote, in order, of all bots so far."""
        return [line.partition(" ")[2] for line in self.trace.read_text().splitlines()]

    def describe(self) -> str:
        """Where everything stands, for the report of a failure."""
        states = {n: deck_task(self.deck, n) for n in (self.web, self.next_web, self.shop, self.no_shop)}
        log = (self.folder / "bot.log").read_text()[-3000:] if (self.folder / "bot.log").exists() else ""
        return f"{states}\n{log}"


def deck_task(deck: Deck, number: int) -> str:
    """A deployment in one line."""
    view = deck.task(number)
    return f"{view.state.value}: " + ", ".join(f"{step.slug} {step.status.value}" for step in view.steps)


def kills_at_random(day: Day, seed: int, moments: int, longest: float = 1.2) -> Callable[[], None]:
    """For `Day.play`: kills the bot after it has worked for a time drawn by chance, so many times."""
    chance = random.Random(seed)
    due = time.monotonic() + chance.uniform(0, longest)
    left = moments

    def maybe_kill() -> None:
        nonlocal due, left
        if left and time.monotonic() >= due and day.bot_lives:
            day.kill()
            day.start_plain()
            left -= 1
            due = time.monotonic() + chance.uniform(0, longest)

    return maybe_kill


def _processes_of(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid == os.getpid():
                continue
            if str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(str(folder)):
                found.append(f"{process.pid} {process.cmdline()}")
    return found


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _until(happened: Callable[[], object], what: str, describe: Callable[[], str] = lambda: "") -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE:.0f} s for {what}\n{describe()}")
        time.sleep(0.01)


__all__ = ["MAIN", "PRINTED", "Day", "kills_at_random"]
