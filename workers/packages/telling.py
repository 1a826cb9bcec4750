"""Tells how far a package is on its way to a machine, and not more often than somebody could read it."""

from __future__ import annotations

import time

from engine.contracts import Parcel
from engine.package_contracts import amount, part
from engine.ports import RunSink
from workers.packages.delivering import Delivered

EVERY_SECONDS = 2.0
SMALL = 4 << 20
"""Bytes of what usually takes no longer than that."""

_BEGUN = 1 << 10
"""Bytes that are sent of a difference before anything of the package is among them."""


class Telling:
    """Of one package and one machine."""

    def __init__(self, sink: RunSink, package: Parcel) -> None:
        self._sink, self._package = sink, package
        self._began = time.monotonic()
        self._told_at = self._began if package.size <= SMALL else self._began - EVERY_SECONDS

    def there(self, size: int, is_difference: bool) -> None:
        """So many bytes of it are there; or were sent, of what makes it of an earlier version."""
        if not self._may_tell():
            return
        name = self._package.name
        if is_difference and size < _BEGUN:
            self._sink.tell(f"comparing {name} with the version that is there")
        elif is_difference:
            self._sink.tell(f"sending what is new in {name}: {amount(size)} of at most {amount(self._package.size)}")
        else:
            self._sink.tell(f"sending {name}: {part(size, self._package.size)}")

    def fetching(self, size: int) -> None:
        """The machine says that it has so many bytes of what it fetches itself."""
        if self._may_tell():
            self._sink.tell(f"the machine fetches {self._package.name}: {amount(size)}")

    def _may_tell(self) -> bool:
        now = time.monotonic()
        if now - self._told_at < EVERY_SECONDS:
            return False
        self._told_at = now
        return True

    def done(self, delivered: Delivered) -> None:
        """All of it is there."""
        name, whole = self._package.name, amount(self._package.size)
        if not delivered.sent:
            self._sink.tell(f"{name} was already on the machine: nothing was sent", stays=True)
            return
        took = round(time.monotonic() - self._began)
        in_time = f" in {took} s" if took else ""
        if delivered.is_fetched:
            self._sink.tell(f"{name} was fetched by the machine itself: {amount(delivered.sent)}{in_time}", stays=True)
            return
        is_less = delivered.difference and delivered.sent < self._package.size
        what = f"{amount(delivered.sent)} instead of {whole}" if is_less else whole
        self._sink.tell(f"{name} was sent to the machine: {what}{in_time}", stays=True)
