"""User objects and user groups as Slack shows them. Nobody has a password: who is at this machine may be anybody."""

from bot.sandbox.json_types import JsonObject

TEAM_ID = "T0SANDBOX00"
TEAM_NAME = "Sandbox"
TEAM_DOMAIN = "sandbox"
SLACKBOT = "USLACKBOT"
SEEDS = {"ana": "Ana Adler", "ben": "Ben Berg", "eva": "Eva Engel", "mia": "Mia Moser"}
STRANGERS_TEAM_ID = "T0ELSEWHERE"
# What a person may be, by Slack's flags: a guest is restricted, to one channel when ultra restricted; a stranger is of
# another workspace that shares a channel.
KINDS: dict[str, JsonObject] = {
    "member": {},
    "guest": {"is_restricted": True},
    "single_channel_guest": {"is_restricted": True, "is_ultra_restricted": True},
    "deactivated": {"deleted": True},
    "stranger": {"is_stranger": True},
}
COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "e96699", "674b1b", "5a4592", "235e5b")


def person(user_id: str, name: str, real_name: str, created: int, **fields: object) -> JsonObject:
    """A member of the workspace; `fields` overrides, for example `deleted=True` or `is_restricted=True`."""
    user: JsonObject = {
        "id": user_id,
        "team_id": TEAM_ID,
        "name": name,
        "deleted": False,
        "color": COLORS[sum(name.encode()) % len(COLORS)],
        "real_name": real_name,
        "tz": "Europe/Vienna",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": {
            "avatar_hash": "",
            "title": "",
            "status_text": "",
            "status_emoji": "",
            "real_name": real_name,
            "display_name": name,
            "real_name_normalized": real_name,
            "display_name_normalized": name,
            "email": f"{name}@sandbox.example",
            "team": TEAM_ID,
        },
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "is_email_confirmed": True,
        "has_2fa": False,
        "updated": created,
    }
    return flagged(user, fields, created)


def flagged(user: JsonObject, flags: JsonObject, now: int) -> JsonObject:
    """The person with these flags of Slack's changed; a stranger belongs to another workspace."""
    user.update(flags, updated=now)
    team_id = STRANGERS_TEAM_ID if user.get("is_stranger") else TEAM_ID
    user.update(team_id=team_id)
    user["profile"].update(team=team_id)
    return user


def bot_user(user_id: str, bot_id: str, app_id: str, display_name: str, created: int) -> JsonObject:
    """The user that the app posts as."""
    name = display_name.lower().replace(" ", "_")
    user = person(user_id, name, display_name, created, is_bot=True)
    user["profile"].pop("email")
    user["profile"].update(bot_id=bot_id, api_app_id=app_id, always_active=False, display_name="")
    return user


def slackbot() -> JsonObject:
    """Slack's own bot, which says that a command failed."""
    user = person(SLACKBOT, "slackbot", "Slackbot", 0)
    user["profile"].pop("email")
    return user


def usergroup(group_id: str, handle: str, name: str, users: list[str], now: int) -> JsonObject:
    """A user group; `users` are the ids of its members."""
    return {
        "id": group_id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "is_subteam": True,
        "name": name,
        "description": "",
        "handle": handle,
        "is_external": False,
        "date_create": now,
        "date_update": now,
        "date_delete": 0,
        "auto_type": None,
        "created_by": SLACKBOT,
        "updated_by": SLACKBOT,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "users": users,
        "user_count": len(users),
    }
