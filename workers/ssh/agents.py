"""The keys of an SSH agent, over its socket (draft-ietf-sshm-ssh-agent). It never sees a private key."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Sequence
from typing import Any

import paramiko
from paramiko.agent import AgentSSH

from engine.contracts import AgentLogin
from workers.ssh.keys import fingerprint

_ANSWER_LIMIT = 15.0
"""Seconds for each answer; an agent may ask a person first."""


class UnusableAgent(Exception):
    """An agent is of no use; two half sentences."""

    def __init__(self, why: str, way_out: str) -> None:
        super().__init__(why)
        self.why, self.way_out = why, way_out


class AgentRefused(paramiko.SSHException):
    """The agent did not sign."""


class _Signer(paramiko.AgentKey):
    """A key of the agent. Whether the agent refused, or the machine, is told apart."""

    def sign_ssh_data(self, data: Any, algorithm: str | None = None) -> Any:
        """The signature; raises AgentRefused."""
        try:
            return super().sign_ssh_data(data, algorithm)
        except (paramiko.SSHException, OSError, ValueError) as error:
            raise AgentRefused from error


class Agent(AgentSSH):
    """A connection to an agent; use it in a `with`."""

    def __init__(self, login: AgentLogin) -> None:
        """Raises UnusableAgent."""
        super().__init__()
        path = login.socket or os.environ.get("SSH_AUTH_SOCK", "")
        if not path:
            raise UnusableAgent(
                "the environment of the bot has no SSH_AUTH_SOCK",
                "Start the bot where the agent is, or give the account a `socket`.",
            )
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_ANSWER_LIMIT)
        try:
            connection.connect(path)
            self._connect(connection)  # type: ignore[attr-defined]  # the public Agent knows SSH_AUTH_SOCK only
        except (OSError, ValueError) as error:
            connection.close()
            reason = (getattr(error, "strerror", None) or "it does not answer").lower()
            raise UnusableAgent(
                f"{path}: {reason}", "Look whether the agent runs and whether the bot's account may use its socket."
            ) from None
        except paramiko.SSHException:
            connection.close()
            raise UnusableAgent(f"{path} gives no list of keys", "Look whether it is an agent of SSH.") from None
        self._wanted = login.public_key
        self._path = path

    def keys(self) -> Sequence[paramiko.AgentKey]:
        """Those to offer, in order. Raises UnusableAgent."""
        held = [_Signer(self, key.blob, key.comment) for key in self.get_keys()]
        if not held:
            raise UnusableAgent(f"{self._path} holds no keys", "Add one with ssh-add.")
        wanted = [key for key in held if self._wanted in ("", fingerprint(key.blob))]
        if not wanted:
            raise UnusableAgent(
                f"{self._path} does not hold the key {self._wanted}",
                "Add it with ssh-add, or correct `public_key`; `ssh-add -l` lists what is there.",
            )
        return wanted

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._close()  # type: ignore[attr-defined]
