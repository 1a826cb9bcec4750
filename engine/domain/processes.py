"""What a deployment process is made of: steps, their actions and the work of an action, as values that can be stored.

It does not decide what runs when: that is the plan and the next moves.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from engine.domain import script_sources
from engine.domain.frozen_folders import FrozenFile, FrozenFolder, folder_from_json, folder_to_json
from engine.domain.installs import PackageToDeploy, install_from_json, install_to_json
from engine.domain.isolation import Isolation
from engine.domain.locations import RunsOn
from engine.domain.scopes import EVERYWHERE, Scope, scope_from_json, scope_to_json
from engine.domain.script_sources import Origin, PackageUse

AD_HOC = "workers run"
"""What stands for the project of a script that somebody runs on machines; no project can be called that."""


class RunCondition(enum.StrEnum):
    """When a step runs, seen from the steps before it."""

    SUCCESS = "success"  # only when all before it succeeded
    FAILURE = "failure"  # only when one before it failed
    ALWAYS = "always"  # in both cases
    VARIABLE = "variable"  # when the step's expression is true, which is asked after a failure, too


class StartTrigger(enum.StrEnum):
    """When a step starts, seen from the step before it."""

    AFTER_PREVIOUS = "after_previous"  # when everything before it has ended
    WITH_PREVIOUS = "with_previous"  # together with the step before it: a run of such steps is one parallel group


@dataclass(frozen=True)
class Retries:
    """How often a failed action is tried again by itself, and how long is waited before each time."""

    attempts: int  # 1 to 3, beyond the first
    delay: timedelta = timedelta(seconds=15)


@dataclass(frozen=True)
class Rolling:
    """How a step goes through its targets: at most `window` at a time, and no further one after so many failures."""

    window: int
    stop_after_failures: int = 1


@dataclass(frozen=True)
class RunScript:
    """Run a script on a worker. `source` is where its text came from: a file's name, or `inline`; or the script is the
    worker's own, which installs what it `deploys`.

    `parameters`: the script's arguments, templates that become one argument each. `fails_on_error_output`: does a line
    on stderr fail it; None: as the variable Octopus.Action.FailScriptOnErrorOutput says. `modules`: files of functions
    that lie beside it, for it to load. `packages`: of the project, for it to use. `origin`: its text is none of the
    configuration's; `source` is the path of its file there.
    """

    body: str
    syntax: str = "bash"
    source: str = "inline"
    folder: FrozenFolder | None = None  # the files that lie beside it when it runs
    deploys: PackageToDeploy | None = None
    parameters: tuple[str, ...] = ()
    fails_on_error_output: bool | None = None
    modules: tuple[FrozenFile, ...] = ()
    packages: tuple[PackageUse, ...] = ()
    origin: Origin | None = None

    @property
    def package_names(self) -> frozenset[str]:
        """The packages of the project that have to be where it runs."""
        used = (use.package for use in script_sources.packages_of(self.packages, self.origin))
        return frozenset({*used, self.deploys.package} if self.deploys else used)


@dataclass(frozen=True)
class ManualIntervention:
    """Wait for people of these teams (never empty) to proceed or to abort."""

    instructions: str  # Markdown; variables are substituted when it is raised
    teams: tuple[str, ...]
    minimum: int = 1  # how many must proceed; one abort is enough
    requester_may: bool = True  # may the person who asked for the deployment answer?
    block_concurrent_deployments: bool = False  # keep the place (project and environment) while waiting?


@dataclass(frozen=True)
class HealthCheck:
    """Look at each of the step's targets. What is left out takes no part in later steps."""

    connection_only: bool = False  # else as the policy of the machine says
    skips_unavailable: bool = False  # leave out those that do not answer, instead of failing
    excludes_unhealthy: bool = False  # leave out those that must not be used, instead of failing
    includes_new: bool = False  # targets that came since the plan was made take part from here on


class Acquire(enum.StrEnum):
    """When packages are fetched from their feeds, seen from the approvals before the first step that needs one."""

    AFTER_APPROVAL = "after_approval"  # nothing is fetched that nobody wanted
    BEFORE_APPROVAL = "before_approval"  # nobody is asked about what cannot be had


