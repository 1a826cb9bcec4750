"""Elements that people act on: where they are in blocks, what a person's entry means, and how Slack reports it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.json_types import JsonObject

# For each element type: the key of its value in `state.values` and in actions, and the key of its initial value.
STATE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
PRESSED = frozenset({"button", "overflow", "feedback_buttons", "icon_button", "workflow_button"})
MULTIPLE = frozenset({"checkboxes", "file_input", *(kind for kind in STATE_KEYS if kind.startswith("multi_"))})
EXTERNAL = frozenset({"external_select", "multi_external_select"})


@dataclass(frozen=True)
class Place:
    """An element and the block it stands in."""

    block: JsonObject
    element: JsonObject

    @property
    def block_id(self) -> str:
        """The id of the block."""
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        """The id of the element."""
        return str(self.element["action_id"])

    @property
    def kind(self) -> str:
        """The element's type."""
        return str(self.element["type"])

    @property
    def is_input(self) -> bool:
        """Whether it stands in an input block, which reports only at the submission unless it dispatches."""
        return bool(self.block["type"] == "input")


def blocks_of(message: JsonObject) -> list[JsonObject]:
    """All blocks that people can act on in a message: its own, then those of its attachments."""
    attached = [block for one in message.get("attachments") or [] for block in one.get("blocks") or []]
    return [*(message.get("blocks") or []), *attached]


def attachment_of(message: JsonObject, place: Place) -> JsonObject | None:
    """The attachment that an element stands in; None when it stands in the message itself."""
    attachments: list[JsonObject] = message.get("attachments") or []
    return next((one for one in attachments if any(found == place for found in places(one.get("blocks") or []))), None)


def places(blocks: list[JsonObject]) -> Iterator[Place]:
    """Every element with an action id, in reading order."""
    for block in blocks:
        candidates: list[Any] = [block.get("accessory"), block.get("element")]
        if block.get("type") in ("actions", "context_actions"):
            candidates += block.get("elements") or []
        if block.get("type") == "card":
            candidates += block.get("actions") or []
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield Place(block, element)
        yield from places(block.get("child_blocks") or [])
        if block.get("type") == "carousel":
            yield from places(block.get("elements") or [])


def find(blocks: list[JsonObject], action_id: str, block_id: str | None = None) -> Place | None:
    """The element with this action id; without a block id it must be the only one."""
    found = [
        place
        for place in places(blocks)
        if place.action_id == action_id and (block_id is None or place.block_id == block_id)
    ]
    return found[0] if len(found) == 1 else None


def options_of(element: JsonObject) -> list[JsonObject]:
    """All options that the element itself carries."""
    grouped = [option for group in element.get("option_groups") or [] for option in group.get("options") or []]
    return [*(element.get("options") or []), *grouped]


def empty_state(element: JsonObject) -> JsonObject:
    """The state of an element that nobody has touched: its initial value, or none."""
    kind = element["type"]
    key, initial = STATE_KEYS[kind]
    value = element.get(initial, [] if kind in MULTIPLE else None)
    return {"type": kind, key: value}


def initial_values(blocks: list[JsonObject]) -> dict[str, dict[str, JsonObject]]:
    """`state.values` of blocks that nobody has touched."""
    values: dict[str, dict[str, JsonObject]] = {}
    for place in places(blocks):
        if place.kind in STATE_KEYS:
            values.setdefault(place.block_id, {})[place.action_id] = empty_state(place.element)
    return values


def kept_values(blocks: list[JsonObject], before: dict[str, dict[str, JsonObject]]) -> dict[str, dict[str, JsonObject]]:
    """`state.values` after an update: what has the same block id, action id and type keeps what was entered."""
    values = initial_values(blocks)
    for block_id, actions in values.items():
        for action_id, state in actions.items():
            entered = before.get(block_id, {}).get(action_id)
            if entered is not None and entered["type"] == state["type"]:
                actions[action_id] = entered
    return values


def is_empty(state: JsonObject) -> bool:
    """Whether nothing is entered or chosen."""
    key, _ = STATE_KEYS[state["type"]]
    return state.get(key) in (None, "", [])
