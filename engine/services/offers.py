"""What can be chosen for a deployment besides what it asks for: targets, and whether somebody is asked on a failure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, Runbook
from engine.domain import plans
from engine.domain.chosen_targets import NoSuchTarget, chosen
from engine.domain.precedence import DEPLOYMENT, RUNBOOK
from engine.domain.processes import Process
from engine.domain.prompts import Question
from engine.domain.prompts import asked as questions_of
from engine.domain.variables import Variable
from engine.errors import ForedeckError
from engine.services import access, planned, planning, prompts
from engine.services import choices as choosing
from engine.services.choices import Choices

_TAGS = 20
"""So many tags at most are offered among the targets."""


@dataclass(frozen=True)
class Offers:
    """`targets`: on how many its steps run; `unusable`: on how many more they would, if those could be used now.
    `is_guided`: is somebody asked after a failure, if nothing is chosen.
    """

    targets: int
    is_guided: bool
    unusable: int = 0


@dataclass(frozen=True)
class OfferedTargets:
    """A name that can be chosen, as it is typed after `on`; `count`: how many targets it means, None for one target.
    `is_unusable`: it is one that nothing can be deployed to now.
    """

    name: str
    count: int | None = None
    is_unusable: bool = False


@dataclass(frozen=True)
class Standing:
    """What a form shows of one deployment or run: what it asks for, and what else can be chosen."""

    questions: tuple[Question, ...]
    offers: Offers


def of(db: Database, *, project: str, version: str, environment: str, choices: Choices = choosing.NONE) -> Standing:
    """For this version there, after these choices; for one that is no release yet, as the project is now.

    Raises UnknownProject, UnknownEnvironment.
    """
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        place = access.require_environment(found, environment)
        process, variables = prompts.frozen(session, found, project=slug, version=version)
        return of_process(session, found.definitions, process, variables, slug, place, choices)


def of_process(
    session: Session,
    definitions: Definitions,
    process: Process,
    variables: Sequence[Variable],
    project: str,
    environment: str,
    choices: Choices,
    runbook: Runbook | None = None,
) -> Standing:
    """The same of any process; of a `runbook`, where it is one. Targets are counted as they are without the choices."""
    plan = planning.make(session, definitions, process, project, environment, choosing.NONE, runbook)
    used = {machine for step in plan.steps for machine in step.machines}
    offers = Offers(len(used - {plans.NO_MACHINE}), plan.guided_failure, len(plan.unusable))
    asked = questions_of(
        variables,
        _chosen(session, definitions, process, project, environment, choices, runbook),
        project=project,
        environment=environment,
        process=DEPLOYMENT if runbook is None else RUNBOOK,
        tags=planned.tags_of(definitions),
    )
    return Standing(asked, offers)


def targets(
    db: Database, *, project: str, version: str, environment: str, choices: Choices, typed: str, limit: int
) -> tuple[OfferedTargets, ...]:
    """The targets on which a step of this deployment runs, after these choices, by what was typed so far: the one of
    that name first, then patterns, ranges and tags, which mean several at once, then all that contain it.

    Raises UnknownProject, UnknownEnvironment.
    """
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        place = access.require_environment(found, environment)
        process, _ = prompts.frozen(session, found, project=slug, version=version)
        there = targets_of_process(session, found.definitions, process, slug, place, choices)
    return tuple(islice(matching(there.tags, typed, there.unusable), limit))


@dataclass(frozen=True)
class UsedTargets:
    """The targets of a process with their tags, and those of them that cannot be used now."""

    tags: Mapping[str, Sequence[str]]
    unusable: Collection[str]


def targets_of_process(
    session: Session,
    definitions: Definitions,
    process: Process,
    project: str,
    environment: str,
    choices: Choices,
    runbook: Runbook | None = None,
) -> UsedTargets:
    """Those on which one of its steps would run there."""
    plan = _chosen(session, definitions, process, project, environment, choices, runbook)
    unusable = dict(plan.unusable)
    used = {machine for step in plan.steps for machine in step.machines} | unusable.keys()
    every = planned.targets_of(definitions)
    return UsedTargets({target.slug: target.tags for target in every if target.slug in used}, unusable)


def _chosen(
    session: Session,
    definitions: Definitions,
    process: Process,
    project: str,
    environment: str,
    choices: Choices,
    runbook: Runbook | None,
) -> plans.Plan:
    """The plan after these choices. Those that cannot be do not count: what is wrong is said when it is asked for."""
    make = partial(planning.make, session, definitions, process, project, environment)
    try:
        return make(choices, runbook)
    except ForedeckError:
        return make(choosing.NONE, runbook)


def matching(
    there: Mapping[str, Sequence[str]], typed: str, unusable: Collection[str] = ()
) -> Iterator[OfferedTargets]:
    """The same of targets and their tags."""
    wanted = typed.strip().casefold()
    exact = [slug for slug in there if slug.casefold() == wanted]
    yield from (OfferedTargets(slug, is_unusable=slug in unusable) for slug in exact)
    if wanted and not exact:
        yield from _several(there, wanted, typed.strip())
        yield from _several(there, f"{wanted.rstrip('-')}-*", f"{typed.strip().rstrip('-')}-*")
    tags = dict.fromkeys(tag for known in there.values() for tag in known)
    for tag in [tag for tag in tags if wanted in tag.casefold()][:_TAGS]:
        yield OfferedTargets(f"tag:{tag}", sum(tag in known for known in there.values()))
    for slug in there:
        if wanted in slug.casefold() and slug not in exact:
            yield OfferedTargets(slug, is_unusable=slug in unusable)


def _several(there: Mapping[str, Sequence[str]], word: str, name: str) -> Iterator[OfferedTargets]:
    """A pattern or a range, if it means anything there."""
    try:
        count = len(chosen(word, there))
    except NoSuchTarget:
        return
    if count > 1 or any(mark in word for mark in ("*", "?", "..")):
        yield OfferedTargets(name, count)
