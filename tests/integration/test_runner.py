"""The runner on this machine: what it says when something is missing, and what survives whose death."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from engine.contracts import BuiltIn, LogLevel, Outcome
from tests.support.run_sinks import MemorySink, a_request, again, run
from workers.builtin import BuiltInWorker, ChildStream
from workers.identity import identify
from workers.runner.channels import CannotConnect, Channel, ChannelLost
from workers.runner.client import FairLock, RunnerClient
from workers.runner.pace import Pace
from workers.runner.protocol import RUNNER, NoRunner, bootstrap, launch_request, read_hello, read_polled
from workers.scripts import Bundle

PACE = replace(Pace(), slowest=0.05, record_every=0.02, grace=1, patience=2.0)


def a_worker(folder: Path, *shell: str, pace: Pace = PACE) -> BuiltInWorker:
    return BuiltInWorker(folder / "runs", clock=lambda: datetime.now(UTC), pace=pace, shell=shell or ("sh",))


@pytest.fixture(params=["sh", "bash"])
def shell(request: pytest.FixtureRequest) -> str:
    """In bash the runner does with functions what it needs processes for elsewhere."""
    return str(request.param)


@pytest.fixture
def worker(tmp_path: Path, shell: str) -> Iterator[BuiltInWorker]:
    made = a_worker(tmp_path, shell)
    yield made
    made.close()


def test_what_a_login_prints_before_the_runner_speaks_is_skipped(tmp_path: Path) -> None:
    noisy = a_worker(tmp_path, "sh", "-c", 'echo Welcome; printf "no newline"; exec sh "$@"', "sh")
    assert run(noisy, "echo here")[1].text() == "here\n"
    noisy.close()


def test_a_machine_without_a_shell_that_runs_commands_is_named_with_what_it_said(tmp_path: Path) -> None:
    refusing = a_worker(tmp_path, "sh", "-c", "echo This account is not available.; exit 1", "sh")
    result, _ = run(refusing, "echo never")
    assert result.outcome is Outcome.UNREACHABLE
    assert result.message == (
        "The built-in worker did not start the runner. It printed: This account is not available."
    )
    assert "login shell" in result.hint


def test_a_missing_shell_is_named(tmp_path: Path) -> None:
    result, _ = run(a_worker(tmp_path, "/no/such/sh"), "echo never")
    assert result.outcome is Outcome.UNREACHABLE
    assert result.message == ("The built-in worker's shell `/no/such/sh` cannot be started: No such file or directory.")


@pytest.mark.parametrize(
    ("missing", "advice"),
    [("bash", "Install the package bash there"), ("setsid", "Install the package util-linux there")],
)
def test_a_missing_program_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, advice: str
) -> None:
    monkeypatch.setenv("PATH", str(_programs_without(missing, tmp_path)))
    worker = a_worker(tmp_path)
    result, sink = run(worker, "echo never")
    health = worker.check_health()
    worker.close()
    assert result.outcome is Outcome.FAILED
    assert result.message == f"The script was not started: `{missing}` is not installed on the built-in worker."
    assert result.hint.startswith(advice)
    assert sink.confirmed == 0
    assert not health.healthy
    assert missing in health.message


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    worker = a_worker(tmp_path)
    result, _ = run(worker, "echo never")
    assert result.outcome is Outcome.UNREACHABLE
    assert result.message == f"The built-in worker has no folder for runs: {tmp_path / 'runs'} cannot be written."
    assert not worker.check_health().healthy


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_named_before_anything_starts(small_disk: Path, shell: str) -> None:
    worker = a_worker(small_disk, shell)
    assert run(worker, "echo fits")[0].outcome is Outcome.SUCCEEDED
    _fill(small_disk / "ballast")
    result, sink = run(worker, "echo never")
    assert result.outcome is Outcome.FAILED
    assert result.message == "The script was not started: the disk of the machine is full (The built-in worker)."
    assert sink.confirmed == 0
    health = worker.check_health()
    worker.close()
    assert not health.healthy
    assert "full" in health.message


def test_a_disk_that_runs_full_cuts_the_output_and_not_the_script(small_disk: Path, tmp_path: Path, shell: str) -> None:
    worker = a_worker(small_disk, shell)
    result, sink = run(worker, f"head -c 3000000 /dev/zero | tr '\\0' x; echo $? > {tmp_path / 'went-on'}; exit 6")
    worker.close()
    assert result.exit_code == 6
    assert (tmp_path / "went-on").read_text() == "0\n"
    assert sink.text("foredeck") == "The machine's disk was full: output is missing from here on.\n"


def test_the_bots_secrets_are_not_in_a_scripts_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    monkeypatch.setenv("FOREDECK_SEAL_KEY", "secret")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    worker = a_worker(tmp_path)
    _, sink = run(worker, "env")
    worker.close()
    names = {line.split("=")[0] for line in sink.text().splitlines()}
    assert {"PATH", "LANG", "LC_TIME"} <= names
    assert not {name for name in names if name.startswith(("SLACK", "FOREDECK"))}


def test_a_runner_that_is_killed_is_started_again_and_nothing_is_missed(worker: BuiltInWorker) -> None:
    before = _runners()
    sink = MemorySink()

    def kill_the_runner() -> None:
        for process in _runners() - before:
            process.kill()

    sink.on_record = kill_the_runner
    body = "".join(f"echo line {number}\nsleep 0.02\n" for number in range(15))
    result = worker.ensure_and_follow(a_request(body), sink)
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == "".join(f"line {number}\n" for number in range(15))


def test_a_script_survives_the_kill_of_the_bot_and_is_followed_to_its_end(tmp_path: Path) -> None:
    request = a_request("echo begun\nfor i in 1 2 3 4 5 6; do sleep 0.1; echo $i; done\nexit 7")
    bot = textwrap.dedent(f"""
        import sys
        from dataclasses import replace
        from pathlib import Path
        from tests.integration.test_runner import a_worker
        from tests.support.run_sinks import MemorySink, a_request
        sink = MemorySink()
        sink.on_record = lambda: print("recorded", flush=True)
        request = replace(a_request({request.script.body!r}), ticket={request.ticket!r})
        a_worker(Path({str(tmp_path)!r})).ensure_and_follow(request, sink)
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", bot], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "recorded\n"
    (runner,) = psutil.Process(child.pid).children()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    _wait_for(lambda: not runner.is_running())
    sink = MemorySink()
    worker = a_worker(tmp_path)
    result = worker.ensure_and_follow(request, sink)
    worker.close()
    assert result.exit_code == 7
    assert sink.text() == "begun\n1\n2\n3\n4\n5\n6\n"


