"""A real browser on a real sandbox with a small Bolt app behind it."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.gallery_app import listen
from tests.support.bolt_app import BoltApp, start_bolt_app
from tests.support.sandbox import SandboxClient, start_sandbox

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, Route, sync_playwright  # noqa: E402

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https: http:; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it these tests are left out, except in CI."""
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing: install Debian's chromium to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def sandbox() -> Iterator[SandboxClient]:
    """A sandbox that forgets."""
    with start_sandbox() as client:
        yield client


@pytest.fixture
def app(sandbox: SandboxClient) -> Iterator[BoltApp]:
    """The Bolt app of the gallery, connected."""
    # slack_sdk's client may find its socket already gone while it closes; the test is over by then.
    with contextlib.suppress(AttributeError), start_bolt_app(sandbox, listen) as bolt:
        yield bolt


@pytest.fixture
def open_page(browser: Browser, sandbox: SandboxClient) -> Iterator[OpenPage]:
    """`open_page("ana", path="/#/…", strict=…, **context)`: a page of its own; at the end none may have complained.

    `strict` puts the page under a policy without any inline style or script."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(user: str = "ana", path: str = "/", strict: bool = False, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        base_url = sandbox.base_url
        if strict:
            page.route(f"{base_url}/*", _strictly)
        place, _, fragment = path.partition("#")
        page.goto(f"{base_url}{place}?user={user}#{fragment}")
        page.get_by_role("main").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    expected = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET")
    assert [text for text in complaints if not any(known in text for known in expected)] == []


def _strictly(route: Route) -> None:
    """The page itself, under the strictest policy it must work with."""
    if route.request.resource_type != "document":
        route.continue_()
        return
    response = route.fetch()
    route.fulfill(response=response, headers={**response.headers, "content-security-policy": STRICT})
