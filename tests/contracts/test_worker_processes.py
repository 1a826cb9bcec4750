"""What every worker with real processes promises: about output, groups, daemons, folders and secrets."""

from __future__ import annotations

import os
import shutil
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from engine.contracts import Outcome, Secret
from tests.contracts.conftest import PACE, Site, utc_now
from tests.support.run_sinks import MemorySink, a_request, again, run
from workers.builtin import BuiltInWorker

SECRET = "hunter2-correct-horse"


def test_binary_garbage_does_no_harm(real_site: Site) -> None:
    result, sink = run(real_site.worker(), "head -c 100000 /dev/urandom\nprintf '\\000\\377\\033[31m'\necho\necho end")
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text().endswith("end\n")
    assert sink.checkpoint.stdout_offset == 100_012


@pytest.mark.parametrize("printed", ["a\\0b\\n", "\\0", "no end", "\\0\\0x\\0", "\\377\\177\\001\\n\\n"])
def test_every_byte_of_a_little_output_is_counted(real_site: Site, printed: str) -> None:
    _, sink = run(real_site.worker(), f"printf '{printed}'; printf '{printed}' >&2")
    count = len(printed.encode().decode("unicode_escape"))
    assert (sink.checkpoint.stdout_offset, sink.checkpoint.stderr_offset) == (count, count)


def test_every_byte_of_a_script_arrives(real_site: Site, tmp_path: Path) -> None:
    text = "".join(chr(code) for code in [*range(1, 13), *range(14, 0x180), 0x2028, 0x1F600])
    body = f"cat > {tmp_path / 'out'} <<'END'\n{text}\nEND\n"
    result, _ = run(real_site.worker(), body)
    assert result.outcome is Outcome.SUCCEEDED
    assert (tmp_path / "out").read_bytes() == text.encode() + b"\n"


def test_a_large_script_arrives(real_site: Site) -> None:
    body = "# " + "x" * 300_000 + '\necho "it\'s here"'
    _, sink = run(real_site.worker(), body)
    assert sink.text() == "it's here\n"


def test_20_mb_arrive_whole(real_site: Site) -> None:
    _output_arrives_whole(real_site, 20)


@pytest.mark.slow
def test_200_mb_arrive_whole(real_site: Site) -> None:
    _output_arrives_whole(real_site, 200)


def _output_arrives_whole(site: Site, megabytes: int) -> None:
    lines = megabytes * 10_000
    sink = MemorySink()
    largest = 0

    def measure() -> None:
        nonlocal largest
        largest = max(largest, sum(len(segment.text) for segment in sink.segments))
        counted[0] += sum(segment.text.count("\n") for segment in sink.segments)
        sink.segments.clear()

    counted = [0]
    sink.on_record = measure
    body = f"yes {'x' * 99} | head -n {lines}"
    result = site.worker().ensure_and_follow(a_request(body), sink)
    assert result.outcome is Outcome.SUCCEEDED
    assert counted == [lines]
    assert largest < 40_000_000, "output is handed over in parts"
    assert sink.checkpoint.stdout_offset == lines * 100


@pytest.mark.parametrize(("first", "second"), [("", ">&2"), (">&2", "")])
def test_a_stream_that_begins_while_the_other_is_measured_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    programs, measured = tmp_path / "bin", tmp_path / "measured"
    programs.mkdir()
    (programs / "stat").write_text(f'#!/bin/sh\n{shutil.which("stat")} "$@"\n: >{measured}\nsleep 0.2\n')
    (programs / "stat").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    worker = BuiltInWorker(tmp_path / "runs", clock=utc_now, pace=PACE)
    wait = f"until [ -e {measured} ]; do sleep 0.01; done"
    result, sink = run(worker, f"printf '%09999d\\n' 0 {first}\n{wait}\necho then {second}\nsleep 0.3")
    worker.close()
    assert result.outcome is Outcome.SUCCEEDED
    assert sorted((sink.checkpoint.stdout_offset, sink.checkpoint.stderr_offset)) == [5, 10_000]


