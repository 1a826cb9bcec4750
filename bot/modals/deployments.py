"""The `/deploy` modal: project, release, environment; each offers only what this person may deploy. Then what is asked
for there, and what else can be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.modals import choices, forms
from bot.modals.questions import answer_input, answers_in
from engine.services.offers import Offers
from engine.services.views import Question


@dataclass(frozen=True)
class Entered:
    """What stands in the form. `is_new`: the version is no release yet; the form says so where it was typed before.

    The names are those that the project and the environment have beside their slugs, where they are known.
    """

    project: str = ""
    version: str = ""
    environment: str = ""
    is_new: bool = False
    project_name: str = ""
    environment_name: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)  # by the variable's name
    questions: tuple[Question, ...] = ()
    besides: Mapping[str, Any] = field(default_factory=dict)  # what else was typed or chosen, as `Deploy` carries it
    offers: Offers | None = None  # what else can be chosen there; None while the place is not known


def deploy_modal(entered: Entered, *, slack_channel: str) -> dict[str, Any]:
    """The form as it is with these entries. Release and environment appear once the project is known, and what is
    asked for and can be chosen there once the environment is, too. Raises TooMuchForAForm.
    """
    shown = [_project_input(entered)]
    more = choices.inputs(entered.offers, entered.besides, project=entered.project, environment=entered.environment)
    fielded = {key for key, _ in more}
    kept = {key: said for key, said in entered.besides.items() if key not in fielded}
    if entered.project:
        shown += [_release_input(entered), _environment_input(entered)]
        shown += [answer_input(question, entered.answers.get(question.name)) for question in entered.questions]
        shown += [block for _, block in more]
    else:
        shown.append(b.context("Release and environment follow when you have chosen a project."))
    return forms.modal(
        ids.DEPLOY_MODAL,
        "Deploy",
        "Deploy",
        shown,
        plan=ids.PLAN_IN_FORM if entered.project else "",
        words=forms.kept(kept),
        metadata=forms.metadata(kept, entered.answers, slack_channel, shows_questions=bool(entered.questions)),
    )


def entered_in(state: Mapping[str, Any], facts: Mapping[str, Any]) -> Entered:
    """What stands in the form, from the state that Slack sends and the `facts` that it keeps."""
    chosen = forms.selected_in(state)
    return Entered(
        chosen.get(ids.PROJECT, ""),
        chosen.get(ids.RELEASE, ""),
        chosen.get(ids.ENVIRONMENT, ""),
        answers=answers_in(state),
        besides=forms.besides_in(state, facts),
    )


def release_options(
    versions: Sequence[tuple[str, str]], typed: str, *, may_create: bool, is_valid: bool, offered: Sequence[str] = ()
) -> list[b.Element]:
    """Options for (version, where it is) pairs; last, *Create release X* for versions that are `offered` as their
    packages are there, and for a new, valid one.

    Last, because the first one is chosen by Enter, and a release that was made by mistake stays for ever.
    """
    wanted = typed.strip()
    options = [forms.option(f"{version} · {where}" if where else version, version) for version, where in versions]
    known = {version for version, _ in versions}
    new = [version for version in offered if may_create and version not in known]
    if wanted and may_create and is_valid and wanted not in known:
        new = [*(version for version in new if version != wanted), wanted]
    new = new[-forms.OPTIONS // 2 :]
    created = (forms.option(f"Create release {version}", version) for version in new)
    options = [*options[: forms.OPTIONS - len(new)], *created]
    return [option for option in options[: forms.OPTIONS] if len(option["value"]) <= forms.VALUE_LIMIT]


def _project_input(entered: Entered) -> b.Block:
    label = forms.named(entered.project, entered.project_name)
    block = forms.block_id(ids.PROJECT)
    return forms.select(ids.PROJECT, block, "Project", "Choose a project", entered.project, label)


def _release_input(entered: Entered) -> b.Block:
    label = f"Create release {entered.version}" if entered.is_new else entered.version
    block = forms.block_id(ids.RELEASE, entered.project)
    return forms.select(ids.RELEASE, block, "Release", "Choose or type a version", entered.version, label)


def _environment_input(entered: Entered) -> b.Block:
    label = forms.named(entered.environment, entered.environment_name)
    block = forms.block_id(ids.ENVIRONMENT, entered.project)
    return forms.select(ids.ENVIRONMENT, block, "Environment", "Choose an environment", entered.environment, label)
