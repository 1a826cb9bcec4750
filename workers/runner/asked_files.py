"""Answers the script that installs a package when it asks for variables in its files: reads those that the step names,
puts the variables in, and makes an archive of what came of it. It writes nothing on the machine itself.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from engine.contracts import LogLevel, StepFile, StepFolder
from workers import scripts
from workers.files import preparing
from workers.files.texts import LARGEST, LARGEST_TOGETHER, FileUnusable
from workers.runner.protocol import Fetched
from workers.stream import AskedFiles

ANSWER = "answer"
"""The file in the script's folder that it waits for."""

Fetch = Callable[[str, int, int], Fetched]
"""Path, how many bytes at most, from which offset on."""

_LONGEST_LISTING = 64 << 20


def answer(asked: AskedFiles, folder: StepFolder, fetch: Fetch, now: datetime) -> bytes:
    """A tar: `said` for the log; the names of the files that are other ones now, divided by NUL, as `changed`, and the
    files themselves below `files`; or `failure`, a sentence and the way out.
    """
    try:
        files = tuple(_files(asked, folder, fetch, now))
        prepared = preparing.prepare_files(replace(folder, files=files), now)
    except FileUnusable as error:
        sentence = f"{error.facts['file']}: {error.facts['what']} {error.hint}"
        return _packed({"said": b"", "failure": sentence.encode()})
    before = {file.path: file.content for file in files}
    changed = {file.path: file.content for file in prepared.files if file.content != before[file.path]}
    return _packed({
        "said": b"".join(scripts.said_of(note) for note in (*prepared.notes, _counted(len(changed)))),
        "changed": b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in changed),
        **{f"files/{path}": content for path, content in changed.items()},
    })  # fmt: skip


def _files(asked: AskedFiles, folder: StepFolder, fetch: Fetch, now: datetime) -> Iterable[StepFile]:
    listed = _whole(asked.listing, fetch, _LONGEST_LISTING).decode("utf-8", "surrogateescape")
    paths = sorted(path.removeprefix("./") for path in listed.split("\0") if path)
    size = 0
    for path in preparing.wanted(folder, paths, now):
        content = _whole(f"{asked.folder}/{path}", fetch, LARGEST, path)
        size += len(content)
        if size > LARGEST_TOGETHER:
            what = f"The files that variables are put into are larger than {LARGEST_TOGETHER >> 20} MB together."
            raise FileUnusable(file=preparing.shown(path), what=what, way_out="Name fewer of them in the patterns.")
        yield StepFile(path, content)


def _whole(path: str, fetch: Fetch, largest: int, name: str = "") -> bytes:
    """What is in a file. Raises FileUnusable where it cannot be read, or is too large."""
    shown = preparing.shown(name or "The list of the package's files")
    parts: list[bytes] = []
    size = offset = 0
    while True:
        part = fetch(path, LARGEST, offset)
        if part.what != "file" or (offset and not part.data):
            raise FileUnusable(file=shown, what="It cannot be read.", way_out="Look at what PreDeploy does with it.")
        if name:
            preparing.check_size(name, part.size)
        if part.size > largest:
            what = f"It is larger than {largest >> 20} MB."
            raise FileUnusable(file=shown, what=what, way_out="Pack fewer files.")
        parts.append(part.data)
        size, offset = part.size, offset + len(part.data)
        if offset >= size:
            return b"".join(parts)


def _counted(count: int) -> preparing.Note:
    return preparing.Note(LogLevel.INFO, f"Put variables into {count} file{'' if count == 1 else 's'} of the package.")


def _packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o600
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
