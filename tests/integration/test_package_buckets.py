"""A bucket as a feed, on a real server that speaks S3."""

from __future__ import annotations

import hashlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import minio
import pytest

from engine.contracts import Secret
from engine.package_contracts import Found, NotThere, Unanswered, Wanted
from tests.support.engine import a_deck
from tests.support.openssh import _free_port
from tests.support.packages import an_archive, with_packages
from workers.packages import buckets
from workers.packages.addresses import DownloadFailed
from workers.packages.feeds import PackageFeeds
from workers.packages.shelf import PackageShelf

PACKAGE = an_archive()
DIGEST = hashlib.sha256(PACKAGE).hexdigest()


class Bucket:
    """`builds` on the server, and how it is asked."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._client = minio.Minio(f"127.0.0.1:{port}", "me", "secret", secure=False, region="us-east-1")
        self._client.make_bucket("builds")

    def has(self, key: str, content: bytes = PACKAGE) -> None:
        import io

        self._client.put_object("builds", key, io.BytesIO(content), len(content))

    def wanted(self, version: str, bucket: str = "builds", **more: Any) -> Wanted:
        more = {"username": "me", "secret": Secret("secret"), **more}
        return Wanted("app", version, "s3", f"{self.endpoint}/{bucket}", file="web/web-{version}.tgz", **more)


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moto.moto_server.threaded_moto_server import ThreadedMotoServer

        server = ThreadedMotoServer("127.0.0.1", _free_port(), verbose=False)
        server.start()
    yield Bucket(server._port)
    server.stop()


def test_what_lies_there_is_found_by_what_is_pinned_lies_beside_it_or_is_read(bucket: Bucket) -> None:
    bucket.has("web/web-1.4.0.tgz")
    assert buckets.find(bucket.wanted("1.4.0")) == Found(DIGEST, len(PACKAGE), "tar.gz")
    assert buckets.find(bucket.wanted("1.4.0", checksum="ab" * 32)) == Found("ab" * 32, len(PACKAGE), "tar.gz")
    bucket.has("web/web-1.4.0.tgz.sha256", f"{'cd' * 32}  web.tgz\n".encode())
    assert buckets.find(bucket.wanted("1.4.0")) == Found("cd" * 32, len(PACKAGE), "tar.gz")
    assert b"".join(buckets.download(bucket.wanted("1.4.0"))) == PACKAGE


def test_what_is_not_there_is_told_apart(bucket: Bucket) -> None:
    assert buckets.find(bucket.wanted("9.9.9")) == NotThere("the bucket builds has no app 9.9.9")
    assert buckets.find(bucket.wanted("1.4.0", bucket="bulids")) == NotThere("there is no bucket bulids at 127.0.0.1")
    with pytest.raises(DownloadFailed, match=r"the bucket builds has no app 9\.9\.9"):
        list(buckets.download(bucket.wanted("9.9.9")))
    bucket.has("web/web-1.0.0.tgz", b"<html>an error</html>" * 50)
    answer = buckets.find(bucket.wanted("1.0.0"))
    assert isinstance(answer, NotThere)
    assert answer.reason.startswith("the bucket builds has web-1.0.0.tgz, but it is a web page")
    silent = Wanted("app", "1.0.0", "s3", f"http://127.0.0.1:{_free_port()}/builds", file="web-{version}.tgz")
    assert buckets.find(silent) == Unanswered("127.0.0.1 cannot be reached (MaxRetryError)")
    assert buckets.versions(silent) is None


def test_without_the_client_the_way_out_is_named(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "minio", None)
    answer = buckets.find(bucket.wanted("1.4.0"))
    assert isinstance(answer, NotThere)
    assert "`pip install minio`" in answer.reason


def test_its_versions_are_offered(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.orchestration.finding import Finder
    from engine.services import configuration, packages

    for key in ("web/web-1.4.0.tgz", "web/web-1.5.0.tgz", "web/web-1.5.0.tgz.sha256", "web/other-1.0.0.tgz"):
        bucket.has(key)
    monkeypatch.setenv("S3_SECRET", "secret")
    with a_deck(tmp_path / "deck") as deck:
        with_packages(
            deck,
            f'app: {{s3: builds, file: "web/web-{{version}}.tgz", endpoint: "{bucket.endpoint}", access_key: me, '
            'secret_key: {secret: "env:S3_SECRET"}}',
        )
        Finder(deck.db, deck.clock, PackageFeeds(PackageShelf(tmp_path / "shelf")))._scan()
        with deck.db.read() as session:
            [package] = configuration.current(session).definitions.projects["web"].packages
            assert {"1.4.0", "1.5.0"} <= set(packages.known_versions(session, "web", package))
