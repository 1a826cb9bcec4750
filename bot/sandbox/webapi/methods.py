"""The methods as methods.json describes them: token, scopes, tier, arguments, errors. How they work is not here."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.sandbox.json_types import JsonObject


@dataclass(frozen=True)
class Method:
    """One method of the Web API. `json` says whether it reads a JSON body; others read forms and the query only.

    `scopes_by_type` is there when what is needed depends on the type of the conversation: one of those listed."""

    name: str
    tier: str
    token: str
    scopes: tuple[str, ...]
    json: bool
    arguments: dict[str, JsonObject]
    errors: frozenset[str]
    per_channel: dict[str, float] | None = None
    scopes_by_type: dict[str, list[str]] | None = None

    @property
    def post_only(self) -> bool:
        """Does Slack name an error for calling it in another way than by POST?"""
        return "insecure_request" in self.errors


@cache
def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("bot.sandbox.webapi").joinpath("methods.json").read_text("utf-8"))
    return loaded


def _methods() -> dict[str, Method]:
    document = _document()
    common = frozenset(document["common_errors"])
    return {
        name: Method(
            name=name,
            tier=entry["tier"],
            token=entry["token"],
            scopes=tuple(entry["scopes"]),
            json=entry["json"],
            arguments=entry["arguments"],
            errors=common | frozenset(entry["errors"]),
            per_channel=entry.get("per_channel"),
            scopes_by_type=entry.get("scopes_by_type"),
        )
        for name, entry in document["methods"].items()
    }


TIERS: dict[str, int] = _document()["tiers"]
METHODS: dict[str, Method] = _methods()
