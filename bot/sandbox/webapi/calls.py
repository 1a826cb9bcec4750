"""A call of one method: its arguments, who makes it, and the channels and people that its arguments name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.webapi.methods import Method
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True)
class Call:
    """What a handler gets: typed arguments, and all that was given. The caller is always the workspace's one app."""

    sandbox: Sandbox
    method: Method
    arguments: JsonObject
    given: JsonObject

    @property
    def workspace(self) -> Workspace:
        """The workspace that the call is about."""
        return self.sandbox.workspace

    def get(self, name: str) -> Any:
        """An argument, None when it was not given."""
        return self.arguments.get(name)

    def channel(self, name: str = "channel") -> Channel:
        """The channel whose id the argument is; raises channel_not_found, also for private ones the app is not in."""
        channel = self.workspace.channels.get(str(self.get(name)))
        if channel is None or (channel.kind != "public_channel" and not self.is_member(channel)):
            raise SlackError("channel_not_found")
        return channel

    def channel_to_post_in(self) -> Channel:
        """As `channel`, but it may also be a channel's name, or a person's id, which means the direct message."""
        value = str(self.get("channel"))
        if value in self.workspace.users:
            if value == self.workspace.bot_user_id or self.workspace.users[value]["deleted"]:
                raise SlackError("channel_not_found")
            return self._direct_message(self.workspace.direct_message(value))
        channel = self.workspace.channel(value)
        if channel is None or (channel.is_private and not self.is_member(channel)):
            raise SlackError("channel_not_found")
        if channel.is_im:
            return self._direct_message(channel)
        if channel.is_archived:
            raise SlackError("is_archived")
        if not self.is_member(channel) and "chat:write.public" not in self.sandbox.manifest.scopes:
            raise SlackError("not_in_channel")
        return channel

    def _direct_message(self, channel: Channel) -> Channel:
        if not self.sandbox.manifest.has_messages:
            raise SlackError("messages_tab_disabled")
        return channel

    def is_member(self, channel: Channel) -> bool:
        """Whether the app is in the channel."""
        return self.workspace.bot_user_id in channel.members

    def need_scope(self, *scopes: str) -> None:
        """Raise missing_scope unless the manifest has one of them."""
        provided = self.sandbox.manifest.scopes
        if not any(scope in provided for scope in scopes):
            raise SlackError("missing_scope", needed=",".join(scopes), provided=",".join(provided))

    def need_scope_for(self, kind: str) -> None:
        """Raise missing_scope, or that the method knows no conversations of this type."""
        by_type = self.method.scopes_by_type or {}
        if kind not in by_type:
            raise SlackError("method_not_supported_for_channel_type")
        self.need_scope(*by_type[kind])


Handler = Callable[[Call], JsonObject]
