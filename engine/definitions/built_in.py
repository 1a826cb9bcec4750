"""Reads how the built-in worker works: whether at all, as whom, within which limits."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.definitions.fields import Field, Record
from engine.definitions.values import BuiltInDefinition

_KEYS = ("enabled", "run_as", "limits")
_LIMITS = ("time", "memory", "processes", "output")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_.-]{0,31}", re.ASCII)


def read_built_in(section: Field) -> BuiltInDefinition:
    """`built_in_worker:` — what is left out is as it was: enabled, the bot's own account, no limits."""
    record = section.table(_KEYS, may_be_empty=section.is_empty)
    run_as = record.get("run_as")
    definition = BuiltInDefinition(
        enabled=record.flag("enabled", default=True), run_as=_read_account(run_as) if run_as else None
    )
    limits = record.get("limits")
    return _with_limits(definition, limits.table(_LIMITS)) if limits else definition


def _read_account(field: Field) -> str | None:
    name = field.text("foredeck-scripts")
    if name and not _ACCOUNT.fullmatch(name):
        field.wrong("account-name", "This is not the name of an account.", "For example foredeck-scripts.")
        return None
    if name == "root":
        hint = "Use an account without rights, for example foredeck-scripts."
        field.wrong("account-name", "As root, scripts could do everything on the bot's machine.", hint)
    return name or None


def _with_limits(definition: BuiltInDefinition, record: Record) -> BuiltInDefinition:
    time, memory = record.get("time"), record.get("memory")
    processes, output = record.get("processes"), record.get("output")
    if processes and definition.run_as is None:
        message = "Without `run_as` this would count the processes of the bot, too."
        processes.wrong("needs-run-as", message, "Add `run_as`, or remove `processes`.")
    return replace(
        definition,
        time=time.duration() if time else None,
        memory=memory.size(least=1 << 24) if memory else None,
        processes=processes.whole_number(least=10) if processes else None,
        output=output.size(least=1 << 10) if output else None,
    )
