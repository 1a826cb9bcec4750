"""A Slack-compatible workspace on this machine. It knows Slack; it knows nothing of Foredeck's engine and listeners."""
