"""A plan as lines: what runs where, what starts together, what is left out and why. For the modal and the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from bot.messages import wording
from engine.services.views import PlanView


def lines(view: PlanView) -> Iterator[tuple[str, str]]:
    """Each step as (number and name, facts); a batch of machines is one line."""
    for step in view.steps:
        notes = f" “{step.notes}”" if step.notes else ""
        yield (
            f"{step.number}. {step.name}",
            f"{', '.join(filter(None, (step.what, step.where, step.condition)))}{notes}",
        )


def remarks(view: PlanView) -> Iterator[str]:
    """What else is to be known, each as a sentence."""
    for name, reason in view.left_out:
        yield f"Left out: {name} ({reason})."
    if view.not_chosen:
        yield f"Not on {wording.few(view.not_chosen)}: not chosen."
    for slug, why in view.unusable:
        yield f"Not on {slug}: it is {why}."
    yield from (f"⚠️ {warning}" for warning in view.warnings)
    for slug, why in view.added:
        yield f"{slug} was added: {why}."
    if view.guided:
        yield "When a step fails somebody is asked how to go on."
    if view.note:
        yield view.note
