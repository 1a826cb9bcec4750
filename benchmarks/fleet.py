"""Many SSH machines at once, beside ansible-core, pyinfra and OpenSSH in parallel, in the same run.

The peers live in an environment of their own (`make bench` makes it: `.venv-peers`), because they pin other libraries.
Medians of three; the processor time is that of the client's processes, not of the servers beside them.
"""

from __future__ import annotations

import getpass
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import loopback_machines
from engine.times import utc_now
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import run
from tests.support.sandbox import REPOSITORY
from workers.pools import WorkerPool

COUNTS = (1, 10, 50, 100)
ROUNDS = 3
STEPS = 10
PEERS = REPOSITORY / ".venv-peers" / "bin"


@dataclass(frozen=True)
class Figure:
    """Seconds: on the wall, and of the client's processors."""

    wall: float
    cpu: float


def main() -> None:
    """Measure and print."""
    if not (PEERS / "ansible-playbook").exists():
        print("the peers are missing: make .venv-peers/.done")
        return
    with tempfile.TemporaryDirectory() as name, loopback_machines.served(Path(name) / "sshd", max(COUNTS)) as server:
        bench = Bench(Path(name), server)
        print(f"{'N':>4} {'what':34} {'wall s':>8} {'client CPU s':>13}")
        for count in COUNTS:
            rows = bench.measure(count)
            for title, figure in rows.items():
                print(f"{count:4} {title:34} {figure.wall:8.2f} {figure.cpu:13.2f}")
        _print_ratios(rows)


def _print_ratios(rows: Mapping[str, Figure]) -> None:
    """Of the largest number of machines; the goals are for 100."""
    ticket, one, resident = (
        rows[f"foredeck, {what}"] for what in ("ten commands, cold", "one command, cold", "resident")
    )
    ansible, pyinfra, ssh = rows["ansible raw, ten"], rows["pyinfra, ten"], rows["ssh in parallel, one"]
    for text, ratio, goal in (
        ("ten commands cold, ansible / ours", ansible.wall / ticket.wall, 12),
        ("ten commands cold, pyinfra / ours", pyinfra.wall / ticket.wall, 2.5),
        ("client CPU, ansible / ours", ansible.cpu / ticket.cpu, 40),
        ("one command cold, ssh / ours", ssh.wall / one.wall, 1.2),
        ("ten steps resident, ansible / ours", ansible.wall / resident.wall, 60),
        ("ten steps resident, pyinfra / ours", pyinfra.wall / resident.wall, 10),
    ):
        print(f"{text:36} {ratio:7.1f} x   (goal ≥ {goal})")


