"""What is kept of the files that scripts name: sizes and a length of time, with defaults."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine import definitions
from engine.definitions import ArtifactRules, parse_stored
from engine.definitions.problems import InvalidDefinitions

HEAD = "foredeck: 1\nenvironments: {staging: {}}\n"


def written(folder: Path, section: str) -> Path:
    (folder / "foredeck.yml").write_text(HEAD + section)
    return folder


def test_what_is_left_out_has_its_default_and_a_stored_revision_says_the_same(tmp_path: Path) -> None:
    loaded = definitions.load(written(tmp_path, "artifacts: {file_limit: 5MB, retention: 48h}\n"))
    assert loaded.artifacts == ArtifactRules(file_limit=5 << 20, retention=timedelta(days=2))
    assert parse_stored(loaded.to_json()).artifacts == loaded.artifacts


def test_a_file_larger_than_all_together_is_a_contradiction(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinitions) as refused:
        definitions.load(written(tmp_path, "artifacts: {file_limit: 5MB, task_limit: 1MB}\n"))
    assert "foredeck.yml:3" in str(refused.value)
    assert "Raise `task_limit`, or lower `file_limit`." in str(refused.value)
