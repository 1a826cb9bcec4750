"""The folder that a step brings along: what is frozen of it, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import definitions
from engine.contracts import TAKEN_NAMES, Script
from engine.definitions import frozen_files
from engine.definitions.script_steps import KEYS_OF_A_SCRIPT
from engine.domain.frozen_folders import FrozenFile, FrozenFolder, digest_of, files_in, listing_of
from engine.domain.processes import RunScript, process_from_json, process_to_json
from tests.support.definition_folders import PROCESS, problems_of, step, write_folder

SITE = "projects/web/site"


def with_folder(rest: str = "", name: str = "site/") -> dict[str, str | bytes | None]:
    """A process of one step that brings this folder along."""
    return step(f"run_script: {{file: install.sh, folder: {name}{rest}}}")


def frozen(folder: Path) -> tuple[FrozenFolder, dict[str, tuple[bytes, bool]]]:
    """The folder of the one step, and its files: content and executable bit by path."""
    loaded = definitions.load(folder)
    work = loaded.projects["web"].process.steps[0].actions[0].work
    assert isinstance(work, RunScript)
    assert work.folder is not None
    files = files_in(loaded.contents[work.folder.digest])
    return work.folder, {file.path: (loaded.contents[file.digest], file.executable) for file in files}


def test_everything_below_the_folder_is_frozen(tmp_path: Path) -> None:
    changes = {
        f"{SITE}/index.html": "<h1>#{Title}</h1>",
        f"{SITE}/.env": "A=1",
        f"{SITE}/deep/er/all.bin": bytes(range(256)),
        f"{SITE}/empty": b"",
        f"{SITE}/.git/config": "not this",
        f"{SITE}/größer & $x.txt": "x",
        f"{SITE}/values.yml": "a: &anchor b",
    }
    folder = write_folder(tmp_path, with_folder(', substitute_in_files: "*.html", structured_values: [.env]') | changes)
    (folder / SITE / "run").write_text("#!/bin/sh")
    (folder / SITE / "run").chmod(0o755)
    assert definitions.check(folder) == ()
    found, files = frozen(folder)
    assert files == {
        ".env": (b"A=1", False),
        "deep/er/all.bin": (bytes(range(256)), False),
        "empty": (b"", False),
        "größer & $x.txt": (b"x", False),
        "index.html": (b"<h1>#{Title}</h1>", False),
        "run": (b"#!/bin/sh", True),
        "values.yml": (b"a: &anchor b", False),
    }
    assert (found.source, found.count, found.size) == ("site", 7, 298)
    assert (found.substitute_in_files, found.structured_values) == (("*.html",), (".env",))


def test_what_a_file_holds_and_its_bit_make_another_revision(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, with_folder() | {f"{SITE}/a": "1"})
    digests = [definitions.load(folder).digest]
    (folder / SITE / "a").chmod(0o755)
    digests.append(definitions.load(folder).digest)
    (folder / SITE / "a").write_text("2")
    digests.append(definitions.load(folder).digest)
    os.utime(folder / SITE / "a", (1, 1))
    digests.append(definitions.load(folder).digest)
    assert len(set(digests)) == 3
    assert digests[2] == digests[3]


def test_it_is_stored_and_read_again_without_its_contents(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, with_folder(', structured_values: "*.json"') | {f"{SITE}/a.json": "{}"})
    loaded = definitions.load(folder)
    stored = definitions.parse_stored(loaded.to_json())
    assert stored == loaded
    assert stored.contents == {}


def test_a_process_that_was_stored_before_there_were_folders_is_read() -> None:
    stored = process_to_json(process_from_json({"steps": []}))
    assert stored["steps"] == []
    work = {"kind": "run_script", "body": "echo", "syntax": "bash", "source": "inline"}
    action = {
        "slug": "a", "name": "a", "work": work, "scope": {"environments": [], "projects": []},
        "worker_pool": None, "time_limit": None, "idempotent": False,
    }  # fmt: skip
    content = {"slug": "a", "name": "a", "condition": "success", "scope": action["scope"], "actions": [action]}
    assert process_from_json({"steps": [content]}).steps[0].actions[0].work == RunScript("echo")


def test_a_list_of_files_is_one_content_whatever_their_order() -> None:
    files = (FrozenFile("b", digest_of(b""), executable=True), FrozenFile("a\n'", digest_of(b"x")))
    assert listing_of(files) == listing_of(reversed(files))
    assert set(files_in(listing_of(files))) == set(files)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (with_folder(name="sitte"), 'There is no folder "sitte" in the project\'s folder. Did you mean "site"?'),
        (with_folder(name="install.sh"), 'There is no folder "install.sh" in the project\'s folder. Check the name.'),
        (with_folder(name="../web"), 'The folder "../web" would lie outside the project\'s folder. '
         "Name a folder in the folder, relative to it."),
        (with_folder(name="/etc"), 'The folder "/etc" would lie outside the project\'s folder. '
         "Name a folder in the folder, relative to it."),
        (with_folder(name="."), "This would be the project's folder itself. Make a folder in it for the files."),
        ({f"{SITE}/a": None, f"{SITE}/.git/x": "x"}, "There is no file in this folder. "
         "Put one there, or remove the key."),
        ({f"{SITE}/script.sh": "x"}, '"script.sh": Foredeck puts a file of this name beside the script. Rename it.'),
        ({f"{SITE}/deep/k": "-----BEGIN PRIVATE KEY-----\n" + "A" * 40}, '"deep/k": there is a key or a token in it. '
         'Use a variable. Write `{secret: "env:NAME"}` or `{secret: "file:/path"}` and keep the secret there.'),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_brought_along_is_told(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    (problem,) = problems_of(tmp_path, {**with_folder(), f"{SITE}/a": "x", **changes})
    assert problem == f"{PROCESS}:3: steps[0].run_script.folder: {said}"


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ('folder: site, substitute_in_files: ["../*"]', 'substitute_in_files[0]: The pattern would lead out of the '
         'folder. For example "config/*.conf" or "**/*.json".'),
        ("folder: site, structured_values: [a, a]", 'structured_values[1]: "a" is in this list twice. '
         "Keep one of them."),
        ("structured_values: [a]", "structured_values: `structured_values` means nothing without `folder`. "
         "Name the folder of the files."),
        ("folder: site, substitute_in_file: a", 'substitute_in_file: The key "substitute_in_file" is not known here. '
         'Did you mean "substitute_in_files"? Known keys: '
         f"{', '.join(KEYS_OF_A_SCRIPT)}."),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_pattern_is_told(tmp_path: Path, rest: str, said: str) -> None:
    changes = step(f"run_script: {{file: install.sh, {rest}}}") | {f"{SITE}/a": "x"}
    (problem,) = problems_of(tmp_path, changes)
    assert problem == f"{PROCESS}:3: steps[0].run_script.{said}"


def test_a_pattern_that_matches_nothing_is_a_warning_unless_it_holds_a_variable(tmp_path: Path) -> None:
    rest = ', substitute_in_files: ["*.html"], structured_values: ["app.#{Env}.json", a]'
    (problem,) = problems_of(tmp_path, with_folder(rest) | {f"{SITE}/a": "x"})
    assert problem == (
        f"{PROCESS}:3: warning: steps[0].run_script.substitute_in_files[0]: No file in the folder matches the pattern "
        '"*.html". `*` stays within one folder, `**/` goes through all; the case counts.'
    )


def test_links_inside_the_project_are_followed_and_others_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "conf", with_folder() | {f"{SITE}/a": "x", "projects/web/common/b": "y"})
    (tmp_path / "secret").write_text("hunter2")
    site = folder / SITE
    (site / "file").symlink_to("../install.sh")
    (site / "folder").symlink_to("../common")
    assert frozen(folder)[1].keys() == {"a", "file", "folder/b"}
    (site / "folder" / "loop").symlink_to(".")
    (site / "gone").symlink_to("nowhere")
    (site / "out").symlink_to(tmp_path / "secret")
    os.mkfifo(site / "pipe")
    assert [str(problem).split("folder: ", 1)[1] for problem in definitions.check(folder)] == [
        '"folder/loop": this link leads back to a folder that it lies in. Remove it.',
        '"gone": No such file or directory. Check where it leads, and its mode.',
        '"out": this link leads out of the folder. Put a copy in its place.',
        '"pipe": this is neither a file nor a folder. Remove it.',
    ]


def test_a_folder_that_is_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "conf", with_folder())
    (tmp_path / "outside").mkdir()
    (folder / SITE).symlink_to(tmp_path / "outside")
    (problem,) = map(str, definitions.check(folder))
    assert problem.endswith('"site": This link leads out of the folder. Put a copy of the folder in its place.')


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, with_folder() | {f"{SITE}/a": "x"})
    (Path(os.fsdecode(os.fsencode(folder / SITE) + b"/\xff"))).write_text("x")
    (problem,) = definitions.check(folder)
    assert problem.rule == "not-utf-8"


def test_too_many_and_too_large_files_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, with_folder() | {f"{SITE}/f{number}": "x" for number in range(1001)})
    said = "at most 1000 files and 10 MB; this is more. Leave out what the script can fetch by itself."
    (problem,) = map(str, definitions.check(folder))
    assert problem.endswith(said)
    for path in (folder / SITE).iterdir():
        path.unlink()
    (folder / SITE / "a").write_bytes(b"x")
    with (folder / SITE / "b").open("wb") as sparse:
        sparse.truncate(frozen_files.LARGEST_FOLDER)
    (problem,) = map(str, definitions.check(folder))
    assert problem.endswith(said)


def test_the_names_that_are_taken_are_those_of_a_script(tmp_path: Path) -> None:
    from tests.support.run_sinks import a_request
    from workers.scripts import bundle

    requests = [a_request("", script=Script("", syntax)) for syntax in ("bash", "python", "powershell")]
    assert {name for request in requests for name in bundle(request).files} == TAKEN_NAMES
