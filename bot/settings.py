"""What the bot needs to know to talk to Slack, from the environment. Everything that is missing is said at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import ForedeckError

DEFAULT_API_URL = "https://slack.com/api/"


_WHERE_BOT = "it starts with xoxb-: on the app's page, OAuth & Permissions, Install to Workspace"
_WHERE_APP = "it starts with xapp-: on the app's page, Basic Information, App-Level Tokens, scope connections:write"


class MissingSettings(ForedeckError):
    """Settings are missing or cannot be right; the hint has a line for each."""

    message = "The bot cannot talk to Slack: {names} {verb} to be set."

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(names=" and ".join(problems), verb="has" if len(problems) == 1 else "have")

    @property
    def hint(self) -> str:
        """What each of them is and where it is found."""
        return "\n  ".join(f"{name}: {what}" for name, what in self.problems.items())


@dataclass(frozen=True)
class SlackSettings:
    """How the bot reaches Slack. Tokens do not print."""

    bot_token: str = field(repr=False)  # xoxb-…
    app_token: str = field(repr=False)  # xapp-…, for Socket Mode
    api_url: str = DEFAULT_API_URL  # another one for the sandbox
    command: str = "/deploy"  # what hints say until somebody types another one
    moves_clock: bool = False  # a test's bot: moves the sandbox's clock instead of waiting for Slack's rate limits

    @classmethod
    def from_environment(cls, env_vars: Mapping[str, str]) -> SlackSettings:
        """Read them. Raises MissingSettings, which names all that is missing."""
        bot_token = env_vars.get("SLACK_BOT_TOKEN", "").strip()
        app_token = env_vars.get("SLACK_APP_TOKEN", "").strip()
        api_url = env_vars.get("SLACK_API_URL", "").strip() or DEFAULT_API_URL
        command = env_vars.get("FOREDECK_COMMAND", "").strip() or "/deploy"
        problems: dict[str, str] = {}
        # Only Slack's own tokens are known by their beginning; a sandbox may have others.
        is_slack = api_url == DEFAULT_API_URL
        if not bot_token or (is_slack and not bot_token.startswith("xoxb-")):
            problems |= {"SLACK_BOT_TOKEN": _WHERE_BOT}
        if not app_token or (is_slack and not app_token.startswith("xapp-")):
            problems |= {"SLACK_APP_TOKEN": _WHERE_APP}
        if not api_url.startswith(("https://", "http://")):
            problems["SLACK_API_URL"] = (
                "the address of the Web API, e.g. https://slack.com/api/; leave it out for Slack"
            )
        moves_clock = bool(env_vars.get("FOREDECK_MOVES_CLOCK", "").strip())
        if moves_clock and is_slack:
            problems["FOREDECK_MOVES_CLOCK"] = "for tests in a sandbox, whose SLACK_API_URL it needs; else leave it out"
        if not command.startswith("/"):
            problems["FOREDECK_COMMAND"] = "the slash command as it is typed, e.g. /ship; leave it out for /deploy"
        if problems:
            raise MissingSettings(problems)
        return cls(bot_token, app_token, api_url if api_url.endswith("/") else f"{api_url}/", command, moves_clock)
