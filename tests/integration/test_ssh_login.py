"""Logging in to a real OpenSSH server: which host keys and private keys work, who is refused, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts import Outcome
from tests.support import openssh
from tests.support.openssh import OpenSshServer, make_key
from tests.support.run_sinks import run
from tests.support.ssh_workers import a_worker, refusal, with_key

pytestmark = pytest.mark.sshd

# ---- host keys


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_any_kind_of_host_key_can_be_pinned(ssh_server: OpenSshServer, kind: str) -> None:
    worker = a_worker(ssh_server.machine(host_key=ssh_server.fingerprint_of(kind)))
    for _ in range(2):
        assert run(worker, "echo here")[1].text() == "here\n"
        worker.close()


def test_one_of_several_pinned_keys_is_enough(ssh_server: OpenSshServer) -> None:
    pins = f"SHA256:{'A' * 43} {ssh_server.fingerprint_of('rsa')}"
    assert run(a_worker(ssh_server.machine(host_key=pins)), "echo here")[1].text() == "here\n"


def test_a_machine_without_a_pin_is_refused_and_shows_its_keys(ssh_server: OpenSshServer) -> None:
    result = refusal(ssh_server.machine(host_key=""))
    assert result.message.startswith(
        f"No host key is pinned for build-1 (127.0.0.1:{ssh_server.port}), so it was not logged in to. "
        "It shows ssh-ed25519 "
    )
    for kind in ("ed25519", "ecdsa", "rsa"):
        assert ssh_server.fingerprint_of(kind) in result.message
    assert f"set `host_key: {ssh_server.fingerprint_of('ed25519')}`" in result.hint


def test_a_changed_host_key_is_refused_before_the_login(own_ssh_server: OpenSshServer) -> None:
    pinned = own_ssh_server.machine()
    own_ssh_server.stop()
    own_ssh_server.host_keys = {"ed25519": make_key(own_ssh_server.folder / "host_new", "ed25519")}
    own_ssh_server.start()
    result = refusal(pinned)
    assert result.message == (
        f"The host key of build-1 (127.0.0.1:{own_ssh_server.port}) is not the pinned one, so it was not logged in to. "
        f"Pinned is {pinned.host_key}; it shows ssh-ed25519 {own_ssh_server.fingerprint_of('ed25519')}."
    )
    assert "somebody may be in between" in result.hint
    new = own_ssh_server.fingerprint_of("ed25519")
    assert f"`foredeck worker trust build-1 --fingerprint {new} --because WHY`" in result.hint
    assert "Accepted publickey" not in (own_ssh_server.folder / "sshd.log").read_text()
    assert "userauth" not in (own_ssh_server.folder / "sshd.log").read_text()


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
def test_keys_of_all_kinds_log_in(
    ssh_server: OpenSshServer, tmp_path: Path, kind: str, passphrase: str, pem: bool
) -> None:
    key = make_key(tmp_path / "key", kind, passphrase=passphrase, pem=pem)
    ssh_server.authorize(ssh_server.client_key, key)
    worker = a_worker(with_key(ssh_server, key.read_text(), passphrase or None))
    result, _ = run(worker, "exit 0")
    worker.close()
    assert (result.outcome, result.message) == (Outcome.SUCCEEDED, "")


def test_a_passphrase_that_is_not_needed_does_no_harm(ssh_server: OpenSshServer) -> None:
    worker = a_worker(with_key(ssh_server, ssh_server.client_key.read_text(), "needless"))
    assert run(worker, "exit 0")[0].outcome is Outcome.SUCCEEDED
    worker.close()


def test_a_key_that_cannot_be_used_is_named(ssh_server: OpenSshServer, tmp_path: Path) -> None:
    locked = make_key(tmp_path / "key", "ed25519", passphrase="open sesame").read_text()
    said = {
        "none": refusal(with_key(ssh_server, "not a key")).message,
        "public": refusal(with_key(ssh_server, ssh_server.client_key.with_suffix(".pub").read_text())).message,
        "locked": refusal(with_key(ssh_server, locked)).message,
        "wrong": refusal(with_key(ssh_server, locked, "open barley")).message,
        "cut": refusal(with_key(ssh_server, locked[:200] + "\n-----END OPENSSH PRIVATE KEY-----")).message,
    }
    assert said == {
        "none": "The key of account deploy cannot be used: it is no private key.",
        "public": "The key of account deploy cannot be used: it is no private key.",
        "locked": "The key of account deploy cannot be used: it is protected by a passphrase.",
        "wrong": "The key of account deploy cannot be used: its passphrase is wrong, or the file is damaged.",
        "cut": "The key of account deploy cannot be used: the file is damaged.",
    }


def test_a_refused_login_names_the_user_the_account_and_what_to_check(
    ssh_server: OpenSshServer, tmp_path: Path
) -> None:
    machine = with_key(ssh_server, make_key(tmp_path / "stranger", "ed25519").read_text())
    result = refusal(machine)
    user = machine.account.username
    assert result.message == (
        f"build-1 (127.0.0.1:{ssh_server.port}) refused the login of {user} with the key of account deploy."
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


def test_a_noisy_login_shell_does_no_harm(own_ssh_server: OpenSshServer) -> None:
    (own_ssh_server.home / ".bashrc").write_text("echo Welcome to build-1; printf 'no newline'; echo oops >&2\n")
    worker = a_worker(own_ssh_server.machine())
    assert run(worker, "echo here")[1].text() == "here\n"
    worker.close()


def _started(server: OpenSshServer) -> OpenSshServer:
    openssh.require()
    server.start()
    return server
