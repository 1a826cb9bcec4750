"""Where an action is executed, as a rule: a script that is to run on targets runs there where the target is a machine;
every other script runs on a worker. Which worker that is, is not decided here.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence


class RunsOn(enum.StrEnum):
    """Where a step's script is to run, as its author says it."""

    TARGETS = "targets"  # on each target that has one of the step's tags
    WORKER = "worker"  # once, on a worker
    WORKER_FOR_EACH_TARGET = "worker_for_each_target"  # on a worker, for each of those targets, with its variables


class TargetKind(enum.StrEnum):
    """What a target is."""

    SSH = "ssh"  # a machine that is reached over SSH
    CLOUD_REGION = "cloud_region"  # a place without a machine: a name with variables of its own

    @property
    def has_machine(self) -> bool:
        """Is there something that a script could run on?"""
        return self is TargetKind.SSH


class Site(enum.StrEnum):
    """Who executes one run of an action."""

    FOREDECK = "foredeck"  # Foredeck itself, which runs nobody's code: it asks people
    WORKER = "worker"  # a worker of a pool
    TARGET = "target"  # the target


def default_of(target_tags: Sequence[str]) -> RunsOn:
    """Where a script runs that does not say so."""
    return RunsOn.TARGETS if target_tags else RunsOn.WORKER


def site_of(*, is_script: bool, runs_on: RunsOn, has_machine: bool) -> Site:
    """Who executes it. `has_machine`: is it aimed at a target that is a machine?"""
    if not is_script:
        return Site.FOREDECK
    return Site.TARGET if runs_on is RunsOn.TARGETS and has_machine else Site.WORKER


def contradiction(runs_on: RunsOn, target_tags: Sequence[str]) -> tuple[str, str] | None:
    """Why a step with these target tags cannot run so, and the way out; None where it can."""
    if runs_on is RunsOn.WORKER and target_tags:
        return (
            "This would run once on a worker, and the target tags of its step say that it is for each target.",
            "Write `worker_for_each_target`, or remove `target_tags`.",
        )
    if runs_on is not RunsOn.WORKER and not target_tags:
        return (
            f"`{runs_on}` is about targets, and the step names no target tags.",
            "Add `target_tags:` to the step, for example `target_tags: [web]`.",
        )
    return None


def pool_for(pool: str | None, *, default_pool: str | None, of_target: str | None) -> str | None:
    """The pool of a run for a target without a machine: the target's own pool stands in for the default one, never for
    one that the step chose. None: the default pool, whichever that is then.
    """
    is_default = pool is None or pool == default_pool
    return of_target if is_default and of_target is not None else pool
