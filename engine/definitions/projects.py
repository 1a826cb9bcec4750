"""Reads the projects: one folder each, with project.yml, process.yml and, where it has variables, variables.yml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.definitions.asked_variables import AskedVariable, note_unknown
from engine.definitions.fields import Field, Record
from engine.definitions.folders import Folder
from engine.definitions.nodes import Items, Place, Scalar, shown
from engine.definitions.packages import read_packages
from engine.definitions.places import read_slack_channel
from engine.definitions.processes import read_process
from engine.definitions.project_files import ProjectFiles
from engine.definitions.runbooks import read_runbooks
from engine.definitions.script_modules import NO_MODULES, ScriptModules
from engine.definitions.slugs import flaw_of
from engine.definitions.ties import Places, ReadVariable, note_ties, note_ties_between_sets
from engine.definitions.triggers import read_triggers
from engine.definitions.values import (
    Project,
    QueueRules,
    Runbook,
    TargetDefinition,
    TargetRules,
    Team,
    Trigger,
    VariableSet,
)
from engine.definitions.variables import read_variables
from engine.domain import templates
from engine.domain.packages import Package
from engine.domain.processes import Process

_TAG_VARIABLES = ("Octopus.Project.Id", "Octopus.Environment.Id")
KEYS_OF_A_PROJECT = (
    "slug",
    "name",
    "slack_channel",
    "queue",
    "variable_sets",
    "triggers",
    "guided_failure",
    "targets",
    "packages",
)
KEYS_OF_THE_TARGETS = ("skip_unavailable", "exclude_unhealthy")
KEYS_OF_A_QUEUE = ("supersede", "priority", "concurrency_tag")
_FILES = ("project.yml", "process.yml", "variables.yml")

MOST_PROMPTS = 50
"""Variables of a project that may be asked for: a form in Slack takes a hundred blocks."""


def read_projects(
    root: Folder,
    teams: Mapping[str, Team],
    environments: Iterable[str],
    sets: Mapping[str, VariableSet],
    targets: Iterable[TargetDefinition] = (),
    modules: ScriptModules = NO_MODULES,
) -> list[Project]:
    """The projects in `projects/`. `teams` may be asked to approve; of `sets` variables may be included, and of
    `modules` scripts may use functions.
    """
    projects = root.folder("projects")
    for name in projects.yaml_files():
        hint = f"Move it to projects/{name.rpartition('.')[0]}/project.yml."
        root.reading.note(Place(projects.label(name), 0, 0), "", "unknown-file", "A project is a folder.", hint)
    reader = _ProjectReader(teams, Places(tuple(environments), tuple(targets)), sets, modules)
    return [reader.read(projects.folder(name), name) for name in projects.subfolders()]


class _ProjectReader:
    """Reads one project after the other."""

    def __init__(
        self, teams: Mapping[str, Team], places: Places, sets: Mapping[str, VariableSet], modules: ScriptModules
    ) -> None:
        self._teams, self._places, self._sets, self._modules = teams, places, sets, modules

    def read(self, folder: Folder, slug: str) -> Project:
        """The project in this folder."""
        reading, path = folder.reading, f"projects.{slug}"
        if flaw := flaw_of(slug):
            reading.note(Place(folder.label(), 0, 0), "", "slug", f"{shown(slug)}: {flaw[0]}", flaw[1])
        reading.declare("projects", slug, Place(folder.label(_FILES[0]), 0, 0), path)
        folder.refuse_strangers(_FILES)
        for name, why in (("project.yml", f"`slug: {slug}`"), ("process.yml", "`steps:`")):
            if not folder.has(name):
                message = f"The project {shown(slug)} has no {name}."
                reading.note(Place(folder.label(name), 0, 0), path, "missing-file", message, f"Begin it with {why}.")
        head = _read_head(folder, slug, path)
        asked: list[AskedVariable] = []
        process = self._read_process(folder, path, [package.slug for package in head.packages], asked)
        runbooks = tuple(read_runbooks(folder, path, self._teams, asked, self._modules))
        steps = None if process is None else _with_steps_of(process, runbooks)
        own = _read_own_variables(folder, path, steps)
        note_ties(own, replace(self._places, process=steps))
        included = tuple(field.reference("variable_sets") for field in head.included)
        if not reading.has_errors(folder.label("variables.yml")):
            self._note_unknown(asked, own, included)
        self._note_ties_of_sets(head, own, steps)
        _check_count(own)
        return Project(
            slug=slug,
            name=head.name,
            slack_channel=head.slack_channel,
            queue=head.queue,
            process=process or Process(()),
            variables=tuple(value.variable for value in own),
            triggers=head.triggers,
            guided_failure=head.guided_failure,
            targets=head.targets,
            runbooks=runbooks,
            variable_sets=tuple(dict.fromkeys(filter(None, included))),
            packages=head.packages,
        )

    def _read_process(
        self, folder: Folder, path: str, packages: Sequence[str], asked: list[AskedVariable]
    ) -> Process | None:
        field = folder.field("process.yml", f"{path}.process") if folder.has("process.yml") else None
        if field is None:
            return None
        files = ProjectFiles(folder.path)
        return read_process(field, files, self._teams, packages=packages, asked=asked, modules=self._modules)

    def _note_unknown(self, asked: Sequence[AskedVariable], own: list[ReadVariable], included: Sequence[str]) -> None:
        """What the run conditions ask for and nobody sets; where a set is not known, nothing can be said."""
        if all(slug in self._sets for slug in included):
            shared = [variable.name for slug in included for variable in self._sets[slug].variables]
            note_unknown(asked, [*(value.variable.name for value in own), *shared])

    def _note_ties_of_sets(self, head: _Head, own: list[ReadVariable], process: Process | None) -> None:
        first: dict[str, Field] = {}
        for included in head.included:
            slug = included.node.text if isinstance(included.node, Scalar) else ""
            if first.setdefault(slug, included) is not included:
                included.wrong("duplicate-item", f"{shown(slug)} is in this list twice.", "Keep one of them.")
        shared = [
            (variable, included)
            for slug, included in first.items()
            if slug in self._sets
            for variable in self._sets[slug].variables
        ]
        places = replace(self._places, process=process)
        note_ties_between_sets([value.variable for value in own], shared, places)


def _with_steps_of(process: Process, runbooks: Iterable[Runbook]) -> Process:
    """All the steps that a variable may be for."""
    return replace(process, steps=(*process.steps, *(step for r in runbooks for step in r.process.steps)))


@dataclass(frozen=True)
class _Head:
    """What `project.yml` says."""

    name: str
    slack_channel: str | None = None
    queue: QueueRules = field(default_factory=QueueRules)
    included: tuple[Field, ...] = ()  # library sets
    triggers: tuple[Trigger, ...] = ()
    guided_failure: bool | None = None
    targets: TargetRules = field(default_factory=TargetRules)
    packages: tuple[Package, ...] = ()


def _read_own_variables(folder: Folder, path: str, process: Process | None) -> list[ReadVariable]:
    field = folder.field("variables.yml", f"{path}.variables") if folder.has("variables.yml") else None
    return read_variables(field, process=process) if field else []


def _check_count(own: list[ReadVariable]) -> None:
    asked = {value.variable.asked_as.casefold(): value for value in own if value.variable.prompt}
    if len(asked) > MOST_PROMPTS:
        message = f"{len(asked)} variables are asked for; a form takes {MOST_PROMPTS}."
        list(asked.values())[MOST_PROMPTS].field.wrong("too-many", message, "Ask for fewer.")


def _read_head(folder: Folder, slug: str, path: str) -> _Head:
    field = folder.field("project.yml", path) if folder.has("project.yml") else None
    if field is None:
        return _Head(slug)
    hints = {"steps": "Steps are in process.yml.", "process": "The process is in process.yml."}
    hints["variables"] = "Variables are in variables.yml."
    record = field.table(KEYS_OF_A_PROJECT, hints=hints)
    written = record.need("slug", slug)
    if written and (text := written.slug()) and text != slug:
        message = f"The slug {shown(text)} is not the name of the project's folder, {shown(slug)}."
        written.wrong("slug", message, "Rename one of them.")
    included = record.get("variable_sets")
    items = tuple(included.items("`[smtp]`")) if included else ()
    guided = record.get("guided_failure")
    return _Head(
        record.line("name", slug),
        read_slack_channel(record),
        _read_queue(record),
        items,
        read_triggers(record),
        guided.flag() if guided else None,
        _read_targets(record),
        read_packages(record),
    )


def _read_targets(head: Record) -> TargetRules:
    """`targets:` — which of them deployments leave out: `skip_unavailable: true`, or the tags for which that holds."""
    written = head.get("targets")
    if written is None:
        return TargetRules()
    record = written.table(KEYS_OF_THE_TARGETS)
    skip = record.get("skip_unavailable")
    tags: tuple[str, ...] = ()
    if skip and isinstance(skip.node, Items):
        tags = tuple(tag.reference("target_tags") for tag in skip.items("`[web]`"))
        if not tags:
            skip.wrong("empty", "This names no tag, so it would hold for nothing.", "Name one, or write `true`.")
    skips = bool(tags) or bool(skip and not isinstance(skip.node, Items) and skip.flag())
    return TargetRules(skips, tags, record.flag("exclude_unhealthy", default=False))


def _read_queue(head: Record) -> QueueRules:
    """`queue:` — how its deployments stand in line."""
    field = head.get("queue")
    if field is None:
        return QueueRules()
    record = field.table(KEYS_OF_A_QUEUE)
    priority = record.line("priority", "regular")
    if priority not in {"regular", "high", ""}:
        message = f"There is no priority {shown(priority)}."
        record.fields["priority"].wrong("priority", message, "Write `high`, or remove the key: regular.")
    tag = record.line("concurrency_tag")
    if tag and (unknown := templates.evaluate(tag, dict.fromkeys(_TAG_VARIABLES, "-")).unresolved):
        message = f"{shown(unknown[0][2:-1].strip())} is not known before a deployment begins."
        hint = f"The tag may use {' and '.join(f'#{{{name}}}' for name in _TAG_VARIABLES)}."
        record.fields["concurrency_tag"].wrong("concurrency-tag", message, hint)
    return QueueRules(record.flag("supersede", default=False), priority or "regular", tag)
