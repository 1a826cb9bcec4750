"""Our end of the talk with one machine's runner, shared by all actions on it. Not how an action is followed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from workers.runner import protocol
from workers.runner.channels import SLICE, CannotConnect, Channel, ChannelLost, Interrupted
from workers.runner.protocol import Fetched, Held, Hello, Polled
from workers.scripts import Bundle

_Answer = TypeVar("_Answer")

OpenChannel = Callable[[str], Channel]
"""Open a channel to a runner with this root folder ("" leaves it to the runner); its text is sent already."""

IDLE = 5.0
"""Seconds of silence after which a channel is tried before something is launched over it."""


MOMENTS = 25
"""How long, in units of 2 ms, the machine waits for the end of what was just started before the first answer."""

MORE_MOMENTS = 100
"""The same for a later answer of a script that is quiet and young."""

_SUMMING_SECONDS = 0.1
"""Between two looks whether a large package is summed up."""

CLAIMED = (["claimed"], ["taken"], ["cleaned"])
"""The first word of an answer that means: this ticket was started, now or before."""


@dataclass(frozen=True)
class Launched:
    """What was answered to a launch, and what was there to see just after it."""

    words: list[str]
    polled: Polled | None = None


class FairLock:
    """Served in the order of asking: a job that prints a lot does not keep the others from the channel."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait behind the one who has it."""
        return max(0, len(self._queue) - 1)

    @contextmanager
    def held(self, interrupted: Callable[[], bool]) -> Iterator[None]:
        """Wait for the turn; raises Interrupted when the wait is given up."""
        mine = threading.Event()
        with self._guard:
            self._queue.append(mine)
            if self._queue[0] is mine:
                mine.set()
        try:
            while not mine.wait(SLICE):
                if interrupted():
                    raise Interrupted
            yield
        finally:
            with self._guard:
                self._queue.remove(mine)
                if self._queue:
                    self._queue[0].set()


class _Opening:
    """Opens a channel in a thread of its own, so that nobody who waits for it is stuck with a silent machine."""

    def __init__(self, open_channel: OpenChannel, root: str) -> None:
        self._done = threading.Event()
        self._guard = threading.Lock()
        self._given_up = False
        self._channel: Channel | None = None
        self._error: BaseException | None = None
        self._hello = Hello("")
        self._thread = threading.Thread(
            target=self._open, args=(open_channel, root), name="foredeck-connect", daemon=True
        )
        self._thread.start()

    def _open(self, open_channel: OpenChannel, root: str) -> None:
        channel = None
        try:
            channel = open_channel(root)
            self._hello = protocol.read_hello(channel)
        except BaseException as error:
            self._error = error
        with self._guard:
            if channel is not None and (self._error or self._given_up):
                channel.close()
            self._channel = channel
            self._done.set()

    def result(self, interrupted: Callable[[], bool]) -> tuple[Channel, Hello]:
        while not self._done.wait(SLICE):
            if interrupted():
                with self._guard:
                    self._given_up = True
                    if self._done.is_set() and self._channel is not None:
                        self._channel.close()
                raise Interrupted
        if self._error is not None:
            raise self._error
        if self._channel is None:
            raise ChannelLost("it was not opened")
        return self._channel, self._hello


