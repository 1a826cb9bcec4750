"""Artifacts on the disk: one with a secret inside is sealed, and what was begun and never finished goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import artifacts
from engine.sealing import SealBroken, Sealer

CONTENT = b"token=correct-horse\n" * 200_000  # several pieces


def files_in(state: Path) -> list[Path]:
    return [path for path in artifacts.folder_of(state).rglob("*") if path.is_file()]


def test_a_sealed_one_can_be_read_with_the_key_only(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path / "seal.key")
    writer = artifacts.ArtifactWriter(tmp_path)
    writer.write(CONTENT)
    writer.seal(sealer)
    writer.finish()
    writer.place()
    (path,) = files_in(tmp_path)
    assert path == artifacts.path_of(tmp_path, writer.digest, is_sealed=True)
    assert b"correct-horse" not in path.read_bytes()
    assert b"".join(sealer.unseal_file(path)) == CONTENT
    with pytest.raises(SealBroken):
        list(Sealer(tmp_path / "another.key").unseal_file(path))
    artifacts.remove(tmp_path, writer.digest)
    assert files_in(tmp_path) == []


def test_what_was_begun_by_a_process_that_ended_goes_at_the_next_start(tmp_path: Path) -> None:
    artifacts.clean_up(tmp_path)
    writer = artifacts.ArtifactWriter(tmp_path)
    writer.write(CONTENT)
    writer.finish()  # and never placed
    assert len(files_in(tmp_path)) == 1
    artifacts.clean_up(tmp_path)
    assert files_in(tmp_path) == []
