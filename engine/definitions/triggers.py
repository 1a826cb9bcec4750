"""Reads `triggers:` of a project: what is deployed by the clock, where, from what, and on whose behalf."""

from __future__ import annotations

from engine.definitions.documents import Definitions
from engine.definitions.fields import Field, Record
from engine.definitions.nodes import shown
from engine.definitions.places import read_time_zone
from engine.definitions.readings import Reading, suggest
from engine.definitions.slugs import flaw_of
from engine.definitions.values import Project, Trigger
from engine.domain import crons, plans, prompts

_KEYS = ("cron", "time_zone", "environment", "from", "as", "missed", "when_current", "runbook")
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
    record = field.table(_KEYS)
    zone, origin = record.get("time_zone"), record.get("from")
    runbook = record.get("runbook")
    if runbook and (origin or record.has("when_current")):
        runbook.wrong("one-of", "A runbook has no release, so `from` and `when_current` say nothing.", "Remove them.")
    environment, person = record.need("environment", "staging"), record.need("as", "ana")
    found = Trigger(
        slug=slug,
        cron=_read_cron(record),
        time_zone=read_time_zone(zone) if zone else None,
        environment=environment.reference("environments") if environment else "",
        person=person.reference("people") if person else "",
        origin=origin.reference("environments") if origin else None,
        runbook=runbook.slug(is_typed_first=False) if runbook else None,
        missed=_choice(record, "missed"),
        when_current=_choice(record, "when_current"),
    )
    if origin and found.origin == found.environment and found.when_current == "skip":
        message = f"What is live in {found.origin} is live there already: this would never deploy anything."
        origin.wrong("contradiction", message, "Name another environment, or add `when_current: redeploy`.")
    return found


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
    """Nobody is there to answer when a trigger fires: what it deploys may ask for nothing that has no default."""
    for project in definitions.projects.values():
        if any(slug not in definitions.variable_sets for slug in project.variable_sets):
            continue  # told already
        for trigger in project.triggers:
            if trigger.environment not in definitions.environments:
                continue  # told already
            if trigger.runbook:
                _check_runbook(project, trigger, reading)
                continue
            plan = plans.make(project.process, project=project.slug, environment=trigger.environment)
            variables = definitions.variables_of(project.slug)
            questions = prompts.asked(variables, plan, project=project.slug, environment=trigger.environment)
            for question in prompts.judge(questions, ()).missing:
                path = f"projects.{project.slug}.triggers.{trigger.slug}"
                message = (
                    f"A deployment to {trigger.environment} asks for {question.label}, and nobody is there to answer."
                )
                hint = f"Give the variable {question.name} a default, or deploy to where it is not asked for."
                reading.note(reading.place_of("triggers", path), path, "unanswered", message, hint)


def _check_runbook(project: Project, trigger: Trigger, reading: Reading) -> None:
    known = [runbook.slug for runbook in project.runbooks]
    if trigger.runbook not in known:
        path = f"projects.{project.slug}.triggers.{trigger.slug}"
        message = f"{project.slug} has no runbook {shown(trigger.runbook or '')}."
        hint = suggest(trigger.runbook or "", known, "runbooks")
        reading.note(reading.place_of("triggers", path), path, "dangling-reference", message, hint)
