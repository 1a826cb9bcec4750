"""The response_url of a command or click: five posts in thirty minutes, for all or for one, new or in place."""

import secrets
from dataclasses import asdict, dataclass

from bot.sandbox import messages
from bot.sandbox.blocks.content import checked_content
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.threads import thread
from bot.sandbox.workspace import Workspace

LIFETIME = 30 * 60.0
USES = 5


@dataclass
class ResponseUrl:
    """Where an answer goes. `ts` is the message that was acted on, None for a command."""

    channel: str
    user: str
    made_at: float
    ts: str | None = None
    is_ephemeral: bool = False
    used: int = 0


class ResponseUrls:
    """All response URLs; they are kept with the state, since an app may answer after a restart."""

    def __init__(self, workspace: Workspace, base_url: str) -> None:
        self._workspace = workspace
        self._base_url = base_url
        self._urls = {token: ResponseUrl(**document) for token, document in workspace.journal.all("response_url")}

    def new(self, channel: str, user: str, ts: str | None = None, is_ephemeral: bool = False) -> str:
        """A fresh URL."""
        token = secrets.token_urlsafe(24)
        self._urls[token] = ResponseUrl(channel, user, self._workspace.clock.now(), ts, is_ephemeral)
        self._save(token)
        self._forget_old()
        return f"{self._base_url}/response/{token}"

    def use(self, token: str, body: JsonObject) -> None:
        """Do what the app posted to the URL; raises SlackError (used_url, expired_url, invalid_blocks, …)."""
        url = self._urls.get(token)
        if url is None or self._workspace.clock.now() - url.made_at > LIFETIME:
            raise SlackError("expired_url")
        if url.used >= USES:
            raise SlackError("used_url")
        self._respond(url, body)
        url.used += 1
        self._save(token)

    def _respond(self, url: ResponseUrl, body: JsonObject) -> None:
        channel = self._workspace.channels[url.channel]
        original = self._original(url, channel)
        if body.get("delete_original") and original is not None:
            self._delete(url, channel, original)
            return
        content = checked_content(body, is_update=bool(body.get("replace_original") and original is not None))
        if body.get("replace_original") and original is not None:
            self._replace(url, channel, original, content)
            return
        author, thread_ts = messages.by_app(self._workspace), thread(channel, body.get("thread_ts"))
        if body.get("response_type") == "in_channel":
            messages.post(self._workspace, channel, author, content, thread_ts)
        else:
            messages.post_ephemeral(self._workspace, channel, author, content, url.user, thread_ts)

    def _original(self, url: ResponseUrl, channel: Channel) -> JsonObject | None:
        if url.ts is None:
            return None
        if url.is_ephemeral:
            return self._workspace.ephemerals.get((channel.id, url.ts))
        message = channel.messages.get(url.ts)
        # An app replaces and deletes nothing that a person wrote, though its unfurl or shortcut was used there.
        return message if message is not None and message.get("bot_id") == self._workspace.bot_id else None

    def _replace(self, url: ResponseUrl, channel: Channel, original: JsonObject, content: JsonObject) -> None:
        cleared: JsonObject = {"blocks": [], "attachments": []}
        content = {"text": "", **content}
        if url.is_ephemeral:
            messages.edit_ephemeral(self._workspace, channel, original, content)
        else:
            messages.edit(self._workspace, channel, original, {**cleared, **content}, self._workspace.bot_user_id)

    def _delete(self, url: ResponseUrl, channel: Channel, original: JsonObject) -> None:
        if url.is_ephemeral:
            messages.delete_ephemeral(self._workspace, channel, original)
        else:
            messages.delete(self._workspace, channel, original)

    def _save(self, token: str) -> None:
        self._workspace.journal.put("response_url", token, asdict(self._urls[token]))

    def _forget_old(self) -> None:
        oldest = next(iter(self._urls))
        if self._workspace.clock.now() - self._urls[oldest].made_at > 2 * LIFETIME:
            del self._urls[oldest]
            self._workspace.journal.drop("response_url", oldest)
