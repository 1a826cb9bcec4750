"""What a form about a run offers: the runbooks and places that this person may choose, questions, targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Project, Runbook
from engine.domain.grants import Permission
from engine.domain.variables import Variable, variables_from_json
from engine.services import access, offers, runbooks
from engine.services import runbook_snapshots as snapshots
from engine.services.access import Choice
from engine.services.choices import Choices
from engine.services.errors import NotPermitted
from engine.services.offers import OfferedTargets, Standing


@dataclass(frozen=True)
class Meant:
    """A runbook that somebody has chosen: `name` is its slug, with `@2` for what was published before; of `project`."""

    project: str
    name: str
    is_draft: bool = False


@dataclass(frozen=True)
class RunbookChoice:
    """One that can be chosen. `version`: what is published, None of a draft; `runbook`: what people call it."""

    meant: Meant
    runbook: str
    project: str
    version: str | None


def choices(db: Database, *, person: str) -> tuple[RunbookChoice, ...]:
    """Those that this person may run somewhere, as they are published; and as they are now, where that is something
    else and this person may run it.
    """
    with db.read() as session:
        return tuple(_choices(session, access.rules(session), person))


def chosen(db: Database, *, person: str, name: str, project: str = "", is_draft: bool = False) -> RunbookChoice:
    """The one that was typed. Raises UnknownName, UnknownProject, SeveralProjects, NotPublished, NotPermitted."""
    with db.read() as session:
        found = access.rules(session)
        slug, number = snapshots.numbered(name)
        of, runbook = runbooks.find(found, person, slug, project)
        if not _allowed(found, person, of):
            allowed = found.people_who_may(Permission.RUNBOOK_RUN_CREATE, project=of.slug)
            raise NotPermitted(person=person, what=f"run runbooks of {of.slug}", allowed=allowed)
        version = None if is_draft else snapshots.require(session, of.slug, runbook.slug, number).version
        named = runbook.slug if number is None else f"{runbook.slug}@{number}"
        return RunbookChoice(Meant(of.slug, named, is_draft), runbook.name, of.name, version)


def environments(db: Database, *, person: str, meant: Meant) -> tuple[Choice, ...]:
    """Where it may run and this person may run it. Raises what `chosen` raises."""
    with db.read() as session:
        found = access.rules(session)
        of, runbook, _ = _frozen(session, found, person, meant)
        return tuple(
            choice for choice in _allowed(found, person, of) if choice.slug in (runbook.environments or {choice.slug})
        )


def standing(db: Database, *, person: str, meant: Meant, environment: str, choices: Choices) -> Standing:
    """For this runbook there, after these choices. Raises UnknownEnvironment, NotForThere, and what `chosen` raises."""
    with db.read() as session:
        found = access.rules(session)
        place = access.require_environment(found, environment)
        of, runbook, variables = _frozen(session, found, person, meant)
        found.require(person, *runbooks.may_run(of, place), project=of.slug, environment=place)
        runbooks.require_for_there(runbook, place)
        definitions = found.definitions
        return offers.of_process(session, definitions, runbook.process, variables, of.slug, place, choices, runbook)


def targets(
    db: Database, *, person: str, meant: Meant, environment: str, choices: Choices, typed: str, limit: int
) -> tuple[OfferedTargets, ...]:
    """The targets of such a run, as of `offers.targets`. Raises UnknownEnvironment, and what `chosen` raises."""
    with db.read() as session:
        found = access.rules(session)
        place = access.require_environment(found, environment)
        of, runbook, _ = _frozen(session, found, person, meant)
        there = offers.targets_of_process(session, found.definitions, runbook.process, of.slug, place, choices, runbook)
    return tuple(islice(offers.matching(there.tags, typed, there.unusable), limit))


def _choices(session: Session, found: access.Rules, person: str) -> Iterator[RunbookChoice]:
    for project in found.definitions.projects.values():
        if not _allowed(found, person, project):
            continue
        may_edit = found.may(person, Permission.RUNBOOK_EDIT, project=project.slug)
        for runbook in project.runbooks:
            known = snapshots.published(session, project.slug, runbook.slug)
            if known:
                meant = Meant(project.slug, runbook.slug)
                yield RunbookChoice(meant, runbook.name, project.name, known[0].version)
            if may_edit and not (known and not snapshots.is_changed(known[0], found.definitions, project, runbook)):
                yield RunbookChoice(Meant(project.slug, runbook.slug, True), runbook.name, project.name, None)


def _allowed(found: access.Rules, person: str, project: Project) -> tuple[Choice, ...]:
    return tuple(
        Choice(environment.slug, environment.name)
        for environment in found.definitions.environments.values()
        if found.may(person, Permission.RUNBOOK_RUN_CREATE, project=project.slug, environment=environment.slug)
    )


def _frozen(
    session: Session, found: access.Rules, person: str, meant: Meant
) -> tuple[Project, Runbook, tuple[Variable, ...]]:
    """What would run: as it was published, with the variables of then; or all of it as it is now."""
    slug, number = snapshots.numbered(meant.name)
    of, runbook = runbooks.find(found, person, slug, meant.project)
    if meant.is_draft:
        return of, runbook, found.definitions.variables_of(of.slug)
    frozen = snapshots.require(session, of.slug, runbook.slug, number)
    return of, snapshots.as_frozen(runbook, frozen), variables_from_json(frozen.variables)
