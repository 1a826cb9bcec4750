"""The `/deploy` form: opened with what was typed so far, refreshed when the project changes, searched, submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import ids
from bot.commands import Deploy, OpenForm
from bot.listeners import asking
from bot.listeners.requests import NOTHING, Answer, Desk, ModalAnswer, Pressed, Searched, Submitted
from bot.messages import answers
from bot.messages.blocks import Element
from bot.modals import deployments as form
from bot.modals import questions
from bot.modals.decisions import closing_modal
from bot.modals.deployments import Entered
from bot.modals.plans import plan_modal
from engine.definitions import Person
from engine.errors import ForedeckError
from engine.services import access, deployments, prompts, releases
from engine.services.emergency_errors import RulesUnseen
from engine.services.errors import (
    InvalidVersion,
    NotPermitted,
    ReleaseExists,
    ReleaseNotFound,
    UnknownEnvironment,
    UnknownProject,
)
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer
from engine.services.queue_errors import Held
from engine.services.views import Question


def opening(desk: Desk, person: Person, typed: OpenForm, *, slack_channel: str) -> Answer:
    """The form with what was typed. Raises UnknownProject, UnknownEnvironment, ReleaseNotFound, InvalidVersion."""
    projects = [choice.slug for choice in access.projects_for(desk.db, person.slug)]
    if not projects:
        return Answer(answers.said(answers.NO_GRANT))
    project = typed.project.lower()
    if project and project not in projects:
        raise UnknownProject(name=typed.project, known=projects)
    if not project and len(projects) == 1:
        project = projects[0]
    entered = Entered(
        project, typed.version, typed.environment.lower(), answers=dict(typed.answers), besides=typed.besides
    )
    entered = _completed(desk, person, entered)
    if entered.questions:
        prompts.refuse_unknown(entered.questions, typed.answers, project=project, environment=entered.environment)
    return Answer(opens=form.deploy_modal(entered, slack_channel=slack_channel))


def project_chosen(desk: Desk, pressed: Pressed) -> Answer:
    """Another project: its releases and environments are offered from now on."""
    entered = form.entered_in(pressed.modal.get("state", {}))
    facts = ids.unpack(str(pressed.modal.get("private_metadata", "")))
    fresh = _completed(desk, pressed.person, Entered(project=entered.project, besides=_besides(facts)))
    return Answer(refreshes=form.deploy_modal(fresh, slack_channel=str(facts.get("c", ""))))


def place_chosen(desk: Desk, pressed: Pressed) -> Answer:
    """Another release or environment: what it asks for is shown, when that is not what is shown already."""
    facts = ids.unpack(str(pressed.modal.get("private_metadata", "")))
    entered = form.entered_in(pressed.modal.get("state", {}))
    waiting = facts.get("w")
    if isinstance(waiting, dict):
        entered = replace(entered, answers={**waiting, **entered.answers})
    entered = replace(entered, besides=_besides(facts))
    entered = _completed(desk, pressed.person, entered)
    if list(map(questions.block_id, entered.questions)) == questions.blocks_of(pressed.modal):
        return NOTHING
    return Answer(refreshes=form.deploy_modal(entered, slack_channel=str(facts.get("c", ""))))


def fill_in(desk: Desk, pressed: Pressed) -> Answer:
    """*Fill in the form*, where something was not answered: the form with what was typed."""
    facts = ids.unpack(pressed.value)
    try:
        wanted = Deploy.carried(facts)
    except (KeyError, TypeError, ValueError):
        return NOTHING
    besides = {key: said for key, said in wanted.besides.items() if key != "n"}
    typed = OpenForm(wanted.project, wanted.version, wanted.environment, wanted.answers, besides)
    return opening(desk, pressed.person, typed, slack_channel=pressed.slack_channel)


def show_plan(desk: Desk, pressed: Pressed) -> Answer:
    """*Plan*, before anything is deployed: what stands in the form would do this; it is shown on top of the form."""
    entered = form.entered_in(pressed.modal.get("state", {}))
    if not (entered.version and entered.environment):
        return Answer(opens=closing_modal("Plan", "Choose a release and an environment first."))
    facts = ids.unpack(str(pressed.modal.get("private_metadata", "")))
    place = {"p": entered.project, "v": entered.version, "e": entered.environment}
    wanted = Deploy.carried({**_besides(facts), **place})
    try:
        view = deployments.preview(
            desk.db,
            project=wanted.project,
            version=wanted.version,
            environment=wanted.environment,
            choices=wanted.choices,
            person=pressed.person.slug,
        )
    except ForedeckError as error:
        return Answer(opens=closing_modal("No plan", str(error), error.hint))
    return Answer(opens=plan_modal(view))


def search_projects(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The projects that this person may deploy."""
    choices = access.projects_for(desk.db, searched.person.slug)
    return form.name_options([(choice.slug, choice.name) for choice in choices], searched.typed)