class Bench:
    """What every tool needs, written once."""

    def __init__(self, folder: Path, server: OpenSshServer) -> None:
        self.folder, self.server = folder, server
        known = server.host_keys["ed25519"].with_suffix(".pub").read_text().split()[:2]
        lines = [f"[{loopback_machines.address(n)}]:{server.port} {' '.join(known)}\n" for n in range(max(COUNTS))]
        (folder / "known_hosts").write_text("".join(lines))
        self.ssh_options = [
            *("-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"),
            *("-o", f"UserKnownHostsFile={folder}/known_hosts", "-o", "KexAlgorithms=curve25519-sha256"),
        ]

    def measure(self, count: int) -> dict[str, Figure]:
        """All tools on so many machines, each a few times, in turns."""
        hosts = [loopback_machines.address(number) for number in range(count)]
        tools: dict[str, Callable[[], Figure]] = {
            "foredeck, one command, cold": lambda: self._ours(hosts, "echo 1", 1),
            "ssh in parallel, one": lambda: self._ssh(hosts),
            "foredeck, ten commands, cold": lambda: self._ours(hosts, "echo line\n" * STEPS, STEPS),
            "pyinfra, ten": lambda: self._pyinfra(hosts),
            "ansible raw, ten": lambda: self._ansible(hosts),
        }
        found: dict[str, list[Figure]] = {title: [] for title in (*tools, "foredeck, resident")}
        with closing(WorkerPool(self.folder / "runs", clock=utc_now)) as workers:
            self._ours(hosts[:1], "echo 1", 1)  # compiles
            for _ in range(ROUNDS):
                for title, tool in tools.items():
                    found[title].append(tool())
                found["foredeck, resident"].append(self._resident(workers, count))
        return {
            title: Figure(statistics.median(f.wall for f in figures), statistics.median(f.cpu for f in figures))
            for title, figures in found.items()
        }

    def _ours(self, hosts: Sequence[str], script: str, lines: int) -> Figure:
        machine = self.server.machine()
        task = {
            "hosts": list(hosts), "port": machine.port, "pin": machine.host_key, "user": machine.account.username,
            "key": self.server.client_key.read_text(), "script": script, "lines": lines,
        }  # fmt: skip
        command = [sys.executable, "-P", "-m", "benchmarks.fleet_child"]
        # With compiled modules, as an installed package and the peers have them.
        compiled = {"PYTHONPYCACHEPREFIX": str(self.folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
        return _timed(command, stdin=json.dumps(task), env_vars={"PYTHONPATH": str(REPOSITORY), **compiled})

    def _resident(self, workers: WorkerPool, count: int) -> Figure:
        """Ten steps after each other on each machine, over connections that are open already."""
        found = loopback_machines.machines(self.server, count)

        def steps(machine: int, how_many: int) -> None:
            for _ in range(how_many):
                _, sink = run(workers.ssh(found[machine]), "echo line")
                assert sink.text() == "line\n"

        with ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda number: steps(number, 1), range(count)))
            wall, cpu = time.perf_counter(), time.process_time()
            list(pool.map(lambda number: steps(number, STEPS), range(count)))
            return Figure(time.perf_counter() - wall, time.process_time() - cpu)

    def _ssh(self, hosts: Sequence[str]) -> Figure:
        command = ["ssh", *self.ssh_options, "-i", str(self.server.client_key), "-p", str(self.server.port)]
        command = ["xargs", "-P", "100", "-I", "HOST", *command, f"{getpass.getuser()}@HOST", "echo 1"]
        return _timed(command, stdin="\n".join(hosts), lines=len(hosts))

    def _ansible(self, hosts: Sequence[str]) -> Figure:
        inventory = self.folder / "inventory"
        inventory.write_text("".join(f"{host} ansible_port={self.server.port}\n" for host in hosts))
        playbook = self.folder / "playbook.yml"
        tasks = [{"raw": "echo line"} for _ in range(STEPS)]
        playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
        config = self.folder / "ansible.cfg"
        with tempfile.TemporaryDirectory(dir="/tmp") as control:  # cold: no connection is left from before
            options = " ".join([*self.ssh_options, "-o ControlMaster=auto -o ControlPersist=10s"])
            config.write_text(
                f"[defaults]\nforks=100\nhost_key_checking=True\nlocal_tmp={control}/tmp\n"
                f"[ssh_connection]\npipelining=True\ncontrol_path_dir={control}\nssh_args={options}\n"
            )
            command = [str(PEERS / "ansible-playbook"), "-i", str(inventory), "--private-key"]
            command += [str(self.server.client_key), "-u", getpass.getuser(), str(playbook)]
            return _timed(command, env_vars={"ANSIBLE_CONFIG": str(config)})

    def _pyinfra(self, hosts: Sequence[str]) -> Figure:
        machine = self.server
        data = {
            "ssh_port": machine.port, "ssh_user": getpass.getuser(), "ssh_key": str(machine.client_key),
            "ssh_known_hosts_file": f"{self.folder}/known_hosts", "ssh_strict_host_key_checking": "yes",
        }  # fmt: skip
        (self.folder / "inventory.py").write_text(f"machines = [(host, {data!r}) for host in {list(hosts)!r}]\n")
        deploy = "from pyinfra.operations import server\n"
        deploy += "".join(f'server.shell(name="step {n}", commands=["echo line"])\n' for n in range(STEPS))
        (self.folder / "deploy.py").write_text(deploy)
        return _timed([str(PEERS / "pyinfra"), "-y", "--parallel", "100", "inventory.py", "deploy.py"], cwd=self.folder)


def _timed(
    command: Sequence[str],
    *,
    stdin: str = "",
    env_vars: Mapping[str, str] | None = None,
    cwd: Path = REPOSITORY,
    lines: int | None = None,
) -> Figure:
    """Run it to its end; its processor time is that of all processes it waited for."""
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as said:
        given.write(stdin)
        given.seek(0)
        begin = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=given, stdout=said, stderr=subprocess.STDOUT, cwd=cwd, env={**os.environ, **(env_vars or {})}
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    assert child.returncode == 0, text[-2000:]
    assert lines is None or text.count("\n") == lines, text[-2000:]
    return Figure(wall, usage.ru_utime + usage.ru_stime)


if __name__ == "__main__":
    main()
