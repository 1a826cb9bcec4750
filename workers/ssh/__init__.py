"""The SSH worker: logs in by key to a machine whose host key is pinned, and talks to the runner over one channel."""

import sys

if "paramiko" not in sys.modules and "invoke" not in sys.modules:
    # paramiko imports Invoke, which it needs for a clause of ssh_config that nobody reads here; that costs a third of
    # its start and 5 MB.
    sys.modules["invoke"] = None  # type: ignore[assignment]
    import paramiko  # noqa: F401

    del sys.modules["invoke"]
