"""Gets a package to a machine, over the connection that its scripts are started by: what is there already is not sent,
and of what resembles an earlier version only the difference.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.contracts import Parcel
from engine.package_contracts import amount
from workers.packages import patches, rsync, sides
from workers.runner.channels import CannotConnect, ChannelLost, OpenSide
from workers.runner.client import RunnerClient
from workers.runner.protocol import Held

_FIRST_PIECE, _SMALLEST_PIECE, _LARGEST_PIECE = 1 << 20, 1 << 16, 16 << 20
"""Bytes that are sent at once: what was cut off goes on behind them."""

_QUICK, _SLOW = 0.2, 1.0
"""Seconds. After a piece that took less the next one is larger, after one that took more it is smaller: others who use
the channel wait for one piece at most."""

_WORTH_A_DELTA = 256 << 10
"""Bytes below which it takes longer to ask for a difference than to send all."""

_MOST_CUTS, _MOST_STANDSTILLS = 5, 3


Progress = Callable[[int, bool], None]
"""Told how many bytes are there by now; or, if so it is, how many of only a difference were sent."""


@dataclass(frozen=True)
class Delivered:
    """What was done for a package to be there."""

    sent: int  # bytes
    difference: str = ""  # what made it, `rsync` or `zstd`, if only that was sent
    is_fetched: bool = False  # by the machine itself


def deliver(
    client: RunnerClient,
    package: Parcel,
    place: str,
    interrupted: Callable[[], bool],
    there: Progress = lambda _size, _is_difference: None,
    open_side: OpenSide | None = None,
) -> Delivered:
    """Make sure that the machine has it. Raises CannotConnect, ChannelLost, Interrupted."""
    with client.delivering(package.digest, interrupted):
        return Delivery(client, package, place, interrupted, there, open_side).run()


class Delivery:
    """One package on its way to one machine."""

    def __init__(
        self,
        client: RunnerClient,
        package: Parcel,
        place: str,
        interrupted: Callable[[], bool],
        there: Progress,
        open_side: OpenSide | None,
    ) -> None:
        self._client, self._package, self._place = client, package, place
        self._interrupted = interrupted
        self._there = there
        self._open_side = open_side
        self._is_delta_tried = package.size < _WORTH_A_DELTA
        self._is_wrong_once = False
        self._aside_from = -1  # where a second session began last
        self._sent = 0  # bytes
        self._delta = ""  # how the difference was made, if that is what was sent

    def run(self) -> Delivered:
        """Until it is there, whatever breaks meanwhile."""
        cuts, there = 0, 0
        while True:
            try:
                held = self._have()
                if held.is_present:
                    return Delivered(self._sent, self._delta)
                if held.failure:
                    raise no_room(self._package.name, self._package.size, self._place, held.failure)
                if held.count > there:
                    cuts = 0
                there = held.count
                self._send(held)
            except ChannelLost:
                cuts += 1
                if cuts > _MOST_CUTS:
                    raise

    def _have(self) -> Held:
        package = self._package
        return self._client.have_package(
            package.digest, package.size, series_of(package), interrupted=self._interrupted
        )

    def _send(self, held: Held) -> None:
        self._delta = ""
        if self._open_side is None or held.count <= self._aside_from:  # what a second session does not bring
            self._send_pieces(held.count)
        elif held.earlier and not held.count and not self._is_delta_tried:
            self._is_delta_tried = True
            with contextlib.suppress(ChannelLost, OSError):  # then all of it is sent
                self._send_delta(self._open_side, held)
        else:
            self._send_aside(self._open_side, held)

    def _send_delta(self, open_side: OpenSide, held: Held) -> None:
        if "rsync" in held.tools and rsync.is_here():
            with (
                rsync.started(self._package.path) as child,
                self._opened(open_side, "rsync", held.earlier, *child.options) as side,
            ):
                self._delta = "rsync"
                side.on_sent = lambda count: self._there(count, True)
                child.speak(side)
        elif "zstd" in held.tools:
            patch = patches.patch_from(held.earlier, self._package, self._interrupted)
            if patch is not None:
                with self._opened(open_side, "patch", held.earlier) as side:
                    self._delta = "zstd"
                    side.on_sent = lambda count: self._there(count, True)
                    side.send_file(patch)

    def _send_aside(self, open_side: OpenSide, held: Held) -> None:
        self._aside_from = held.count
        with self._opened(open_side, "whole", held.part, str(held.count)) as side:
            side.on_sent = lambda count: self._there(held.count + count, False)
            side.send_file(self._package.path, held.count)

    @contextmanager
    def _opened(self, open_side: OpenSide, *how: str) -> Iterator[sides.Side]:
        folder = f"{self._client.root}/packages"
        arguments = (folder, self._package.digest, str(self._package.size), *how)
        with sides.opened(open_side, arguments, self._interrupted) as side:
            try:
                yield side
            finally:
                self._sent += side.count

    def _send_pieces(self, offset: int) -> None:
        """Over the runner's own channel."""
        package, standstills, piece = self._package, 0, _FIRST_PIECE
        with package.path.open("rb") as file:
            while offset < package.size:
                self._there(offset, False)
                file.seek(offset)
                data = file.read(piece)
                began = time.monotonic()
                there = self._client.put_package(package.digest, offset, data, interrupted=self._interrupted)
                piece = _next_piece(piece, time.monotonic() - began)
                self._sent += len(data)
                standstills = standstills + 1 if there <= offset else 0
                if standstills > _MOST_STANDSTILLS:
                    raise no_room(package.name, package.size, self._place, "disk-full")
                offset = there
        if not self._client.seal_package(package.digest, interrupted=self._interrupted):
            if self._is_wrong_once:
                raise CannotConnect(
                    f"{package.name} did not arrive at {self._place} as it was sent.",
                    "Nothing was installed. Try again.",
                )
            self._is_wrong_once = True  # what lay there may have been spoilt; it is gone now


def series_of(package: Parcel) -> str:
    """A word that its other versions have in common with it, for the machine to remember them by."""
    return hashlib.sha256(package.series.encode()).hexdigest()[:16]


def no_room(name: str, size: int, place: str, why: str) -> CannotConnect:
    """The machine cannot take it: `disk-full` or `not-writable`."""
    what = "its disk is full" if why == "disk-full" else "its folder for packages cannot be written"
    return CannotConnect(
        f"{place} cannot take {name} ({amount(size)}): {what}.",
        "Nothing was installed. Free some space there and try again.",
        retryable=False,
    )


def _next_piece(piece: int, seconds: float) -> int:
    """How many bytes are sent next, after a piece that took so long."""
    if seconds < _QUICK:
        return min(2 * piece, _LARGEST_PIECE)
    return max(piece // 2, _SMALLEST_PIECE) if seconds > _SLOW else piece
