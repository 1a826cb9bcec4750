"""Launch an action or attach to it, and follow it to its end. Decides nothing about what the end means for a task."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from engine.contracts import ActionRequest, ActionResult, LogLevel, Outcome
from engine.errors import ForedeckError
from engine.ports import Clock, RunSink
from workers import scripts
from workers.runner import asked_files, collecting, wording
from workers.runner.channels import SLICE, CannotConnect, ChannelLost, Interrupted
from workers.runner.client import CLAIMED, RunnerClient
from workers.runner.pace import Pace
from workers.runner.protocol import Fetched, Polled, State
from workers.runner.reading import Reading
from workers.stream import AskedFiles

_Answer = TypeVar("_Answer")

_FIRST_RETRY, _SLOWEST_RETRY = 0.2, 5.0


class _Ended(Exception):
    """The way out of the loop, with the result."""

    def __init__(self, result: ActionResult) -> None:
        super().__init__()
        self.result = result


class Follower:
    """Follows one action; made for one call of `ensure_and_follow` and used by its thread only."""

    def __init__(
        self, client: RunnerClient, request: ActionRequest, sink: RunSink, clock: Clock, pace: Pace, place: str
    ) -> None:
        self._client = client
        self._request = request
        self._sink = sink
        self._clock = clock
        self._pace = pace
        self._place = place
        self._reading = Reading(request, sink, clock, pace)
        self._confirmed = request.launch_confirmed
        self._seen: Polled | None = None  # with the launch, and not yet looked at
        self._maybe_started = False
        self._started_at = request.started_at
        self._stop_asked_at: float | None = None
        self._printed = 0  # bytes, on the machine
        self._ended_at: float | None = None

    def follow(self) -> ActionResult:
        """Launch unless that was done before, then follow; blocks until the end, a loss or a detach."""
        try:
            if not self._confirmed:
                self._launch()
            wait, patient = self._pace.fastest, False
            while True:
                moved = self._turn(patient)
                wait = self._pace.fastest if moved else min(wait * 1.4, self._pace.slowest)
                # Who prints may go on at once: the machine waits for the end of what has printed nothing, or was quiet.
                patient = not moved and (not self._printed or wait > self._pace.quiet) and wait < self._pace.young
                self._pause(wait)
        except Interrupted:
            self._reading.record_rest()
            message = "The bot stops; the script goes on and is followed again later."
            return ActionResult(Outcome.DETACHED, message=message)
        except _Ended as end:
            return end.result

    # ---- launching

    def _launch(self) -> None:
        if self._sink.cancel_requested():
            raise _Ended(wording.canceled_early())
        try:
            bundle = scripts.bundle(self._request, self._clock())
        except ForedeckError as error:
            message = self._reading.mask(str(error))
            raise _Ended(ActionResult(Outcome.FAILED, message=message, hint=error.hint)) from None
        try:
            launched = self._persist(
                lambda: self._client.launch(
                    self._request.ticket, bundle, self._reading.frame, sent=self._sent, interrupted=self._is_given_up
                )
            )
        except Interrupted:
            if self._stopping() or self._maybe_started:
                raise
            raise _Ended(wording.canceled_early()) from None
        if launched.words[:1] not in CLAIMED:  # the first poll tells how a cleaned one ended
            raise _Ended(wording.not_launched(launched.words, self._place))
        self._seen = launched.polled
        self._confirmed = True
        self._started_at = self._started_at or self._clock()
        self._sink.launch_confirmed()

    def _sent(self) -> None:
        self._maybe_started = True

    def _is_given_up(self) -> bool:
        """What the machine has not got whole does not start, so a cancel need not wait until all of it is sent."""
        return self._stopping() or (not self._maybe_started and self._sink.cancel_requested())

    # ---- one turn

    def _turn(self, patient: bool) -> bool:
        if self._stopping():
            raise Interrupted
        self._ask_to_end()
        reading = self._reading
        asked_at = time.monotonic()
        try:
            polled, self._seen = self._seen or self._poll(patient), None
        except Interrupted:
            if self._stopping():
                raise
            return True  # it is to end: that is said over a new channel, and not after all of a slow answer
        self._printed = polled.stdout_size + polled.stderr_size
        moved = reading.take_in(polled, time.monotonic() - asked_at)
        if reading.asked_files is not None:
            self._answer_files(polled, reading.asked_files)
        self._judge(polled)
        reading.record_when_due()
        return moved

    def _poll(self, patient: bool) -> Polled:
        reading = self._reading
        return self._persist(
            lambda: self._client.poll(
                self._request.ticket,
                reading.frame,
                reading.stdout_offset,
                reading.stderr_offset,
                patient=patient,
                interrupted=lambda: self._stopping() or self._wants_end(),
            )
        )

    def _wants_end(self) -> bool:
        return self._stop_asked_at is None and (self._sink.cancel_requested() or self._is_overdue())

    def _judge(self, polled: Polled) -> None:
        reading = self._reading
        match polled.state:
            case State.RUNNING:
                if self._is_stuck():
                    self._end(wording.lost("unstoppable"))
            case State.CLEANED:
                self._end(wording.cleaned(polled.detail))
            case State.ABSENT:
                self._end(wording.lost("absent"))
            case State.GONE if self._stop_asked_at is not None and not self._is_stuck():
                reading.forget_end()  # its ending goes on beside us
            case State.GONE if reading.is_complete(polled):
                self._end(wording.lost(polled.detail))
            case State.EXITED if self._has_last_words():
                reading.forget_end()
            case State.EXITED if reading.is_complete(polled):
                reading.finish()
                collecting.collect(reading, self._sink, self._fetch)
                if polled.left:
                    reading.note(LogLevel.INFO, wording.left_behind(polled.left))
                result = wording.ended(polled.detail, polled.killed, reading.result_message, self._request)
                raise _Ended(wording.judged(result, self._request, has_error_output=reading.has_error_output))

    def _answer_files(self, polled: Polled, asked: AskedFiles) -> None:
        """Put variables into the files that our own script asks for; it waits for the answer."""
        folder, now = self._request.prepares, self._clock()
        if polled.state is State.RUNNING and folder is not None:
            answer = asked_files.answer(asked, folder, self._fetch_asked, now)
            self._persist(
                lambda: self._client.give(self._request.ticket, asked_files.ANSWER, answer, interrupted=self._stopping)
            )
        self._reading.files_are_answered()

    def _fetch_asked(self, path: str, quota: int, offset: int) -> Fetched:
        return self._persist(
            lambda: self._client.fetch(self._request.ticket, path, quota, offset, interrupted=self._stopping)
        )

    def _fetch(self, path: str, quota: int, offset: int) -> Fetched:
        if self._stopping():
            raise Interrupted
        try:
            return self._fetch_asked(path, quota, offset)
        except _Ended as end:  # how the script ended is known, and stays so
            raise collecting.OutOfReach from end

    def _has_last_words(self) -> bool:
        """Of a script that was asked to end, the group is looked at and not its pipes: what it said last is on its way
        from them into the files for a moment longer.
        """
        if self._stop_asked_at is None:
            return False
        self._ended_at = self._ended_at or time.monotonic()
        return time.monotonic() - self._ended_at < self._pace.last_words

    def _end(self, result: ActionResult) -> None:
        self._reading.finish()
        raise _Ended(result)

    # ---- asking it to end

    def _ask_to_end(self) -> None:
        if self._stop_asked_at is not None:
            return
        if self._sink.cancel_requested():
            reason, note = "canceled", "Canceling: the script is asked to end (TERM)."
        elif self._is_overdue():
            limit = wording.duration(self._request.time_limit)
            reason, note = "timed_out", f"The time limit of {limit} passed: the script is asked to end (TERM)."
        elif self._printed > self._request.output_limit:
            limit = wording.size(self._request.output_limit)
            reason = "overflowed"
            note = f"The script printed more than {limit}: it is asked to end (TERM), and no more of it is kept."
            self._reading.cap()
        else:
            return
        self._persist(
            lambda: self._client.stop(self._request.ticket, reason, self._pace.grace, interrupted=self._stopping)
        )
        self._stop_asked_at = time.monotonic()
        self._reading.note(LogLevel.WARNING, note)

    def _is_overdue(self) -> bool:
        limit, started_at = self._request.time_limit, self._started_at
        return limit is not None and started_at is not None and self._clock() >= started_at + limit

    def _is_stuck(self) -> bool:
        asked_at = self._stop_asked_at
        return asked_at is not None and time.monotonic() - asked_at > self._pace.grace + self._pace.stuck

    # ---- waiting

    def _stopping(self) -> bool:
        return self._sink.stopping()

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._stopping():
                raise Interrupted
            time.sleep(min(left, SLICE))

    def _persist(self, ask: Callable[[], _Answer]) -> _Answer:
        """Ask until there is an answer; a broken connection is waited out as long as patience lasts."""
        begun: float | None = None
        wait = _FIRST_RETRY
        while True:
            try:
                answer = ask()
            except (ChannelLost, CannotConnect) as error:
                problem = error if isinstance(error, CannotConnect) else wording.broken(error)
                if isinstance(error, ChannelLost):
                    self._reading.frame_was_lost()
                now = time.monotonic()
                if begun is None:
                    begun = now
                    self._tell(LogLevel.WAIT, f"The connection was lost and is made again. {problem}")
                self._consider(problem, now - begun)
                self._pause(wait)
                wait = min(wait * 1.7, _SLOWEST_RETRY)
            else:
                if begun is not None:
                    self._tell(LogLevel.INFO, "Connected again; the script is followed from where it was left.")
                return answer

    def _tell(self, level: LogLevel, text: str) -> None:
        if self._confirmed:  # before that there is no log to follow
            self._reading.note(level, text)

    def _consider(self, problem: CannotConnect, seconds: float) -> None:
        """Give up when trying again does not help, or did not help for long enough."""
        if self._confirmed:
            if seconds >= self._pace.patience:
                self._end(wording.out_of_reach(problem, seconds))
        elif self._maybe_started:
            if seconds >= self._pace.patience:
                raise _Ended(wording.maybe_started(problem))
        elif self._sink.cancel_requested():
            raise _Ended(wording.canceled_early())
        elif seconds >= self._pace.launch_patience or not problem.retryable:
            raise _Ended(ActionResult(Outcome.UNREACHABLE, message=str(problem), hint=problem.hint))


def follow(
    client: RunnerClient, request: ActionRequest, sink: RunSink, clock: Clock, pace: Pace, place: str
) -> ActionResult:
    """Launch or attach, and follow to the end."""
    return Follower(client, request, sink, clock, pace, place).follow()
