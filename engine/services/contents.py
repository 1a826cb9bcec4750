"""What frozen files hold, each content once under its digest. It is kept as long as the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.contracts import StepFile, StepFolder
from engine.database import Database
from engine.domain.frozen_folders import FrozenFile, FrozenFolder, files_in
from engine.models import Content
from engine.services.errors import ContentMissing


def keep(session: Session, contents: Mapping[str, bytes]) -> None:
    """Keep these contents; those that are there already are the same."""
    for digest, content in contents.items():
        if session.scalar(select(Content.digest).where(Content.digest == digest)) is None:
            session.add(Content(digest=digest, content=content))


def files_of(db: Database, files: Sequence[FrozenFile], source: str) -> tuple[StepFile, ...]:
    """These files with what they hold. Raises ContentMissing, which names their `source`."""
    wanted = {file.digest for file in files}
    if not wanted:
        return ()
    with db.read() as session:
        rows = session.execute(select(Content.digest, Content.content).where(Content.digest.in_(wanted)))
        found = dict(rows.all())
    if found.keys() != wanted:
        raise ContentMissing(folder=source)
    return tuple(StepFile(file.path, found[file.digest], file.executable) for file in files)


def folder_of(db: Database, folder: FrozenFolder) -> StepFolder:
    """The folder with what its files hold. Raises ContentMissing."""
    with db.read() as session:
        listing = session.get(Content, folder.digest)
        if listing is None:
            raise ContentMissing(folder=folder.source)
        files = files_in(listing.content)
    return StepFolder(
        files_of(db, files, folder.source),
        folder.substitute_in_files,
        folder.structured_values,
    )
