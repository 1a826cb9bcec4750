"""A point in time as .NET's DateTime and DateTimeOffset hold it: to 100 ns, with or without an offset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum


class Kind(Enum):
    """What is known of the offset."""

    UNSPECIFIED = "unspecified"
    """A DateTime that says nothing; local time is meant, which is UTC here."""
    UTC = "utc"
    """A DateTime in UTC: prints `Z`."""
    LOCAL = "local"
    """A DateTime in local time: prints its offset."""
    OFFSET = "offset"
    """A DateTimeOffset."""


@dataclass(frozen=True)
class Moment:
    """`clock` is what a clock there shows, without a zone; `ticks` (0 to 9, of 100 ns) and `offset` add the rest."""

    clock: datetime
    ticks: int
    offset: timedelta
    kind: Kind

    def to_utc(self) -> Moment:
        """The same point in time at offset zero; raises `OverflowError` before year 1 and after 9999."""
        return replace(self, clock=self.clock - self.offset, offset=timedelta(0))

    def add(self, amount: timedelta) -> Moment:
        """Later by `amount`; raises `OverflowError`."""
        return replace(self, clock=self.clock + amount)


def local_moment(now: datetime) -> Moment:
    """What `DateTime.Now` is at `now`."""
    offset = now.utcoffset()
    kind = Kind.UNSPECIFIED if offset is None else Kind.LOCAL
    return Moment(now.replace(tzinfo=None), 0, offset or timedelta(0), kind)


def utc_moment(now: datetime) -> Moment:
    """What `DateTime.UtcNow` is at `now`."""
    utc = now.astimezone(UTC) if now.tzinfo else now
    return Moment(utc.replace(tzinfo=None), 0, timedelta(0), Kind.UTC)
