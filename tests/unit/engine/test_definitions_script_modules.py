"""Script modules: files of functions beside the scripts that name them, frozen with the process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import definitions
from engine.definitions import Definitions
from engine.domain.frozen_folders import FrozenFile, digest_of
from engine.domain.processes import RunScript, process_from_json, process_to_json
from engine.services import planned_work
from tests.support.definition_folders import PROCESS, problems_of, write_folder
from tests.support.script_runs import a_request
from workers.scripts import bundle

TOOLS = "greet() { echo hello; }\n"
MODULES = {"script_modules/tools.sh": TOOLS, "script_modules/tools.py": "x = 1\n", "script_modules/net.ps1": "$x = 1\n"}
TWO = """\
script_modules: [tools]
steps:
  - step: install
    run_script: {file: install.sh}
  - step: report
    run_script: {inline: "print(1)", syntax: python}
  - step: net
    run_script: {inline: "1", syntax: powershell, script_modules: [net]}
"""


def loaded(tmp_path: Path, process: str = TWO, **more: str) -> Definitions:
    return definitions.load(write_folder(tmp_path, {PROCESS: process, **MODULES, **more}))


def modules_of(found: Definitions) -> dict[str, tuple[FrozenFile, ...]]:
    works = {step.slug: step.actions[0].work for step in found.projects["web"].process.steps}
    return {slug: work.modules for slug, work in works.items() if isinstance(work, RunScript)}


def test_a_script_gets_the_modules_of_its_language_that_the_process_or_it_names(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    modules = modules_of(found)
    assert {slug: [module.path for module in files] for slug, files in modules.items()} == {
        "install": ["tools.sh"],
        "report": ["tools.py"],
        "net": ["net.psm1"],
    }
    assert found.contents[modules["install"][0].digest] == TOOLS.encode()


def test_they_are_frozen_by_what_they_hold(tmp_path: Path) -> None:
    process = loaded(tmp_path / "a").projects["web"].process
    assert process_from_json(json.loads(json.dumps(process_to_json(process)))) == process
    (module,) = modules_of(loaded(tmp_path / "b", **{"script_modules/tools.sh": "other() { :; }\n"}))["install"]
    assert module.digest == digest_of(b"other() { :; }\n")


def test_a_module_that_was_edited_on_windows_is_the_same(tmp_path: Path) -> None:
    found = loaded(tmp_path, **{"script_modules/tools.sh": TOOLS.replace("\n", "\r\n")})
    assert modules_of(found)["install"][0].digest == digest_of(TOOLS.encode())


def test_a_plan_names_them() -> None:
    named = tuple(FrozenFile(path, "0" * 64) for path in ("tools.sh", "net.sh", "db.sh"))
    assert planned_work.what(RunScript("", modules=named[:1])) == "inline Bash script with the script module tools.sh"
    assert planned_work.what(RunScript("", modules=named)).endswith(
        "with the script modules tools.sh, net.sh and db.sh"
    )


def test_powershell_imports_them_before_the_script_begins() -> None:
    request = a_request("", syntax="powershell", modules={"net.psm1": "function Ping {}"})
    made = bundle(request)
    assert made.files[".foredeck-start.ps1"] == b"Import-Module './net.psm1' -DisableNameChecking\n. './script.ps1'\n"
    assert [file.path for file in made.folder] == ["net.psm1"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({PROCESS: TWO.replace("[tools]", "[tool]")}, f"{PROCESS}:1: script_modules[0]: There is no script module "
         '"tool". Did you mean "tools"? Known script modules: net, tools.'),
        ({PROCESS: TWO.replace("[tools]", "[tools, tools]")}, f'{PROCESS}:1: script_modules[1]: "tools" is in this '
         "list twice. Keep one of them."),
        ({PROCESS: TWO.replace("{file: install.sh}", "{file: install.sh, script_modules: net}")}, f"{PROCESS}:4: "
         'steps[0].run_script.script_modules: The script module "net" is in powershell, and the script in bash. '
         "Remove it from the list, or write one in that language."),
        ({"script_modules/script.sh": "x\n"}, 'script_modules/script.sh: "script" is what the script itself is called '
         "when it runs. Rename the file."),
        ({"script_modules/db-tools.py": "x\n"}, "script_modules/db-tools.py: Python cannot import a module whose name "
         "has a hyphen. Call it db_tools.py."),
        ({"script_modules/json.py": "x\n"}, "script_modules/json.py: It would hide the module json of Python itself. "
         "Rename the file."),
        ({"script_modules/a b.sh": "x\n"}, 'script_modules/a b.sh: "a b" cannot be the name of a script module. '
         "It begins with a letter, and goes on with letters, digits, single hyphens and underscores."),
        ({"script_modules/Tools.sh": "x\n"}, 'script_modules: "Tools" and "tools" differ in their case only. '
         "Rename one of them."),
        ({"script_modules/tools.bash": "x\n"}, 'script_modules/tools.sh: The script module "tools" is there twice in '
         "bash. Keep one of the files."),
        ({"script_modules/old.csx": "x\n"}, "script_modules/old.csx: Scripts in C# cannot be run. "
         "Write it in Bash, Python or PowerShell."),
        ({"script_modules/tools.yml": "x: 1\n"}, 'script_modules/tools.yml: The file "tools.yml" has no meaning here. '
         "Known files: ."),
        ({"script_modules/tools.sh": b"\xff\n"}, "script_modules/tools.sh:1: This file is not UTF-8 text (line 1). "
         "Save it as UTF-8."),
        ({PROCESS: TWO.replace("{file: install.sh}", "{file: install.sh, folder: site}"),
          "projects/web/site/tools.sh": "x"},
         f'{PROCESS}:4: steps[0].run_script.folder: The file "tools.sh" of this folder would lie where the script '
         "module of that name does. Rename one of them."),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_a_module_is_told(tmp_path: Path, changes: dict[str, str | bytes | None], said: str) -> None:
    told = problems_of(tmp_path, {PROCESS: TWO, **MODULES, **changes})
    assert said in [problem.replace(": : ", ": ") for problem in told], told


def test_without_any_module_it_is_said_where_they_are_put(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {PROCESS: "script_modules: [x]\nsteps: [{step: a, run_script: {inline: b}}]\n"})
    assert problem.endswith('There is no script module "x". Put a file into script_modules/, for example '
                            "script_modules/tools.sh.")  # fmt: skip


def test_a_readme_beside_them_is_no_module(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"script_modules/README.md": "# Ours\n", "script_modules/tools.sh": TOOLS}) == []


def test_a_step_that_deploys_a_package_has_those_of_the_process_in_every_language(tmp_path: Path) -> None:
    process = "script_modules: [tools]\nsteps: [{step: install, deploy_package: {package: app}}]\n"
    project = {"projects/web/project.yml": "slug: web\npackages: {app: {feed: built-in}}\n"}
    found = loaded(tmp_path, process, **project)
    modules = modules_of(found)
    work = found.projects["web"].process.steps[0].actions[0].work
    assert planned_work.what(work).endswith(", with the script modules tools.sh and tools.py")
    assert [module.path for module in modules["install"]] == ["tools.sh", "tools.py"]
