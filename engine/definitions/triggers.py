"""Reads `triggers:` of a project: what is deployed by the clock, where, from what, and on whose behalf."""

from __future__ import annotations

from engine.definitions.documents import Definitions
from engine.definitions.fields import Field, Record
from engine.definitions.nodes import shown
from engine.definitions.places import read_time_zone
from engine.definitions.pool_templates import given_in
from engine.definitions.readings import Reading, suggest
from engine.definitions.slugs import flaw_of
from engine.definitions.values import Project, Trigger
from engine.domain import crons, plans, pool_choices, prompts
from engine.domain.precedence import DEPLOYMENT, RUNBOOK, Situation
from engine.domain.processes import Process

KEYS_OF_A_TRIGGER = ("cron", "time_zone", "environment", "from", "as", "missed", "when_current", "runbook",
                     "event", "tags")  # fmt: skip
EVENTS = ("machine_available",)
_OF_A_TIME = ("cron", "time_zone", "from", "missed", "when_current")
_CHOICES = {"missed": ("skip", "run"), "when_current": ("skip", "redeploy")}


def read_triggers(head: Record) -> tuple[Trigger, ...]:
    """The triggers in project.yml, by slug."""
    section = head.get("triggers")
    if section is None:
        return ()
    return tuple(sorted((_read(slug, field) for slug, field in section.variables()), key=lambda one: one.slug))


def _read(slug: str, field: Field) -> Trigger:
    if flaw := flaw_of(slug, is_typed_first=False):
        field.wrong("slug", *flaw)
    field.reading.declare("triggers", field.path, field.place, field.path)
    record = field.table(KEYS_OF_A_TRIGGER)
    zone, origin = record.get("time_zone"), record.get("from")
    runbook = record.get("runbook")
    if runbook and (origin or record.has("when_current")):
        runbook.wrong("one-of", "A runbook has no release, so `from` and `when_current` say nothing.", "Remove them.")
    event, tags = _read_event(record), record.get("tags")
    environment, person = record.need("environment", "staging"), record.need("as", "ana")
    found = Trigger(
        slug=slug,
        cron="" if event else _read_cron(record),
        time_zone=read_time_zone(zone) if zone else None,
        environment=environment.reference("environments") if environment else "",
        person=person.reference("people") if person else "",
        origin=origin.reference("environments") if origin else None,
        runbook=runbook.slug(is_typed_first=False) if runbook else None,
        missed=_choice(record, "missed"),
        when_current=_choice(record, "when_current"),
        event=event,
        tags=tuple(tag.reference("target_tags") for tag in tags.one_or_many("`[web]`")) if tags else (),
    )
    if origin and found.origin == found.environment and found.when_current == "skip":
        message = f"What is live in {found.origin} is live there already: this would never deploy anything."
        origin.wrong("contradiction", message, "Name another environment, or add `when_current: redeploy`.")
    return found


def _read_event(record: Record) -> str:
    """`event: machine_available`, instead of a time."""
    field = record.get("event")
    if field is None:
        if tags := record.get("tags"):
            tags.wrong("one-of", "Tags say something of an `event` only.", "Remove them.")
        return ""
    word = field.text("`machine_available`")
    if word and word not in EVENTS:
        field.wrong("choice", f"{shown(word)} is not an event.", f"Write {' or '.join(EVENTS)}.")
    for other in _OF_A_TIME:
        if other in record.fields:
            record.fields[other].wrong("one-of", f"`{other}` means nothing beside `event`.", "Remove it.")
    return word or EVENTS[0]


def _read_cron(record: Record) -> str:
    field = record.need("cron", f'"{crons.EXAMPLE}"')
    text = field.line(f'`"{crons.EXAMPLE}"`') if field else ""
    if field and text and (flaw := crons.flaw_of(text)):
        field.wrong("cron", flaw, f'For example "{crons.EXAMPLE}": at 02:30 from Monday to Friday.')
        return crons.EXAMPLE
    return text


def _choice(record: Record, key: str) -> str:
    known = _CHOICES[key]
    field = record.get(key)
    text = field.text() if field else known[0]
    if field and text and text not in known:
        field.wrong("choice", f"{shown(text)} is not a choice here.", f"Write {' or '.join(known)}.")
    return text if text in known else known[0]


def check_answers(definitions: Definitions, reading: Reading) -> None:
    """Nobody is there to answer when a trigger fires: what it runs may ask for nothing that has no default, and finds
    its worker pools without an answer.
    """
    targets = [plans.Target(target.slug, target.environments, target.tags) for target in definitions.targets.values()]
    for project in definitions.projects.values():
        if any(slug not in definitions.variable_sets for slug in project.variable_sets):
            continue  # told already
        for trigger in project.triggers:
            if trigger.environment not in definitions.environments:
                continue  # told already
            process = _process_of(project, trigger, reading)
            if process is not None:
                plan = plans.make(process, project=project.slug, environment=trigger.environment, targets=targets)
                _check_plan(definitions, project, trigger, plan, reading)


def _check_plan(
    definitions: Definitions, project: Project, trigger: Trigger, plan: plans.Plan, reading: Reading
) -> None:
    kind, environment = RUNBOOK if trigger.runbook else DEPLOYMENT, trigger.environment
    what = f"The runbook {trigger.runbook} in" if trigger.runbook else "A deployment to"
    questions = prompts.asked(
        definitions.variables_of(project.slug),
        plan,
        project=project.slug,
        environment=environment,
        process=kind,
        tags={target.slug: target.tags for target in definitions.targets.values()},
    )
    for question in prompts.judge(questions, ()).missing:
        message = f"{what} {environment} asks for {question.label}, and nobody is there to answer."
        hint = f"Give the variable {question.variable} a default, or choose where it is not asked for."
        _note(project, trigger, reading, "unanswered", message, hint)
    at = Situation(project=project.slug, environment=environment, process=kind)
    _, waiting = pool_choices.settle(plan, given_in(definitions, project, environment), at)
    _, unsettled = pool_choices.settle(plan, given_in(definitions, project, environment, are_all=True), at)
    waits = {one.name for one in waiting if one.choice.waits}  # the others are told where they are written
    for one in unsettled:
        if one.name in waits:
            message = f"{what} {environment} finds no worker pool for {one.name}: nobody is there to answer, and "
            _note(project, trigger, reading, "no-pool", f"{message}{one.choice.flaw}.", "Give the variable a default.")


def _process_of(project: Project, trigger: Trigger, reading: Reading) -> Process | None:
    """What it runs; None, and told, when there is no such runbook, or not there."""
    if not trigger.runbook:
        return project.process
    known = {runbook.slug: runbook for runbook in project.runbooks}
    runbook = known.get(trigger.runbook)
    if runbook is None:
        message = f"{project.slug} has no runbook {shown(trigger.runbook)}."
        hint = suggest(trigger.runbook, list(known), "runbooks")
        _note(project, trigger, reading, "dangling-reference", message, hint)
        return None
    if runbook.environments and trigger.environment not in runbook.environments:
        message = f"The runbook {runbook.slug} is not for {trigger.environment}: this would never run."
        hint = f"It is for {' or '.join(runbook.environments)}."
        _note(project, trigger, reading, "contradiction", message, hint)
        return None
    return runbook.process


def _note(project: Project, trigger: Trigger, reading: Reading, rule: str, message: str, hint: str) -> None:
    path = f"projects.{project.slug}.triggers.{trigger.slug}"
    reading.note(reading.place_of("triggers", path), path, rule, message, hint)
