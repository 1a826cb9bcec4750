"""Asking for a run of a runbook, and why not: each refusal shows the command that may have been meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot import ids
from bot.listeners import asking
from bot.listeners.requests import Desk
from bot.messages import answers
from bot.messages import blocks as b
from bot.messages.blocks import Message
from bot.runbook_requests import RunRunbook
from engine.definitions import Person
from engine.errors import ForedeckError
from engine.services import runbooks
from engine.services.errors import UnknownEnvironment, UnknownName
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer
from engine.services.queue_errors import Held, UnclearTime
from engine.services.runbook_errors import NotForThere, SeveralProjects
from engine.services.views import PlanView, TaskView

COMMAND = "/runbook"


def ask(desk: Desk, person: Person, wanted: RunRunbook, *, slack_channel: str, key: str) -> TaskView:
    """Ask for it. With the same key it is the same run. Raises what the service refuses."""
    return runbooks.run(
        desk.db,
        desk.clock(),
        person=person.slug,
        name=wanted.name,
        environment=wanted.environment,
        project=wanted.project,
        choices=wanted.choices,
        is_draft=wanted.is_draft,
        slack_channel_typed=slack_channel or None,
        request_key=key,
    )


def plan(desk: Desk, person: str, wanted: RunRunbook) -> PlanView:
    """What it would do. Raises what the service refuses."""
    return runbooks.preview(
        desk.db,
        desk.clock(),
        person=person,
        name=wanted.name,
        environment=wanted.environment,
        project=wanted.project,
        choices=wanted.choices,
        is_draft=wanted.is_draft,
    )


def told_about(desk: Desk, view: TaskView, slack_channel: str, slack_channel_name: str = "") -> Message | None:
    """Something to say only when it begins later, or its card goes to another Slack channel than this one."""
    return asking.told_about(desk, view, slack_channel, slack_channel_name)


def refusal(wanted: RunRunbook, error: ForedeckError, command: str) -> Message:
    """Why not, and what to type instead; what was not answered can be filled in, and a lock waited for, in the form."""
    if isinstance(error, AnswersMissing | WrongAnswer | UnknownAnswer):
        said = replace(wanted.said, answers=asking.otherwise_answered(wanted.said.answers, error))
        told = answers.not_answered(error, f"{command} {replace(wanted, said=said).typed}", "Nothing was run yet.")
        value = ids.pack(**wanted.form.carried)
        return answers.with_choices(told, [b.button("Fill in and run…", ids.FILL_IN_RUN, value, style="primary")])
    told = answers.refused(error, *(f"`{command} {instead.typed}`" for instead in _instead(wanted, error)))
    if isinstance(error, Held) and error.is_lock:
        value = ids.pack(**_queued(wanted).form.carried)
        return answers.with_choices(told, [b.button("Queue…", ids.FILL_IN_RUN, value, style="primary")])
    return told


def _queued(wanted: RunRunbook) -> RunRunbook:
    """The same, behind a lock."""
    return replace(wanted, said=replace(wanted.said, way=wanted.said.way.queueing))


def _instead(wanted: RunRunbook, error: ForedeckError) -> Iterator[RunRunbook]:
    said = wanted.said
    if isinstance(error, Held):
        yield _queued(wanted)
    elif isinstance(error, UnclearTime):
        for way in error.ways[:3]:
            yield replace(wanted, said=asking.at_another_time(said, error, way))
    elif isinstance(error, SeveralProjects):
        yield replace(wanted, project=str(error.facts["project"]))
    elif isinstance(error, NotForThere):
        for environment in str(error.facts["environments"]).split(" or ")[:3]:
            yield replace(wanted, said=replace(said, environment=environment))
    elif isinstance(error, UnknownEnvironment) and error.suggestions:
        yield replace(wanted, said=replace(said, environment=error.suggestions[0]))
    elif instead := asking.meant(said, error):
        yield replace(wanted, said=instead)
    elif (
        isinstance(error, UnknownName)
        and error.suggestions
        and error.facts.get("kind") in {"runbook", "published version"}
    ):
        yield replace(wanted, name=error.suggestions[0])
