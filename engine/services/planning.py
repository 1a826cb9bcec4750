"""Makes the plan of a frozen process with what a person chose: steps left out, targets, guided failure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from engine.definitions import Definitions, Runbook
from engine.domain import plans
from engine.domain.acquisition import with_acquisition
from engine.domain.chosen_targets import NoSuchTarget, not_chosen
from engine.domain.guidance import resolve
from engine.domain.processes import Process
from engine.services import planned, usability
from engine.services.choices import Choices
from engine.services.errors import NothingThere, StepNotSkipped, UnknownName


def make(
    session: Session,
    definitions: Definitions,
    process: Process,
    project: str,
    environment: str,
    choices: Choices,
    runbook: Runbook | None = None,
    fetched: Collection[str] = (),
) -> plans.Plan:
    """What would run there now; of a `runbook`, where it is one. `fetched`: the packages that come from elsewhere.

    Raises StepNotSkipped, UnknownName, NothingThere.
    """
    targets = planned.targets_of(definitions)
    plan = plans.make(
        process,
        project=project,
        environment=environment,
        skip=_steps_to_skip(process, choices.skip),
        targets=targets,
        not_chosen=_not_chosen(targets, environment, choices),
        unusable=usability.unusable_targets(session, definitions, project),
        guided_failure=resolve(
            choices.guided,
            definitions.projects[project].guided_failure if runbook is None else runbook.guided_failure,
            definitions.environments[environment].guided_failure,
        ),
    )
    if choices.on and not plan.unusable and not any(step.is_on_targets for step in plan.steps):
        raise NothingThere(targets=", ".join(choices.on))
    return with_acquisition(plan, process.acquire, fetched)


def _not_chosen(targets: Sequence[plans.Target], environment: str, choices: Choices) -> tuple[str, ...]:
    there = {target.slug: target.tags for target in targets if environment in target.environments}
    try:
        return not_chosen(there, choices.on, choices.without, there)
    except NoSuchTarget as error:
        raise UnknownName(kind=f"target in {environment}", name=str(error), known=there) from None


def _steps_to_skip(process: Process, names: Sequence[str]) -> tuple[str, ...]:
    slugs, refused = plans.why_not_skipped(process, names)
    if refused:
        skippable = [step.slug for step in process.steps if not step.must_run]
        raise StepNotSkipped(refused, skippable)
    return slugs
