"""Leaves targets out that could be used when the task was planned, and cannot when their turn comes."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.definitions import Definitions
from engine.domain.plans import Plan, RunKey
from engine.domain.states import RunState
from engine.models import ActionRun, Task
from engine.services import usability

LEFT_OUT = "left out: "
"""How the reason of a run begins that was left out; what was left out once stays so in this task."""


class LeavingOut:
    """Made for one advance of a task; what it needs is read when it is first asked."""

    def __init__(self, session: Session, task: Task, plan: Plan, definitions: Definitions) -> None:
        self._session, self._task, self._plan, self._definitions = session, task, plan, definitions

    def reason(self, key: RunKey) -> str:
        """Why this first attempt does not happen; empty when it does.

        A machine on which this task has done something goes on in whatever state it is found: half of a deployment is
        worse than one on an unhealthy machine. Only disabling it ends that.
        """
        if key.machine in self._left_out:
            return self._left_out[key.machine]
        why = self._disabled.get(key.machine, "")
        if not why and key.machine in self._unusable and not self._has_begun_on(key.machine):
            why = self._unusable[key.machine]
        return f"{LEFT_OUT}{key.machine} is {why}" if why else ""

    def leaves_nobody(self, key: RunKey) -> bool:
        """Can none of the machines of this step be used? Then more is wrong than that it has nothing to do."""
        out = {*self._left_out, *self._unusable}
        return out.issuperset(self._plan.steps[key.step].machines)

    @cached_property
    def _unusable(self) -> dict[str, str]:
        return usability.unusable_targets(self._session, self._definitions, self._task.project)

    @cached_property
    def _disabled(self) -> dict[str, str]:
        return usability.disabled(self._session, self._definitions)

    @cached_property
    def _left_out(self) -> dict[str, str]:
        """The machines that this task has left out before, and why."""
        rows = self._session.execute(
            select(ActionRun.machine, ActionRun.reason).where(
                ActionRun.task_id == self._task.id,
                ActionRun.state == RunState.SKIPPED.value,
                ActionRun.reason.startswith(LEFT_OUT),
            )
        )
        return {row.machine: row.reason for row in rows}

    def _has_begun_on(self, machine: str) -> bool:
        begun = (
            ActionRun.task_id == self._task.id,
            ActionRun.machine == machine,
            ActionRun.state != RunState.SKIPPED.value,
        )
        return self._session.scalar(select(ActionRun.id).where(*begun).limit(1)) is not None
