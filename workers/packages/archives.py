"""Looks through a package before anything of it is unpacked, and makes of it a plain tar that holds nothing else.

What leads out of its folder, is a device, or grows beyond measure is refused. A machine needs only `tar` for the
result, and nothing of what came from elsewhere is unpacked unseen.
"""

from __future__ import annotations

import errno
import lzma
import posixpath
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from workers.packages.compression import zstd
from workers.packages.entries import MOST_ENTRIES, Entry, UnsafePackage, entries
from workers.packages.plain_tars import PlainTar

LARGEST_CONTENT = 50 << 30
"""Bytes that a package may unpack to."""

LARGEST_RATIO, _ALWAYS_ALLOWED = 200, 64 << 20
"""How much larger than itself it may unpack to, beyond what is allowed to any."""

_PIECE, _BUFFER = 1 << 20, 1 << 18
_DAMAGED = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, RuntimeError, ValueError, ArithmeticError, LookupError,
)  # fmt: skip


def look_through(archive: Path) -> int:
    """Read all of it as unpacking would; the number of its entries. Raises UnsafePackage, OSError."""
    return _copy(archive, None)


def make_plain(archive: Path, plain: Path) -> int:
    """Write what is in it as a plain tar; the same archive gives the same bytes. Raises UnsafePackage, OSError."""
    with plain.open("wb", _PIECE) as file:
        tar = PlainTar(file)
        count = _copy(archive, tar)
        tar.close()
    return count


def _copy(archive: Path, tar: PlainTar | None) -> int:
    limit = LARGEST_RATIO * archive.stat().st_size + _ALWAYS_ALLOWED
    guard = _Guard(min(limit, LARGEST_CONTENT))
    try:
        for entry in entries(archive):
            name = guard.admit(entry)
            if name:
                _write(None if entry.is_left_out else tar, entry, name, guard)
    except (*_DAMAGED, zstd.ZstdError) as error:
        raise UnsafePackage(f"it is damaged or cut off ({error})") from None
    except OSError as error:
        # bz2 and gzip say the former of what is damaged; zipfile looks at places that cannot be.
        if error.errno in (None, errno.EINVAL):
            raise UnsafePackage(f"it is damaged or cut off ({error})") from None
        raise
    return guard.count


def _write(tar: PlainTar | None, entry: Entry, name: str, guard: _Guard) -> None:
    if tar is not None:
        tar.begin(name, entry.kind, mode=entry.mode, size=entry.size, mtime=entry.mtime, target=entry.target)
    if entry.read is None:
        return
    missing = entry.size
    while missing:
        # What comes counts, not what the archive promises.
        data = entry.read(min(missing, _PIECE))
        if not data:
            raise UnsafePackage(f"it is damaged or cut off (it ends within `{name}`)")
        guard.grow(len(data))
        missing -= len(data)
        if tar is not None:
            tar.write(data)
    if tar is not None:
        tar.end()


class _Guard:
    """What was let in so far, and the limits."""

    def __init__(self, limit: int) -> None:
        self.count = 0
        self._limit, self._size = limit, 0
        self._links: set[str] = set()
        self._turns: set[str] = set()  # what the targets of links go through before they go up again
        self._files: set[str] = set()

    def grow(self, size: int) -> None:
        """So many bytes came."""
        self._size += size
        if self._size > self._limit:
            raise UnsafePackage(f"it unpacks to more than {self._limit >> 20} MB, far more than it is large itself")

    def admit(self, entry: Entry) -> str:
        """The name that it is unpacked to; empty for the folder itself. Raises UnsafePackage."""
        self.count += 1
        if self.count > MOST_ENTRIES:
            raise UnsafePackage(f"it has more than {MOST_ENTRIES:,} entries")
        name = entry.name if _is_plain(entry.name) else posixpath.normpath(entry.name)
        shown = entry.name[:100]
        if "\0" in name or name.startswith("/") or name == ".." or name.startswith("../"):
            raise UnsafePackage(f"`{shown}` leads out of its folder")
        if self._links and not self._links.isdisjoint(_way_to(name)):
            raise UnsafePackage(f"`{shown}` lies behind a link of the same package")
        if entry.kind == tarfile.SYMTYPE:
            self._admit_link(entry, name)
        elif entry.kind == tarfile.LNKTYPE and posixpath.normpath(entry.target) not in self._files:
            raise UnsafePackage(f"`{shown}` is a link to `{entry.target[:100]}`, which is no file before it")
        elif entry.kind in (tarfile.REGTYPE, tarfile.LNKTYPE):
            self._files.add(name)
        return "" if name == "." else name

    def _admit_link(self, entry: Entry, name: str) -> None:
        to = posixpath.normpath(posixpath.join(posixpath.dirname(name), entry.target))
        if not entry.target or entry.target.startswith("/") or to == ".." or to.startswith("../"):
            raise UnsafePackage(f"`{entry.name[:100]}` is a link to `{entry.target[:100]}`, out of its folder")
        self._links.add(name)
        self._files.discard(name)  # it takes the place of a file of that name
        self._turns.update(_turns_of(posixpath.dirname(name), entry.target))
        if not self._links.isdisjoint(self._turns):  # where one goes up from there is not what its text says
            raise UnsafePackage(f"`{entry.name[:100]}` is a link by way of another, which may lead out of its folder")


def _is_plain(name: str) -> bool:
    """Is it a path as it should be? Only of others the parts have to be looked at."""
    return name[:1] not in "/." and name[-1:] != "/" and "//" not in name and "/." not in name


def _way_to(name: str) -> Iterator[str]:
    """It, and all folders above it."""
    while name:
        yield name
        name = name.rpartition("/")[0]


def _turns_of(folder: str, target: str) -> Iterator[str]:
    """Whatever a target goes through before a `..` that does not stand at its beginning."""
    way: list[str] = []
    for part in target.split("/"):
        if part == ".." and way:
            yield from _way_to(posixpath.normpath(posixpath.join(folder, *way)))
            way.pop()
        elif part == "..":
            folder = posixpath.dirname(folder)
        elif part not in ("", "."):
            way.append(part)
