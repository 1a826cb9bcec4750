"""The small parts of the sandbox: ids, time, rate limits, arguments, the manifest, the journal, elements."""

import asyncio
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.sandbox import manifest
from bot.sandbox.clock import Clock
from bot.sandbox.delivery.triggers import Triggers
from bot.sandbox.elements import empty_state, find, kept_values
from bot.sandbox.errors import RateLimited, SandboxUnusable, SlackError
from bot.sandbox.ids import Timestamps, is_timestamp, named_id, random_id
from bot.sandbox.journal import Journal
from bot.sandbox.webapi import arguments
from bot.sandbox.webapi.handlers import HANDLERS
from bot.sandbox.webapi.methods import METHODS, TIERS
from bot.sandbox.webapi.rate_limits import RateLimits


def test_ids_come_from_names() -> None:
    assert named_id("U0", "ana") == "U0ANA000000"
    assert named_id("C0", "deployments") == "C0DEPLOYMEN"
    assert named_id("C0", "web-prod") == "C0WEBPROD00"
    assert random_id("V0") != random_id("V0")


def test_timestamps_grow_even_when_the_clock_goes_back() -> None:
    clock = Clock()
    timestamps = Timestamps(clock)
    first = timestamps.next()
    clock.move(-3600)
    second = timestamps.next()
    assert first < second
    assert is_timestamp(second)


def test_who_sleeps_on_the_clock_wakes_when_another_thread_moves_it() -> None:
    clock = Clock()

    async def sleep() -> float:
        begun = clock.monotonic()
        threading.Timer(0.01, clock.move, [3_600]).start()
        await asyncio.wait_for(clock.sleep(3_600), timeout=10)
        return clock.monotonic() - begun

    assert asyncio.run(sleep()) >= 3_600


def test_every_method_of_the_data_file_has_a_handler_and_a_tier() -> None:
    assert HANDLERS.keys() == METHODS.keys()
    assert all(method.tier in TIERS for method in METHODS.values())


def test_a_trigger_id_is_used_once_within_three_seconds() -> None:
    clock = Clock()
    triggers = Triggers(clock)
    used = triggers.new("U1")
    assert triggers.check(used).user_id == "U1"
    triggers.exchange(used)
    with pytest.raises(SlackError, match="exchanged_trigger_id"):
        triggers.check(used)
    late = triggers.new("U1")
    clock.move(3.1)
    with pytest.raises(SlackError, match="expired_trigger_id"):
        triggers.check(late)
    with pytest.raises(SlackError, match="invalid_trigger_id"):
        triggers.check("nonsense")


class TestRateLimits:
    def test_a_tier_gives_its_minutes_budget_and_then_a_wait(self) -> None:
        clock = Clock()
        limits = RateLimits(clock)
        for _ in range(50):
            limits.spend_call(METHODS["chat.update"])
        with pytest.raises(RateLimited) as refused:
            limits.spend_call(METHODS["chat.update"])
        assert refused.value.retry_after == 2
        clock.move(refused.value.retry_after)
        limits.spend_call(METHODS["chat.update"])

    def test_a_channel_takes_a_short_burst_then_one_message_a_second(self) -> None:
        clock = Clock()
        limits = RateLimits(clock)
        post = METHODS["chat.postMessage"]
        for _ in range(4):
            limits.spend_post(post, "C1")
        with pytest.raises(RateLimited):
            limits.spend_post(post, "C1")
        limits.spend_post(post, "C2")
        clock.move(1)
        limits.spend_post(post, "C1")

    def test_they_can_be_switched_off(self) -> None:
        limits = RateLimits(Clock(), is_on=False)
        for _ in range(200):
            limits.spend_post(METHODS["chat.postMessage"], "C1")


class TestArguments:
    def test_forms_carry_json_and_numbers_as_text(self) -> None:
        typed = arguments.typed(
            METHODS["chat.postMessage"], {"channel": "C1", "blocks": '[{"type":"divider"}]', "unfurl_links": "false"}
        )
        assert typed["blocks"] == [{"type": "divider"}]
        assert typed["unfurl_links"] is False

    def test_unknown_arguments_are_left_out(self) -> None:
        assert arguments.typed(METHODS["auth.test"], {"team_id": "T1"}) == {}

    @pytest.mark.parametrize(
        ("method", "given", "message"),
        [
            ("chat.postMessage", {"text": "x"}, "[ERROR] missing required field: channel"),
            ("views.open", {"view": "{"}, "[ERROR] must be valid JSON [json-pointer:/view]"),
            ("chat.postMessage", {"channel": "C", "attachments": {}}, "must be an array [json-pointer:/attachments]"),
            ("chat.postMessage", {"channel": ["C"], "text": 1, "mrkdwn": "7"}, "must be a boolean"),
            ("chat.update", {"channel": "C", "ts": "abc"}, "[ERROR] must be a timestamp [json-pointer:/ts]"),
            ("conversations.history", {"channel": "C", "limit": "many"}, "must be an integer"),
            ("files.getUploadURLExternal", {"filename": "a", "length": 0}, "must be greater than or equal to 1"),
        ],
    )
    def test_wrong_arguments_are_named(self, method: str, given: dict[str, Any], message: str) -> None:
        with pytest.raises(SlackError, match="invalid_arguments") as refused:
            arguments.typed(METHODS[method], given)
        assert any(message in shown for shown in refused.value.fields["response_metadata"]["messages"])


