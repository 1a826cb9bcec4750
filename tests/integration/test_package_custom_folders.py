"""A package is copied to a folder of the step's choice, whole or not at all, behind a real OpenSSH server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from engine.contracts import Outcome
from tests.support.engine import until
from tests.support.installs import Machine
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink
from tests.support.ssh_workers import PACE, a_worker
from workers.ssh.worker import SshWorker


@pytest.fixture(scope="module")
def ssh_worker(ssh_server: OpenSshServer) -> Iterator[SshWorker]:
    made = a_worker(ssh_server.machine(), replace(PACE, grace=60))  # however slow this machine is just now
    yield made
    made.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder where something is already."""
    folder = tmp_path / "www" / "shop"
    write(folder, {"index.html": "old", "old.html": "old", "lib/a/old.js": "old", "uploads/1.png": "mine"})
    write(folder, {"uploads/deep/2.png": "mine", ".env": "mine"})
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


NEW = {"index.html": "new", "lib/a/new.js": "new", "Deploy.sh": "pwd >told"}
MINE = {"uploads/1.png": "mine", "uploads/deep/2.png": "mine", ".env": "mine"}


def test_it_is_copied_over_what_is_there_and_scripts_run_in_it(machine: Machine, site: Path) -> None:
    before = content(site)
    done = machine.installs(NEW, custom_folder=str(site))
    assert done.result.outcome is Outcome.SUCCEEDED, done.log
    assert content(site) == {**before, "index.html": "new", "lib/a/new.js": "new", "told": f"{site}\n"}
    assert done.folder == str(site)
    assert machine.current == "1.4.0"
    assert (machine.place / "current/index.html").read_text() == "new"


def test_purged_it_has_what_the_package_has_and_what_is_protected(machine: Machine, site: Path) -> None:
    new = {**NEW, ".env": "theirs", "uploads/readme": "new"}
    done = machine.installs(new, custom_folder=str(site), purge=True, protect=("uploads/**", ".env"))
    assert done.result.outcome is Outcome.SUCCEEDED, done.log
    assert content(site) == {**MINE, "index.html": "new", "lib/a/new.js": "new", "told": f"{site}\n"}
    assert ".env is protected and stays as it is." in done.log
    done = machine.installs({"index.html": "newer", "fresh/.env": "new"}, custom_folder=f"{site}/", purge=True)
    assert content(site) == {"index.html": "newer", "fresh/.env": "new"}


def test_a_protected_file_deep_in_a_folder_that_goes_stays(machine: Machine, site: Path) -> None:
    write(site, {"lib/é": "mine", "lib/öf": "mine"})
    patterns = ("**/*.png", "lib/[ab]/*.js", "lib/?", "lib/[öü]f")
    machine.installs({"index.html": "new"}, custom_folder=str(site), purge=True, protect=patterns)
    assert content(site) == {
        "lib/é": "mine", "lib/öf": "mine",
        "index.html": "new", "uploads/1.png": "mine", "uploads/deep/2.png": "mine", "lib/a/old.js": "old",
    }  # fmt: skip


@pytest.mark.parametrize("failing", ["Deploy", "a folder of the package where a file is protected"])
def test_when_it_fails_everything_is_as_it_was(machine: Machine, site: Path, failing: str) -> None:
    before = content(site)
    clash = {"Deploy.sh": "exit 3"} if failing == "Deploy" else {"uploads": "a file now"}
    protect = () if failing == "Deploy" else ("uploads/1.png",)
    done = machine.installs({**NEW, "lib": "a file now", **clash}, custom_folder=str(site), purge=True, protect=protect)
    assert done.result.outcome is Outcome.FAILED
    assert content(site) == before
    assert not (site / ".foredeck-install").exists()


def test_what_is_protected_outlives_a_failure_also_where_its_folder_came_with_the_package(
    machine: Machine, site: Path
) -> None:
    before = content(site)
    new = {"data/.keep": "", "data/a/.keep": "", "Deploy.sh": "echo mine >data/a/1.png; echo x >other; exit 3"}
    done = machine.installs(new, custom_folder=str(site), purge=True, protect=("data/**",))
    assert done.result.outcome is Outcome.FAILED
    assert content(site) == {**before, "data/a/1.png": "mine\n", "other": "x\n"}


def test_a_pattern_that_bash_cannot_read_purges_nothing(machine: Machine, site: Path) -> None:
    before = content(site)
    done = machine.installs(NEW, custom_folder=str(site), purge=True, protect=("lib/[z-a]", "uploads/**"))
    assert done.result.outcome is Outcome.FAILED
    assert "Bash cannot read one of the patterns in `protect`" in done.log
    assert content(site) == before


