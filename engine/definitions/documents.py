"""A whole configuration as one frozen value, its digest, and the form in which a revision of it is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from engine.definitions.problems import StoredDefinitionsUnreadable
from engine.definitions.values import (
    DEFAULT_POLICY,
    AccountDefinition,
    ArtifactRules,
    BastionDefinition,
    BuiltInDefinition,
    Defaults,
    Environment,
    FeedRules,
    FreezeDefinition,
    Machine,
    MachinePolicy,
    Person,
    Project,
    QueueRules,
    Runbook,
    SecretStore,
    TargetDefinition,
    TargetRules,
    Team,
    Trigger,
    VariableSet,
    WorkerDefinition,
    WorkerPool,
)
from engine.domain.grants import Grant
from engine.domain.locations import TargetKind
from engine.domain.packages import package_from_json, package_to_json
from engine.domain.processes import process_from_json, process_to_json
from engine.domain.scopes import scope_from_json, scope_to_json
from engine.domain.variables import (
    Variable,
    secret_reference_from_json,
    secret_reference_to_json,
    variables_from_json,
    variables_to_json,
)

FORMAT = 1
"""The version of the configuration format that this code reads and stores."""


@dataclass(frozen=True)
class Definitions:
    """Everything that a configuration folder declares. Environments keep their order, the rest is sorted by slug."""

    format: int
    defaults: Defaults
    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    grants: tuple[Grant, ...]
    environments: Mapping[str, Environment]
    worker_pools: Mapping[str, WorkerPool]
    workers: Mapping[str, WorkerDefinition]
    targets: Mapping[str, TargetDefinition]
    accounts: Mapping[str, AccountDefinition]
    projects: Mapping[str, Project]
    secret_stores: Mapping[str, SecretStore]
    variable_sets: Mapping[str, VariableSet]
    freezes: Mapping[str, FreezeDefinition] = field(default_factory=dict)
    built_in_worker: BuiltInDefinition = field(default_factory=BuiltInDefinition)
    artifacts: ArtifactRules = field(default_factory=ArtifactRules)
    built_in_feed: FeedRules = field(default_factory=FeedRules)
    machine_policies: Mapping[str, MachinePolicy] = field(default_factory=dict)
    bastions: Mapping[str, BastionDefinition] = field(default_factory=dict)
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """What the frozen files hold, by digest. Of a folder that was just read only; stored apart."""

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of `to_json()` without the lines where things are written, in hexadecimal: two folders that mean
        the same have the same one.
        """
        return hashlib.sha256(_canonical(_without_places(self._content())).encode()).hexdigest()

    @property
    def default_pool(self) -> str | None:
        """The slug of the default worker pool; None where there is none."""
        return next((pool.slug for pool in self.worker_pools.values() if pool.default), None)

    def variables_of(self, project: str) -> tuple[Variable, ...]:
        """The project's own variables, then those of the library sets that it includes."""
        found = self.projects[project]
        return (*found.variables, *(v for slug in found.variable_sets for v in self.variable_sets[slug].variables))

    @property
    def machines(self) -> tuple[Machine, ...]:
        """The workers, then the targets that are machines: cloud regions cannot be logged in to."""
        return (*self.workers.values(), *(target for target in self.targets.values() if target.has_machine))

    @property
    def places(self) -> tuple[Machine, ...]:
        """The workers and all targets, cloud regions too."""
        return (*self.workers.values(), *self.targets.values())

    def policy_of(self, machine: Machine) -> MachinePolicy:
        """How this machine is checked; the default policy needs no configuration."""
        return self.machine_policies.get(machine.policy) or MachinePolicy(DEFAULT_POLICY, DEFAULT_POLICY)

    def machine(self, slug: str) -> Machine | None:
        """The worker or the target with this slug; None where it is no machine."""
        target = self.targets.get(slug)
        return self.workers.get(slug) or (target if target and target.has_machine else None)

    def to_json(self) -> str:
        """Canonical JSON: script bodies included, of secrets only the references."""
        return _canonical(self._content())

    def _content(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "defaults": asdict(self.defaults),
            "people": _listed(self.people),
            "teams": _listed(self.teams),
            "grants": [
                {"team": grant.team, "roles": list(grant.roles), "when": scope_to_json(grant.when)}
                for grant in self.grants
            ],
            "environments": _listed(self.environments),
            "built_in_worker": _built_in_to_json(self.built_in_worker),
            "artifacts": {**asdict(self.artifacts), "retention": self.artifacts.retention.total_seconds()},
            "built_in_feed": _feed_to_json(self.built_in_feed),
            "machine_policies": [_policy_to_json(policy) for policy in self.machine_policies.values()],
            "worker_pools": _listed(self.worker_pools),
            "workers": _listed(self.workers),
            "targets": _listed(self.targets),
            "bastions": _listed(self.bastions),
            "accounts": [_account_to_json(account) for account in self.accounts.values()],
            "projects": [_project_to_json(project) for project in self.projects.values()],
            "secret_stores": [_store_to_json(store) for store in self.secret_stores.values()],
            "variable_sets": [_set_to_json(variable_set) for variable_set in self.variable_sets.values()],
            "freezes": [{**asdict(freeze), "scope": scope_to_json(freeze.scope)} for freeze in self.freezes.values()],
        }


