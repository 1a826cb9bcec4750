"""Where something applies: the `when:` of a step, a variable or a grant. It decides no precedence between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Scope:
    """Environments and projects, by slug. An empty tuple restricts nothing; values of one kind are alternatives.

    `excluded_environments`: everywhere but there; it does not make a scope more specific.
    """

    environments: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    excluded_environments: tuple[str, ...] = ()

    @property
    def is_everywhere(self) -> bool:
        """Does it restrict nothing at all?"""
        return not (self.environments or self.projects or self.excluded_environments)

    def matches(self, *, environment: str | None = None, project: str | None = None) -> bool:
        """Does it apply here? What is restricted and not named does not match: deny rather than guess."""
        if self.excluded_environments and (environment is None or environment in self.excluded_environments):
            return False
        return (not self.environments or environment in self.environments) and (
            not self.projects or project in self.projects
        )

    def ignoring_environments(self) -> Scope:
        """The same scope for a question that is about no environment (a release belongs to none)."""
        return replace(self, environments=(), excluded_environments=())


EVERYWHERE = Scope()
"""Restricts nothing."""


def scope_to_json(scope: Scope) -> dict[str, Any]:
    """As a JSON-able dict; what restricts nothing is left out."""
    restrictions = {
        "environments": list(scope.environments),
        "projects": list(scope.projects),
        "excluded_environments": list(scope.excluded_environments),
    }
    return {kind: slugs for kind, slugs in restrictions.items() if slugs}


def scope_from_json(content: Mapping[str, Any]) -> Scope:
    """The inverse of `scope_to_json`."""
    return Scope(
        tuple(content.get("environments", ())),
        tuple(content.get("projects", ())),
        tuple(content.get("excluded_environments", ())),
    )