def test_what_somebody_else_left_there_is_not_undone(machine: Machine, site: Path, tmp_path: Path) -> None:
    write(tmp_path / "planted", {"ticket": "0" * 32, "placed": "../../victim\0", "kept/x": "x"})
    write(tmp_path, {"victim": "mine"})
    (site / ".foredeck-install").symlink_to(tmp_path / "planted")
    done = machine.installs(NEW, custom_folder=str(site))
    assert done.result.outcome is Outcome.FAILED
    assert ".foredeck-install was made by somebody else; look at it and remove it." in done.log
    assert (tmp_path / "victim").read_text() == "mine"
    assert (site / "index.html").read_text() == "old"


def test_a_folder_that_was_not_there_is_not_there_after_a_failure(machine: Machine, tmp_path: Path) -> None:
    done = machine.installs({"a": "b", "Deploy.sh": "ls; exit 3"}, custom_folder=str(tmp_path / "fresh"))
    assert "a\n" in done.log
    assert not (tmp_path / "fresh").exists()


def test_what_a_machine_left_that_stopped_in_the_middle_is_undone_first(machine: Machine, site: Path) -> None:
    before = content(site)
    area = site / ".foredeck-install"
    write(area, {"ticket": "0" * 32, "placed": "index.html\0came.html\0", "kept/index.html": "old"})
    write(site, {"index.html": "half", "came.html": "half"})
    machine.installs({"other": "new"}, custom_folder=str(site))
    assert content(site) == {**before, "other": "new"}


@pytest.mark.parametrize("protect", [(), ("uploads/**",)])
def test_whoever_cancels_leaves_it_as_it_was(machine: Machine, site: Path, protect: tuple[str, ...]) -> None:
    before = content(site)
    new = {"index.html": "new", "lib/b": "new", "uploads/new": "new", "Deploy.sh": "echo here; sleep 60"}
    request = machine.asks(new, custom_folder=str(site), protect=protect)
    sink = MemorySink()
    sink.on_record = lambda: sink.cancel.set() if "here" in sink.text() else None
    assert machine.worker.ensure_and_follow(request, sink).outcome is Outcome.CANCELED
    assert content(site) == before


def test_two_at_once_do_not_mix(machine: Machine, site: Path) -> None:
    gate, opened = site.parent / "gate", site.parent / "opened"
    waiting = f"touch {opened}; until [ -e {gate} ]; do sleep 0.1; done"
    first = machine.asks({"index.html": "1", "Deploy.sh": waiting}, custom_folder=str(site))
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(machine.worker.ensure_and_follow, first, MemorySink())
        until(opened.exists)
        second = machine.installs({"index.html": "2"}, custom_folder=str(site))
        gate.touch()
        assert ended.result().outcome is Outcome.SUCCEEDED
    assert "another deployment is copying to it just now" in second.result.message
    assert (site / "index.html").read_text() == "1"


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("/", "it belongs to the system"),
        ("HOME", "it is a home, or a home lies in it"),
        ("/home/somebody", "it is a home, or a home lies in it"),
        ("LINK", "it is a home, or a home lies in it"),
        ("HOME/.foredeck/packages", "Foredeck keeps its own files there"),
        ("ROOT/production/app", "packages are installed below ROOT"),
        ("ROOT/..", "its path is not a plain one"),
        ("www", "its path is not absolute"),
    ],
)
def test_a_folder_that_must_not_be_touched_is_refused(
    machine: Machine, ssh_server: OpenSshServer, tmp_path: Path, folder: str, why: str
) -> None:
    link = tmp_path / "link"
    link.symlink_to(ssh_server.home)
    names = {"HOME": str(ssh_server.home), "ROOT": str(machine.root), "LINK": str(link)}
    for name, path in names.items():
        folder, why = folder.replace(name, path), why.replace(name, path)
    done = machine.installs({"evil": "x"}, custom_folder=folder, purge=True)
    assert done.result.outcome is Outcome.FAILED
    assert f": {why}. Nothing is current there yet." in done.result.message
    assert list(machine.place.iterdir()) == [], "nothing was unpacked"


def test_what_another_project_has_there_is_not_purged(machine: Machine, site: Path) -> None:
    machine.installs({"a": "b"}, custom_folder=str(site / "docs"), variables={"Octopus.Project.Id": "docs"})
    refused = machine.installs({"index.html": "new"}, custom_folder=str(site), purge=True)
    assert f"the project docs has files in {site}/docs, which would be purged" in refused.result.message
    done = machine.installs({"index.html": "new"}, custom_folder=str(site), purge=True, protect=("docs",))
    assert done.result.outcome is Outcome.SUCCEEDED
    assert content(site) == {"index.html": "new", "docs/a": "b"}
