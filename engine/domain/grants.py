"""Who may do what: roles are named sets of permissions, a grant gives roles to a team. Deny by default; grants add up.

Being named responsible in a manual intervention is not decided here; the permissions say only what a role gives.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.domain.scopes import EVERYWHERE, Scope


class Permission(enum.StrEnum):
    """What can be allowed; Octopus's names."""

    RELEASE_VIEW = "release_view"
    RELEASE_CREATE = "release_create"
    FEED_ADMINISTER = "built_in_feed_administer"  # remove packages from the built-in feed
    DEPLOYMENT_VIEW = "deployment_view"
    DEPLOYMENT_CREATE = "deployment_create"
    RUNBOOK_VIEW = "runbook_view"
    RUNBOOK_EDIT = "runbook_edit"  # publish, and run what is not published yet
    RUNBOOK_RUN_CREATE = "runbook_run_create"
    TASK_CANCEL = "task_cancel"
    TASK_PRIORITIZE = "task_prioritize"  # move to the front of the queue
    TASK_EDIT = "task_edit"  # let go of a task whose cancel is stuck
    MACHINE_EDIT = "machine_edit"  # take targets and workers out of use, and check them now
    SCRIPT_RUN = "script_run"  # run any script on machines; in Octopus, creating tasks allows it
    QUEUE_PAUSE = "queue_pause"  # let nothing new begin for a while
    LOCK_TAKE = "lock_take"  # take or release the lock of somebody else
    FREEZE_ADMINISTER = "deployment_freeze_administer"  # freeze, thaw, and let a deployment pass a freeze
    INTERRUPTION_SUBMIT = "interruption_submit"  # answer any interruption
    INTERRUPTION_VIEW_SUBMIT_RESPONSIBLE = "interruption_view_submit_responsible"  # those one's team answers for


_VIEW = frozenset({Permission.RELEASE_VIEW, Permission.DEPLOYMENT_VIEW, Permission.RUNBOOK_VIEW})
_RUN = frozenset({Permission.RUNBOOK_RUN_CREATE})
_RESPONSIBLE = frozenset({Permission.INTERRUPTION_VIEW_SUBMIT_RESPONSIBLE})
_ANSWER_ANY = _RESPONSIBLE | {Permission.INTERRUPTION_SUBMIT}
_QUEUE = frozenset({Permission.TASK_PRIORITIZE, Permission.TASK_EDIT, Permission.QUEUE_PAUSE, Permission.LOCK_TAKE})

ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "project_viewer": _VIEW,
        "project_contributor": _VIEW | _RESPONSIBLE,
        "project_lead": _VIEW | _RESPONSIBLE | {Permission.RELEASE_CREATE, Permission.RUNBOOK_EDIT},
        "project_deployer": _VIEW
        | _ANSWER_ANY
        | {Permission.DEPLOYMENT_CREATE, Permission.TASK_CANCEL}
        | _QUEUE
        | _RUN,
        "release_creator": _VIEW | {Permission.RELEASE_CREATE},
        "deployment_creator": _VIEW | {Permission.DEPLOYMENT_CREATE},
        "build_server": _VIEW | {Permission.RELEASE_CREATE, Permission.DEPLOYMENT_CREATE},
        "environment_manager": _VIEW
        | {Permission.TASK_CANCEL, Permission.FREEZE_ADMINISTER, Permission.MACHINE_EDIT}
        | _QUEUE,
        "runbook_consumer": _VIEW | _RUN,
        "runbook_producer": _VIEW | _RUN | {Permission.RUNBOOK_EDIT},
        "script_runner": _VIEW | {Permission.SCRIPT_RUN},
        "space_manager": frozenset(Permission),
    }
)
"""Octopus's built-in roles, reduced to these permissions, and `script_runner`.
A lead creates but cannot deploy, a deployer the reverse."""

BOUND_TO_NO_ENVIRONMENT = frozenset(
    {
        Permission.RELEASE_VIEW,
        Permission.RELEASE_CREATE,
        Permission.FEED_ADMINISTER,
        Permission.RUNBOOK_VIEW,
        Permission.RUNBOOK_EDIT,
    }
)
"""A release, and a published runbook, belong to no environment: a grant's environments do not restrict these."""


@dataclass(frozen=True)
class Grant:
    """A team has these roles where the scope matches."""

    team: str
    roles: tuple[str, ...]
    when: Scope = EVERYWHERE


def permissions_of(
    person: str,
    grants: Iterable[Grant],
    memberships: Mapping[str, Collection[str]],
    *,
    project: str | None,
    environment: str | None,
) -> frozenset[Permission]:
    """What this person may do in this project and environment.

    `memberships`: the people of each team, by the team's slug. `None` asks for no particular project or environment
    and matches only grants that are not restricted to one (for releases, environments never restrict).
    """
    allowed: set[Permission] = set()
    for grant in grants:
        if person not in memberships.get(grant.team, ()):
            continue
        permissions = frozenset[Permission]().union(*(ROLES.get(role, frozenset()) for role in grant.roles))
        if grant.when.matches(project=project, environment=environment):
            allowed |= permissions
        elif grant.when.ignoring_environments().matches(project=project):
            allowed |= permissions & BOUND_TO_NO_ENVIRONMENT
    return frozenset(allowed)
