"""Scripts from Git repositories: a branch or tag becomes a commit, that is fetched and kept; on real repositories."""

from __future__ import annotations

import os
import shutil
import socket
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from engine.contracts import Secret
from engine.package_contracts import Found, NotThere, Unanswered, Wanted
from tests.support.git_repositories import Repository, git, serving
from workers.packages import git as children
from workers.packages.shelf import PackageShelf, PackageUnavailable

FILES = {"deploy/run.sh": "echo one\n", "deploy/common.sh": "true\n"}
WORD = "w0rd-of-the-repository"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
def shelf(tmp_path: Path) -> PackageShelf:
    return PackageShelf(tmp_path / "packages")


def wanted(url: str, ref: str = "main", *paths: str, **more: Any) -> Wanted:
    return Wanted("git:x", ref, "git", url, paths=paths, **more)


def test_a_branch_a_tag_and_a_commit_become_the_commit_that_they_are(
    repository: Repository, shelf: PackageShelf
) -> None:
    first = repository.has(FILES)
    repository.tags("v1")
    second = repository.has({**FILES, "deploy/run.sh": "echo two\n"})
    for ref, commit in {
        "main": second, "refs/heads/main": second, "HEAD": second, "v1": first, "refs/tags/v1": first, first: first
    }.items():  # fmt: skip
        answer = shelf.pin(wanted(repository.url, ref, "deploy/run.sh"))
        assert isinstance(answer, Found), answer
        assert answer.digest == commit, ref


def test_what_was_found_is_kept_by_its_commit_whatever_becomes_of_the_repository(
    repository: Repository, shelf: PackageShelf
) -> None:
    commit = repository.has(FILES)
    assert isinstance(shelf.pin(wanted(repository.url)), Found)
    shutil.rmtree(repository.path)
    ready = shelf.take(wanted(repository.url), commit)
    with tarfile.open(ready.path) as tar:
        assert sorted(tar.getnames()) == ["deploy", *(sorted(FILES))]
        assert tar.getmember("deploy/run.sh").mode & 0o022 == 0
    gone = wanted(repository.url)
    with pytest.raises(PackageUnavailable, match=r"^main of .*/scripts cannot be run: there is no repository "):
        shelf.take(gone, "0" * 40)


def test_a_commit_that_is_gone_from_the_server_is_told(repository: Repository, shelf: PackageShelf) -> None:
    repository.has(FILES)
    answer = shelf.pin(wanted(repository.url, "1" * 40))
    assert answer == NotThere(f"{repository.path.with_suffix('')} has no commit 111111111111")


