"""What went over the wire, for who looks closely: the newest deliveries and calls as JSON text, by their ids."""

import json

from bot.sandbox.ids import random_id
from bot.sandbox.json_types import JsonObject

KEPT = 500
KEPT_BYTES = 20_000_000


class Exchanges:
    """A request and its answer each; written down at once, for the objects in them live on. Old ones are forgotten."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        self._bytes = 0

    def keep(self, prefix: str, request: JsonObject, response: JsonObject | bytes | None) -> str:
        """Take one in; returns its id. An answer that is JSON already, and may be long, is not written again."""
        exchange_id = random_id(prefix)
        answer = response.decode() if isinstance(response, bytes) else json.dumps(response, default=str)
        asked = json.dumps(request, default=str)
        text = f'{{"id": "{exchange_id}", "request": {asked}, "response": {answer}}}'
        self._kept[exchange_id] = text
        self._bytes += len(text)
        while len(self._kept) > KEPT or (self._bytes > KEPT_BYTES and len(self._kept) > 1):
            self._bytes -= len(self._kept.pop(next(iter(self._kept))))
        return exchange_id

    def find(self, exchange_id: str) -> str | None:
        """The JSON text of one; None when it is forgotten."""
        return self._kept.get(exchange_id)
