"""Where something applies: the `when:` of a step, a variable or a grant. It decides no precedence between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class Scope:
    """What it is restricted to, by slug. An empty tuple restricts nothing; values of one kind are alternatives.

    `excluded_environments`: everywhere but there; it does not make a scope more specific. Steps and grants know
    environments and projects. The other kinds are for variables; `steps` and `actions` are one kind, because a step is
    named for the actions in it.
    """

    environments: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    excluded_environments: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()  # "deployment", or "runbook"
    machines: tuple[str, ...] = ()
    target_tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    tenant_tags: tuple[str, ...] = ()

    @property
    def is_everywhere(self) -> bool:
        """Does it restrict nothing at all?"""
        return self == EVERYWHERE

    def matches(self, *, environment: str | None = None, project: str | None = None) -> bool:
        """Does it apply here, as far as environments and projects go? What is restricted and not named does not match:
        deny rather than guess.
        """
        if self.excluded_environments and (environment is None or environment in self.excluded_environments):
            return False
        return (not self.environments or environment in self.environments) and (
            not self.projects or project in self.projects
        )

    def excludes(self, other: Scope) -> bool:
        """Is there no environment in which both of these, which restrict environments only, could apply?"""
        for one, another in ((self, other), (other, self)):
            if one.environments and not any(another.matches(environment=name) for name in one.environments):
                return True
        return False

    def ignoring_environments(self) -> Scope:
        """The same scope for a question that is about no environment (a release belongs to none)."""
        return replace(self, environments=(), excluded_environments=())


EVERYWHERE = Scope()
"""Restricts nothing."""


def scope_to_json(scope: Scope) -> dict[str, Any]:
    """As a JSON-able dict; what restricts nothing is left out."""
    restrictions = {field.name: list(getattr(scope, field.name)) for field in fields(scope)}
    return {kind: slugs for kind, slugs in restrictions.items() if slugs}


def scope_from_json(content: Mapping[str, Any]) -> Scope:
    """The inverse of `scope_to_json`."""
    return Scope(**{field.name: tuple(content.get(field.name, ())) for field in fields(Scope)})
