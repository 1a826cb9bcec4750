"""The nouns of a configuration as frozen values: people, teams, environments, machines, projects. They read no file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.domain.locations import TargetKind
from engine.domain.packages import Package
from engine.domain.processes import Process
from engine.domain.scopes import EVERYWHERE, Scope
from engine.domain.variables import SecretReference, Variable


@dataclass(frozen=True)
class Defaults:
    """What holds where nothing more specific is said."""

    slack_channel: str | None = None
    time_zone: str = "UTC"  # a name of the IANA time zone database
    task_cap: int = 5  # so many tasks run at once (Octopus's default); those that wait for people do not count
    emergency_team: str = ""  # its members may deploy past freezes, locks, pauses and approvals; empty: nobody may


@dataclass(frozen=True)
class Person:
    """Somebody who may be given permissions; `slack` is the member id (`U…`)."""

    slug: str
    name: str
    slack: str | None = None


@dataclass(frozen=True)
class Team:
    """People by list, by Slack user group (`S…`), or both: the group where the plan has groups, the list otherwise."""

    slug: str
    name: str
    people: tuple[str, ...] = ()
    slack_group: str | None = None


@dataclass(frozen=True)
class Environment:
    """Where releases are deployed to; their order is the default lifecycle."""

    slug: str
    name: str
    slack_channel: str | None = None
    protected: bool = False  # nothing runs there as the bot's own account
    guided_failure: bool = False  # a person is asked when a step fails


@dataclass(frozen=True)
class BuiltInDefinition:
    """How the built-in worker works. Sizes in bytes; `time` and `output` hold for each script."""

    enabled: bool = True
    run_as: str | None = None  # an account of the bot's machine; None: the bot's own
    time: timedelta | None = None
    memory: int | None = None  # for each process
    processes: int | None = None  # of the account, at once
    output: int | None = None


DEFAULT_POLICY = "default"
"""The slug of the policy of all machines that name none."""


@dataclass(frozen=True)
class MachinePolicy:
    """How machines are checked and when, and what it means that one does not answer.

    `script`: runs after the usual look; empty: none. `cron`: instead of `every`.
    """

    slug: str
    name: str
    connection_only: bool = False  # whoever can be logged in to is healthy
    script: str = ""
    source: str = ""  # where the script is from
    every: timedelta = timedelta(hours=1)
    cron: str = ""
    time_zone: str | None = None  # None: that of the defaults
    skips_unavailable: bool = False  # a target that does not answer is left out of deployments


@dataclass(frozen=True)
class ArtifactRules:
    """What is kept of the files that scripts name. Sizes in bytes."""

    file_limit: int = 50 << 20
    task_limit: int = 500 << 20  # of all files of a deployment together
    retention: timedelta = timedelta(days=30)


@dataclass(frozen=True)
class FeedRules:
    """What stays in the built-in feed of what no release uses. `retention` None: all; `keep`: so many of the newest
    versions of each package stay however old they are.
    """

    retention: timedelta | None = None
    keep: int = 10


@dataclass(frozen=True)
class WorkerPool:
    """A choice of workers. The default one serves the steps that name none."""

    slug: str
    name: str
    default: bool = False
    affinity: str = "deployment"  # whose steps keep to one worker: of a "deployment", those with its "package", "none"


@dataclass(frozen=True)
class WorkerDefinition:
    """A machine that runs steps over SSH; `host_key`: its pinned `SHA256:…` fingerprints, a space between them."""

    slug: str
    name: str
    pools: tuple[str, ...]
    host: str
    port: int
    account: str
    host_key: str
    policy: str = DEFAULT_POLICY
    via: str = ""  # the bastion


@dataclass(frozen=True)
class BastionDefinition:
    """A machine through which others are reached; nothing runs on it. `via`: the bastion before it."""

    slug: str
    host: str
    port: int
    account: str
    host_key: str
    via: str = ""


@dataclass(frozen=True)
class TargetDefinition:
    """What is deployed to: a machine that is reached over SSH, or a place without one, which has neither host nor
    account. Steps find it by its tags, in its environments. `worker_pool`: instead of the default pool, for what is
    aimed at one without a machine.
    """

    slug: str
    name: str
    host: str
    port: int
    account: str
    host_key: str
    environments: tuple[str, ...]
    tags: tuple[str, ...]
    policy: str = DEFAULT_POLICY
    kind: TargetKind = TargetKind.SSH
    worker_pool: str | None = None
    via: str = ""  # the bastion

    @property
    def has_machine(self) -> bool:
        """Is there something to connect to, to check and to run scripts on?"""
        return self.kind.has_machine


Machine = WorkerDefinition | TargetDefinition


@dataclass(frozen=True)
class AccountDefinition:
    """How to log in: a user's name and where the secrets are kept, never the secrets. What a type does not have is
    None or empty; `socket` and `public_key` are those of an agent.
    """

    slug: str
    username: str
    private_key: SecretReference | None = None
    passphrase: SecretReference | None = None
    type: str = "ssh_key"
    password: SecretReference | None = None
    socket: str = ""
    public_key: str = ""


@dataclass(frozen=True)
class QueueRules:
    """How a project's deployments stand in line."""

    supersede: bool = False  # a newer one takes the place of older ones that have not begun
    priority: str = "regular"  # or "high": before the others
    concurrency_tag: str = ""  # one at a time for each value of it; empty: for each environment of the project


