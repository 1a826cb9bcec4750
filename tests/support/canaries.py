"""A secret that must not show, and where it would: in pieces, encodings, arguments of programs. For tests only."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

TOKEN = "kD8s+very.secret&9Qx7=Lw2~h"
KEY_LINES = ("-----BEGIN CANARY KEY-----", "q7Vd0ZkPz4LmX2sWb9TfRc81nYhEuJ6o", "HgA5tQv3iNxCw7rKe0yBpUlS8dFzM1Oj")
KEY = "\n".join(KEY_LINES)

_PIECE, _STRIDE = 9, 3
"""Characters: whatever shows eleven of a secret has one of these pieces, and none is anywhere by chance."""

_PROGRAMS = """
base64 bash basename cat chmod cp cut date dd df env expr find getent grep head install ln ls mkdir mkfifo mktemp mv od
python3 readlink rm rmdir sed setsid sh sha256sum sleep stat tail tar tee test touch tr true uname wc xargs
"""


def _needles() -> set[bytes]:
    texts = [TOKEN, *KEY_LINES[1:], quote(TOKEN, safe=""), quote_plus(TOKEN)]
    for secret in (TOKEN, KEY):
        for before in (b"", b"x", b"xx"):
            encoded = base64.b64encode(before + secret.encode()).decode()
            texts += [encoded[4:-4], encoded[4:-4].translate({43: "-", 47: "_"})]
    return {text[at : at + _PIECE].encode() for text in texts for at in range(0, len(text) - _PIECE + 1, _STRIDE)}


_NEEDLES = _needles()


def shown_in(data: bytes) -> list[str]:
    """The pieces that are in these bytes."""
    return sorted(needle.decode() for needle in _NEEDLES if needle in data)


def files_with_it(folders: Iterable[Path], *, but: Iterable[Path] = ()) -> dict[str, list[str]]:
    """Of all files below these folders those in whose name or content it shows, and what of it."""
    left_out = set(but)
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            content = b""
            if path.is_file() and not path.is_symlink() and path not in left_out:
                try:
                    content = path.read_bytes()
                except FileNotFoundError:  # a machine cleans up beside us
                    continue
            if pieces := shown_in(content + str(path).encode()):
                found[str(path)] = pieces
    return found


def watched_programs(folder: Path) -> tuple[str, Path]:
    """A PATH on which every program writes down its arguments and environment before it begins, and where to."""
    programs, told = folder / "programs", folder / "programs.told"
    programs.mkdir()
    for name in _PROGRAMS.split():
        real = shutil.which(name)
        if real is not None:
            (programs / name).write_text(
                f'#!/bin/sh\n{{ printf "%s\\n" "$0" "$@"; export -p; }} >>{told}\nexec {real} "$@"\n'
            )
            (programs / name).chmod(0o755)
    return f"{programs}:/usr/local/bin:/usr/bin:/bin", told
