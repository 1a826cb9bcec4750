"""An HTTP feed as it can go wrong: what is no package, leads astray, or says nothing; on a real server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.contracts import Origin, Secret
from engine.package_contracts import Coming, Found, NotThere, Unanswered, Wanted
from tests.support.feeds import PACKAGE, Feed
from tests.support.packages import an_archive
from workers.packages import addresses
from workers.packages.addresses import DownloadFailed
from workers.packages.feeds import PackageFeeds
from workers.packages.shelf import PackageShelf, PackageUnavailable

DIGEST = hashlib.sha256(PACKAGE).hexdigest()
OTHER = hashlib.sha256(an_archive({"other": "content"})).hexdigest()
FEEDS = PackageFeeds(PackageShelf(Path("/nonexistent")))


@pytest.fixture(scope="module")
def feeds() -> Iterator[tuple[Feed, Feed]]:
    made = Feed(), Feed()
    yield made
    for one in made:
        one.close()


@pytest.fixture
def feed(feeds: tuple[Feed, Feed]) -> Feed:
    for one in feeds:
        one.pages.clear()
        one.asked.clear()
    return feeds[0]


def test_a_machine_that_fetches_it_itself_is_told_where_it_lies_and_who_asks(feed: Feed, tmp_path: Path) -> None:
    feed.has_package()
    shelf = PackageShelf(tmp_path)
    assert shelf.take(wanted(feed), DIGEST).origin is None
    origin = shelf.take(wanted(feed, on_machine=True, username="me", secret=Secret("pa55")), DIGEST).origin
    url = f"{feed.address()}/web-1.4.0.tgz"
    assert origin == Origin(url, DIGEST, len(PACKAGE), "tar.gz", Secret("Basic bWU6cGE1NQ=="))


def wanted(feed: Feed, version: str = "1.4.0", **more: Any) -> Wanted:
    return Wanted("app", version, "url", f"{feed.address()}/web-{{version}}.tgz", **more)


def find(feed: Feed, version: str = "1.4.0", **more: Any) -> Any:
    return FEEDS.find(wanted(feed, version, **more))


def test_it_is_found_with_the_checksum_beside_it(feed: Feed) -> None:
    feed.has_package()
    assert find(feed) == Found(DIGEST, len(PACKAGE), "tar.gz")
    assert b"".join(addresses.download(wanted(feed))) == PACKAGE


def test_a_pinned_checksum_needs_none_beside_it(feed: Feed) -> None:
    feed.has("/web-1.4.0.tgz", PACKAGE)
    assert find(feed, checksum=DIGEST) == Found(DIGEST, len(PACKAGE), "tar.gz")
    assert find(feed) == NotThere("127.0.0.1 has app 1.4.0, but no web-1.4.0.tgz.sha256 beside it")


def test_what_is_not_there_is_not_there(feed: Feed) -> None:
    assert find(feed, "1.40") == NotThere("127.0.0.1 has no app 1.40")
    with pytest.raises(DownloadFailed, match=r"has no app 1\.40"):
        list(addresses.download(wanted(feed, "1.40")))


def test_a_page_that_tells_an_error_with_200_is_no_package(feed: Feed) -> None:
    feed.has("/web-1.4.0.tgz", b"<!DOCTYPE html><html>Please log in</html>")
    answer = find(feed, checksum=DIGEST)
    assert answer == NotThere(
        "127.0.0.1 answers, but it is a web page, perhaps one that asks to log in or tells an error"
    )
    feed.has("/web-1.4.0.tgz.sha256", b"<html>Please log in</html>")
    assert find(feed) == NotThere("127.0.0.1 answers for web-1.4.0.tgz.sha256, but that is no SHA-256")


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (
            (200, b"<html>Please log in</html>", {}),
            "it is a web page, perhaps one that asks to log in or tells an error",
        ),
        ((200, an_archive({"other": "content"}), {}), f"its SHA-256 is {OTHER[:12]}… and should be {DIGEST[:12]}…"),
        ((200, PACKAGE[:-9], {"content-length": str(len(PACKAGE))}), "127.0.0.1 broke off in the middle of its answer"),
        ((200, PACKAGE[:-9], {}), "its SHA-256 is "),
        ((404, b"", {}), "127.0.0.1 has no app 1.4.0"),
    ],
)
def test_what_comes_when_it_is_fetched_is_what_the_release_was_made_with_or_nothing(
    feed: Feed, tmp_path: Path, page: tuple[int, bytes, dict[str, str]], why: str
) -> None:
    feed.pages["/web-1.4.0.tgz"] = page
    with pytest.raises(PackageUnavailable) as refused:
        PackageShelf(tmp_path, pauses=()).take(wanted(feed), DIGEST)
    assert str(refused.value).startswith(f"app 1.4.0 cannot be installed: {why}")
    assert refused.value.hint.startswith("Nothing was installed.")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_archive_that_was_cut_off_before_its_checksum_was_made_is_refused(feed: Feed, tmp_path: Path) -> None:
    cut = PACKAGE[:-9]
    feed.has("/web-1.4.0.tgz", cut)
    with pytest.raises(PackageUnavailable, match="it is damaged or cut off"):
        PackageShelf(tmp_path).take(wanted(feed), hashlib.sha256(cut).hexdigest())


def test_a_checksum_that_does_not_end_is_none(feed: Feed) -> None:
    feed.has("/web-1.4.0.tgz", PACKAGE)
    feed.has("/web-1.4.0.tgz.sha256", DIGEST.encode() + b" " * 100_000)
    assert isinstance(find(feed), NotThere)


def test_credentials_reach_the_feed_and_no_other_host(feeds: tuple[Feed, Feed], feed: Feed) -> None:
    other = feeds[1]
    other.has_package()
    for path in ("/web-1.4.0.tgz", "/web-1.4.0.tgz.sha256"):
        feed.has(path, status=302, location=f"{other.address('localhost')}{path}")
    assert find(feed, secret=Secret("t0ken")) == Found(DIGEST, len(PACKAGE), "tar.gz")
    assert find(feed, secret=Secret("pa55"), username="ana") == Found(DIGEST, len(PACKAGE), "tar.gz")
    assert {seen for _, seen in feed.asked} == {"Bearer t0ken", "Basic YW5hOnBhNTU="}
    assert {seen for _, seen in other.asked} == {""}


def test_wrong_credentials_are_told(feed: Feed) -> None:
    feed.has("/web-1.4.0.tgz", status=401)
    assert find(feed, checksum=DIGEST) == NotThere("127.0.0.1 says 401: it wants other credentials")


def test_going_round_in_circles_ends(feed: Feed) -> None:
    feed.has("/web-1.4.0.tgz", status=302, location="/web-1.4.0.tgz")
    assert find(feed, checksum=DIGEST) == NotThere("127.0.0.1 sends us round in circles")


def test_a_server_in_trouble_may_be_asked_again(feed: Feed) -> None:
    feed.has("/web-1.4.0.tgz", status=503)
    assert find(feed, checksum=DIGEST) == Unanswered("127.0.0.1 says 503")
    nobody = Wanted("app", "1.4.0", "url", "http://127.0.0.1:1/{version}", checksum=DIGEST)
    assert FEEDS.find(nobody) == Unanswered("127.0.0.1 cannot be reached (ConnectError)")


def test_one_that_is_in_trouble_is_asked_again_for_what_is_fetched(feed: Feed, tmp_path: Path) -> None:
    feed.has("/web-1.4.0.tgz", status=503)
    shelf, told = PackageShelf(tmp_path, pauses=(0.3, 0.3)), []

    def came(coming: Coming) -> None:
        told.append(coming)
        feed.has_package()

    shelf.take(wanted(feed, checksum=DIGEST), DIGEST, came)
    assert (told[0], told[-1]) == (Coming(trouble="127.0.0.1 says 503"), Coming(len(PACKAGE)))
    feed.has("/web-1.5.0.tgz", status=404)
    with pytest.raises(PackageUnavailable, match=r"app 1\.5\.0 cannot be installed: 127\.0\.0\.1 has no app 1\.5\.0"):
        shelf.take(wanted(feed, "1.5.0", checksum="0" * 64), "0" * 64)


def test_a_version_leads_nowhere_else(feed: Feed) -> None:
    assert addresses.address_of(wanted(feed, "1.4.0+b?x=/../")).endswith("/web-1.4.0%2Bb%3Fx%3D%2F..%2F.tgz")