@dataclass(frozen=True)
class TargetRules:
    """Which targets a project's deployments leave out (Octopus's deployment target settings)."""

    skip_unavailable: bool = False  # those that do not answer
    skip_unavailable_tags: tuple[str, ...] = ()  # of them only those with one of these tags; empty: all
    exclude_unhealthy: bool = False


@dataclass(frozen=True)
class SecretStore:
    """A command that prints a secret. In its arguments `{path}` stands for what follows the store's name."""

    slug: str
    command: tuple[str, ...]
    timeout: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class VariableSet:
    """A library set: variables of the platform team that projects include by name."""

    slug: str
    name: str
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True)
class FreezeDefinition:
    """A window of time in which nothing begins there; its marks are as `engine.domain.windows` reads them."""

    slug: str
    name: str
    opens: str
    closes: str
    scope: Scope = EVERYWHERE
    repeats: str = "never"
    time_zone: str | None = None  # None: that of the defaults
    refuses: bool = True  # what would begin meanwhile; else it waits


@dataclass(frozen=True)
class Trigger:
    """Deploys by the clock: the newest release, or what is live in `origin`. Or when an `event` comes, then `cron` is
    empty: `machine_available`, what is live there to targets that came back, or came new, and do not have it.
    """

    slug: str
    cron: str
    environment: str
    person: str  # on whose behalf: their permissions count
    time_zone: str | None = None  # None: that of the defaults
    origin: str | None = None
    runbook: str | None = None  # this runs instead
    missed: str = "skip"  # or "run", once: what fell into a time when Foredeck did not run
    when_current: str = "skip"  # or "redeploy": what is live there already
    event: str = ""
    tags: tuple[str, ...] = ()  # only targets with one of these; empty: all


@dataclass(frozen=True)
class Runbook:
    """A process of a project that runs without a release. `environments`: where it may; everywhere when empty."""

    slug: str
    name: str
    process: Process
    environments: tuple[str, ...] = ()
    guided_failure: bool | None = None  # None: as the environment says


@dataclass(frozen=True)
class Project:
    """What is deployed, how, and with which variables."""

    slug: str
    name: str
    process: Process
    slack_channel: str | None = None
    variables: tuple[Variable, ...] = ()  # its own
    queue: QueueRules = QueueRules()
    variable_sets: tuple[str, ...] = ()  # the library sets that it includes
    triggers: tuple[Trigger, ...] = ()
    guided_failure: bool | None = None  # None: as the environment says
    runbooks: tuple[Runbook, ...] = ()
    targets: TargetRules = TargetRules()
    packages: tuple[Package, ...] = ()
