"""Reads `when:` — the one way to say where something applies."""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Items, Table, shown
from engine.definitions.readings import suggest
from engine.domain.precedence import DEPLOYMENT, RUNBOOK
from engine.domain.processes import Process
from engine.domain.scopes import EVERYWHERE, Scope

_PLURALS = {
    f"{word}s": f"Write `{word}:`; a list is fine."
    for word in ("environment", "excluded_environment", "project", "step", "action", "target", "target_tag")
} | {"processes": "Write `process:`; a list is fine."}
_NOT_SHARED = "A variable set is shared, so it knows no steps: give the project a value of its own for its step."


def read_scope(record: Record, *, by_project: bool = False, may_exclude: bool = False) -> Scope:
    """The scope in this record's `when`. `by_project`: it stands outside any project, so it may name some.
    `may_exclude`: it may also name environments where it does not apply, instead of those where it does.
    """
    known = ["environment", *(["project"] if by_project else []), *(["excluded_environment"] if may_exclude else [])]
    fields = _read_when(record, known, {})
    if fields is None:
        return EVERYWHERE
    environments, projects = fields.get("environment"), fields.get("project")
    excluded = fields.get("excluded_environment")
    if environments and excluded:
        hint = "Keep `environment`: what it does not name is excluded anyway."
        excluded.wrong("one-of", "`environment` and `excluded_environment` exclude each other.", hint)
    return Scope(
        environments.one_or_many_references("environments") if environments else (),
        projects.one_or_many_references("projects") if projects else (),
        excluded.one_or_many_references("environments") if excluded else (),
    )


def read_variable_scope(record: Record, *, process: Process | None, is_shared: bool) -> Scope:
    """The scope of a variable's value. `process`: of its project; None when that could not be read, or `is_shared`."""
    known = ["environment", *([] if is_shared else ["step", "action"]), "target", "target_tag", "process"]
    fields = _read_when(record, known, {"step": _NOT_SHARED, "action": _NOT_SHARED} if is_shared else {})
    if fields is None:
        return EVERYWHERE
    environments, steps, actions = fields.get("environment"), fields.get("step"), fields.get("action")
    processes, targets, tags = fields.get("process"), fields.get("target"), fields.get("target_tag")
    if steps and actions:
        hint = "They are one kind of scope: name the action alone."
        actions.wrong("one-of", "`step` and `action` exclude each other.", hint)
    return Scope(
        environments=environments.one_or_many_references("environments") if environments else (),
        steps=_read_steps(steps, process) if steps else (),
        actions=_read_actions(actions, process) if actions and not steps else (),
        processes=_read_words(processes, "processes", (DEPLOYMENT, RUNBOOK)) if processes else (),
        machines=targets.one_or_many_references("targets") if targets else (),
        target_tags=tags.one_or_many_references("target_tags") if tags else (),
    )


def _read_when(record: Record, known: list[str], hints: dict[str, str]) -> Record | None:
    when = record.get("when")
    if when is None:
        return None
    if isinstance(when.node, Table) and not when.node.entries:
        when.wrong("empty", "`when` restricts nothing.", "Write for example `when: {environment: production}`.")
    return when.table(known, hints=_PLURALS | hints)


def _read_steps(field: Field, process: Process | None) -> tuple[str, ...]:
    return _read_words(field, "steps", None if process is None else [step.slug for step in process.steps])


def _read_actions(field: Field, process: Process | None) -> tuple[str, ...]:
    known = None if process is None else [action.slug for step in process.steps for action in step.actions]
    return _read_words(field, "actions", known)


def _read_words(field: Field, kind: str, known: Iterable[str] | None) -> tuple[str, ...]:
    """One word or a list, none twice; each of the known ones, where they are known."""
    items = field.one_or_many()
    if not items and isinstance(field.node, Items):
        hint = "Name at least one, or remove the key."
        field.wrong("empty", "This names nothing, so it would apply nowhere.", hint)
    words: list[str] = []
    choices = None if known is None else list(known)
    for item in items:
        word = item.text()
        if not word:
            continue
        if word in words:
            item.wrong("duplicate-item", f"{shown(word)} is in this list twice.", "Keep one of them.")
        elif choices is not None and word not in choices:
            what = {"steps": "step", "actions": "action", "processes": "process"}[kind]
            item.wrong("dangling-reference", f"There is no {what} {shown(word)}.", suggest(word, choices, kind))
        words.append(word)
    return tuple(dict.fromkeys(words))
