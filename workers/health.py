"""Judges whether a machine can work from what it says about itself. Asks nobody itself."""

from __future__ import annotations

from collections.abc import Mapping

from engine.contracts import Health

LOW_DISK_MIB = 100
"""Below this much free space a machine is still healthy, but its message says so."""


def judge(facts: Mapping[str, str], place: str) -> Health:
    """Healthy means: a script can be started there now."""
    known = {name: value for name, value in facts.items() if value}
    if "setsid" not in known:
        return Health(False, f"{place} has no `setsid`: install the package util-linux there.", known)
    free = known.get("free_mib", "")
    if free.isdecimal() and int(free) == 0:
        return Health(False, f"The disk of {place} is full: free some space below {known.get('folder', '~')}.", known)
    notes = []
    if "bash" not in known:
        notes.append("bash is not installed, so Bash steps fail there")
    if free.isdecimal() and int(free) < LOW_DISK_MIB:
        notes.append(f"only {free} MiB are free")
    message = f"{place} can work" + (f"; {' and '.join(notes)}." if notes else ".")
    return Health("bash" in known, message, known)
