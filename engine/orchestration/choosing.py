"""Chooses the worker of an action that runs on no target: the least busy of its pool; the built-in one where the
default pool is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.contracts import Account, SshMachine
from engine.definitions import Definitions
from engine.definitions.secrets import resolve
from engine.errors import ForedeckError
from engine.ports import Worker, Workers
from engine.services import built_in, pools

BUILT_IN = built_in.SLUG


class NoWorker(ForedeckError):
    """The pool has nobody who could do it."""

    message = "The worker pool {pool} has no workers."
    hint_text = "Add a worker to the pool, or let the step use the default pool; then run the step again."


class WorkerGone(ForedeckError):
    """The machine that ran it, or is to run it, is not in the configuration any more."""

    message = "The machine {worker} of this step is not configured any more."
    hint_text = "If the step was started, look on the machine what it did; then choose Run again or Fail."


def choose(definitions: Definitions, pool: str | None, running: Mapping[str, int], tried: Collection[str] = ()) -> str:
    """The slug of the worker to use, none of those that were `tried`. Raises NoWorker, PoolGone."""
    slug, workers = pools.pool_and_workers(definitions, pool)
    left = [worker for worker in workers if worker not in tried]
    if left:
        return min(left, key=lambda worker: (running.get(worker, 0), workers.index(worker)))
    if pools.falls_to_built_in(definitions, pool):
        return BUILT_IN
    pools.require(definitions, slug, "This step")
    raise NoWorker(pool=slug)


def connect(definitions: Definitions, worker: str, workers: Workers) -> Worker:
    """The worker with this slug. Raises WorkerGone, or SecretUnavailable when its key cannot be read."""
    if worker == BUILT_IN:
        return workers.built_in(built_in.settings_of(definitions))
    definition = definitions.workers.get(worker) or definitions.targets.get(worker)
    if definition is None:
        raise WorkerGone(worker=worker)
    account = definitions.accounts[definition.account]
    return workers.ssh(
        SshMachine(
            slug=definition.slug,
            host=definition.host,
            port=definition.port,
            host_key=definition.host_key,
            account=Account(
                slug=account.slug,
                username=account.username,
                private_key=resolve(account.private_key, definitions.secret_stores),
                passphrase=resolve(account.passphrase, definitions.secret_stores) if account.passphrase else None,
            ),
        )
    )
