"""What a person reads: blocks, messages and views as lines of plain text. For transcripts, and for tests to look at."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.sandbox.elements import STATE_KEYS
from bot.sandbox.json_types import JsonObject

Named = Callable[[str], str]
"""What somebody or something with this id is called: `@ben`, `#deployments`; an unknown id stays itself."""

ENTITY = re.compile(r"<([^<>]*)>")
SIGNS = {"pending": "○", "in_progress": "◐", "complete": "●", "error": "✖"}


def message_lines(message: JsonObject, named: Named) -> list[str]:
    """A message: its blocks, else its text; then its files. Of a person's the text says all, as it was typed."""
    blocks = [] if "client_msg_id" in message else message.get("blocks") or []
    lines = block_lines(blocks, named) if blocks else mrkdwn(str(message.get("text") or ""), named).splitlines()
    for attachment in message.get("attachments") or []:
        lines += block_lines(attachment.get("blocks") or [], named) or _words(attachment, named)
    return [*lines, *(f"file {file['name']} ({file['size']:,} bytes)" for file in message.get("files") or [])]


def view_lines(view: JsonObject, named: Named) -> list[str]:
    """A modal or an App Home: its title, its blocks with what is entered, its buttons."""
    title = plain(view.get("title")) if view["type"] == "modal" else ""
    buttons = [f"[{plain(view[key])}]" for key in ("submit", "close") if view.get(key)]
    lines = block_lines(view["blocks"], named, view["state"]["values"])
    return [*([title] if title else []), *lines, *([" ".join(buttons)] if buttons else [])]


def block_lines(blocks: Iterable[JsonObject], named: Named, values: JsonObject | None = None) -> list[str]:
    """The blocks from top to bottom; `values` is what is entered in them, by block id and action id."""
    return [line for block in blocks for line in _block(block, named, values or {})]


def mrkdwn(text: str, named: Named) -> str:
    """Slack's own markup as it is read: mentions and links by their names, dates by their fallback."""
    return html.unescape(ENTITY.sub(lambda match: _entity(match.group(1), named), text))


def plain(text: Any) -> str:
    """The words of a plain text object."""
    return str(text.get("text", "")) if isinstance(text, dict) else str(text or "")


def chosen(state: JsonObject, named: Named) -> str:
    """What is entered or chosen in an element, from its state."""
    value = state.get(STATE_KEYS[state["type"]][0])
    several = value if isinstance(value, list) else [value]
    shown = (_entered(one, named) for one in several if one is not None)
    return ", ".join(named(word) if state["type"].split("_")[-1] == "select" else word for word in shown)


def _entered(value: Any, named: Named) -> str:
    """One thing of a state: words, an option, rich text, a file."""
    if not isinstance(value, dict):
        return str(value)
    if value.get("type") == "rich_text":
        return _rich(value, named).strip()
    return plain(value["text"]) if "text" in value else str(value.get("title", ""))


def _entity(inner: str, named: Named) -> str:
    target, _, label = inner.partition("|")
    if target.startswith(("@", "#")):
        return named(target[1:])
    if target.startswith("!date^"):
        return label or target
    if target.startswith("!subteam^"):
        return label or named(target.removeprefix("!subteam^"))
    if target.startswith("!"):
        return f"@{target[1:]}"
    return label or target


def _block(block: JsonObject, named: Named, values: JsonObject) -> Iterator[str]:
    states = values.get(str(block.get("block_id")), {})
    match block["type"]:
        case "divider":
            yield "———"
        case "file":
            yield "[file]"
        case "actions" | "context_actions":
            yield " ".join(_element(element, named, states) for element in block["elements"])
        case "input":
            state = states.get(block["element"].get("action_id"))
            yield f"{plain(block['label'])}: {chosen(state, named) if state else ''}".rstrip()
        case "carousel":
            yield from block_lines(block["elements"], named, values)
        case "rich_text" | "markdown" | "plan" | "task_card" | "table" | "data_table":
            yield from _told(block, named)
        case _:
            yield from _other(block, named, values)


def _told(block: JsonObject, named: Named) -> Iterator[str]:
    """What is only read."""
    match block["type"]:
        case "rich_text":
            yield from _lines("".join(_rich(element, named) for element in block["elements"]))
        case "markdown":
            yield from _lines(block["text"])
        case "plan":
            yield plain(block.get("title"))
            for task in block.get("tasks") or []:
                yield from _task(task, named)
        case "task_card":
            yield from _task(block, named)
        case _:
            yield from _words(block.get("caption"), named)
            for row in block["rows"]:
                yield " | ".join(" ".join(_words(cell, named)) for cell in row)


def _other(block: JsonObject, named: Named, values: JsonObject) -> Iterator[str]:
    """Sections, contexts, cards and whatever else: their words, then what can be pressed in them."""
    for key in ("title", "subtitle", "header", "text", "body", "alt_text", "description", "fields", "elements"):
        yield from _words(block.get(key), named)
    pressed = [block.get("accessory"), *(block.get("actions") or [])]
    shown = [
        _element(one, named, values.get(str(block.get("block_id")), {})) for one in pressed if isinstance(one, dict)
    ]
    if shown:
        yield " ".join(shown)
    yield from block_lines(block.get("child_blocks") or [], named, values)


def _task(task: JsonObject, named: Named) -> Iterator[str]:
    yield f"{SIGNS.get(task.get('status', ''), '○')} {plain(task.get('title'))}"
    for key in ("details", "output"):
        yield from (f"  {line}" for line in _words(task.get(key), named))


def _element(element: JsonObject, named: Named, states: JsonObject) -> str:
    """Something to press or choose, in brackets."""
    state = states.get(element.get("action_id", ""))
    label = (chosen(state, named) if state else "") or plain(element.get("text") or element.get("placeholder"))
    if element["type"] == "overflow":
        label = " | ".join(plain(option.get("text")) for option in element["options"])
    return f"[{label or element.get('alt_text') or element['type']}]"


def _words(value: Any, named: Named) -> list[str]:
    """The lines of any text object, element or list of them."""
    if isinstance(value, str):
        return _lines(value)
    if isinstance(value, list):
        return [line for one in value for line in _words(one, named)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        return _lines(mrkdwn(value["text"], named))
    if value.get("type") == "rich_text":
        return _lines(_rich(value, named))
    return [line for key in ("title", "text", "fallback", "alt_text") for line in _words(value.get(key), named)]


def _rich(element: JsonObject, named: Named) -> str:
    if element["type"] in _RICH:
        return _RICH[element["type"]](element, named)
    return "".join(_rich(part, named) for part in element.get("elements") or []) + "\n"


def _mention(element: JsonObject, named: Named) -> str:
    return named(str(element[f"{element['type']}_id"]))


_RICH: dict[str, Callable[[JsonObject, Named], str]] = {
    "text": lambda element, _: str(element["text"]),
    "link": lambda element, _: str(element.get("text") or element["url"]),
    "emoji": lambda element, _: f":{element['name']}:",
    "broadcast": lambda element, _: f"@{element['range']}",
    "date": lambda element, _: str(element.get("fallback") or element["timestamp"]),
    "color": lambda element, _: str(element["value"]),
    "rich_text_list": lambda element, named: "".join(
        f"• {_rich(item, named).strip()}\n" for item in element["elements"]
    ),
    **dict.fromkeys(("user", "usergroup", "channel", "team"), _mention),
}


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]
