"""Sealed text: readable with the same key, by nobody else, and never in the clear."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

from engine.sealing import Sealer


def test_what_was_sealed_is_unsealed_also_by_the_next_process(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path / "seal.key").seal("correct horse")
    assert "correct" not in sealed
    assert Sealer(tmp_path / "seal.key").unseal(sealed) == "correct horse"


def test_the_same_text_is_sealed_differently_each_time(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path / "seal.key")
    assert sealer.seal("x") != sealer.seal("x")


def test_nothing_stays_nothing(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path / "seal.key")
    assert sealer.seal("") == ""
    assert sealer.unseal("") == ""


def test_another_key_unseals_nothing(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path / "one.key").seal("x")
    assert Sealer(tmp_path / "two.key").unseal(sealed) is None


def test_altered_text_is_not_unsealed(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path / "seal.key")
    sealed = sealer.seal("x")
    assert sealer.unseal(sealed[:-4] + "AAAA") is None
    assert sealer.unseal("plain text, žádná pečeť") is None


def test_only_the_owner_can_read_the_key(tmp_path: Path) -> None:
    Sealer(tmp_path / "state" / "seal.key")
    assert stat.S_IMODE((tmp_path / "state" / "seal.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_many_that_start_at_once_end_up_with_one_key(tmp_path: Path) -> None:
    sealers: list[Sealer] = []
    threads = [threading.Thread(target=lambda: sealers.append(Sealer(tmp_path / "seal.key"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed = sealers[0].seal("x")
    assert [sealer.unseal(sealed) for sealer in sealers] == ["x"] * 16
    assert [path.name for path in tmp_path.iterdir()] == ["seal.key"]