def test_what_nobody_asked_about_for_30_days_is_swept_unless_it_runs(tmp_path: Path) -> None:
    worker = a_worker(tmp_path)
    old, young, running = a_request("exit 0"), a_request("exit 0"), a_request("sleep 60")
    for request in (old, young):
        worker.ensure_and_follow(request, MemorySink())
    sink = MemorySink()
    follower = threading.Thread(target=worker.ensure_and_follow, args=(running, sink))
    follower.start()
    _wait_for(lambda: sink.confirmed)
    sink.stop.set()
    follower.join()
    worker.close()
    tickets = tmp_path / "runs" / "tickets"
    for request in (old, running):
        os.utime(tickets / request.ticket, (time.time() - 31 * 86400,) * 2)
    worker = a_worker(tmp_path)
    worker.check_health()
    _wait_for(lambda: not (tickets / old.ticket).exists())
    assert (tickets / young.ticket).exists()
    assert (tickets / running.ticket).exists()
    sink.cancel.set()
    worker.ensure_and_follow(again(running, sink), sink)
    worker.close()


def test_a_cancel_and_a_time_limit_are_told_in_the_log(worker: BuiltInWorker) -> None:
    sink = MemorySink()
    sink.on_record = sink.cancel.set
    worker.ensure_and_follow(a_request("echo begun\nsleep 60"), sink)
    told = [segment for segment in sink.segments if segment.stream == "foredeck"]
    assert [(segment.level, segment.text) for segment in told] == [
        (LogLevel.WARNING, "Canceling: the script is asked to end (TERM).\n")
    ]


def test_a_script_may_clean_up_on_term(worker: BuiltInWorker) -> None:
    sink = MemorySink()
    sink.on_record = sink.cancel.set
    result = worker.ensure_and_follow(a_request("trap 'echo tidied; exit' TERM\necho begun\nsleep 60 & wait"), sink)
    assert result.outcome is Outcome.CANCELED
    assert sink.text() == "begun\ntidied\n"


