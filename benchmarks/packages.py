"""Packages on their way to machines behind real OpenSSH servers, each beside what people use by hand, in one run."""

from __future__ import annotations

import getpass
import hashlib
import io
import random
import statistics
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from benchmarks import loopback_machines
from engine.contracts import Outcome, PackageFile, SshMachine
from engine.times import utc_now
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink, a_request
from workers.packages.archives import make_plain
from workers.packages.delivering import Delivered, deliver
from workers.packages.store import digest_of
from workers.pools import WorkerPool
from workers.ssh.worker import SshWorker

MB = 1_000_000
LARGE, SMALL, HUGE = 200 * MB, 20 * MB, 1000 * MB
MACHINES, FILES, ROUNDS = 20, 20_000, 5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with loopback_machines.served(folder / "sshd", MACHINES) as server:
            _measure_memory(folder, server)
            _measure_one(folder, server)
            _measure_difference(folder, server)
            _measure_many(folder, server)
            _measure_going_back(folder, server)
        _measure_extraction(folder)


def _measure_one(folder: Path, server: OpenSshServer) -> None:
    target = folder / "by-hand"
    ours, theirs = [], []
    with _connected(folder, server) as worker:
        for number in range(ROUNDS):
            package = _package(folder, LARGE, seed=number)
            ours.append(_seconds(lambda package=package: _delivered(worker, package)))
            command = [*_ssh(server), f"cat >{target}"]
            theirs.append(_seconds(lambda command=command, package=package: _fed(command, package.path)))
            _forget(server, folder)
    _compare(f"{LARGE // MB} MB to one machine", LARGE, ours, theirs, "`ssh cat`", 0.9)


def _measure_difference(folder: Path, server: OpenSshServer) -> None:
    target = folder / "by-hand"
    ours, theirs, sent = [], [], 0
    with _connected(folder, server) as worker:
        for number in range(ROUNDS):
            old = _package(folder, LARGE, seed=number)
            new = _similar(folder, old, seed=100 + number)
            target.write_bytes(old.path.read_bytes())
            _delivered(worker, old)
            delivered: list[Delivered] = []
            ours.append(_seconds(lambda new=new, delivered=delivered: delivered.append(_delivered(worker, new))))
            assert delivered[0].difference == "rsync", delivered
            sent = delivered[0].sent
            rsh = " ".join(_ssh(server)[:-1])
            command = ["rsync", "--ignore-times", "-e", rsh, str(new.path), f"{_ssh(server)[-1]}:{target}"]
            theirs.append(_seconds(lambda command=command: subprocess.run(command, check=True)))
            assert target.read_bytes() == new.path.read_bytes()
            _forget(server, folder)
    what = f"{LARGE // MB} MB of which 99 % are there ({sent / MB:.1f} MB sent)"
    _compare(what, LARGE, ours, theirs, "`rsync -e ssh`", 1.3)


def _measure_many(folder: Path, server: OpenSshServer) -> None:
    ours, theirs = [], []
    machines = loopback_machines.machines(server, MACHINES)
    with (
        closing(WorkerPool(folder / "runs", clock=utc_now)) as pool,
        ThreadPoolExecutor(MACHINES) as threads,
    ):
        workers = [_ready(pool, machine) for machine in machines]
        for number in range(ROUNDS):
            # They share one home; with packages of their own they are as good as machines of their own.
            packages = [_package(folder, SMALL, seed=100 * number + each) for each in range(MACHINES)]
            ours.append(_seconds(lambda packages=packages: list(threads.map(_delivered, workers, packages))))
            commands = [
                [
                    "scp",
                    "-q",
                    *_options(server, "-P"),
                    package.path,
                    f"{getpass.getuser()}@{one.host}:{folder}/{one.slug}",
                ]
                for one, package in zip(machines, packages, strict=True)
            ]
            theirs.append(_seconds(lambda commands=commands: list(threads.map(_run, commands))))
            _forget(server, folder)
    _compare(f"{SMALL // MB} MB to {MACHINES} machines", SMALL * MACHINES, ours, theirs, "`scp` in parallel", 1.2)


def _measure_going_back(folder: Path, server: OpenSshServer) -> None:
    package = _package(folder, LARGE, seed=1, is_tar=True, root=str(folder / "apps"))
    with _connected(folder, server) as worker:
        _delivered(worker, package)
        figures = [_seconds(lambda: _installed(worker, package)) for _ in range(ROUNDS)]
    _forget(server, folder)
    print(f"going back to {LARGE // MB} MB that are there: {statistics.median(figures):.2f} s   (goal < 2)")


def _measure_memory(folder: Path, server: OpenSshServer) -> None:
    package = _huge(folder)
    with _connected(folder, server) as worker:
        grown = _growth(lambda: _delivered(worker, package))
    _forget(server, folder)
    print(f"memory while {HUGE // MB} MB are sent: {grown / MB:.0f} MB more   (goal < 64)")


