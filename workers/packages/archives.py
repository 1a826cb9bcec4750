"""Looks through a package before anything of it is unpacked, and makes of it a plain tar that holds nothing else.

What leads out of its folder, is a device, or grows beyond measure is refused. A machine needs only `tar` for the
result, and nothing of what came from elsewhere is unpacked unseen.
"""

from __future__ import annotations

import posixpath
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from workers.packages.formats import HEAD, Format, format_of

MOST_ENTRIES = 500_000
LARGEST_CONTENT = 50 << 30
"""Bytes that a package may unpack to."""

LARGEST_RATIO, _ALWAYS_ALLOWED = 200, 64 << 20
"""How much larger than itself it may unpack to, beyond what is allowed to any."""

_PIECE = 1 << 20


class UnsafePackage(Exception):
    """The package must not be unpacked, or cannot be. The text is a clause without a full stop."""


@dataclass(frozen=True)
class _Entry:
    """A thing in an archive: a file, a folder, or a link to `target`."""

    name: str
    kind: bytes  # of tarfile: REGTYPE, DIRTYPE, SYMTYPE or LNKTYPE
    mode: int
    size: int
    mtime: int
    content: IO[bytes] | None = None
    target: str = ""


def look_through(archive: Path) -> int:
    """Read all of it as unpacking would; the number of its entries. Raises UnsafePackage, OSError."""
    return _copy(archive, None)


def make_plain(archive: Path, plain: Path) -> int:
    """Write what is in it as a plain tar; the same archive gives the same bytes. Raises UnsafePackage, OSError."""
    with tarfile.open(plain, "w", format=tarfile.GNU_FORMAT) as tar:
        return _copy(archive, tar)


def _copy(archive: Path, tar: tarfile.TarFile | None) -> int:
    limit = LARGEST_RATIO * archive.stat().st_size + _ALWAYS_ALLOWED
    guard = _Guard(min(limit, LARGEST_CONTENT))
    try:
        for entry in _entries(archive):
            name = guard.admit(entry)
            if name:
                _write(tar, entry, name, guard)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise UnsafePackage(f"it is damaged or cut off ({error})") from None
    except OSError as error:
        if error.errno is None:  # bz2 and gzip say so of what is damaged
            raise UnsafePackage(f"it is damaged or cut off ({error})") from None
        raise
    return guard.count


def _write(tar: tarfile.TarFile | None, entry: _Entry, name: str, guard: _Guard) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = entry.kind, entry.mode, entry.mtime
    info.linkname = entry.target
    info.size = entry.size if entry.kind == tarfile.REGTYPE else 0
    counted = _Counted(entry.content, guard) if entry.content is not None else None
    if tar is not None:
        tar.addfile(info, cast("IO[bytes] | None", counted))
    elif counted is not None:
        while counted.read(_PIECE):
            pass
    if counted is not None and counted.read(1):
        raise UnsafePackage(f"`{name}` is larger than it says")


class _Counted:
    """A file whose bytes count, as they come and not as the archive promises."""

    def __init__(self, content: IO[bytes], guard: _Guard) -> None:
        self._content, self._guard = content, guard

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._content.read(size)
        self._guard.grow(len(data))
        return data


