"""The feeds that are not rows: folders of the bot's machine, addresses, buckets, and Git repositories."""

from __future__ import annotations

from engine.package_contracts import Answer, NotThere, Wanted
from workers.packages import addresses, buckets, folders
from workers.packages.shelf import PackageShelf


class PackageFeeds:
    """Implements `engine.ports.Feeds`. What is found in a Git repository is put on the shelf at once, as it may be gone
    tomorrow.
    """

    def __init__(self, shelf: PackageShelf) -> None:
        self._shelf = shelf

    def find(self, wanted: Wanted) -> Answer:
        """Ask the feed that it comes from."""
        match wanted.kind:
            case "folder":
                return folders.find(wanted)
            case "url":
                return addresses.find(wanted)
            case "s3":
                return buckets.find(wanted)
            case "git":
                return self._shelf.pin(wanted)
            case _:
                return NotThere(f"nobody has pushed {wanted.package} {wanted.version}")

    def versions(self, wanted: Wanted) -> tuple[str, ...] | None:
        """Folders and buckets can be listed."""
        match wanted.kind:
            case "folder":
                return folders.versions(wanted)
            case "s3":
                return buckets.versions(wanted)
            case _:
                return ()
