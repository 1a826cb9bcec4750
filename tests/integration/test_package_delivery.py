"""Getting a package to a machine: what is there is not sent, what was cut off goes on, what is spoilt is sent anew."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.contracts import Outcome, PackageFile
from engine.times import utc_now
from tests.support.run_sinks import MemorySink, a_request
from workers.builtin import BuiltInWorker
from workers.packages.delivering import deliver
from workers.runner.channels import CannotConnect
from workers.runner.client import RunnerClient

OF_ZEROS = "da6ce8755151acd05195db67ebce3ee0fb5f4012e71e821cc5750f3304eaf41e"
"""The SHA-256 of 256 MB and one byte, all of them zero."""

CONTENT = os.urandom(2_500_000)


@dataclass
class Machine:
    client: RunnerClient
    package: PackageFile
    here: Path  # where it belongs

    @property
    def part(self) -> Path:
        return self.here.with_name(f"{self.here.name}.part")

    def gets_it(self) -> None:
        deliver(self.client, self.package, "The machine", lambda: False)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    sent = tmp_path / "plain.tar"
    sent.write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    worker = BuiltInWorker(tmp_path / "runs", clock=utc_now)
    package = PackageFile(sent, digest, len(CONTENT), "app", "1.4.0", "staging", "~/apps")
    yield Machine(worker._client, package, tmp_path / "runs/packages" / digest)
    worker.close()


def test_it_arrives_whole_and_is_not_sent_again(machine: Machine) -> None:
    machine.gets_it()
    assert machine.here.read_bytes() == CONTENT
    machine.package.path.unlink()  # nobody reads it any more
    machine.gets_it()
    assert [path.name for path in machine.here.parent.iterdir() if len(path.name) > 20] == [machine.here.name]


def test_what_was_cut_off_goes_on_where_it_stopped(machine: Machine) -> None:
    machine.here.parent.mkdir(parents=True)
    machine.part.write_bytes(CONTENT[:1_234_567])
    machine.package.path.write_bytes(bytes(1_234_567) + CONTENT[1_234_567:])  # the beginning is not sent again
    machine.gets_it()
    assert machine.here.read_bytes() == CONTENT


def test_what_lay_there_spoilt_is_sent_anew(machine: Machine) -> None:
    machine.here.parent.mkdir(parents=True)
    machine.part.write_bytes(b"rubbish")
    machine.gets_it()
    assert machine.here.read_bytes() == CONTENT


def test_two_who_send_the_same_at_once_do_not_spoil_it(machine: Machine, tmp_path: Path) -> None:
    other = BuiltInWorker(tmp_path / "runs", clock=utc_now)
    second = Machine(other._client, machine.package, machine.here)
    try:
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(one.gets_it) for one in (machine, second)]:
                done.result()
    finally:
        other.close()
    assert machine.here.read_bytes() == CONTENT


def test_a_cancel_is_heard_while_a_package_is_sent_and_nothing_is_installed(machine: Machine, tmp_path: Path) -> None:
    worker, sink = BuiltInWorker(tmp_path / "runs", clock=utc_now), MemorySink()
    sink.cancel_requested = machine.part.exists  # type: ignore[method-assign]  # its first piece is there
    result = worker.ensure_and_follow(a_request("", package=machine.package), sink)
    worker.close()
    assert (result.outcome, sink.confirmed) == (Outcome.CANCELED, 0)
    assert result.message == "Canceled while app 1.4.0 was sent; nothing ran."
    assert not machine.here.exists()
    machine.gets_it()
    assert machine.here.read_bytes() == CONTENT, "what was sent until then is gone on with"


def test_what_is_not_what_was_promised_is_never_used(machine: Machine) -> None:
    machine.package.path.write_bytes(CONTENT[:-1] + b"?" if CONTENT[-1:] != b"?" else CONTENT[:-1] + b"!")
    with pytest.raises(CannotConnect, match=r"app 1\.4\.0 did not arrive at The machine as it was sent"):
        machine.gets_it()
    assert not machine.here.exists()
    assert not machine.part.exists()


def test_while_a_large_one_is_summed_up_others_are_answered(machine: Machine) -> None:
    """What lies there already is not sent: only the summing up is left."""
    size, digest = (256 << 20) + 1, OF_ZEROS
    here = machine.here.with_name(digest)
    here.parent.mkdir(parents=True)
    with here.with_name(f"{digest}.part").open("wb") as part:
        part.truncate(size)
    package = replace(machine.package, digest=digest, size=size)
    asked: list[Future[dict[str, str]]] = []

    def is_summed_up_meanwhile() -> bool:
        if not asked and here.with_name(f"{digest}.part.summing").exists():
            asked.append(others.submit(machine.client.facts, interrupted=lambda: False))
        return False

    with ThreadPoolExecutor(1) as others:
        deliver(machine.client, package, "The machine", is_summed_up_meanwhile)
        assert "setsid" in asked[0].result()
    assert here.stat().st_size == size
    assert not list(here.parent.glob("*.part*"))
