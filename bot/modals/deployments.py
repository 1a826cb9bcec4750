"""The `/deploy` modal: project, release, environment; each offers only what this person may deploy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import ids
from bot.messages import blocks as b

_VALUE_LIMIT = 150
_OPTION_LIMIT = 75
_OPTIONS = 100


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


def deploy_modal(entered: Entered, *, slack_channel: str) -> dict[str, Any]:
    """The form as it is with these entries. Release and environment appear once the project is known."""
    shown = [_project_input(entered)]
    if entered.project:
        shown += [_release_input(entered), _environment_input(entered)]
    else:
        shown.append(b.context("Release and environment follow when you have chosen a project."))
    modal: dict[str, Any] = {
        "type": "modal",
        "callback_id": ids.DEPLOY_MODAL,
        "private_metadata": ids.pack(c=slack_channel),
        "title": b.plain("Deploy", 24),
        "close": b.plain("Close", 24),
        "submit": b.plain("Deploy", 24),
        "blocks": shown,
    }
    return modal


def entered_in(state: Mapping[str, Any]) -> Entered:
    """What stands in the form, from the state that Slack sends. Block ids end in what they depend on."""
    chosen: dict[str, str] = {}
    for block_id, fields in state.get("values", {}).items():
        name = block_id.partition(":")[0]
        option = fields.get(name, {}).get("selected_option")
        chosen[name] = str(option["value"]) if option else ""
    return Entered(chosen.get(ids.PROJECT, ""), chosen.get(ids.RELEASE, ""), chosen.get(ids.ENVIRONMENT, ""))


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
    versions: Sequence[tuple[str, str]], typed: str, *, may_create: bool, is_valid: bool
) -> list[b.Element]:
    """Options for (version, where it is) pairs; last, *Create release X* for a new, valid version.

    Last, because the first one is chosen by Enter, and a release that was made by mistake stays for ever.
    """
    wanted = typed.strip()
    options = [_option(f"{version} · {where}" if where else version, version) for version, where in versions]
    if wanted and may_create and is_valid and wanted not in {version for version, _ in versions}:
        options = [*options[: _OPTIONS - 1], _option(f"Create release {wanted}", wanted)]
    return [option for option in options[:_OPTIONS] if len(option["value"]) <= _VALUE_LIMIT]


def _project_input(entered: Entered) -> b.Block:
    label = _named(entered.project, entered.project_name)
    block = block_id(ids.PROJECT)
    return _input(ids.PROJECT, block, "Project", "Choose a project", entered.project, label, dispatch=True)


def _release_input(entered: Entered) -> b.Block:
    label = f"Create release {entered.version}" if entered.is_new else entered.version
    block = block_id(ids.RELEASE, entered.project)
    return _input(ids.RELEASE, block, "Release", "Choose or type a version", entered.version, label)


def _environment_input(entered: Entered) -> b.Block:
    label = _named(entered.environment, entered.environment_name)
    block = block_id(ids.ENVIRONMENT, entered.project)
    return _input(ids.ENVIRONMENT, block, "Environment", "Choose an environment", entered.environment, label)


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
