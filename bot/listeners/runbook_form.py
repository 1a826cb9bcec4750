"""The `/runbook` form: opened with what was typed so far, refreshed when the place changes, planned, submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import ids
from bot.listeners import form_errors, running
from bot.listeners.requests import NOTHING, Answer, Desk, ModalAnswer, Pressed, Searched, Submitted
from bot.messages import answers
from bot.messages.blocks import Element
from bot.modals import choices, forms
from bot.modals import runbooks as form
from bot.modals.decisions import closing_modal
from bot.modals.plans import plan_modal
from bot.modals.runbooks import Entered
from bot.runbook_requests import OpenRunForm, RunRunbook
from engine.definitions import Person
from engine.errors import ForedeckError
from engine.services import prompts, runbook_forms
from engine.services.offers import Standing
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer
from engine.services.queue_errors import Held
from engine.services.runbook_errors import NotPublished


def opening(desk: Desk, person: Person, typed: OpenRunForm, *, slack_channel: str) -> Answer:
    """The form with what was typed. Raises UnknownName, UnknownProject, UnknownEnvironment, SeveralProjects,
    NotPublished, NotPermitted, NotForThere, UnknownAnswer.
    """
    known = runbook_forms.choices(desk.db, person=person.slug)
    if not typed.name and not known:
        return Answer(answers.said("There is no runbook that you may run.", f"`{running.COMMAND} list` shows them."))
    found = known[0] if len(known) == 1 else None
    if typed.name:
        found = runbook_forms.chosen(
            desk.db, person=person.slug, name=typed.name, project=typed.project, is_draft=typed.is_draft
        )
    entered = Entered(
        found.meant if found else None,
        typed.environment.lower(),
        answers=dict(typed.answers),
        besides=typed.besides,
    )
    entered = _completed(desk, person, entered)
    if entered.questions and found:
        prompts.refuse_unknown(
            entered.questions, typed.answers, project=found.meant.project, environment=entered.environment
        )
    return Answer(opens=form.run_modal(entered, slack_channel=slack_channel))


def runbook_chosen(desk: Desk, pressed: Pressed) -> Answer:
    """Another runbook: its environments are offered from now on."""
    entered, facts = _standing(pressed)
    fresh = _completed(desk, pressed.person, Entered(entered.meant, besides=entered.besides))
    return Answer(refreshes=form.run_modal(fresh, slack_channel=str(facts.get("c", ""))))


def place_chosen(desk: Desk, pressed: Pressed) -> Answer:
    """Another environment: what it asks for and offers is shown, when that is not shown already."""
    entered, facts = _standing(pressed)
    entered = replace(entered, answers={**forms.waiting_in(facts), **entered.answers})
    fresh = form.run_modal(_completed(desk, pressed.person, entered), slack_channel=str(facts.get("c", "")))
    return NOTHING if forms.depending(fresh) == forms.depending(pressed.modal) else Answer(refreshes=fresh)


def fill_in(desk: Desk, pressed: Pressed) -> Answer:
    """*Fill in and run…*, where something was not answered: the form with what was typed."""
    try:
        typed = OpenRunForm.from_carried(ids.unpack(pressed.value))
    except (TypeError, ValueError):
        return NOTHING
    return opening(desk, pressed.person, typed, slack_channel=pressed.slack_channel)


def show_plan(desk: Desk, pressed: Pressed) -> Answer:
    """*Plan*, before anything runs, on top of the form: it would do this, or be refused for that."""
    entered, _ = _standing(pressed)
    try:
        wanted = _wanted(desk, pressed.person, entered)
        if wanted is None:
            return Answer(opens=closing_modal("Plan", "Choose a runbook and an environment first."))
        return Answer(opens=plan_modal(running.plan(desk, pressed.person.slug, wanted)))
    except ForedeckError as error:
        return Answer(opens=closing_modal("No plan", str(error), error.hint))


def submit(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """Ask for the run. What is refused is said at the field that it is about."""
    entered = form.entered_in(submitted.state, submitted.facts)
    try:
        wanted = _wanted(desk, submitted.person, entered)
        return _asked(desk, submitted, entered, wanted) if wanted else ModalAnswer(errors=_missing(entered))
    except ForedeckError as error:
        return ModalAnswer(errors={_field(error, entered, submitted.state): form_errors.plainly(error)})


def _asked(desk: Desk, submitted: Submitted, entered: Entered, wanted: RunRunbook) -> ModalAnswer:
    slack_channel = str(submitted.facts.get("c", ""))
    try:
        view = running.ask(desk, submitted.person, wanted, slack_channel=slack_channel, key=submitted.view_id)
    except (AnswersMissing, WrongAnswer, UnknownAnswer) as error:
        return _asked_again(desk, submitted, entered, error)
    except Held as error:
        return _in_the_way(submitted, wanted, error)
    return ModalAnswer(message=running.told_about(desk, view, slack_channel), slack_channel=slack_channel)


def _in_the_way(submitted: Submitted, wanted: RunRunbook, error: Held) -> ModalAnswer:
    """A lock: the form says so; what can be typed instead stands in the channel, for this person alone."""
    slack_channel = str(submitted.facts.get("c", ""))
    ways = running.refusal(wanted, error, running.COMMAND)
    where = "What you can do now stands in the channel, visible only to you." if slack_channel else error.hint
    shown = closing_modal("Not run yet", str(error), where)
    return ModalAnswer(shows=shown, message=ways, slack_channel=slack_channel)


def search_runbooks(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The runbooks that this person may run."""
    return form.runbook_options(runbook_forms.choices(desk.db, person=searched.person.slug), searched.typed)


