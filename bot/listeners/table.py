"""Everything the bot listens to, in one table: the manifest is held against it. Anything else is answered politely."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App

from bot import ids
from bot.listeners import (
    buttons,
    decisions,
    deploy_form,
    emergencies,
    events,
    form_searches,
    guarding,
    host_keys,
    orders,
    runbook_form,
    running,
    scripts,
    workers_command,
)
from bot.listeners.deploy_command import deploy
from bot.listeners.release_command import release
from bot.listeners.requests import (
    Answer,
    CommandListener,
    Desk,
    EventListener,
    PressListener,
    SearchListener,
    SubmissionListener,
    Typed,
)
from bot.listeners.runbook_command import runbook
from bot.listeners.workers_command import workers

DEPLOY, RELEASE, RUNBOOK, WORKERS = "/deploy", "/release", running.COMMAND, workers_command.COMMAND

COMMANDS: Mapping[str, CommandListener] = {DEPLOY: deploy, RELEASE: release, RUNBOOK: runbook, WORKERS: workers}
PRESSES: Mapping[str, PressListener] = {
    ids.CANCEL_TASK: buttons.cancel_task,
    **dict.fromkeys(ids.OPEN_DECISION.values(), buttons.open_decision),
    ids.SHOW_PLAN: buttons.show_plan,
    ids.SHOW_FAILURES: buttons.show_failures,
    ids.PLAN_IN_FORM: deploy_form.show_plan,
    ids.PLAN_RUN_IN_FORM: runbook_form.show_plan,
    ids.BE_ON_IT: buttons.be_on_it,
    ids.TAKE_GUIDANCE: buttons.take_guidance,
    ids.DEPLOY_THIS: buttons.deploy_this,
    ids.OPEN_LINK: buttons.open_link,
    ids.END_HOLD: orders.end_hold,
    ids.TAKE_LOCK: buttons.take_lock,
    ids.SHOW_MACHINES: workers_command.show_machines,
    ids.OPEN_MACHINE: workers_command.open_machine,
    ids.CHECK_MACHINE: workers_command.check_machine,
    ids.DISABLE_MACHINE: workers_command.open_disable,
    ids.RUN_SCRIPT: scripts.open_form,
    ids.TRUST_KEY: host_keys.open_form,
    ids.ENABLE_MACHINE: workers_command.enable_machine,
    ids.ACKNOWLEDGE: emergencies.open_acknowledge,
    ids.FILL_IN: deploy_form.fill_in,
    ids.FILL_IN_RUN: runbook_form.fill_in,
    ids.PROJECT: deploy_form.project_chosen,
    ids.RELEASE: deploy_form.place_chosen,
    ids.ENVIRONMENT: deploy_form.place_chosen,
    ids.RUNBOOK: runbook_form.runbook_chosen,
    ids.RUN_IN: runbook_form.place_chosen,
}
"""By action id; what follows a colon in an action id only makes it unique within its message."""

SUBMISSIONS: Mapping[str, SubmissionListener] = {
    ids.DECISION_MODAL: decisions.submit,
    ids.DEPLOY_MODAL: deploy_form.submit,
    ids.RUN_MODAL: runbook_form.submit,
    ids.ACKNOWLEDGE_MODAL: emergencies.submit,
    ids.DISABLE_MODAL: workers_command.submit_disable,
    ids.SCRIPT_MODAL: scripts.submit,
    ids.TRUST_MODAL: host_keys.submit,
}
SEARCHES: Mapping[str, SearchListener] = {
    ids.PROJECT: form_searches.projects,
    ids.RELEASE: form_searches.releases_of_project,
    ids.ENVIRONMENT: form_searches.environments,
    ids.RUNBOOK: runbook_form.search_runbooks,
    ids.RUN_IN: runbook_form.search_environments,
    ids.ON: form_searches.targets,
    ids.NOT_ON: form_searches.targets,
    ids.FAILED_ON: decisions.search_failed,
    ids.FAILED_NOT_ON: decisions.search_failed,
}
EVENTS: Mapping[str, EventListener] = {
    "member_joined_channel": events.member_joined_channel,
    "subteam_members_changed": events.subteam_members_changed,
}

_ANYTHING = re.compile(r"[\s\S]*")


def register(app: App, desk: Desk) -> None:
    """Listen to all of it."""
    for fixed in (RELEASE, RUNBOOK, WORKERS):
        app.command(fixed)(guarding.command(desk, COMMANDS[fixed]))
    for action_id, pressed in PRESSES.items():
        app.action(re.compile(rf"{re.escape(action_id)}(?::.*)?\Z"))(guarding.press(desk, pressed))
    for callback_id, submitted in SUBMISSIONS.items():
        app.view(callback_id)(guarding.submission(desk, submitted))
    for field, searched in SEARCHES.items():
        app.options(field)(guarding.search(desk, searched))
    for name, heard in EVENTS.items():
        app.event(name)(guarding.event(desk, heard))
    _register_the_rest(app, desk)


def _register_the_rest(app: App, desk: Desk) -> None:
    # Slack delivers only the commands of our own manifest: one with another name is /deploy, renamed there.
    app.command(_ANYTHING)(guarding.command(desk, _renamed))
    app.action(_ANYTHING)(guarding.press(desk, buttons.outdated))
    app.options(_ANYTHING)(_polite({"options": []}))
    for quiet in (app.view, app.view_closed, app.shortcut):
        quiet(_ANYTHING)(_polite({}))
    app.event(_ANYTHING)(_polite({}))


def _renamed(desk: Desk, typed: Typed) -> Answer:
    if typed.command != desk.release_command:
        desk.command = typed.command
    return COMMANDS[DEPLOY](desk, typed)


def _polite(payload: Mapping[str, Any]) -> Callable[..., None]:
    def handle(ack: Callable[..., Any]) -> None:
        ack(**payload)

    return handle
