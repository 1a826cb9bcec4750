"""Lets a machine fetch a package from its feed itself. A secret reaches it on stdin, and is in no argument there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from engine.contracts import Origin, PackageFile
from engine.errors import ForedeckError
from workers.packages import sides
from workers.packages.delivering import Delivered, no_room, series_of
from workers.runner.channels import ChannelLost, OpenSide
from workers.runner.client import RunnerClient


class NotFetched(ForedeckError):
    """The machine did not get the package."""

    message = "{place} could not fetch {name} from {host}: {why}."
    hint_text = "Nothing was installed. {way_out}"


_AGAIN = "When that is mended, deploy again."
_WITHOUT = "Or leave `download_on_machine` away: then it is sent over the connection."
_MOST_SAID = 200
_LONGEST_LINE = 4096
_NO_ENTRY = ("401", "403")


def fetch(
    client: RunnerClient,
    open_side: OpenSide,
    package: PackageFile,
    origin: Origin,
    place: str,
    interrupted: Callable[[], bool],
    there: Callable[[int], None],
) -> Delivered:
    """Make sure that the machine has what is at its origin. Raises NotFetched, CannotConnect, ChannelLost,
    Interrupted.
    """
    with client.delivering(origin.digest, interrupted):
        held = client.have_package(origin.digest, origin.size, series_of(package), interrupted=interrupted)
        if held.is_present:
            return Delivered(0)
        if held.failure:
            raise no_room(package.name, origin.size, place, held.failure)
        folder = f"{client.root}/packages"
        try:
            asked = (folder, origin.digest, origin.url, str(origin.size))
            with sides.opened(open_side, asked, interrupted, "fetch.sh") as side:
                side.send(_configuration(origin))
                side.finish()
                said = _listen(side, there)
        except ChannelLost as error:
            raise _failed(package, origin, place, f"the connection to it broke: {error}", _AGAIN) from None
        held = client.have_package(origin.digest, origin.size, series_of(package), interrupted=interrupted)
    if not held.is_present:
        raise _failed(package, origin, place, *_reason(said, origin))
    return Delivered(origin.size, is_fetched=True)


def _configuration(origin: Origin) -> bytes:
    """For each of the two tools the line that says who asks; empty lines when nobody needs to know."""
    if origin.authorization is None:
        return b"\n\n"
    header = f"Authorization: {origin.authorization.reveal()}"
    quoted = header.replace("\\", "\\\\").replace('"', '\\"')
    return f'header = "{quoted}"\nheader = {header}\n'.encode()


def _listen(side: sides.Side, there: Callable[[int], None]) -> list[str]:
    """What it says in the end, as words."""
    said = b""
    failed: list[str] = []
    while (data := side.receive()) != b"":
        *lines, said = (said + (data or b"")).split(b"\n")
        said = said[-_LONGEST_LINE:]
        for line in lines:
            words = line.decode("utf-8", "replace").split()
            if words[:1] == ["at"] and words[1:] and words[1].isdecimal():
                there(int(words[1]))
            elif words[:1] == ["failed"]:
                failed = words[1:]
    return failed


_WHY = {
    "lacking": ("it has neither curl nor wget", f"Install one of them there. {_WITHOUT}"),
    "long": ("it sends more than the package had when the release was made", _AGAIN),
    "redirect": (
        "it leads elsewhere, and what it is asked with is for this host only",
        f"Write the address that it leads to. {_WITHOUT}",
    ),
}


def _reason(said: list[str], origin: Origin) -> tuple[str, str]:
    """Why it failed, as a clause, and the way out."""
    why, way_out = _WHY.get(" ".join(said), ("its download ended early", _AGAIN))
    match said:
        case ["status", status]:
            why = f"it says {status}" + (": it lets nobody in with these credentials" if status in _NO_ENTRY else "")
        case ["wrong", found]:
            why = f"its SHA-256 is {found[:12]}… and should be {origin.digest[:12]}…"
            way_out = "What a release was made with never changes: create another release, or put the old content back."
        case ["tool", *words] if words:
            text = "".join(letter for letter in " ".join(words) if letter.isprintable())
            why, way_out = text[:_MOST_SAID].rstrip("."), f"{_AGAIN} {_WITHOUT}"
    return why, way_out


def _failed(package: PackageFile, origin: Origin, place: str, why: str, way_out: str) -> NotFetched:
    host = urlsplit(origin.url).hostname or "its feed"
    return NotFetched(place=place, name=package.name, host=host, why=why, way_out=way_out)