def parse_stored(content: str) -> Definitions:
    """Read what `Definitions.to_json` wrote. Raises `StoredDefinitionsUnreadable`."""
    try:
        stored = json.loads(content)
        if stored["format"] != FORMAT:
            raise StoredDefinitionsUnreadable(reason=f"its format is {stored['format']!r}, not {FORMAT}")
        return _definitions_from_json(stored)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # The content itself is not repeated: only what kind of damage it is.
        raise StoredDefinitionsUnreadable(reason=f"it is damaged ({type(error).__name__})") from None


def _definitions_from_json(stored: Mapping[str, Any]) -> Definitions:
    return Definitions(
        format=stored["format"],
        defaults=Defaults(**stored["defaults"]),
        people=by_slug(Person(**item) for item in stored["people"]),
        teams=by_slug(Team(**{**item, "people": tuple(item["people"])}) for item in stored["teams"]),
        grants=tuple(
            Grant(item["team"], tuple(item["roles"]), scope_from_json(item["when"])) for item in stored["grants"]
        ),
        environments=by_slug(Environment(**item) for item in stored["environments"]),
        built_in_worker=_built_in_from_json(stored.get("built_in_worker", {})),
        artifacts=_artifacts_from_json(stored.get("artifacts")),
        built_in_feed=_feed_from_json(stored.get("built_in_feed")),
        machine_policies=by_slug(_policy_from_json(item) for item in stored.get("machine_policies", ())),
        worker_pools=by_slug(WorkerPool(**item) for item in stored["worker_pools"]),
        workers=by_slug(WorkerDefinition(**{**item, "pools": tuple(item["pools"])}) for item in stored["workers"]),
        # Revisions that were stored before there were targets have none.
        targets=by_slug(_target_from_json(item) for item in stored.get("targets", ())),
        bastions=by_slug(BastionDefinition(**item) for item in stored.get("bastions", ())),
        accounts=by_slug(_account_from_json(item) for item in stored["accounts"]),
        projects=by_slug(_project_from_json(item) for item in stored["projects"]),
        # Revisions of earlier versions have none.
        secret_stores=by_slug(_store_from_json(item) for item in stored.get("secret_stores", ())),
        variable_sets=by_slug(_set_from_json(item) for item in stored.get("variable_sets", ())),
        freezes=by_slug(
            FreezeDefinition(**{**item, "scope": scope_from_json(item["scope"])}) for item in stored.get("freezes", ())
        ),
    )


class Sluggish(Protocol):
    """What has a slug."""

    @property
    def slug(self) -> str: ...


_Item = TypeVar("_Item", bound=Sluggish)


def by_slug(items: Iterable[_Item]) -> Mapping[str, _Item]:
    """A read-only mapping from slug to value that keeps the order."""
    return MappingProxyType({item.slug: item for item in items})


