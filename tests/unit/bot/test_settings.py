"""All missing settings are said at once; tokens never print."""

from __future__ import annotations

import pytest

from bot.settings import DEFAULT_API_URL, MissingSettings, SlackSettings

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(MissingSettings) as missing:
        SlackSettings.from_environment({})
    assert str(missing.value) == "The bot cannot talk to Slack: SLACK_BOT_TOKEN and SLACK_APP_TOKEN have to be set."
    assert "OAuth & Permissions" in missing.value.hint
    assert "connections:write" in missing.value.hint


def test_swapped_tokens_are_noticed() -> None:
    with pytest.raises(MissingSettings) as missing:
        SlackSettings.from_environment({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"})
    assert set(missing.value.problems) == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}


def test_one_wrong_setting_is_said_in_the_singular() -> None:
    with pytest.raises(MissingSettings) as missing:
        SlackSettings.from_environment({**GOOD, "FOREDECK_COMMAND": "ship"})
    assert str(missing.value) == "The bot cannot talk to Slack: FOREDECK_COMMAND has to be set."


def test_slack_is_the_default_and_a_sandbox_may_have_other_tokens() -> None:
    assert SlackSettings.from_environment(GOOD).api_url == DEFAULT_API_URL
    sandbox = SlackSettings.from_environment(
        {"SLACK_BOT_TOKEN": "a", "SLACK_APP_TOKEN": "b", "SLACK_API_URL": "http://127.0.0.1:1/api"}
    )
    assert sandbox.api_url == "http://127.0.0.1:1/api/"


def test_the_clock_is_moved_in_a_sandbox_only() -> None:
    moving = {**GOOD, "FOREDECK_MOVES_CLOCK": "1"}
    assert SlackSettings.from_environment({**moving, "SLACK_API_URL": "http://127.0.0.1:1/api/"}).moves_clock
    assert not SlackSettings.from_environment(GOOD).moves_clock
    with pytest.raises(MissingSettings) as missing:
        SlackSettings.from_environment(moving)
    assert list(missing.value.problems) == ["FOREDECK_MOVES_CLOCK"]


def test_tokens_do_not_print() -> None:
    settings = SlackSettings.from_environment(GOOD)
    assert "xoxb" not in repr(settings)
    assert "xapp" not in repr(settings)
