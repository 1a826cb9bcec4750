"""Read models: frozen values that the bot and the command line show. Nothing here can change a row."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from engine.contracts import HealthState, LogSegment
from engine.domain.explanations import Standing
from engine.domain.holds import HoldKind
from engine.domain.processes import AD_HOC
from engine.domain.prompts import LONGEST_ANSWER, Question
from engine.domain.states import InterruptionKind, InterruptionState, TaskState, Verdict
from engine.domain.variables import Control
from engine.services.interruption_views import DecisionView, FailedRunView, InterruptionView
from engine.services.queue_views import HoldView, QueueEntryView, QueueView

__all__ = [
    "LONGEST_ANSWER",
    "Control",
    "DecisionView",
    "ExplainedValueView",
    "ExplanationView",
    "FailedRunView",
    "HealthState",
    "HoldKind",
    "HoldView",
    "InterruptionKind",
    "InterruptionState",
    "InterruptionView",
    "LinkView",
    "LiveView",
    "LogPage",
    "LogSegment",
    "MachineView",
    "PlanView",
    "PlannedStepView",
    "Question",
    "QueueEntryView",
    "QueueView",
    "ReleaseView",
    "RunbookView",
    "Standing",
    "StepStatus",
    "StepView",
    "TaskState",
    "TaskView",
    "TriedView",
    "TriggerFireView",
    "TriggerView",
    "Verdict",
    "WaitKind",
    "Waiting",
]


class StepStatus(enum.StrEnum):
    """What a person sees of a step."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"  # for a person
    LOST = "lost"  # its end is unknown; a person is asked
    SUCCEEDED = "succeeded"
    WARNINGS = "warnings"  # succeeded, and said something on stderr or as a warning
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"


class WaitKind(enum.StrEnum):
    """What a task waits for."""

    APPROVAL = "approval"  # a manual intervention
    LOST = "lost"  # somebody has to say what to do with a lost step
    GUIDANCE = "guidance"  # somebody has to say how to go on after a failure
    PLACE = "place"  # another deployment of the same project and environment
    CAP = "cap"  # as many deployments run as may
    HOLD = "hold"  # somebody holds it up
    TIME = "time"  # it is to begin later
    MACHINE = "machine"  # something runs on a machine and wants to be alone there, or it does itself
    PACKAGES = "packages"  # the packages of its release are looked for


@dataclass(frozen=True)
class Waiting:
    """What a task waits for, and for whom. `text` is one plain sentence without names of Slack."""

    kind: WaitKind
    text: str
    people: tuple[str, ...] = ()  # slugs of those who can end the wait
    task: int | None = None  # the task in the way, for PLACE and MACHINE; the one that runs longest, for CAP
    brief: str = ""  # the same in a few words, for lists
    since: datetime | None = None  # of a HOLD
    hold: int | None = None  # the id of a HOLD
    until: datetime | None = None  # of a HOLD that ends by itself; of a TIME, when it is to begin
    not_after: datetime | None = None  # what has not begun by then does not run
    goes_on: bool = False  # of a MACHINE: other steps of it, or the same one elsewhere, run meanwhile


@dataclass(frozen=True)
class MachineView:
    """How one target of a step stands."""

    slug: str
    status: StepStatus
    detail: str = ""  # why it failed or was left out; one sentence, masked
    worker: str = ""  # the worker that does it for this target; empty where the target does it itself


@dataclass(frozen=True)
class StepView:
    """One step of a task."""

    number: int  # from 1, within the plan
    slug: str
    name: str
    status: StepStatus
    detail: str = ""  # why it was skipped, what failed, what it waits for; one sentence, masked
    hint: str = ""
    worker: str | None = None  # e.g. "built-in"
    machine: str = ""
    attempt: int = 1
    percentage: int | None = None
    percentage_message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    run_ids: tuple[int, ...] = ()  # action runs, oldest first; their logs can be read
    run_machines: tuple[str, ...] = ()  # on which target each of them ran; "" for none
    is_intervention: bool = False
    decisive_run: int | None = None  # the action run that `status` and `detail` are of, if it has a log
    machines: tuple[MachineView, ...] = ()  # the targets, in the plan's order; empty for a step that runs once

    @property
    def machines_done(self) -> int:
        """On how many targets it is done."""
        return sum(1 for m in self.machines if m.status in {StepStatus.SUCCEEDED, StepStatus.WARNINGS})


