"""The machines of the configuration as workers need them: address, way, account with its secrets."""

from __future__ import annotations

from engine.contracts import Account, AgentLogin, KeyLogin, PasswordLogin, SshMachine
from engine.definitions import AccountDefinition, BastionDefinition, Definitions, TargetDefinition, WorkerDefinition
from engine.definitions.secrets import resolve


def with_secrets(
    definitions: Definitions, machine: WorkerDefinition | TargetDefinition | BastionDefinition
) -> SshMachine:
    """All that is needed to log in to it, and to the bastions before it. Raises SecretUnavailable."""
    return SshMachine(
        slug=machine.slug,
        host=machine.host,
        port=machine.port,
        host_key=machine.host_key,
        account=_account(definitions, definitions.accounts[machine.account]),
        via=with_secrets(definitions, definitions.bastions[machine.via]) if machine.via else None,
    )


def _account(definitions: Definitions, account: AccountDefinition) -> Account:
    return Account(account.slug, account.username, _login(definitions, account))


def _login(definitions: Definitions, account: AccountDefinition) -> KeyLogin | PasswordLogin | AgentLogin:
    stores = definitions.secret_stores
    if account.password is not None:
        return PasswordLogin(resolve(account.password, stores))
    if account.private_key is not None:
        passphrase = resolve(account.passphrase, stores) if account.passphrase else None
        return KeyLogin(resolve(account.private_key, stores), passphrase)
    return AgentLogin(account.socket, account.public_key)
