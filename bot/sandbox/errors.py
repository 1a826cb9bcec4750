"""Refusals: Slack's to the app, the control API's to a test or the page, and the sandbox's to who starts it."""

from bot.sandbox.json_types import JsonObject


class SlackError(Exception):
    """Slack's answer `{"ok": false, "error": …}`; `fields` are the further keys of that answer."""

    def __init__(self, error: str, **fields: object) -> None:
        super().__init__(error)
        self.error = error
        self.fields: JsonObject = fields

    @classmethod
    def with_messages(cls, error: str, messages: list[str], **fields: object) -> "SlackError":
        """With the sentences that Slack puts into response_metadata.messages."""
        return cls(error, **fields, response_metadata={"messages": [f"[ERROR] {message}" for message in messages]})


class RateLimited(SlackError):
    """HTTP 429; `retry_after` is in whole seconds, as the header wants it."""

    def __init__(self, retry_after: int, error: str = "ratelimited") -> None:
        super().__init__(error)
        self.retry_after = retry_after


class ControlError(Exception):
    """What the control API answers when a person could not have done that, for example `unknown_user`."""

    def __init__(self, error: str, message: str = "", **fields: object) -> None:
        super().__init__(message or error)
        self.error = error
        self.message = message
        self.fields: JsonObject = fields


class SandboxUnusable(Exception):
    """The sandbox cannot start; the sentence says why and what to do."""
