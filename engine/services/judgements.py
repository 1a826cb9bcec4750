"""What a request would be refused for, all of it at once, before it is made. A request itself stops at the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from engine.domain import plans
from engine.domain.grants import Permission
from engine.domain.pool_choices import Unsettled
from engine.domain.prompts import Question
from engine.errors import ForedeckError
from engine.services import access, built_in, emergencies, gates, planned, pools, prompts, schedules
from engine.services.choices import Choices
from engine.services.gates import Way


def of_plan(
    found: access.Rules,
    plan: plans.Plan,
    questions: Sequence[Question],
    choices: Choices,
    *,
    project: str,
    version: str,
    environment: str,
    unsettled: Sequence[Unsettled] = (),
    deploys: bool = True,
) -> tuple[str, ...]:
    """Sentences, whoever asks: targets and pools that are missing, answers that are missing or wrong. `unsettled`: the
    pools of the plan that cannot be told.
    """
    checks: list[Callable[[], object]] = [
        partial(planned.require_targets, plan, may_have_none=not deploys),
        partial(pools.require_settled, unsettled, found.definitions),
        partial(pools.require_for, plan, found.definitions),
        partial(built_in.require_for, plan, found.definitions, environment),
        partial(
            prompts.require,
            questions,
            choices.answers,
            project=project,
            version=version,
            environment=environment,
        ),
    ]
    return tuple(raised(checks))


def of_person(
    session: Session,
    now: datetime,
    found: access.Rules,
    choices: Choices,
    *,
    person: str,
    may: tuple[Permission, str],
    project: str,
    environment: str,
    deploys: bool = True,
) -> tuple[str, ...]:
    """Sentences about what this person may do there, and when: times, locks and freezes. `may`: the permission it
    takes, and what that lets one do, in words.
    """
    try:
        times = schedules.read(session, now, found.definitions, person, at=choices.at, until=choices.until)
    except ForedeckError as error:
        return (str(error),)
    is_emergency = choices.way is Way.EMERGENCY and deploys
    checks: list[Callable[[], object]] = [
        partial(found.require, person, *may, project=project, environment=environment),
        partial(
            gates.check,
            session,
            found,
            person=person,
            at=times.begins_at or now,
            way=choices.way,
            reason=choices.reason,
            deploys=deploys,
            project=project,
            environment=environment,
        ),
    ]
    if is_emergency:
        checks.append(partial(emergencies.require, found, person=person, reason=choices.reason, times=times))
    return tuple(raised(checks))


def raised(checks: Sequence[Callable[[], object]]) -> Iterator[str]:
    """What these checks refuse, as sentences."""
    for check in checks:
        try:
            check()
        except ForedeckError as error:
            yield str(error)
