"""The steps of a plan: each action with the machines that it runs for, and who executes it for which of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from engine.domain import locations
from engine.domain.isolation import Isolation
from engine.domain.locations import RunsOn, Site
from engine.domain.processes import Retries, Rolling, RunCondition, RunScript, StartTrigger, Work

NO_MACHINE = ""
"""The machine of an action that runs once, on a worker or in the bot, rather than for targets."""


class RunKey(NamedTuple):
    """Which action on which machine; indexes into the plan, from 0. A tuple, because thousands of them are hashed."""

    step: int
    action: int
    machine: str


class Region(NamedTuple):
    """A target without a machine, and the pool whose workers run what is aimed at it; None: the default pool."""

    slug: str
    pool: str | None


@dataclass(frozen=True)
class PlannedAction:
    """One action with the machines it runs for; `worker_pool` None means the default pool. `regions`: those of its
    machines that are none.
    """

    slug: str
    name: str
    work: Work
    worker_pool: str | None = None
    machines: tuple[str, ...] = (NO_MACHINE,)
    time_limit: timedelta | None = None
    idempotent: bool = False
    retries: Retries | None = None
    runs_on: RunsOn = RunsOn.WORKER
    regions: tuple[Region, ...] = ()
    isolation: Isolation | None = None  # None: alone on a target, beside others on a worker
    expression: str = ""  # of its own run condition, evaluated on each machine when its turn comes

    def site(self, machine: str) -> Site:
        """Who executes its run for this machine."""
        is_script = isinstance(self.work, RunScript)
        return locations.site_of(
            is_script=is_script, runs_on=self.runs_on, has_machine=machine not in self._pools_of_regions
        )

    def pool_for(self, machine: str) -> str | None:
        """The pool whose workers execute its run for this machine, where a worker does; None: the default pool."""
        return self._pools_of_regions.get(machine, self.worker_pool)

    @cached_property
    def pools(self) -> tuple[str | None, ...]:
        """The pools whose workers it needs, each once; none where it runs on machines only."""
        on_workers = (machine for machine in self.machines if self.site(machine) is Site.WORKER)
        return tuple(dict.fromkeys(self.pool_for(machine) for machine in on_workers))

    @cached_property
    def _pools_of_regions(self) -> dict[str, str | None]:
        return dict(self.regions)


@dataclass(frozen=True)
class PlannedStep:
    """One step; its actions run one after the other on each of its machines. `start_trigger` joins it to the group of
    the step before it.
    """

    slug: str
    name: str
    condition: RunCondition
    actions: tuple[PlannedAction, ...]
    start_trigger: StartTrigger = StartTrigger.AFTER_PREVIOUS
    expression: str = ""  # of the condition VARIABLE
    rolling: Rolling | None = None
    required: bool = False
    target_tags: tuple[str, ...] = ()
    notes: str = ""

    @cached_property
    def is_judged_by_machine(self) -> bool:
        """Does its run condition name the machine, so that it is evaluated for each of them?"""
        names_one = "octopus.machine." in self.expression.casefold()
        return self.condition is RunCondition.VARIABLE and names_one and self.is_on_targets

    @cached_property
    def size(self) -> int:
        """How many runs it has, one for each action on each machine."""
        return sum(len(action.machines) for action in self.actions)

    @cached_property
    def machines(self) -> tuple[str, ...]:
        """All its machines, in order."""
        return tuple(dict.fromkeys(machine for action in self.actions for machine in action.machines))

    @cached_property
    def is_on_targets(self) -> bool:
        """Does it run for each of its targets, rather than once?"""
        return self.machines != (NO_MACHINE,)

    @property
    def stop_after_failures(self) -> int:
        """After so many failed machines no further one begins; 0: each gets its turn."""
        return self.rolling.stop_after_failures if self.rolling else 0
