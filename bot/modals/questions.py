"""What a deployment asks for, as fields of a form, and what stands in them. It decides nothing of what is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bot import ids
from bot.messages import blocks as b
from engine.services.views import LONGEST_ANSWER, Control, Question

_LABEL_LIMIT = 2000
_HINT_LIMIT = 2000
_OPTION_LIMIT = 75
_TICKED = "True"
_NEEDED = "An answer is needed unless these targets are left out."


def answer_input(question: Question, answer: str | None) -> b.Block:
    """The field of one question, with the answer that was given before, or the default."""
    prompt = question.prompt
    value = question.default if answer is None else answer
    block: b.Block = {
        "type": "input",
        "block_id": block_id(question),
        "label": b.plain(question.label, _LABEL_LIMIT),
        "element": _element(question, value),
        "optional": not prompt.required or bool(question.targets),  # a target may be left out below
    }
    if prompt.control is Control.CHECKBOX:
        block["optional"] = True  # Slack takes a box that must be filled in for one that must be ticked
    elif hint := " ".join(filter(None, (prompt.help, _NEEDED if question.targets and prompt.required else ""))):
        block["hint"] = b.plain(hint, _HINT_LIMIT)
    return block


def block_id(question: Question) -> str:
    """The id of its field. It changes with the question, so that Slack forgets what was answered to another one."""
    meant = hashlib.sha256(repr((question.prompt, question.default)).encode()).hexdigest()[:12]
    return f"{ids.ANSWER}:{meant}:{question.name}"


def answers_in(state: Mapping[str, Any]) -> dict[str, str]:
    """What stands in these fields, by the variable's name; a field that is empty says so."""
    answers: dict[str, str] = {}
    for block, fields in state.get("values", {}).items():
        field, _, rest = block.partition(":")
        if field == ids.ANSWER:
            answers[rest.partition(":")[2]] = _value(fields.get(ids.ANSWER, {}))
    return answers


def _element(question: Question, value: str) -> b.Element:
    prompt = question.prompt
    element: b.Element = {"action_id": ids.ANSWER}
    match prompt.control:
        case Control.SELECT:
            element["type"] = "static_select"
            options = [_option(option.label, option.value) for option in prompt.options]
            element["options"] = options
            chosen = [option for option in options if option["value"] == value]
            if chosen:
                element["initial_option"] = chosen[0]
        case Control.CHECKBOX:
            option = _option(prompt.help or "Yes", _TICKED)
            element |= {"type": "checkboxes", "options": [option]}
            if value == _TICKED:
                element["initial_options"] = [option]
        case _:
            element |= {"type": "plain_text_input", "multiline": prompt.control is Control.MULTILINE}
            element["max_length"] = LONGEST_ANSWER
            if value:
                element["initial_value"] = value[:LONGEST_ANSWER]
    return element


def _value(field: Mapping[str, Any]) -> str:
    if field.get("type") == "checkboxes":
        return _TICKED if field.get("selected_options") else "False"
    option = field.get("selected_option")
    return str(option["value"]) if option else str(field.get("value") or "")


def _option(label: str, value: str) -> b.Element:
    return {"text": b.plain(label, _OPTION_LIMIT), "value": value}