def _listed(items: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A list and not a mapping: canonical JSON sorts keys, and the order of environments has a meaning."""
    return [asdict(item) for item in items.values()]


def _built_in_to_json(built_in: BuiltInDefinition) -> dict[str, Any]:
    return {**asdict(built_in), "time": None if built_in.time is None else built_in.time.total_seconds()}


def _built_in_from_json(item: Mapping[str, Any]) -> BuiltInDefinition:
    seconds = item.get("time")
    return BuiltInDefinition(**{**item, "time": None if seconds is None else timedelta(seconds=seconds)})


def _target_from_json(item: Mapping[str, Any]) -> TargetDefinition:
    kind = TargetKind(item.get("kind", TargetKind.SSH))  # revisions of earlier versions have none
    return TargetDefinition(
        **{**item, "environments": tuple(item["environments"]), "tags": tuple(item["tags"]), "kind": kind}
    )


def _artifacts_from_json(item: Mapping[str, Any] | None) -> ArtifactRules:
    return ArtifactRules(**{**item, "retention": timedelta(seconds=item["retention"])}) if item else ArtifactRules()


def _feed_to_json(rules: FeedRules) -> dict[str, Any]:
    return {"retention": rules.retention and rules.retention.total_seconds(), "keep": rules.keep}


def _feed_from_json(item: Mapping[str, Any] | None) -> FeedRules:
    seconds = item["retention"] if item else None
    return FeedRules(None if seconds is None else timedelta(seconds=seconds), item["keep"]) if item else FeedRules()


def _policy_to_json(policy: MachinePolicy) -> dict[str, Any]:
    return {**asdict(policy), "every": policy.every.total_seconds()}


def _policy_from_json(item: Mapping[str, Any]) -> MachinePolicy:
    return MachinePolicy(**{**item, "every": timedelta(seconds=item["every"])})


_SECRETS_OF_AN_ACCOUNT = ("private_key", "passphrase", "password")


def _account_to_json(account: AccountDefinition) -> dict[str, Any]:
    references = {name: getattr(account, name) for name in _SECRETS_OF_AN_ACCOUNT}
    return {
        "slug": account.slug,
        "type": account.type,
        "username": account.username,
        "socket": account.socket,
        "public_key": account.public_key,
        **{name: secret_reference_to_json(kept) if kept else None for name, kept in references.items()},
    }


def _account_from_json(item: Mapping[str, Any]) -> AccountDefinition:
    # Revisions that were stored when there were keys only have no `password`.
    references = {name: item.get(name) for name in _SECRETS_OF_AN_ACCOUNT}
    return AccountDefinition(
        **{**item, **{name: secret_reference_from_json(kept) if kept else None for name, kept in references.items()}}
    )


def _project_to_json(project: Project) -> dict[str, Any]:
    return {
        "slug": project.slug,
        "name": project.name,
        "slack_channel": project.slack_channel,
        "process": process_to_json(project.process),
        "variables": variables_to_json(project.variables),
        "queue": asdict(project.queue),
        "variable_sets": list(project.variable_sets),
        "triggers": [asdict(trigger) for trigger in project.triggers],
        "guided_failure": project.guided_failure,
        "targets": asdict(project.targets),
        "runbooks": [{**asdict(r), "process": process_to_json(r.process)} for r in project.runbooks],
        "packages": [package_to_json(package) for package in project.packages],
    }


def _project_from_json(item: Mapping[str, Any]) -> Project:
    return Project(
        slug=item["slug"],
        name=item["name"],
        slack_channel=item["slack_channel"],
        process=process_from_json(item["process"]),
        variables=variables_from_json(item["variables"]),
        queue=QueueRules(**item.get("queue", {})),
        variable_sets=tuple(item.get("variable_sets", ())),
        triggers=tuple(
            Trigger(**{**trigger, "tags": tuple(trigger.get("tags", ()))}) for trigger in item.get("triggers", ())
        ),
        guided_failure=item.get("guided_failure"),
        targets=_target_rules_from_json(item.get("targets", {})),
        runbooks=tuple(
            Runbook(**{**r, "process": process_from_json(r["process"]), "environments": tuple(r["environments"])})
            for r in item.get("runbooks", ())
        ),
        packages=tuple(package_from_json(package) for package in item.get("packages", ())),
    )


def _target_rules_from_json(item: Mapping[str, Any]) -> TargetRules:
    return TargetRules(**{**item, "skip_unavailable_tags": tuple(item.get("skip_unavailable_tags", ()))})


def _store_to_json(store: SecretStore) -> dict[str, Any]:
    return {"slug": store.slug, "command": list(store.command), "timeout": store.timeout.total_seconds()}


def _store_from_json(item: Mapping[str, Any]) -> SecretStore:
    return SecretStore(item["slug"], tuple(item["command"]), timedelta(seconds=item["timeout"]))


def _set_to_json(variable_set: VariableSet) -> dict[str, Any]:
    return {
        "slug": variable_set.slug,
        "name": variable_set.name,
        "variables": variables_to_json(variable_set.variables),
    }


def _set_from_json(item: Mapping[str, Any]) -> VariableSet:
    return VariableSet(item["slug"], item["name"], variables_from_json(item["variables"]))


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _without_places(content: dict[str, Any]) -> dict[str, Any]:
    """Moving a line changes nothing of what a configuration means."""
    for holder in (*content["projects"], *content["variable_sets"]):
        for variable in holder["variables"]:
            variable.pop("place", None)
    return content
