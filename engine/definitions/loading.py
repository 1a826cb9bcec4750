"""Reads a configuration folder into `Definitions`: every section, wherever it is written, then what holds across."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.definitions.accounts import read_accounts
from engine.definitions.artifacts import read_artifact_rules
from engine.definitions.bastions import read_bastions
from engine.definitions.built_in import read_built_in
from engine.definitions.documents import FORMAT, Definitions, Sluggish, by_slug
from engine.definitions.fields import Field, Record
from engine.definitions.folders import Folder
from engine.definitions.freezes import read_freezes
from engine.definitions.machine_policies import read_machine_policies
from engine.definitions.machines import read_worker_pools, read_workers
from engine.definitions.nodes import Place, Scalar, Table
from engine.definitions.package_feeds import read_feed_rules
from engine.definitions.people import check_emergency_team, read_grants, read_people, read_teams
from engine.definitions.places import read_defaults, read_environments
from engine.definitions.pool_templates import check_pools
from engine.definitions.problems import InvalidDefinitions, Problem
from engine.definitions.projects import read_projects
from engine.definitions.readings import Reading
from engine.definitions.scalars import is_whole_number
from engine.definitions.script_modules import FOLDER as SCRIPT_MODULES
from engine.definitions.script_modules import read_script_modules
from engine.definitions.secret_stores import read_secret_stores
from engine.definitions.sections import SECTIONS, Sections
from engine.definitions.shared_installs import warn_of_shared_installs
from engine.definitions.targets import read_targets
from engine.definitions.triggers import check_answers
from engine.definitions.values import TargetDefinition, WorkerDefinition, WorkerPool
from engine.definitions.variable_sets import read_variable_sets

_MAIN = "foredeck.yml"
_LATER = ("tenants", "approval_policies")


def load(folder: Path) -> Definitions:
    """The definitions in this folder. Raises `InvalidDefinitions` with all problems; warnings do not hinder."""
    definitions, problems = _read(folder)
    if definitions is None:
        raise InvalidDefinitions([problem for problem in problems if problem.is_error])
    return definitions


def check(folder: Path) -> tuple[Problem, ...]:
    """All that is wrong with this folder, warnings too, by file and line; empty when it is good."""
    return _read(folder)[1]


def _read(folder: Path) -> tuple[Definitions | None, tuple[Problem, ...]]:
    reading = Reading()
    definitions = _read_folder(Folder(folder, reading), reading)
    problems = reading.finish()
    if definitions is None or any(problem.is_error for problem in problems):
        return None, problems
    return definitions, problems


def _read_folder(folder: Folder, reading: Reading) -> Definitions | None:
    if not folder.path.is_dir():
        _note(reading, str(folder.root), "missing-folder", "This folder does not exist.", "Check the path.")
        return None
    if not folder.has(_MAIN):
        hint = "Rename foredeck.yaml." if folder.has("foredeck.yaml") else "Begin it with the line `foredeck: 1`."
        _note(reading, _MAIN, "missing-file", f"There is no {_MAIN} in this folder.", hint)
        return None
    main = folder.field(_MAIN, "")
    if main is None:
        reading.give_up_on(SECTIONS)
        record = Record(Field(None, Place(_MAIN, 1, 1), "", reading), {})
    else:
        hints = {
            "projects": "A project is a folder: projects/<slug>/ with project.yml and process.yml.",
            "tenants": "`tenants` is a reserved word; nothing implements it yet.",
        }
        if _is_newer(main):
            return None
        record = main.table(["foredeck", *SECTIONS], hints=hints, may_be_empty=True)
        _check_version(record)
    folder.refuse_strangers([_MAIN, *(f"{section}.yml" for section in SECTIONS)])
    folder.refuse_strange_folders(["projects", SCRIPT_MODULES, *SECTIONS], _LATER)
    return _read_sections(Sections(folder, record), folder)


def _is_newer(main: Field) -> bool:
    """Was it written for a newer version? Then nothing else in it can be judged."""
    entries = main.node.entries if isinstance(main.node, Table) else ()
    for value in (entry.value for entry in entries if entry.key.text == "foredeck"):
        if isinstance(value, Scalar) and value.plain and is_whole_number(value.text) and int(value.text) > FORMAT:
            message = f"This folder is written in format {value.text}; this Foredeck reads format {FORMAT}."
            hint = "Update Foredeck, or go back to the earlier folder."
            main.reading.note(value.place, "foredeck", "version", message, hint)
            return True
    return False


def _check_version(record: Record) -> None:
    version = record.need("foredeck", str(FORMAT))
    node = version.node if version else None
    if version and not (isinstance(node, Scalar) and node.plain and node.text == str(FORMAT)):
        version.wrong("version", "This must be the number of the format's version.", f"Write `foredeck: {FORMAT}`.")


def _read_sections(sections: Sections, folder: Folder) -> Definitions:
    # Before what refers to them: whether a secret's store or a value's environment exists is asked there.
    defaults = read_defaults(sections.field("defaults"))
    stores = by_slug(sorted(read_secret_stores(sections.field("secret_stores")), key=_slug))
    environments = by_slug(read_environments(sections.field("environments")))
    policies = read_machine_policies(sections.field("machine_policies"), folder)
    targets = read_targets(sections.field("targets"), folder)
    sets = by_slug(sorted(read_variable_sets(sections.field("variable_sets"), environments, targets), key=_slug))
    teams = by_slug(sorted(read_teams(sections.field("teams")), key=_slug))
    pools = read_worker_pools(sections.field("worker_pools"))
    workers = read_workers(sections.field("workers"), folder)
    modules = read_script_modules(folder)
    _warn_of_empty_pools(pools, workers, folder.reading)
    _refuse_shared_slugs(workers, targets, folder.reading)
    definitions = Definitions(
        format=FORMAT,
        defaults=defaults,
        people=by_slug(sorted(read_people(sections.field("people")), key=_slug)),
        teams=teams,
        grants=tuple(read_grants(sections.field("grants"))),
        environments=environments,
        built_in_worker=read_built_in(sections.field("built_in_worker")),
        artifacts=read_artifact_rules(sections.field("artifacts")),
        built_in_feed=read_feed_rules(sections.field("built_in_feed")),
        machine_policies=by_slug(sorted(policies, key=_slug)),
        worker_pools=by_slug(sorted(pools, key=_slug)),
        workers=by_slug(sorted(workers, key=_slug)),
        targets=by_slug(targets),
        bastions=by_slug(sorted(read_bastions(sections.field("bastions"), folder), key=_slug)),
        accounts=by_slug(sorted(read_accounts(sections.field("accounts")), key=_slug)),
        projects=by_slug(sorted(read_projects(folder, teams, environments, sets, targets, modules), key=_slug)),
        secret_stores=stores,
        variable_sets=sets,
        freezes=by_slug(sorted(read_freezes(sections.field("freezes"), defaults.time_zone), key=_slug)),
        contents=folder.reading.contents,
    )
    check_answers(definitions, folder.reading)
    check_pools(definitions, folder.reading)
    check_emergency_team(definitions, folder.reading)
    warn_of_shared_installs(definitions, folder.reading)
    return definitions


def _slug(item: Sluggish) -> str:
    return item.slug


def _warn_of_empty_pools(pools: Iterable[WorkerPool], workers: Iterable[WorkerDefinition], reading: Reading) -> None:
    used = {pool for worker in workers for pool in worker.pools}
    for pool in pools:
        if not pool.default and pool.slug not in used and reading.knows("workers"):
            place, path = reading.place_of("worker_pools", pool.slug), f"worker_pools.{pool.slug}"
            message = f"No worker is in the pool {pool.slug}, so steps that name it cannot run."
            reading.note(place, path, "empty-pool", message, "Add a worker to it.", severity="warning")


def _refuse_shared_slugs(
    workers: Iterable[WorkerDefinition], targets: Iterable[TargetDefinition], reading: Reading
) -> None:
    of_workers = {worker.slug for worker in workers}
    for target in targets:
        if target.slug in of_workers:
            place, path = reading.place_of("targets", target.slug), f"targets.{target.slug}"
            message = f"{target.slug} is a worker as well; the card and the logs could not tell them apart."
            reading.note(place, path, "shared-slug", message, "Choose another slug for one of them.")


def _note(reading: Reading, file: str, rule: str, message: str, suggestion: str) -> None:
    reading.note(Place(file, 0, 0), "", rule, message, suggestion)
