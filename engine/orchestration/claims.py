"""What was read of an action run when it was claimed, and what its worker is asked to do. Nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.contracts import OUTPUT_LIMIT, ActionRequest, Checkpoint, Script
from engine.definitions import Definitions
from engine.domain import plans
from engine.domain.processes import RunScript
from engine.orchestration import choosing
from engine.services import variables
from engine.services.evaluations import Evaluated


@dataclass(frozen=True)
class Claim:
    """All that is needed to run it, read in the transaction that claimed it."""

    run_id: int
    task_id: int
    worker: str
    step: plans.PlannedStep
    action: plans.PlannedAction
    machine: str
    ticket: str
    started_at: datetime | None
    launch_confirmed: bool
    is_resumed: bool  # claimed before, by a process that may have launched it
    cancel_requested: bool
    definitions: Definitions
    fail_on_unresolved: bool
    values: dict[str, variables.Value]
    checkpoint: Checkpoint

    @property
    def may_be_launched(self) -> bool:
        """A process that is gone may have launched it and did not live to write that down."""
        return self.is_resumed and not self.launch_confirmed


def _script_of(claim: Claim) -> RunScript:
    work = claim.action.work
    assert isinstance(work, RunScript)  # noqa: S101 - only scripts are queued
    return work


def flaws_of(claim: Claim, evaluated: Evaluated) -> tuple[str, ...]:
    """What is wrong with the variables that its script names; of one that may run already nothing is asked."""
    work = _script_of(claim)
    bodies = [work.body, *(script.body for script in work.deploys.scripts)] if work.deploys else [work.body]
    return () if claim.is_resumed else evaluated.flaws_in("\n".join(bodies))


def request_of(claim: Claim, evaluated: Evaluated) -> ActionRequest:
    """What the worker gets."""
    work = _script_of(claim)
    return ActionRequest(
        ticket=claim.ticket,
        task_id=claim.task_id,
        action_run_id=claim.run_id,
        step_name=claim.action.name,
        script=Script(
            work.body,
            work.syntax,
            evaluated.parameters,
            _fails_on_error_output(work, evaluated),
            file=work.source if work.origin else "",
        ),
        variables=evaluated.values,
        masks=evaluated.masks,
        time_limit=_time_limit(claim),
        output_limit=_output_limit(claim),
        # What may have been launched and is to be canceled is looked for, not launched.
        launch_confirmed=claim.launch_confirmed or (claim.may_be_launched and claim.cancel_requested),
        started_at=claim.started_at,
        checkpoint=claim.checkpoint,
    )


def _fails_on_error_output(work: RunScript, evaluated: Evaluated) -> bool:
    """As the step says, else as Octopus's variable does; of an installation that holds for the package's scripts."""
    said = work.fails_on_error_output
    return evaluated.fails_on_error_output if said is None else said


def _time_limit(claim: Claim) -> timedelta | None:
    """The step's own; on the built-in worker at most what it allows."""
    limits = [claim.action.time_limit]
    if claim.worker == choosing.BUILT_IN:
        limits.append(claim.definitions.built_in_worker.time)
    return min((limit for limit in limits if limit is not None), default=None)


def _output_limit(claim: Claim) -> int:
    allowed = claim.definitions.built_in_worker.output if claim.worker == choosing.BUILT_IN else None
    return allowed or OUTPUT_LIMIT
