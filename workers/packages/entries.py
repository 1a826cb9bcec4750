"""Reads what is in an archive, entry by entry: of zips, and of tars however they are compressed."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import posixpath
import re
import stat
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast
from urllib.parse import unquote

from workers.packages.compression import zstd
from workers.packages.formats import HEAD, Format, format_of
from workers.packages.plain_tars import BLOCK, QuickInfo

MOST_ENTRIES = 500_000

_LARGEST_HEADER, _MOST_REMARKS = 1 << 20, 100
"""Bytes that may stand between two entries of a tar, and how many remarks on all of them: both are kept in memory."""

_LISTED, _LARGEST_LIST = b"PK\x01\x02", 256 << 20  # how an entry begins in the list of a zip; bytes of the list
_MANIFEST, _OF_NUGET = re.compile(r"[^/]+\.nuspec\Z"), ("[Content_Types].xml", "_rels/", "package/services/metadata/")
"""Of a nupkg: its own manifest, and what only NuGet reads. The names of its files are written as in addresses."""

_LONGEST_END = 16 << 20  # bytes of padding behind the last entry
_PIECE, _BUFFER = 1 << 20, 1 << 18


class UnsafePackage(Exception):
    """The package must not be unpacked, or cannot be. The text is a clause without a full stop."""


class Entry(NamedTuple):
    """A thing in an archive: a file, a folder, or a link to `target`."""

    name: str
    kind: bytes  # of tarfile: REGTYPE, DIRTYPE, SYMTYPE or LNKTYPE
    mode: int
    size: int
    mtime: int
    read: Callable[[int], bytes] | None = None  # of a file: the next bytes, at most so many
    target: str = ""
    is_left_out: bool = False  # looked at like all others, and not unpacked


def entries(archive: Path) -> Iterator[Entry]:
    """All of its entries in their order; each is to be read before the next one is asked for. Raises UnsafePackage,
    OSError, and whatever the libraries make of damage.
    """
    with archive.open("rb") as file:
        found = format_of(file.read(HEAD))
    if found is Format.ZIP:
        yield from _of_zip(archive)
    elif found is None:
        raise UnsafePackage("it is no archive")
    else:
        yield from _of_tar(archive, found)


def _of_tar(archive: Path, found: Format) -> Iterator[Entry]:
    with _opened(archive, found) as file:
        metered = _Metered(file)
        with tarfile.TarFile(fileobj=cast("IO[bytes]", metered), tarinfo=QuickInfo) as tar:
            while (member := tar.next()) is not None:
                metered.left = sys.maxsize
                if len(tar.pax_headers) > _MOST_REMARKS:
                    raise UnsafePackage(f"it has more than {_MOST_REMARKS} remarks on all of its entries")
                yield _of_member(tar, member, metered)
                metered.seek(tar.offset)
                tar.members.clear()  # type: ignore[attr-defined]  # nobody asks for them again
                metered.left = _LARGEST_HEADER
            _require_end(file, tar.offset, may_lack=found is not Format.TAR)


_KINDS = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE)


def _of_member(tar: tarfile.TarFile, member: tarfile.TarInfo, file: _Metered) -> Entry:
    kind = tarfile.REGTYPE if member.type in _KINDS else member.type
    if kind not in (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE):
        raise UnsafePackage(f"`{member.name[:100]}` is a device or a pipe")
    if member.size < 0:
        raise UnsafePackage(f"it is damaged or cut off (`{member.name[:100]}` has no size)")
    read = None
    if kind == tarfile.REGTYPE:
        content = tar.extractfile(member) if member.issparse() else None
        read = content.read if content else file.content
    target = posixpath.normpath(member.linkname) if kind == tarfile.LNKTYPE else member.linkname
    mode = _mode(member.mode, is_folder=kind == tarfile.DIRTYPE)
    size = member.size if kind == tarfile.REGTYPE else 0
    return Entry(member.name, kind, mode, size, int(member.mtime), read, target)


class _Metered:
    """The tar, for tarfile, which keeps in memory whatever a header says is long, and asks again and again where it is:
    that is known here, without looking.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = 0
        self.left = _LARGEST_HEADER

    def read(self, size: int) -> bytes:
        self.left -= size
        if size < 0 or self.left < 0:
            raise UnsafePackage(f"what it says about one of its entries is longer than {_LARGEST_HEADER >> 20} MB")
        return self.content(size)

    def content(self, size: int) -> bytes:
        """The next bytes, of which nothing is kept."""
        data = self._file.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, place: int) -> int:
        if 0 < place - self._at < BLOCK:
            self.content(place - self._at)  # the rest of a block
        elif place != self._at:
            self._at = self._file.seek(place)
        return self._at


def _require_end(file: IO[bytes], offset: int, *, may_lack: bool) -> None:
    """tarfile takes a header that is spoilt or cut off for the end, and a single block of zeros, behind which others
    find more. At the end are two of them, and what shows that the compression is whole. Raises UnsafePackage.
    """
    file.seek(offset)
    blocks = file.read(2 * BLOCK)
    if blocks.strip(b"\0") or not (blocks or may_lack):
        raise UnsafePackage("it is damaged or cut off (it has no end)")
    for _ in range(_LONGEST_END // _PIECE):
        if not file.read(_PIECE):
            break


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


def _of_zip(archive: Path) -> Iterator[Entry]:
    with archive.open("rb") as file, zipfile.ZipFile(cast("IO[bytes]", _Listed(file))) as zipped:
        is_nupkg = _OF_NUGET[0] in zipped.namelist() and any(map(_MANIFEST.match, zipped.namelist()))
        for info in zipped.infolist():
            mode = info.external_attr >> 16
            name = (unquote(info.filename) if is_nupkg else info.filename).replace("\\", "/")
            is_left_out = is_nupkg and name.startswith(_OF_NUGET)
            if info.flag_bits & 1:
                raise UnsafePackage(f"`{name[:100]}` is encrypted")
            if stat.S_ISLNK(mode):
                if info.file_size > 4096:
                    raise UnsafePackage(f"`{name[:100]}` is a link without measure")
                target = zipped.read(info).decode("utf-8", "surrogateescape")
                yield Entry(name, tarfile.SYMTYPE, 0o777, 0, 0, target=target, is_left_out=is_left_out)
            elif info.is_dir() or stat.S_ISDIR(mode):
                yield Entry(name, tarfile.DIRTYPE, _mode(mode, is_folder=True), 0, 0, is_left_out=is_left_out)
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                raise UnsafePackage(f"`{name[:100]}` is a device or a pipe")
            else:
                with zipped.open(info) as content:
                    permissions = _mode(mode, is_folder=False)
                    yield Entry(name, tarfile.REGTYPE, permissions, info.file_size, 0, content.read, "", is_left_out)
                    if content.read(1):
                        raise UnsafePackage(f"`{name[:100]}` is larger than it says")


class _Listed:
    """The zip, for zipfile, which makes an object of each entry of its list before any is asked for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(size, _LARGEST_LIST))
        if data.startswith(_LISTED) and data.count(_LISTED) > MOST_ENTRIES:
            raise UnsafePackage(f"it has more than {MOST_ENTRIES:,} entries")
        return data


def _mode(written: int, *, is_folder: bool) -> int:
    """Without setuid and the like; its owner may always read it, and enter a folder."""
    usual = 0o755 if is_folder else 0o644
    return (written & 0o777 or usual) | (0o700 if is_folder else 0o600)
