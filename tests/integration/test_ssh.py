"""The SSH worker against a real OpenSSH server: what is told when it is not reached, and what a broken link does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import paramiko
import psutil
import pytest

from engine.contracts import BuiltIn, LogLevel, Outcome
from tests.support import openssh
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink, a_request, again, run
from tests.support.ssh_workers import LIMITS, PACE, a_worker, refusal, utc_now
from workers.pools import WorkerPool
from workers.ssh.transports import QuietTransport
from workers.ssh.ways import Ways
from workers.ssh.worker import SshWorker

pytestmark = pytest.mark.sshd

# ---- reaching it


def test_what_is_not_there_is_told_apart(ssh_server: OpenSshServer) -> None:
    port = openssh._free_port()
    refused = refusal(ssh_server.machine(port=port))
    assert refused.message == (
        f"build-1 (127.0.0.1:{port}) refused the connection: the machine is up, but no SSH server listens there."
    )
    unknown = refusal(ssh_server.machine(host="no-such-host.invalid"))
    assert unknown.message.startswith("build-1 was not reached: the name no-such-host.invalid ")
    assert unknown.hint


def test_a_machine_that_takes_connections_and_says_nothing_is_named(ssh_server: OpenSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        result = refusal(ssh_server.machine(port=port))
    assert result.message.startswith(f"build-1 (127.0.0.1:{port}) took the connection")


def test_what_is_no_ssh_server_is_named(ssh_server: OpenSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        stop = threading.Event()
        speaker = threading.Thread(target=_say_http, args=(other, stop))
        speaker.start()
        result = refusal(ssh_server.machine(port=other.getsockname()[1]))
        stop.set()
        speaker.join()
    assert "ended it before the login" in result.message


def test_a_stop_is_not_held_up_by_a_silent_machine(ssh_server: OpenSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        worker = SshWorker(ssh_server.machine(port=silent.getsockname()[1]), clock=utc_now)  # with the long limits
        sink, results = MemorySink(), []
        follower = threading.Thread(target=lambda: results.append(worker.ensure_and_follow(a_request("echo"), sink)))
        follower.start()
        silent.accept()[0].close()
        sink.stop.set()
        follower.join(5)
    assert [result.outcome for result in results] == [Outcome.DETACHED]


# ---- broken connections


def test_a_connection_cut_in_the_middle_is_resumed_without_gap_and_double(own_ssh_server: OpenSshServer) -> None:
    sink = MemorySink()
    sink.on_record = own_ssh_server.cut
    body = "".join(f"echo line {number}\nsleep 0.03\n" for number in range(20))
    worker = a_worker(own_ssh_server.machine())
    result = worker.ensure_and_follow(a_request(body), sink)
    worker.close()
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == "".join(f"line {number}\n" for number in range(20))


def test_a_server_that_is_away_for_a_while_is_waited_for(own_ssh_server: OpenSshServer) -> None:
    sink = MemorySink()
    worker = a_worker(own_ssh_server.machine())
    waiting = threading.Event()

    def act() -> None:
        if sink.records == 1:
            own_ssh_server.stop()
        elif sink.segments and sink.segments[-1].level is LogLevel.WAIT:
            waiting.set()
            threading.Timer(0.3, own_ssh_server.start).start()

    sink.on_record = act
    result = worker.ensure_and_follow(a_request("echo begun\nsleep 0.5\necho over\nexit 9"), sink)
    worker.close()
    assert waiting.is_set()
    assert result.exit_code == 9
    assert sink.text() == "begun\nover\n"
    lost, found = sink.text("foredeck").splitlines()
    assert lost.startswith("The connection was lost and is made again.")
    assert found == "Connected again; the script is followed from where it was left."


def test_a_machine_that_stays_away_means_lost_and_not_failed(own_ssh_server: OpenSshServer) -> None:
    sink = MemorySink()
    sink.on_record = own_ssh_server.stop
    worker = a_worker(own_ssh_server.machine(), replace(PACE, patience=0.5))
    request = a_request("echo begun\nsleep 60")
    result = worker.ensure_and_follow(request, sink)
    assert result.outcome is Outcome.LOST
    assert "so how the script ended is not known" in result.message
    assert "no SSH server listens there" in result.message
    sink.on_record = lambda: None
    own_ssh_server.start()
    sink.cancel.set()
    assert worker.ensure_and_follow(again(request, sink), sink).outcome is Outcome.CANCELED
    worker.close()


def test_a_machine_that_went_down_while_idle_is_unreachable_and_not_lost(own_ssh_server: OpenSshServer) -> None:
    before = _transports()
    worker = a_worker(own_ssh_server.machine())
    assert run(worker, "exit 0")[0].outcome is Outcome.SUCCEEDED
    own_ssh_server.stop()
    _wait_for(lambda: _transports() <= before)  # a moment earlier it could not be told from a break in mid-launch
    result, sink = run(worker, "echo never")
    worker.close()
    assert result.outcome is Outcome.UNREACHABLE
    assert sink.confirmed == 0


def test_health_says_what_is_wrong(own_ssh_server: OpenSshServer) -> None:
    worker = a_worker(own_ssh_server.machine())
    assert worker.check_health().facts["folder"] == str(own_ssh_server.home / ".foredeck")
    own_ssh_server.stop()
    health = worker.check_health()
    worker.close()
    assert not health.healthy
    assert "no SSH server listens there" in health.message


# ---- how it talks


def test_one_connection_serves_all_actions(own_ssh_server: OpenSshServer) -> None:
    worker = a_worker(own_ssh_server.machine())
    sinks = [MemorySink() for _ in range(12)]  # more than MaxSessions
    threads = [
        threading.Thread(target=worker.ensure_and_follow, args=(a_request(f"sleep 0.1; echo {n}"), sink))
        for n, sink in enumerate(sinks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    logins = (own_ssh_server.folder / "sshd.log").read_text().count("Accepted publickey")
    worker.close()
    assert [sink.text() for sink in sinks] == [f"{n}\n" for n in range(12)]
    assert logins == 1


def test_the_connection_is_set_up_for_short_requests(ssh_server: OpenSshServer) -> None:
    transport = Ways(LIMITS).connector(ssh_server.machine()).connect()
    try:
        assert transport.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert transport.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        assert transport.remote_cipher == transport.local_cipher == "aes128-gcm@openssh.com"
        assert transport.sock.gettimeout() == QuietTransport._active_check_timeout
    finally:
        transport.close()


def test_paramiko_still_has_the_private_attribute_that_keeps_idle_connections_quiet() -> None:
    assert paramiko.Transport._active_check_timeout == 0.1


def test_closing_leaves_no_thread_and_no_connection(own_ssh_server: OpenSshServer) -> None:
    before = set(threading.enumerate())  # those of earlier tests may end meanwhile
    worker = a_worker(own_ssh_server.machine())
    run(worker, "exit 0")
    assert own_ssh_server.connections() == 1
    worker.close()
    _wait_for(lambda: set(threading.enumerate()) <= before and own_ssh_server.connections() == 0)


def test_the_pool_keeps_a_worker_and_makes_it_anew_when_its_machine_changed(
    ssh_server: OpenSshServer, tmp_path: Path
) -> None:
    pool = WorkerPool(tmp_path / "runs", clock=utc_now)
    worker = pool.ssh(ssh_server.machine())
    assert pool.ssh(ssh_server.machine()) is worker
    changed = ssh_server.machine(host_key=ssh_server.fingerprint_of("rsa"))
    assert pool.ssh(changed) is not worker
    assert run(pool.ssh(changed), "echo here")[1].text() == "here\n"
    assert run(pool.built_in(BuiltIn()), "echo here")[1].text() == "here\n"
    assert pool.built_in(BuiltIn()) is pool.built_in(BuiltIn())
    pool.close()
    assert not [child for child in psutil.Process().children() if "foredeck-runner" in " ".join(child.cmdline())]


def _say_http(listener: socket.socket, stop: threading.Event) -> None:
    listener.settimeout(0.05)
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _transports() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if isinstance(thread, paramiko.Transport)}


def _wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
