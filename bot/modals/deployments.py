"""The `/deploy` modal: project, release, environment; each offers only what this person may deploy. Then what is asked
for there, and what else can be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.modals import choices
from bot.modals.questions import answer_input, answers_in
from engine.errors import ForedeckError
from engine.services.offers import Offers
from engine.services.views import Question

_VALUE_LIMIT = 150
_OPTION_LIMIT = 75
_OPTIONS = 100
_METADATA_LIMIT = 3000


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


class TooMuchForAForm(ForedeckError):
    """More was typed than a form can keep for its fields to come."""

    message = "That is more than the form can keep."
    hint_text = "Name targets by a range or a tag (`on web-01..05`), type the whole command, or choose in the form."


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
    if entered.project and (plan := b.actions(b.button("Plan", ids.PLAN_IN_FORM, "form"))):
        shown.append({**plan, "block_id": ids.PLAN_IN_FORM})
    if words := _kept(kept):
        shown.append(b.context(words))
    modal: dict[str, Any] = {
        "type": "modal",
        "callback_id": ids.DEPLOY_MODAL,
        "private_metadata": _metadata(entered, kept, slack_channel),
        "title": b.plain("Deploy", 24),
        "close": b.plain("Close", 24),
        "submit": b.plain("Deploy", 24),
        "blocks": shown,
    }
    return modal


def _metadata(entered: Entered, kept: Mapping[str, Any], slack_channel: str) -> str:
    """What the form keeps and has no field for. Answers that were typed wait for the field that they are meant for."""
    facts = {"c": slack_channel, "b": dict(kept) or None}
    waiting = None if entered.questions else dict(entered.answers) or None
    for packed in (ids.pack(**facts, w=waiting), ids.pack(**facts)):
        if len(packed) <= _METADATA_LIMIT:
            return packed
    raise TooMuchForAForm


def _kept(besides: Mapping[str, Any]) -> str:
    """What was typed and the form keeps, having no field for it (yet): times, targets, steps left out, the reason."""
    at, until = besides.get("a", ""), besides.get("u", "")
    begins = f"It begins as typed: {at}." if at else ""
    only, never = (", ".join(besides.get(key, ())) for key in ("o", "x"))
    words = (
        begins,
        f"Not after: {until}." if until else "",
        f"Only on {only}." if only else "",
        f"Not on {never}." if never else "",
        f"Without {', '.join(skipped)}." if (skipped := besides.get("s", ())) else "",
        _WAY.get(str(besides.get("w", "")), ""),
        _ON_FAILURE.get(str(besides.get("g", "")), ""),
        f"Because {reason}." if (reason := str(besides.get("r", "")).rstrip(".")) else "",
    )
    return " ".join(filter(None, words))


_WAY = {
    "emergency": "It is an emergency: what it passes over is shown first.",
    "override": "It passes freezes.",
    "queue": "It waits behind a lock.",
    "queue override": "It waits behind a lock, and passes freezes.",
}
_ON_FAILURE = {"guided": "When a step fails somebody is asked.", "unguided": "When a step fails nobody is asked."}


def entered_in(state: Mapping[str, Any], facts: Mapping[str, Any]) -> Entered:
    """What stands in the form, from the state that Slack sends and the `facts` that it keeps. Block ids end in what
    they depend on.
    """
    chosen: dict[str, str] = {}
    for block_id, fields in state.get("values", {}).items():
        name = block_id.partition(":")[0]
        option = fields.get(name, {}).get("selected_option")
        chosen[name] = str(option["value"]) if option else ""
    return Entered(
        chosen.get(ids.PROJECT, ""),
        chosen.get(ids.RELEASE, ""),
        chosen.get(ids.ENVIRONMENT, ""),
        answers=answers_in(state),
        besides=_besides_in(state, facts),
    )


def _besides_in(state: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed and waits in the form, and what stands in its fields; a field counts, also when it is empty."""
    kept = facts.get("b")
    said = {**(kept if isinstance(kept, dict) else {}), **choices.chosen_in(state)}
    return {key: words for key, words in said.items() if words}


