"""What people write reaches the app as events."""

from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

BEN = "U0BEN000000"


def test_a_persons_message_is_an_event(sandbox: SandboxClient, bolt: BoltApp) -> None:
    answer = sandbox.writes("ana", "deployments", "hello @ben")
    assert answer["ok"] is True
    assert answer["ack_ms"] > 0
    event = bolt.event("message", ts=answer["ts"])
    assert (event["text"], event["ts"], event["channel_type"]) == (f"hello <@{BEN}>", answer["ts"], "channel")


def test_a_mention_of_the_app_is_one_more(sandbox: SandboxClient, bolt: BoltApp) -> None:
    sent = sandbox.writes("ana", "deployments", "@foredeck hello")
    for kind in ("message", "app_mention"):
        assert bolt.event(kind, ts=sent["ts"])["text"] == "<@U0FOREDECK0> hello"
