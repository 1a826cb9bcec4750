"""What kind of archive a file is, seen by how it begins: names lie, and an error page has a name, too."""

from __future__ import annotations

from enum import StrEnum

HEAD = 512
"""Bytes that must be known to tell."""


class Format(StrEnum):
    """The archives that can be installed. A nupkg and a jar are zips."""

    ZIP = "zip"
    TAR = "tar"
    TAR_GZ = "tar.gz"
    TAR_BZ2 = "tar.bz2"
    TAR_XZ = "tar.xz"
    TAR_ZST = "tar.zst"


_BEGINNINGS = (
    (b"PK\x03\x04", Format.ZIP),
    (b"PK\x05\x06", Format.ZIP),  # an empty one
    (b"\x1f\x8b", Format.TAR_GZ),
    (b"BZh", Format.TAR_BZ2),
    (b"\xfd7zXZ\x00", Format.TAR_XZ),
    (b"\x28\xb5\x2f\xfd", Format.TAR_ZST),
)


def format_of(head: bytes) -> Format | None:
    """The format of what begins with these bytes; None when it is no archive that is known."""
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            return found
    return Format.TAR if head[257:262] == b"ustar" else None


def what_else(head: bytes) -> str:
    """What it is instead, as a clause, as far as that can be seen."""
    begins = head.lstrip()[:64].lower()
    if not head:
        return "it is empty"
    if begins.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is a web page, perhaps one that asks to log in or tells an error"
    if begins.startswith((b"{", b"[")):
        return "it is JSON, perhaps one that tells an error"
    return "it is no archive: zip, nupkg and tar (plain, gz, bz2, xz, zst) can be installed"
