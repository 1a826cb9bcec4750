"""A package reaches a machine over its open connection; of one that resembles an earlier one only the difference."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bare_machines import Machine, a_machine
from workers.packages.delivering import Delivered
from workers.runner.channels import CannotConnect, Interrupted

pytestmark = pytest.mark.sshd

NOISE = random.Random(7)
FOUR = NOISE.randbytes(3_000_000)
FIVE = FOUR[:1_000_000] + NOISE.randbytes(20_000) + FOUR[1_000_000:]  # a little more in its middle
OTHER = NOISE.randbytes(3_000_000)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    for tool in ("rsync", "zstd"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    with a_machine(tmp_path) as made:
        yield made


def test_of_a_later_version_only_the_difference_is_sent(machine: Machine) -> None:
    assert machine.gets(FOUR, "1.4.0") == Delivered(len(FOUR))
    delivered = machine.gets(FIVE, "1.5.0")
    assert delivered.difference == "rsync"
    assert delivered.sent < 100_000
    assert machine.told.startswith("app 1.5.0 was sent to the machine: ")
    assert " kB instead of 2.9 MB" in machine.told
    assert machine.gets(FOUR, "1.4.0") == Delivered(0)
    assert sorted(len(path.name) for path in machine.packages.iterdir()) == [19, 64, 64]  # and what came for this place


def test_without_rsync_a_patch_is_sent(machine: Machine) -> None:
    machine.lacks("rsync")
    machine.gets(FOUR, "1.4.0")
    delivered = machine.gets(FIVE, "1.5.0")
    assert delivered.difference == "zstd"
    assert 20_000 < delivered.sent < 21_000


def test_a_patch_that_saves_little_is_dropped_for_all_of_it(machine: Machine) -> None:
    machine.lacks("rsync")
    machine.gets(FOUR, "1.4.0")
    assert machine.gets(OTHER, "1.5.0") == Delivered(len(OTHER))
    assert [path.stat().st_size for path in machine.shelf.glob("*.patch")] == [0]  # that is known from now on


FULL = 'case $1 in -a) exec /usr/bin/tee "$@" ;; *) : >"$1" && exec /usr/bin/tee /dev/full ;; esac'
"""A tee that passes on what it cannot write."""


@pytest.mark.parametrize(
    ("lacks", "command", "instead"),
    [("zstd", "rsync", "echo nonsense"), ("rsync", "zstd", "echo nonsense"), ("rsync", "tee", FULL)],
)
def test_a_broken_difference_is_followed_by_all_of_it(machine: Machine, lacks: str, command: str, instead: str) -> None:
    machine.lacks(lacks)
    machine.replaces(command, instead)
    machine.gets(FOUR, "1.4.0")
    assert machine.gets(FIVE, "1.5.0").difference == ""
    assert sorted(path.stat().st_size for path in machine.packages.iterdir())[1:] == [len(FOUR), len(FIVE)]
    assert not list(machine.packages.glob("receiving.*"))


def test_that_there_is_no_room_is_seen_before_anything_is_sent(machine: Machine) -> None:
    machine.replaces("df", "echo Filesystem; echo disk 9999 9000 999 91% /")
    with pytest.raises(
        CannotConnect, match=r"The machine cannot take app 1\.4\.0 \(2\.9 MB\): its disk is full\."
    ) as told:
        machine.gets(FOUR, "1.4.0")
    assert told.value.hint == "Nothing was installed. Free some space there and try again."
    assert not [path for path in machine.packages.iterdir() if path.stat().st_size > 1000]


def test_a_server_that_allows_one_session_gets_all_of_it_over_the_runners(tmp_path: Path) -> None:
    with a_machine(tmp_path, "MaxSessions 1") as machine:
        machine.lacks("openssl")
        machine.gets(FOUR, "1.4.0")
        assert machine.gets(FIVE, "1.5.0") == Delivered(len(FIVE))


def test_what_was_cut_off_on_the_way_goes_on_where_it_stopped(machine: Machine) -> None:
    machine.replaces("tee", 'exec /usr/bin/dd bs=100000 count=12 iflag=fullblock oflag=append conv=notrunc of="$2"')
    assert machine.gets(FOUR, "1.4.0").difference == ""


def test_a_cancel_is_heard_while_it_is_sent(machine: Machine) -> None:
    began = machine.server.folder / "began"
    machine.replaces("tee", f": >{began}; exec sleep 60")
    with pytest.raises(Interrupted):
        machine.gets(NOISE.randbytes(6_000_000), "1.4.0", began.exists)
    assert machine.worker._transport is not None
    assert machine.worker._transport.is_active()  # others go on
