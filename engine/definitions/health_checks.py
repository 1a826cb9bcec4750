"""Reads the work `health_check` of a step: how its targets are looked at, and what follows from what is found."""

from __future__ import annotations

from engine.definitions.fields import Field
from engine.definitions.nodes import shown
from engine.domain.processes import HealthCheck

_CHOICES = {
    "type": ("policy", "connection"),
    "unavailable": ("fail", "skip"),
    "unhealthy": ("fail", "exclude"),
    "new_targets": ("ignore", "include"),
}
KEYS_OF_A_HEALTH_CHECK = tuple(_CHOICES)


def read_health_check(field: Field) -> HealthCheck:
    """`{type: …, unavailable: …, unhealthy: …, new_targets: …}`; of each the first choice when it is left out."""
    record = field.table(KEYS_OF_A_HEALTH_CHECK)
    chosen = {}
    for key, known in _CHOICES.items():
        written = record.get(key)
        word = written.text() if written else known[0]
        if written and word and word not in known:
            written.wrong("choice", f"{shown(word)} is not a choice here.", f"Write {' or '.join(known)}.")
        chosen[key] = word == known[1]
    return HealthCheck(chosen["type"], chosen["unavailable"], chosen["unhealthy"], chosen["new_targets"])
