"""Reads the projects: one folder each, with project.yml, process.yml and, where it has variables, variables.yml."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.folders import Folder
from engine.definitions.nodes import Place, shown
from engine.definitions.places import read_slack_channel
from engine.definitions.processes import read_process
from engine.definitions.project_files import ProjectFiles
from engine.definitions.slugs import flaw_of
from engine.definitions.values import Project, Team
from engine.definitions.variables import read_variables
from engine.domain.processes import Process

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
    name, slack_channel = _read_head(folder, slug, path)
    process = folder.field("process.yml", f"{path}.process") if folder.has("process.yml") else None
    variables = folder.field("variables.yml", f"{path}.variables") if folder.has("variables.yml") else None
    return Project(
        slug=slug,
        name=name,
        slack_channel=slack_channel,
        process=read_process(process, ProjectFiles(folder.path), teams) if process else Process(()),
        variables=tuple(read_variables(variables)) if variables else (),
    )


def _read_head(folder: Folder, slug: str, path: str) -> tuple[str, str | None]:
    field = folder.field("project.yml", path) if folder.has("project.yml") else None
    if field is None:
        return slug, None
    hints = {"steps": "Steps are in process.yml.", "process": "The process is in process.yml."}
    hints["variables"] = "Variables are in variables.yml."
    record = field.table(["slug", "name", "slack_channel"], hints=hints)
    written = record.need("slug", slug)
    if written and (text := written.slug()) and text != slug:
        message = f"The slug {shown(text)} is not the name of the project's folder, {shown(slug)}."
        written.wrong("slug", message, "Rename one of them.")
    return record.line("name", slug), read_slack_channel(record)
