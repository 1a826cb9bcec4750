"""Patches from an older version of a package to a newer one, made once for all machines that have the older one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from engine.contracts import Parcel
from workers.runner.channels import SLICE, Interrupted

LARGEST = 512 << 20
"""Bytes: both versions and more are held in memory, here and on the machine."""

_WORTH_IT = 0.8
"""A patch that is larger than this share of the whole is dropped."""

_guard = threading.Lock()
_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def patch_from(old: str, package: Parcel, interrupted: Callable[[], bool]) -> Path | None:
    """The patch that makes the package of what has this digest; None when there is none that is worth it.

    Raises Interrupted, OSError.
    """
    basis = next(package.path.parent.glob(f"*.{old}.tar"), None)
    if basis is None or max(basis.stat().st_size, package.size) > LARGEST:
        return None
    patch = package.path.with_name(f"{old}.{package.digest}.patch")
    with _guard:
        lock = _locks[patch.name]
    while not lock.acquire(timeout=SLICE):
        if interrupted():
            raise Interrupted
    try:
        if not patch.exists():
            _make(basis, package, patch, interrupted)
        else:
            os.utime(patch)  # it is in use
    finally:
        lock.release()
    return patch if patch.stat().st_size else None


def _make(basis: Path, package: Parcel, patch: Path, interrupted: Callable[[], bool]) -> None:
    """An empty one says that it is not worth it."""
    descriptor, name = tempfile.mkstemp(dir=patch.parent, prefix=".making-")
    os.close(descriptor)
    made = Path(name)
    limit = int(package.size * _WORTH_IT)
    command = [sys.executable, "-I", "-m", "workers.packages.patching", str(basis), str(package.path), name, str(limit)]
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={}
    )
    try:
        while True:
            try:
                is_good = child.wait(SLICE) == 0
                break
            except subprocess.TimeoutExpired:
                if interrupted():
                    raise Interrupted from None
        if not is_good:
            made.write_bytes(b"")
        made.replace(patch)
    finally:
        child.kill()
        child.wait()
        made.unlink(missing_ok=True)
