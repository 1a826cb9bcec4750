"""What Slack's errors mean for a message: wait, ask to be invited, try again, or give up. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

UNREACHED = (OSError, HTTPException)
"""What is raised when Slack cannot be reached, or an answer of Slack's ends in the middle (which is no OSError)."""

DEFAULT_RETRY_AFTER = 30.0
_LONGEST_BACKOFF = 60.0

_RATE = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_CLOSED = frozenset({
    "not_in_channel", "channel_not_found", "is_archived", "restricted_action", "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "user_not_in_channel",
    "cannot_dm_bot", "messages_tab_disabled", "is_inactive", "team_not_found", "no_permission", "access_denied",
})  # fmt: skip
CREDENTIALS = frozenset({
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
    "not_allowed_token_type", "org_login_required", "ekm_access_denied",
})  # fmt: skip
_TEMPORARY = frozenset({
    "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "accesslimited",
    "file_update_failed", "file_uploads_disabled", "streaming_state_conflict",
})  # fmt: skip
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
_CONTENT = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"})


class Meaning(enum.StrEnum):
    """What to do about it."""

    RATE = "rate"  # wait as long as Slack says
    CLOSED = "closed"  # the bot may not post there: somebody has to invite it
    TEMPORARY = "temporary"  # try again, with growing distance
    GONE = "gone"  # the message to edit does not exist any more
    CONTENT = "content"  # Slack does not take the blocks: say it in plain words
    FINAL = "final"  # it can never be sent


@dataclass(frozen=True)
class Failure:
    """A failed call: what it means, Slack's word for it, and for how long to wait."""

    meaning: Meaning
    code: str
    retry_after: float = 0.0


def understood(error: SlackApiError | OSError | HTTPException) -> Failure:
    """What this error means."""
    if not isinstance(error, SlackApiError):
        return Failure(Meaning.TEMPORARY, f"{type(error).__name__}: {error}")
    response = error.response
    status = int(getattr(response, "status_code", 200) or 200)
    code = _code(response)
    if status == 429 or code in _RATE:
        return Failure(Meaning.RATE, code, retry_after=_retry_after(response))
    if status >= 500 or code in _TEMPORARY:
        return Failure(Meaning.TEMPORARY, code or f"http_{status}")
    for meaning, codes in ((Meaning.CLOSED, _CLOSED), (Meaning.GONE, _GONE), (Meaning.CONTENT, _CONTENT)):
        if code in codes:
            return Failure(meaning, code)
    if code in CREDENTIALS:
        return Failure(Meaning.TEMPORARY, code)
    return Failure(Meaning.FINAL, code)


def backoff(attempts: int) -> float:
    """Seconds until the next attempt after so many."""
    return float(min(_LONGEST_BACKOFF, 2 ** min(attempts, 10)))


def _code(response: object) -> str:
    data = getattr(response, "data", response)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _retry_after(response: object) -> float:
    headers = getattr(response, "headers", {}) or {}
    value = headers.get("Retry-After") or headers.get("retry-after") or DEFAULT_RETRY_AFTER
    value = value[0] if isinstance(value, list | tuple) else value
    try:
        return max(1.0, float(value))
    except (TypeError, ValueError):
        return DEFAULT_RETRY_AFTER
