"""Views: the stack of modals each person has open, and each person's App Home. It delivers nothing."""

import hashlib
import json

from bot.sandbox import elements
from bot.sandbox.blocks import validator
from bot.sandbox.blocks.normal_form import completed
from bot.sandbox.errors import SlackError
from bot.sandbox.ids import random_id
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import TEAM_ID
from bot.sandbox.workspace import Workspace

STACK = 3
VIEW_BYTES = 250_000


class Modals:
    """Who has which views open. What a person typed is in each view's `state.values`.

    The views that are given have passed `checked`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.stacks: dict[str, list[JsonObject]] = {}
        self.homes: dict[str, JsonObject] = {}

    def find(self, view_id: str | None, external_id: str | None = None) -> tuple[str, JsonObject] | None:
        """An open modal or a home, and whose it is."""
        everywhere = [*self.stacks.items(), *((user, [home]) for user, home in self.homes.items())]
        for user_id, stack in everywhere:
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user_id, view
        return None

    def open(self, user_id: str, given: JsonObject) -> JsonObject:
        """Show a first modal; it takes the place of what this person had open."""
        view = self._made(given)
        self.stacks[user_id] = [view]
        self._changed(user_id)
        return view

    def push(self, user_id: str, given: JsonObject) -> JsonObject:
        """Put a modal on top of the others; raises push_limit_reached."""
        stack = self.stacks.get(user_id, [])
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        view = self._made(given)
        if stack:
            view.update(previous_view_id=stack[-1]["id"], root_view_id=stack[0]["id"])
        self.stacks[user_id] = [*stack, view]
        self._changed(user_id)
        return view

    def update(self, user_id: str, view: JsonObject, given: JsonObject) -> JsonObject:
        """Replace what a view shows; what was typed into the same fields stays."""
        typed = view["state"]["values"]
        made = self._made(given, is_now=view)
        for key in ("id", "previous_view_id", "root_view_id"):
            made[key] = view[key]
        made["state"]["values"] = elements.kept_values(made["blocks"], typed)
        view.clear()
        view.update(made)
        self._changed(user_id)
        return view

    def publish(self, user_id: str, given: JsonObject) -> JsonObject:
        """Show a person's App Home."""
        home = self.homes.get(user_id)
        view = self._made(given, is_now=home)
        if home is not None:
            view.update(id=home["id"], root_view_id=home["id"])
        self.homes[user_id] = view
        self._workspace.changes.publish("home", user=user_id, view=view)
        return view

    def close(self, user_id: str, view_id: str) -> None:
        """Close one view and those above it; the one below shows again."""
        stack = self.stacks.get(user_id, [])
        ids = [view["id"] for view in stack]
        if view_id in ids:
            self._keep(user_id, stack[: ids.index(view_id)])

    def clear(self, user_id: str) -> None:
        """Close all of this person's modals."""
        self._keep(user_id, [])

    def note_typing(self, user_id: str) -> None:
        """What was typed changed: the hash stays, who looks on is told."""
        self._changed(user_id)

    def _keep(self, user_id: str, stack: list[JsonObject]) -> None:
        if stack:
            self.stacks[user_id] = stack
        else:
            self.stacks.pop(user_id, None)
        self._workspace.changes.publish("modal_closed", user=user_id, views=stack)

    def _changed(self, user_id: str) -> None:
        self._workspace.changes.publish("modal", user=user_id, views=self.stacks.get(user_id, []))

    def _made(self, given: JsonObject, is_now: JsonObject | None = None) -> JsonObject:
        external_id = given.get("external_id") or ""
        known = self.find(None, external_id) if external_id else None
        if known is not None and known[1] is not is_now:
            raise SlackError("duplicate_external_id")
        view_id = random_id("V0")
        blocks = completed(given["blocks"])
        return {
            "id": view_id,
            "team_id": TEAM_ID,
            "type": given["type"],
            "blocks": blocks,
            "private_metadata": given.get("private_metadata") or "",
            "callback_id": given.get("callback_id") or "",
            "state": {"values": elements.initial_values(blocks)},
            "hash": f"{int(self._workspace.clock.now())}.{hashlib.sha256(view_id.encode()).hexdigest()[:8]}",
            "title": given.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self._workspace.app_id,
            "external_id": external_id,
            "app_installed_team_id": TEAM_ID,
            "bot_id": self._workspace.bot_id,
        }


def checked(given: object, kind: str) -> JsonObject:
    """The view, unless Slack refuses it: view_too_large, or invalid_arguments with the reasons.

    One of them may be that it is not of this kind, `modal` or `home`."""
    if not isinstance(given, dict):
        raise SlackError.with_messages("invalid_arguments", ["must be a valid view [json-pointer:/view]"])
    if len(json.dumps(given, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    found = validator.view_problems(given, "/view")
    if found:
        raise SlackError.with_messages("invalid_arguments", [problem.sentence for problem in found])
    if given["type"] != kind:
        reason = f"unsupported type: {given['type']} [json-pointer:/view/type]"
        raise SlackError.with_messages("invalid_arguments", [reason])
    return given
