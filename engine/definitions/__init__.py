"""The configuration: a folder of YAML read into frozen values, all problems at once. It keeps and applies nothing."""

from engine.definitions.documents import FORMAT, Definitions, parse_stored
from engine.definitions.loading import check, load
from engine.definitions.problems import InvalidDefinitions, Problem, StoredDefinitionsUnreadable
from engine.definitions.values import (
    AccountDefinition,
    Defaults,
    Environment,
    FreezeDefinition,
    Person,
    Project,
    QueueRules,
    Runbook,
    SecretStore,
    TargetDefinition,
    Team,
    Trigger,
    VariableSet,
    WorkerDefinition,
    WorkerPool,
)
from engine.domain.grants import Grant

__all__ = [
    "FORMAT",
    "AccountDefinition",
    "Defaults",
    "Definitions",
    "Environment",
    "FreezeDefinition",
    "Grant",
    "InvalidDefinitions",
    "Person",
    "Problem",
    "Project",
    "QueueRules",
    "Runbook",
    "SecretStore",
    "StoredDefinitionsUnreadable",
    "TargetDefinition",
    "Team",
    "Trigger",
    "VariableSet",
    "WorkerDefinition",
    "WorkerPool",
    "check",
    "load",
    "parse_stored",
]