@dataclass(frozen=True)
class LinkView:
    """A place to look at, named by a script."""

    url: str
    label: str


@dataclass(frozen=True)
class TaskView:
    """A deployment as people see it. `number` is what they type."""

    number: int
    state: TaskState
    project: str
    project_name: str
    version: str
    environment: str
    environment_name: str
    requested_by: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_by: str | None
    steps: tuple[StepView, ...]
    left_out: tuple[tuple[str, str], ...]  # (step name, reason)
    waiting: Waiting | None
    interruptions: tuple[InterruptionView, ...]  # all of them, oldest first
    links: tuple[LinkView, ...]
    skipped: tuple[str, ...]  # slugs of the steps that were left out when it was asked for
    not_chosen: tuple[str, ...] = field(default=(), kw_only=True)  # targets that were left out when it was asked for
    unusable: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)  # targets that could not be used, and why
    added: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)  # targets that came while it ran, and how
    guided: bool | None = field(default=None, kw_only=True)  # is somebody asked on a failure; None: as it is set now
    warnings: tuple[str, ...] = field(default=(), kw_only=True)  # what will fail as it stands, as sentences
    runbook: str = field(default="", kw_only=True)  # the name of the runbook that runs; empty for a deployment
    slack_channel: str | None  # name or id where the card goes; None: nowhere (asked for in a terminal without one)
    typed_in: str | None  # id of the Slack channel where it was asked for
    reason: str = ""  # why it was asked for
    overrides: bool = False  # it passes freezes
    is_emergency: bool = False  # it passes what holds others up, and approvals
    may_be_abandoned_at: datetime | None = None  # while it is being canceled: a cancel that takes longer is stuck
    ended_because: str = ""  # why it ended, where nobody asked for that, e.g. "superseded by #19 …"
    answers: tuple[tuple[str, str], ...] = ()  # to prompts: (label, value)
    script: str = ""  # that somebody runs on machines, of no project

    @property
    def is_script(self) -> bool:
        """Did somebody run a script on machines, of no project?"""
        return self.project == AD_HOC

    @property
    def pending(self) -> InterruptionView | None:
        """The interruption that waits now, if any."""
        return next((i for i in self.interruptions if i.is_pending), None)

    @property
    def failed_steps(self) -> tuple[StepView, ...]:
        """The steps that failed."""
        return tuple(s for s in self.steps if s.status is StepStatus.FAILED)


@dataclass(frozen=True)
class TriggerView:
    """A trigger and when it fires next."""

    project: str
    slug: str
    environment: str
    schedule: str  # in words
    next_fire_at: datetime | None  # None: it waits for an event
    next_spelled: str  # by its own clock; empty when it waits for an event
    last_task: int | None
    last_outcome: str  # why it deployed nothing the last time; empty when it did, or never fired
    runbook: str = ""  # which it runs; empty when it deploys


@dataclass(frozen=True)
class TriggerFireView:
    """What came of one fire."""

    id: int
    project: str
    slug: str
    fire_at: datetime
    fired_at: datetime
    task: int | None
    outcome: str
    project_name: str
    environment: str = ""  # where to; this and what follows are empty once the trigger is gone
    environment_name: str = ""
    runbook: str = ""  # what it runs; empty: it deploys
    next_fire_at: datetime | None = None


@dataclass(frozen=True)
class TriedView:
    """A deployment that began after what is live, and is no success (yet)."""

    number: int
    version: str
    state: TaskState
    targets_done: int  # on how many targets all of its steps are done; of `targets`
    targets: int  # 0: it has no steps on targets


@dataclass(frozen=True)
class LiveView:
    """What is live in one environment; `version` None: nothing was ever deployed there with success."""

    environment: str
    environment_name: str
    version: str | None
    number: int | None  # of the deployment that brought it
    since: datetime | None
    by: str
    tried: TriedView | None = None
    targets_done: int = 0  # of `targets`, those that have it: some may have been excluded
    targets: int = 0
    elsewhere: tuple[tuple[str, int], ...] = ()  # what the others have: version and on how many


