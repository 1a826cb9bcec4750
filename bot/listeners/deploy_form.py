"""The `/deploy` form: opened with what was typed so far, refreshed when the place changes, planned, submitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import ids
from bot.commands import Deploy, OpenForm
from bot.listeners import asking, form_errors
from bot.listeners.requests import NOTHING, Answer, Desk, ModalAnswer, Pressed, Submitted
from bot.messages import answers
from bot.modals import choices, forms
from bot.modals import deployments as form
from bot.modals.decisions import closing_modal
from bot.modals.deployments import Entered
from bot.modals.plans import plan_modal
from engine.definitions import Person
from engine.errors import ForedeckError
from engine.services import access, deployments, offers, packages, prompts, releases
from engine.services.emergency_errors import RulesUnseen
from engine.services.errors import (
    InvalidVersion,
    NotPermitted,
    ReleaseExists,
    ReleaseNotFound,
    UnknownEnvironment,
    UnknownProject,
)
from engine.services.offers import Standing
from engine.services.package_errors import PackageMissing
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer
from engine.services.queue_errors import Held


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
    entered, facts = _standing(pressed)
    fresh = _completed(desk, pressed.person, Entered(project=entered.project, besides=entered.besides))
    return Answer(refreshes=form.deploy_modal(fresh, slack_channel=str(facts.get("c", ""))))


def place_chosen(desk: Desk, pressed: Pressed) -> Answer:
    """Another release or environment: what it asks for and offers is shown, when that is not shown already."""
    entered, facts = _standing(pressed)
    entered = replace(entered, answers={**forms.waiting_in(facts), **entered.answers})
    fresh = form.deploy_modal(_completed(desk, pressed.person, entered), slack_channel=str(facts.get("c", "")))
    return NOTHING if forms.depending(fresh) == forms.depending(pressed.modal) else Answer(refreshes=fresh)


def _standing(pressed: Pressed) -> tuple[Entered, Mapping[str, Any]]:
    """What stands in the open form, and what it keeps."""
    facts = ids.unpack(str(pressed.modal.get("private_metadata", "")))
    return form.entered_in(pressed.modal.get("state", {}), facts), facts


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
    """*Plan*, before anything is deployed: what stands in the form would do this, or be refused for that; it is shown
    on top of the form.
    """
    entered, _ = _standing(pressed)
    if not (entered.version and entered.environment):
        return Answer(opens=closing_modal("Plan", "Choose a release and an environment first."))
    try:
        wanted = _wanted(desk, entered)
        view = deployments.preview(
            desk.db,
            project=wanted.project,
            version=wanted.version,
            environment=wanted.environment,
            choices=wanted.choices,
            person=pressed.person.slug,
            now=desk.clock(),
        )
    except ForedeckError as error:
        return Answer(opens=closing_modal("No plan", str(error), error.hint))
    return Answer(opens=plan_modal(view))


def submit(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """Ask for the deployment. What is refused is said at the field that it is about.

    A version that is no release could only be chosen as *Create release X*: so it is created.
    """
    entered = form.entered_in(submitted.state, submitted.facts)
    slack_channel = str(submitted.facts.get("c", ""))
    missing = _missing(entered)
    if missing:
        return ModalAnswer(errors=missing)
    wanted = _wanted(desk, entered)
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
        return ModalAnswer(errors={_field(error, entered, submitted.state): form_errors.plainly(error)})
    return ModalAnswer(message=asking.told_about(desk, view, slack_channel), slack_channel=slack_channel)


def _in_the_way(desk: Desk, submitted: Submitted, wanted: Deploy, error: Held | RulesUnseen) -> ModalAnswer:
    """The form says why not; the ways on are buttons, and those stand in the channel, for this person alone."""
    slack_channel = str(submitted.facts.get("c", ""))
    ways = asking.refusal(desk, submitted.person, wanted, submitted.view_id, error, creates=True)
    where = "What you can do now stands in the channel, visible only to you." if slack_channel else error.hint
    shown = closing_modal("Not deployed yet", str(error), where)
    return ModalAnswer(shows=shown, message=ways, slack_channel=slack_channel)


def _asked_again(desk: Desk, submitted: Submitted, entered: Entered, error: form_errors.AboutAnswers) -> ModalAnswer:
    """What is wrong is said at its field; a form that does not show what is asked for now is shown afresh."""
    completed = _completed(desk, submitted.person, entered)
    wrong = form_errors.of_answers(error, completed.questions)
    if all(field in submitted.state.get("values", {}) for field in wrong):
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
    there = _standing_there(desk, entered, environment) if environment else None
    asked = there.questions if there else ()
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
        offers=there.offers if there else None,
    )


def _wanted(desk: Desk, entered: Entered) -> Deploy:
    """What the form asks for. What it asked for targets that were left out since is not answered any more."""
    place = {"p": entered.project, "v": entered.version, "e": entered.environment}
    asked = _standing_there(desk, entered, entered.environment).questions
    return Deploy.carried({**entered.besides, **place, "n": form_errors.still_asked(entered.answers, asked)})


def _standing_there(desk: Desk, entered: Entered, environment: str) -> Standing:
    """What is asked for and offered there, without the targets and steps that are left out."""
    return offers.of(
        desk.db,
        project=entered.project,
        version=entered.version,
        environment=environment,
        choices=choices.left_out_by(entered.besides),
    )


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
    packages.require_may_exist(desk.db, person=person.slug, project=project, version=version)
    return True


def _missing(entered: Entered) -> dict[str, str]:
    if not entered.project:
        return {forms.block_id(ids.PROJECT): "Choose a project."}
    missing = {}
    if not entered.version:
        missing[forms.block_id(ids.RELEASE, entered.project)] = "Choose a release."
    if not entered.environment:
        missing[forms.block_id(ids.ENVIRONMENT, entered.project)] = "Choose an environment."
    return missing


def _field(error: ForedeckError, entered: Entered, state: Mapping[str, Any]) -> str:
    """The field that this is about; of those that the form shows."""
    if isinstance(error, UnknownProject):
        return forms.block_id(ids.PROJECT)
    about_release = isinstance(error, NotPermitted) and "releases" in str(error.facts.get("what"))
    if about_release or isinstance(error, ReleaseNotFound | ReleaseExists | InvalidVersion | PackageMissing):
        return forms.block_id(ids.RELEASE, entered.project)
    about_targets = form_errors.of_targets(
        error, entered.besides, project=entered.project, environment=entered.environment
    )
    return (
        about_targets if about_targets in state.get("values", {}) else forms.block_id(ids.ENVIRONMENT, entered.project)
    )
