"""SQLAlchemy tables. They decide nothing; services and orchestration do."""

from engine.models.artifacts import Artifact
from engine.models.base import Base
from engine.models.configuration import Content, FolderState, GroupMembers, Revision, TimeZone
from engine.models.deployments import (
    ActionRun,
    Decision,
    GuidedRun,
    Highlight,
    Interruption,
    Output,
    Release,
    Task,
    TaskLink,
)
from engine.models.emergencies import Emergency
from engine.models.holds import HoldRow
from engine.models.machines import DisabledMachine, HealthChange, MachineHealth, MachineReturn, TrustedKey
from engine.models.outbox import LogCursor, OutboxRow, PostedMessage
from engine.models.packages import PackageVersion, ReleasePackage
from engine.models.triggers import TriggerFire, TriggerRow

__all__ = [
    "ActionRun",
    "Artifact",
    "Base",
    "Content",
    "Decision",
    "DisabledMachine",
    "Emergency",
    "FolderState",
    "GroupMembers",
    "GuidedRun",
    "HealthChange",
    "Highlight",
    "HoldRow",
    "Interruption",
    "LogCursor",
    "MachineHealth",
    "MachineReturn",
    "OutboxRow",
    "Output",
    "PackageVersion",
    "PostedMessage",
    "Release",
    "ReleasePackage",
    "Revision",
    "Task",
    "TaskLink",
    "TimeZone",
    "TriggerFire",
    "TriggerRow",
    "TrustedKey",
]
