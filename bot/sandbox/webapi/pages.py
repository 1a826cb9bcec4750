"""Pages of long answers: by opaque cursors, and in a few old methods by number."""

import base64
import math
from typing import Any

from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject

LARGEST = 1000


def page(items: list[Any], limit: int | None, cursor: str | None) -> tuple[list[Any], JsonObject]:
    """One page, and the response_metadata that leads to the next; raises invalid_cursor and invalid_limit."""
    start = _decoded(cursor) if cursor else 0
    if limit is not None and not 0 <= limit <= LARGEST:
        raise SlackError("invalid_limit")
    size = limit or LARGEST
    following = start + size
    next_cursor = _encoded(following) if following < len(items) else ""
    return items[start:following], {"next_cursor": next_cursor}


def numbered(name: str, items: list[Any], count: int | None, number: int | None) -> JsonObject:
    """One page in the older way, by its number from 1 on."""
    size, number = max(1, min(count or 100, LARGEST)), max(1, number or 1)
    start = (number - 1) * size
    paging = {"count": size, "total": len(items), "page": number, "pages": math.ceil(len(items) / size)}
    return {name: items[start : start + size], "paging": paging}


def _encoded(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _decoded(cursor: str) -> int:
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next" and number.isdecimal():
            return int(number)
    except ValueError:  # neither base64, nor text, nor a number
        pass
    raise SlackError("invalid_cursor")
