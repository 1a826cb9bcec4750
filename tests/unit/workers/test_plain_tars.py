"""Tars are read and written as tarfile does it, only quicker."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from workers.packages.plain_tars import PlainTar, QuickInfo, header_of

NAMES = some.text(some.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=120)
KINDS = some.sampled_from((tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE))
SIZES = some.integers(0, 8**11 + 5)


@settings(max_examples=40, deadline=None)
@given(NAMES, KINDS, some.integers(0, 0o777), SIZES, some.integers(-5, 8**11 + 5), NAMES)
def test_a_header_is_the_one_that_tarfile_writes_and_is_read_as_tarfile_reads_it(
    name: str, kind: bytes, mode: int, size: int, mtime: int, target: str
) -> None:
    info = tarfile.TarInfo(name.rstrip("/") or "a")
    info.type, info.mode, info.size, info.mtime, info.linkname = kind, mode, size, mtime, target
    header = header_of(info.name, kind, mode=mode, size=size, mtime=mtime, target=target)
    assert header == info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    ours, theirs = (one.frombuf(header[-512:], "utf-8", "surrogateescape") for one in (QuickInfo, tarfile.TarInfo))
    assert ours.get_info() == theirs.get_info()


@settings(max_examples=40, deadline=None)
@given(some.binary(max_size=12), some.sampled_from((0, 100, 124, 136, 148, 156, 157, 345)))
def test_a_damaged_header_is_refused_or_read_as_by_tarfile(junk: bytes, at: int) -> None:
    header = bytearray(header_of("app/run.sh", tarfile.REGTYPE, mode=0o755, size=5, mtime=7))
    header[at : at + len(junk)] = junk
    header[148:156] = b"%06o\0 " % (sum(header) - sum(header[148:156]) + 256) if at != 148 else header[148:156]
    found: list[object] = []
    for one in (QuickInfo, tarfile.TarInfo):
        try:
            found.append(one.frombuf(bytes(header), "utf-8", "surrogateescape").get_info())
        except (tarfile.HeaderError, ValueError) as error:
            found.append(type(error))
    assert found[0] == found[1]


def test_a_whole_tar_is_the_one_that_tarfile_writes() -> None:
    ours, theirs = io.BytesIO(), io.BytesIO()
    tar = PlainTar(ours)
    with tarfile.open(fileobj=theirs, mode="w", format=tarfile.GNU_FORMAT) as other:
        for name, content in (("a", b"x" * 700), ("b/c", b""), ("d" * 150, b"y" * 512)):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            other.addfile(info, io.BytesIO(content))
            tar.begin(name, tarfile.REGTYPE, mode=0o644, size=len(content), mtime=0)
            tar.write(content)
            tar.end()
    tar.close()
    assert ours.getvalue() == theirs.getvalue()


def test_what_is_no_header_is_told_apart_as_tarfile_does() -> None:
    for header, error in ((b"", tarfile.EmptyHeaderError), (bytes(512), tarfile.EOFHeaderError)):  # type: ignore[attr-defined]
        with pytest.raises(error):
            QuickInfo.frombuf(header, "utf-8", "surrogateescape")
