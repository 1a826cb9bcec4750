"""How often a machine is asked, how much is taken at once, how long is waited. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds and bytes; the defaults are what production uses, tests take shorter ones."""

    fastest: float = 0.003  # between two looks while something moves
    slowest: float = 0.25  # between two looks at a quiet script
    quiet: float = 0.007  # from here on it is, and
    young: float = 0.02  # up to here between two looks, its end is waited for on the machine
    first_record: float = 0.03  # after the first look
    record_every: float = 0.25
    record_bytes: int = 8 << 20
    first_frame: int = 256 << 10
    smallest_frame: int = 4 << 10  # on a link that breaks before more gets through
    largest_frame: int = 8 << 20  # 187 MB/s through a channel; with the first one 77 MB/s
    quick: float = 0.15  # a full frame that comes faster than this is doubled
    slow: float = 2.0  # a frame that comes slower than this is halved, down to the smallest of a weak link
    weakest_frame: int = 32 << 10
    patience: float = 120.0  # how long a machine may be out of reach while a script runs on it
    launch_patience: float = 8.0  # how long a machine that may answer soon is tried before anything was started
    grace: int = 10  # whole seconds from TERM to KILL
    last_words: float = 0.2  # after a stopped group is gone: until what it printed last is in the files
    stuck: float = 20.0  # after KILL: what still lives then will not end