def depending(modal: Mapping[str, Any]) -> list[str]:
    """The ids of the fields that depend on release and environment, as they stand in this modal."""
    shown = (str(block.get("block_id", "")) for block in modal.get("blocks", ()))
    return [block for block in shown if block.partition(":")[0] in {ids.ANSWER, ids.ON, ids.NOT_ON, ids.GUIDED}]


def block_id(field: str, project: str = "") -> str:
    """The id of a field's block. It changes with the project, so that Slack forgets what was chosen for another one."""
    return f"{field}:{project}" if project else field


def project_in(block: str) -> str:
    """The project that a field's block id depends on."""
    return block.partition(":")[2]


def name_options(choices: Sequence[tuple[str, str]], typed: str) -> list[b.Element]:
    """Options for (slug, name) pairs that contain what was typed."""
    wanted = typed.strip().lower()
    found = [(slug, name) for slug, name in choices if wanted in slug.lower() or wanted in name.lower()]
    return [_option(_named(slug, name), slug) for slug, name in found[:_OPTIONS]]


def release_options(
    versions: Sequence[tuple[str, str]], typed: str, *, may_create: bool, is_valid: bool, offered: Sequence[str] = ()
) -> list[b.Element]:
    """Options for (version, where it is) pairs; last, *Create release X* for versions that are `offered` as their
    packages are there, and for a new, valid one.

    Last, because the first one is chosen by Enter, and a release that was made by mistake stays for ever.
    """
    wanted = typed.strip()
    options = [_option(f"{version} · {where}" if where else version, version) for version, where in versions]
    known = {version for version, _ in versions}
    new = [version for version in offered if may_create and version not in known]
    if wanted and may_create and is_valid and wanted not in known:
        new = [*(version for version in new if version != wanted), wanted]
    new = new[-_OPTIONS // 2 :]
    options = [*options[: _OPTIONS - len(new)], *(_option(f"Create release {version}", version) for version in new)]
    return [option for option in options[:_OPTIONS] if len(option["value"]) <= _VALUE_LIMIT]


def _project_input(entered: Entered) -> b.Block:
    label = _named(entered.project, entered.project_name)
    block = block_id(ids.PROJECT)
    return _input(ids.PROJECT, block, "Project", "Choose a project", entered.project, label, dispatch=True)


def _release_input(entered: Entered) -> b.Block:
    label = f"Create release {entered.version}" if entered.is_new else entered.version
    block = block_id(ids.RELEASE, entered.project)
    return _input(ids.RELEASE, block, "Release", "Choose or type a version", entered.version, label, dispatch=True)


def _environment_input(entered: Entered) -> b.Block:
    label = _named(entered.environment, entered.environment_name)
    block = block_id(ids.ENVIRONMENT, entered.project)
    return _input(
        ids.ENVIRONMENT, block, "Environment", "Choose an environment", entered.environment, label, dispatch=True
    )


def _named(slug: str, name: str) -> str:
    """As it is offered and as it stands in the form: the same."""
    return f"{name} ({slug})" if name and name != slug else slug


def _input(
    field: str, block: str, label: str, placeholder: str, value: str, shown: str, *, dispatch: bool = False
) -> b.Block:
    element: b.Element = {
        "type": "external_select",
        "action_id": field,
        "min_query_length": 0,
        "placeholder": b.plain(placeholder, 150),
    }
    if value and len(value) <= _VALUE_LIMIT:
        element["initial_option"] = _option(shown, value)
    block_: b.Block = {"type": "input", "block_id": block, "label": b.plain(label), "element": element}
    if dispatch:
        block_["dispatch_action"] = True
    return block_


def _option(label: str, value: str) -> b.Element:
    return {"text": b.plain(label, _OPTION_LIMIT), "value": value}
