"""Commands of a shell that put files into the folder it is in: text printed by the shell itself, the rest cut out of
one piece of counted bytes that lies beside the folder. No content is in an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.contracts import Enclosure, StepFile

UNFIT = b"unfit() { : >../unfit; exit 125; }\n"
"""What is done when the folder cannot be made: the runner then says that nothing was started."""

_PACKAGES = b"../../../../packages/"
"""Where the runner keeps packages, seen from the folder of a run."""

_LARGEST_PRINTED = 64 * 1024
_MOST_ARGUMENTS = 100  # of one command; a machine may take no more than 128 KB


def is_printable(data: bytes) -> bool:
    """May the shell print this? It holds text in memory, and no zero bytes."""
    return len(data) <= _LARGEST_PRINTED and b"\0" not in data


def printing(data: bytes, name: bytes) -> bytes:
    """The command that makes this file; it costs no process."""
    return b"printf %s " + quoted(data) + b" >" + name + b" || unfit\n"


def quoted(data: bytes) -> bytes:
    """As one word of a shell."""
    return b"'" + data.replace(b"'", b"'\\''") + b"'"


def unpacking(files: Sequence[StepFile]) -> tuple[bytes, bytes]:
    """The commands that make these files (0600, or 0700 when executable), and the bytes they need as `../brought`."""
    names = {file.path: quoted(b"./" + _checked(file.path).encode()) for file in files}
    commands = [*_each(b"mkdir -p", _folders(files))]
    pieces: list[bytes] = []
    at = 0
    for file in files:
        if is_printable(file.content) and _is_text(file.content):
            commands.append(printing(file.content, names[file.path]))
            continue
        cut = f"skip={at} count={len(file.content)}".encode()
        commands.append(
            b"dd if=../brought bs=65536 iflag=fullblock,skip_bytes,count_bytes "
            + cut + b" >" + names[file.path] + b" 2>/dev/null || unfit\n"
        )  # fmt: skip
        pieces.append(file.content)
        at += len(file.content)
    commands += _each(b"chmod u+x", (names[file.path] for file in files if file.executable))
    if pieces:
        commands.append(b"rm -f ../brought\n")
    return b"".join(commands), b"".join(pieces)


def enclosing(enclosures: Iterable[Enclosure]) -> bytes:
    """The commands that put packages there. One that stays a file is a copy: what the script does to it is its own."""
    commands: list[bytes] = []
    for enclosure in enclosures:
        kept = _PACKAGES + _checked(enclosure.parcel.digest).encode()
        if enclosure.place == ".":
            place = b"."
        else:
            place = quoted(b"./" + _checked(enclosure.place).encode())
        if enclosure.is_unpacked:
            commands.append(b"mkdir -p " + place + b" && tar -x -o -f " + kept + b" -C " + place + b" || unfit\n")
        else:
            commands.append(b"cp " + kept + b" " + place + b" || unfit\n")
    return b"".join(commands)


def _folders(files: Iterable[StepFile]) -> list[bytes]:
    folders = dict.fromkeys(file.path.rpartition("/")[0] for file in files)
    return [quoted(b"./" + folder.encode()) for folder in folders if folder]


def _each(command: bytes, words: Iterable[bytes]) -> Iterator[bytes]:
    listed = list(words)
    for start in range(0, len(listed), _MOST_ARGUMENTS):
        yield b" ".join([command, *listed[start : start + _MOST_ARGUMENTS]]) + b" || unfit\n"


def _checked(path: str) -> str:
    """The check of the configuration refuses these with a sentence; here it is the last line."""
    if "\0" in path or not set(path.split("/")).isdisjoint(("", ".", "..")):
        raise ValueError("the path of a file leads out of the folder")
    return path


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
