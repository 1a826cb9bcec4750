"""Block Kit in small words: a message, and the blocks it is made of.

Untrusted text goes through `rich` or `plain`, where nothing in it can mention, link or format; mrkdwn is for our own
words only.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.messages import moments

Block = dict[str, Any]
Element = dict[str, Any]

TEXT_LIMIT = 3_000  # section text, chat.update's text is 4,000
HEADER_LIMIT = 150
BUTTON_LIMIT = 75
VALUE_LIMIT = 2_000  # what a button carries
_SUMMARY_LIMIT = 1_000


@dataclass(frozen=True)
class Message:
    """What is posted: `text` is what notifications and screen readers say; it is always set."""

    text: str
    blocks: Sequence[Block] = field(default_factory=tuple)

    @property
    def digest(self) -> str:
        """Equal for messages that look the same."""
        return hashlib.sha256(json.dumps([self.text, list(self.blocks)], sort_keys=True).encode()).hexdigest()[:32]


def message(text: str, *blocks: Block | None) -> Message:
    """A message; `text` may hold anything and becomes inert; blocks that are None are left out."""
    return Message(escape(shorten(text, _SUMMARY_LIMIT)), tuple(block for block in blocks if block is not None))


def escape(text: str) -> str:
    """Slack's three entities: after this no mention, no link and no date can be in the text."""
    return html.escape(text, quote=False)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters; what is cut ends in an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def shorten_inside(text: str, limit: int) -> str:
    """At most `limit` characters: its beginning and its end, where commands and errors say what matters."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half].rstrip()} … {text[-half:].lstrip()}"


def header(text: str) -> Block:
    """A large line of plain text."""
    return {"type": "header", "text": plain(text, HEADER_LIMIT)}


def plain(text: str, limit: int = TEXT_LIMIT) -> Element:
    """A plain text object: shown as it is, emoji names included."""
    return {"type": "plain_text", "text": shorten(text, limit) or " ", "emoji": False}


def context(text: str) -> Block:
    """A small grey line of plain text."""
    return {"type": "context", "elements": [plain(text, 2_000)]}


def small_print(mrkdwn: str) -> Block:
    """A small grey line of our own mrkdwn (dates and emphasis); untrusted parts must have gone through `escape`."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn, "verbatim": True}]}


def moment(at: datetime) -> str:
    """A point in time in the reader's own time zone, as mrkdwn."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def date(at: datetime) -> Element:
    """The same as an element of rich text."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": f"{at:%Y-%m-%d %H:%M} UTC",
    }


def day(at: datetime) -> Element:
    """Its day only."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_short_pretty}",
        "fallback": f"{at:%Y-%m-%d}",
    }


def rich(*lines: Iterable[Element]) -> Block:
    """Lines of inert elements, each line on its own."""
    elements: list[Element] = []
    for number, line in enumerate(lines):
        if number:
            elements.append(text("\n"))
        elements.extend(line)
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def preformatted(body: str, *, heading: Sequence[Element] = ()) -> Block:
    """Text as it stands, in a fixed-width box; with a line above it."""
    parts: list[Element] = []
    if heading:
        parts.append({"type": "rich_text_section", "elements": list(heading)})
    parts.append({"type": "rich_text_preformatted", "elements": [text(body or " ")]})
    return {"type": "rich_text", "elements": parts}


def text(words: str, *, bold: bool = False, code: bool = False, italic: bool = False) -> Element:
    """Words that are shown as they are."""
    style = {name: True for name, wanted in (("bold", bold), ("code", code), ("italic", italic)) if wanted}
    element: Element = {"type": "text", "text": words or " "}
    return element | {"style": style} if style else element


def bold(words: str) -> Element:
    """Words in bold."""
    return text(words, bold=True)


def code(words: str) -> Element:
    """Words to be typed."""
    return text(words, code=True)


def link(words: str, url: str, *, bold: bool = False) -> Element:
    """Words that open a page; the address must be one that we made."""
    element: Element = {"type": "link", "url": url, "text": words}
    return element | {"style": {"bold": True}} if bold else element


def emoji(name: str) -> Element:
    """An emoji by its short name."""
    return {"type": "emoji", "name": name}


def mention(slack_user_id: str) -> Element:
    """Somebody who is to be notified."""
    return {"type": "user", "user_id": slack_user_id}


def here() -> Element:
    """Everybody in the channel who is there now is notified."""
    return {"type": "broadcast", "range": "here"}


def slack_channel_mention(slack_channel: str) -> Element:
    """A Slack channel by id, else by name."""
    if is_channel_id(slack_channel):
        return {"type": "channel", "channel_id": slack_channel}
    return bold(f"#{slack_channel.removeprefix('#')}")


def is_channel_id(name: str) -> bool:
    """Slack's ids are capitals and digits; names are lower case."""
    return len(name) >= 9 and name[0] in "CGD" and name.isalnum() and name == name.upper()


def sentence(words: str) -> list[Element]:
    """One of our sentences, in which what stands between backticks is code, and points in time are the reader's."""
    elements: list[Element] = []
    for index, part in enumerate(words.split("`")):
        elements += dated(part) if index % 2 == 0 else [text(part, code=True)] if part else []
    return elements


def dated(words: str, *, bold: bool = False) -> list[Element]:
    """Words in which the points in time that a service spelled are shown by the reader's own clock."""
    return [
        text(piece, bold=bold) if isinstance(piece, str) else _spelled_date(*piece, bold=bold)
        for piece in moments.parts(words)
    ]


def _spelled_date(at: datetime, spelled: str, *, bold: bool) -> Element:
    element = date(at) | {"fallback": spelled}
    return element | {"style": {"bold": True}} if bold else element


def section(words: str) -> Block:
    """A sentence or several as a block."""
    return rich(sentence(shorten(words, TEXT_LIMIT)))


def actions(*elements: Element) -> Block | None:
    """A row of buttons; None when there are none."""
    return {"type": "actions", "elements": list(elements)} if elements else None


def button(
    label: str,
    action_id: str,
    value: str,
    *,
    style: str | None = None,
    confirm: Element | None = None,
    accessibility_label: str | None = None,
) -> Element:
    """A button; it carries an opaque value, never authority."""
    element: Element = {
        "type": "button",
        "text": plain(label, BUTTON_LIMIT),
        "action_id": action_id,
        "value": value,
    }
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    if accessibility_label:
        element["accessibility_label"] = shorten(accessibility_label, BUTTON_LIMIT)
    return element


def link_button(label: str, action_id: str, url: str) -> Element:
    """A button that opens a page."""
    return {"type": "button", "text": plain(label, BUTTON_LIMIT), "action_id": action_id, "url": url}


def confirm(title: str, words: str, *, yes: str, no: str) -> Element:
    """Asks once more before a button counts."""
    return {
        "title": plain(title, 100),
        "text": plain(words, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
        "style": "danger",
    }
