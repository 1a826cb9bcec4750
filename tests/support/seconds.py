"""Whether work ends at all. How fast it is, `benchmarks/` measures: a busy machine has no short seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

BOUND = 15.0
"""Seconds of processor time: what takes half a second when it is right, and minutes when it is not, is told apart."""
_Result = TypeVar("_Result")


def that_ends(work: Callable[[], _Result]) -> _Result:
    """What this gives, where it does not take for ever."""
    begin = time.process_time()
    result = work()
    taken = time.process_time() - begin
    assert taken < BOUND, f"it took {taken:.1f} s of processor time"
    return result
