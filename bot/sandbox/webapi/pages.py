"""Pages of long answers, by opaque cursors."""

import base64
import binascii
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


def _encoded(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _decoded(cursor: str) -> int:
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next" and number.isdigit():
            return int(number)
    except (binascii.Error, UnicodeDecodeError):
        pass
    raise SlackError("invalid_cursor")