class _Guard:
    """What was let in so far, and the limits."""

    def __init__(self, limit: int) -> None:
        self.count = 0
        self._limit, self._size = limit, 0
        self._links: set[str] = set()
        self._files: set[str] = set()

    def grow(self, size: int) -> None:
        """So many bytes came."""
        self._size += size
        if self._size > self._limit:
            raise UnsafePackage(f"it unpacks to more than {self._limit >> 20} MB, far more than it is large itself")

    def admit(self, entry: _Entry) -> str:
        """The name that it is unpacked to; empty for the folder itself. Raises UnsafePackage."""
        self.count += 1
        if self.count > MOST_ENTRIES:
            raise UnsafePackage(f"it has more than {MOST_ENTRIES:,} entries")
        name = posixpath.normpath(entry.name)
        shown = entry.name[:100]
        if "\0" in name or name.startswith("/") or name == ".." or name.startswith("../"):
            raise UnsafePackage(f"`{shown}` leads out of its folder")
        parents = {name[:index] for index, letter in enumerate(name) if letter == "/"}
        if self._links & (parents | {name}):
            raise UnsafePackage(f"`{shown}` lies behind a link of the same package")
        if entry.kind == tarfile.SYMTYPE:
            self._admit_link(entry, name)
        elif entry.kind == tarfile.LNKTYPE and posixpath.normpath(entry.target) not in self._files:
            raise UnsafePackage(f"`{shown}` is a link to `{entry.target[:100]}`, which is no file before it")
        elif entry.kind == tarfile.REGTYPE:
            self._files.add(name)
        return "" if name == "." else name

    def _admit_link(self, entry: _Entry, name: str) -> None:
        to = posixpath.normpath(posixpath.join(posixpath.dirname(name), entry.target))
        if not entry.target or entry.target.startswith("/") or to == ".." or to.startswith("../"):
            raise UnsafePackage(f"`{entry.name[:100]}` is a link to `{entry.target[:100]}`, out of its folder")
        self._links.add(name)


def _entries(archive: Path) -> Iterator[_Entry]:
    with archive.open("rb") as file:
        found = format_of(file.read(HEAD))
    if found is Format.ZIP:
        yield from _of_zip(archive)
    elif found is None:
        raise UnsafePackage("it is no archive")
    else:
        yield from _of_tar(archive, found)


def _of_tar(archive: Path, found: Format) -> Iterator[_Entry]:
    kinds = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE)
    with _opened(archive, found) as tar:
        for member in tar:
            kind = tarfile.REGTYPE if member.type in kinds else member.type
            if kind not in (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE):
                raise UnsafePackage(f"`{member.name[:100]}` is a device or a pipe")
            content = tar.extractfile(member) if kind == tarfile.REGTYPE else None
            target = posixpath.normpath(member.linkname) if kind == tarfile.LNKTYPE else member.linkname
            mode = _mode(member.mode, is_folder=kind == tarfile.DIRTYPE)
            yield _Entry(member.name, kind, mode, member.size, int(member.mtime), content, target)


@contextmanager
def _opened(archive: Path, found: Format) -> Iterator[tarfile.TarFile]:
    if found is not Format.TAR_ZST:
        with tarfile.open(archive, "r:*") as tar:
            yield tar
        return
    from workers.packages.compression import zstd

    try:
        with zstd.open(archive) as reader, tarfile.open(fileobj=reader, mode="r|") as tar:
            yield tar
    except zstd.ZstdError as error:
        raise UnsafePackage(f"it is damaged or cut off ({error})") from None


def _of_zip(archive: Path) -> Iterator[_Entry]:
    with zipfile.ZipFile(archive) as zipped:
        for info in zipped.infolist():
            mode = info.external_attr >> 16
            name = info.filename.replace("\\", "/")
            if info.flag_bits & 1:
                raise UnsafePackage(f"`{name[:100]}` is encrypted")
            if stat.S_ISLNK(mode):
                if info.file_size > 4096:
                    raise UnsafePackage(f"`{name[:100]}` is a link without measure")
                target = zipped.read(info).decode("utf-8", "surrogateescape")
                yield _Entry(name, tarfile.SYMTYPE, 0o777, 0, 0, target=target)
            elif info.is_dir() or stat.S_ISDIR(mode):
                yield _Entry(name, tarfile.DIRTYPE, _mode(mode, is_folder=True), 0, 0)
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                raise UnsafePackage(f"`{name[:100]}` is a device or a pipe")
            else:
                with zipped.open(info) as content:
                    yield _Entry(name, tarfile.REGTYPE, _mode(mode, is_folder=False), info.file_size, 0, content)


def _mode(written: int, *, is_folder: bool) -> int:
    """Without setuid and the like; its owner may always read it, and enter a folder."""
    usual = 0o755 if is_folder else 0o644
    return (written & 0o777 or usual) | (0o700 if is_folder else 0o600)
