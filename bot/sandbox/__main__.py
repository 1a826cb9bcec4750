"""`python -P -m bot.sandbox`: a sandbox by itself, without the rest of Foredeck."""

import argparse
from pathlib import Path

from bot.sandbox.options import SandboxOptions
from bot.sandbox.server import serve


def main(arguments: list[str] | None = None) -> None:
    """Parse the options and serve."""
    parser = argparse.ArgumentParser(
        prog="foredeck sandbox", description="A Slack-compatible workspace on this machine."
    )
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--manifest", type=Path, help="the app's manifest (default: Foredeck's own)")
    parser.add_argument("--bot-token", help="the bot token that is accepted")
    parser.add_argument("--app-token", help="the app-level token that is accepted")
    parser.add_argument("--signing-secret", help="the signing secret of the app")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep everything in this folder")
    parser.add_argument("--no-rate-limits", action="store_true", help="never answer that there were too many calls")
    parser.add_argument("--record", type=Path, metavar="FILE", help="append a transcript of what happens to this file")
    given = parser.parse_args(arguments)
    options = SandboxOptions(
        port=given.port,
        manifest=given.manifest,
        bot_token=given.bot_token,
        app_token=given.app_token,
        signing_secret=given.signing_secret,
        state_dir=given.state,
        host=given.host,
        rate_limits=not given.no_rate_limits,
        record=given.record,
    )
    serve(options)


if __name__ == "__main__":
    main()