def search_environments(desk: Desk, searched: Searched) -> Sequence[Element]:
    """Where the chosen runbook may run, and this person may run it."""
    meant = form.meant_by(forms.place_in(searched.block_id))
    if meant is None:
        return ()
    known = runbook_forms.environments(desk.db, person=searched.person.slug, meant=meant)
    return forms.name_options([(choice.slug, choice.name) for choice in known], searched.typed)


def search_targets(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The targets of this run, and what means several of them. What the other field leaves out is not offered."""
    place, environment = choices.place_in(searched.block_id)
    meant = form.meant_by(place)
    if meant is None or environment not in _environments(desk, searched.person, Entered(meant)):
        return ()
    facts = ids.unpack(searched.modal.get("private_metadata", ""))
    entered = form.entered_in(searched.modal.get("state", {}), facts)
    found = runbook_forms.targets(
        desk.db,
        person=searched.person.slug,
        meant=meant,
        environment=environment,
        choices=choices.besides_field(searched.block_id, entered.besides),
        typed=searched.typed,
        limit=choices.OPTIONS,
    )
    return choices.target_options(found)


def _standing(pressed: Pressed) -> tuple[Entered, Mapping[str, Any]]:
    """What stands in the open form, and what it keeps."""
    facts = ids.unpack(str(pressed.modal.get("private_metadata", "")))
    return form.entered_in(pressed.modal.get("state", {}), facts), facts


def _completed(desk: Desk, person: Person, entered: Entered) -> Entered:
    """What was typed, checked; and what leaves no choice, chosen."""
    meant = entered.meant
    if meant is None:
        return entered
    known = _environments(desk, person, entered)
    environment = entered.environment or (next(iter(known)) if len(known) == 1 else "")
    runbook = runbook_forms.chosen(
        desk.db, person=person.slug, name=meant.name, project=meant.project, is_draft=meant.is_draft
    )
    entered = replace(entered, runbook=runbook, environment=environment, environment_name=known.get(environment, ""))
    if not environment:
        return entered
    there = _standing_there(desk, person, entered)
    asked = there.questions
    given = prompts.understood(asked, tuple(entered.answers.items())) if asked else entered.answers
    return replace(entered, questions=asked, offers=there.offers, answers=given)


def _environments(desk: Desk, person: Person, entered: Entered) -> dict[str, str]:
    if entered.meant is None:
        return {}
    known = runbook_forms.environments(desk.db, person=person.slug, meant=entered.meant)
    return {choice.slug: choice.name for choice in known}


def _wanted(desk: Desk, person: Person, entered: Entered) -> RunRunbook | None:
    """What the form asks for; None while something is missing. What it asked for targets that were left out since is
    not answered any more.
    """
    meant = entered.meant
    if meant is None or not entered.environment:
        return None
    given = form_errors.still_asked(entered.answers, _standing_there(desk, person, entered).questions)
    said = (meant.name, meant.project, meant.is_draft, entered.environment, tuple(given.items()), entered.besides)
    return RunRunbook.entered(OpenRunForm(*said))


def _standing_there(desk: Desk, person: Person, entered: Entered) -> Standing:
    """What is asked for and offered there, without the targets and steps that are left out."""
    assert entered.meant is not None  # noqa: S101 - the place is known
    return runbook_forms.standing(
        desk.db,
        person=person.slug,
        meant=entered.meant,
        environment=entered.environment,
        choices=choices.left_out_by(entered.besides),
    )


def _asked_again(desk: Desk, submitted: Submitted, entered: Entered, error: form_errors.AboutAnswers) -> ModalAnswer:
    """What is wrong is said at its field; a form that does not show what is asked for now is shown afresh."""
    completed = _completed(desk, submitted.person, entered)
    wrong = form_errors.of_answers(error, completed.questions)
    if all(field in submitted.state.get("values", {}) for field in wrong):
        return ModalAnswer(errors=wrong)
    return ModalAnswer(shows=form.run_modal(completed, slack_channel=str(submitted.facts.get("c", ""))))


def _missing(entered: Entered) -> dict[str, str]:
    if entered.meant is None:
        return {forms.block_id(ids.RUNBOOK): "Choose a runbook."}
    return {forms.block_id(ids.RUN_IN, form.value_of(entered.meant)): "Choose an environment."}


def _field(error: ForedeckError, entered: Entered, state: Mapping[str, Any]) -> str:
    """The field that this is about; of those that the form shows."""
    if isinstance(error, NotPublished) or entered.meant is None:
        return forms.block_id(ids.RUNBOOK)
    place = form.value_of(entered.meant)
    about_targets = form_errors.of_targets(error, entered.besides, project=place, environment=entered.environment)
    return about_targets if about_targets in state.get("values", {}) else forms.block_id(ids.RUN_IN, place)
