"""The SSH worker against a real OpenSSH server: who is refused and why, and what a broken connection does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import paramiko
import psutil
import pytest

from engine.contracts import ActionResult, LogLevel, Outcome, Secret, SshMachine
from tests.support import openssh
from tests.support.openssh import OpenSshServer, make_key
from tests.support.run_sinks import MemorySink, a_request, again, run
from workers.pools import WorkerPool
from workers.runner.pace import Pace
from workers.ssh.connecting import Connector, Limits, QuietTransport
from workers.ssh.worker import SshWorker

pytestmark = pytest.mark.sshd

PACE = replace(Pace(), slowest=0.05, record_every=0.02, grace=1, patience=2.0, launch_patience=1.0)
LIMITS = Limits(connect=2, greeting=1, login=5, channel=5)


def utc_now() -> datetime:
    return datetime.now(UTC)


def a_worker(machine: SshMachine, pace: Pace = PACE) -> SshWorker:
    return SshWorker(machine, clock=utc_now, pace=pace, limits=LIMITS)


def with_key(server: OpenSshServer, text: str, passphrase: str | None = None) -> SshMachine:
    account = server.machine().account
    secret = Secret(passphrase) if passphrase is not None else None
    return server.machine(account=replace(account, private_key=Secret(text), passphrase=secret))


def refusal(machine: SshMachine) -> ActionResult:
    """What a person is told; nothing may have been started."""
    worker = a_worker(machine)
    result, sink = run(worker, "echo never")
    worker.close()
    assert result.outcome is Outcome.UNREACHABLE
    assert sink.confirmed == 0
    return result


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    """A server with all kinds of host keys, for tests that do not stop it."""
    openssh.require()
    made = OpenSshServer(tmp_path_factory.mktemp("sshd"), host_keys=("ed25519", "ecdsa", "rsa"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OpenSshServer]:
    """A server that a test may stop and start."""
    openssh.require()
    made = OpenSshServer(tmp_path / "own")
    made.start()
    yield made
    made.stop()


# ---- host keys


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_any_kind_of_host_key_can_be_pinned(server: OpenSshServer, kind: str) -> None:
    worker = a_worker(server.machine(host_key=server.fingerprint_of(kind)))
    for _ in range(2):
        assert run(worker, "echo here")[1].text() == "here\n"
        worker.close()


def test_a_machine_without_a_pin_is_refused_and_shows_its_keys(server: OpenSshServer) -> None:
    result = refusal(server.machine(host_key=""))
    assert result.message.startswith(
        f"No host key is pinned for build-1 (127.0.0.1:{server.port}), so it was not logged in to. "
        "It shows ssh-ed25519 "
    )
    for kind in ("ed25519", "ecdsa", "rsa"):
        assert server.fingerprint_of(kind) in result.message
    assert f"set `host_key: {server.fingerprint_of('ed25519')}`" in result.hint


def test_a_changed_host_key_is_refused_before_the_login(own_server: OpenSshServer) -> None:
    pinned = own_server.machine()
    own_server.stop()
    own_server.host_keys = {"ed25519": make_key(own_server.folder / "host_new", "ed25519")}
    own_server.start()
    result = refusal(pinned)
    assert result.message == (
        f"The host key of build-1 (127.0.0.1:{own_server.port}) is not the pinned one, so it was not logged in to. "
        f"Pinned is {pinned.host_key}; it shows ssh-ed25519 {own_server.fingerprint_of('ed25519')}."
    )
    assert "somebody may be in between" in result.hint
    assert "Accepted publickey" not in (own_server.folder / "sshd.log").read_text()
    assert "userauth" not in (own_server.folder / "sshd.log").read_text()


# ---- logging in


@pytest.mark.parametrize(
    ("kind", "passphrase", "pem"),
    [
        ("ed25519", "", False),
        ("ed25519", "open sesame", False),
        ("ecdsa", "", False),
        ("ecdsa", "open sesame", True),
        ("rsa", "", False),
        ("rsa", "open sesame", True),
    ],
)
def test_keys_of_all_kinds_log_in(server: OpenSshServer, tmp_path: Path, kind: str, passphrase: str, pem: bool) -> None:
    key = make_key(tmp_path / "key", kind, passphrase=passphrase, pem=pem)
    server.authorize(server.client_key, key)
    worker = a_worker(with_key(server, key.read_text(), passphrase or None))
    result, _ = run(worker, "exit 0")
    worker.close()
    assert (result.outcome, result.message) == (Outcome.SUCCEEDED, "")


def test_a_passphrase_that_is_not_needed_does_no_harm(server: OpenSshServer) -> None:
    worker = a_worker(with_key(server, server.client_key.read_text(), "needless"))
    assert run(worker, "exit 0")[0].outcome is Outcome.SUCCEEDED
    worker.close()


def test_a_key_that_cannot_be_used_is_named(server: OpenSshServer, tmp_path: Path) -> None:
    locked = make_key(tmp_path / "key", "ed25519", passphrase="open sesame").read_text()
    said = {
        "none": refusal(with_key(server, "not a key")).message,
        "public": refusal(with_key(server, server.client_key.with_suffix(".pub").read_text())).message,
        "locked": refusal(with_key(server, locked)).message,
        "wrong": refusal(with_key(server, locked, "open barley")).message,
        "cut": refusal(with_key(server, locked[:200] + "\n-----END OPENSSH PRIVATE KEY-----")).message,
    }
    assert said == {
        "none": "The key of account deploy cannot be used: it is no private key.",
        "public": "The key of account deploy cannot be used: it is no private key.",
        "locked": "The key of account deploy cannot be used: it is protected by a passphrase.",
        "wrong": "The key of account deploy cannot be used: its passphrase is wrong, or the file is damaged.",
        "cut": "The key of account deploy cannot be used: the file is damaged.",
    }


def test_a_refused_login_names_the_user_the_account_and_what_to_check(server: OpenSshServer, tmp_path: Path) -> None:
    machine = with_key(server, make_key(tmp_path / "stranger", "ed25519").read_text())
    result = refusal(machine)
    user = machine.account.username
    assert result.message == (
        f"build-1 (127.0.0.1:{server.port}) refused the login of {user} with the key of account deploy."
    )
    assert f"~{user}/.ssh/authorized_keys" in result.hint


def test_a_server_that_wants_more_than_a_key_is_named(tmp_path: Path) -> None:
    options = ("AuthenticationMethods publickey,password", "PasswordAuthentication yes")
    server = _started(OpenSshServer(tmp_path / "strict", options=options))
    try:
        result = refusal(server.machine())
    finally:
        server.stop()
    assert "in with a key alone; it asks for: password." in result.message


def test_an_account_that_may_run_nothing_is_named_with_what_it_was_told(tmp_path: Path) -> None:
    server = _started(OpenSshServer(tmp_path / "closed", options=("ForceCommand echo This account is closed.",)))
    try:
        result = refusal(server.machine())
    finally:
        server.stop()
    assert result.message == (
        f"build-1 (127.0.0.1:{server.port}) did not start the runner. It printed: This account is closed."
    )


def test_a_server_with_no_encryption_in_common_is_named(tmp_path: Path) -> None:
    server = _started(OpenSshServer(tmp_path / "odd", options=("Ciphers chacha20-poly1305@openssh.com",)))
    try:
        result = refusal(server.machine())
    finally:
        server.stop()
    assert result.message == (
        f"The SSH server of build-1 (127.0.0.1:{server.port}) and Foredeck have no way of encryption in common."
    )
    assert "aes128-gcm@openssh.com" in result.hint


def test_a_noisy_login_shell_does_no_harm(own_server: OpenSshServer) -> None:
    (own_server.home / ".bashrc").write_text("echo Welcome to build-1; printf 'no newline'; echo oops >&2\n")
    worker = a_worker(own_server.machine())
    assert run(worker, "echo here")[1].text() == "here\n"
    worker.close()


# ---- reaching it


def test_what_is_not_there_is_told_apart(server: OpenSshServer) -> None:
    port = openssh._free_port()
    refused = refusal(server.machine(port=port))
    assert refused.message == (
        f"build-1 (127.0.0.1:{port}) refused the connection: the machine is up, but no SSH server listens there."
    )
    unknown = refusal(server.machine(host="no-such-host.invalid"))
    assert unknown.message.startswith("build-1 was not reached: the name no-such-host.invalid ")
    assert unknown.hint


def test_a_machine_that_takes_connections_and_says_nothing_is_named(server: OpenSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        result = refusal(server.machine(port=port))
    assert result.message.startswith(f"build-1 (127.0.0.1:{port}) took the connection")


def test_what_is_no_ssh_server_is_named(server: OpenSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        stop = threading.Event()
        speaker = threading.Thread(target=_say_http, args=(other, stop))
        speaker.start()
        result = refusal(server.machine(port=other.getsockname()[1]))
        stop.set()
        speaker.join()
    assert "ended it before the login" in result.message


def test_a_stop_is_not_held_up_by_a_silent_machine(server: OpenSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        worker = SshWorker(server.machine(port=silent.getsockname()[1]), clock=utc_now)  # with the long limits
        sink, results = MemorySink(), []
        follower = threading.Thread(target=lambda: results.append(worker.ensure_and_follow(a_request("echo"), sink)))
        follower.start()
        silent.accept()[0].close()
        sink.stop.set()
        follower.join(5)
    assert [result.outcome for result in results] == [Outcome.DETACHED]


# ---- broken connections


def test_a_connection_cut_in_the_middle_is_resumed_without_gap_and_double(own_server: OpenSshServer) -> None:
    sink = MemorySink()
    sink.on_record = own_server.cut
    body = "".join(f"echo line {number}\nsleep 0.03\n" for number in range(20))
    worker = a_worker(own_server.machine())
    result = worker.ensure_and_follow(a_request(body), sink)
    worker.close()
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == "".join(f"line {number}\n" for number in range(20))


def test_a_server_that_is_away_for_a_while_is_waited_for(own_server: OpenSshServer) -> None:
    sink = MemorySink()
    worker = a_worker(own_server.machine())
    waiting = threading.Event()

    def act() -> None:
        if sink.records == 1:
            own_server.stop()
        elif sink.segments and sink.segments[-1].level is LogLevel.WAIT:
            waiting.set()
            threading.Timer(0.3, own_server.start).start()

    sink.on_record = act
    result = worker.ensure_and_follow(a_request("echo begun\nsleep 0.5\necho over\nexit 9"), sink)
    worker.close()
    assert waiting.is_set()
    assert result.exit_code == 9
    assert sink.text() == "begun\nover\n"
    lost, found = sink.text("foredeck").splitlines()
    assert lost.startswith("The connection was lost and is made again.")
    assert found == "Connected again; the script is followed from where it was left."


def test_a_machine_that_stays_away_means_lost_and_not_failed(own_server: OpenSshServer) -> None:
    sink = MemorySink()
    sink.on_record = own_server.stop
    worker = a_worker(own_server.machine(), replace(PACE, patience=0.5))
    request = a_request("echo begun\nsleep 60")
    result = worker.ensure_and_follow(request, sink)
    assert result.outcome is Outcome.LOST
    assert "so how the script ended is not known" in result.message
    assert "no SSH server listens there" in result.message
    sink.on_record = lambda: None
    own_server.start()
    sink.cancel.set()
    assert worker.ensure_and_follow(again(request, sink), sink).outcome is Outcome.CANCELED
    worker.close()


def test_a_machine_that_went_down_while_idle_is_unreachable_and_not_lost(own_server: OpenSshServer) -> None:
    worker = a_worker(own_server.machine())
    assert run(worker, "exit 0")[0].outcome is Outcome.SUCCEEDED
    own_server.stop()
    result, sink = run(worker, "echo never")
    worker.close()
    assert result.outcome is Outcome.UNREACHABLE
    assert sink.confirmed == 0


def test_health_says_what_is_wrong(own_server: OpenSshServer) -> None:
    worker = a_worker(own_server.machine())
    assert worker.check_health().facts["folder"] == str(own_server.home / ".foredeck")
    own_server.stop()
    health = worker.check_health()
    worker.close()
    assert not health.healthy
    assert "no SSH server listens there" in health.message


# ---- how it talks


def test_one_connection_serves_all_actions(own_server: OpenSshServer) -> None:
    worker = a_worker(own_server.machine())
    sinks = [MemorySink() for _ in range(12)]  # more than MaxSessions
    threads = [
        threading.Thread(target=worker.ensure_and_follow, args=(a_request(f"sleep 0.1; echo {n}"), sink))
        for n, sink in enumerate(sinks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    logins = (own_server.folder / "sshd.log").read_text().count("Accepted publickey")
    worker.close()
    assert [sink.text() for sink in sinks] == [f"{n}\n" for n in range(12)]
    assert logins == 1


def test_the_connection_is_set_up_for_short_requests(server: OpenSshServer) -> None:
    transport = Connector(server.machine(), LIMITS).connect()
    try:
        assert transport.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert transport.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        assert transport.remote_cipher == transport.local_cipher == "aes128-gcm@openssh.com"
        assert transport.sock.gettimeout() == QuietTransport._active_check_timeout
    finally:
        transport.close()


def test_paramiko_still_has_the_private_attribute_that_keeps_idle_connections_quiet() -> None:
    assert paramiko.Transport._active_check_timeout == 0.1


def test_closing_leaves_no_thread_and_no_connection(own_server: OpenSshServer) -> None:
    before = threading.active_count()
    worker = a_worker(own_server.machine())
    run(worker, "exit 0")
    assert own_server.connections() == 1
    worker.close()
    _wait_for(lambda: threading.active_count() == before and own_server.connections() == 0)


def test_the_pool_keeps_a_worker_and_makes_it_anew_when_its_machine_changed(
    server: OpenSshServer, tmp_path: Path
) -> None:
    pool = WorkerPool(tmp_path / "runs", clock=utc_now)
    worker = pool.ssh(server.machine())
    assert pool.ssh(server.machine()) is worker
    changed = server.machine(host_key=server.fingerprint_of("rsa"))
    assert pool.ssh(changed) is not worker
    assert run(pool.ssh(changed), "echo here")[1].text() == "here\n"
    assert run(pool.built_in(), "echo here")[1].text() == "here\n"
    assert pool.built_in() is pool.built_in()
    pool.close()
    assert not [child for child in psutil.Process().children() if "foredeck-runner" in " ".join(child.cmdline())]


def _started(server: OpenSshServer) -> OpenSshServer:
    openssh.require()
    server.start()
    return server


def _say_http(listener: socket.socket, stop: threading.Event) -> None:
    listener.settimeout(0.05)
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
