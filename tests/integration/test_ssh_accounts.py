"""Accounts with a password, and accounts with an agent, on real OpenSSH servers; keys are in test_ssh_login.py."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.contracts import AgentLogin, Outcome, PasswordLogin, Secret, SshMachine
from tests.support import openssh
from tests.support.openssh import Agent, OpenSshServer, fingerprint_of, make_key
from tests.support.run_sinks import run
from tests.support.ssh_workers import a_worker, refusal
from workers.ssh.logins import WithPassword

pytestmark = pytest.mark.sshd

PASSWORD = "correct horse, battery"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="OpenSSH checks passwords only when its server runs as root")


def here(machine: SshMachine) -> str:
    """What a script prints there."""
    worker = a_worker(machine)
    result, sink = run(worker, "echo here")
    worker.close()
    assert (result.outcome, result.message) == (Outcome.SUCCEEDED, "")
    return sink.text()


# ---- passwords


@dataclass
class Passwords:
    """A server that takes passwords, one that asks for them as a question, and the account."""

    plain: OpenSshServer
    asking: OpenSshServer
    username: str

    def machine(self, server: OpenSshServer, password: str = PASSWORD) -> SshMachine:
        account = replace(server.machine().account, username=self.username, login=PasswordLogin(Secret(password)))
        return server.machine(account=account)


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    openssh.require()
    folder = Path(tempfile.mkdtemp(prefix="foredeck-passwords-", dir="/tmp"))  # pytest's folders are for root only
    folder.chmod(0o755)
    plain = OpenSshServer(folder / "plain", options=("PasswordAuthentication yes",))
    asking = OpenSshServer(folder / "asking", options=("UsePAM yes", "KbdInteractiveAuthentication yes"))
    with openssh.throw_away_account(PASSWORD) as username:
        for server in (plain, asking):
            shutil.chown(server.home, username)
            server.start()
        yield Passwords(plain, asking, username)
        for server in (plain, asking):
            server.stop()
    shutil.rmtree(folder)


@needs_root
@pytest.mark.parametrize("kind", ["plain", "asking"])
def test_a_password_logs_in_as_such_and_as_the_answer_to_a_question(passwords: Passwords, kind: str) -> None:
    assert here(passwords.machine(getattr(passwords, kind))) == "here\n"


@needs_root
def test_a_wrong_password_names_the_account_and_never_the_password(passwords: Passwords) -> None:
    server = passwords.plain
    result = refusal(passwords.machine(server, "incorrect horse"))
    assert result.message == (
        f"build-1 (127.0.0.1:{server.port}) refused the login of {passwords.username} with the password of account "
        "deploy."
    )
    assert "has not expired" in result.hint
    assert "incorrect horse" not in result.message + result.hint


def test_a_server_that_takes_keys_only_says_so(ssh_server: OpenSshServer) -> None:
    account = replace(ssh_server.machine().account, login=PasswordLogin(Secret(PASSWORD)))
    result = refusal(ssh_server.machine(account=account))
    assert result.message.endswith("in with a password alone; it asks for: publickey.")
    assert "`type: ssh_key`" in result.hint


def test_only_the_first_hidden_question_is_answered_and_what_else_is_asked_is_told(ssh_server: OpenSshServer) -> None:
    login = WithPassword(ssh_server.machine(), PasswordLogin(Secret(PASSWORD)))
    assert login.answer("", "", []) == []
    assert login.answer("", "", [("Name:", True), ("Password: ", False)]) == ["", PASSWORD]
    assert "“Name:”" in str(login.refused())
    second = WithPassword(ssh_server.machine(), PasswordLogin(Secret(PASSWORD)))
    second.answer("", "", [("Password: ", False)])
    assert second.answer("", "", [("Verification code:\x1b[2J ", False)]) == [""]
    assert "for more than a password: “Verification code:[2J”" in str(second.refused())


# ---- an agent


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    openssh.require()
    with Agent(tmp_path) as made:
        yield made


def with_agent(server: OpenSshServer, login: AgentLogin) -> SshMachine:
    return server.machine(account=replace(server.machine().account, login=login))


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_key_of_any_kind_stays_in_the_agent(
    ssh_server: OpenSshServer, agent: Agent, tmp_path: Path, kind: str
) -> None:
    key = make_key(tmp_path / "key", kind)
    ssh_server.authorize(ssh_server.client_key, key)
    agent.run(key)
    key.unlink()
    assert here(with_agent(ssh_server, AgentLogin(str(agent.socket)))) == "here\n"


def test_the_agent_of_the_bots_environment_is_used_and_its_keys_are_tried_in_turn(
    ssh_server: OpenSshServer, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.run(make_key(tmp_path / "stranger", "ed25519"), ssh_server.client_key)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent.socket))
    assert here(with_agent(ssh_server, AgentLogin())) == "here\n"


def test_an_agent_with_many_keys_is_told_which(ssh_server: OpenSshServer, agent: Agent, tmp_path: Path) -> None:
    strangers = [make_key(tmp_path / f"key-{number}", "ed25519") for number in range(7)]
    agent.run(*strangers, ssh_server.client_key)
    result = refusal(with_agent(ssh_server, AgentLogin(str(agent.socket))))
    assert "of the 8 keys of the agent of account deploy." in result.message
    assert "`public_key: SHA256:…`" in result.hint
    login = AgentLogin(str(agent.socket), fingerprint_of(ssh_server.client_key))
    assert here(with_agent(ssh_server, login)) == "here\n"


def test_what_is_wrong_with_an_agent_is_told(
    ssh_server: OpenSshServer, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(login: AgentLogin) -> str:
        message = refusal(with_agent(ssh_server, login)).message
        return message.removeprefix("The agent of account deploy cannot be used: ")

    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    path, other = agent.socket, fingerprint_of(ssh_server.client_key)
    assert said(AgentLogin()) == "the environment of the bot has no SSH_AUTH_SOCK."
    assert said(AgentLogin(str(tmp_path / "gone"))) == f"{tmp_path / 'gone'}: no such file or directory."
    assert said(AgentLogin(str(path))) == f"{path} holds no keys."
    agent.run(make_key(tmp_path / "stranger", "ed25519"))
    assert said(AgentLogin(str(path), other)) == f"{path} does not hold the key {other}."
    refused = refusal(with_agent(ssh_server, AgentLogin(str(path))))
    assert refused.message.endswith("with the one key of the agent of account deploy.")
