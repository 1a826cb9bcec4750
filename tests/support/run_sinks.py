"""A sink that remembers what a worker reports, as the engine's rows would. For tests only."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace

from engine.contracts import (
    ActionRequest,
    ActionResult,
    ArtifactLimits,
    Checkpoint,
    Link,
    LogSegment,
    OutputVariable,
    Progress,
    Script,
)
from engine.ports import Worker


class MemoryArtifact:
    """Implements `engine.ports.ArtifactKeeping`."""

    def __init__(self, sink: MemorySink, number: int, name: str) -> None:
        self._sink, self._number, self._name, self._data = sink, number, name, b""

    def write(self, data: bytes) -> None:
        self._data += data

    def commit(self, *, holds_secret: bool) -> None:
        self._sink.artifacts[self._number] = (self._name, self._data)
        if holds_secret:
            self._sink.secretive.add(self._number)

    def discard(self) -> None:
        self._sink.discarded += 1


class MemorySink:
    """Keeps what was committed; `cancel` and `stop` are what people and the bot's end would set."""

    def __init__(self) -> None:
        self.confirmed = 0
        self.checkpoint = Checkpoint()
        self.segments: list[LogSegment] = []
        self.outputs: list[OutputVariable] = []
        self.links: list[Link] = []
        self.percentages: list[int] = []
        self.told: list[str] = []
        self.records = 0
        self.artifacts: dict[int, tuple[str, bytes]] = {}
        self.secretive: set[int] = set()
        self.discarded = 0
        self.limits = ArtifactLimits(file=10 << 20, room=20 << 20)
        self.cancel = threading.Event()
        self.stop = threading.Event()
        self.on_record: Callable[[], None] = lambda: None

    def launch_confirmed(self) -> None:
        self.confirmed += 1

    def record(self, progress: Progress) -> None:
        assert self.confirmed, "something was recorded before the launch was confirmed"
        self.records += 1
        self.checkpoint = progress.checkpoint
        self.segments += progress.segments
        self.outputs += progress.outputs
        self.links += progress.links
        if progress.percentage is not None:
            self.percentages.append(progress.percentage)
        self.on_record()

    def tell(self, words: str, *, stays: bool = False) -> None:
        self.told.append(words)

    def artifact_limits(self) -> ArtifactLimits:
        return self.limits

    def keep_artifact(self, number: int, name: str) -> MemoryArtifact:
        return MemoryArtifact(self, number, name)

    def cancel_requested(self) -> bool:
        return self.cancel.is_set()

    def stopping(self) -> bool:
        return self.stop.is_set()

    def text(self, stream: str = "stdout") -> str:
        """All that one stream brought."""
        return "".join(segment.text for segment in self.segments if segment.stream == stream)


def a_request(body: str, **changes: object) -> ActionRequest:
    """A request to run this script once, with changes."""
    request = ActionRequest(
        ticket=secrets.token_hex(16),
        task_id=17,
        action_run_id=1,
        step_name="install",
        script=Script(body),
        variables={},
    )
    return replace(request, **changes)


def again(request: ActionRequest, sink: MemorySink) -> ActionRequest:
    """The request as the engine makes it after a restart: confirmed, with the last checkpoint."""
    sink.stop.clear()
    return replace(request, launch_confirmed=sink.confirmed > 0, checkpoint=sink.checkpoint)


def run(worker: Worker, body: str, **changes: object) -> tuple[ActionResult, MemorySink]:
    """Run a script to its end."""
    sink = MemorySink()
    return worker.ensure_and_follow(a_request(body, **changes), sink), sink
