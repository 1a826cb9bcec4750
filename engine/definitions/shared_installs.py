"""Finds projects that install a package of the same name in the same place: each would switch the other's `current`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from engine.definitions.documents import Definitions
from engine.definitions.nodes import Place
from engine.definitions.readings import Reading
from engine.definitions.values import Project
from engine.domain.processes import RunScript, Step

_WORKERS = ""


@dataclass(frozen=True)
class _Install:
    """What a step of a project installs: `<root>/<environment>/<package>`, in these environments on these targets."""

    project: str
    step: str
    root: str
    package: str
    places: frozenset[tuple[str, str]]

    def meets(self, other: _Install) -> bool:
        """Can one machine have both?"""
        return (self.root, self.package) == (other.root, other.package) and bool(self.places & other.places)


def warn_of_shared_installs(definitions: Definitions, reading: Reading) -> None:
    """Note the second project of each two that meet. It is a warning: two targets may share a machine, or none."""
    installs = [install for project in definitions.projects.values() for install in _installs(project, definitions)]
    told = set()
    for first, second in combinations(installs, 2):
        pair = (first.project, second.project, second.package)
        if first.project == second.project or pair in told or not first.meets(second):
            continue
        told.add(pair)
        message = (
            f"The step {second.step} installs {second.package} below {second.root}, and so does {first.step} of the "
            f"project {first.project}: each of them would switch the link `current` of the other."
        )
        place, path = Place(f"projects/{second.project}/process.yml", 0, 0), f"projects.{second.project}.process"
        hint = "Give one of the two steps a `root` of its own, or the package another name."
        reading.note(place, path, "shared-install", message, hint, severity="warning")


def _installs(project: Project, definitions: Definitions) -> Iterator[_Install]:
    for step in project.process.steps:
        works = (action.work for action in step.actions if not step.disabled)
        for deploys in (work.deploys for work in works if isinstance(work, RunScript) and work.deploys):
            places = frozenset(_places(step, definitions))
            yield _Install(project.slug, step.slug, deploys.root, deploys.package, places)


def _places(step: Step, definitions: Definitions) -> Iterator[tuple[str, str]]:
    for environment in definitions.environments:
        if not step.scope.matches(environment=environment):
            continue
        if not step.target_tags:
            yield environment, _WORKERS
        for target in definitions.targets.values():
            if environment in target.environments and set(step.target_tags) & set(target.tags):
                yield environment, target.slug
