"""What the forms of deployments and of runs have in common: their selects, and what they keep without a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.modals import choices
from engine.errors import ForedeckError

VALUE_LIMIT = 150
_OPTION_LIMIT = 75
OPTIONS = 100
_METADATA_LIMIT = 3000
_DEPENDING = frozenset({ids.ANSWER, ids.ON, ids.NOT_ON, ids.GUIDED})


class TooMuchForAForm(ForedeckError):
    """More was typed than a form can keep for its fields to come."""

    message = "That is more than the form can keep."
    hint_text = "Name targets by a range or a tag (`on web-01..05`), type the whole command, or choose in the form."


def modal(
    callback_id: str, title: str, submit: str, shown: Sequence[b.Block], *, plan: str, words: str, metadata: str
) -> dict[str, Any]:
    """The form with these fields, *Plan* below them (of this action id, if any), and what it keeps in words."""
    blocks = list(shown)
    if plan and (button := b.actions(b.button("Plan", plan, "form"))):
        blocks.append({**button, "block_id": plan})
    if words:
        blocks.append(b.context(words))
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata,
        "title": b.plain(title, 24),
        "close": b.plain("Close", 24),
        "submit": b.plain(submit, 24),
        "blocks": blocks,
    }


def metadata(
    besides: Mapping[str, Any], answers: Mapping[str, str], slack_channel: str, *, shows_questions: bool
) -> str:
    """What the form keeps and has no field for. Answers that were typed wait for the field that they are meant for.
    Raises TooMuchForAForm.
    """
    facts = {"c": slack_channel, "b": dict(besides) or None}
    waiting = None if shows_questions else dict(answers) or None
    for packed in (ids.pack(**facts, w=waiting), ids.pack(**facts)):
        if len(packed) <= _METADATA_LIMIT:
            return packed
    raise TooMuchForAForm


def waiting_in(facts: Mapping[str, Any]) -> dict[str, str]:
    """The answers that wait for their fields, of what a form keeps."""
    waiting = facts.get("w")
    return dict(waiting) if isinstance(waiting, dict) else {}


def besides_in(state: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed and waits in the form, and what stands in its fields; a field counts, also when it is empty."""
    kept = facts.get("b")
    said = {**(kept if isinstance(kept, dict) else {}), **choices.chosen_in(state)}
    return {key: words for key, words in said.items() if words}


def selected_in(state: Mapping[str, Any]) -> dict[str, str]:
    """What is chosen in each select, by its name: block ids end in what they depend on."""
    chosen: dict[str, str] = {}
    for block, fields in state.get("values", {}).items():
        name = block.partition(":")[0]
        option = fields.get(name, {}).get("selected_option")
        chosen[name] = str(option["value"]) if option else ""
    return chosen


def depending(shown: Mapping[str, Any]) -> list[str]:
    """The ids of the fields that depend on what is chosen above them, as they stand in this modal."""
    found = (str(block.get("block_id", "")) for block in shown.get("blocks", ()))
    return [block for block in found if block.partition(":")[0] in _DEPENDING]


def kept(besides: Mapping[str, Any]) -> str:
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


def name_options(known: Sequence[tuple[str, str]], typed: str) -> list[b.Element]:
    """Options for (slug, name) pairs that contain what was typed."""
    wanted = typed.strip().lower()
    found = [(slug, name) for slug, name in known if wanted in slug.lower() or wanted in name.lower()]
    return [option(named(slug, name), slug) for slug, name in found[:OPTIONS]]


def named(slug: str, name: str) -> str:
    """As it is offered and as it stands in the form: the same."""
    return f"{name} ({slug})" if name and name != slug else slug


def block_id(field: str, place: str = "") -> str:
    """The id of a field's block. It changes with what it depends on, so that Slack forgets what was chosen for another
    one.
    """
    return f"{field}:{place}" if place else field


def place_in(block: str) -> str:
    """What a field depends on, by its block's id."""
    return block.partition(":")[2]


def select(field: str, block: str, label: str, placeholder: str, value: str, shown: str) -> b.Block:
    """A select whose options the bot offers, and that tells the bot what was chosen."""
    element: b.Element = {
        "type": "external_select",
        "action_id": field,
        "min_query_length": 0,
        "placeholder": b.plain(placeholder, 150),
    }
    if value and len(value) <= VALUE_LIMIT:
        element["initial_option"] = option(shown, value)
    return {"type": "input", "block_id": block, "label": b.plain(label), "element": element, "dispatch_action": True}


def option(label: str, value: str) -> b.Element:
    """An option of a select."""
    return {"text": b.plain(label, _OPTION_LIMIT), "value": value}