def search_environments(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The environments that this person may deploy the chosen project to."""
    choices = access.environments_for(desk.db, searched.person.slug, form.project_in(searched.block_id))
    return form.name_options([(choice.slug, choice.name) for choice in choices], searched.typed)


def search_releases(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The newest releases of the chosen project that match; and a new one, for those who may create it."""
    project, typed = form.project_in(searched.block_id), searched.typed.strip()
    found = releases.recent(desk.db, person=searched.person.slug, project=project, limit=50, prefix=typed)
    return form.release_options(
        [(release.version, _whereabouts(release.deployed_to)) for release in found],
        typed,
        may_create=access.may_create_release(desk.db, searched.person.slug, project),
        is_valid=releases.is_valid_version(typed),
    )


def submit(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """Ask for the deployment. What is refused is said at the field that it is about.

    A version that is no release could only be chosen as *Create release X*: so it is created.
    """
    entered = form.entered_in(submitted.state)
    slack_channel = str(submitted.facts.get("c", ""))
    missing = _missing(entered)
    if missing:
        return ModalAnswer(errors=missing)
    place = {"p": entered.project, "v": entered.version, "e": entered.environment}
    wanted = Deploy.carried({**_besides(submitted.facts), **place, "n": entered.answers})
    entered = replace(entered, besides=_besides(submitted.facts))
    try:
        view = asking.ask(
            desk,
            submitted.person,
            wanted,
            slack_channel=slack_channel,
            key=submitted.view_id,
            creates=True,
        )
    except (AnswersMissing, WrongAnswer, UnknownAnswer) as error:
        return _asked_again(desk, submitted, entered, error)
    except (Held, RulesUnseen) as error:
        return _in_the_way(desk, submitted, wanted, error)
    except ForedeckError as error:
        return ModalAnswer(errors={_field(error, entered.project): _plainly(error)})
    return ModalAnswer(message=asking.told_about(desk, view, slack_channel), slack_channel=slack_channel)


def _in_the_way(desk: Desk, submitted: Submitted, wanted: Deploy, error: Held | RulesUnseen) -> ModalAnswer:
    """The form says why not; the ways on are buttons, and those stand in the channel, for this person alone."""
    slack_channel = str(submitted.facts.get("c", ""))
    ways = asking.refusal(desk, submitted.person, wanted, submitted.view_id, error, creates=True)
    where = "What you can do now stands in the channel, visible only to you." if slack_channel else error.hint
    shown = closing_modal("Not deployed yet", str(error), where)
    return ModalAnswer(shows=shown, message=ways, slack_channel=slack_channel)


def _asked_again(
    desk: Desk, submitted: Submitted, entered: Entered, error: AnswersMissing | WrongAnswer | UnknownAnswer
) -> ModalAnswer:
    """What is wrong is said at its field; a form that does not show what is asked for now is shown afresh."""
    completed = _completed(desk, submitted.person, entered)
    fields = {question.name: questions.block_id(question) for question in completed.questions}
    shown = submitted.state.get("values", {})
    if isinstance(error, AnswersMissing):
        wrong = {fields.get(question.name, ""): "An answer is needed." for question in error.questions}
    else:
        wrong = {fields.get(str(error.facts["name"]), ""): _plainly(error)}
    if all(field in shown for field in wrong):
        return ModalAnswer(errors=wrong)
    return ModalAnswer(shows=form.deploy_modal(completed, slack_channel=str(submitted.facts.get("c", ""))))


def _completed(desk: Desk, person: Person, entered: Entered) -> Entered:
    """What was typed, checked; and what leaves no choice, chosen."""
    if not entered.project:
        return entered
    environments = {c.slug: c.name for c in access.environments_for(desk.db, person.slug, entered.project)}
    if entered.environment and entered.environment not in environments:
        raise UnknownEnvironment(name=entered.environment, known=environments)
    environment = entered.environment or (next(iter(environments)) if len(environments) == 1 else "")
    names = {c.slug: c.name for c in access.projects_for(desk.db, person.slug)}
    asked = _questions(desk, entered, environment)
    return Entered(
        project=entered.project,
        version=entered.version,
        environment=environment,
        is_new=bool(entered.version) and _is_new(desk, person, entered.project, entered.version),
        project_name=names.get(entered.project, ""),
        environment_name=environments.get(environment, ""),
        besides=entered.besides,
        answers=prompts.understood(asked, tuple(entered.answers.items())) if asked else entered.answers,
        questions=asked,
    )


def _besides(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed and is no field of the form, as it waits there."""
    kept = facts.get("b")
    return dict(kept) if isinstance(kept, dict) else {}


def _questions(desk: Desk, entered: Entered, environment: str) -> tuple[Question, ...]:
    """What is asked for there; nothing before the environment is known."""
    if not environment:
        return ()
    return prompts.asked(desk.db, project=entered.project, version=entered.version, environment=environment)


def _is_new(desk: Desk, person: Person, project: str, version: str) -> bool:
    if not releases.is_valid_version(version):
        raise InvalidVersion(version=version[:80])
    found = releases.recent(desk.db, person=person.slug, project=project, limit=50, prefix=version)
    if any(release.version == version for release in found):
        return False
    if not access.may_create_release(desk.db, person.slug, project):
        newest = releases.recent(desk.db, person=person.slug, project=project, limit=5)
        raise ReleaseNotFound(
            project=project, version=version, known=[release.version for release in newest], can_create=False
        )
    return True


def _missing(entered: Entered) -> dict[str, str]:
    if not entered.project:
        return {form.block_id(ids.PROJECT): "Choose a project."}
    missing = {}
    if not entered.version:
        missing[form.block_id(ids.RELEASE, entered.project)] = "Choose a release."
    if not entered.environment:
        missing[form.block_id(ids.ENVIRONMENT, entered.project)] = "Choose an environment."
    return missing


def _field(error: ForedeckError, project: str) -> str:
    if isinstance(error, UnknownProject):
        return form.block_id(ids.PROJECT)
    about_release = isinstance(error, NotPermitted) and "releases" in str(error.facts.get("what"))
    if about_release or isinstance(error, ReleaseNotFound | ReleaseExists | InvalidVersion):
        return form.block_id(ids.RELEASE, project)
    return form.block_id(ids.ENVIRONMENT, project)


def _plainly(error: ForedeckError) -> str:
    return f"{error} {error.hint}".replace("`", "").strip()


def _whereabouts(environments: Sequence[str]) -> str:
    return f"last success on {', '.join(environments)}" if environments else ""
