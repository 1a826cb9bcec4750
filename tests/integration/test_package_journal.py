"""What was installed on a machine is known there: for skipping, for what stays, and for what goes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from engine.contracts import Outcome
from engine.times import utc_now
from tests.support.engine import until
from tests.support.installs import Machine
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink
from workers.builtin import BuiltInWorker

OTHER = {"Octopus.Project.Id": "docs"}


def folders(machine: Machine) -> set[str]:
    return {path.name for path in machine.place.iterdir() if path.is_dir() and not path.is_symlink()}


def lines(machine: Machine, server: OpenSshServer) -> list[list[str]]:
    """Of this test: the journal is that of the whole machine."""
    written = (server.home / ".foredeck/journal").read_text().splitlines()
    return [line.split("\t") for line in written if str(machine.root) in line]


def test_the_journal_says_what_was_installed_when_by_which_deployment_and_where(
    machine: Machine, ssh_server: OpenSshServer
) -> None:
    done = machine.installs({"Deploy.sh": "exit 1"})
    machine.installs(version="1.5.0", custom_folder=f"{machine.folder}/custom")
    ends = [line[1:12] for line in lines(machine, ssh_server) if line[1] != "began"]
    place, custom = str(machine.place), f"{machine.folder}/custom"
    same = ["17", "web", "staging", "-", "app", place]
    assert [end[:7] + end[7:9] for end in ends] == [
        ["failed", *same, "-", "1.4.0"],
        ["succeeded", *same, custom, "1.5.0"],
    ]
    assert lines(machine, ssh_server)[0][11] == done.folder


def test_what_is_installed_is_not_installed_again_and_later_steps_know_where_it_is(machine: Machine) -> None:
    machine.installs()
    again = machine.installs({"index.html": "<h1>Hello</h1>"}, skip_if_installed=True)
    assert again.result.outcome is Outcome.SUCCEEDED
    assert "app 1.4.0 is installed already, by deployment #17" in again.log
    assert again.folder == f"{machine.place}/1.4.0"
    assert folders(machine) == {"1.4.0"}


def test_it_is_installed_where_anything_is_different(machine: Machine) -> None:
    def skips(content: str = "a", **different: object) -> bool:
        return (
            "is installed already" in machine.installs({"index.html": content}, skip_if_installed=True, **different).log
        )

    assert not skips(scripts={"PostDeploy": "exit 1"})
    assert not skips(), "it failed"
    assert not skips(custom_folder=f"{machine.folder}/custom")
    assert not skips(variables=OTHER)
    assert not skips(), "what another project installed is current"
    assert not skips("b")
    assert not skips("b", version="1.5.0")
    assert skips("b", version="1.5.0")
    shutil.rmtree(machine.place / "1.5.0")
    assert not skips("b", version="1.5.0"), "somebody removed it"


def test_it_is_copied_again_to_a_folder_where_another_project_copied_something_since(machine: Machine) -> None:
    shared = {"custom_folder": f"{machine.folder}/shop", "skip_if_installed": True}
    machine.installs({"index.html": "mine"}, **shared)
    Machine(machine.worker, machine.folder / "theirs").installs({"index.html": "theirs"}, variables=OTHER, **shared)
    again = machine.installs({"index.html": "mine"}, **shared)
    assert (machine.folder / "shop/index.html").read_text() == "mine", again.log
    assert "is installed already" in machine.installs({"index.html": "mine"}, **shared).log


def test_what_another_project_or_nobody_installed_stays(machine: Machine) -> None:
    machine.installs(version="1.0.0", variables=OTHER)
    (machine.place / "notes").mkdir()
    for version in ("1.1.0", "1.1.1", "1.2.0", "1.3.0"):
        machine.installs(version=version, keep=1, scripts={"Deploy": "exit 1" if version == "1.1.1" else ""})
    assert folders(machine) == {"1.0.0", "notes", "1.2.0", "1.3.0"}
    shutil.rmtree(machine.place / "1.2.0")
    machine.installs(version="1.2.0", variables=OTHER)  # the name of a folder that was ours once
    machine.installs(version="1.4.0", keep=1)
    assert folders(machine) == {"1.0.0", "notes", "1.2.0", "1.3.0", "1.4.0"}


def test_a_version_may_have_the_name_of_the_link(machine: Machine) -> None:
    machine.installs(version="current")
    assert machine.current == "current_1"


def test_going_back_counts_what_was_installed_last_and_not_the_highest(machine: Machine) -> None:
    for version in ("1.0.0", "2.0.0", "1.0.0"):
        renamed = {"Octopus.Machine.Id": f"web-{version[0]}"}  # nothing is forgotten because of that
        machine.installs(version=version, keep=1, variables=renamed)
    assert folders(machine) == {"2.0.0", "1.0.0_1"}
    assert machine.current == "1.0.0_1"


def test_what_is_being_installed_stays(machine: Machine) -> None:
    gate = machine.folder / "gate"
    slow = machine.asks(scripts={"PreDeploy": f"touch {gate}.open; until [ -e {gate} ]; do sleep 0.1; done"})
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(machine.worker.ensure_and_follow, slow, MemorySink())
        until(Path(f"{gate}.open").exists)
        machine.installs(version="1.5.0", keep=1)
        assert folders(machine) == {"1.4.0", "1.5.0"}
        gate.touch()
        assert ended.result().outcome is Outcome.SUCCEEDED


def test_two_of_the_same_at_once_have_a_folder_each(machine: Machine) -> None:
    requests = [machine.asks({"a": "b", "Deploy.sh": "sleep 0.2"}) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda request: machine.worker.ensure_and_follow(request, MemorySink()), requests))
    assert [result.outcome for result in ended] == [Outcome.SUCCEEDED] * 2
    assert folders(machine) == {"1.4.0", "1.4.0_1"}
    assert machine.current in folders(machine)


@pytest.fixture
def small_disk(machine: Machine) -> Iterator[Path]:
    """Where the machine installs, with room for 1 MB in 12 files and folders."""
    disk = machine.root
    disk.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=12", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_disk_that_is_too_small_is_seen_before_and_one_that_becomes_full_leaves_nothing(
    machine: Machine, small_disk: Path
) -> None:
    machine.installs({"a": "b"}, version="1.0.0")
    before = sorted(small_disk.rglob("*"))
    large = machine.installs({"large": "x" * 3_000_000}, version="2.0.0")
    assert large.result.message == (
        "The package could not be unpacked: 3 MB are needed, and 0 MB are free. Current is still 1.0.0."
    )
    files = {f"file-{number}": "" for number in range(20)}
    many = machine.installs(files, version="3.0.0", scripts={"DeployFailed": "pwd; echo sorry"})
    assert "sorry" in many.log, "the process is told, though there is nothing of the package"
    assert many.result.message == ("The package could not be unpacked: the disk is full. Current is still 1.0.0.")
    assert sorted(small_disk.rglob("*")) == before
    assert machine.current == "1.0.0"


def test_a_custom_folder_on_a_full_disk_is_as_it_was(machine: Machine, tmp_path: Path, small_disk: Path) -> None:
    custom = small_disk / "shop"
    machine = Machine(machine.worker, tmp_path / "elsewhere")
    machine.installs({"index.html": "old"}, custom_folder=str(custom))
    many = {f"file-{number}": "" for number in range(20)}
    full = machine.installs({**many, "index.html": "new"}, version="2.0.0", custom_folder=str(custom), purge=True)
    assert f"app could not be copied to {custom}: the disk is full." in full.result.message
    assert [(path.name, path.read_text()) for path in custom.iterdir()] == [("index.html", "old")]
    assert machine.current == "1.4.0"


def test_a_file_that_the_account_may_not_write_leaves_nothing(tmp_path: Path) -> None:
    quota = ("prlimit", f"--fsize={1 << 20}", "sh")
    with closing(BuiltInWorker(tmp_path / "runs", clock=utc_now)) as worker:
        machine = Machine(worker, tmp_path / "machine")
        machine.installs({"large": "x" * (2 << 20)})
    with closing(BuiltInWorker(tmp_path / "runs", clock=utc_now, shell=quota)) as worker:
        machine = Machine(worker, tmp_path / "machine")
        limited = machine.installs({"large": "x" * (2 << 20)})
    assert limited.result.message.startswith(
        "The package could not be unpacked: a file is larger than this account may write."
    )
    assert folders(machine) == {"1.4.0"}
    assert machine.current == "1.4.0"


def test_an_archive_that_was_spoilt_on_the_machine_is_sent_anew_the_next_time(
    machine: Machine, ssh_server: OpenSshServer
) -> None:
    files = {"index.html": "it is good"}
    request = machine.asks(files)
    assert request.package
    kept = ssh_server.home / ".foredeck/packages" / request.package.digest
    machine.worker.ensure_and_follow(request, MemorySink())
    kept.write_bytes(kept.read_bytes().replace(b"good", b"evil"))
    spoilt = machine.installs(files, version="1.5.0")
    assert "its archive was spoilt on this machine, and is sent anew the next time" in spoilt.result.message
    assert folders(machine) == {"1.4.0"}
    assert machine.installs(files, version="1.5.0").result.outcome is Outcome.SUCCEEDED
