"""Asking for a deployment, from the command, the form or a suggested button: one service call and its answer."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import partial

from bot.answering import Answers
from bot.commands import Deploy
from bot.listeners.requests import Desk
from bot.messages import answers, emergencies
from bot.messages.blocks import Element, Message
from bot.messages.holds import take_lock_button
from engine.definitions import Person
from engine.errors import ForedeckError
from engine.services import access, deployments, releases
from engine.services.emergency_errors import RulesUnseen
from engine.services.errors import ReleaseNotFound, StepNotSkipped, UnknownEnvironment, UnknownName, UnknownProject
from engine.services.package_errors import PackageMissing
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer
from engine.services.queue_errors import EndsBeforeItBegins, Held, ReasonMissing, UnclearTime
from engine.services.views import TaskView, WaitKind


def ask(desk: Desk, person: Person, wanted: Deploy, *, slack_channel: str, key: str, creates: bool = False) -> TaskView:
    """Ask for it. With the same key it is the same deployment. Raises what the service refuses."""
    return deployments.request(
        desk.db,
        desk.clock(),
        person=person.slug,
        project=wanted.project,
        version=wanted.version,
        environment=wanted.environment,
        slack_channel_typed=slack_channel or None,
        request_key=key,
        create_release=creates,
        choices=wanted.choices,
    )


def told_about(desk: Desk, view: TaskView, slack_channel: str, slack_channel_name: str = "") -> Message | None:
    """Something to say only when it begins later, or its card goes to another Slack channel than this one."""
    if view.waiting is not None and view.waiting.kind is WaitKind.TIME:
        return answers.scheduled(view, desk.command)
    here = {slack_channel, slack_channel_name, f"#{slack_channel_name}"}
    return None if view.slack_channel is None or view.slack_channel in here else answers.told_elsewhere(view)


def refusal(  # noqa: PLR0911 - by kind
    desk: Desk, person: Person, wanted: Deploy, key: str, error: ForedeckError, *, creates: bool = False
) -> Message:
    """Why not, with what may have been meant as buttons: one press asks for it. `creates`: the release, too."""
    if isinstance(error, ReleaseNotFound):
        return answers.with_choices(
            answers.release_missing(error, desk.release_command, wanted.environment),
            _creation(wanted, key, error),
        )
    if isinstance(error, PackageMissing):
        return answers.with_choices(answers.refused(error), _nearest(desk, wanted, key, error))
    if isinstance(error, UnknownProject):
        projects = _projects(desk, person)
        known = _allowed("You may deploy", projects) or answers.NO_GRANT
        return _unknown(error, known, _corrected(error, wanted, key, projects))
    if isinstance(error, UnknownEnvironment):
        allowed = _environments(desk, person, wanted.project)
        known = _allowed(f"You may deploy {wanted.project} to", allowed) or f"You may not deploy {wanted.project}."
        return _unknown(error, known, _corrected(error, wanted, key, allowed))
    if isinstance(error, Held):
        return _in_the_way(desk, wanted, key, error, creates=creates)
    if isinstance(error, UnclearTime):
        ways = [at_another_time(wanted, error, way).typed for way in error.ways[:3]]
        return answers.said(str(error), *(f"`{desk.command} {way}`" for way in ways))
    if isinstance(error, RulesUnseen):
        return emergencies.rules(error, wanted, key, desk.command, creates=creates)
    return _not_answered(desk, wanted, error)


def _not_answered(desk: Desk, wanted: Deploy, error: ForedeckError) -> Message:
    if isinstance(error, AnswersMissing | WrongAnswer | UnknownAnswer):
        typed = replace(wanted, answers=otherwise_answered(wanted.answers, error)).typed
        told = answers.not_answered(error, f"{desk.command} {typed}")
        return answers.with_choices(told, (answers.form_button(wanted),))
    instead = meant(wanted, error)
    return answers.refused(error, f"`{desk.command} {instead.typed}`" if instead else "")


def otherwise_answered(given: Answers, error: AnswersMissing | WrongAnswer | UnknownAnswer) -> Answers:
    """The answers with the one that is missing or will not do still to be written, and with the name that was meant."""
    if isinstance(error, AnswersMissing):
        return (*given, *((question.name, "…") for question in error.questions))
    if isinstance(error, WrongAnswer):
        wrong = {str(error.facts[key]).casefold() for key in ("name", "label")}
        return tuple((name, "…" if " ".join(name.split()).casefold() in wrong else value) for name, value in given)
    unknown, instead = str(error.facts["name"]), error.suggestions[:1]
    return tuple(
        (name, value) if name != unknown else (instead[0], value) for name, value in given if name != unknown or instead
    )


def meant(wanted: Deploy, error: ForedeckError) -> Deploy | None:
    """The command with the step or target that was probably meant, with what is missing, or without what cannot be;
    None when unknown.
    """
    if isinstance(error, StepNotSkipped):
        close = {name: difflib.get_close_matches(name, error.skippable, n=1, cutoff=0.6) for name in error.refused}
        steps = [step for name in wanted.skip for step in close.get(name, [name])]
        return replace(wanted, skip=tuple(dict.fromkeys(steps)))
    if isinstance(error, ReasonMissing):
        return replace(wanted, reason="…")
    if isinstance(error, EndsBeforeItBegins):
        return replace(wanted, until="")
    if isinstance(error, UnknownName) and error.suggestions:
        named, instead = str(error.facts["name"]), error.suggestions[0]
        on, without = (
            tuple(instead if name == named else name for name in names) for names in (wanted.on, wanted.without)
        )
        return None if (on, without) == (wanted.on, wanted.without) else replace(wanted, on=on, without=without)
    return None


def _in_the_way(desk: Desk, wanted: Deploy, key: str, error: Held, *, creates: bool) -> Message:
    """A lock: wait behind it, or take it. A freeze: begin when it ends, or pass it with a reason."""
    button = partial(
        answers.deploy_button,
        project=wanted.project,
        version=wanted.version,
        environment=wanted.environment,
        create=creates,
    )
    choices = []
    if error.is_lock:
        queued = replace(wanted, way=wanted.way.queueing)
        choices.append(button("Queue", request_key=f"{key}:queue", besides=queued.besides))
        if error.may_pass:
            choices.append(
                take_lock_button(hold=error.hold, k=key, c=1 if creates else None, **wanted.place, **wanted.besides)
            )
        typed = [queued.typed]
    else:
        later = replace(wanted, at=f"{error.opens:%Y-%m-%d %H:%M} UTC") if error.opens else wanted
        choices.append(button("When it ends", request_key=f"{key}:later", besides=later.besides, number=1))
        passing = replace(wanted, way=wanted.way.overriding)
        typed = [replace(later, at=error.opens_typed).typed]
        if error.may_pass:
            typed.append(passing.typed if wanted.reason else f"{passing.typed} because …")
            if wanted.reason:
                choices.append(button("Override", request_key=f"{key}:over", besides=passing.besides, number=2))
    lines = (f"`{desk.command} {line}`" for line in typed)
    return answers.with_choices(answers.said(str(error), error.hint, *lines), choices)


def at_another_time(wanted: Deploy, error: UnclearTime, way: str) -> Deploy:
    """The command with one of the times that may have been meant."""
    return replace(wanted, until=way) if error.facts["clause"] == "until" else replace(wanted, at=way)


def _creation(wanted: Deploy, key: str, error: ReleaseNotFound) -> tuple[Element, ...]:
    """Creating it, for who may; but first what was probably meant: a release is for ever."""
    button = partial(
        answers.deploy_button, project=wanted.project, environment=wanted.environment, besides=wanted.besides
    )
    choices = []
    if error.meant:
        label = f"Deploy {wanted.project} {error.meant} to {wanted.environment}"
        choices.append(button(label, version=error.meant, request_key=f"{key}:{error.meant}", create=False))
    if error.can_create:
        label = f"Create release {wanted.version} and deploy"
        label = label if len(label) <= 75 else "Create the release and deploy"
        choices.append(button(label, version=wanted.version, request_key=key, create=True, number=len(choices)))
    return tuple(choices)


def _nearest(desk: Desk, wanted: Deploy, key: str, error: PackageMissing) -> tuple[Element, ...]:
    """The versions that were probably meant; one that is no release yet is made one, by those who may."""
    choices: list[Element] = []
    for version in error.nearest[:2]:
        is_new = not releases.exists(desk.db, project=wanted.project, version=version)
        if is_new and not error.can_create:
            continue
        label = f"Deploy {wanted.project} {version} to {wanted.environment}"
        button = answers.deploy_button(
            f"Create release {version} and deploy" if is_new else label,
            project=wanted.project,
            version=version,
            environment=wanted.environment,
            request_key=f"{key}:{version}",
            create=is_new,
            number=len(choices),
            besides=wanted.besides,
        )
        choices.append(button)
    return tuple(choices)


def _allowed(prefix: str, names: tuple[str, ...]) -> str:
    return f"{prefix}: {', '.join(names[:20])}." if names else ""


def _unknown(error: UnknownName, known: str, choices: tuple[Element, ...]) -> Message:
    meant = error.hint if error.suggestions else ""
    return answers.with_choices(answers.said(str(error), meant, known), choices)


def _corrected(error: UnknownName, wanted: Deploy, key: str, allowed: tuple[str, ...]) -> tuple[Element, ...]:
    """Buttons for what may have been meant, of what this person may deploy: no button should lead to a refusal."""
    is_project = isinstance(error, UnknownProject)
    choices = []
    meant = [name for name in error.suggestions if name in allowed]
    for number, name in enumerate(answers.suggestions_shown(meant)):
        project, environment = (name, wanted.environment) if is_project else (wanted.project, name)
        label = f"Deploy {project} {wanted.version} to {environment}"
        button = answers.deploy_button(
            label,
            project=project,
            version=wanted.version,
            environment=environment,
            request_key=f"{key}:{name}",
            create=False,
            number=number,
            besides=wanted.besides,
        )
        choices.append(button)
    return tuple(choices)


def _projects(desk: Desk, person: Person) -> tuple[str, ...]:
    return tuple(choice.slug for choice in access.projects_for(desk.db, person.slug))


def _environments(desk: Desk, person: Person, project: str) -> tuple[str, ...]:
    return tuple(choice.slug for choice in access.environments_for(desk.db, person.slug, project.lower()))
