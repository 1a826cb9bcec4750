"""What a parcel says now: rendered from fresh views when it is sent, so the newest state always wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import links
from bot.messages import emergencies as emergency_messages
from bot.messages import health as health_messages
from bot.messages import logs, notices
from bot.messages.blocks import Message
from bot.messages.cards import card
from bot.messages.guidance import COMPARED, guided_failure
from bot.messages.holds import announcement, direct
from bot.messages.interruptions import interruption
from bot.messages.queues import trigger_refused
from bot.messages.wording import step_of_run
from engine.services import (
    Database,
    access,
    emergencies,
    health,
    holds,
    host_keys,
    interruptions,
    log_telling,
    machine_use,
    tasks,
    triggers,
)
from engine.services.outbox import CARD, DIRECT, EMERGENCY, HEALTH, HOLD, INTERRUPTION, LOG, NOTICE, TRIGGER, Parcel
from engine.services.views import InterruptionKind, InterruptionView, StepStatus, TaskState, TaskView

_LOG_READ_BYTES = 2 * log_telling.STRETCH_BYTES
"""So much of a stretch of log is looked at; a message shows far less."""

_LOG_LOOKED_AT = 2_000_000
"""So many bytes at the end of a log are looked at for what may have decided a failure, where several are read."""


@dataclass(frozen=True)
class Rendering:
    """A message to post or to edit. `since`: what it is about began then; no earlier message can be it.

    `view`: the task that it is about, if any. `is_broadcast`: a reply that the channel sees, too.
    """

    message: Message
    since: datetime
    view: TaskView | None = None
    is_broadcast: bool = False

    @classmethod
    def of(cls, view: TaskView, message: Message, *, is_broadcast: bool = False) -> Rendering:
        """About a task."""
        return cls(message, view.queued_at, view, is_broadcast)


def render(db: Database, parcel: Parcel, *, command: str, workspace_url: str = "") -> Rendering:  # noqa: PLR0911 - by kind
    """What to say. A message without text means that there is nothing to say (any more)."""
    if parcel.kind == HOLD:
        hold = holds.view(db, int(parcel.payload["hold"]))
        return Rendering(announcement(hold, command), hold.since)
    if parcel.kind == DIRECT:
        hold = holds.view(db, int(parcel.payload["hold"]))
        task = tasks.view(db, int(parcel.payload["task"])) if "task" in parcel.payload else None
        return Rendering(direct(hold, parcel.payload, task), hold.since)
    if parcel.kind == TRIGGER:
        fired = triggers.view_of_fire(db, int(parcel.payload["fire"]))
        return Rendering(trigger_refused(fired, command), fired.fired_at)
    if parcel.kind == EMERGENCY:
        return _emergency(db, parcel.payload, command, workspace_url)
    if parcel.kind == HEALTH:
        return _health(db, parcel.payload)
    view = tasks.view(db, parcel.task or 0)
    if parcel.kind == CARD:
        ahead_url = links.to_what_is_in_the_way(db, workspace_url, view.waiting)
        return Rendering.of(view, card(view, ahead_url=ahead_url, command=command))
    if parcel.kind == INTERRUPTION:
        return _interruption(db, parcel.payload, view, command)
    if parcel.kind == LOG:
        return Rendering.of(view, _log(db, parcel.payload, view))
    if parcel.kind == NOTICE:
        return _notice(db, view, command)
    return Rendering.of(view, Message(""))


def _health(db: Database, payload: dict[str, Any]) -> Rendering:
    if "disabled" in payload:
        disabled = machine_use.told(db, int(payload["disabled"]))
        return Rendering(health_messages.disabled(disabled), disabled.since)
    if "trusted" in payload:
        trust = host_keys.told(db, int(payload["trusted"]))
        return Rendering(health_messages.trusted(trust), trust.at)
    bulletin = health.bulletin(db, int(payload["bulletin"]))
    return Rendering(health_messages.changed(bulletin), bulletin.begun_at)


def _emergency(db: Database, payload: dict[str, Any], command: str, workspace_url: str) -> Rendering:
    found = emergencies.view(db, int(payload["task"]))
    slack_ids = access.slack_ids(db, {*found.eligible, *filter(None, [found.acknowledged_by])})
    says = emergency_messages.reminder if payload.get("nag") else emergency_messages.announcement
    card_url = links.to_card(db, workspace_url, found.task)
    return Rendering(says(found, slack_ids, card_url=card_url, command=command), found.declared_at)


def _interruption(db: Database, payload: dict[str, Any], view: TaskView, command: str) -> Rendering:
    asked = interruptions.view(db, int(payload["interruption"]))
    people = {*asked.eligible, *(decision.person for decision in asked.decisions), *filter(None, [asked.taken_by])}
    slack_ids = access.slack_ids(db, people)
    if asked.kind is InterruptionKind.GUIDED:
        message = guided_failure(asked, view, slack_ids, last_lines=_last_lines(db, asked), command=command)
    else:
        message = interruption(asked, view, slack_ids, command=command)
    return Rendering.of(view, message, is_broadcast=asked.is_pending)


def _last_lines(db: Database, asked: InterruptionView) -> dict[int, str]:
    shown = asked.still_open[:COMPARED] if asked.is_pending else ()
    return {run.run: logs.decisive(tasks.decisive_lines(db, run.run, within=_LOG_LOOKED_AT)) for run in shown}


def _log(db: Database, payload: dict[str, Any], view: TaskView) -> Message:
    run, start, end = int(payload["run"]), int(payload["start"]), int(payload["end"])
    page = tasks.read_log(db, run, start, min(end - start, _LOG_READ_BYTES))
    return logs.batch(view, step_of_run(view, run), page.segments, is_cut=page.end < end)


def _notice(db: Database, view: TaskView, command: str) -> Rendering:
    slack_ids = access.slack_ids(db, [view.requested_by])
    last_lines = ""
    failed = next((step for step in view.steps if step.status is StepStatus.FAILED and step.run_ids), None)
    if view.state is TaskState.FAILED and failed is not None and not failed.is_intervention:
        last_lines = logs.decisive(tasks.decisive_lines(db, failed.decisive_run or failed.run_ids[-1]))
    message = notices.finished(view, slack_ids, last_lines=last_lines, command=command)
    return Rendering.of(view, message, is_broadcast=view.state is TaskState.FAILED)
