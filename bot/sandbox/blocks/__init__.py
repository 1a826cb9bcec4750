"""Block Kit: the rules in spec.json, the one validator that reads them, and how Slack completes what it accepts."""
