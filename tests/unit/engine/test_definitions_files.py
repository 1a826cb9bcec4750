"""Files that cannot be read, or must not be, give a clear problem and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import definitions
from engine.definitions.folders import LARGEST_FILE
from tests.support.definition_folders import PROCESS, problems_of, step, write_folder

TAG = "Remove the word that begins with `!`."
ALIAS = "Anchors and aliases are not part of the format. Write the value out."


def test_a_missing_folder_is_one_problem(tmp_path: Path) -> None:
    (problem,) = definitions.check(tmp_path / "nowhere")
    assert str(problem) == f"{tmp_path}/nowhere: This folder does not exist. Check the path."


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("foredeck: 1\n")
    (problem,) = definitions.check(tmp_path / "file")
    assert problem.rule == "missing-folder"


def test_another_suffix_is_told(tmp_path: Path) -> None:
    (tmp_path / "foredeck.yaml").write_text("foredeck: 1\n")
    (problem,) = definitions.check(tmp_path)
    assert str(problem) == "foredeck.yml: There is no foredeck.yml in this folder. Rename foredeck.yaml."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"steps: [\xff\xfe]\n", f"{PROCESS}:1: This file is not UTF-8 text (line 1). Save it as UTF-8."),
        (b"steps:\n\0", f"{PROCESS}:2: This file holds a zero byte (line 2), so it is not text."),
        (b"steps: &a [1]\nb: *a", f"{PROCESS}:1: {ALIAS}"),
        (b"steps: !!python/object:os.system [x]", f"{PROCESS}:1: Tags are not part of the format. {TAG}"),
        (b"steps: ! x", f"{PROCESS}:1: Tags are not part of the format. {TAG}"),
        (
            b"%YAML 1.1\n---\nsteps: []",
            f"{PROCESS}:2: The format is YAML 1.2 without tags. Remove the lines that begin with `%`.",
        ),
        (
            b"steps: []\n---\nsteps: []\n",
            f"{PROCESS}:2: A second document begins here. Remove the line `---` and merge them.",
        ),
        (
            b"steps: {{ steps }}",
            f"{PROCESS}:1: A key must be text, not a list or a mapping. Put it in quotes.",
        ),
        (b"steps: " + b"[" * 500_000, f"{PROCESS}:1: This is nested more than 20 levels deep. Check the brackets."),
        (
            b"steps:\n\t- x",
            f"{PROCESS}:2: This is not valid YAML: found character '\\t' that cannot start any token. "
            "Indent with spaces, not with tabs.",
        ),
        (
            b"name: a: b",
            f"{PROCESS}:1: This is not valid YAML: mapping values are not allowed here. "
            "Put text that holds `: ` in quotes, or check the indentation of this line and the one before.",
        ),
        (b"#" * (LARGEST_FILE + 1), f"{PROCESS}: This file is larger than 1 MB. "
         "Divide it, or check that it is the right file."),
        (b"", f"{PROCESS}:1: steps: The key `steps` is missing. "
         "For example `steps: [{step: install, run_script: {file: install.sh}}]`."),
        (b"- a", f"{PROCESS}:1: This must be a mapping, but it is a list. For example `key: value`."),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_a_file_that_is_no_good_yaml_is_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert problems_of(tmp_path, {PROCESS: content})[:1] == [sentence]


def test_a_syntax_error_does_not_quote_the_line(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {"projects/web/variables.yml": "A: [{value: 'hunter2hunter2}]\nB: hunter2"})
    assert "hunter2" not in problem


@pytest.mark.parametrize("name", ["/etc/passwd", "../shop/install.sh", "scripts/../../../x", "~/x", "a\0b"])
def test_a_script_outside_the_project_is_refused(tmp_path: Path, name: str) -> None:
    written = name.replace("\0", "\\0")
    (problem,) = definitions.check(write_folder(tmp_path, step(f'run_script: {{file: "{written}"}}')))
    assert problem.rule in ("outside", "one-line")


def test_a_link_that_leads_out_of_the_project_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "conf", step("run_script: {file: link.sh}"))
    (tmp_path / "conf/projects/secret").write_text("hunter2")
    (folder / "projects/web/link.sh").symlink_to("../secret")
    (problem,) = map(str, definitions.check(folder))
    assert problem == (
        f'{PROCESS}:3: steps[0].run_script.file: "link.sh": This link leads out of the folder. '
        "Put a copy of the file in its place."
    )


def test_a_folder_that_leads_out_of_the_project_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "conf", step("run_script: {file: linked/x.sh}"))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.sh").write_text("echo")
    (folder / "projects/web/linked").symlink_to(tmp_path / "outside")
    assert [problem.rule for problem in definitions.check(folder)] == ["outside"]


def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, step("run_script: {file: link.sh}"))
    (folder / "projects/web/link.sh").symlink_to("install.sh")
    assert definitions.check(folder) == ()


def test_a_yaml_file_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.yml").write_text("ana: {}")
    folder = write_folder(tmp_path / "conf", {"projects/web/variables.yml": None})
    (folder / "projects/web/variables.yml").symlink_to(tmp_path / "outside.yml")
    assert [problem.rule for problem in definitions.check(folder)] == ["outside"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write_folder(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    assert definitions.check(tmp_path / "link") == ()


@pytest.mark.timeout(20)
def test_a_pipe_does_not_hold_the_reading_up(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, step("run_script: {file: pipe.sh}"))
    os.mkfifo(folder / "projects/web/pipe.sh")
    os.mkfifo(folder / "projects/web/variables.yaml")
    assert [problem.rule for problem in definitions.check(folder)] == ["unreadable", "unknown-file"]


def test_dangling_and_circular_links_are_told(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {**step("run_script: {file: loop.sh}"), "projects/web/variables.yml": None})
    (folder / "projects/web/loop.sh").symlink_to("loop.sh")
    (folder / "projects/web/variables.yml").symlink_to("gone.yml")
    assert [problem.rule for problem in definitions.check(folder)] == ["unreadable", "unreadable"]


def test_a_folder_where_a_file_belongs_is_told(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {PROCESS: None})
    (folder / PROCESS).mkdir()
    (problem,) = map(str, definitions.check(folder))
    assert problem == f"{PROCESS}: This is not a file. Put a file in its place."


def test_the_same_name_beside_and_in_scripts_is_ambiguous(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {"projects/web/scripts/install.sh": "echo"})
    assert problem == (
        f'{PROCESS}:3: steps[0].run_script.file: The file "install.sh" is in the project\'s folder and in its folder '
        'scripts. Keep one of them, or write "scripts/install.sh".'
    )


def test_hidden_files_and_other_kinds_of_files_are_left_alone(tmp_path: Path) -> None:
    changes = {".gitlab-ci.yml": "a: &x", "README.md": "!", "docs/notes.yml": "!", ".git/config.yml": "{"}
    assert problems_of(tmp_path, changes) == []
