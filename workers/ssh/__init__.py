"""The SSH worker: logs in by key to a machine whose host key is pinned, and talks to the runner over one channel."""
