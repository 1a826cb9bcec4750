"""api.test, auth.*, apps.connections.open and blocks.validate."""

import json

from bot.sandbox.blocks import validator
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import TEAM_ID, TEAM_NAME
from bot.sandbox.webapi.calls import Call

VALIDATED = 100_000


def api_test(call: Call) -> JsonObject:
    """api.test: gives back what it got, or the error it was asked for."""
    given = {name: value for name, value in call.given.items() if name != "token"}
    if call.get("error"):
        raise SlackError(call.get("error"), args=given)
    return {"args": given}


def auth_test(call: Call) -> JsonObject:
    """auth.test: who the token is."""
    workspace = call.workspace
    return {
        "url": f"{call.sandbox.base_url}/",
        "team": TEAM_NAME,
        "user": workspace.users[workspace.bot_user_id]["name"],
        "team_id": TEAM_ID,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def revoke(call: Call) -> JsonObject:
    """auth.revoke: this token opens nothing any more, until the sandbox starts again; `test` only asks.

    The app is told, as of every token that is revoked; it stays installed."""
    if call.get("test"):
        return {"revoked": False}
    call.workspace.happenings.note("tokens_revoked")
    call.sandbox.revoked.add(call.sandbox.credentials.bot_token)
    return {"revoked": True}


def open_connection(call: Call) -> JsonObject:
    """apps.connections.open: the address of a Socket Mode connection, good for one use."""
    address = call.sandbox.base_url.replace("http", "ws", 1)
    ticket = call.sandbox.sockets.issue_ticket()
    return {"url": f"{address}/link/?ticket={ticket}&app_id={call.workspace.app_id}"}


def validate_blocks(call: Call) -> JsonObject:
    """blocks.validate: what is wrong with blocks, a view or a message."""
    given = [name for name in ("blocks", "view", "message") if call.get(name) is not None]
    if len(given) != 1:
        sentence = "must provide exactly one of `blocks`, `view`, or `message`"
        raise SlackError("invalid_arguments", response_metadata={"messages": [sentence]})
    kind, value = given[0], call.get(given[0])
    if len(json.dumps(value, ensure_ascii=False)) > VALIDATED:
        reason = f"must be less than {VALIDATED + 1} characters [json-pointer:/{kind}]"
        raise SlackError.with_messages("invalid_arguments", [reason])
    if kind == "view":
        found = validator.view_problems(value, "")
    elif kind == "message":
        found = validator.problems(value.get("blocks", []), "message", "/blocks")
    else:
        found = validator.problems(value, "message", "")
    if found:
        raise SlackError(f"invalid_{kind}", errors=[problem.document for problem in found])
    return {}
