"""What can be chosen for a deployment besides what it asks for: targets, and whether somebody is asked on a failure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from engine.database import Database
from engine.domain import plans
from engine.domain.chosen_targets import NoSuchTarget, chosen
from engine.domain.guidance import resolve
from engine.services import access, planned, planning, prompts, usability
from engine.services import choices as choosing

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


def of(db: Database, *, project: str, version: str, environment: str) -> Offers:
    """For this version there; for one that is no release yet, as the project is now.

    Raises UnknownProject, UnknownEnvironment.
    """
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        place = access.require_environment(found, environment)
        process, _ = prompts.frozen(session, found, project=slug, version=version)
        plan = planning.make(session, found.definitions, process, slug, place, choosing.NONE)
    used = {name for step in plan.steps for action in step.actions for name in action.machines}
    definitions = found.definitions
    usual = resolve(None, definitions.projects[slug].guided_failure, definitions.environments[place].guided_failure)
    return Offers(len(used - {plans.NO_MACHINE}), usual, len(plan.unusable))


def targets(db: Database, *, project: str, environment: str, typed: str, limit: int) -> tuple[OfferedTargets, ...]:
    """The targets of an environment, for a project, by what was typed so far: the one of that name first, then
    patterns, ranges and tags, which mean several at once, then all that contain it.
    """
    with db.read() as session:
        definitions = access.rules(session).definitions
        unusable = usability.unusable_targets(session, definitions, project)
    declared = planned.targets_of(definitions)
    there = {target.slug: target.tags for target in declared if environment in target.environments}
    return tuple(islice(matching(there, typed, unusable), limit))


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
