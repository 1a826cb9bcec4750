"""Who acts: the Slack user of a payload becomes a person of the configuration, or nobody. Fails closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions import Person
from engine.errors import ForedeckError
from engine.services import Database, access


class Stranger(ForedeckError):
    """Somebody of another workspace, e.g. in a shared channel."""

    message = "I answer only members of the workspace that I am installed in."
    hint_text = "Nothing was changed."


class NotNamed(ForedeckError):
    """A member of the workspace whom the configuration does not name; `slack_user_id` is what to add."""

    message = "I do not know you yet, so I cannot do anything for you."
    hint_text = "Ask whoever looks after Foredeck to add you under `people:` with `slack: {slack_user_id}`."


def acting(db: Database, team_id: str, body: Mapping[str, Any]) -> Person:
    """The person behind this payload. Only what Slack itself says counts. Raises Stranger, NotNamed."""
    slack_user_id = of_workspace(team_id, body)
    person = access.person_by_slack(db, slack_user_id)
    if person is None:
        raise NotNamed(slack_user_id=slack_user_id)
    return person


def of_workspace(team_id: str, body: Mapping[str, Any]) -> str:
    """The id of the Slack user, who is a member of our workspace. Raises Stranger."""
    user = body.get("user")
    if isinstance(user, Mapping):
        slack_user_id, teams = user.get("id"), [user.get("team_id"), (body.get("team") or {}).get("id")]
    else:
        slack_user_id, teams = body.get("user_id"), [body.get("team_id")]
    told = [team for team in teams if team]
    if not slack_user_id or not told or any(team != team_id for team in told):
        raise Stranger
    return str(slack_user_id)
