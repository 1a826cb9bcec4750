"""Chooses the worker of an action that runs on no target: the one of its pool with the fewest leases, or the one that
the deployment keeps to; the built-in one where the default pool is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from engine.contracts import SshMachine
from engine.definitions import Definitions
from engine.errors import ForedeckError
from engine.ports import Worker, Workers
from engine.services import built_in, machines, pools

BUILT_IN = built_in.SLUG


class NoWorker(ForedeckError):
    """Nobody in the pool can do it; says of each member why."""

    message = "No worker of the pool {pool} can run this step. {reasons}"
    hint_text = (
        "Look with `/workers {pool}`: there a worker is checked now, enabled, or its new host key is trusted. Another "
        "worker in the pool helps, too."
    )


class PoolEmpty(NoWorker):
    """The pool has no members."""

    message = "The worker pool {pool} has no workers."
    hint_text = "Add a worker to the pool, or let the step use the default pool; then run the step again."


class WorkerGone(ForedeckError):
    """The machine that ran it, or is to run it, is not in the configuration any more."""

    message = "The machine {worker} of this step is not configured any more."
    hint_text = "If the step was started, look on the machine what it did; then choose Run again or Fail."


def candidates(
    definitions: Definitions,
    pool: str | None,
    leases: Mapping[str, int],
    *,
    unusable: Mapping[str, str] | None = None,
    away: Collection[str] = (),
    kept: Sequence[str] = (),
) -> tuple[str, ...]:
    """The slugs of the workers that could do it now, those with the fewest leases first. Raises NoWorker, PoolGone.

    `unusable`: by slug, why a worker is none of them, as a sentence. `away`: those of them that only did not answer
    when they were last looked at: where nobody else is left they are tried, for they may be back. `kept`: whom the
    deployment keeps to; the first of them that is usable is then the only candidate.
    """
    without = unusable or {}
    slug, workers = pools.pool_and_workers(definitions, pool)
    left = [worker for worker in workers if worker not in without] or [worker for worker in workers if worker in away]
    if left:
        stays = next((worker for worker in kept if worker in left), None)
        return (stays,) if stays else tuple(sorted(left, key=lambda worker: leases.get(worker, 0)))
    if pools.falls_to_built_in(definitions, pool):
        return (BUILT_IN,)
    pools.require(definitions, slug, "This step")
    if not workers:
        raise PoolEmpty(pool=slug)
    raise NoWorker(pool=slug, reasons=" ".join(_reason(worker, without[worker]) for worker in workers))


def _reason(worker: str, sentence: str) -> str:
    return sentence if worker in sentence else f"{worker}: {sentence}"


def connect(definitions: Definitions, worker: str, workers: Workers) -> Worker:
    """The worker with this slug. Raises WorkerGone, or SecretUnavailable when its key or password cannot be read."""
    if worker == BUILT_IN:
        return workers.built_in(built_in.settings_of(definitions))
    return workers.ssh(machine_of(definitions, worker))


def machine_of(definitions: Definitions, slug: str) -> SshMachine:
    """How to get to this machine. Raises WorkerGone, or SecretUnavailable when its key or password cannot be read."""
    definition = definitions.machine(slug)
    if definition is None:
        raise WorkerGone(worker=slug)
    return machines.with_secrets(definitions, definition)