def test_without_a_home_that_can_be_written_a_private_folder_in_tmp_is_used() -> None:
    folder = Path(f"/tmp/.foredeck-{os.geteuid()}")
    existed = folder.exists()
    child = subprocess.run(
        ["sh", *bootstrap("")[1:]],
        input=RUNNER,
        env={**os.environ, "HOME": "/proc/none"},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert child.stdout == f"\nforedeck-runner ready {folder}\n".encode()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    if not existed:
        shutil.rmtree(folder)


def test_a_request_that_is_cut_off_starts_nothing(tmp_path: Path) -> None:
    request = launch_request("0" * 32, Bundle({"script.sh": b"echo never"}, ("bash", "script.sh")))
    for length in (*range(0, len(request), 3), len(request) - 2, len(request) - 1):
        child = subprocess.Popen(
            ["sh", *bootstrap(str(tmp_path), in_bash=length % 2 == 0)[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        child.communicate(RUNNER + request[:length], timeout=20)
        ticket = tmp_path / "tickets" / ("0" * 32)
        assert not (ticket / "owner").exists(), request[:length]
        assert not list(ticket.glob("try.*")), request[:length]


@pytest.mark.parametrize("beyond", [-40, -1, 0, 1, 30])
def test_what_was_started_by_a_request_that_broke_on_its_way_counts_as_maybe_started(
    tmp_path: Path, beyond: int
) -> None:
    ticket, journal, sent = "0" * 32, tmp_path / "journal", []
    bundle = Bundle({"script.sh": f"echo ran >>{journal}".encode()}, ("bash", "script.sh"))
    whole = len(launch_request(ticket, bundle))
    streams: list[_Breaks] = []

    def opened(root: str) -> Channel:
        if streams:
            raise CannotConnect("It is gone.", "", retryable=False)
        streams.append(_Breaks(["sh", *bootstrap(str(tmp_path))[1:]]))
        channel = Channel(streams[0])
        channel.send(RUNNER)
        streams[0].left = whole + beyond
        return channel

    client = RunnerClient(opened, CannotConnect)
    with pytest.raises(CannotConnect):
        client.launch(ticket, bundle, 1000, sent=lambda: sent.append(True), interrupted=lambda: False)
    streams[0].ends()
    if beyond >= 0:
        _wait_for(journal.exists)
    assert bool(sent) == journal.exists() == (beyond >= 0)


def test_nonsense_from_a_machine_is_a_broken_channel() -> None:
    for said in (
        b"hello\n",
        b"poll running\n",
        b"poll running - x 0 0 0 -\n",
        b"poll odd - 0 0 0 0 -\n",
        b"\xff" * 99999,
    ):
        with pytest.raises(ChannelLost):
            read_polled(Channel(_Said(said)))


def test_what_was_printed_instead_of_a_greeting_is_kept_readable() -> None:
    with pytest.raises(NoRunner) as caught:
        read_hello(Channel(_Said(b"\x1b[31mno\x07 entry\n" + b"!" * 5000)))
    assert caught.value.said.startswith("[31mno entry !!!")
    assert len(caught.value.said) == 200


def test_the_lock_serves_in_the_order_of_asking() -> None:
    lock, served = FairLock(), []

    def ask(number: int) -> None:
        with lock.held(lambda: False):
            served.append(number)

    with lock.held(lambda: False):
        threads = []
        for number in range(6):
            threads.append(threading.Thread(target=ask, args=(number,)))
            threads[-1].start()
            _wait_for(lambda number=number: lock.waiting == number + 1)
    for thread in threads:
        thread.join()
    assert served == list(range(6))


class _Said:
    """A stream that says one thing and ends."""

    def __init__(self, said: bytes) -> None:
        self._rest = said

    def read(self, limit: int, timeout: float) -> bytes:
        part, self._rest = self._rest[:limit], self._rest[limit:]
        return part

    def write(self, data: bytes, timeout: float) -> int:
        return len(data)

    def close(self) -> None:
        self._rest = b""


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def _programs_without(name: str, folder: Path) -> Path:
    programs = folder / "bin"
    programs.mkdir()
    for place in ("/bin", "/usr/bin", "/usr/local/bin"):
        for path in Path(place).iterdir():
            if path.name != name and not (programs / path.name).exists():
                (programs / path.name).symlink_to(path)
    return programs


def _runners() -> set[psutil.Process]:
    return {child for child in psutil.Process().children() if "foredeck-runner" in " ".join(child.cmdline())}


def _wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class _Breaks(ChildStream):
    """A real runner's stream that breaks once so many bytes have been written."""

    def __init__(self, command: list[str]) -> None:
        super().__init__(identify(BuiltIn()), command)
        self.left: int | None = None

    def write(self, data: bytes, timeout: float) -> int:
        if self.left == 0:
            raise OSError("it broke")
        written = super().write(data if self.left is None else data[: self.left], timeout)
        self.left = None if self.left is None else self.left - written
        return written

    def close(self) -> None:
        """Not yet: what has arrived is still read."""

    def ends(self) -> None:
        """Now."""
        super().close()
