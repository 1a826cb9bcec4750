"""Reads the runbooks of a project: a file each in its folder `runbooks/`, a process and where it may run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definitions.asked_variables import AskedVariable
from engine.definitions.folders import Folder
from engine.definitions.nodes import Place, shown
from engine.definitions.processes import KEYS_OF_A_PROCESS, read_process
from engine.definitions.project_files import ProjectFiles
from engine.definitions.script_modules import NO_MODULES, ScriptModules
from engine.definitions.slugs import flaw_of
from engine.definitions.values import Runbook, Team

KEYS_OF_A_RUNBOOK = ("name", "environments", "guided_failure", *KEYS_OF_A_PROCESS)


def read_runbooks(
    project: Folder,
    path: str,
    teams: Mapping[str, Team],
    asked: list[AskedVariable] | None = None,
    modules: ScriptModules = NO_MODULES,
) -> Iterator[Runbook]:
    """`runbooks/restart.yml` is the runbook `restart`; scripts are named from the project's folder on. `asked`: as of
    `read_process`.
    """
    folder = project.folder("runbooks")
    for file in folder.yaml_files():
        slug = file.rpartition(".")[0]
        if flaw := flaw_of(slug):
            project.reading.note(Place(folder.label(file), 0, 0), "", "slug", f"{shown(slug)}: {flaw[0]}", flaw[1])
        field = folder.field(file, f"{path}.runbooks.{slug}")
        if field is None:
            continue
        record = field.table(KEYS_OF_A_RUNBOOK)
        environments, guided = record.get("environments"), record.get("guided_failure")
        yield Runbook(
            slug=slug,
            name=record.line("name", slug),
            process=read_process(field, ProjectFiles(project.path), teams, record, asked=asked, modules=modules),
            environments=environments.one_or_many_references("environments") if environments else (),
            guided_failure=guided.flag() if guided else None,
        )
