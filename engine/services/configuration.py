"""Configuration as revisions: loading a folder into rows, and reading the revision in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, InvalidDefinitions, Problem, load, parse_stored
from engine.models import FolderState, Revision
from engine.services import contents, machine_rows, trigger_rows
from engine.services.errors import NoConfiguration


@dataclass(frozen=True)
class Loaded:
    """What a load did: the revision in force, whether it is a new one, and the problems when the folder is broken."""

    revision: int | None
    is_new: bool
    problems: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()


@dataclass(frozen=True)
class Current:
    """The revision in force."""

    revision: int
    definitions: Definitions


def load_folder(
    db: Database,
    now: datetime,
    folder: Path,
    *,
    by: str | None = None,
    commit: str | None = None,
    author: str | None = None,
) -> Loaded:
    """Read the folder; a good one that differs becomes a revision, a broken one changes nothing but is remembered."""
    problems: tuple[Problem, ...] = ()
    definitions: Definitions | None = None
    try:
        definitions = load(folder)
    except InvalidDefinitions as error:
        problems = tuple(error.problems)
    with db.write() as session:
        state = session.get(FolderState, str(folder)) or FolderState(source=str(folder))
        state.checked_at = now
        state.problems = [str(problem) for problem in problems]
        session.add(state)
        newest = _newest(session)
        if definitions is None:
            return Loaded(newest.id if newest else None, is_new=False, problems=tuple(map(str, problems)))
        content = definitions.to_json()
        if newest is not None and newest.digest == definitions.digest:
            if newest.content != content:  # lines were moved: it means the same, and says where things are now
                newest.content = content
                _by_digest[newest.digest] = definitions
            return Loaded(newest.id, is_new=False)
        difference = _difference(newest.content, content) if newest else ()
        revision = Revision(
            digest=definitions.digest,
            content=content,
            difference="\n".join(difference),
            source=str(folder),
            commit=commit,
            author=author,
            loaded_at=now,
            loaded_by=by,
        )
        session.add(revision)
        trigger_rows.follow(session, now, definitions)
        machine_rows.follow(session, now, definitions)
        contents.keep(session, definitions.contents)
        session.flush()
        return Loaded(revision.id, is_new=True, difference=difference)


def current(session: Session) -> Current:
    """The revision in force. Raises NoConfiguration when there never was a good one."""
    newest = session.execute(select(Revision.id, Revision.digest).order_by(Revision.id.desc()).limit(1)).first()
    if newest is None:
        raise NoConfiguration
    return Current(newest.id, _definitions_of(session, newest.id, newest.digest))


def problems_of_folder(db: Database) -> tuple[str, ...]:
    """What is wrong with the configuration folder, as of the last look; empty when it is good."""
    with db.read() as session:
        state = session.scalars(select(FolderState).order_by(FolderState.checked_at.desc()).limit(1)).first()
        return tuple(state.problems) if state else ()


def current_definitions(db: Database) -> Definitions:
    """The definitions in force. Raises NoConfiguration."""
    with db.read() as session:
        return current(session).definitions


def _newest(session: Session) -> Revision | None:
    return session.scalars(select(Revision).order_by(Revision.id.desc()).limit(1)).first()


def _definitions_of(session: Session, revision: int, digest: str) -> Definitions:
    found = _by_digest.get(digest)
    if found is None:
        found = parse_stored(session.scalar(select(Revision.content).where(Revision.id == revision)) or "")
        if len(_by_digest) >= 8:
            _by_digest.clear()
        _by_digest[digest] = found
    return found


_by_digest: dict[str, Definitions] = {}
"""The last few parsed revisions; what a digest stands for never changes."""


def _difference(before: str, after: str) -> tuple[str, ...]:
    """Which parts changed, as `+ path`, `- path`, `~ path` lines; at most 50. What is new or gone as a whole is one."""
    old, new = _leaves(json.loads(before)), _leaves(json.loads(after))
    lines = [f"+ {path}" for path in _wholes(new, old)]
    lines += [f"- {path}" for path in _wholes(old, new)]
    lines += [f"~ {path}" for path in sorted(new.keys() & old.keys()) if old[path] != new[path]]
    return tuple(lines[:50] if len(lines) <= 50 else [*lines[:49], f"… and {len(lines) - 49} more"])


def _wholes(these: Mapping[str, object], others: Mapping[str, object]) -> list[str]:
    """What only these have: of an entry that the others lack altogether its own path, not those of what is in it."""
    theirs = {prefix for path in others for prefix in _entries_on(path)}
    lacking = (path for path in these if path not in others)
    return sorted({next((p for p in _entries_on(path) if p not in theirs), path) for path in lacking})


def _entries_on(path: str) -> list[str]:
    """The entries of lists that a leaf is in, the outermost first: `a[x].b[y].c` is in `a[x]` and in `a[x].b[y]`."""
    return [path[: index + 1] for index, letter in enumerate(path) if letter == "]"]


def _leaves(value: object, path: str = "") -> dict[str, object]:
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in _leaves(item, f"{path}.{key}" if path else key).items()}
    if isinstance(value, list):
        return {k: v for i, item in enumerate(value) for k, v in _leaves(item, f"{path}[{_label(item, i)}]").items()}
    return {path: value}


def _label(item: object, index: int) -> object:
    """What a list's entry is called, so that one that is put in does not make all after it look changed."""
    if isinstance(item, dict):
        return item.get("slug") or item.get("name") or index
    return index
