"""Who acts is what Slack says, in our workspace, and nothing else; answers go to Slack's address only."""

from __future__ import annotations

from typing import Any

import pytest

from bot import people, replies

TEAM = "T0OURS"


@pytest.mark.parametrize(
    "body",
    [
        {"user_id": "U1", "team_id": TEAM},
        {"user": {"id": "U1", "team_id": TEAM}, "team": {"id": TEAM}},
        {"user": {"id": "U1"}, "team": {"id": TEAM}},
    ],
)
def test_members_of_the_workspace_are_recognised(body: dict[str, Any]) -> None:
    assert people.of_workspace(TEAM, body) == "U1"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"user_id": "U1"},
        {"user_id": "U1", "team_id": "T0OTHER"},
        {"user": {"id": "U1", "team_id": "T0OTHER"}, "team": {"id": TEAM}},
        {"user": {"id": "U1", "team_id": TEAM}, "team": {"id": "T0OTHER"}},
        {"user": {"team_id": TEAM}},
        {"user": {"id": "U1"}, "team": None},
    ],
)
def test_everybody_else_is_a_stranger(body: dict[str, Any]) -> None:
    with pytest.raises(people.Stranger):
        people.of_workspace(TEAM, body)


def test_somebody_unknown_is_told_what_to_have_added() -> None:
    error = people.NotNamed(slack_user_id="U99")
    assert error.hint == "Ask whoever looks after Foredeck to add you under `people:` with `slack: U99`."


@pytest.mark.parametrize(
    ("url", "api_url", "allowed"),
    [
        ("https://hooks.slack.com/commands/T1/2/3", "https://slack.com/api/", True),
        ("http://hooks.slack.com/commands/T1/2/3", "https://slack.com/api/", False),
        ("https://hooks.slack.com.evil.example/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com@evil.example/x", "https://slack.com/api/", False),
        ("https://slack.com/x", "https://slack.com/api/", False),
        ("http://127.0.0.1:4000/response/x", "http://127.0.0.1:4000/api/", True),
        ("http://127.0.0.1:4001/response/x", "http://127.0.0.1:4000/api/", False),
        ("http://169.254.169.254/latest", "https://slack.com/api/", False),
        ("", "https://slack.com/api/", False),
        ("file:///etc/passwd", "http://127.0.0.1:4000/api/", False),
    ],
)
def test_answers_go_to_slack_or_to_the_sandbox_only(url: str, api_url: str, allowed: bool) -> None:
    assert replies.is_allowed(url, api_url) is allowed