@dataclass(frozen=True)
class ReleaseView:
    """A release."""

    project: str
    version: str
    created_at: datetime
    created_by: str
    deployed_to: tuple[str, ...] = ()  # environments where it is the last success
    packages: tuple[ReleasePackageView, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Have all its packages been found?"""
        return all(package.digest for package in self.packages)


@dataclass(frozen=True)
class ReleasePackageView:
    """A package that a release is made with, or a repository of scripts; without a digest it is still looked for."""

    package: str  # or the repository: `git.example.com/ops/scripts`
    version: str  # or the branch, tag or commit that is named
    digest: str = ""  # in hexadecimal: a SHA-256, or the commit
    size: int = 0  # bytes
    trouble: str = ""  # why it could not be asked for
    is_commit: bool = False

    @property
    def name(self) -> str:
        """As people read it: `app 1.4.0`, or `main of git.example.com/ops/scripts`."""
        return f"{self.version} of {self.package}" if self.is_commit else f"{self.package} {self.version}"


@dataclass(frozen=True)
class PackageView:
    """A version of a package that is known. One of a folder that was not looked into has no digest."""

    project: str
    package: str
    version: str
    digest: str
    size: int
    added_at: datetime
    added_by: str = ""


@dataclass(frozen=True)
class RunbookView:
    """A runbook. `version`: what is published, None before; `is_changed`: it is different now. `environments`: where
    what is published may run, everywhere when empty. `earlier`: what was published before, the newest first.
    """

    project: str
    slug: str
    name: str
    environments: tuple[str, ...]
    version: str | None
    published_at: datetime | None
    published_by: str
    is_changed: bool
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedStepView:
    """One step as it would run."""

    number: int
    name: str
    what: str  # e.g. "Bash script build.sh", "Manual intervention by release-managers"
    where: str  # e.g. "built-in worker", "pool linux: build-1", "Foredeck"
    condition: str  # when it runs and how often it is tried; "" when it is the default
    notes: str = ""  # what its authors say of it


@dataclass(frozen=True)
class PlanView:
    """What would run where, and what is left out."""

    project: str
    version: str
    environment: str
    steps: tuple[PlannedStepView, ...]
    left_out: tuple[tuple[str, str], ...]
    note: str = ""  # what else to know, as a sentence
    questions: tuple[Question, ...] = ()  # what a deployment asks for
    guided: bool = False  # when a step fails somebody is asked
    not_chosen: tuple[str, ...] = ()  # targets that the deployer left out
    added: tuple[tuple[str, str], ...] = ()  # targets that came since it was made, and how
    unusable: tuple[tuple[str, str], ...] = ()  # targets that cannot be used, and why, as the end of a sentence
    refusals: tuple[str, ...] = ()  # what a request would be refused for as it stands, as sentences
    warnings: tuple[str, ...] = ()  # what would fail as it stands, and may be mended meanwhile, as sentences
    project_name: str = ""  # as it is shown; empty: its slug
    environment_name: str = ""

    @property
    def is_script(self) -> bool:
        """Is it a script that somebody runs on machines?"""
        return self.project == AD_HOC


@dataclass(frozen=True)
class ExplainedValueView:
    """One value of a variable, and how it stands where it was asked for."""

    standing: Standing
    value: str  # as it is written; of a secret only where it is kept
    place: str  # file:line
    source: str  # "variable set mail"; empty for the project's own
    why: str


@dataclass(frozen=True)
class ExplanationView:
    """All values of a variable, the one that wins first. None: Foredeck sets it itself."""

    name: str
    where: str  # e.g. "web in staging, step migrate"
    values: tuple[ExplainedValueView, ...]


@dataclass(frozen=True)
class LogPage:
    """A stretch of the stored log of one action run."""

    run_id: int
    start: int  # byte position in the stored log
    end: int  # read on from here
    complete: bool  # the run is over and this is the end
    segments: tuple[LogSegment, ...]
