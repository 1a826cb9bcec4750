"""The names by which Slack and the bot speak of buttons, fields and modals; and what a button may carry. Ids only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# Buttons on messages.
CANCEL_TASK = "cancel_task"  # value: the task's number
OPEN_DECISION = {
    "proceed": "open_proceed",
    "abort": "open_abort",
    "run_again": "open_run_again",
    "exclude": "open_exclude",
    "ignore": "open_ignore",
    "fail": "open_fail",
}  # value: the interruption's id
SHOW_PLAN = "show_plan"  # value: the task's number
PLAN_IN_FORM = "plan_in_form"  # no value: the form says what
PLAN_RUN_IN_FORM = "plan_run_in_form"  # no value: the form says what
BE_ON_IT = "be_on_it"  # value: the interruption's id
TAKE_GUIDANCE = "take_guidance"  # value: the interruption's id
SHOW_FAILURES = "show_failures"  # value: see `pack`; the interruption's id and the page
DEPLOY_THIS = "deploy_this"  # value: see `pack`; the person's own request, asked for again
END_HOLD = "end_hold"  # value: the id of what holds deployments up
TAKE_LOCK = "take_lock"  # value: as of DEPLOY_THIS, with the id of the lock
FILL_IN = "fill_in"  # value: see `pack`; opens the form with what was typed
FILL_IN_RUN = "fill_in_run"  # value: see `pack`; opens the form of a run with what was typed
ACKNOWLEDGE = "acknowledge"  # value: the number of the deployment that was an emergency
OPEN_MACHINE = "open_machine"  # value: its slug
CHECK_MACHINE = "check_machine"  # value: its slug
DISABLE_MACHINE = "disable_machine"  # value: its slug
ENABLE_MACHINE = "enable_machine"  # value: its slug
TRUST_KEY = "trust_key"  # value: the slug of a machine
RUN_SCRIPT = "run_script"  # value: the slug of a machine
SHOW_MACHINES = "show_machines"  # value: see `pack`; a page of what was asked for
OPEN_LINK = "open_link"  # a link button; Slack tells us of the click all the same

# Modals.
PLAN_MODAL = "plan"
DECISION_MODAL = "decision"
FAILURES_MODAL = "failures"
DEPLOY_MODAL = "deploy"
RUN_MODAL = "run"
ACKNOWLEDGE_MODAL = "acknowledge"
DISABLE_MODAL = "disable_machine"
SCRIPT_MODAL = "run_script"
TRUST_MODAL = "trust_key"

# Fields of modals: action ids (block ids carry what they depend on, so that Slack forgets a stale choice).
NOTE = "note"
UNTIL = "until"
SCRIPT = "script"
MACHINES = "machines"
FINGERPRINT = "fingerprint"
FAILED_ON = "failed_on"
FAILED_NOT_ON = "failed_not_on"
PROJECT = "project"
RELEASE = "release"
ENVIRONMENT = "environment"
RUNBOOK = "runbook"
RUN_IN = "run_in"
ANSWER = "answer"
ON = "on"
NOT_ON = "not_on"
GUIDED = "guided"

# Metadata of every message that passes through the outbox.
MESSAGE_EVENT = "foredeck_message"


def pack(**facts: Any) -> str:
    """A few facts as the value of a button or the metadata of a modal (compact JSON)."""
    return json.dumps({key: value for key, value in facts.items() if value is not None}, separators=(",", ":"))


def unpack(packed: str) -> Mapping[str, Any]:
    """The inverse of `pack`; what cannot be read is empty."""
    try:
        facts = json.loads(packed or "{}")
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
