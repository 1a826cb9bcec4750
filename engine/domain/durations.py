"""Durations in words, as the configuration writes them."""

from __future__ import annotations

from datetime import timedelta


def spelled(span: timedelta) -> str:
    """`15s`, `90s`, `15m`, `4h`: the largest unit that gives a whole number."""
    seconds = span.total_seconds()
    for unit, letter in ((3600, "h"), (60, "m")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:.0f}{letter}"
    return f"{seconds:g}s"
