"""A channel: what is read over it, and that a wait for it can be given up."""

from __future__ import annotations

import pytest

from workers.runner import channels
from workers.runner.channels import Channel, Interrupted


class Trickle:
    """A stream that goes on for ever, a byte at a time."""

    count = 0

    def read(self, limit: int, timeout: float) -> bytes:
        self.count += 1
        return b"x"

    def write(self, data: bytes, timeout: float) -> int:
        return len(data)

    def close(self) -> None:
        pass


def test_an_answer_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "_TRICKLES", 0.0)
    stream = Trickle()
    channel = Channel(stream)
    channel.interrupted = lambda: stream.count > 100
    with pytest.raises(Interrupted):
        channel.receive(1 << 40)


def test_one_that_is_quick_is_read_to_its_end() -> None:
    channel = Channel(Trickle())
    channel.interrupted = lambda: True
    assert channel.receive(50) == b"x" * 50
