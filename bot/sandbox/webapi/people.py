"""users.*, team.info and bots.info: who is here."""

from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import SLACKBOT, TEAM_DOMAIN, TEAM_ID, TEAM_NAME
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.pages import page


def list_users(call: Call) -> JsonObject:
    """users.list."""
    users = [_visible(call, user) for user in call.workspace.users.values()]
    shown, metadata = page(users, call.get("limit"), call.get("cursor"))
    return {"members": shown, "cache_ts": int(call.sandbox.clock.now()), "response_metadata": metadata}


def user_info(call: Call) -> JsonObject:
    """users.info."""
    user = call.workspace.users.get(call.get("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": _visible(call, user)}


def lookup_by_email(call: Call) -> JsonObject:
    """users.lookupByEmail; deactivated people are not found."""
    email = call.get("email").casefold()
    for user in call.workspace.users.values():
        if not user["deleted"] and user["profile"].get("email", "").casefold() == email and email:
            return {"user": user}
    raise SlackError("users_not_found")


def profile(call: Call) -> JsonObject:
    """users.profile.get: of the app itself when nobody is named."""
    user = call.workspace.users.get(call.get("user") or call.workspace.bot_user_id)
    if user is None:
        raise SlackError("user_not_found")
    return {"profile": {"fields": {}, "status_expiration": 0, **_visible(call, user)["profile"]}}


def presence(call: Call) -> JsonObject:
    """users.getPresence: everybody in a sandbox is there; the app is when it is connected."""
    user_id = call.get("user") or call.workspace.bot_user_id
    user = call.workspace.users.get(user_id)
    if user is None:
        raise SlackError("user_not_found")
    if user_id != call.workspace.bot_user_id:
        return {"presence": "away" if user["deleted"] else "active"}
    connections = call.sandbox.sockets.connected
    state = "active" if connections else "away"
    return {"presence": state, "online": bool(connections), "connection_count": connections, "auto_away": False}


def team_info(call: Call) -> JsonObject:
    """team.info."""
    if call.get("team") not in (None, TEAM_ID):
        raise SlackError("team_not_found")
    team = {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "sandbox.example"}
    return {"team": {**team, "url": f"{call.sandbox.base_url}/", "icon": {"image_default": True}}}


def bot_info(call: Call) -> JsonObject:
    """bots.info."""
    if call.get("bot") not in (None, call.workspace.bot_id):
        raise SlackError("bot_not_found")
    bot = call.workspace.users[call.workspace.bot_user_id]
    return {
        "bot": {
            "id": call.workspace.bot_id,
            "deleted": False,
            "name": bot["real_name"],
            "updated": bot["updated"],
            "app_id": call.workspace.app_id,
            "user_id": call.workspace.bot_user_id,
            "icons": {},
        }
    }


def _visible(call: Call, user: JsonObject) -> JsonObject:
    """A person as the app may see them: the address needs a scope of its own."""
    if user["id"] == SLACKBOT or "users:read.email" in call.sandbox.manifest.scopes:
        return user
    return {**user, "profile": {key: value for key, value in user["profile"].items() if key != "email"}}
