"""Reads `when:` — the one way to say where something applies."""

from __future__ import annotations

from engine.definitions.fields import Record
from engine.definitions.nodes import Table
from engine.domain.scopes import EVERYWHERE, Scope

_PLURALS = {
    "environments": "Write `environment:`; a list is fine.",
    "excluded_environments": "Write `excluded_environment:`; a list is fine.",
    "projects": "Write `project:`; a list is fine.",
}


def read_scope(record: Record, *, by_project: bool = False, may_exclude: bool = False) -> Scope:
    """The scope in this record's `when`. `by_project`: it stands outside any project, so it may name some.
    `may_exclude`: it may also name environments where it does not apply, instead of those where it does.
    """
    when = record.get("when")
    if when is None:
        return EVERYWHERE
    known = ["environment", *(["project"] if by_project else []), *(["excluded_environment"] if may_exclude else [])]
    fields = when.table(known, hints=_PLURALS)
    if isinstance(when.node, Table) and not when.node.entries:
        when.wrong("empty", "`when` restricts nothing.", "Write for example `when: {environment: production}`.")
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
