"""A worker that talks to a runner: the built-in and the SSH worker are this, each with its own way to a channel."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from engine.contracts import (
    USUAL_CHECK,
    ActionRequest,
    ActionResult,
    Health,
    HealthCheck,
    HealthState,
    Outcome,
    PackageFile,
    Parcel,
)
from engine.ports import Clock, RunSink
from workers import health
from workers.packages import delivering, fetching, installing
from workers.packages.delivering import Delivered
from workers.packages.telling import Telling
from workers.runner import following
from workers.runner.channels import CannotConnect, ChannelLost, Interrupted, NobodyThere, OpenSide
from workers.runner.client import OpenChannel, RunnerClient
from workers.runner.pace import Pace
from workers.runner.protocol import State
from workers.scripts import UnusableVariable

_CLEAN_UP_LIMIT = 30.0
_HEALTH_LIMIT = 60.0  # others may log in first: see Ways.turn


def _never() -> bool:
    return False


class RunnerWorker:
    """Implements `engine.ports.Worker` on top of a runner; one channel is shared by all its actions."""

    def __init__(
        self,
        slug: str,
        place: str,
        open_channel: OpenChannel,
        *,
        clock: Clock,
        root: str = "",
        pace: Pace | None = None,
        open_side: OpenSide | None = None,
    ) -> None:
        self._slug = slug
        self._place = place
        self._clock = clock
        self._pace = pace or Pace()
        self._client = RunnerClient(open_channel, self._explain, root)
        self._open_side = open_side

    @property
    def slug(self) -> str:
        """What people know it by."""
        return self._slug

    def ensure_and_follow(self, request: ActionRequest, sink: RunSink) -> ActionResult:
        """Launch the action if its ticket was never claimed, else attach; follow it to its end."""
        needed = [enclosure.parcel for enclosure in request.enclosures]
        for parcel in (*needed, *([request.package] if request.package else [])):
            if (ended := self._deliver(parcel, request, sink)) is not None:
                return ended
        package = request.package
        if package is not None:
            try:
                request = installing.as_script(request, package if self._open_side else replace(package, origin=None))
            except UnusableVariable as error:
                return ActionResult(Outcome.FAILED, message=str(error), hint=error.hint)
        return following.follow(self._client, request, sink, self._clock, self._pace, self._place)

    def _deliver(self, package: Parcel, request: ActionRequest, sink: RunSink) -> ActionResult | None:
        """Get the package there before what installs it is launched; how it ended when that cannot be."""
        if request.launch_confirmed:
            return None
        telling = Telling(sink, package)

        def interrupted() -> bool:
            return sink.stopping() or sink.cancel_requested()

        try:
            telling.done(self._bring(package, request.ticket, interrupted, telling))
        except Interrupted:
            if sink.stopping():
                return ActionResult(Outcome.DETACHED, message="The bot stops; the package is sent later.")
            return ActionResult(Outcome.CANCELED, message=f"Canceled while {package.name} was sent; nothing ran.")
        except (CannotConnect, fetching.NotFetched) as error:
            outcome = Outcome.UNREACHABLE if isinstance(error, CannotConnect) else Outcome.FAILED
            return ActionResult(outcome, message=str(error), hint=error.hint)
        except ChannelLost as error:
            message = f"The connection to {self._place} broke while {package.name} was sent: {error}."
            return ActionResult(Outcome.UNREACHABLE, message=message, hint="Nothing was installed. Try again.")
        return None

    def _bring(self, package: Parcel, ticket: str, interrupted: Callable[[], bool], telling: Telling) -> Delivered:
        client, place, side = self._client, self._place, self._open_side
        if isinstance(package, PackageFile) and package.origin is not None and side is not None:
            try:
                return fetching.fetch(client, side, package, package.origin, place, interrupted, telling.fetching)
            except fetching.NotFetched:
                # It says that nothing was installed; but a process that is gone may have launched just that.
                if client.poll(ticket, 1, 0, 0, interrupted=interrupted).state is State.ABSENT:
                    raise
                return Delivered(0)
        return delivering.deliver(client, package, place, interrupted, telling.there, side)

    def clean_up(self, ticket: str) -> None:
        """Remove what the run left; a tombstone stays for 30 days. What fails is swept by the machine after 30 days."""
        with contextlib.suppress(ChannelLost, CannotConnect, Interrupted):
            self._client.clean(ticket, interrupted=_after(_CLEAN_UP_LIMIT))

    def check_health(self, check: HealthCheck = USUAL_CHECK, stopping: Callable[[], bool] = _never) -> Health:
        """Ask the machine for its facts and judge them; then let the script of the check judge."""
        patience = _after(_HEALTH_LIMIT)
        try:
            facts = self._client.facts(interrupted=lambda: patience() or stopping())
        except NobodyThere as error:
            return Health(HealthState.UNAVAILABLE, f"{error} {error.hint}".strip())
        except CannotConnect as error:
            return Health(HealthState.UNHEALTHY, f"{error} {error.hint}".strip())
        except (ChannelLost, Interrupted):
            return Health(HealthState.UNAVAILABLE, f"{self._place} did not answer within {_HEALTH_LIMIT:.0f} s.")
        if check.connection_only:
            return Health(HealthState.HEALTHY, f"{self._place} can be logged in to.", facts)
        found = health.judge(facts, self._place)
        return self._ask_script(check, found, stopping) if found.healthy else found

    def _ask_script(self, check: HealthCheck, found: Health, stopping: Callable[[], bool]) -> Health:
        if check.script is None:
            return found
        request, findings = health.request_for(check.script, check), health.Findings(stopping)
        result = self.ensure_and_follow(request, findings)
        self.clean_up(request.ticket)
        return findings.judge(result, found)

    def close(self) -> None:
        """Close the channel; scripts that run go on."""
        self._client.close()

    def _explain(self, failure: str, evidence: str) -> CannotConnect:
        """Why a runner was not ready, as a sentence."""
        if failure == "disk-full":
            return CannotConnect(
                f"The disk of {self._place} is full: {evidence} cannot be written.",
                "Free some space there and try again.",
                retryable=False,
            )
        if failure == "not-writable":
            return CannotConnect(
                f"{self._place} has no folder for runs: {evidence} cannot be written.",
                "Look at the folder's owner and mode (it must be the account's own), and for a read-only disk.",
                retryable=False,
            )
        said = f" It printed: {evidence}" if evidence else ""
        return CannotConnect(
            f"{self._place} did not start the runner.{said}",
            "The account needs a login shell that runs commands, and coreutils or busybox on the machine.",
            retryable=False,
        )


def _after(seconds: float) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() > deadline
