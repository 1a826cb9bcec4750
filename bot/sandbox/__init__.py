"""A Slack-compatible workspace on this machine. It knows Slack and nothing of Foredeck's engine, workers or listeners."""
