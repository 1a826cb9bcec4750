"""One SSH machine: what a step adds to a round trip, how fast output is read, and what open connections cost.

The peer of the stream is an `ssh` child whose output goes through the same masking and the same sink.
"""

from __future__ import annotations

import getpass
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from benchmarks import loopback_machines
from benchmarks.calibration import milliseconds, p95
from engine.contracts import Checkpoint, Outcome, Progress, Secret, SshMachine
from engine.times import utc_now
from tests.support.delays import delayed
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink, run
from workers.pools import WorkerPool
from workers.stream import LogStream

SECRET = "kD8s-very.secret_9Qx7Lw2"
LINES, WIDTH = 500_000, 100
PRINT = f'yes "$(printf "the secret is {SECRET} and %0{WIDTH - 42}d" 7)" | head -n {LINES}'
STREAMS, LINES_EACH = 50, 10_000
IDLE, IDLE_SECONDS = 200, 20
MANY = 1_000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, loopback_machines.served(Path(name) / "sshd", MANY) as server:
        _measure_steps(Path(name), server)
        _measure_stream(Path(name), server)
        _measure_many(Path(name), server)


@contextmanager
def _pool(folder: Path) -> Iterator[WorkerPool]:
    with closing(WorkerPool(folder / "runs", clock=utc_now)) as workers:
        yield workers


def _measure_steps(folder: Path, server: OpenSshServer) -> None:
    for delay in (0.0, 0.020):
        with _pool(folder) as workers, delayed(server.port, delay) as port:
            worker = workers.ssh(server.machine(port=port))
            figures = [milliseconds(lambda worker=worker: run(worker, "echo done")) for _ in range(60)][10:]
        middle = statistics.median(figures)
        over = middle - delay * 1000
        print(
            f"a step, round trip {delay * 1000:3.0f} ms: p50 {middle:.1f}, p95 {p95(figures):.1f} ms; "
            f"over it {over:.1f} ms   (goal ≤ 15)"
        )


def _measure_stream(folder: Path, server: OpenSshServer) -> None:
    with _pool(folder) as workers:
        worker = workers.ssh(server.machine())
        run(worker, "true")
        ours = _best(lambda: _followed(worker))
    theirs = _best(lambda: _piped(server))
    megabytes = LINES * WIDTH / 1e6
    print(
        f"{megabytes:.0f} MB of lines: {megabytes / ours:.0f} MB/s; an `ssh` child with the same masking "
        f"{megabytes / theirs:.0f} MB/s: {theirs / ours:.2f} x   (goal ≥ 1.0)"
    )


def _best(work: Callable[[], None]) -> float:
    figures = []
    for _ in range(3):
        begin = time.perf_counter()
        work()
        figures.append(time.perf_counter() - begin)
    return statistics.median(figures)


def _followed(worker: object) -> None:
    result, sink = run(worker, PRINT, masks=(Secret(SECRET),))  # type: ignore[arg-type]
    assert result.outcome is Outcome.SUCCEEDED, result
    _look_at(sink)


def _look_at(sink: MemorySink) -> None:
    text = sink.text()
    assert text.count("\n") == LINES
    assert SECRET not in text


def _piped(server: OpenSshServer) -> None:
    command = [
        "ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-c", "aes128-gcm@openssh.com",
        "-i", str(server.client_key), "-p", str(server.port),
        f"{getpass.getuser()}@127.0.0.1", PRINT,
    ]  # fmt: skip
    stream, sink = LogStream(masks=[SECRET], clock=utc_now), MemorySink()
    sink.launch_confirmed()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        while data := child.stdout.read(1 << 20):
            stream.feed("stdout", data)
            sink.record(Progress(Checkpoint(), stream.take().segments))
            stream.state()
    stream.finish()
    sink.record(Progress(Checkpoint(), stream.take().segments))
    _look_at(sink)


def _measure_many(folder: Path, server: OpenSshServer) -> None:
    found = loopback_machines.machines(server, MANY)
    here = psutil.Process()
    with _pool(folder) as workers, ThreadPoolExecutor(STREAMS) as pool:
        begin = here.memory_info().rss
        list(pool.map(lambda machine: _one_line(workers, machine), found[:100]))
        print(f"100 machines: {(here.memory_info().rss - begin) / 1e6:.0f} MB more than idle   (goal < 40)")
        body = f'for ((n = 0; n < {LINES_EACH}; n++)); do echo "line $n"; done'
        texts = list(pool.map(lambda machine: run(workers.ssh(machine), body)[1].text(), found[:STREAMS]))
        whole = "".join(f"line {number}\n" for number in range(LINES_EACH))
        lost = sum(text != whole for text in texts)
        print(f"{STREAMS} streams at once: {lost} with lost or changed lines   (goal 0)")
        list(pool.map(lambda machine: _one_line(workers, machine), found[100:IDLE]))
        time.sleep(2)
        before = sum(here.cpu_times()[:2])
        threading.Event().wait(IDLE_SECONDS)
        share = (sum(here.cpu_times()[:2]) - before) / IDLE_SECONDS * 100
        print(f"{IDLE} idle connections: {share:.2f} % of a core   (goal < 1)")
    with _pool(folder) as workers, ThreadPoolExecutor(STREAMS) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda machine: _one_line(workers, machine), found))
        print(f"{MANY} machines: all have finished, in {time.perf_counter() - begun:.0f} s")


def _one_line(workers: WorkerPool, machine: SshMachine) -> None:
    result, sink = run(workers.ssh(machine), "echo line")
    assert result.outcome is Outcome.SUCCEEDED, result
    assert sink.text() == "line\n"


if __name__ == "__main__":
    main()
