"""The demo: a workspace, the bot and something to deploy that one can see, all on this machine."""