@pytest.mark.parametrize(
    ("ref", "path", "why"),
    [
        ("mian", "", "{where} has no branch or tag mian; there is main"),
        ("nothing-like-it", "", "{where} has no branch or tag nothing-like-it"),
        ("both", "", "{where} has both a branch and a tag both: write refs/heads/both or refs/tags/both"),
        ("main", "deploy/rum.sh", 'main of {where} has no file "deploy/rum.sh"; there is "deploy/run.sh"'),
        ("main", "zzz", 'main of {where} has no file "zzz"; there is deploy/common.sh, deploy/run.sh'),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    repository: Repository, shelf: PackageShelf, ref: str, path: str, why: str
) -> None:
    repository.has(FILES, "both")
    repository.tags("both")
    repository.has({**FILES, "deploy/run.sh": "x"}, "both")
    repository.has(FILES)
    answer = shelf.pin(wanted(repository.url, ref, *filter(None, [path])))
    assert answer == NotThere(why.format(where=repository.path.with_suffix("")))


def test_a_repository_that_is_not_there_and_a_server_that_does_not_answer_are_told_apart(
    tmp_path: Path, shelf: PackageShelf
) -> None:
    answer = shelf.pin(wanted((tmp_path / "nowhere.git").as_uri()))
    assert answer == NotThere(f"there is no repository {tmp_path}/nowhere, or it is not for everybody")
    with serving(tmp_path) as server:
        gone = server.url("x.git")
    answer = shelf.pin(wanted(gone))
    assert isinstance(answer, Unanswered)
    assert answer.reason.startswith("127.0.0.1/x cannot be read: failed to connect to 127.0.0.1")


def test_a_server_that_is_silent_does_not_hold_up_a_bot_that_stops(shelf: PackageShelf) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(shelf.pin, wanted(f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"))
        connection, _ = silent.accept()
        with connection:
            shelf.close()
            answer = asked.result(30)
    assert isinstance(answer, Unanswered)


def test_credentials_are_given_to_the_server_and_stand_in_no_command_line(
    repository: Repository, shelf: PackageShelf
) -> None:
    commit = repository.has(FILES)
    with serving(repository.path.parent, "bot", WORD) as server:
        url = server.url("scripts.git")
        assert shelf.pin(wanted(url)) == NotThere("127.0.0.1/scripts asks for credentials: write `token`")
        wrong = shelf.pin(wanted(url, username="bot", secret=Secret("another")))
        assert wrong == NotThere("127.0.0.1/scripts refuses the credentials")
        answer = shelf.pin(wanted(url, username="bot", secret=Secret(WORD)))
    assert isinstance(answer, Found)
    assert answer.digest == commit
    assert any(b"ls-remote" in line for line in server.seen), "the command lines were seen"
    assert not any(WORD.encode() in line for line in server.seen)


def test_nothing_of_the_repository_is_run_and_no_submodule_is_fetched(
    repository: Repository, shelf: PackageShelf, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    evil = f"touch {mark}; cat"
    repository.has({
        ".gitattributes": "*.sh filter=evil\n",
        ".gitconfig": f'[filter "evil"]\n\tsmudge = {evil}\n',
        ".gitmodules": f'[submodule "sub"]\n\tpath = sub\n\turl = {repository.url}\n',
        "a.sh": "echo a\n",
    })  # fmt: skip
    git(repository.work, "update-index", "--add", "--cacheinfo", f"160000,{'2' * 40},sub")
    (repository.work / "sub").mkdir()
    git(repository.work, "commit", "--quiet", "--message=x")
    git(repository.work, "push", "--quiet", "origin", "main")
    git(repository.path, "config", "uploadpack.packObjectsHook", f"sh -c 'touch {mark}; exec \"$@\"' --")
    for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-update"):
        place = repository.path / "hooks" / hook
        place.write_text(f"#!/bin/sh\ntouch {mark}\n")
        place.chmod(0o755)
    answer = shelf.pin(wanted(repository.url, "main", "a.sh"))
    assert isinstance(answer, Found)
    assert not mark.exists()
    with tarfile.open(shelf.take(wanted(repository.url), answer.digest).path) as tar:
        assert [member.name for member in tar if member.name.startswith("sub")] == ["sub"]


def test_a_link_that_leads_out_of_the_repository_is_refused(repository: Repository, shelf: PackageShelf) -> None:
    repository.has(FILES)
    (repository.work / "passwd").symlink_to("../../../etc/passwd")
    repository.commits()
    answer = shelf.pin(wanted(repository.url))
    assert isinstance(answer, NotThere)
    assert "passwd" in answer.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_repository_in_a_folder_is_read_whoever_owns_it(repository: Repository, shelf: PackageShelf) -> None:
    commit = repository.has(FILES)
    for path in (repository.path, *repository.path.rglob("*")):
        os.chown(path, 65534, 65534)
    answer = shelf.pin(wanted(repository.url))
    assert isinstance(answer, Found), answer
    assert answer.digest == commit


def test_a_repository_without_measure_does_not_fill_the_disk(
    repository: Repository, shelf: PackageShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LARGEST", 1 << 20)
    repository.has(FILES)
    (repository.work / "large").write_bytes(bytes(3 << 20))
    repository.commits()
    answer = shelf.pin(wanted(repository.url))
    assert isinstance(answer, Unanswered), answer
    assert "is larger than 1 MB" in answer.reason
