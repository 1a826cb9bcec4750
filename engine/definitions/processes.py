"""Reads a deployment process: steps, actions, and the work of an action. What runs when is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.definitions import conditions, step_settings
from engine.definitions.approvals import check_approval
from engine.definitions.asked_variables import AskedVariable
from engine.definitions.execution import read_pool, read_runs_on
from engine.definitions.fields import Field, Record
from engine.definitions.health_checks import read_health_check
from engine.definitions.nodes import Items, Scalar, shown
from engine.definitions.package_steps import read_package_step
from engine.definitions.project_files import ProjectFiles
from engine.definitions.scopes import read_scope
from engine.definitions.script_modules import NO_MODULES, ScriptModules
from engine.definitions.script_steps import ScriptReader
from engine.definitions.secret_references import holds_a_secret
from engine.definitions.values import Team
from engine.domain.processes import (
    Acquire,
    Action,
    HealthCheck,
    ManualIntervention,
    Process,
    RunCondition,
    RunScript,
    Step,
    Work,
)
from engine.domain.scopes import EVERYWHERE, Scope

_WORK = ("run_script", "manual_intervention", "health_check", "deploy_package")
_OF_A_SCRIPT = ("runs_on", "worker_pool", "time_limit", "idempotent", "retries", "isolation")
_OF_AN_ACTION = (*_WORK, *_OF_A_SCRIPT)
KEYS_OF_A_PROCESS = ("steps", "max_parallelism", "fail_on_unresolved", "script_modules", "acquire")
KEYS_OF_A_STEP = ("step", "name", "when", "run_condition", *step_settings.KEYS, *_OF_AN_ACTION, "actions")
KEYS_OF_AN_ACTION = ("action", "name", "when", "run_condition", *_OF_AN_ACTION)
KEYS_OF_AN_INTERVENTION = ("teams", "instructions", "minimum", "requester_may", "block_concurrent_deployments")
_NOTHING = RunScript("")


@dataclass
class _Names:
    """What the names in one process are taken by: scripts refer to actions by slug and by name."""

    kind: str
    first: dict[str, Field] = field(default_factory=dict)

    def take(self, slug: str, name: str, record: Record) -> bool:
        """False, and a problem, when one before it has the same slug or name."""
        where = record.fields.get(self.kind, record.whole)
        for word in dict.fromkeys(filter(None, (slug.casefold(), name.casefold()))):
            if (first := self.first.setdefault(word, where)) is not where:
                message = f"The {self.kind} {shown(word)} is in line {first.place.line} already."
                where.wrong("duplicate-name", message, "Slugs and names are unique in a process.")
                return False
        return True


def read_process(
    whole: Field,
    files: ProjectFiles,
    teams: Mapping[str, Team],
    record: Record | None = None,
    packages: Sequence[str] | None = None,
    asked: list[AskedVariable] | None = None,
    modules: ScriptModules = NO_MODULES,
) -> Process:
    """The content of `process.yml`; or of what says more than a process, read as this `record` already. `packages`: the
    slugs of those that its steps may deploy; None for what has no release. `modules`: what its scripts may use. The
    variables that its run conditions ask for are added to `asked`: whether they are there is known when they are read.
    """
    record = record or whole.table(KEYS_OF_A_PROCESS)
    steps = record.need("steps", "[{step: install, run_script: {file: install.sh}}]")
    if steps is None:
        return Process(())
    items = steps.items("`- step: install`")
    if not items and isinstance(steps.node, Items):
        steps.wrong("empty", "A process has at least one step.", "Add a step, for example `- step: install`.")
    scripts = ScriptReader(files, modules, modules.named(record.get("script_modules")), packages)
    reader = _ProcessReader(files, teams, packages, scripts)
    read = tuple(reader.read_step(item, is_first=index == 0) for index, item in enumerate(items))
    variables = conditions.look_at_expressions(read, reader.conditions, reader.of_actions)
    if asked is not None:
        asked += variables
    parallelism = record.get("max_parallelism")
    return Process(
        read,
        max_parallelism=parallelism.whole_number() if parallelism else Process(()).max_parallelism,
        fail_on_unresolved=record.flag("fail_on_unresolved", default=False),
        acquire=_read_acquire(record),
    )


def _read_acquire(record: Record) -> Acquire:
    field = record.get("acquire")
    word = field.text() if field else ""
    if field is None or word in list(Acquire):
        return Acquire(word) if word else Process.acquire
    if word:
        field.wrong("choice", f"{shown(word)} is not a choice here.", f"Write {' or '.join(Acquire)}.")
    return Process.acquire


class _ProcessReader:
    """Reads the steps of one process."""

    def __init__(
        self, files: ProjectFiles, teams: Mapping[str, Team], packages: Sequence[str] | None, scripts: ScriptReader
    ) -> None:
        self._packages, self._scripts = packages, scripts
        self._files = files
        self._teams = teams
        self._steps = _Names("step")
        self._actions = _Names("action")
        self.conditions: list[Field | None] = []  # where the run condition of each step stands
        self.of_actions: dict[str, Field] = {}  # and of actions, by their slugs

    def read_step(self, item: Field, *, is_first: bool) -> Step:
        record = item.table(
            KEYS_OF_A_STEP, hints={"action": "`action:` names the entries of `actions:`; a step has `step:`."}
        )
        slug, name, is_new = self._identity(record, "step", self._steps)
        step_scope = read_scope(record, may_exclude=True)
        listed = record.get("actions")
        if not record.has("actions"):
            # One action, written flat: it is named as its step, and the step's `when` covers it.
            if is_new:
                self._actions.take(slug, name, record)
            actions = [self._read_action(record, record, slug, name, EVERYWHERE)]
        else:
            _refuse_beside(record, "actions", _OF_AN_ACTION)
            actions = [self._read_listed(each, record, step_scope) for each in self._listed(listed)] if listed else []
        settings = step_settings.read_settings(record, is_first=is_first)
        if not record.has("target_tags") and any(isinstance(action.work, HealthCheck) for action in actions):
            message = "A health check looks at targets, and the step names no target tags."
            record.whole.wrong("contradiction", message, "Add `target_tags:`, for example `target_tags: [web]`.")
        self.conditions.append(record.fields.get("run_condition"))
        condition, expression = conditions.read_run_condition(record)
        if is_first and condition is RunCondition.FAILURE:
            message = "Nothing can have failed before the first step, so it would never run."
            hint = "Move it behind what it is for, or remove `run_condition`."
            record.fields["run_condition"].wrong("contradiction", message, hint)
        return Step(
            slug,
            name,
            condition,
            step_scope,
            tuple(actions),
            settings.start_trigger,
            settings.required,
            settings.disabled,
            settings.notes,
            expression,
            settings.target_tags,
            settings.rolling,
        )

    def _listed(self, actions: Field) -> list[Field]:
        items = actions.items("`- action: copy`")
        if not items and isinstance(actions.node, Items):
            actions.wrong("empty", "`actions` lists nothing.", "Add an action, or write its keys in the step.")
        return items

    def _read_listed(self, item: Field, of_step: Record, step_scope: Scope) -> Action:
        record = item.table(KEYS_OF_AN_ACTION)
        slug, name, _ = self._identity(record, "action", self._actions)
        scope = read_scope(record, may_exclude=True)
        if step_scope.excludes(scope):
            message = "Its step is never where this action is meant to be, so it would never run."
            record.fields["when"].wrong("contradiction", message, "Change one of the two `when`.")
        action = self._read_action(record, of_step, slug, name, scope)
        if (condition := record.get("run_condition")) is None:
            return action
        self.of_actions.setdefault(slug, condition)
        return replace(action, expression=conditions.read_condition_of_action(record))

    def _identity(self, record: Record, key: str, names: _Names) -> tuple[str, str, bool]:
        written = record.need(key, "install")
        slug = written.slug(is_typed_first=False) if written else ""
        name = record.line("name", slug)
        return slug, name, names.take(slug, name, record)

    def _read_action(self, record: Record, of_step: Record, slug: str, name: str, scope: Scope) -> Action:
        limit = record.get("time_limit")
        runs_on = read_runs_on(record, of_step)
        return Action(
            slug=slug,
            name=name,
            work=self._read_work(record),
            scope=scope,
            worker_pool=read_pool(record, of_step, runs_on, slug),
            runs_on=runs_on,
            time_limit=limit.duration() if limit else None,
            idempotent=record.flag("idempotent", default=False),
            retries=step_settings.read_retries(record),
            isolation=step_settings.read_isolation(record),
        )

    def _read_work(self, record: Record) -> Work:
        written = [record.fields[key] for key in _WORK if key in record.fields]
        if not written:
            if not record.has(*_WORK):
                hint = f"Write one of: {', '.join(_WORK)}."
                record.whole.wrong("missing-key", "This does not say what to do.", hint)
            return _NOTHING
        if len(written) > 1:
            hint = "Keep one of them, or list both under `actions:`."
            first, second = [key for key in _WORK if key in record.fields][:2]
            written[1].wrong("one-of", f"`{first}` and `{second}` exclude each other.", hint)
        for key in ("manual_intervention", "health_check"):
            if key in record.fields and len(written) == 1:
                _refuse_beside(record, key, _OF_A_SCRIPT)
        # All are read that are there, for what is wrong in any.
        script, intervention, check, package = (record.fields.get(key) for key in _WORK)
        works: list[Work] = [self._scripts.read(script)] if script else []
        works += [self._read_intervention(intervention)] if intervention else []
        works += [read_health_check(check)] if check else []
        if package:
            install = read_package_step(package, self._packages, self._files)
            works.append(replace(install, modules=self._scripts.shared_files))
        return works[0]

    def _read_intervention(self, field: Field) -> ManualIntervention:
        record = field.table(KEYS_OF_AN_INTERVENTION)
        teams = record.need("teams", "[release-managers]")
        instructions = record.need("instructions", '"Is it good?"')
        minimum = record.get("minimum")
        if teams and not teams.items("`[release-managers]`") and isinstance(teams.node, Items):
            teams.wrong("empty", "Nobody is named who may answer.", "Name at least one team.")
        intervention = ManualIntervention(
            instructions=self._read_instructions(instructions) if instructions else "",
            teams=teams.references("teams") if teams else (),
            minimum=minimum.whole_number() if minimum else 1,
            requester_may=record.flag("requester_may", default=True),
            block_concurrent_deployments=record.flag("block_concurrent_deployments", default=False),
        )
        check_approval(record, intervention, self._teams)
        return intervention

    def _read_instructions(self, field: Field) -> str:
        if isinstance(field.node, Scalar):
            text = field.text('"Is it good?"')
        else:
            file = field.table(["file"]).need("file", "confirm.md")
            text = self._files.read(file) if file else ""
        if holds_a_secret(text):
            field.wrong(
                "literal-secret", "There is a key or a token in these instructions.", "Everybody would read it."
            )
        return text


def _refuse_beside(record: Record, key: str, others: Iterable[str]) -> None:
    for other in others:
        if other in record.fields:
            hint = f"Move it into one of the {key}." if key == "actions" else "Remove it."
            record.fields[other].wrong("one-of", f"`{other}` means nothing beside `{key}`.", hint)