@dataclass(frozen=True)
class AcquirePackages:
    """Fetch these packages of the release, each once. No process has this: a plan does, where something is fetched.

    `ahead_of`: the step that asks people only when all are there; empty where none does.
    """

    packages: tuple[str, ...]
    ahead_of: str = ""


Work = RunScript | ManualIntervention | HealthCheck | AcquirePackages


@dataclass(frozen=True)
class Action:
    """One piece of work of a step."""

    slug: str
    name: str
    work: Work
    scope: Scope = EVERYWHERE
    worker_pool: str | None = None  # None: the default pool
    time_limit: timedelta | None = None  # of the execution, not of the wait before it
    idempotent: bool = False  # may it be run again without asking when its end cannot be known?
    retries: Retries | None = None
    runs_on: RunsOn | None = None  # None: on targets where the step names target tags, else on a worker
    isolation: Isolation | None = None  # None: alone on a target, beside others on a worker
    expression: str = ""  # of a run condition of its own: a template


@dataclass(frozen=True)
class Step:
    """A place in the process: its actions share a run condition and a scope; each may have a condition of its own.

    `required`: nobody may leave it out of a deployment. `disabled`: it is left out of every new plan. `notes` are for
    those who read the process. `target_tags`: it runs for each target that has one of them, instead of once.
    """

    slug: str
    name: str
    condition: RunCondition
    scope: Scope
    actions: tuple[Action, ...]
    start_trigger: StartTrigger = StartTrigger.AFTER_PREVIOUS
    required: bool = False
    disabled: bool = False
    notes: str = ""
    expression: str = ""  # of the condition VARIABLE: a template
    target_tags: tuple[str, ...] = ()
    rolling: Rolling | None = None

    @property
    def must_run(self) -> bool:
        """May nobody leave it out? An approval that could be skipped would be none, so it is always required."""
        return self.required or any(isinstance(action.work, ManualIntervention) for action in self.actions)


@dataclass(frozen=True)
class Process:
    """The steps, in order."""

    steps: tuple[Step, ...]
    max_parallelism: int = 10  # steps of a group, and machines of a step without a window, at once (Octopus's default)
    fail_on_unresolved: bool = False  # a token without a variable is an error everywhere, not only where it decides
    acquire: Acquire = Acquire.AFTER_APPROVAL

    def running_in(self, environment: str | None) -> Iterator[tuple[str, str]]:
        """The slugs of step and action of what would run there; of all for None."""
        for step in self.steps:
            for action in () if step.disabled else step.actions:
                scopes = (step.scope, action.scope)
                if environment is None or all(scope.matches(environment=environment) for scope in scopes):
                    yield step.slug, action.slug


def process_to_json(process: Process) -> dict[str, Any]:
    """As a JSON-able dict, script bodies included."""
    return {
        "steps": [_step_to_json(step) for step in process.steps],
        "fail_on_unresolved": process.fail_on_unresolved,
        "max_parallelism": process.max_parallelism,
        **({"acquire": process.acquire.value} if process.acquire is not Process.acquire else {}),
    }


def process_from_json(content: Mapping[str, Any]) -> Process:
    """The inverse of `process_to_json`."""
    steps = tuple(_step_from_json(step) for step in content["steps"])
    return Process(
        steps,
        max_parallelism=content.get("max_parallelism", 10),  # releases of earlier versions have none
        fail_on_unresolved=content.get("fail_on_unresolved", False),
        acquire=Acquire(content.get("acquire", Process.acquire)),
    )


def _step_to_json(step: Step) -> dict[str, Any]:
    return {
        "slug": step.slug,
        "name": step.name,
        "condition": step.condition.value,
        "scope": scope_to_json(step.scope),
        "actions": [_action_to_json(action) for action in step.actions],
        "start_trigger": step.start_trigger.value,
        "required": step.required,
        "disabled": step.disabled,
        "notes": step.notes,
        "expression": step.expression,
        "target_tags": list(step.target_tags),
        "rolling": step.rolling and [step.rolling.window, step.rolling.stop_after_failures],
    }


def _step_from_json(content: Mapping[str, Any]) -> Step:
    return Step(
        slug=content["slug"],
        name=content["name"],
        condition=RunCondition(content["condition"]),
        scope=scope_from_json(content["scope"]),
        actions=tuple(_action_from_json(action) for action in content["actions"]),
        # Releases that were frozen before these keys existed lack them.
        start_trigger=StartTrigger(content.get("start_trigger", StartTrigger.AFTER_PREVIOUS)),
        required=content.get("required", False),
        disabled=content.get("disabled", False),
        notes=content.get("notes", ""),
        expression=content.get("expression", ""),
        target_tags=tuple(content.get("target_tags", ())),
        rolling=Rolling(*content["rolling"]) if content.get("rolling") else None,
    )