def _measure_extraction(folder: Path) -> None:
    archive, plain = folder / "many.tgz", folder / "many.tar"
    _write_many(archive)
    ours, theirs = [], []
    for number in range(ROUNDS):
        place = folder / f"place-{number}"
        for name in ("ours", "theirs"):
            (place / name).mkdir(parents=True)
        made = _seconds(lambda: make_plain(archive, plain))
        ours.append(made + _seconds(lambda place=place: _run(["tar", "-xof", plain, "-C", place / "ours"])))
        theirs.append(_seconds(lambda place=place: _run(["tar", "-xzof", archive, "-C", place / "theirs"])))
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(
        f"{FILES:,} files looked through and unpacked: {statistics.median(ours):.2f} s, `tar` "
        f"{statistics.median(theirs):.2f} s: {ratio:.2f} x   (goal ≥ 0.5)"
    )


# ---- ours


@contextmanager
def _connected(folder: Path, server: OpenSshServer) -> Iterator[SshWorker]:
    with closing(WorkerPool(folder / "runs", clock=utc_now)) as pool:
        yield _ready(pool, server.machine())


def _ready(pool: WorkerPool, machine: SshMachine) -> SshWorker:
    worker = pool.ssh(machine)
    assert isinstance(worker, SshWorker)
    assert worker.check_health().healthy
    return worker


def _delivered(worker: SshWorker, package: PackageFile) -> Delivered:
    return deliver(worker._client, package, "It", lambda: False, open_side=worker._open_side)


def _installed(worker: SshWorker, package: PackageFile) -> None:
    result = worker.ensure_and_follow(a_request("", package=package), MemorySink())
    assert result.outcome is Outcome.SUCCEEDED, result


# ---- packages


def _package(folder: Path, size: int, *, seed: int, is_tar: bool = False, root: str = "~/apps") -> PackageFile:
    data = random.Random(seed).randbytes(size)
    if is_tar:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for number in range(100):
                entry = tarfile.TarInfo(f"part-{number}")
                entry.size = size // 100
                tar.addfile(entry, io.BytesIO(data[number * entry.size : (number + 1) * entry.size]))
        data = buffer.getvalue()
    return _kept(folder, data, root)


def _similar(folder: Path, old: PackageFile, *, seed: int) -> PackageFile:
    """The same with twenty insertions of 0.05 % each."""
    noise, data = random.Random(seed), old.path.read_bytes()
    step = len(data) // 20
    pieces = [data[at : at + step] + noise.randbytes(step // 100) for at in range(0, len(data), step)]
    return _kept(folder, b"".join(pieces), old.root)


def _kept(folder: Path, data: bytes, root: str) -> PackageFile:
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"{digest[:8]}.{digest}.tar"
    path.write_bytes(data)
    return PackageFile(path, digest, len(data), "app", digest[:6], "staging", root)


def _huge(folder: Path) -> PackageFile:
    """Written piece by piece, so that none of its memory is there for others to use."""
    path, piece = folder / "huge.tar", random.Random(1).randbytes(MB)
    with path.open("wb") as file:
        for _ in range(HUGE // MB):
            file.write(piece)
    return PackageFile(path, digest_of(path), HUGE, "app", "1.0.0", "staging", "~/apps")


def _write_many(archive: Path) -> None:
    noise = random.Random(5)
    with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
        for number in range(FILES):
            data = noise.randbytes(500).hex().encode()
            entry = tarfile.TarInfo(f"app/folder-{number % 200}/inner/file-{number}.txt")
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))


def _forget(server: OpenSshServer, folder: Path) -> None:
    for path in [*(server.home / ".foredeck/packages").glob("*"), *folder.glob("*.tar"), *folder.glob("web-*")]:
        path.unlink()


# ---- by hand


def _options(server: OpenSshServer, port: str) -> list[str]:
    return [
        "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", "LogLevel=ERROR", "-c", "aes128-gcm@openssh.com", "-i", str(server.client_key), port, str(server.port),
    ]  # fmt: skip


def _ssh(server: OpenSshServer) -> list[str]:
    return ["ssh", *_options(server, "-p"), f"{getpass.getuser()}@127.0.0.1"]


def _fed(command: list[str], path: Path) -> None:
    with path.open("rb") as file:
        subprocess.run(command, stdin=file, check=True)


def _run(command: list[object]) -> None:
    subprocess.run([str(word) for word in command], check=True)


# ---- figures


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _growth(work: Callable[[], object]) -> int:
    """By how many bytes this process is larger meanwhile, at most."""
    here, done, largest = psutil.Process(), threading.Event(), 0
    before = here.memory_info().rss

    def watch() -> None:
        nonlocal largest
        while not done.wait(0.02):
            largest = max(largest, here.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return largest - before


def _compare(what: str, size: int, ours: list[float], theirs: list[float], by: str, goal: float) -> None:
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(
        f"{what}: {mine:.2f} s ({size / MB / mine:.0f} MB/s), {by} {other:.2f} s: {other / mine:.2f} x   "
        f"(goal ≥ {goal})"
    )


if __name__ == "__main__":
    main()