def test_writing_to_dev_stderr_loses_nothing(real_site: Site) -> None:
    body = "echo one >&2; echo two >/dev/stderr; echo three >&2; echo a; echo b >/dev/stdout; echo c"
    _, sink = run(real_site.worker(), body)
    assert sink.text("stderr") == "one\ntwo\nthree\n"
    assert sink.text("stdout") == "a\nb\nc\n"


def test_a_daemon_that_holds_the_output_does_not_hold_us(real_site: Site, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    # The child is called `bash` until it has become `sleep`.
    body = f"sleep 60 & echo $! > {pid}\nuntil grep -qx sleep /proc/$!/comm; do :; done\necho begun"
    result, sink = run(real_site.worker(), body)
    daemon = psutil.Process(int(pid.read_text()))
    try:
        assert result.outcome is Outcome.SUCCEEDED
        assert sink.text() == "begun\n"
        assert daemon.is_running()
        assert "left running: sleep" in sink.text("foredeck")
    finally:
        daemon.kill()


def test_a_daemon_that_keeps_printing_does_not_hold_us(real_site: Site, tmp_path: Path) -> None:
    body = f"(while :; do echo noise; sleep 0.01; done) & echo $! > {tmp_path / 'pid'}\necho begun"
    result, sink = run(real_site.worker(), body)
    psutil.Process(int((tmp_path / "pid").read_text())).kill()
    assert result.outcome is Outcome.SUCCEEDED
    assert "begun\n" in sink.text()


def test_cancel_ends_the_whole_group(real_site: Site, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    body = f"for i in 1 2 3; do (trap '' TERM; sleep 60; sleep 60) & echo $! >> {pids}; done\necho ready\nwait"
    sink = MemorySink()
    sink.on_record = sink.cancel.set
    result = real_site.worker().ensure_and_follow(a_request(body), sink)
    assert result.outcome is Outcome.CANCELED
    assert "had to be killed" in result.message
    left = [int(line) for line in pids.read_text().split()]
    assert len(left) == 3
    assert not any(_lives(pid) for pid in left)


def test_a_cancel_goes_on_when_the_bot_ends_in_the_middle_of_it(real_site: Site) -> None:
    sink = MemorySink()
    request = a_request("trap '' TERM\necho begun\nsleep 60\nsleep 60")

    def cancel_then_stop() -> None:
        if sink.cancel.is_set():
            sink.stop.set()
        sink.cancel.set()

    sink.on_record = cancel_then_stop
    result = real_site.worker().ensure_and_follow(request, sink)
    assert result.outcome is Outcome.DETACHED
    _wait_for(lambda: list((real_site.tickets / request.ticket).glob("exit.*")))
    sink.on_record = lambda: None
    result = real_site.worker().ensure_and_follow(again(request, sink), sink)
    assert result.outcome is Outcome.CANCELED


def test_when_the_watcher_is_killed_it_is_lost_and_says_that_parts_may_run(real_site: Site) -> None:
    # What it printed is in the file before it kills what would have put it there.
    body = "echo begun\nuntil [ -s ../../stdout ]; do sleep 0.01; done\nkill -9 $PPID\nsleep 1"
    result, sink = run(real_site.worker(), body)
    assert result.outcome is Outcome.LOST
    assert result.message == (
        "What watched over the script was killed; parts of the script may still run, so how it ended is not known."
    )
    assert sink.text() == "begun\n"


def test_an_orphaned_script_can_be_canceled(real_site: Site, tmp_path: Path) -> None:
    body = f"echo $$ > {tmp_path / 'pid'}\necho begun\nkill -9 $PPID\nsleep 60"
    request, sink = a_request(body), MemorySink()
    assert real_site.worker().ensure_and_follow(request, sink).outcome is Outcome.LOST
    sink.cancel.set()
    result = real_site.worker().ensure_and_follow(again(request, sink), sink)
    assert result.outcome is Outcome.CANCELED
    assert not _lives(int((tmp_path / "pid").read_text()))


def test_a_script_started_before_the_machine_was_restarted_is_lost(real_site: Site) -> None:
    request, sink = a_request("echo begun"), MemorySink()
    real_site.worker().ensure_and_follow(request, sink)
    folder = real_site.tickets / request.ticket
    pid, start, _, attempt = (folder / "owner").read_text().split()
    (folder / "exit.0").unlink()
    (folder / "owner").write_text(f"{pid} {start} 00000000-0000-0000-0000-000000000000 {attempt}\n")
    result = real_site.worker().ensure_and_follow(again(request, sink), sink)
    assert result.outcome is Outcome.LOST
    assert result.message == "The machine was restarted while the script ran, so how it ended is not known."


def test_a_pid_that_belongs_to_somebody_else_is_left_alone(real_site: Site) -> None:
    request, sink = a_request("echo begun"), MemorySink()
    real_site.worker().ensure_and_follow(request, sink)
    folder = real_site.tickets / request.ticket
    _, _, boot, attempt = (folder / "owner").read_text().split()
    bystander = psutil.Popen(["sleep", "60"], start_new_session=True)
    try:
        (folder / "exit.0").unlink()
        (folder / "owner").write_text(f"{bystander.pid} 1 {boot} {attempt}\n")
        sink.cancel.set()
        result = real_site.worker().ensure_and_follow(again(request, sink), sink)
        assert result.outcome is Outcome.CANCELED
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_what_is_on_the_machine_is_for_its_owner_only(real_site: Site) -> None:
    request = a_request("umask")
    real_site.worker().ensure_and_follow(request, MemorySink())
    folder = real_site.tickets / request.ticket
    for path in [folder.parent.parent, folder.parent, folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_clean_up_leaves_a_tombstone_and_nothing_else(real_site: Site) -> None:
    request, worker = a_request("exit 5"), real_site.worker()
    worker.ensure_and_follow(request, MemorySink())
    worker.clean_up(request.ticket)
    folder = real_site.tickets / request.ticket
    _wait_for(lambda: {path.name for path in folder.iterdir()} == {"owner", "exit.5", "cleaned"})


def test_a_running_script_is_not_cleaned_up(real_site: Site) -> None:
    request, worker = a_request("echo begun\nsleep 0.3\ncat script.sh >/dev/null && echo over"), real_site.worker()
    sink = MemorySink()
    sink.on_record = lambda: worker.clean_up(request.ticket) if sink.records == 1 else None
    result = worker.ensure_and_follow(request, sink)
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == "begun\nover\n"


def test_secrets_are_in_no_argument_and_no_environment(real_site: Site) -> None:
    body = 'Password="$(get_octopusvariable Password)"\necho begun\nsleep 0.5\necho "$Password" | wc -c'
    sink = MemorySink()
    request = a_request(body, variables={"Password": Secret(SECRET)})
    seen: list[str] = []
    sink.on_record = lambda: seen.extend(_processes_that_show(SECRET)) if sink.records == 1 else None
    real_site.worker().ensure_and_follow(request, sink)
    assert sink.text() == f"begun\n{len(SECRET) + 1}\n"
    assert seen == []


def test_a_noisy_action_does_not_starve_a_quiet_one(real_site: Site) -> None:
    worker, noisy = real_site.worker(), MemorySink()
    noisy.on_record = noisy.segments.clear
    flood = threading.Thread(target=worker.ensure_and_follow, args=(a_request("yes"), noisy))
    flood.start()
    _wait_for(lambda: noisy.records > 3)
    result, sink = run(worker, "echo quiet")
    still_flooding = flood.is_alive()
    noisy.cancel.set()
    flood.join(30)
    assert (result.outcome, sink.text(), still_flooding) == (Outcome.SUCCEEDED, "quiet\n", True)


def _processes_that_show(text: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        for name in ("cmdline", "environ"):
            try:
                if text.encode() in (process / name).read_bytes():
                    found.append(f"{process}/{name}")
            except OSError:
                continue
    return found


def _lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
