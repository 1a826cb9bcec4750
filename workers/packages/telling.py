"""Tells how far a package is on its way to a machine, and not more often than somebody could read it."""

from __future__ import annotations

import time

from engine.contracts import PackageFile
from engine.package_contracts import amount, part
from engine.ports import RunSink

EVERY_SECONDS = 1.0
SMALL = 4 << 20
"""Bytes of what usually takes no longer than that."""


class Telling:
    """Of one package and one machine."""

    def __init__(self, sink: RunSink, package: PackageFile) -> None:
        self._sink, self._package = sink, package
        self._began = time.monotonic()
        self._told_at = self._began if package.size <= SMALL else self._began - EVERY_SECONDS

    def there(self, size: int) -> None:
        """So many bytes of it are there."""
        now = time.monotonic()
        if now - self._told_at >= EVERY_SECONDS:
            self._told_at = now
            self._sink.tell(f"sending {self._package.name}: {part(size, self._package.size)}")

    def done(self, *, is_sent: bool) -> None:
        """All of it is there."""
        if not is_sent:
            self._sink.tell(f"{self._package.name} was already on the machine: nothing was sent", stays=True)
            return
        took = round(time.monotonic() - self._began)
        in_time = f" in {took} s" if took else ""
        self._sink.tell(
            f"{self._package.name} was sent to the machine: {amount(self._package.size)}{in_time}", stays=True
        )
