"""Block Kit by hand: for each object the least that Slack takes, and blocks around elements so that they can stand."""

from typing import Any

Json = dict[str, Any]
URL = "https://example.com/a.png"
RICH_PARTS = ("text", "link", "emoji", "user", "usergroup", "channel", "team", "broadcast", "date", "color")


def plain(text: str = "x", **more: Any) -> Json:
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: str = "x", **more: Any) -> Json:
    return {"type": "mrkdwn", "text": text, **more}


def option(value: Any = "1", **more: Any) -> Json:
    return {"text": plain(str(value)), "value": str(value), **more}


def options(count: int) -> list[Json]:
    return [option(number) for number in range(count)]


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts) or [TEXT]}]}


TEXT: Json = {"type": "text", "text": "x"}

# The least of each: every key here is needed, every other may be left out.
ELEMENTS: dict[str, Json] = {
    "button": {"type": "button", "text": plain()},
    "icon_button": {"type": "icon_button", "icon": "trash", "text": plain()},
    "feedback_buttons": {
        "type": "feedback_buttons",
        "positive_button": {"text": plain(), "value": "+"},
        "negative_button": {"text": plain(), "value": "-"},
    },
    "workflow_button": {"type": "workflow_button", "text": plain(), "workflow": {"trigger": {"url": URL}}},
    "overflow": {"type": "overflow", "options": options(1)},
    "checkboxes": {"type": "checkboxes", "options": options(1)},
    "radio_buttons": {"type": "radio_buttons", "options": options(1)},
    "static_select": {"type": "static_select", "options": options(1)},
    "multi_static_select": {"type": "multi_static_select", "options": options(1)},
    "external_select": {"type": "external_select"},
    "multi_external_select": {"type": "multi_external_select"},
    "users_select": {"type": "users_select"},
    "multi_users_select": {"type": "multi_users_select"},
    "conversations_select": {"type": "conversations_select"},
    "multi_conversations_select": {"type": "multi_conversations_select"},
    "channels_select": {"type": "channels_select"},
    "multi_channels_select": {"type": "multi_channels_select"},
    "datepicker": {"type": "datepicker"},
    "timepicker": {"type": "timepicker"},
    "datetimepicker": {"type": "datetimepicker"},
    "plain_text_input": {"type": "plain_text_input"},
    "rich_text_input": {"type": "rich_text_input"},
    "number_input": {"type": "number_input", "is_decimal_allowed": False},
    "email_text_input": {"type": "email_text_input"},
    "url_text_input": {"type": "url_text_input"},
    "file_input": {"type": "file_input"},
}
RICH: dict[str, Json] = {
    "text": TEXT,
    "link": {"type": "link", "url": URL},
    "emoji": {"type": "emoji", "name": "tada"},
    "user": {"type": "user", "user_id": "U1"},
    "usergroup": {"type": "usergroup", "usergroup_id": "S1"},
    "channel": {"type": "channel", "channel_id": "C1"},
    "team": {"type": "team", "team_id": "T1"},
    "broadcast": {"type": "broadcast", "range": "here"},
    "date": {"type": "date", "timestamp": 1, "format": "{date}"},
    "color": {"type": "color", "value": "#ff0000"},
    "rich_text_section": {"type": "rich_text_section", "elements": [TEXT]},
    "rich_text_list": {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [{"type": "rich_text_section", "elements": [TEXT]}],
    },
    "rich_text_preformatted": {"type": "rich_text_preformatted", "elements": [TEXT]},
    "rich_text_quote": {"type": "rich_text_quote", "elements": [TEXT]},
}
CELL: Json = {"type": "raw_text", "text": "x"}
BLOCKS: dict[str, Json] = {
    "section": {"type": "section", "text": mrkdwn()},
    "divider": {"type": "divider"},
    "image": {"type": "image", "image_url": URL, "alt_text": "x"},
    "actions": {"type": "actions", "elements": [ELEMENTS["button"]]},
    "context": {"type": "context", "elements": [mrkdwn()]},
    "context_actions": {"type": "context_actions", "elements": [ELEMENTS["icon_button"]]},
    "input": {"type": "input", "label": plain(), "element": ELEMENTS["plain_text_input"]},
    "header": {"type": "header", "text": plain()},
    "markdown": {"type": "markdown", "text": "x"},
    "rich_text": rich(),
    "table": {"type": "table", "rows": [[CELL]]},
    "data_table": {"type": "data_table", "caption": "x", "rows": [[CELL]]},
    "task_card": {"type": "task_card", "task_id": "1", "title": "x", "status": "pending"},
    "plan": {"type": "plan", "title": "x"},
    "file": {"type": "file", "external_id": "1", "source": "remote"},
    "video": {"type": "video", "title": plain(), "alt_text": "x", "video_url": URL, "thumbnail_url": URL},
    "card": {"type": "card", "title": mrkdwn()},
    "carousel": {"type": "carousel", "elements": [{"type": "card", "title": mrkdwn()}]},
    "container": {"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}]},
    "alert": {"type": "alert", "text": mrkdwn()},
}


def block(kind: str, **more: Any) -> Json:
    return {**BLOCKS[kind], **more}


def element(kind: str, **more: Any) -> Json:
    return {**ELEMENTS[kind], **more}


def around(inner: Json) -> Json:
    """A block in which this element, or part of rich text, may stand."""
    kind = inner["type"]
    if kind in RICH_PARTS:
        return rich(inner)
    if kind in RICH:
        return {"type": "rich_text", "elements": [inner]}
    if kind in ("icon_button", "feedback_buttons"):
        return block("context_actions", elements=[inner])
    if kind == "image":
        return block("context", elements=[inner])
    in_actions = ("button", "workflow_button", "overflow")
    return block("actions", elements=[inner]) if kind in in_actions else block("input", element=inner)


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks), **more}
