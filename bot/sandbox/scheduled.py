"""Messages for later: kept with the state, posted when the sandbox's clock says so."""

from collections.abc import Callable, Coroutine
from typing import Any

from bot.sandbox import messages
from bot.sandbox.ids import random_id
from bot.sandbox.json_types import JsonObject
from bot.sandbox.workspace import Workspace

InBackground = Callable[[Coroutine[Any, Any, None]], object]


class ScheduledMessages:
    """What waits to be posted, by its id. Each waits on the clock by itself, so moving the clock is enough."""

    def __init__(self, workspace: Workspace, in_background: InBackground) -> None:
        self._workspace = workspace
        self._in_background = in_background
        self.waiting: dict[str, JsonObject] = dict(workspace.journal.all("scheduled"))

    def resume(self) -> None:
        """Wait again for those of an earlier run; called once, in the event loop."""
        for key in self.waiting:
            self._in_background(self._post_when_due(key))

    def add(self, channel_id: str, post_at: int, message: JsonObject) -> str:
        """Post `message` (author, content, thread_ts, broadcast) at that second; returns its id."""
        key = random_id("Q0")
        created = int(self._workspace.clock.now())
        scheduled = {"id": key, "channel_id": channel_id, "post_at": post_at, "date_created": created, **message}
        self.waiting[key] = scheduled
        self._workspace.journal.put("scheduled", key, scheduled)
        self._in_background(self._post_when_due(key))
        return key

    def remove(self, key: str) -> JsonObject:
        """Forget it."""
        self._workspace.journal.drop("scheduled", key)
        return self.waiting.pop(key)

    async def _post_when_due(self, key: str) -> None:
        clock = self._workspace.clock
        await clock.sleep(self.waiting[key]["post_at"] - clock.now())
        if key in self.waiting:
            self._post(self.remove(key))
            self._workspace.journal.flush()

    def _post(self, due: JsonObject) -> None:
        """Slack posts nothing where the app may not write any more."""
        channel = self._workspace.channels.get(due["channel_id"])
        if channel is not None and not channel.is_archived:
            messages.post(
                self._workspace, channel, due["author"], due["content"], due["thread_ts"], bool(due["broadcast"])
            )
