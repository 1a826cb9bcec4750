"""The variables of a deployment: the frozen ones that win here, the system's, and what earlier steps put out.

Secrets stay references here; they are resolved where they are used, outside any transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.contracts import Secret
from engine.definitions import Definitions, TargetDefinition
from engine.domain import outputs, plans, precedence
from engine.domain.plans import RunKey
from engine.domain.precedence import RUNBOOK, Situation
from engine.domain.variables import Control, SecretReference, Variable, variables_from_json
from engine.models import Output, Release, Task
from engine.sealing import Sealer
from engine.services import system_variables
from engine.services.system_variables import literal

Value = str | Secret | SecretReference

_TYPED = "Manual."
"""How the outputs of a manual intervention begin: people typed them."""


def of_task(
    session: Session, task: Task, definitions: Definitions, sealer: Sealer, at: RunKey | None = None
) -> dict[str, Value]:
    """Every variable by name; `at` is the action that runs, and adds what is known of it. No two names differ by case
    only.
    """
    plan = plans.from_json(task.plan)
    release = session.get_one(Release, task.release_id)
    situation = situation_of(plan, task.project, task.environment, at, definitions.targets)
    if task.runbook is not None:
        situation = replace(situation, process=RUNBOOK)
    values: dict[str, Value] = {}
    for name, variable in precedence.choose(variables_from_json(release.variables), situation).items():
        values[name] = _answered(variable, task)
    values.update(_outputs(session, task, sealer, at.machine if at else plans.NO_MACHINE))
    values.update(system_variables.of_task(session, task, definitions, plan, at))
    return _without_doubles(values)


def situation_of(
    plan: plans.Plan,
    project: str,
    environment: str,
    at: RunKey | None,
    targets: Mapping[str, TargetDefinition],
) -> Situation:
    """Where the variables are asked for; a machine's tags are those that it has now."""
    if at is None:
        return Situation(project=project, environment=environment)
    return Situation(
        project=project,
        environment=environment,
        step=plan.steps[at.step].slug,
        action=plan.action(at.step, at.action).slug,
        step_tags=frozenset(plan.steps[at.step].target_tags),
        machine=at.machine or None,
        machine_tags=frozenset(targets[at.machine].tags if at.machine in targets else ()),
    )


def _answered(variable: Variable, task: Task) -> Value:
    if variable.prompt is None:
        return variable.value
    answer = task.form_values.get(variable.asked_as.casefold())
    if answer is None:
        # A checkbox that nobody has ticked is not.
        return variable.value or ("False" if variable.prompt.control is Control.CHECKBOX else "")
    value = str(answer["value"])
    return value if value == variable.value else literal(value)


def _outputs(session: Session, task: Task, sealer: Sealer, machine: str) -> dict[str, Value]:
    rows = session.scalars(select(Output).where(Output.task_id == task.id).order_by(Output.set_at, Output.id))
    found: list[outputs.SetOutput[Value]] = []
    for row in rows:
        value: Value = literal(row.value) if row.name.startswith(_TYPED) else row.value
        if row.sensitive:
            text = sealer.unseal(row.value)
            if text is None:
                continue
            value = Secret(text)
        found.append(outputs.SetOutput(row.step_name, row.machine, row.name, value))
    return dict(outputs.named(found, machine=machine))


def _without_doubles(values: dict[str, Value]) -> dict[str, Value]:
    """The same, of names that differ by case only the last one."""
    spelled: dict[str, str] = {name.casefold(): name for name in values}
    return {name: value for name, value in values.items() if spelled[name.casefold()] == name}


def references(values: Iterable[Value]) -> tuple[SecretReference, ...]:
    """The secrets that have to be read."""
    return tuple(value for value in values if isinstance(value, SecretReference))
