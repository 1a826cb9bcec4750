"""Git repositories as sources of scripts: which commit a branch or tag is just now, and that commit as an archive."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.package_contracts import Wanted, repository_of
from workers.packages import git
from workers.packages.git import GitFailed

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_LOOK_SECONDS = 60.0
_REFUSED = re.compile(
    "authentication failed|could not read (user|pass)|prompts disabled|invalid credentials|error: 40[13]"
)
_NOT_THERE = re.compile("not found|not appear to be a git repository|does not exist|error: 404|no such file")


class NoSuchCommit(Exception):
    """There is no such thing, and asking again does not help. The text is a clause without a full stop."""


class Unreachable(Exception):
    """The repository could not be read, which may pass. The text is a clause without a full stop."""


def resolve(wanted: Wanted) -> str:
    """The commit that the branch, tag, whole reference or commit is now. Raises NoSuchCommit, Unreachable."""
    if _COMMIT.match(wanted.version):
        return wanted.version
    with tempfile.TemporaryDirectory(prefix="foredeck-git-") as folder:
        try:
            listed = git.run(["ls-remote", "--", wanted.location], wanted, Path(folder), seconds=_LOOK_SECONDS)
        except GitFailed as error:
            raise _explained(wanted, error) from None
    lines = (line.partition("\t") for line in listed.decode("utf-8", "replace").splitlines())
    return _chosen(wanted, {name: commit for commit, _, name in lines})


def archive(wanted: Wanted, commit: str, target: Path, *, may_be_cut: bool) -> None:
    """Write what is in this commit as a tar. Raises NoSuchCommit, Unreachable, OSError."""
    with tempfile.TemporaryDirectory(prefix="foredeck-git-") as name:
        folder = Path(name)
        try:
            git.run(["init", "--quiet", "--bare", "--template=", "."], wanted, folder)
            fetch = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"]
            git.run([*fetch, "--", wanted.location, commit], wanted, folder, may_be_cut=may_be_cut)
            with target.open("wb") as file:
                git.run(["archive", "--format=tar", commit], wanted, folder, stdout=file)
        except GitFailed as error:
            if "not our ref" in error.said or "remote ref" in error.said:
                raise NoSuchCommit(f"{repository_of(wanted.location)} has no commit {commit[:12]}") from None
            raise _explained(wanted, error) from None


def _chosen(wanted: Wanted, commits: dict[str, str]) -> str:
    ref = wanted.version
    names = [ref] if ref.startswith("refs/") or ref == "HEAD" else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
    found = {name: commits.get(f"{name}^{{}}", commits[name]) for name in names if name in commits}
    if len(set(found.values())) > 1:
        raise NoSuchCommit(
            f"{repository_of(wanted.location)} has both a branch and a tag {ref}: write {' or '.join(found)}"
        )
    if not found:
        near = difflib.get_close_matches(ref, list(_short_names(commits)), n=3)
        hint = f"; there is {' and '.join(near)}" if near else ""
        raise NoSuchCommit(f"{repository_of(wanted.location)} has no branch or tag {ref}{hint}")
    return next(iter(found.values()))


def _short_names(commits: dict[str, str]) -> Iterator[str]:
    for name in commits:
        if name.startswith(("refs/heads/", "refs/tags/")) and not name.endswith("^{}"):
            yield name.split("/", 2)[2]


def _explained(wanted: Wanted, error: GitFailed) -> NoSuchCommit | Unreachable:
    """What git's words mean. Those that are not known are repeated, and asking again may help."""
    said, where = error.said.lower(), repository_of(wanted.location)
    if _REFUSED.search(said):
        how = "refuses the credentials" if wanted.secret else "asks for credentials: write `token`"
        return NoSuchCommit(f"{where} {how}")
    if _NOT_THERE.search(said):
        but = "" if wanted.secret else ", or it is not for everybody"
        return NoSuchCommit(f"there is no repository {where}{but}")
    return Unreachable(f"{where} cannot be read: {error.said}")
