"""Explains a variable of a project: which value wins at a deployment, where it is written, and why others do not."""

from __future__ import annotations

from dataclasses import replace

from engine.database import Database
from engine.definitions import Environment
from engine.domain import explanations, plans
from engine.domain.explanations import Explanation
from engine.domain.precedence import Situation
from engine.domain.variables import SecretReference, Variable
from engine.services import access, planned, prompts
from engine.services.errors import UnknownName
from engine.services.views import ExplainedValueView, ExplanationView

_LONGEST = 200
_OURS = ("octopus.", "foredeck.")


def explain(
    db: Database,
    *,
    name: str,
    project: str,
    environment: str,
    step: str | None = None,
    target: str | None = None,
    version: str | None = None,
) -> ExplanationView:
    """Every value of this variable and how it stands there. `step`: the slug or name of a step or of an action;
    `version`: as that release froze it, else as the project is now.

    Raises UnknownProject, UnknownEnvironment, UnknownName. No secret is read, so none is shown.
    """
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        where = access.require_environment(found, environment)
        if target is not None and target not in found.definitions.targets:
            raise UnknownName(kind="target", name=target, known=found.definitions.targets)
        process, variables = prompts.frozen(session, found, project=slug, version=version or "")
        targets = planned.targets_of(found.definitions)
        plan = plans.make(process, project=slug, environment=where, targets=targets)
        situation = Situation(project=slug, environment=where)
        if step is not None:
            situation = _at_step(plan, slug, where, step)
        if target is not None:
            tags = frozenset(found.definitions.targets[target].tags)
            situation = replace(situation, machine=target, machine_tags=tags)
    told = explanations.explain(variables, name, situation)
    if not told and not name.casefold().startswith(_OURS):
        known = sorted({variable.name for variable in variables}, key=str.casefold)
        raise UnknownName(kind="variable", name=name, known=known)
    return ExplanationView(
        name=told[0].variable.name if told else name,
        where=_where(slug, found.definitions.environments[where], step),
        values=tuple(_view(explanation) for explanation in told),
    )


def _at_step(plan: plans.Plan, project: str, environment: str, word: str) -> Situation:
    """The step or action of this slug or name, as far as it runs there."""
    wanted = word.casefold()
    names: dict[str, Situation] = {}
    for step in plan.steps:
        for action in step.actions:
            at = Situation(
                project=project,
                environment=environment,
                step=step.slug,
                action=action.slug,
                step_tags=frozenset(step.target_tags),
            )
            for known in (step.slug, step.name, action.slug, action.name):
                names.setdefault(known.casefold(), at)
    if wanted not in names:
        raise UnknownName(kind="step", name=word, known=[step.slug for step in plan.steps])
    return names[wanted]


def _where(project: str, environment: Environment, step: str | None) -> str:
    return f"{project} in {environment.slug}" + (f", step {step}" if step else "")


def _view(explanation: Explanation) -> ExplainedValueView:
    variable = explanation.variable
    return ExplainedValueView(
        standing=explanation.standing,
        value=_shown(variable),
        place=variable.place or "an earlier release",
        source=f"variable set {variable.source}" if variable.source else "",
        why=explanation.why,
    )


def _shown(variable: Variable) -> str:
    """The value as it is written; of a secret only where it is kept."""
    if isinstance(variable.value, SecretReference):
        return f"secret {variable.value}"
    text = " ".join(variable.value.split()) if "\n" in variable.value else variable.value
    text = f"“{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}”"
    return f"asked for, otherwise {text}" if variable.prompt else text
