"""Reads the folder that a step brings along, and the patterns of the files in it that variables are put into."""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import shown
from engine.definitions.project_files import ProjectFiles
from engine.domain import file_patterns
from engine.domain.frozen_folders import FrozenFolder, digest_of, listing_of

KEYS = ("folder", "substitute_in_files", "structured_values")
PATTERNS = KEYS[1:]


def read_step_folder(record: Record, files: ProjectFiles) -> FrozenFolder | None:
    """The folder named in a `run_script`; its contents are kept with the reading."""
    written = record.get("folder")
    if written is None:
        for key in PATTERNS:
            if (field := record.get(key)) and not record.has("folder"):
                field.wrong("one-of", f"`{key}` means nothing without `folder`.", "Name the folder of the files.")
        return None
    found = files.freeze(written)
    paths = [file.path for file in found.files]
    listing = listing_of(found.files)
    record.whole.reading.contents[digest_of(listing)] = listing
    substitute, structured = (read_patterns(record.get(key), paths) for key in PATTERNS)
    return FrozenFolder(found.name, digest_of(listing), len(paths), found.size, substitute, structured)


def read_patterns(field: Field | None, paths: Sequence[str] = ()) -> tuple[str, ...]:
    """Patterns of files; `paths` are those files, where they are known already."""
    patterns: list[str] = []
    for item in field.one_or_many('`["config/*.conf"]`') if field else ():
        pattern = item.line('"config/*.conf"', longest=file_patterns.LONGEST)
        if not pattern:
            continue
        if flaw := file_patterns.flaw_of(pattern):
            item.wrong("pattern", flaw, 'For example "config/*.conf" or "**/*.json".')
        elif pattern in patterns:
            item.wrong("duplicate-item", f"{shown(pattern)} is in this list twice.", "Keep one of them.")
        elif paths and "#{" not in pattern and not file_patterns.select(pattern, paths):
            message = f"No file in the folder matches the pattern {shown(pattern)}."
            hint = "`*` stays within one folder, `**/` goes through all; the case counts."
            item.wrong("no-match", message, hint, severity="warning")
        patterns.append(pattern)
    return tuple(patterns)
