"""The variables that say where something is deployed: known before anything begins, and the same for all of it."""

from __future__ import annotations

from engine.definitions.documents import Definitions


def variables_of(definitions: Definitions, *, project: str, environment: str) -> dict[str, str]:
    """Those of the project and of the environment with these slugs, even where one of them is gone by now."""
    of, where = definitions.projects.get(project), definitions.environments.get(environment)
    values = {
        "Octopus.Project.Id": project,
        "Octopus.Project.Name": of.name if of else project,
        "Octopus.Environment.Id": environment,
        "Octopus.Environment.Name": where.name if where else environment,
    }
    if where:
        values["Octopus.Environment.SortOrder"] = str(list(definitions.environments).index(environment))
    return values
