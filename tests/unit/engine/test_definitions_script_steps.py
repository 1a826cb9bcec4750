"""How a script is run: its parameters and what text on stderr means, read, frozen and shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import definitions
from engine.domain.packages import Credentials
from engine.domain.processes import Process, RunScript, process_from_json, process_to_json
from engine.domain.script_sources import FromGit, FromPackage, PackageUse, repositories_of
from engine.domain.variables import SecretReference
from engine.services import planned_work
from tests.support.definition_folders import PROCESS, problems_of, step, write_folder

AT = f"{PROCESS}:3: steps[0].run_script"


def process_of(tmp_path: Path, keys: str) -> Process:
    changes = step(f"run_script: {{file: install.sh, {keys}}}")
    return definitions.load(write_folder(tmp_path, changes)).projects["web"].process


def process_of_keys(tmp_path: Path, keys: str) -> Process:
    return definitions.load(write_folder(tmp_path, step(f"run_script: {{{keys}}}"))).projects["web"].process


def work_of(process: Process) -> RunScript:
    work = process.steps[0].actions[0].work
    assert isinstance(work, RunScript)
    return work


def test_parameters_are_one_argument_each_and_are_frozen_with_the_process(tmp_path: Path) -> None:
    process = process_of(tmp_path, 'parameters: ["--to", "#{Octopus.Environment.Name}", "", "a b"]')
    assert work_of(process).parameters == ("--to", "#{Octopus.Environment.Name}", "", "a b")
    assert process_from_json(json.loads(json.dumps(process_to_json(process)))) == process
    assert planned_work.what(work_of(process)) == (
        'Bash script install.sh --to #{Octopus.Environment.Name} "" "a b"'
    )  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("false", False)])
def test_what_text_on_stderr_means_is_said_by_the_step(tmp_path: Path, written: str, meant: bool) -> None:
    process = process_of(tmp_path, f"fail_on_error_output: {written}")
    assert work_of(process).fails_on_error_output is meant
    assert process_from_json(json.loads(json.dumps(process_to_json(process)))) == process
    assert planned_work.what(work_of(process)).endswith(", fails on error output") is meant


def test_a_script_that_says_neither_is_frozen_as_before_there_were_these_keys(tmp_path: Path) -> None:
    process = process_of(tmp_path, "syntax: bash")
    frozen = process_to_json(process)["steps"][0]["actions"][0]["work"]
    assert set(frozen) == {"kind", "body", "syntax", "source", "folder"}
    assert process_from_json(process_to_json(process)) == process


def test_a_plan_names_the_language() -> None:
    assert planned_work.what(RunScript("", "python")) == "inline Python script"
    assert planned_work.what(RunScript("", "powershell", "tools/do.ps1")) == "PowerShell script tools/do.ps1"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("parameters: --to 'a b' --fast", "parameters: Parameters are a list: each item is one argument, with all its "
         'spaces. For example `["--to", "a b", "--fast"]`.'),
        ("parameters: [1]", 'parameters[0]: Text is meant here, but "1" without quotes is a number. '
         'Write it in quotes: "1".'),
        ('parameters: ["#{if X}"]', "parameters[0]: The variables in this parameter cannot be read: Expected '#{/if}', "
         "found the end (line 1, column 8). Write `##{` for `#{`."),
        ("fail_on_error_output: yes", "fail_on_error_output: This must be true or false, but it is \"yes\". "
         "For example `true`."),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, keys: str, said: str) -> None:
    (problem,) = problems_of(tmp_path, step(f"run_script: {{file: install.sh, {keys}}}"))
    assert problem == f"{AT}.{said}"


def test_a_key_among_the_parameters_is_no_parameter(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    (problem,) = problems_of(tmp_path, step(f'run_script: {{file: install.sh, parameters: ["--token={token}"]}}'))
    assert problem.startswith(f"{AT}.parameters[0]: There is a key or a token in this parameter. Use a variable.")
    assert token not in problem


WITH_PACKAGES = {"projects/web/project.yml": "slug: web\npackages: {app: {feed: built-in}, site: {feed: built-in}}\n"}


def with_packages(keys: str) -> dict[str, str | bytes | None]:
    return {**step(f"run_script: {{{keys}}}"), **WITH_PACKAGES}


def test_packages_and_where_the_script_comes_from_are_frozen(tmp_path: Path) -> None:
    written = "package: app, file: ./scripts/go.py, packages: [site, {package: app, name: Raw, extract: false}]"
    process = definitions.load(write_folder(tmp_path, with_packages(written))).projects["web"].process
    uses = (PackageUse("site", "site"), PackageUse("Raw", "app", is_unpacked=False))
    assert work_of(process) == RunScript("", "python", "scripts/go.py", packages=uses, origin=FromPackage("app"))
    assert process_from_json(json.loads(json.dumps(process_to_json(process)))) == process
    assert planned_work.what(work_of(process)) == (
        "Python script scripts/go.py of the package app with the packages site and app (not unpacked)"
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("inline: ls, packages: [ap]", 'packages[0]: There is no package "ap" here. Did you mean "app"? '
         "Known packages: app, site."),
        ("inline: ls, packages: [app, {package: site, name: App}]", 'packages[1].name: Two packages of this script '
         'are called "App". Give one of them another `name`.'),
        ("inline: ls, packages: [{package: app, name: ../x}]", 'packages[0].name: "../x" cannot be the name of a '
         "package beside a script. It is made of letters, digits, `-`, `_` and `.`, and begins with none of these."),
        ("inline: ls, package: app", "inline: `inline` and `package` exclude each other. "
         "Name a `file` of the package."),
        ("package: app, file: ../go.sh", 'file: "../go.sh" would lead out of it. Name the file by its path from the '
         "top, for example `scripts/deploy.sh`."),
        ("inline: ls, folder: files, packages: [{package: app, name: a}]", 'folder: "a" of this folder would lie where '
         "the package of that name does. Rename it, or give the package another `name`."),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_packages_is_told(tmp_path: Path, keys: str, said: str) -> None:
    (problem,) = problems_of(tmp_path, {**with_packages(keys), "projects/web/files/a/b": "x"})
    assert problem == f"{AT}.{said}"


def test_a_runbook_has_no_packages_for_its_scripts(tmp_path: Path) -> None:
    runbook = "steps: [{step: a, run_script: {inline: ls, packages: app}}]\n"
    (problem,) = problems_of(tmp_path, {**WITH_PACKAGES, "projects/web/runbooks/again.yml": runbook})
    assert "A runbook has no release, and so no packages." in problem


URL = "https://git.example.com/ops/scripts.git"


def test_a_script_from_a_repository_is_frozen_with_where_its_secret_is(tmp_path: Path) -> None:
    written = f'git: {{url: "{URL}", ref: main, path: deploy/run.py, token: {{secret: "env:GIT_TOKEN"}}}}'
    process = process_of_keys(tmp_path, written)
    token = Credentials(SecretReference("env", "GIT_TOKEN"))
    assert work_of(process) == RunScript("", "python", "deploy/run.py", origin=FromGit(URL, "main", token))
    assert process_from_json(json.loads(json.dumps(process_to_json(process)))) == process
    assert planned_work.what(work_of(process)) == (
        "Python script deploy/run.py from main of git.example.com/ops/scripts"
    )  # fmt: skip


def test_a_repository_that_two_scripts_come_from_is_looked_up_once(tmp_path: Path) -> None:
    origin = FromGit(URL, "main")
    (first, ref), (_, other) = repositories_of([
        (origin, "a.sh"), (None, "x"), (FromPackage("app"), "y"), (origin, "b.sh"), (FromGit(URL, "v1"), "a.sh")
    ])  # fmt: skip
    assert (first.paths, ref, other) == (("a.sh", "b.sh"), "main", "v1")


@pytest.mark.parametrize(
    ("git", "said"),
    [
        ("main", ": A repository is given by `url`, `ref` and `path`."),
        (f'{{url: "{URL}", ref: main}}', ".path: The key `path` is missing."),
        (f'{{url: "{URL}", branch: main, ref: x, path: a.sh}}', '.branch: The key "branch" is not known here. '
         "Write `ref`."),
        ('{url: "git@git.example.com:ops/x.git", ref: main, path: a.sh}', ".url: Repositories are read over https, or "
         "from a folder of the bot's machine. Over ssh they are not: use https with a `token`."),
        ('{url: "https://me:hunter22@git.example.com/x", ref: main, path: a.sh}', ".url: There is a name or a password "
         "in this address. Use `token`."),
        ('{url: "http://git.example.com/x", ref: main, path: a.sh, token: {secret: "env:X"}}', ".token: A secret is "
         "sent over https only."),
        ('{url: "file://x/y", ref: main, path: a.sh}', ".url: A folder is named by its whole path."),
        (f'{{url: "{URL}", ref: --upload-pack=x, path: a.sh}}', '.ref: "--upload-pack=x" is no branch, tag or commit.'),
        (f'{{url: "{URL}", ref: "1a2b3c4", path: a.sh}}', '.ref: "1a2b3c4" looks like the beginning of a commit; '
         "only a whole one is sure."),
        (f'{{url: "{URL}", ref: main, path: /etc/passwd}}', '.path: "/etc/passwd" would lead out of it.'),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_a_repository_is_told(tmp_path: Path, git: str, said: str) -> None:
    (problem,) = problems_of(tmp_path, step(f"run_script: {{git: {git}}}"))
    assert problem.startswith(f"{AT}.git{said}")
    assert "hunter22" not in problem


def test_a_repository_excludes_a_file_beside_it(tmp_path: Path) -> None:
    written = f'run_script: {{file: install.sh, git: {{url: "{URL}", ref: main, path: a.sh}}}}'
    (problem,) = problems_of(tmp_path, step(written))
    assert problem == f"{AT}.file: `file` and `git` exclude each other. Name the file by `git.path`."
