"""How fast a script's output is read: 1,000,000 lines of 100 bytes with one secret, in one thread.

Run from the top of the repository: python -m benchmarks.log_stream. Beside each figure stands what this machine needs
for the same bytes when it merely copies and decodes them.
"""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from workers.stream import LogStream

LINES, WIDTH, SECRET = 1_000_000, 100, "kD8s-very.secret_9Qx7Lw2"
KIB, MIB = 1024, 1024 * 1024


def output(*, coloured: bool = False) -> bytes:
    """The lines, all different; one in a thousand holds the secret."""
    picker = random.Random(4)
    letters = string.ascii_letters + string.digits + "    .:/-="
    body = "".join(picker.choices(letters, k=WIDTH * 1000))
    lines = []
    for number in range(LINES):
        start = number * 37 % (len(body) - WIDTH)
        text = f"{number:07d} {SECRET if number % 1000 == 0 else ''}"
        if coloured:
            text = f"\x1b[32m{text}\x1b[0m "
        lines.append(text + body[start : start + WIDTH - 1 - len(text)])
    return ("\n".join(lines) + "\n").encode()


def copied(data: bytes, chunk: int) -> None:
    """The yardstick: copy each chunk, decode it, copy the text."""
    for at in range(0, len(data), chunk):
        data[at : at + chunk].decode("utf-8").encode("utf-8")


def streamed(data: bytes, chunk: int, masks: list[str]) -> None:
    """What a follower does with what it reads, without storing it."""
    stream = LogStream(masks=masks, clock=lambda: datetime.now(UTC))
    for at in range(0, len(data), chunk):
        stream.feed("stdout", data[at : at + chunk])
        stream.take()
        stream.state()
    stream.finish()


def speed(size: int, run: Callable[[], None]) -> float:
    """Millions of bytes a second, the best of three."""
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return size / best / 1e6


def main() -> None:
    """Print one line for each case."""
    lines = output()
    coloured = output(coloured=True)
    picker = random.Random(5)
    many = [SECRET, *("".join(picker.choices(string.ascii_letters, k=24)) for _ in range(199))]
    cases = [
        ("one secret, chunks of 8 MiB", lines, 8 * MIB, [SECRET]),
        ("one secret, chunks of 1 MiB", lines, MIB, [SECRET]),
        ("one secret, chunks of 64 KiB", lines, 64 * KIB, [SECRET]),
        ("one secret, chunks of 4 KiB", lines, 4 * KIB, [SECRET]),
        ("coloured, one secret, 1 MiB", coloured, MIB, [SECRET]),
        ("200 secrets, 1 MiB", lines[: len(lines) // 10], MIB, many),
    ]
    for name, data, chunk, masks in cases:
        reading = speed(len(data), partial(streamed, data, chunk, masks))
        copying = speed(len(data), partial(copied, data, chunk))
        print(f"{name:32} {reading:8.0f} MB/s   copy and decode: {copying:8.0f} MB/s")


if __name__ == "__main__":
    main()
