"""Secrets are read where their reference points, when they are used, and never show."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.definitions.secrets import LARGEST_SECRET, SecretUnavailable, resolve
from engine.domain.variables import SecretReference


def reason_of(reference: SecretReference) -> str:
    with pytest.raises(SecretUnavailable) as caught:
        resolve(reference)
    assert caught.value.__cause__ is None
    return str(caught.value)


def file_reference(path: Path, content: bytes) -> SecretReference:
    path.write_bytes(content)
    return SecretReference("file", str(path))


def test_a_secret_comes_from_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    secret = resolve(SecretReference("env", "DB_PASSWORD"))
    assert secret.reveal() == "hunter2"
    assert "hunter2" not in f"{secret} {secret!r}"


def test_an_environment_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DB_PASSWORD", raising=False)
    assert reason_of(SecretReference("env", "DB_PASSWORD")) == (
        "The secret env:DB_PASSWORD is not available: the environment variable is not set."
    )


def test_an_empty_secret_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "")
    assert reason_of(SecretReference("env", "DB_PASSWORD")).endswith("is not available: it is empty.")


@pytest.mark.parametrize(
    ("content", "secret"),
    [(b"hunter2\n", "hunter2"), (b"hunter2", "hunter2"), (b"a\nb\n\n", "a\nb\n"), (b" hunter2 ", " hunter2 ")],
)
def test_one_newline_at_the_end_of_a_file_is_not_part_of_it(tmp_path: Path, content: bytes, secret: str) -> None:
    assert resolve(file_reference(tmp_path / "key", content)).reveal() == secret


def test_a_file_is_read_each_time_it_is_used(tmp_path: Path) -> None:
    reference = file_reference(tmp_path / "key", b"first")
    resolve(reference)
    (tmp_path / "key").write_bytes(b"second")
    assert resolve(reference).reveal() == "second"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert reason_of(SecretReference("file", str(path))) == (
        f"The secret file:{path} is not available: no such file or directory."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hunter2\xff", "it is not UTF-8 text."),
        (b"hunter2" * LARGEST_SECRET, "it is larger than 64 KiB."),
        (b"\n", "it is empty."),
    ],
)
def test_a_file_that_cannot_be_a_secret_is_refused_without_its_content(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    message = reason_of(file_reference(tmp_path / "key", content))
    assert message.endswith(reason)
    assert "hunter2" not in message


@pytest.mark.timeout(20)
def test_folders_and_pipes_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        assert reason_of(SecretReference("file", str(path))).endswith("it is not a regular file.")


def test_an_unknown_store_is_refused() -> None:
    assert reason_of(SecretReference("op", "web/db")).endswith("there is no secret store op.")