class RunnerClient:
    """Asks one runner; opens the channel when it is needed and again when it broke.

    Every request is idempotent, so one that was lost with an old channel is sent once more over a new one.
    Each method raises CannotConnect, ChannelLost or Interrupted.
    """

    def __init__(self, open_channel: OpenChannel, explain: Callable[[str, str], CannotConnect], root: str = "") -> None:
        self._open_channel = open_channel
        self._explain = explain
        self._root = root
        self._channel: Channel | None = None
        self._turns = FairLock()
        self._guard = threading.Lock()
        self._deliveries: dict[str, FairLock] = {}

    def launch(
        self,
        ticket: str,
        bundle: Bundle,
        quota: int,
        *,
        sent: Callable[[], None],
        interrupted: Callable[[], bool],
    ) -> Launched:
        """Start a ticket unless it was claimed before. `sent` is called when from now on it may be started.

        The first poll goes along, so that a quick script costs one round trip. It waits for the end of such a one only
        where nobody else waits for the channel.
        """
        request = protocol.launch_request(ticket, bundle)
        with self._turns.held(interrupted):
            moments = 0 if self._turns.waiting else MOMENTS
            effective = len(request)
            request += protocol.poll_request(ticket, quota, 0, 0, moments)
            channel = self._ready(interrupted)
            if time.monotonic() - channel.last_used > IDLE:
                self._ask(protocol.PING_REQUEST, lambda c: protocol.read_answer(c, "ping"), interrupted)
            return self._ask(request, self._read_launched, interrupted, sent, effective)

    def _read_launched(self, channel: Channel) -> Launched:
        words = protocol.read_answer(channel, "launch")
        try:
            polled = protocol.read_polled(channel)
        except ChannelLost:  # what was answered counts; and a runner that could not read the request has ended
            self._drop()
            return Launched(words)
        return Launched(words, polled if words[:1] in CLAIMED else None)

    def poll(
        self,
        ticket: str,
        quota: int,
        stdout_offset: int,
        stderr_offset: int,
        *,
        patient: bool = False,
        interrupted: Callable[[], bool],
    ) -> Polled:
        """The state of a ticket and what it printed from the offsets on; the quota is shared when others wait. If
        `patient` and nobody else waits for the channel, the machine waits a moment for the end.
        """
        with self._turns.held(interrupted):
            waiting = self._turns.waiting
            share, moments = max(1, quota // (1 + waiting)), 0 if waiting or not patient else MORE_MOMENTS
            request = protocol.poll_request(ticket, share, stdout_offset, stderr_offset, moments)
            return self._ask(request, protocol.read_polled, interrupted)

    def fetch(self, ticket: str, path: str, quota: int, offset: int, *, interrupted: Callable[[], bool]) -> Fetched:
        """A part of a file that the ticket's script made."""
        request = protocol.fetch_request(ticket, path, quota, offset)
        with self._turns.held(interrupted):
            return self._ask(request, protocol.read_fetched, interrupted)

    def give(self, ticket: str, name: str, data: bytes, *, interrupted: Callable[[], bool]) -> bool:
        """Put a file into the folder of the ticket's script; could it be written?"""
        request = protocol.give_request(ticket, name, data)
        with self._turns.held(interrupted):
            return self._ask(request, lambda c: protocol.read_answer(c, "give"), interrupted) == ["ok"]

    def stop(self, ticket: str, reason: str, grace: int, *, interrupted: Callable[[], bool]) -> None:
        """Let the machine end the whole group; the machine goes on with that even when we are gone."""
        with self._turns.held(interrupted):
            request = protocol.stop_request(ticket, reason, grace)
            self._ask(request, lambda c: protocol.read_answer(c, "stop"), interrupted)

    def clean(self, ticket: str, *, interrupted: Callable[[], bool]) -> None:
        """Remove what an ended ticket left, except the tombstone."""
        with self._turns.held(interrupted):
            self._ask(protocol.clean_request(ticket), lambda c: protocol.read_answer(c, "clean"), interrupted)

    def facts(self, *, interrupted: Callable[[], bool]) -> dict[str, str]:
        """What the machine says about itself."""
        with self._turns.held(interrupted):
            return self._ask(protocol.FACTS_REQUEST, protocol.read_facts, interrupted)

    @property
    def root(self) -> str:
        """The runner's folder on the machine; empty until it has answered once."""
        return self._root

    @contextmanager
    def delivering(self, digest: str, interrupted: Callable[[], bool]) -> Iterator[None]:
        """Wait until nobody else here sends this package to this machine."""
        with self._guard:
            lock = self._deliveries.setdefault(digest, FairLock())
        with lock.held(interrupted):
            yield

    def have_package(self, digest: str, size: int, place: str, *, interrupted: Callable[[], bool]) -> Held:
        """Is it there, or how much of it?"""
        with self._turns.held(interrupted):
            return self._ask(protocol.have_request(digest, size, place), protocol.read_held, interrupted)

    def put_package(self, digest: str, offset: int, data: bytes, *, interrupted: Callable[[], bool]) -> int:
        """Send a piece; how many bytes are there then. Others who use the channel have their turn between pieces."""
        with self._turns.held(interrupted):
            request = protocol.put_request(digest, offset, data)
            answer = self._ask(request, lambda c: protocol.read_answer(c, "put"), interrupted)
        return int(answer[0])

    def seal_package(self, digest: str, *, interrupted: Callable[[], bool]) -> bool:
        """Give what was sent its name, if it is what it should be. Of what is large that takes a while, in which others
        who use the channel have their turn.
        """
        while True:
            with self._turns.held(interrupted):
                request = protocol.seal_request(digest)
                answer = self._ask(request, lambda c: protocol.read_answer(c, "seal"), interrupted)
            if answer != ["summing"]:
                return answer == ["ok"]
            if interrupted():
                raise Interrupted
            time.sleep(_SUMMING_SECONDS)

    def close(self) -> None:
        """Close the channel, after the exchange that is under way, if it does not take long."""
        deadline = time.monotonic() + 2.0
        try:
            with self._turns.held(lambda: time.monotonic() > deadline):
                self._drop()
        except Interrupted:
            self._drop()

    def _drop(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def _ask(
        self,
        request: bytes,
        read: Callable[[Channel], _Answer],
        interrupted: Callable[[], bool],
        sent: Callable[[], None] = lambda: None,
        effective: int = 0,
    ) -> _Answer:
        reused = self._channel is not None
        try:
            return self._ask_once(request, read, interrupted, sent, effective)
        except ChannelLost:
            if not reused:
                raise
        return self._ask_once(request, read, interrupted, sent, effective)

    def _ask_once(
        self,
        request: bytes,
        read: Callable[[Channel], _Answer],
        interrupted: Callable[[], bool],
        sent: Callable[[], None],
        effective: int,
    ) -> _Answer:
        channel = self._ready(interrupted)
        channel.interrupted = interrupted
        try:
            channel.send(request, effective, sent)
            return read(channel)
        except BaseException:  # an answer that was not read to its end would be taken for the next one
            self._drop()
            raise

    def _ready(self, interrupted: Callable[[], bool]) -> Channel:
        if self._channel is None:
            try:
                channel, hello = _Opening(self._open_channel, self._root).result(interrupted)
            except protocol.NoRunner as error:
                raise self._explain("no-runner", error.said) from error
            if hello.failure:
                channel.close()
                raise self._explain(hello.failure, hello.root)
            self._root = hello.root  # the same folder after a reconnect, or a ticket would seem to be missing
            self._channel = channel
        return self._channel
