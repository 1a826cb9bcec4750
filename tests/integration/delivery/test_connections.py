"""An app that is asked for a new connection, and one that is not there."""

from tests.support.answering_app import listen
from tests.support.bolt_app import start_bolt_app
from tests.support.sandbox import EVERYTHING, start_sandbox

ANA = "U0ANA000000"


def test_after_a_refresh_the_app_comes_back_and_hears_everything() -> None:
    with start_sandbox(EVERYTHING) as sandbox, start_bolt_app(sandbox, listen):
        assert sandbox.types("ana", "deployments", "/deploy before")["ok"] is True
        assert sandbox.post("disconnects", reason="refresh_requested")["told"] == 1
        sandbox.wait_for_app()
        assert sandbox.types("ana", "deployments", "/deploy after")["ok"] is True


def test_without_an_app_the_command_fails_as_slack_shows_it() -> None:
    with start_sandbox(EVERYTHING) as sandbox:
        answer = sandbox.types("ana", "deployments", "/deploy")
        assert (answer["ok"], answer["error"]) == (False, "no_app_connected")
        assert sandbox.shown_to(ANA) == '/deploy failed with the error "dispatch_failed"'
