"""Reads `variable_sets:` — the library sets: variables of the platform team, shared by projects that include them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.fields import Field
from engine.definitions.ties import Places, note_ties
from engine.definitions.values import TargetDefinition, VariableSet
from engine.definitions.variables import read_variables


def read_variable_sets(
    section: Field, environments: Iterable[str], targets: Iterable[TargetDefinition] = ()
) -> list[VariableSet]:
    """`variable_sets:` — slug to a set."""
    sets = []
    for slug, field in section.named("variable_sets"):
        record = field.table(["name", "variables"])
        written = record.need("variables", "{SmtpHost: [{value: mail.example.com}]}")
        read = read_variables(written, source=slug) if written else []
        note_ties(read, Places(tuple(environments), tuple(targets)))
        sets.append(VariableSet(slug, record.line("name", slug), tuple(v.variable for v in read)))
    return sets
