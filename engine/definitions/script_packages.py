"""Reads the packages that a script uses: those that lie beside it, and the one that its file comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from engine.contracts import TAKEN_NAMES
from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Scalar, shown
from engine.definitions.readings import suggest
from engine.domain.script_sources import FromPackage, PackageUse

KEYS_OF_A_USE = ("package", "name", "extract")
_EXAMPLE = "`[app]` or `[{package: app, extract: false}]`"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*\Z", re.ASCII)


def read_uses(record: Record, known: Sequence[str] | None) -> tuple[PackageUse, ...]:
    """`packages` — a slug each, or a mapping. `known`: the project's packages; None where there is no release."""
    written = record.get("packages")
    uses: dict[str, PackageUse] = {}
    for item in written.one_or_many(_EXAMPLE) if written else ():
        use, where = _read_use(item, known)
        if use.name.casefold() in uses:
            hint = "Give one of them another `name`."
            where.wrong("duplicate-item", f"Two packages of this script are called {shown(use.name)}.", hint)
        elif use.package:
            uses[use.name.casefold()] = use
    return tuple(uses.values())


def read_origin(record: Record, known: Sequence[str] | None) -> FromPackage | None:
    """`package` — the script is a file of it."""
    written = record.get("package")
    return FromPackage(_read_slug(written, known)) if written else None


def read_path(field: Field) -> str:
    """The path of a script in a package or a repository, from its top; empty after a problem."""
    path = field.line("`scripts/deploy.sh`", longest=300)
    if path and (path.startswith(("/", "~")) or ".." in PurePosixPath(path).parts):
        message = f"{shown(path)} would lead out of it."
        field.wrong("outside", message, "Name the file by its path from the top, for example `scripts/deploy.sh`.")
        return ""
    return str(PurePosixPath(path)) if path else ""


def _read_use(item: Field, known: Sequence[str] | None) -> tuple[PackageUse, Field]:
    if isinstance(item.node, Scalar):
        slug = _read_slug(item, known)
        return PackageUse(slug, slug), item
    record = item.table(KEYS_OF_A_USE)
    written, named = record.need("package", "app"), record.get("name")
    slug = _read_slug(written, known) if written else ""
    name = named.line("`app`", longest=50) if named else slug
    use = PackageUse(name, slug, record.flag("extract", default=True))
    if named and name and (not _NAME.match(name) or name in TAKEN_NAMES):
        message = f"{shown(name)} cannot be the name of a package beside a script."
        named.wrong("name", message, "It is made of letters, digits, `-`, `_` and `.`, and begins with none of these.")
    return use, named or item


def _read_slug(field: Field, known: Sequence[str] | None) -> str:
    slug = field.text("`app`")
    if known is None:
        field.wrong("one-of", "A runbook has no release, and so no packages.", "Do this in a process, with a release.")
    elif slug and slug not in known:
        hint = suggest(slug, known, "packages")
        field.wrong("dangling-reference", f"There is no package {shown(slug)} here.", hint)
    return slug
