"""Reads the headers of tars quickly, and writes plain ones: of what Python's tarfile does for each entry only what is
needed for entries as they usually are. For all others it does the rest, here too.
"""

from __future__ import annotations

import tarfile
from typing import IO, Self
from zlib import adler32

BLOCK = tarfile.BLOCKSIZE
_RECORD = tarfile.RECORDSIZE
_LARGEST_NUMBER = 8**11  # what is larger needs another form
_USUAL = frozenset((tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE))
_OWNER = b"0000000\0" * 2
_REST = tarfile.GNU_MAGIC + bytes(32 + 32 + 8 + 8 + 155 + 12)


class QuickInfo(tarfile.TarInfo):
    """An entry whose header is read in a fifth of the time, if it is a usual one."""

    __slots__ = ()

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The entry with this header. Raises what tarfile's does."""
        kind = bytes(buf[156:157])
        if len(buf) == BLOCK and kind in _USUAL and not buf[345]:  # no name in two parts
            entry = cls()
            try:
                checksum, entry.mode = _number(buf[148:156]), _number(buf[100:108])
                entry.size, entry.mtime = _number(buf[124:136]), _number(buf[136:148])
            except ValueError:
                pass
            else:
                if checksum == _sum(buf) - sum(buf[148:156]) + 256:
                    entry.type, entry.chksum = kind, checksum
                    entry.name = _text(buf[:100], encoding, errors)
                    entry.linkname = _text(buf[157:257], encoding, errors)
                    if kind == tarfile.DIRTYPE:
                        entry.name = entry.name.rstrip("/")
                    return entry
        return super().frombuf(buf, encoding, errors)


def _sum(header: bytes | bytearray) -> int:
    """The sum of its bytes, ten times as quick as `sum`: half of Adler's number, exact for half a header."""
    return (adler32(header[:256], 0) & 0xFFFF) + (adler32(header[256:], 0) & 0xFFFF)


def _number(field: bytes | bytearray) -> int:
    return int(field.partition(b"\0")[0].strip() or b"0", 8)


def _text(field: bytes | bytearray, encoding: str, errors: str) -> str:
    return field.partition(b"\0")[0].decode(encoding, errors)


class PlainTar:
    """A tar in GNU's format that is being written; the same entries give the same bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0

    def begin(self, name: str, kind: bytes, *, mode: int, size: int, mtime: int, target: str = "") -> None:
        """The header of an entry; so many bytes are written after it."""
        header = header_of(name, kind, mode=mode, size=size, mtime=mtime, target=target)
        self._size += len(header)
        self._file.write(header)

    def write(self, data: bytes) -> None:
        """The next bytes of the entry."""
        self._size += len(data)
        self._file.write(data)

    def end(self) -> None:
        """The entry has no more."""
        if short := -self._size % BLOCK:
            self.write(bytes(short))

    def close(self) -> None:
        """There are no more entries; the file stays open."""
        self.write(bytes(2 * BLOCK))
        self.write(bytes(-self._size % _RECORD))


def header_of(name: str, kind: bytes, *, mode: int, size: int, mtime: int, target: str = "") -> bytes:
    """The blocks before an entry's content, as tarfile writes them."""
    path = (f"{name}/" if kind == tarfile.DIRTYPE else name).encode("utf-8", "surrogateescape")
    link = target.encode("utf-8", "surrogateescape")
    if len(path) > 100 or len(link) > 100 or not 0 <= mtime < _LARGEST_NUMBER or size >= _LARGEST_NUMBER:
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.size, info.mtime, info.linkname = kind, mode, size, mtime, target
        return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    before = path.ljust(100, b"\0") + b"%07o\0" % mode + _OWNER + b"%011o\0%011o\0" % (size, mtime)
    behind = kind + link.ljust(100, b"\0") + _REST
    return before + b"%06o\0 " % (_sum(before + behind) + 8 * 0x20) + behind
