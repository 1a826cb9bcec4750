"""Logs in on a connection whose other end has proved who it is: with a key, a password, or an agent's keys."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

import paramiko

from engine.contracts import AgentLogin, KeyLogin, PasswordLogin, SshMachine
from workers.runner.channels import CannotConnect
from workers.ssh import problems, refused_logins
from workers.ssh.agents import Agent, AgentRefused, UnusableAgent
from workers.ssh.keys import UnusableKey, load_private_key


class Login(Protocol):
    """What is ready to be offered."""

    def offer(self, transport: paramiko.Transport) -> Sequence[str]:
        """Log in; what the server wants besides. Raises paramiko's exceptions, or CannotConnect."""
        ...

    def refused(self) -> CannotConnect:
        """What is said when the server did not want it."""
        ...


def prepare(machine: SshMachine) -> Login:
    """Look at what the account has, before anybody is connected to. Raises CannotConnect."""
    match machine.account.login:
        case KeyLogin() as login:
            try:
                return WithKey(machine, load_private_key(login))
            except UnusableKey as error:
                raise refused_logins.unusable_key(machine, error.why, error.way_out) from None
        case PasswordLogin() as login:
            return WithPassword(machine, login)
        case AgentLogin() as login:
            return WithAgent(machine, login)


def log_in(transport: paramiko.Transport, machine: SshMachine, login: Login) -> None:
    """Log in, or raise CannotConnect."""
    begun = time.monotonic()
    try:
        further = login.offer(transport)
    except paramiko.BadAuthenticationType as error:
        raise refused_logins.other_login(machine, error.allowed_types) from None
    except paramiko.AuthenticationException:
        if not transport.is_active():
            raise problems.no_greeting(machine) from None
        if time.monotonic() - begun >= transport.auth_timeout:
            raise refused_logins.slow_login(machine, transport.auth_timeout) from None
        raise login.refused() from None
    except (paramiko.SSHException, EOFError, OSError):
        raise problems.no_greeting(machine) from None
    if further:
        raise refused_logins.other_login(machine, further)


class WithKey:
    """Offers one key."""

    def __init__(self, machine: SshMachine, key: paramiko.PKey) -> None:
        self._machine = machine
        self._key = key

    def offer(self, transport: paramiko.Transport) -> Sequence[str]:
        """See Login."""
        return transport.auth_publickey(self._machine.account.username, self._key)

    def refused(self) -> CannotConnect:
        """See Login."""
        return refused_logins.refused_login(self._machine)


class WithAgent:
    """Offers one key of the agent after the other."""

    def __init__(self, machine: SshMachine, login: AgentLogin) -> None:
        self._machine = machine
        self._login = login
        self._tried = 0

    def offer(self, transport: paramiko.Transport) -> Sequence[str]:
        """See Login."""
        try:
            with Agent(self._login) as agent:
                return self._offer_each(transport, agent.keys())
        except UnusableAgent as error:
            raise refused_logins.unusable_agent(self._machine, error.why, error.way_out) from None

    def _offer_each(self, transport: paramiko.Transport, keys: Sequence[paramiko.AgentKey]) -> Sequence[str]:
        for self._tried, key in enumerate(keys, start=1):
            try:
                return transport.auth_publickey(self._machine.account.username, key)
            except AgentRefused:
                way_out = "Look whether it is locked, or waits for somebody to confirm."
                raise UnusableAgent("it did not sign", way_out) from None
            except paramiko.BadAuthenticationType:
                raise
            except (paramiko.SSHException, EOFError, OSError):
                if not transport.is_active() and self._tried > 1:
                    raise refused_logins.too_many_keys(self._machine, self._tried, len(keys)) from None
                if not transport.is_active():
                    raise
        raise paramiko.AuthenticationException

    def refused(self) -> CannotConnect:
        """See Login."""
        return refused_logins.refused_keys(self._machine, self._tried)


class WithPassword:
    """As a password where that is allowed, else as the answer to the first hidden question; any other question would
    be a second factor.
    """

    def __init__(self, machine: SshMachine, login: PasswordLogin) -> None:
        self._machine = machine
        self._login = login
        self._has_answered = False
        self._unanswered = ""

    def offer(self, transport: paramiko.Transport) -> Sequence[str]:
        """See Login."""
        username = self._machine.account.username
        try:
            transport.auth_none(username)
        except paramiko.BadAuthenticationType as error:
            allowed = error.allowed_types
        else:
            return ()
        if "password" in allowed:
            return transport.auth_password(username, self._login.password.reveal(), fallback=False)
        if "keyboard-interactive" in allowed:
            return transport.auth_interactive(username, self.answer)
        raise refused_logins.other_login(self._machine, allowed)

    def answer(self, _title: str, _instructions: str, questions: Sequence[tuple[str, bool]]) -> list[str]:
        """What is answered to the server's questions; each has a text, and whether the answer may be seen."""
        answers = []
        for text, is_shown in questions:
            if is_shown or self._has_answered:
                self._unanswered = self._unanswered or text
                answers.append("")
            else:
                self._has_answered = True
                answers.append(self._login.password.reveal())
        return answers

    def refused(self) -> CannotConnect:
        """See Login."""
        if self._unanswered:
            return refused_logins.more_questions(self._machine, self._unanswered)
        return refused_logins.refused_password(self._machine)
