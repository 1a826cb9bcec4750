"""What a lock or a freeze is about, from the names that were typed: an environment, a project, or both in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.services import access
from engine.services.errors import UnknownEnvironment
from engine.services.queue_errors import ScopeUnclear


@dataclass(frozen=True)
class Scope:
    """None is every project, or every environment."""

    project: str | None
    environment: str | None

    @property
    def spelled(self) -> str:
        """`production of web`."""
        return " of ".join(name for name in (self.environment, self.project) if name)


def read_scope(found: access.Rules, names: Sequence[str], *, needs_environment: str = "") -> Scope:
    """Which of the names is what. `needs_environment`: the verb that cannot do without one. Raises ScopeUnclear,
    UnknownEnvironment."""
    definitions = found.definitions
    project = environment = None
    for name in (name.lower() for name in names):
        if name in definitions.environments and environment is None:
            environment = name
        elif name in definitions.projects and project is None:
            project = name
        elif name in definitions.environments or name in definitions.projects:
            raise ScopeUnclear(sentence="One environment and one project at a time.", way_out="Do it once for each.")
        else:
            raise UnknownEnvironment(name=name, known=(*definitions.environments, *definitions.projects))
    sample = next(reversed(list(definitions.environments)), "production")
    if not names:
        raise ScopeUnclear(sentence="Say which environment.", way_out=f"For example `{sample} of web`.")
    if needs_environment and environment is None:
        raise ScopeUnclear(
            sentence="Say which environment.", way_out=f"For example `{needs_environment} {sample} of {project}`."
        )
    return Scope(project, environment)
