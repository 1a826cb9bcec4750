"""Gets a package to a machine, over the channel that its scripts are started by: what is there already is not sent."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.contracts import PackageFile
from workers.runner.channels import CannotConnect, ChannelLost
from workers.runner.client import RunnerClient

_FIRST_PIECE, _LARGEST_PIECE = 1 << 20, 16 << 20
"""Bytes that are sent at once: what was cut off goes on behind them."""

_PIECE_SECONDS = 0.2
"""While a piece takes less than that the next one is larger: others who use the channel wait for one piece at most."""

_MOST_CUTS, _MOST_STANDSTILLS = 5, 3


def deliver(
    client: RunnerClient,
    package: PackageFile,
    place: str,
    interrupted: Callable[[], bool],
    there: Callable[[int], None] = lambda _size: None,
) -> bool:
    """Make sure that the machine has it; was anything sent? `there` is told how many bytes of it are there by now.

    Raises CannotConnect, ChannelLost, Interrupted.
    """
    cuts, is_anew, sent = 0, False, []

    def note(size: int) -> None:
        sent.append(size)
        there(size)

    while True:
        try:
            arrived = _send(client, package, place, interrupted, note)
        except ChannelLost:
            cuts += 1
            if cuts > _MOST_CUTS:
                raise
            continue
        if arrived:
            return bool(sent)
        if is_anew:
            raise CannotConnect(
                f"{package.name} did not arrive at {place} as it was sent.", "Nothing was installed. Try again."
            )
        is_anew = True  # what lay there may have been spoilt; it is gone now


def _send(
    client: RunnerClient,
    package: PackageFile,
    place: str,
    interrupted: Callable[[], bool],
    note: Callable[[int], None],
) -> bool:
    """Send what is not there yet; is it there then, as it should be?"""
    held = client.have_package(package.digest, package.size, interrupted=interrupted)
    if held == "present":
        return True
    if not held.isdecimal():
        raise _no_room(package, place, held)
    offset, standstills, piece = int(held), 0, _FIRST_PIECE
    with package.path.open("rb") as file:
        while offset < package.size:
            note(offset)
            file.seek(offset)
            began = time.monotonic()
            there = client.put_package(package.digest, offset, file.read(piece), interrupted=interrupted)
            is_quick = time.monotonic() - began < _PIECE_SECONDS
            piece = min(2 * piece, _LARGEST_PIECE) if is_quick else max(piece // 2, _FIRST_PIECE)
            standstills = standstills + 1 if there <= offset else 0
            if standstills > _MOST_STANDSTILLS:
                raise _no_room(package, place, "disk-full")
            offset = there
    return client.seal_package(package.digest, interrupted=interrupted)


def _no_room(package: PackageFile, place: str, why: str) -> CannotConnect:
    what = "its disk is full" if why == "disk-full" else "its folder for packages cannot be written"
    return CannotConnect(
        f"{place} cannot take {package.name} ({package.size >> 20} MB unpacked): {what}.",
        "Nothing was installed. Free some space there and try again.",
        retryable=False,
    )
