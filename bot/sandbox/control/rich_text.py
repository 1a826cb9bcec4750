"""The blocks of what a person typed: Slack keeps each message of a person as rich text beside its text.

It reads the stored text, in which entities are escaped and whom it names stands in angle brackets."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.ids import short_id
from bot.sandbox.json_types import JsonObject

STYLES = {"*": "bold", "_": "italic", "~": "strike"}
PREFORMATTED = re.compile(r"```\n?([^`](?:.*?[^`])??)\n?```", re.DOTALL)
QUOTE, QUOTE_OF_THE_REST = "&gt;", "&gt;&gt;&gt;"
# Marks say nothing within these.
OPAQUE = re.compile(r"<(?P<angle>[^<>\n]+)>|`(?P<code>[^`\n]+)`")
LINK = re.compile(r"<(https?://[^<>\n]+)>")
# A name with a letter in it: 10:30:15 is a time.
EMOJI = re.compile(
    r"(?<!\w):(?P<name>[+-]1|(?=[0-9_+'-]*[a-z])[a-z0-9_+'-]{1,100})(?:::skin-tone-(?P<tone>[2-6]))?:(?!\w)"
)


def blocks_of(text: str) -> list[JsonObject]:
    """One rich_text block; none for a text without words."""
    elements = list(_elements(text))
    return [{"type": "rich_text", "block_id": short_id(), "elements": elements}] if elements else []


def _elements(text: str) -> Iterator[JsonObject]:
    """Preformatted parts, and what stands between them."""
    parts = PREFORMATTED.split(text)
    for index, part in enumerate(parts):
        if index % 2:
            yield {"type": "rich_text_preformatted", "elements": _words(part, {}), "border": 0}
            continue
        between = part.removeprefix("\n") if index else part  # the line breaks around it belong to the block
        yield from _sections(between.removesuffix("\n") if index < len(parts) - 1 else between)


def _sections(text: str) -> Iterator[JsonObject]:
    """Quotes, and what stands between them."""
    lines = text.split("\n")
    start = 0
    while start < len(lines):
        end = start + 1
        if lines[start].startswith(QUOTE_OF_THE_REST):
            end = len(lines)
            run = [lines[start].removeprefix(QUOTE_OF_THE_REST).removeprefix(" "), *lines[start + 1 :]]
            kind = "rich_text_quote"
        else:
            is_quote = lines[start].startswith(QUOTE)
            while end < len(lines) and lines[end].startswith(QUOTE) == is_quote:
                end += 1
            run = [line.removeprefix(QUOTE).removeprefix(" ") if is_quote else line for line in lines[start:end]]
            kind = "rich_text_quote" if is_quote else "rich_text_section"
        start = end
        if any(line.strip() for line in run):
            yield {"type": kind, "elements": _marked("\n".join(run), {})}


def _marked(text: str, style: JsonObject) -> list[JsonObject]:
    """Bold, italic and struck words; code; and what is named. A mark opens before a word and closes after one."""
    found, plain, index, marks = [], 0, 0, _Marks.of(text)
    while index < len(text):
        opaque = OPAQUE.match(text, index) if text[index] in "<`" else None
        end = opaque.end() - 1 if opaque else marks.closing(index)
        if end is None:
            index += 1
            continue
        found += _plain(text[plain:index], style)
        if opaque is None:
            found += _marked(text[index + 1 : end], {**style, STYLES[text[index]]: True})
        elif opaque["code"] is not None:
            found += _words(opaque["code"], {**style, "code": True})
        else:
            found.append(_named(opaque["angle"], style))
        plain = index = end + 1
    return found + _plain(text[plain:], style)


@dataclass(frozen=True)
class _Marks:
    """Where marks open and close in a text; `masked` is the text with what marks say nothing in covered."""

    masked: str
    closers: dict[str, list[int]]

    @classmethod
    def of(cls, text: str) -> "_Marks":
        masked = OPAQUE.sub(lambda match: "\0" * len(match.group()), text)
        closers: dict[str, list[int]] = {sign: [] for sign in STYLES}
        for place, sign in enumerate(masked):
            if (
                sign in STYLES
                and not masked[place - 1 : place].isspace()
                and not masked[place + 1 : place + 2].isalnum()
            ):
                closers[sign].append(place)
        return cls(masked, closers)

    def closing(self, place: int) -> int | None:
        """Where the mark that opens here closes, on the same line; None when none opens here."""
        sign, following = self.masked[place], self.masked[place + 1 : place + 2]
        if sign not in STYLES or self.masked[place - 1 : place].isalnum() or not following.strip():
            return None
        closers = self.closers[sign]
        nearest = bisect_right(closers, place + 1)
        if nearest == len(closers) or "\n" in self.masked[place : closers[nearest]]:
            return None
        return closers[nearest]


def _plain(text: str, style: JsonObject) -> list[JsonObject]:
    """Words and emoji."""
    found, start = [], 0
    for match in EMOJI.finditer(text):
        found += _text(text[start : match.start()], style)
        tone: JsonObject = {"skin_tone": int(match["tone"])} if match["tone"] else {}
        found.append(_styled({"type": "emoji", "name": match["name"], **tone}, style))
        start = match.end()
    return found + _text(text[start:], style)


def _words(text: str, style: JsonObject) -> list[JsonObject]:
    """Code: words and links; it names nobody."""
    found = []
    for index, part in enumerate(LINK.split(text)):
        found += [_named(part, style)] if index % 2 else _text(part, style)
    return found


def _text(text: str, style: JsonObject) -> list[JsonObject]:
    return [_styled({"type": "text", "text": html.unescape(text)}, style)] if text else []


def _named(inner: str, style: JsonObject) -> JsonObject:
    target, _, _ = inner.partition("|")
    if target.startswith("@"):
        named = {"type": "user", "user_id": target[1:]}
    elif target.startswith("#"):
        named = {"type": "channel", "channel_id": target[1:]}
    elif target.startswith("!subteam^"):
        named = {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    elif target.startswith("!"):
        named = {"type": "broadcast", "range": target[1:]}
    else:
        named = {"type": "link", "url": html.unescape(target)}
    return _styled(named, style)


def _styled(element: JsonObject, style: JsonObject) -> JsonObject:
    return {**element, "style": dict(style)} if style else element
