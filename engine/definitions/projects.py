"""Reads the projects: one folder each, with project.yml, process.yml and, where it has variables, variables.yml."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.fields import Record
from engine.definitions.folders import Folder
from engine.definitions.nodes import Place, shown
from engine.definitions.places import read_slack_channel
from engine.definitions.processes import read_process
from engine.definitions.project_files import ProjectFiles
from engine.definitions.slugs import flaw_of
from engine.definitions.values import Project, QueueRules, Team
from engine.definitions.variables import read_variables
from engine.domain import templates
from engine.domain.processes import Process

_TAG_VARIABLES = ("Octopus.Project.Id", "Octopus.Environment.Id")
_FILES = ("project.yml", "process.yml", "variables.yml")


def read_projects(root: Folder, teams: Mapping[str, Team]) -> list[Project]:
    """The projects in `projects/`. `teams` are those that may be asked to approve."""
    projects = root.folder("projects")
    for name in projects.yaml_files():
        hint = f"Move it to projects/{name.rpartition('.')[0]}/project.yml."
        root.reading.note(Place(projects.label(name), 0, 0), "", "unknown-file", "A project is a folder.", hint)
    return [_read_project(projects.folder(name), name, teams) for name in projects.subfolders()]


def _read_project(folder: Folder, slug: str, teams: Mapping[str, Team]) -> Project:
    reading, path = folder.reading, f"projects.{slug}"
    place = Place(folder.label(_FILES[0]), 0, 0)
    if flaw := flaw_of(slug):
        reading.note(Place(folder.label(), 0, 0), "", "slug", f"{shown(slug)}: {flaw[0]}", flaw[1])
    reading.declare("projects", slug, place, path)
    folder.refuse_strangers(_FILES)
    for name, why in (("project.yml", f"`slug: {slug}`"), ("process.yml", "`steps:`")):
        if not folder.has(name):
            message = f"The project {shown(slug)} has no {name}."
            reading.note(Place(folder.label(name), 0, 0), path, "missing-file", message, f"Begin it with {why}.")
    head = _read_head(folder, slug, path)
    process = folder.field("process.yml", f"{path}.process") if folder.has("process.yml") else None
    variables = folder.field("variables.yml", f"{path}.variables") if folder.has("variables.yml") else None
    return Project(
        slug=slug,
        name=head.line("name", slug) if head else slug,
        slack_channel=read_slack_channel(head) if head else None,
        queue=_read_queue(head) if head else QueueRules(),
        process=read_process(process, ProjectFiles(folder.path), teams) if process else Process(()),
        variables=tuple(read_variables(variables)) if variables else (),
    )


def _read_head(folder: Folder, slug: str, path: str) -> Record | None:
    field = folder.field("project.yml", path) if folder.has("project.yml") else None
    if field is None:
        return None
    hints = {"steps": "Steps are in process.yml.", "process": "The process is in process.yml."}
    hints["variables"] = "Variables are in variables.yml."
    record = field.table(["slug", "name", "slack_channel", "queue"], hints=hints)
    written = record.need("slug", slug)
    if written and (text := written.slug()) and text != slug:
        message = f"The slug {shown(text)} is not the name of the project's folder, {shown(slug)}."
        written.wrong("slug", message, "Rename one of them.")
    return record


def _read_queue(head: Record) -> QueueRules:
    """`queue:` — how its deployments stand in line."""
    field = head.get("queue")
    if field is None:
        return QueueRules()
    record = field.table(["supersede", "priority", "concurrency_tag"])
    priority = record.line("priority", "regular")
    if priority not in {"regular", "high", ""}:
        message = f"There is no priority {shown(priority)}."
        record.fields["priority"].wrong("priority", message, "Write `high`, or remove the key: regular.")
    tag = record.line("concurrency_tag")
    if tag and (unknown := templates.evaluate(tag, dict.fromkeys(_TAG_VARIABLES, "-")).unresolved):
        message = f"{shown(unknown[0])} is not known before a deployment begins."
        hint = f"The tag may use {' and '.join(f'#{{{name}}}' for name in _TAG_VARIABLES)}."
        record.fields["concurrency_tag"].wrong("concurrency-tag", message, hint)
    return QueueRules(record.flag("supersede", default=False), priority or "regular", tag)
