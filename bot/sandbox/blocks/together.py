"""Rules that look at several things at once: unique ids, one plan, total lengths, a submit button for inputs."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.blocks.problems import Problem
from bot.sandbox.blocks.spec import spec
from bot.sandbox.elements import options_of, places
from bot.sandbox.json_types import JsonObject


def in_blocks(blocks: list[JsonObject], pointer: str) -> Iterator[Problem]:
    """What is wrong with these blocks taken together."""
    yield from _unique_block_ids(blocks, pointer)
    for number, block in enumerate(blocks):
        yield from _unique_action_ids(block, f"{pointer}/{number}")
    yield from _plans(blocks, pointer)
    yield from _totals(blocks, pointer)
    focused = [place for place in places(_with_ids(blocks)) if place.element.get("focus_on_load")]
    if len(focused) > 1:
        yield Problem(pointer, "only one element can have focus_on_load")


def in_element(element: JsonObject, initial: str, pointer: str) -> Iterator[Problem]:
    """Initial options must be among the options, word for word."""
    chosen = element.get(initial)
    for option in chosen if isinstance(chosen, list) else [chosen] if chosen else []:
        if not any(_same_option(option, known) for known in options_of(element)):
            yield Problem(f"{pointer}/{initial}", f"{initial} must match one of the options")
    values = [known.get("value") for known in options_of(element) if isinstance(known, dict)]
    if len(values) != len(set(map(str, values))):
        yield Problem(pointer, "options must have unique values")


def in_view(view: JsonObject, pointer: str) -> Iterator[Problem]:
    """A modal with inputs needs a submit button."""
    blocks = view.get("blocks")
    if view.get("type") != "modal" or view.get("submit") or not isinstance(blocks, list):
        return
    if any(isinstance(block, dict) and block.get("type") == "input" for block in blocks):
        yield Problem(pointer, "missing required field: submit", {"type": "required", "expected": ["submit"]})


def _unique_block_ids(blocks: list[JsonObject], pointer: str) -> Iterator[Problem]:
    seen: set[Any] = set()
    for number, block in enumerate(blocks):
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                yield Problem(f"{pointer}/{number}/block_id", f"block_id already exists: {block_id}")
            seen.add(block_id)


def _unique_action_ids(block: JsonObject, pointer: str) -> Iterator[Problem]:
    elements = block.get("elements")
    seen: set[Any] = set()
    for number, element in enumerate(elements if isinstance(elements, list) else []):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if isinstance(action_id, str):
            if action_id in seen:
                yield Problem(f"{pointer}/elements/{number}/action_id", f"action_id already exists: {action_id}")
            seen.add(action_id)


def _plans(blocks: list[JsonObject], pointer: str) -> Iterator[Problem]:
    types = [block.get("type") for block in blocks]
    if types.count("plan") > 1:
        yield Problem(pointer, "Cannot have more than 1 plan block")
    if "plan" in types and "task_card" in types:
        yield Problem(pointer, "Cannot have both a plan block and task_card blocks")
    if types.count("table") > 1:
        yield Problem(pointer, "only_one_table_allowed")


def _totals(blocks: list[JsonObject], pointer: str) -> Iterator[Problem]:
    limits = spec().limits
    words = [block.get("text") for block in blocks if block.get("type") == "markdown"]
    most = limits["markdown_characters"]
    if len(words) > 1 and sum(len(text) for text in words if isinstance(text, str)) > most:
        yield Problem(pointer, f"markdown blocks must be less than {most + 1} characters in total")
    most = limits["table_characters"]
    for number, block in enumerate(blocks):
        if block.get("type") == "table" and _characters(block.get("rows")) > most:
            yield Problem(f"{pointer}/{number}/rows", f"must be less than {most + 1} characters in total")


def _characters(value: Any) -> int:
    if isinstance(value, list):
        return sum(_characters(item) for item in value)
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_characters(item) for item in value.values())
    return 0


def _same_option(one: Any, other: Any) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    return one.get("value") == other.get("value") and _words(one) == _words(other)


def _words(option: JsonObject) -> Any:
    text = option.get("text")
    return text.get("text") if isinstance(text, dict) else text


def _with_ids(blocks: list[JsonObject]) -> list[JsonObject]:
    """So that elements without an action id are found, too."""
    elements = [block.get("element") for block in blocks]
    return [
        {**block, "element": {"action_id": "", **element}}
        for block, element in zip(blocks, elements, strict=True)
        if isinstance(element, dict)
    ]
