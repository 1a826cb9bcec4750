"""The variables of a deployment: the frozen ones that apply, the system's, and what earlier steps put out.

Secrets stay references here; they are resolved where they are used, outside any transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.contracts import Secret
from engine.definitions import Definitions
from engine.domain import templates
from engine.domain.plans import PlannedAction, PlannedStep
from engine.domain.processes import SecretReference, Variable, variables_from_json
from engine.domain.states import RunState
from engine.models import ActionRun, Output, Release, Task
from engine.sealing import Sealer

Value = str | Secret | SecretReference


def of_task(
    session: Session,
    task: Task,
    definitions: Definitions,
    sealer: Sealer,
    action: PlannedAction | None = None,
    step: PlannedStep | None = None,
) -> dict[str, Value]:
    """Every variable by name; `action` and its `step` add what is known of the step that runs."""
    release = session.get_one(Release, task.release_id)
    values: dict[str, Value] = dict(choose(variables_from_json(release.variables), task.project, task.environment))
    values.update(_system(session, task, definitions))
    values.update(_outputs(session, task, sealer))
    if action is not None:
        values.update({"Octopus.Action.Name": action.name, "Octopus.Step.Name": step.name if step else action.name})
        if action.worker_pool:
            values["Octopus.WorkerPool.Name"] = action.worker_pool
    return values


def choose(variables: Iterable[Variable], project: str, environment: str) -> Mapping[str, str | SecretReference]:
    """The value of each name that applies here; one scoped to the environment wins over an unscoped one."""
    chosen: dict[str, tuple[int, str | SecretReference]] = {}
    names: dict[str, str] = {}
    for variable in variables:
        if not variable.scope.matches(project=project, environment=environment):
            continue
        name = names.setdefault(variable.name.casefold(), variable.name)  # names differ by more than case
        rank = 1 if variable.scope.environments else 0
        if name not in chosen or rank > chosen[name][0]:
            chosen[name] = (rank, variable.value)
    return {name: value for name, (_, value) in chosen.items()}


def substitute(text: str, values: Mapping[str, Value]) -> str:
    """`text` for people: variables put in, secrets as asterisks, what is unknown left as it stands."""
    shown = {name: value if isinstance(value, str) else str(Secret("")) for name, value in values.items()}
    evaluation = templates.evaluate(text, shown)
    return text if evaluation.text is None else evaluation.text


def _system(session: Session, task: Task, definitions: Definitions) -> dict[str, str]:
    project = definitions.projects.get(task.project)
    environment = definitions.environments.get(task.environment)
    person = definitions.people.get(task.requested_by)
    values = {
        "Octopus.Project.Id": task.project,
        "Octopus.Project.Name": project.name if project else task.project,
        "Octopus.Release.Number": task.version,
        "Octopus.Environment.Id": task.environment,
        "Octopus.Environment.Name": environment.name if environment else task.environment,
        "Octopus.Deployment.Id": str(task.id),
        "Octopus.Deployment.Created": task.queued_at.isoformat(),
        "Octopus.Deployment.CreatedBy.Id": task.requested_by,
        "Octopus.Deployment.CreatedBy.Username": task.requested_by,
        "Octopus.Deployment.CreatedBy.DisplayName": person.name if person else task.requested_by,
        "Octopus.Task.Id": str(task.id),
        "Octopus.Task.QueueTime": task.queued_at.isoformat(),
    }
    failed = session.scalars(
        select(ActionRun.reason)
        .where(
            ActionRun.task_id == task.id,
            ActionRun.state.in_([state.value for state in RunState if state.is_failure]),
        )
        .order_by(ActionRun.id)
    ).first()
    if failed is not None:
        values["Octopus.Deployment.Error"] = failed or "a step failed"
    return values


def _outputs(session: Session, task: Task, sealer: Sealer) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for row in session.scalars(select(Output).where(Output.task_id == task.id).order_by(Output.id)):
        value: Value = row.value
        if row.sensitive:
            text = sealer.unseal(row.value)
            if text is None:
                continue
            value = Secret(text)
        values[f"Octopus.Action[{row.step_name}].Output.{row.name}"] = value
        if row.machine:
            values[f"Octopus.Action[{row.step_name}].Output[{row.machine}].{row.name}"] = value
    return values
