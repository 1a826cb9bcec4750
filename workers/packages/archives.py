"""Looks through a package before anything of it is unpacked, and makes of it a plain tar that holds nothing else.

What leads out of its folder, is a device, or grows beyond measure is refused. A machine needs only `tar` for the
result, and nothing of what came from elsewhere is unpacked unseen.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import posixpath
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from workers.packages.compression import zstd
from workers.packages.formats import HEAD, Format, format_of
from workers.packages.plain_tars import PlainTar, QuickInfo

MOST_ENTRIES = 500_000
LARGEST_CONTENT = 50 << 30
"""Bytes that a package may unpack to."""

LARGEST_RATIO, _ALWAYS_ALLOWED = 200, 64 << 20
"""How much larger than itself it may unpack to, beyond what is allowed to any."""

_PIECE, _BUFFER = 1 << 20, 1 << 18
_DAMAGED = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError
)  # fmt: skip


class UnsafePackage(Exception):
    """The package must not be unpacked, or cannot be. The text is a clause without a full stop."""


class _Entry(NamedTuple):
    """A thing in an archive: a file, a folder, or a link to `target`."""

    name: str
    kind: bytes  # of tarfile: REGTYPE, DIRTYPE, SYMTYPE or LNKTYPE
    mode: int
    size: int
    mtime: int
    read: Callable[[int], bytes] | None = None  # of a file: the next bytes, at most so many
    target: str = ""


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
        for entry in _entries(archive):
            name = guard.admit(entry)
            if name:
                _write(tar, entry, name, guard)
    except (*_DAMAGED, zstd.ZstdError) as error:
        raise UnsafePackage(f"it is damaged or cut off ({error})") from None
    except OSError as error:
        if error.errno is None:  # bz2 and gzip say so of what is damaged
            raise UnsafePackage(f"it is damaged or cut off ({error})") from None
        raise
    return guard.count


def _write(tar: PlainTar | None, entry: _Entry, name: str, guard: _Guard) -> None:
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

    def admit(self, entry: _Entry) -> str:
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
        elif entry.kind == tarfile.REGTYPE:
            self._files.add(name)
        return "" if name == "." else name

    def _admit_link(self, entry: _Entry, name: str) -> None:
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
    with _opened(archive, found) as file, tarfile.TarFile(fileobj=file, tarinfo=QuickInfo) as tar:
        while (member := tar.next()) is not None:
            kind = tarfile.REGTYPE if member.type in kinds else member.type
            if kind not in (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE):
                raise UnsafePackage(f"`{member.name[:100]}` is a device or a pipe")
            if member.size < 0:
                raise UnsafePackage(f"it is damaged or cut off (`{member.name[:100]}` has no size)")
            read = None
            if kind == tarfile.REGTYPE:
                content = tar.extractfile(member) if member.issparse() else None
                read = content.read if content else file.read
            target = posixpath.normpath(member.linkname) if kind == tarfile.LNKTYPE else member.linkname
            mode = _mode(member.mode, is_folder=kind == tarfile.DIRTYPE)
            size = member.size if kind == tarfile.REGTYPE else 0
            yield _Entry(member.name, kind, mode, size, int(member.mtime), read, target)
            file.seek(tar.offset)
            tar.members.clear()  # type: ignore[attr-defined]  # nobody asks for them again


@contextmanager
def _opened(archive: Path, found: Format) -> Iterator[IO[bytes]]:
    """What the tar is, unpacked while it is read."""
    with contextlib.ExitStack() as opened:
        match found:
            case Format.TAR_GZ:
                raw: object = opened.enter_context(gzip.open(archive))
            case Format.TAR_BZ2:
                raw = opened.enter_context(bz2.open(archive))
            case Format.TAR_XZ:
                raw = opened.enter_context(lzma.open(archive))
            case Format.TAR_ZST:
                raw = opened.enter_context(zstd.open(archive))
            case _:
                raw = opened.enter_context(archive.open("rb", 0))
        yield io.BufferedReader(cast("io.RawIOBase", raw), _BUFFER)


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
                    yield _Entry(name, tarfile.REGTYPE, _mode(mode, is_folder=False), info.file_size, 0, content.read)
                    if content.read(1):
                        raise UnsafePackage(f"`{name[:100]}` is larger than it says")


def _mode(written: int, *, is_folder: bool) -> int:
    """Without setuid and the like; its owner may always read it, and enter a folder."""
    usual = 0o755 if is_folder else 0o644
    return (written & 0o777 or usual) | (0o700 if is_folder else 0o600)
