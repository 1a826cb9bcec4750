"""What happens in the workspace, told to whoever has to pass it on. Nobody listens until the server does."""

from collections.abc import Callable

from bot.sandbox.json_types import JsonObject


class Happenings:
    """One listener, called at once with the kind of what happened and what it is about."""

    def __init__(self) -> None:
        self.listener: Callable[[str, JsonObject], None] | None = None

    def note(self, kind: str, **what: object) -> None:
        """Something has happened: `message`, `reaction_added`, `member_joined_channel`, …"""
        if self.listener is not None:
            self.listener(kind, what)
