"""`/deploy …`: each form of it is one call of one service and a private answer, or none when the card says it all."""

from __future__ import annotations

from bot import commands, links
from bot.commands import Cancel, Deploy, Help, OpenForm, ShowLogs, ShowPlan, Status
from bot.decisions import Acknowledge, Decide, Take
from bot.listeners import asking, emergencies, orders
from bot.listeners.deploy_form import opening
from bot.listeners.requests import Answer, Desk, Typed
from bot.messages import answers, guidance, logs
from bot.messages import live as live_messages
from bot.messages.blocks import Message
from bot.messages.help import help_text
from bot.messages.interruptions import outcome
from bot.messages.wording import told_run
from bot.modals.plans import plan_modal
from bot.orders import NotUnderstood
from engine.errors import ForedeckError
from engine.services import access, configuration, deployments, interruptions, live, tasks
from engine.services.errors import AlreadyDecided, NothingToDecide, UnknownName
from engine.services.views import PlanView, Verdict


def deploy(desk: Desk, typed: Typed) -> Answer:  # noqa: PLR0911 - one line for each form
    """Understand it, do it, say what is to be said."""
    wanted = _understood(desk, typed)
    match wanted:
        case Help():
            return Answer(_help(desk, typed))
        case NotUnderstood():
            return Answer(answers.not_understood(wanted.sentence, wanted.suggestion, typed.command))
        case OpenForm():
            return opening(desk, typed.person, wanted, slack_channel=typed.slack_channel)
        case Deploy():
            return _deploy(desk, typed, wanted)
        case ShowPlan():
            return Answer(opens=plan_modal(_plan(desk, typed.person.slug, wanted)))
        case Decide() | Take():
            return _decide(desk, typed, wanted) if isinstance(wanted, Decide) else _take(desk, typed, wanted)
        case Acknowledge():
            return emergencies.typed(desk, typed, wanted)
        case Status() | Cancel() | ShowLogs():
            return _about_a_task(desk, typed, wanted)
        case _:
            return orders.carry_out(desk, typed, wanted)


def _help(desk: Desk, typed: Typed) -> Message:
    place = _example(desk, typed)
    if place is None:
        return help_text(typed.command, desk.release_command)
    return help_text(typed.command, desk.release_command, project=place[0], environment=place[-1])


def _example(desk: Desk, typed: Typed) -> tuple[str, ...] | None:
    """A project that this person may deploy, and where to; None when there is none."""
    projects = access.projects_for(desk.db, typed.person.slug)
    if not projects:
        return None
    environments = access.environments_for(desk.db, typed.person.slug, projects[0].slug)
    return projects[0].slug, *(choice.slug for choice in environments)


def _understood(desk: Desk, typed: Typed) -> commands.DeployRequest:
    wanted = commands.parse_deploy(typed.text)
    if isinstance(wanted, NotUnderstood):  # perhaps it is a project whose name looks like a verb
        known = {choice.slug for choice in access.projects_for(desk.db, typed.person.slug)}
        return commands.parse_deploy(typed.text, projects=known)
    return wanted


def _deploy(desk: Desk, typed: Typed, wanted: Deploy) -> Answer:
    try:
        view = asking.ask(desk, typed.person, wanted, slack_channel=typed.slack_channel, key=typed.key)
    except ForedeckError as error:
        return Answer(asking.refusal(desk, typed.person, wanted, typed.key, error))
    desk.asked_from(view.number, typed.response_url)
    return Answer(asking.told_about(desk, view, typed.slack_channel, typed.slack_channel_name))


def _decide(desk: Desk, typed: Typed, wanted: Decide) -> Answer:
    try:
        asked = interruptions.pending_of(desk.db, wanted.number, wanted.verdict, wanted.machines)
    except (AlreadyDecided, NothingToDecide):  # how it stands is told to who may see it
        tasks.authorised_view(desk.db, wanted.number, typed.person.slug)
        raise
    answered = interruptions.decide(
        desk.db,
        desk.clock(),
        person=typed.person.slug,
        interruption_id=asked.id,
        verdict=wanted.verdict,
        note=wanted.note,
        machines=wanted.machines,
        without=wanted.without,
    )
    return Answer(outcome(answered, wanted.verdict))


def _plan(desk: Desk, person: str, asked: ShowPlan) -> PlanView:
    wanted = asked.wanted
    if wanted is None:
        return tasks.plan_of(desk.db, asked.number or 0, person)
    return deployments.preview(
        desk.db,
        project=wanted.project,
        version=wanted.version,
        environment=wanted.environment,
        choices=wanted.choices,
        person=person,
        now=desk.clock(),
    )


def _take(desk: Desk, typed: Typed, wanted: Take) -> Answer:
    asked = interruptions.all_pending(desk.db, wanted.number, Verdict.IGNORE)
    for one in asked:
        interruptions.take(desk.db, desk.clock(), person=typed.person.slug, interruption_id=one.id)
    card_url = links.to_card(desk.db, desk.workspace_url, wanted.number)
    view = tasks.view(desk.db, wanted.number)
    return Answer(guidance.taken(asked, view, card_url=card_url, command=typed.command))


def _about_a_task(desk: Desk, typed: Typed, wanted: Status | Cancel | ShowLogs) -> Answer:
    person = typed.person.slug
    if isinstance(wanted, Cancel):
        canceled = tasks.cancel(desk.db, desk.clock(), person=person, number=wanted.number)
        return Answer(answers.canceling(canceled, typed.command))
    if isinstance(wanted, Status) and wanted.project:
        environments = live.of_project(desk.db, person=person, project=wanted.project)
        known = configuration.current_definitions(desk.db).projects.get(wanted.project.lower())
        return Answer(live_messages.live(known.name if known else wanted.project, environments))
    if wanted.number is None:
        active, recent = tasks.active(desk.db, person), tasks.recent(desk.db, person)
        problems = configuration.problems_of_folder(desk.db)
        first = _example(desk, typed)
        return Answer(answers.listed(active, recent, typed.command, first=first, broken=len(problems)))
    view = tasks.authorised_view(desk.db, wanted.number, person)
    if isinstance(wanted, Status):
        return Answer(answers.status(view, card_url=links.to_card(desk.db, desk.workspace_url, view.number)))
    step, run = told_run(view, wanted.machine)
    if wanted.machine and run is None:
        targets = dict.fromkeys(machine for step in view.steps for machine in step.run_machines if machine)
        raise UnknownName(kind="target of this deployment", name=wanted.machine, known=targets)
    excerpt = logs.excerpt(tasks.last_lines(desk.db, run, 40), limit=2_500) if run else ""
    return Answer(
        answers.log_excerpt(view, step, excerpt, card_url=links.to_card(desk.db, desk.workspace_url, view.number))
    )
