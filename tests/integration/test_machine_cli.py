"""`foredeck worker add` and `target add` on a real OpenSSH server: what they print is a configuration that works."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine import definitions
from tests.support.openssh import Agent, OpenSshServer, make_key


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(words))
    return result.exit_code, result.output


def files_of(output: str) -> dict[str, str]:
    """The files that it says to write."""
    blocks = output.split("\n# ")[1:]
    return {block.partition("\n")[0]: block.partition("\n")[2] for block in blocks}


def test_what_it_prints_for_a_worker_is_a_configuration(tmp_path: Path, ssh_server: OpenSshServer) -> None:
    address = f"{getpass.getuser()}@127.0.0.1:{ssh_server.port}"
    code, output = run("worker", "add", address, "--key", str(ssh_server.client_key), "--slug", "build-1")
    assert code == 0, output
    assert ssh_server.fingerprint_of("ed25519") in output
    assert "Compare it on the machine" in output
    assert "can work" in output
    (tmp_path / "foredeck.yml").write_text("foredeck: 1\n")
    for name, content in files_of(output).items():
        (tmp_path / name).write_text(content)
    loaded = definitions.load(tmp_path)
    assert loaded.workers["build-1"].pools == ("linux",)
    assert loaded.workers["build-1"].host_key == ssh_server.fingerprint_of("ed25519")


def test_the_first_worker_takes_the_steps_over_and_one_for_another_pool_does_not(
    tmp_path: Path, ssh_server: OpenSshServer
) -> None:
    """What docs/workers.md promises: two lines of configuration, and no change to any process."""
    for name, content in {
        "foredeck.yml": "foredeck: 1\nenvironments: {staging: {}}\n",
        "projects/web/project.yml": "slug: web\n",
        "projects/web/process.yml": "steps: [{step: build, run_script: {inline: make}}]\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    address = f"{getpass.getuser()}@127.0.0.1:{ssh_server.port}"
    plan = ["plan", "web", "--version", "1.0.0", "--environment", "staging", "--config", str(tmp_path)]

    def build(*pool: str) -> str:
        """Where it would run after a worker was added."""
        key = ["--key", str(ssh_server.client_key), "--slug", "build-1"]
        for name, content in files_of(run("worker", "add", address, *key, *pool)[1]).items():
            (tmp_path / name).write_text(content)
        return run(*plan)[1].splitlines()[1]

    assert run(*plan)[1].splitlines()[1] == "  1. build: inline Bash script, built-in worker"
    assert build("--pool", "arm") == "  1. build: inline Bash script, built-in worker"
    assert build() == "  1. build: inline Bash script, pool linux: build-1"


def test_for_a_second_worker_only_its_own_line_is_printed(tmp_path: Path, ssh_server: OpenSshServer) -> None:
    address = f"{getpass.getuser()}@127.0.0.1:{ssh_server.port}"
    key, folder = ["--key", str(ssh_server.client_key)], ["--config", str(tmp_path)]
    (tmp_path / "foredeck.yml").write_text("foredeck: 1\n")
    for name, content in files_of(run("worker", "add", address, *key, "--slug", "build-1", *folder)[1]).items():
        (tmp_path / name).write_text(content)
    (more,) = files_of(run("worker", "add", address, *key, "--slug", "build-2", *folder)[1]).items()
    assert more[0] == "workers.yml"
    with (tmp_path / "workers.yml").open("a") as file:
        file.write(more[1])
    assert definitions.load(tmp_path).workers["build-2"].pools == ("linux",)


def test_and_for_a_target(tmp_path: Path, ssh_server: OpenSshServer) -> None:
    address = f"{getpass.getuser()}@127.0.0.1:{ssh_server.port}"
    rest = ["--key", str(ssh_server.client_key), "--environment", "staging", "--tag", "web", "--tag", "blue"]
    code, output = run("target", "add", address, *rest)
    assert code == 0, output
    (tmp_path / "foredeck.yml").write_text("foredeck: 1\nenvironments: {staging: {}}\n")
    for name, content in files_of(output).items():
        (tmp_path / name).write_text(content)
    (target,) = definitions.load(tmp_path).targets.values()
    assert (target.slug, target.tags) == ("machine-127-0-0-1", ("web", "blue"))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.0.0.7", "The address is written USER@HOST"),
        ("deploy@127.0.0.1:1", "refused"),
        ("deploy@no-such-host.invalid", "no-such-host.invalid"),
    ],
)
def test_what_does_not_work_is_told(ssh_server: OpenSshServer, address: str, told: str) -> None:
    code, output = run("worker", "add", address, "--key", str(ssh_server.client_key))
    assert code != 0
    assert told in output


def test_a_key_that_is_not_taken_is_told_and_nothing_is_printed_to_write(
    tmp_path: Path, ssh_server: OpenSshServer
) -> None:
    stranger = make_key(tmp_path / "stranger", "ed25519")
    address = f"{getpass.getuser()}@127.0.0.1:{ssh_server.port}"
    code, output = run("worker", "add", address, "--key", str(stranger))
    assert code == 1
    assert "# workers.yml" not in output
    code, output = run("worker", "add", address, "--key", str(tmp_path / "missing"))
    assert code != 0
    assert "cannot be read: No such file or directory" in output


def test_an_agent_and_a_password_are_written_as_accounts(
    tmp_path: Path, ssh_server: OpenSshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{getpass.getuser()}@127.0.0.1:{ssh_server.port}"
    with Agent(tmp_path) as agent:
        agent.run(ssh_server.client_key)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(agent.socket))
        code, output = run("worker", "add", address, "--agent")
    assert code == 0, output
    assert f'{{type: ssh_agent, username: "{getpass.getuser()}"}}' in files_of(output)["accounts.yml"]
    monkeypatch.setenv("BUILD_PASSWORD", "guess")
    code, output = run("worker", "add", address, "--password-env", "BUILD_PASSWORD")
    assert code == 1
    assert "with a password alone; it asks for: publickey." in output
    code, output = run("worker", "add", address)
    assert code == 2
    assert "Say how to log in" in output


def test_a_machine_behind_a_bastion_is_tried_through_it(
    tmp_path: Path, ssh_server: OpenSshServer, own_ssh_server: OpenSshServer
) -> None:
    gate, user = own_ssh_server, getpass.getuser()
    (tmp_path / "foredeck.yml").write_text("foredeck: 1\n")
    (tmp_path / "accounts.yml").write_text(
        f'gate: {{type: ssh_key, username: {user}, private_key: {{secret: "file:{gate.client_key}"}}}}\n'
    )
    (tmp_path / "bastions.yml").write_text(
        f'gate: {{ssh: "127.0.0.1:{gate.port}", account: gate, host_key: "{gate.fingerprint_of("ed25519")}"}}\n'
    )
    address = f"{user}@127.0.0.1:{ssh_server.port}"
    rest = ["--key", str(ssh_server.client_key), "--config", str(tmp_path)]
    code, output = run("worker", "add", address, "--via", "gate", *rest)
    assert code == 0, output
    assert "via: gate" in files_of(output)["workers.yml"]
    assert (gate.folder / "sshd.log").read_text().count("Accepted publickey") == 2  # one look, one login
    code, output = run("worker", "add", address, "--via", "gaet", *rest)
    assert code == 2
    assert "There are: gate." in output