class TestManifest:
    def test_it_gives_commands_scopes_events_and_names(self, tmp_path: Path) -> None:
        path = tmp_path / "manifest.yml"
        path.write_text(
            "display_information: {name: Ship It}\n"
            "features:\n"
            "  bot_user: {display_name: ship}\n"
            "  slash_commands: [{command: /ship, description: Ship, usage_hint: what, should_escape: true}]\n"
            "oauth_config: {scopes: {bot: ['chat:write']}}\n"
            "settings: {event_subscriptions: {bot_events: [message.channels]}}\n"
        )
        loaded = manifest.load(path)
        assert loaded.commands["/ship"] == manifest.SlashCommand("/ship", "Ship", "what", True)
        assert loaded.scopes == ("chat:write",)
        assert loaded.events == {"message.channels"}
        assert (loaded.name, loaded.display_name) == ("Ship It", "ship")

    @pytest.mark.parametrize(
        "text",
        [
            "[",
            "- a list",
            "features: 7",
            "features: {slash_commands: 7}",
            "features: {shortcuts: {a: b}}",
            "features: {unfurl_domains: 7}",
            "oauth_config: {scopes: {bot: 7}}",
            "settings: {event_subscriptions: {bot_events: x}}",
            "features: {slash_commands: [{command: x}]}",
        ],
    )
    def test_a_broken_one_is_refused_in_a_sentence(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "manifest.yml"
        path.write_text(text)
        with pytest.raises(SandboxUnusable, match=str(path)):
            manifest.load(path)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("features: {slash_commands: [{command: /x}]}", "the slash command '/x' needs a description"),
            (f"features: {{slash_commands: [{{command: /{'x' * 32}, description: x}}]}}", "longer than 32 characters"),
            (f"features: {{shortcuts: [{{type: global, callback_id: x, name: {'x' * 25}}}]}}", "longer than 24"),
            ("features: {unfurl_domains: [a.b, b.b, c.b, d.b, e.b, f.b]}", "more than 5 entries"),
            (f"display_information: {{name: {'x' * 36}}}", "longer than 35 characters"),
        ],
    )
    def test_one_that_slack_would_not_take_is_refused(self, tmp_path: Path, text: str, reason: str) -> None:
        path = tmp_path / "manifest.yml"
        path.write_text(text)
        with pytest.raises(SandboxUnusable, match=reason):
            manifest.load(path)

    def test_one_that_is_not_there_is_refused_in_a_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(SandboxUnusable, match="cannot be read"):
            manifest.find(tmp_path / "none.yml")


class TestJournal:
    def test_it_gives_back_what_was_flushed(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path / "state")
        journal.put("user", "U1", {"name": "ana"})
        journal.put("user", "U2", {"name": "ben"})
        journal.flush()
        journal.drop("user", "U2")
        journal.close()
        again = Journal(tmp_path / "state")
        assert dict(again.all("user")) == {"U1": {"name": "ana"}}
        again.close()

    def test_two_sandboxes_never_share_a_folder(self, tmp_path: Path) -> None:
        first = Journal(tmp_path)
        with pytest.raises(SandboxUnusable, match="another sandbox"):
            Journal(tmp_path)
        first.close()

    def test_without_a_folder_it_forgets(self) -> None:
        journal = Journal(None)
        journal.put("user", "U1", {})
        journal.flush()
        assert list(journal.all("user")) == []


class TestElements:
    BLOCKS: ClassVar[list[dict[str, Any]]] = [
        {"type": "actions", "block_id": "a", "elements": [{"type": "button", "action_id": "go"}]},
        {"type": "section", "block_id": "b", "accessory": {"type": "button", "action_id": "go"}},
        {"type": "input", "block_id": "c", "element": {"type": "plain_text_input", "action_id": "text"}},
    ]

    def test_an_action_id_that_occurs_twice_needs_the_block(self) -> None:
        assert find(self.BLOCKS, "go") is None
        found = find(self.BLOCKS, "go", "b")
        assert found is not None
        assert found.block_id == "b"

    def test_what_was_typed_survives_an_update_of_the_same_field(self) -> None:
        typed = {"c": {"text": {"type": "plain_text_input", "value": "hello"}}}
        assert kept_values(self.BLOCKS, typed) == typed
        renamed = [{**self.BLOCKS[2], "block_id": "d"}]
        assert kept_values(renamed, typed) == {"d": {"text": {"type": "plain_text_input", "value": None}}}

    def test_nothing_chosen_is_none_or_an_empty_list(self) -> None:
        assert empty_state({"type": "static_select"}) == {"type": "static_select", "selected_option": None}
        assert empty_state({"type": "checkboxes"}) == {"type": "checkboxes", "selected_options": []}
