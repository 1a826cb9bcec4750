"""What a sandbox is started with. Tokens that are not given come from the state folder, else they are well known."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_BOT_TOKEN = "xoxb-sandbox-foredeck"  # noqa: S105 - well known on purpose: it opens nothing but a sandbox
DEFAULT_APP_TOKEN = "xapp-sandbox-foredeck"  # noqa: S105
DEFAULT_SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105


@dataclass(frozen=True)
class SandboxOptions:
    """All a sandbox can be told. Port 0 takes a free one; without `state_dir` it forgets everything at its end."""

    port: int = 0
    manifest: Path | None = None
    bot_token: str | None = None
    app_token: str | None = None
    signing_secret: str | None = None
    state_dir: Path | None = None
    host: str = "127.0.0.1"
    rate_limits: bool = True
    record: Path | None = None  # the transcript is appended there


@dataclass(frozen=True)
class Credentials:
    """The three secrets of the one app that is installed here."""

    bot_token: str
    app_token: str
    signing_secret: str
