"""What breaks between the bot and a machine, on a real OpenSSH server behind a proxy that loses things: the script runs
exactly once or is reported lost, and its log has no gap and no double.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from engine.contracts import Outcome, SshMachine
from tests.support import openssh
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink, a_request, again, run
from tests.support.ssh_workers import LIMITS, PACE, a_worker
from tests.support.tcp_proxy import TcpProxy
from workers.ssh.ways import Ways
from workers.ssh.worker import SessionStream, SshWorker

pytestmark = pytest.mark.sshd

PATIENT = replace(PACE, patience=30.0, launch_patience=30.0)
SILENT_FOR = replace(LIMITS, reply=0.5)  # after so many seconds without an answer a connection is given up


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    openssh.require()
    made = OpenSshServer(tmp_path_factory.mktemp("faults"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def proxy(server: OpenSshServer) -> Iterator[TcpProxy]:
    with TcpProxy(server.port) as made:
        yield made


def worker_behind(server: OpenSshServer, proxy: TcpProxy) -> SshWorker:
    return a_worker(server.machine(port=proxy.port), PATIENT, Ways(SILENT_FOR))


FAULTS: dict[str, Callable[[TcpProxy], None]] = {
    "it is reset": TcpProxy.reset,
    "it is half-open": TcpProxy.freeze,
    "an answer loses a byte": lambda proxy: proxy.swallow(1, "down"),
    "a question loses many bytes": lambda proxy: proxy.swallow(300, "up"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_connection_breaks_again_and_again_while_a_script_runs(
    server: OpenSshServer, proxy: TcpProxy, tmp_path: Path, fault: str
) -> None:
    sink, times = MemorySink(), iter(range(2))
    sink.on_record = lambda: FAULTS[fault](proxy) if next(times, None) is not None else None
    body = f"echo ran >>{tmp_path}/journal\n" + "".join(f"echo line {number}\nsleep 0.02\n" for number in range(25))
    worker = worker_behind(server, proxy)
    result = worker.ensure_and_follow(a_request(body), sink)
    worker.close()
    assert (result.outcome, result.message) == (Outcome.SUCCEEDED, "")
    assert sink.text() == "".join(f"line {number}\n" for number in range(25))
    assert (tmp_path / "journal").read_text() == "ran\n"
    assert proxy.connections > 1


def test_a_cancel_does_not_wait_for_an_answer_that_trickles(server: OpenSshServer, proxy: TcpProxy) -> None:
    sink = MemorySink()

    def trickle() -> None:
        sink.on_record = lambda: None
        proxy.trickle()
        threading.Timer(0.3, sink.cancel.set).start()

    sink.on_record = trickle
    worker = a_worker(server.machine(port=proxy.port), PATIENT)
    result = worker.ensure_and_follow(a_request("echo begun; sleep 0.3; head -c 500000 /dev/zero; sleep 60"), sink)
    worker.close()
    assert result.outcome is Outcome.CANCELED


def test_a_launch_that_breaks_anywhere_starts_the_script_once(
    server: OpenSshServer, proxy: TcpProxy, tmp_path: Path
) -> None:
    worker = worker_behind(server, proxy)
    for number, after in enumerate((1, 700, 1900, 3300, 5100)):
        assert worker.check_health().healthy
        journal = tmp_path / f"journal-{number}"
        proxy.reset_after(after)
        result, sink = run(worker, f"echo ran >>{journal}; echo here")
        assert result.outcome is Outcome.SUCCEEDED, after
        assert sink.text() == "here\n", after
        assert journal.read_text() == "ran\n", after
    worker.close()
    assert proxy.connections > 3


def test_a_login_that_breaks_anywhere_is_tried_again(server: OpenSshServer, proxy: TcpProxy, tmp_path: Path) -> None:
    for after in (1, 2000, 12000):
        proxy.reset_after(after)
        worker = worker_behind(server, proxy)
        result, sink = run(worker, f"echo ran >>{tmp_path}/journal-{after}; echo here")
        worker.close()
        assert (result.outcome, sink.text()) == (Outcome.SUCCEEDED, "here\n"), after
        assert (tmp_path / f"journal-{after}").read_text() == "ran\n"


def test_a_connection_that_ends_while_the_machine_is_told_how_much_was_taken_is_a_broken_one(
    server: OpenSshServer,
) -> None:
    key = paramiko.Ed25519Key.from_private_key_file(str(server.client_key))
    transport = paramiko.Transport(("127.0.0.1", server.port))
    transport.connect(username=server.machine().account.username, pkey=key)
    session = transport.open_session()
    session.exec_command("head -c 500000 /dev/zero; cat")
    while len(session.in_buffer) < 500_000:
        time.sleep(0.01)
    transport.sock.shutdown(socket.SHUT_WR)  # what is written now is refused, and nobody has noticed it yet
    with pytest.raises(OSError, match="the connection ended"):
        SessionStream(transport, session).read(500_000, 1.0)
    transport.close()


def test_two_megabytes_arrive_whole_over_connections_that_do_not_last(server: OpenSshServer, proxy: TcpProxy) -> None:
    sink = MemorySink()
    budgets = iter((300_000, 20_000, 500_000, 90_000, 400_000))

    def shorten() -> None:
        if (budget := next(budgets, None)) is not None:
            proxy.reset_after(budget)

    sink.on_record = shorten
    worker = worker_behind(server, proxy)
    result = worker.ensure_and_follow(a_request("seq 1 300000"), sink)
    worker.close()
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == "".join(f"{number}\n" for number in range(1, 300_001))
    assert proxy.connections > 2


def test_what_is_printed_arrives_over_connections_that_each_carry_less_than_one_frame(
    server: OpenSshServer, proxy: TcpProxy, tmp_path: Path
) -> None:
    proxy.lasts_for = 60_000
    sink = MemorySink()
    worker = worker_behind(server, proxy)
    result = worker.ensure_and_follow(a_request(f"echo ran >>{tmp_path}/journal; seq 1 30000"), sink)
    worker.close()
    assert (result.outcome, result.message) == (Outcome.SUCCEEDED, "")
    assert sink.text() == "".join(f"{number}\n" for number in range(1, 30_001))
    assert (tmp_path / "journal").read_text() == "ran\n"
    assert proxy.connections > 3


def test_a_cancel_is_heard_while_a_large_script_is_sent_over_a_slow_link(
    server: OpenSshServer, proxy: TcpProxy, tmp_path: Path
) -> None:
    worker, sink = worker_behind(server, proxy), MemorySink()
    assert worker.check_health().healthy
    proxy.pause = 0.05  # 20 MB would take a minute
    threading.Timer(0.5, sink.cancel.set).start()
    began = time.monotonic()
    body = f"echo ran >>{tmp_path}/journal\n" + "# nothing\n" * 2_000_000
    result = worker.ensure_and_follow(a_request(body), sink)
    worker.close()
    assert (result.outcome, result.message) == (Outcome.CANCELED, "The script was canceled before it was started.")
    assert time.monotonic() - began < 45, "all of it was sent first"
    proxy.pause = 0.0
    assert not (tmp_path / "journal").exists()
    assert run(worker, "echo here")[1].text() == "here\n"
    worker.close()


def test_a_bastion_that_goes_half_open_is_noticed_for_all_that_are_behind_it(
    server: OpenSshServer, proxy: TcpProxy
) -> None:
    ways = Ways(replace(SILENT_FOR, connect=0.5))
    gate = server.machine(slug="gate", port=proxy.port)
    workers = [a_worker(server.machine(slug=slug, via=gate), PATIENT, ways) for slug in ("web-1", "web-2")]
    for worker in workers:
        assert run(worker, "echo here")[1].text() == "here\n"
    proxy.freeze()
    for worker in workers:
        result, sink = run(worker, "echo again")
        assert (result.outcome, sink.text()) == (Outcome.SUCCEEDED, "again\n")
    assert proxy.connections == 2
    for worker in workers:
        worker.close()


# ---- the bot, the home, the machine


def test_a_script_survives_the_kill_of_the_bot_and_is_followed_to_its_end(
    server: OpenSshServer, tmp_path: Path
) -> None:
    request = a_request(f"echo ran >>{tmp_path}/journal\nfor i in 1 2 3 4 5 6; do echo $i; sleep 0.1; done\nexit 7")
    bot = textwrap.dedent(f"""
        from dataclasses import replace
        from engine.contracts import Account, KeyLogin, Secret, SshMachine
        from pathlib import Path
        from tests.support.run_sinks import MemorySink, a_request
        from tests.support.ssh_workers import a_worker
        account = Account("deploy", {server.machine().account.username!r},
                          KeyLogin(Secret(Path({str(server.client_key)!r}).read_text())))
        machine = SshMachine("build-1", "127.0.0.1", {server.port}, {server.fingerprint_of("ed25519")!r}, account)
        sink = MemorySink()
        sink.on_record = lambda: print("recorded", flush=True)
        request = replace(a_request({request.script.body!r}), ticket={request.ticket!r})
        a_worker(machine).ensure_and_follow(request, sink)
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", bot], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "recorded\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    sink = MemorySink()
    worker = a_worker(server.machine())
    result = worker.ensure_and_follow(request, sink)
    worker.close()
    assert result.exit_code == 7
    assert sink.text() == "1\n2\n3\n4\n5\n6\n"
    assert (tmp_path / "journal").read_text() == "ran\n"


