"""Rules that look at several things at once: unique ids, one plan, total lengths, a submit button for inputs."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.blocks import values
from bot.sandbox.blocks.problems import Problem
from bot.sandbox.blocks.spec import Shape, spec
from bot.sandbox.elements import STATE_KEYS, options_of, places
from bot.sandbox.json_types import JsonObject


def in_blocks(blocks: list[JsonObject], pointer: str) -> Iterator[Problem]:
    """What is wrong with these blocks taken together."""
    everything = list(_nested(blocks, pointer))
    yield from _unique_block_ids(everything)
    for place, block in everything:
        yield from _unique_action_ids(block, place)
    yield from _plans(blocks, pointer)
    yield from _tables(everything, pointer)
    yield from _markdown(blocks, pointer)
    focused = [place for place in places(_with_ids(blocks)) if place.element.get("focus_on_load")]
    if len(focused) > 1:
        yield Problem(pointer, "only one element can have focus_on_load")


def in_object(value: JsonObject, shape: Shape, pointer: str) -> Iterator[Problem]:
    """What is wrong between the fields of one object, each of which is right by itself."""
    if shape.initial is not None:
        yield from _options(value, shape.initial, pointer)
    for name, needed in shape.needs:
        if value.get(name) and not value.get(needed):
            yield Problem(f"{pointer}/{name}", f"{name} requires {needed}")
    for first, second in shape.ordered:
        if first in value and second in value and float(value[first]) > float(value[second]):
            yield Problem(f"{pointer}/{second}", f"{second} must not be less than {first}")
    yield from _beginnings(value, pointer)


def _options(element: JsonObject, initial: str, pointer: str) -> Iterator[Problem]:
    """Initial options must be among the options, word for word, and not more than may be selected."""
    chosen = element.get(initial)
    several = chosen if isinstance(chosen, list) else [chosen] if chosen else []
    for option in several:
        if not any(_same_option(option, known) for known in options_of(element)):
            yield Problem(f"{pointer}/{initial}", f"{initial} must match one of the options")
    given = [known["value"] for known in options_of(element)]
    if len(given) != len(set(given)):
        yield Problem(pointer, "options must have unique values")


def _beginnings(element: JsonObject, pointer: str) -> Iterator[Problem]:
    """What a field begins with must be what a person could have entered."""
    kind = element.get("type")
    if kind == "plain_text_input" and "initial_value" in element:
        rule = {"min": element.get("min_length"), "max": element.get("max_length")}
        yield from values.length(element["initial_value"], rule, f"{pointer}/initial_value")
    elif kind == "number_input" and not element["is_decimal_allowed"]:
        for name in ("initial_value", "min_value", "max_value"):
            if "." in element.get(name, ""):
                yield Problem(f"{pointer}/{name}", "must be an integer", {"type": "type", "expected": "integer"})
    elif "max_selected_items" in element:
        most = element["max_selected_items"]
        chosen = element.get(STATE_KEYS[str(kind)][1]) or []
        if len(chosen) > most:
            yield Problem(pointer, f"no more than {most} items may be selected at first")


def in_view(view: JsonObject, pointer: str) -> Iterator[Problem]:
    """A modal with inputs needs a submit button."""
    blocks = view.get("blocks")
    if view.get("type") != "modal" or view.get("submit") or not isinstance(blocks, list):
        return
    if any(isinstance(block, dict) and block.get("type") == "input" for block in blocks):
        yield Problem(pointer, "missing required field: submit", {"type": "required", "expected": ["submit"]})


def _nested(blocks: list[JsonObject], pointer: str) -> Iterator[tuple[str, JsonObject]]:
    """Every block, also those in others, with where it is."""
    for number, block in enumerate(blocks):
        place = f"{pointer}/{number}"
        yield place, block
        for name in ("child_blocks", "tasks"):
            yield from _nested(block.get(name) or [], f"{place}/{name}")
        if block["type"] == "carousel":
            yield from _nested(block["elements"], f"{place}/elements")


def _unique_block_ids(blocks: list[tuple[str, JsonObject]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, block in blocks:
        block_id = block.get("block_id")
        if block_id is not None:
            if block_id in seen:
                yield Problem(f"{place}/block_id", f"block_id already exists: {block_id}")
            seen.add(block_id)


def _unique_action_ids(block: JsonObject, pointer: str) -> Iterator[Problem]:
    name = "actions" if block["type"] == "card" else "elements"
    seen: set[str] = set()
    for number, element in enumerate(block.get(name) or []):
        action_id = element.get("action_id")
        if action_id is not None:
            if action_id in seen:
                yield Problem(f"{pointer}/{name}/{number}/action_id", f"action_id already exists: {action_id}")
            seen.add(action_id)


def _plans(blocks: list[JsonObject], pointer: str) -> Iterator[Problem]:
    types = [block["type"] for block in blocks]
    if types.count("plan") > 1:
        yield Problem(pointer, "Cannot have more than 1 plan block")
    if "plan" in types and "task_card" in types:
        yield Problem(pointer, "Cannot have both a plan block and task_card blocks")


def _tables(blocks: list[tuple[str, JsonObject]], pointer: str) -> Iterator[Problem]:
    if sum(block["type"] == "table" for _, block in blocks) > 1:
        yield Problem(pointer, "only_one_table_allowed")
    most = spec().limits["table_characters"]
    for place, block in blocks:
        if block["type"] in ("table", "data_table") and characters(block["rows"]) > most:
            yield Problem(f"{place}/rows", f"must be less than {most + 1} characters in total")


def _markdown(blocks: list[JsonObject], pointer: str) -> Iterator[Problem]:
    words = [block["text"] for block in blocks if block["type"] == "markdown"]
    most = spec().limits["markdown_characters"]
    if len(words) > 1 and sum(map(len, words)) > most:
        yield Problem(pointer, f"markdown blocks must be less than {most + 1} characters in total")


def characters(value: Any) -> int:
    """How many characters these blocks show."""
    if isinstance(value, list):
        return sum(characters(item) for item in value)
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(item) for item in value.values())
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
