"""The private copy of a configuration for a test."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.testing.rehearsals import Rehearsal
from engine import definitions
from engine.domain.processes import RunScript
from tests.support.definition_folders import PROCESS, VARIABLES, script, step, write_folder


def test_the_files_of_a_step_stay_as_they_are_and_the_script_says_what_the_test_wants(tmp_path: Path) -> None:
    values = "secret: '#{DbPassword}'\n---\n{{ no yaml at all\n"
    bring = step("run_script: {file: install.sh, folder: site/, substitute_in_files: '*.yml'}")
    write_folder(tmp_path / "source", {**bring, "projects/web/site/values.yml": values})
    copy = Rehearsal(tmp_path / "source", tmp_path / "copy", scripts={"install": "cat values.yml"})
    copy.write(lambda slug, _: f"U0{slug.upper()}", lambda slug, _: f"S0{slug.upper()}")
    assert (copy.folder / "projects/web/site/values.yml").read_text() == values
    work = definitions.load(copy.folder).projects["web"].process.steps[0].actions[0].work
    assert isinstance(work, RunScript)
    assert (work.body, work.source) == ("cat values.yml", "inline")
    assert work.folder is not None
    assert work.folder.substitute_in_files == ("*.yml",)


OF_TARGETS = """\
Pool: [{value: linux}, {value: linux, when: {target: eu}}]
Bucket: [{value: shop, when: {target_tag: [region]}}]
"""


def test_where_scripts_run_is_left_out_with_the_machines(tmp_path: Path) -> None:
    region = "eu: {type: cloud_region, environments: [production], tags: [region], worker_pool: linux}\n"
    for_each = script("target_tags: [region]", "runs_on: worker_for_each_target", 'worker_pool: "#{Pool}"')
    write_folder(tmp_path / "source", {**for_each, "targets.yml": region, VARIABLES: OF_TARGETS})
    copy = Rehearsal(tmp_path / "source", tmp_path / "copy", scripts={})
    copy.write(lambda slug, _: f"U0{slug.upper()}", lambda slug, _: f"S0{slug.upper()}")
    web = definitions.load(copy.folder).projects["web"]
    action = web.process.steps[0].actions[0]
    assert (action.runs_on, action.worker_pool) == (None, None)
    assert [(v.name, v.scope.is_everywhere) for v in web.variables] == [("Pool", True)], "nobody would get the others"


ELSEWHERE = """\
steps:
  - step: install
    run_script: {git: {url: "https://git.example.com/x", ref: main, path: run.sh}, parameters: [a]}
  - step: smoke
    run_script: {package: app, file: smoke.py, packages: [app]}
  - step: report
    run_script: {file: report.py, script_modules: [tools]}
  - step: told
    run_script: {package: app, file: smoke.py}
"""


def test_a_script_that_is_elsewhere_or_in_another_language_is_not_run_either(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", {
        PROCESS: ELSEWHERE,
        "projects/web/project.yml": "slug: web\npackages: {app: {feed: built-in}}\n",
        "projects/web/report.py": "print(1)\n",
        "script_modules/tools.py": "x = 1\n",
    })  # fmt: skip
    copy = Rehearsal(source, tmp_path / "copy", scripts={"told": "exit 3"})
    copy.write(lambda slug, _: f"U0{slug.upper()}", lambda slug, _: f"S0{slug.upper()}")
    works = [step.actions[0].work for step in definitions.load(copy.folder).projects["web"].process.steps]
    assert works == [
        RunScript("echo 'A rehearsal: the script of install is not run.'\n", parameters=("a",)),
        RunScript("echo 'A rehearsal: smoke.py is not run.'\n"),
        RunScript("echo 'A rehearsal: report.py is not run.'\n"),
        RunScript("exit 3"),
    ]
