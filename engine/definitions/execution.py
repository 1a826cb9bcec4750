"""Reads where a script is executed: `runs_on` and `worker_pool`, and whether they fit the targets of its step."""

from __future__ import annotations

from engine.definitions.fields import Record
from engine.definitions.nodes import Items, Scalar, shown
from engine.definitions.readings import suggest
from engine.definitions.targets import TAGS_WITHOUT_MACHINE
from engine.domain import locations, pool_choices
from engine.domain.locations import RunsOn


def read_runs_on(record: Record, of_step: Record) -> RunsOn | None:
    """`runs_on: worker_for_each_target`; None where it is not said, or wrong."""
    field = record.get("runs_on")
    word = field.text("`runs_on: worker_for_each_target`") if field else ""
    if field is None or not word:
        return None
    known = [choice.value for choice in RunsOn]
    if word not in known:
        field.wrong("runs-on", f"A step cannot run on {shown(word)}.", suggest(word, known, "places"))
        return None
    runs_on = RunsOn(word)
    if flaw := locations.contradiction(runs_on, _tags_of(of_step)):
        field.wrong("contradiction", *flaw)
    return runs_on


def read_pool(record: Record, of_step: Record, runs_on: RunsOn | None, action: str) -> str | None:
    """`worker_pool: linux`, or `"#{Pool}"`, of the action with this slug; a problem where none of its runs is on a
    worker.
    """
    field = record.get("worker_pool")
    if field is None:
        return None
    tags, reading = _tags_of(of_step), field.reading
    # What is aimed at a target without a machine runs on a worker, and then a pool is asked.
    has_machines_only = reading.knows("targets") and not set(tags).intersection(reading.declared(TAGS_WITHOUT_MACHINE))
    if tags and (runs_on or RunsOn.TARGETS) is RunsOn.TARGETS and has_machines_only:
        hint = "Remove it, or write `runs_on: worker_for_each_target`."
        field.wrong("one-of", "This runs on the targets of its step, so no worker pool is asked.", hint)
    text = field.node.text if isinstance(field.node, Scalar) else ""
    if not pool_choices.is_template(text):
        return field.reference("worker_pools")
    reading.pool_templates[field.place.file, action] = (field.place, field.path)
    return field.line('"#{Pool}"', longest=1000)


def _tags_of(step: Record) -> tuple[str, ...]:
    """The tags as they are written; what is wrong with them is told where they are read."""
    field = step.get("target_tags")
    nodes = field.node.nodes if field and isinstance(field.node, Items) else [field.node] if field else []
    return tuple(node.text for node in nodes if isinstance(node, Scalar))
