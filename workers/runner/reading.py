"""What is read of one action, and its recording with a checkpoint. Not the talk with the machine, nor its judgement."""

from __future__ import annotations

import time
from collections.abc import Iterable

from engine.contracts import ActionRequest, Checkpoint, LogLevel, LogSegment, Progress, Secret
from engine.ports import Clock, RunSink
from workers.runner.pace import Pace
from workers.runner.protocol import Polled
from workers.stream import AskedFiles, LogStream, NamedArtifact


class Reading:
    """The two streams of one action: how far they are read, and what of it is recorded."""

    def __init__(self, request: ActionRequest, sink: RunSink, clock: Clock, pace: Pace) -> None:
        self._sink = sink
        self._clock = clock
        self._pace = pace
        self._log_length = request.checkpoint.log_length
        self._stream = LogStream(masks=_masks(request), clock=clock, state=request.checkpoint.parser or None)
        self._ends: tuple[int, int] | None = None
        self._is_capped = False
        self._unrecorded = 0
        # The first lines wait a moment: a script that ends by then needs one commit less.
        self._recorded_at = time.monotonic() - pace.record_every + pace.first_record
        self._told_of_cut = False
        self.stdout_offset = request.checkpoint.stdout_offset
        self.stderr_offset = request.checkpoint.stderr_offset
        self.frame = pace.first_frame
        """How many bytes of each stream to ask for at once; grows while the machine gives that much quickly."""

    @property
    def result_message(self) -> str:
        """What the script itself gave as the reason of its end."""
        return self._stream.result_message

    @property
    def has_error_output(self) -> bool:
        """Was there text on stderr?"""
        return self._stream.has_error_output

    @property
    def next_artifact(self) -> NamedArtifact | None:
        """The first file that the script named and that is not collected yet."""
        return self._stream.next_artifact

    def artifact_is_collected(self, level: LogLevel, note: str) -> None:
        """Done with it: that is recorded together with what is said of it, so that no restart collects it again."""
        self._stream.artifact_is_collected()
        self.note(level, note)

    @property
    def asked_files(self) -> AskedFiles | None:
        """The files that the script wants to have variables in, and that it waits for."""
        return self._stream.asked_files

    def files_are_answered(self) -> None:
        """Done with them; a restart before the next record answers once more, which does no harm."""
        self._stream.files_are_answered()

    def holds_secret(self, text: str) -> bool:
        """Is any secret in this text?"""
        return self._stream.holds_secret(text)

    def mask(self, text: str) -> str:
        """This text with all secrets hidden."""
        return self._stream.mask(text)

    def take_in(self, polled: Polled, seconds: float) -> bool:
        """Read what came with an answer that took this long; tells whether there was anything."""
        self._adapt_frame(polled, seconds)
        count = 0
        for stream, data, end, offset in (
            ("stdout", polled.stdout, self._ends and self._ends[0], self.stdout_offset),
            ("stderr", polled.stderr, self._ends and self._ends[1], self.stderr_offset),
        ):
            wanted = data if end is None else data[: max(0, end - offset)]
            if wanted:
                self._stream.feed(stream, wanted)
                count += len(wanted)
            if stream == "stdout":
                self.stdout_offset += len(wanted)
            else:
                self.stderr_offset += len(wanted)
        self._unrecorded += count
        if polled.cut and not self._told_of_cut:
            self._told_of_cut = True
            self.note(LogLevel.WARNING, "The machine's disk was full: output is missing from here on.")
        return count > 0

    def frame_was_lost(self) -> None:
        """The connection broke before it was there: a smaller one may get through before the next break."""
        self.frame = max(self.frame // 4, self._pace.smallest_frame)

    def is_complete(self, polled: Polled) -> bool:
        """Is all read that was there when the end was first seen? What a daemon prints later does not count."""
        if self._ends is None:
            self._ends = (polled.stdout_size, polled.stderr_size)
        return self.stdout_offset >= self._ends[0] and self.stderr_offset >= self._ends[1]

    def forget_end(self) -> None:
        """It was not the end after all."""
        if not self._is_capped:
            self._ends = None

    def cap(self) -> None:
        """Read nothing more: the script has printed more than it may."""
        self._ends = (self.stdout_offset, self.stderr_offset)
        self._is_capped = True

    def record_when_due(self) -> None:
        """Record what is new, if it is much or the last time is a while ago."""
        since = time.monotonic() - self._recorded_at
        if self._unrecorded and (since >= self._pace.record_every or self._unrecorded >= self._pace.record_bytes):
            self.record()

    def record_rest(self) -> None:
        """Record what is new, if anything is."""
        if self._unrecorded:
            self.record()

    def finish(self) -> None:
        """Both streams have ended: record all, also what was held back."""
        self._stream.finish()
        self.record()

    def note(self, level: LogLevel, text: str) -> None:
        """Say something of our own in the log, after all that was read so far."""
        self.record((LogSegment(at=self._clock(), level=level, stream="foredeck", text=text + "\n"),))

    def record(self, notes: Iterable[LogSegment] = ()) -> None:
        """Hand over everything since the last time, with the checkpoint that belongs to it."""
        taken = self._stream.take()
        checkpoint = Checkpoint(self.stdout_offset, self.stderr_offset, self._log_length, self._stream.state())
        self._sink.record(
            Progress(
                checkpoint=checkpoint,
                segments=(*taken.segments, *notes),
                outputs=taken.outputs,
                links=taken.links,
                percentage=taken.percentage,
                percentage_message=taken.percentage_message,
            )
        )
        self._unrecorded = 0
        self._recorded_at = time.monotonic()

    def _adapt_frame(self, polled: Polled, seconds: float) -> None:
        pace, is_full = self._pace, max(len(polled.stdout), len(polled.stderr)) >= self.frame
        if is_full and seconds < (pace.quick if self.frame >= pace.first_frame else pace.slow / 2):
            self.frame = min(self.frame * 2, pace.largest_frame)
        elif seconds > pace.slow:
            self.frame = max(self.frame // 2, min(self.frame, pace.weakest_frame))
        elif seconds > pace.quick * 4:
            self.frame = max(self.frame // 2, min(self.frame, pace.first_frame))


def _masks(request: ActionRequest) -> list[str]:
    secrets = [*request.masks, *(value for value in request.variables.values() if isinstance(value, Secret))]
    return [secret.reveal() for secret in secrets]
