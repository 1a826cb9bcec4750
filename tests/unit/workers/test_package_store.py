"""Packages by their digest: complete or not there, and only archives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.package_contracts import Found, NotThere, Wanted
from tests.support.packages import an_archive, in_folder
from workers.packages import folders
from workers.packages.store import ChecksumWrong, NotAPackage, PackageStore

ARCHIVE = an_archive()


def left_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_put_is_there_under_its_digest(tmp_path: Path) -> None:
    store = PackageStore(tmp_path)
    stored = store.put([ARCHIVE[:10], ARCHIVE[10:]])
    assert stored.digest == hashlib.sha256(ARCHIVE).hexdigest()
    assert (stored.size, stored.format.value) == (len(ARCHIVE), "tar.gz")
    assert store.path(stored.digest).read_bytes() == ARCHIVE


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"<html>no</html>", "it is a web page"),
        (b'{"error": 1}' * 100, "it is JSON"),
        (b"x" * 2000, "it is no archive"),
    ],
)
def test_what_is_no_archive_is_not_kept(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(NotAPackage, match=why):
        PackageStore(tmp_path).put([content])
    assert left_in(tmp_path) == []


def test_a_wrong_checksum_and_a_stream_that_breaks_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(ChecksumWrong, match=r"its SHA-256 is .*… and should be 0000"):
        PackageStore(tmp_path).put([ARCHIVE], expected="0" * 64)

    def breaking() -> Iterator[bytes]:
        yield ARCHIVE[:600]
        raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        PackageStore(tmp_path).put(breaking())
    assert left_in(tmp_path) == []


def test_a_folder_is_asked_for_its_versions_and_what_they_are(tmp_path: Path) -> None:
    in_folder(tmp_path, "1.4.0", "1.5.0")
    (tmp_path / "other-1.0.tgz").touch()
    wanted = Wanted("app", "1.4.0", "folder", str(tmp_path), "web-{version}.tgz")
    assert sorted(folders.versions(wanted)) == ["1.4.0", "1.5.0"]
    content = (tmp_path / "web-1.4.0.tgz").read_bytes()
    assert folders.find(wanted) == Found(hashlib.sha256(content).hexdigest(), len(content), "tar.gz")
    (tmp_path / "web-1.4.0.tgz.sha256").write_text("0" * 64)
    answer = folders.find(wanted)
    assert isinstance(answer, NotThere)
    assert "is not what web-1.4.0.tgz.sha256 promises" in answer.reason
    (tmp_path / "web-1.4.0.tgz.sha256").write_text("<html>Not found</html>")
    answer = folders.find(wanted)
    assert isinstance(answer, NotThere)
    assert answer.reason.endswith("web-1.4.0.tgz.sha256 is there, but that is no SHA-256")