def _action_to_json(action: Action) -> dict[str, Any]:
    return {
        "slug": action.slug,
        "name": action.name,
        "work": _work_to_json(action.work),
        "scope": scope_to_json(action.scope),
        "worker_pool": action.worker_pool,
        # Left out where it is not said, so that what was frozen before the key existed still equals what is frozen now.
        **({"runs_on": action.runs_on.value} if action.runs_on else {}),
        "time_limit": None if action.time_limit is None else action.time_limit.total_seconds(),
        "idempotent": action.idempotent,
        "retries": action.retries and [action.retries.attempts, action.retries.delay.total_seconds()],
        "isolation": action.isolation and action.isolation.value,
        **({"expression": action.expression} if action.expression else {}),
    }


def _action_from_json(content: Mapping[str, Any]) -> Action:
    seconds, retries = content["time_limit"], content.get("retries")
    return Action(
        slug=content["slug"],
        name=content["name"],
        work=_work_from_json(content["work"]),
        scope=scope_from_json(content["scope"]),
        worker_pool=content["worker_pool"],
        runs_on=RunsOn(content["runs_on"]) if content.get("runs_on") else None,
        time_limit=None if seconds is None else timedelta(seconds=seconds),
        idempotent=content["idempotent"],
        retries=Retries(retries[0], timedelta(seconds=retries[1])) if retries else None,
        isolation=Isolation(content["isolation"]) if content.get("isolation") else None,
        expression=content.get("expression", ""),
    )


def _work_to_json(work: Work) -> dict[str, Any]:
    if isinstance(work, HealthCheck):
        return {"kind": "health_check", **asdict(work)}
    if isinstance(work, AcquirePackages):
        return {"kind": "acquire_packages", "packages": list(work.packages), "ahead_of": work.ahead_of}
    if isinstance(work, RunScript):
        return {
            "kind": "run_script",
            "body": work.body,
            "syntax": work.syntax,
            "source": work.source,
            "folder": folder_to_json(work.folder),
            **({"deploys": install_to_json(work.deploys)} if work.deploys else {}),
            **({"parameters": list(work.parameters)} if work.parameters else {}),
            **({} if work.fails_on_error_output is None else {"fails_on_error_output": work.fails_on_error_output}),
            **({"modules": [[module.path, module.digest] for module in work.modules]} if work.modules else {}),
            **script_sources.to_json(work.packages, work.origin),
        }
    return {
        "kind": "manual_intervention",
        "instructions": work.instructions,
        "teams": list(work.teams),
        "minimum": work.minimum,
        "requester_may": work.requester_may,
        "block_concurrent_deployments": work.block_concurrent_deployments,
    }


def _work_from_json(content: Mapping[str, Any]) -> Work:
    if content["kind"] == "health_check":
        return HealthCheck(**{name: value for name, value in content.items() if name != "kind"})
    if content["kind"] == "acquire_packages":
        return AcquirePackages(tuple(content["packages"]), content["ahead_of"])
    if content["kind"] == "run_script":
        folder = folder_from_json(content.get("folder"))  # what was stored by earlier versions has none
        deploys = install_from_json(content["deploys"]) if content.get("deploys") else None
        return RunScript(
            content["body"],
            content["syntax"],
            content["source"],
            folder,
            deploys,
            parameters=tuple(content.get("parameters", ())),
            fails_on_error_output=content.get("fails_on_error_output"),
            modules=tuple(FrozenFile(path, digest) for path, digest in content.get("modules", ())),
            packages=script_sources.uses_from_json(content),
            origin=script_sources.origin_from_json(content),
        )
    if content["kind"] != "manual_intervention":
        raise ValueError(f"unknown kind of work: {content['kind']}")
    return ManualIntervention(
        instructions=content["instructions"],
        teams=tuple(content["teams"]),
        minimum=content["minimum"],
        requester_may=content["requester_may"],
        block_concurrent_deployments=content["block_concurrent_deployments"],
    )
