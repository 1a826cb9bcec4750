"""A machine fetches a package from its feed itself: with curl or wget, and with a secret that is in no argument."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts import Origin, Outcome, PackageFile, Secret
from tests.support.bare_machines import Machine, a_machine
from tests.support.feeds import Feed
from tests.support.openssh import OpenSshServer
from tests.support.packages import an_archive
from tests.support.run_sinks import MemorySink, a_request
from tests.support.ssh_workers import a_worker
from workers.packages.delivering import Delivered
from workers.packages.fetching import NotFetched, fetch

pytestmark = pytest.mark.sshd

PACKAGE = an_archive({"index.html": "four", "Deploy.sh": "echo deployed >told"})
DIGEST = hashlib.sha256(PACKAGE).hexdigest()
TOOLS = ("curl", "wget")
SECRET = Secret("Bearer to\"ke'n-9Qx7")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    for tool in TOOLS:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    with a_machine(tmp_path_factory.mktemp("machine")) as made:
        yield made


@pytest.fixture
def feed() -> Iterator[Feed]:
    made = Feed()
    made.has("/web-1.4.0.tgz", PACKAGE)
    yield made
    made.close()


def offered(
    feed: Feed,
    secret: Secret | None = None,
    host: str = "127.0.0.1",
    digest: str = DIGEST,
    path: str = "/web-1.4.0.tgz",
) -> PackageFile:
    origin = Origin(f"{feed.address(host)}{path}", digest, len(PACKAGE), "tar.gz", secret)
    return PackageFile(Path("/nowhere"), "0" * 64, 10_000, "app", "1.4.0", "staging", "~/apps", origin=origin)


def fetched(machine: Machine, package: PackageFile) -> Delivered:
    worker = machine.worker
    assert package.origin is not None
    return fetch(worker._client, worker._open_side, package, package.origin, "web-1", lambda: False, lambda _size: None)


@pytest.fixture(params=TOOLS)
def with_tool(machine: Machine, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The machine has only one of them, which notes its arguments, and nothing lies there."""
    noted = machine.server.folder / "noted"
    noted.unlink(missing_ok=True)
    machine.lacks(*TOOLS)
    machine.replaces(request.param, f'echo "$*" >>{noted}\nexec {shutil.which(request.param)} "$@"')
    yield noted
    for path in machine.packages.glob("*"):
        path.unlink()


def test_it_is_fetched_with_its_secret_which_is_in_no_argument(machine: Machine, with_tool: Path, feed: Feed) -> None:
    assert fetched(machine, offered(feed, SECRET)) == Delivered(len(PACKAGE), is_fetched=True)
    assert (machine.packages / DIGEST).read_bytes() == PACKAGE
    assert feed.asked == [("/web-1.4.0.tgz", SECRET.reveal())]
    assert "ke'n" not in with_tool.read_text()
    assert fetched(machine, offered(feed, SECRET)) == Delivered(0)
    assert not list(machine.packages.glob("receiving*"))


def test_where_it_leads_is_followed_only_without_a_secret(machine: Machine, with_tool: Path, feed: Feed) -> None:
    other = Feed()
    other.has("/stored", PACKAGE)
    feed.has("/web-1.4.0.tgz", status=302, location=f"{other.address('localhost')}/stored")
    with pytest.raises(NotFetched) as refused:
        fetched(machine, offered(feed, SECRET))
    assert str(refused.value) == (
        "web-1 could not fetch app 1.4.0 from 127.0.0.1: it leads elsewhere, and what it is asked with is for this "
        "host only."
    )
    assert other.asked == []
    assert fetched(machine, offered(feed)).is_fetched
    assert other.asked == [("/stored", "")]
    other.close()


def test_what_comes_instead_is_refused(machine: Machine, with_tool: Path, feed: Feed) -> None:
    feed.has("/web-1.4.0.tgz", b"<html>log in</html>")
    with pytest.raises(NotFetched, match=r"its SHA-256 is [0-9a-f]{12}… and should be"):
        fetched(machine, offered(feed))
    feed.has("/web-1.4.0.tgz", bytes(8 << 20))
    with pytest.raises(NotFetched, match="it sends more than the package had when the release was made"):
        fetched(machine, offered(feed))
    for status, why in ((404, "it says 404"), (403, "it says 403: it lets nobody in with these credentials")):
        feed.has("/web-1.4.0.tgz", status=status)
        with pytest.raises(NotFetched, match=why):
            fetched(machine, offered(feed))
    assert not (machine.packages / DIGEST).exists()


def test_an_address_is_asked_as_it_is_written(machine: Machine, with_tool: Path, feed: Feed) -> None:
    for path in ("/web-[1-2]{a,b}.tgz", "/web-[1-2]%7Ba,b%7D.tgz", "/web-%5B1-2%5D%7Ba,b%7D.tgz"):  # wget's
        feed.has(path, PACKAGE)
    assert fetched(machine, offered(feed, path="/web-[1-2]{a,b}.tgz")).is_fetched
    assert len(feed.asked) == 1


def test_without_either_tool_the_way_out_is_named(machine: Machine, feed: Feed) -> None:
    machine.lacks(*TOOLS)
    with pytest.raises(NotFetched) as refused:
        fetched(machine, offered(feed))
    assert "it has neither curl nor wget" in str(refused.value)
    assert "Install one of them there. Or leave `download_on_machine` away" in refused.value.hint


def test_what_was_fetched_is_installed(ssh_server: OpenSshServer, feed: Feed, tmp_path: Path) -> None:
    worker, sink = a_worker(ssh_server.machine()), MemorySink()
    request = a_request("", package=PackageFile(**{**vars(offered(feed)), "root": str(tmp_path / "apps")}))
    result = worker.ensure_and_follow(request, sink)
    assert result.outcome is Outcome.SUCCEEDED, (result, sink.text("stderr"))
    assert sink.told[-1].startswith("app 1.4.0 was fetched by the machine itself: ")
    assert (tmp_path / "apps/staging/app/current/told").read_text() == "deployed\n"

    # A process that ended before it could write down that it had launched it: what runs is followed, not called failed.
    (kept,) = ssh_server.home.glob(f".foredeck/packages/{DIGEST}")
    kept.unlink()
    feed.has("/web-1.4.0.tgz", status=404)
    followed = worker.ensure_and_follow(request, MemorySink())
    worker.close()
    assert followed == result
