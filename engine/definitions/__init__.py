"""The configuration: a folder of YAML read into frozen values, all problems at once. It keeps and applies nothing."""

from engine.definitions.documents import FORMAT, Definitions, parse_stored
from engine.definitions.loading import check, load
from engine.definitions.problems import InvalidDefinitions, Problem, StoredDefinitionsUnreadable
from engine.definitions.values import (
    DEFAULT_POLICY,
    AccountDefinition,
    Defaults,
    Environment,
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

__all__ = [
    "DEFAULT_POLICY",
    "FORMAT",
    "AccountDefinition",
    "Defaults",
    "Definitions",
    "Environment",
    "FreezeDefinition",
    "Grant",
    "InvalidDefinitions",
    "Machine",
    "MachinePolicy",
    "Person",
    "Problem",
    "Project",
    "QueueRules",
    "Runbook",
    "SecretStore",
    "StoredDefinitionsUnreadable",
    "TargetDefinition",
    "TargetRules",
    "Team",
    "Trigger",
    "VariableSet",
    "WorkerDefinition",
    "WorkerPool",
    "check",
    "load",
    "parse_stored",
]
