"""One sandbox and one Bolt app for all tests of what reaches an app. Rate limits are on; between tests they recover.

Both end with this folder: the app's threads draw from `random`, which Hypothesis takes amiss in tests that follow."""

from collections.abc import Iterator

import pytest

from tests.support.answering_app import Body, listen
from tests.support.bolt_app import BoltApp, start_bolt_app
from tests.support.sandbox import EVERYTHING, SandboxClient, start_sandbox

ANA = "U0ANA000000"


@pytest.fixture(scope="package")
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as started:
        yield started


@pytest.fixture(scope="package")
def bolt(sandbox: SandboxClient) -> Iterator[BoltApp]:
    with start_bolt_app(sandbox, listen) as app:
        yield app


@pytest.fixture
def card(sandbox: SandboxClient, bolt: BoltApp) -> Body:
    """A fresh card with a button and a select."""
    before = len(sandbox.messages("deployments"))
    sandbox.types("ana", "deployments", "/deploy card")
    sandbox.wait_for(lambda state: len(state["messages"]) > before)
    return sandbox.messages("deployments")[-1]


@pytest.fixture
def form(sandbox: SandboxClient, bolt: BoltApp) -> Body:
    """A fresh modal of ana's."""
    before = [view["id"] for view in sandbox.state()["modals"].get(ANA, [])]
    sandbox.types("ana", "deployments", "/deploy modal")
    opened: Body = sandbox.wait_for(
        lambda state: [view for view in state["modals"].get(ANA, []) if view["id"] not in before]
    )[0]
    return opened


@pytest.fixture(autouse=True)
def _rested(sandbox: SandboxClient) -> None:
    """The app's budgets of calls and posts are whole again."""
    sandbox.moves_clock(60, only="rate_limits")
