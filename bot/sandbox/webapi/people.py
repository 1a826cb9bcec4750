"""users.*, usergroups.*, team.info and bots.info: who is here."""

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


def list_usergroups(call: Call) -> JsonObject:
    """usergroups.list."""
    groups = []
    for group in call.workspace.usergroups.values():
        if group["date_delete"] and not call.get("include_disabled"):
            continue
        left_out = {"users"} if not call.get("include_users") else set()
        left_out |= {"user_count"} if not call.get("include_count") else set()
        groups.append({key: value for key, value in group.items() if key not in left_out})
    return {"usergroups": groups}


def usergroup_members(call: Call) -> JsonObject:
    """usergroups.users.list."""
    group = call.workspace.usergroups.get(call.get("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group["users"]}


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
