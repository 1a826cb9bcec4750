"""Checks what `worker_pool: "#{Pool}"` comes to in each environment, as far as that can be told beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.definitions import known_places
from engine.definitions.documents import Definitions
from engine.definitions.nodes import Place
from engine.definitions.readings import Reading, suggest
from engine.definitions.values import Project
from engine.domain import pool_choices, precedence
from engine.domain.pool_choices import Choice, Given
from engine.domain.precedence import DEPLOYMENT, RUNBOOK, Situation
from engine.domain.processes import Process

_KINDS = ("worker_pools", "environments", "variable_sets")


@dataclass(frozen=True)
class _Read:
    """A process as it was read: the file, the kind, and the environments where it may run; everywhere when empty."""

    file: str
    process: Process
    kind: str = DEPLOYMENT
    environments: tuple[str, ...] = ()


def check_pools(definitions: Definitions, reading: Reading) -> None:
    """Note every pool by variable that is none. What nobody gave a value in one environment only is a warning: perhaps
    nobody deploys there.
    """
    if not all(reading.knows(kind) for kind in _KINDS):
        return
    for project in definitions.projects.values():
        if any(slug not in definitions.variable_sets for slug in project.variable_sets):
            continue  # told already
        if any(p.is_error and p.file == f"projects/{project.slug}/variables.yml" for p in reading.problems):
            continue  # its values may be missing for that only
        for read in _processes(project):
            _check(definitions, project, read, reading)


def _processes(project: Project) -> Iterator[_Read]:
    yield _Read(f"projects/{project.slug}/process.yml", project.process)
    for runbook in project.runbooks:
        file = f"projects/{project.slug}/runbooks/{runbook.slug}.yml"
        yield _Read(file, runbook.process, RUNBOOK, runbook.environments)


def _check(definitions: Definitions, project: Project, read: _Read, reading: Reading) -> None:
    for step in read.process.steps:
        for action in step.actions:
            where = reading.pool_templates.get((read.file, action.slug))
            if where is None or action.worker_pool is None:
                continue
            found = {
                environment: _chosen(
                    definitions, project, read, environment, step.slug, action.slug, action.worker_pool
                )
                for environment in read.environments or definitions.environments
                if environment in definitions.environments
                and step.scope.matches(project=project.slug, environment=environment)
                and action.scope.matches(project=project.slug, environment=environment)
            }
            _note(found, where, tuple(definitions.worker_pools), reading)


def _chosen(
    definitions: Definitions, project: Project, read: _Read, environment: str, step: str, action: str, template: str
) -> Choice:
    given = given_in(definitions, project, environment)
    at = Situation(project=project.slug, environment=environment, step=step, action=action, process=read.kind)
    choice = pool_choices.choose(template, given, at)
    return _offered(template, given, at) or choice if choice.waits else choice


def given_in(definitions: Definitions, project: Project, environment: str, *, are_all: bool = False) -> Given:
    """What a pool is chosen by there; `are_all`: nobody answers anything."""
    return Given(
        pools=tuple(definitions.worker_pools),
        variables=definitions.variables_of(project.slug),
        known=known_places.variables_of(definitions, project=project.slug, environment=environment),
        are_all=are_all,
    )


def _offered(template: str, given: Given, at: Situation) -> Choice | None:
    """What is wrong with the first answer that is offered to people and comes to no pool."""
    for name, variable in precedence.choose(given.variables, at).items():
        for option in variable.prompt.options if variable.prompt else ():
            choice = pool_choices.choose(template, replace(given, answers={name.casefold(): option.value}), at)
            if choice.flaw and not choice.waits:
                return replace(choice, flaw=f"when {name} is answered with “{option.value}”, {choice.flaw}")
    return None


def _note(found: Mapping[str, Choice], where: tuple[Place, str], pools: tuple[str, ...], reading: Reading) -> None:
    """Once for each thing that is wrong, with the first environment where it is."""
    told: set[str] = set()
    is_nowhere = bool(found) and all(choice.has_no_value for choice in found.values())
    for environment, choice in found.items():
        flaw = choice.flaw
        if not flaw or choice.waits or flaw in told:
            continue
        told.add(flaw)
        if choice.has_no_value and not is_nowhere:
            message = f"In {environment} this comes to no worker pool: {flaw}. A deployment there would be refused."
            reading.note(*where, "no-pool", message, "Give it a value there, too.", severity="warning")
            continue
        hint = suggest(choice.named, pools, "worker_pools")
        reading.note(*where, "no-pool", f"This comes to no worker pool: {flaw}.", hint)
        if is_nowhere:
            return
