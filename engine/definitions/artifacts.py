"""Reads what is kept of the files that scripts name: how large, how many, how long."""

from __future__ import annotations

from engine.definitions.fields import Field
from engine.definitions.values import ArtifactRules

_KEYS = ("file_limit", "task_limit", "retention")


def read_artifact_rules(section: Field) -> ArtifactRules:
    """`artifacts:` — what is left out has its default."""
    usual = ArtifactRules()
    record = section.table(_KEYS, may_be_empty=section.is_empty)
    of_file, of_task, retention = (record.get(key) for key in _KEYS)
    rules = ArtifactRules(
        of_file.size() if of_file else usual.file_limit,
        of_task.size() if of_task else usual.task_limit,
        retention.duration() if retention else usual.retention,
    )
    if rules.file_limit > rules.task_limit:
        field = of_task or of_file or section
        message = "A file may be larger than all files of a deployment together."
        field.wrong("contradiction", message, "Raise `task_limit`, or lower `file_limit`.")
    return rules
