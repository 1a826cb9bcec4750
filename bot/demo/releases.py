"""What the demo deploys: four versions of a web shop, packed from the files in `site/` and pushed into the feed."""

from __future__ import annotations

import gzip
import io
import tarfile
from importlib import resources
from pathlib import Path

from bot import main as root
from bot import package_cli
from engine.services.package_errors import PackageExists

NEWS = {
    "1.4.0": "Now with gift cards.",
    "1.5.0": "Baskets are kept for a week.",
    "7.0.1": "A new look.",
    "7.1.0": "A new look, and faster.",
}
"""The versions, and what the page of each says."""

_PUSHED_BY = "ana"


def push(state: Path) -> None:
    """Push them into the built-in feed of this state folder, which has a configuration; what is there stays."""
    db = root.open_state(state)
    try:
        for version in NEWS:
            try:
                package_cli.put(
                    db, state, [pack(version)], person=_PUSHED_BY, project="web", name="web", version=version
                )
            except PackageExists:  # by an earlier Foredeck, from other files: a version never changes
                continue
    finally:
        db.close()


def pack(version: str) -> bytes:
    """The package of this version. The same version gives the same bytes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for entry in sorted((resources.files("bot.demo") / "site").iterdir(), key=lambda entry: entry.name):
            text = entry.read_text().replace("@version@", version).replace("@news@", NEWS[version]).encode()
            info = tarfile.TarInfo(entry.name)
            info.size, info.mode = len(text), 0o644
            tar.addfile(info, io.BytesIO(text))
    return gzip.compress(plain.getvalue(), mtime=0)
