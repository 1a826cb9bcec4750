"""Packages on the bot's machine: fetched once, and made ready once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from engine.package_contracts import Wanted
from engine.times import utc_now
from tests.support.packages import in_folder
from workers.packages.shelf import FileNotInPackage, PackageShelf, PackageUnavailable


def test_what_was_taken_once_needs_its_feed_no_more(tmp_path: Path) -> None:
    builds = in_folder(tmp_path / "builds", "1.4.0")
    wanted = Wanted("app", "1.4.0", "folder", str(builds), "web-{version}.tgz")
    file = builds / "web-1.4.0.tgz"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    ready = PackageShelf(tmp_path / "packages").take(wanted, digest)
    assert hashlib.sha256(ready.path.read_bytes()).hexdigest() == ready.digest
    file.unlink()
    shelf = PackageShelf(tmp_path / "packages")
    assert shelf.take(wanted, digest) == ready
    shelf.remove_unused(since=utc_now() - timedelta(minutes=1))
    assert ready.path.exists()
    shelf.remove_unused(since=utc_now() + timedelta(minutes=1))
    assert not ready.path.exists()
    assert shelf.take(wanted, digest) == ready, "it is made again from what is kept"


def test_what_cannot_be_had_is_a_sentence(tmp_path: Path) -> None:
    wanted = Wanted("app", "1.4.0", "folder", str(tmp_path), "web-{version}.tgz")
    with pytest.raises(PackageUnavailable) as refused:
        PackageShelf(tmp_path / "packages").take(wanted, "0" * 64)
    assert str(refused.value) == f"app 1.4.0 cannot be installed: {tmp_path}/web-1.4.0.tgz is gone."


def test_a_script_that_its_package_lacks_is_told_with_what_there_is(tmp_path: Path) -> None:
    builds = in_folder(tmp_path / "builds", "1.4.0")
    wanted = Wanted("app", "1.4.0", "folder", str(builds), "web-{version}.tgz")
    digest = hashlib.sha256((builds / "web-1.4.0.tgz").read_bytes()).hexdigest()
    shelf = PackageShelf(tmp_path / "packages")
    ready = shelf.take(wanted, digest)
    shelf.require_file(wanted, ready, "version")
    for asked, hint in (("versoin", 'There is "version".'), ("x/y.sh", "There is version.")):
        with pytest.raises(FileNotInPackage) as refused:
            shelf.require_file(wanted, ready, asked)
        assert (str(refused.value), refused.value.hint) == (f'app 1.4.0 has no file "{asked}".', hint)
    whole = shelf.take_whole(wanted, digest)
    assert (whole.digest, whole.path.read_bytes()) == (digest, (builds / "web-1.4.0.tgz").read_bytes())
