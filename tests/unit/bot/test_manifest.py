"""The manifest is one that Slack takes, and says what the bot listens to: no more, no less."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot import manifest
from bot.listeners import table
from bot.sandbox.webapi.methods import METHODS, Method

BOT = Path(manifest.__file__).parent
CALL = re.compile(r"client\.([a-z]+_\w+)\(")
SCHEMA = Path(__file__).parents[2] / "support" / "schemas" / "slack-manifest.schema.json"


@pytest.fixture(scope="module")
def pasted() -> dict[str, Any]:
    """The manifest as Slack reads it."""
    loaded: dict[str, Any] = YAML(typ="safe").load(manifest.text())
    return loaded


def test_slack_takes_it(pasted: dict[str, Any]) -> None:
    jsonschema.validate(pasted, json.loads(SCHEMA.read_text()))


def test_every_command_of_the_manifest_is_listened_to_and_the_other_way_round(pasted: dict[str, Any]) -> None:
    commands = [command["command"] for command in pasted["features"]["slash_commands"]]
    assert sorted(commands) == sorted(table.COMMANDS)


def test_every_event_of_the_manifest_is_listened_to_and_the_other_way_round(pasted: dict[str, Any]) -> None:
    events = pasted["settings"]["event_subscriptions"]["bot_events"]
    assert sorted(events) == sorted(table.EVENTS)


def test_buttons_and_modals_need_interactivity_and_no_address(pasted: dict[str, Any]) -> None:
    assert table.PRESSES
    assert table.SUBMISSIONS
    assert table.SEARCHES
    assert pasted["settings"]["interactivity"] == {"is_enabled": True}
    assert pasted["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(pasted)


def test_names_and_channels_are_escaped_where_people_type_them(pasted: dict[str, Any]) -> None:
    assert all(command["should_escape"] for command in pasted["features"]["slash_commands"])


def test_the_scopes_are_those_in_the_text(pasted: dict[str, Any]) -> None:
    assert list(manifest.scopes(manifest.text())) == pasted["oauth_config"]["scopes"]["bot"]


def called_methods() -> list[Method]:
    """The methods of the Web API that the bot's own code calls."""
    by_client = {name.replace(".", "_"): method for name, method in METHODS.items()}
    sources = [path for path in BOT.rglob("*.py") if "sandbox" not in path.relative_to(BOT).parts]
    called = {name for path in sources for name in CALL.findall(path.read_text(encoding="utf-8"))}
    return [by_client[name] for name in sorted(called & by_client.keys())]


def test_every_method_that_the_bot_calls_has_a_scope_and_every_scope_is_for_a_method(pasted: dict[str, Any]) -> None:
    scopes = set(pasted["oauth_config"]["scopes"]["bot"])
    needed = {method.name: set(method.scopes) for method in called_methods() if method.scopes}
    assert {"chat.postMessage", "files.completeUploadExternal", "usergroups.users.list"} <= needed.keys()
    assert [name for name, any_of in needed.items() if not any_of & scopes] == []
    assert scopes - set().union(*needed.values()) == {"commands", "chat:write.public"}  # no method asks for these


def test_missing_scopes_are_named() -> None:
    everything = ",".join(manifest.scopes(manifest.text()))
    assert manifest.missing_scopes(everything) == ()
    assert manifest.missing_scopes(everything.replace("files:write,", "")) == ("files:write",)
    assert manifest.missing_scopes("") == ()


def test_another_command_name_changes_the_command_and_nothing_else() -> None:
    usual, other = manifest.text(), manifest.text("/ship")
    changed = [(a, b) for a, b in zip(usual.splitlines(), other.splitlines(), strict=True) if a != b]
    assert changed == [("    - command: /deploy", "    - command: /ship")]


@pytest.mark.parametrize("name", ["ship", "/", "/Ship", "/ship it", "/release", "/" + "x" * 32])
def test_a_name_that_slack_would_refuse_is_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(manifest.UnusableCommand) as refused:
        manifest.text(name)
    assert str(refused.value) == f"`{name}` cannot be the command's name."
    assert "e.g. `/ship`" in refused.value.hint