def followed_again(machine: SshMachine, tickets: Path, meanwhile: Callable[[Path], object]) -> str:
    """What is said of a script that is let go of and followed again, after something has happened to its folder."""
    sink, request, worker = MemorySink(), a_request("echo begun\nsleep 60"), a_worker(machine)
    sink.on_record = sink.stop.set
    assert worker.ensure_and_follow(request, sink).outcome is Outcome.DETACHED
    pid = int((tickets / request.ticket / "owner").read_text().split()[0])
    meanwhile(tickets / request.ticket)
    sink.stop.clear()
    sink.on_record = lambda: None
    result = worker.ensure_and_follow(again(request, sink), sink)
    os.killpg(pid, signal.SIGKILL)  # not with kill(1): that of Debian takes -1234 for -1, which is everybody
    assert result.outcome is Outcome.LOST
    assert run(worker, "echo works")[1].text() == "works\n"
    worker.close()
    return result.message


def test_a_home_that_was_wiped_means_lost_and_the_machine_works_again(own_ssh_server: OpenSshServer) -> None:
    tickets = own_ssh_server.home / ".foredeck" / "tickets"
    said = followed_again(own_ssh_server.machine(), tickets, lambda _: shutil.rmtree(own_ssh_server.home / ".foredeck"))
    assert said.startswith("The script was started, but nothing of it is on the machine any more")


def test_a_machine_that_was_restarted_means_lost_though_a_process_has_the_same_number(
    own_ssh_server: OpenSshServer,
) -> None:
    def restart(ticket: Path) -> None:
        pid, start, _, attempt = (ticket / "owner").read_text().split()
        (ticket / "owner").write_text(f"{pid} {start} 00000000-0000-0000-0000-000000000000 {attempt}\n")

    said = followed_again(own_ssh_server.machine(), own_ssh_server.home / ".foredeck" / "tickets", restart)
    assert said == "The machine was restarted while the script ran, so how it ended is not known."
