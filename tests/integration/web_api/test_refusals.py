"""What each method refuses, with Slack's word for it: a table of calls in one workspace."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.webapi.methods import METHODS
from tests.integration.web_api.conftest import World
from tests.support.web_api import ANA, APP, DEPLOYMENTS, call

IS_ERROR = re.compile(r"[a-z]+(_[a-z]+)*").fullmatch
HERE: dict[str, Any] = {"channel": DEPLOYMENTS}
FOUND_NOWHERE: dict[str, Any] = {"channel": "C1"}
NEVER = "1.000000"
HUGE = {"event_type": "card", "event_payload": {"x": "y" * 16_000}}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Title"}, "blocks": [SECTION]}
LINK = "https://ci.example.com/7?a=1&b=2"

# What posts a message refuses, whichever method posts it.
UNPOSTABLE: list[tuple[dict[str, Any], str]] = [
    ({**FOUND_NOWHERE, "text": "x"}, "channel_not_found"),
    ({"channel": "{secret}", "text": "x"}, "channel_not_found"),
    ({"channel": "{tom}", "text": "x"}, "channel_not_found"),
    ({"channel": "{elsewhere}", "text": "x"}, "not_in_channel"),
    ({"channel": "{archived}", "text": "x"}, "is_archived"),
    ({**HERE, "text": " "}, "no_text"),
    ({**HERE}, "no_text"),
    ({**HERE, "text": "x", "blocks": [{"type": "button"}]}, "invalid_blocks"),
    ({**HERE, "text": "x", "blocks": ["section"]}, "invalid_blocks_format"),
    ({**HERE, "text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ({**HERE, "text": "x", "attachments": [7]}, "invalid_attachments"),
    ({**HERE, "text": "x", "attachments": [{"text": {}}]}, "invalid_attachments"),
    ({**HERE, "text": "x", "attachments": [{"text": "y"}] * 101}, "too_many_attachments"),
    ({**HERE, "text": "x", "attachments": [{"blocks": [{"type": "button"}]}]}, "invalid_blocks"),
    ({**HERE, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ({**HERE, "markdown_text": "y" * 12_001}, "msg_too_long"),
    ({**HERE, "text": "x", "thread_ts": NEVER}, "thread_not_found"),
    ({**HERE, "text": "x", "thread_ts": "{reply}"}, "cannot_reply_to_message"),
]
UNKEEPABLE: list[tuple[dict[str, Any], str]] = [
    ({**HERE, "text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
    ({**HERE, "text": "x", "metadata": {"event_type": "x" * 51, "event_payload": {}}}, "invalid_metadata_format"),
    ({**HERE, "text": "x", "metadata": {"event_type": "x", "event_payload": []}}, "invalid_metadata_format"),
    ({**HERE, "text": "x", "metadata": HUGE}, "metadata_too_large"),
]
LATER = {"post_at": 4_000_000_000}

REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("api.test", {"error": "my_error"}, "my_error"),
    ("blocks.validate", {}, "invalid_arguments"),
    ("blocks.validate", {"blocks": [SECTION], "view": MODAL}, "invalid_arguments"),
    ("blocks.validate", {"blocks": [{"type": "button"}]}, "invalid_blocks"),
    ("blocks.validate", {"message": {"blocks": [{"type": "button"}]}}, "invalid_message"),
    ("blocks.validate", {"view": {"type": "modal"}}, "invalid_view"),
    ("blocks.validate", {"blocks": [{"type": "markdown", "text": "x" * 100_000}]}, "invalid_arguments"),
    ("bots.info", {"bot": "B1"}, "bot_not_found"),
    ("team.info", {"team": "T1"}, "team_not_found"),
    *[("chat.postMessage", given, error) for given, error in [*UNPOSTABLE, *UNKEEPABLE]],
    ("chat.postMessage", {**HERE, "text": "x", "username": "Ana"}, "missing_scope"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    *[("chat.postEphemeral", {**given, "user": ANA}, error) for given, error in UNPOSTABLE],
    ("chat.postEphemeral", {**HERE, "text": "x", "user": "{tom}"}, "user_not_in_channel"),
    *[("chat.scheduleMessage", {**given, **LATER}, error) for given, error in [*UNPOSTABLE, *UNKEEPABLE]],
    ("chat.scheduleMessage", {**HERE, "text": "x", "post_at": 1}, "time_in_past"),
    ("chat.scheduleMessage", {**HERE, "text": "x", **LATER}, "time_too_far"),
    ("chat.deleteScheduledMessage", {**HERE, "scheduled_message_id": "Q1"}, "invalid_scheduled_message_id"),
    ("chat.deleteScheduledMessage", {**FOUND_NOWHERE, "scheduled_message_id": "Q1"}, "channel_not_found"),
    ("chat.scheduledMessages.list", FOUND_NOWHERE, "invalid_channel"),
    ("chat.scheduledMessages.list", {"cursor": "x"}, "invalid_cursor"),
    ("chat.meMessage", {**FOUND_NOWHERE, "text": "x"}, "channel_not_found"),
    ("chat.meMessage", {"channel": "{elsewhere}", "text": "x"}, "not_in_channel"),
    ("chat.meMessage", {"channel": "{archived}", "text": "x"}, "is_archived"),
    ("chat.meMessage", {**HERE, "text": " "}, "no_text"),
    ("chat.update", {**FOUND_NOWHERE, "ts": NEVER, "text": "x"}, "channel_not_found"),
    ("chat.update", {**HERE, "ts": NEVER, "text": "x"}, "message_not_found"),
    ("chat.update", {**HERE, "ts": "{theirs}", "text": "x"}, "cant_update_message"),
    ("chat.update", {"channel": "{archived}", "ts": "{old}", "text": "x"}, "is_inactive"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x" * 4_001}, "msg_too_long"),
    ("chat.update", {**HERE, "ts": "{parent}"}, "no_text"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "blocks": [{"type": "x"}]}, "invalid_blocks"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "blocks": [7]}, "invalid_blocks_format"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "metadata": HUGE}, "metadata_too_large"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "reply_broadcast": True}, "cant_broadcast_message"),
    ("chat.update", {**HERE, "ts": "{reply}", "text": "x", "reply_broadcast": True}, "no_dual_broadcast_content_update"),  # noqa: E501
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "file_ids": ["F1"]}, "file_not_found"),
    ("chat.update", {**HERE, "ts": "{parent}", "text": "x", "file_ids": ["{deleted}"]}, "file_deleted"),
    ("chat.delete", {**FOUND_NOWHERE, "ts": NEVER}, "channel_not_found"),
    ("chat.delete", {**HERE, "ts": NEVER}, "message_not_found"),
    ("chat.delete", {**HERE, "ts": "{theirs}"}, "cant_delete_message"),
    ("chat.getPermalink", {**FOUND_NOWHERE, "message_ts": NEVER}, "channel_not_found"),
    ("chat.getPermalink", {**HERE, "message_ts": NEVER}, "message_not_found"),
    ("chat.unfurl", {"ts": "{theirs}", "unfurls": {LINK: {"text": "x"}}}, "missing_channel"),
    ("chat.unfurl", {**HERE, "unfurls": {LINK: {"text": "x"}}}, "missing_ts"),
    ("chat.unfurl", {**HERE, "ts": "{theirs}"}, "missing_unfurls"),
    ("chat.unfurl", {"unfurl_id": "x", "unfurls": {LINK: {"text": "x"}}}, "missing_source"),
    ("chat.unfurl", {"source": "composer", "unfurls": {LINK: {"text": "x"}}}, "missing_unfurl_id"),
    ("chat.unfurl", {"unfurl_id": "x", "source": "x", "unfurls": {LINK: {"text": "x"}}}, "invalid_source"),
    ("chat.unfurl", {"unfurl_id": "x", "source": "composer", "unfurls": {LINK: {"text": "x"}}}, "invalid_unfurl_id"),
    ("chat.unfurl", {**FOUND_NOWHERE, "ts": NEVER, "unfurls": {LINK: {"text": "x"}}}, "cannot_find_channel"),
    ("chat.unfurl", {**HERE, "ts": NEVER, "unfurls": {LINK: {"text": "x"}}}, "cannot_find_message"),
    ("chat.unfurl", {**HERE, "ts": "{theirs}", "unfurls": {"https://e.com": {"text": "x"}}}, "cannot_unfurl_url"),
    ("chat.unfurl", {**HERE, "ts": "{theirs}", "unfurls": {"https://e.org": {"text": "x"}}}, "cannot_unfurl_url"),
    ("chat.unfurl", {**HERE, "ts": "{theirs}", "unfurls": {LINK: 7}}, "cannot_parse_attachment"),
    ("chat.unfurl", {**HERE, "ts": "{theirs}", "unfurls": [7]}, "invalid_unfurls_format"),
    ("conversations.archive", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.archive", {"channel": "{elsewhere}"}, "not_in_channel"),
    ("conversations.archive", {"channel": "{archived}"}, "already_archived"),
    ("conversations.archive", {"channel": "{direct}"}, "method_not_supported_for_channel_type"),
    ("conversations.unarchive", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.unarchive", HERE, "not_archived"),
    ("conversations.unarchive", {"channel": "{direct}"}, "method_not_supported_for_channel_type"),
    ("conversations.close", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.close", HERE, "method_not_supported_for_channel_type"),
    ("conversations.create", {"name": ""}, "invalid_name_required"),
    ("conversations.create", {"name": "x" * 81}, "invalid_name_maxlength"),
    ("conversations.create", {"name": "--"}, "invalid_name_punctuation"),
    ("conversations.create", {"name": "Upper"}, "invalid_name_specials"),
    ("conversations.create", {"name": "a b"}, "invalid_name_specials"),
    ("conversations.create", {"name": "deployments"}, "name_taken"),
    ("conversations.rename", {**FOUND_NOWHERE, "name": "x"}, "channel_not_found"),
    ("conversations.rename", {"channel": "{elsewhere}", "name": "x"}, "not_in_channel"),
    ("conversations.rename", {"channel": "{archived}", "name": "x"}, "is_archived"),
    ("conversations.rename", {"channel": "{direct}", "name": "x"}, "method_not_supported_for_channel_type"),
    ("conversations.rename", {**HERE, "name": "elsewhere"}, "name_taken"),
    ("conversations.rename", {**HERE, "name": ""}, "invalid_name_required"),
    ("conversations.invite", {**FOUND_NOWHERE, "users": ANA}, "channel_not_found"),
    ("conversations.invite", {"channel": "{elsewhere}", "users": ANA}, "not_in_channel"),
    ("conversations.invite", {"channel": "{archived}", "users": ANA}, "is_archived"),
    ("conversations.invite", {"channel": "{direct}", "users": ANA}, "method_not_supported_for_channel_type"),
    ("conversations.invite", {**HERE, "users": ""}, "no_user"),
    ("conversations.invite", {**HERE, "users": "U1"}, "user_not_found"),
    ("conversations.invite", {**HERE, "users": ANA}, "already_in_channel"),
    ("conversations.invite", {**HERE, "users": APP}, "cant_invite_self"),
    ("conversations.invite", {**HERE, "users": "{tom}"}, "cant_invite"),
    ("conversations.kick", {**FOUND_NOWHERE, "user": ANA}, "channel_not_found"),
    ("conversations.kick", {**HERE, "user": "U1"}, "user_not_found"),
    ("conversations.kick", {**HERE, "user": APP}, "cant_kick_self"),
    ("conversations.kick", {**HERE, "user": "{tom}"}, "not_in_channel"),
    ("conversations.kick", {"channel": "{direct}", "user": ANA}, "method_not_supported_for_channel_type"),
    ("conversations.join", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.join", {"channel": "{archived}"}, "is_archived"),
    ("conversations.join", {"channel": "{group}"}, "method_not_supported_for_channel_type"),
    ("conversations.leave", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.leave", {"channel": "{archived}"}, "is_archived"),
    ("conversations.leave", {"channel": "{alone}"}, "last_member"),
    ("conversations.leave", {"channel": "{direct}"}, "method_not_supported_for_channel_type"),
    ("conversations.mark", {**FOUND_NOWHERE, "ts": NEVER}, "channel_not_found"),
    ("conversations.mark", {**HERE, "ts": NEVER}, "invalid_timestamp"),
    ("conversations.mark", {"channel": "{elsewhere}", "ts": NEVER}, "not_in_channel"),
    *[
        (f"conversations.set{noun}", {**given, noun.lower(): words}, error)
        for noun in ("Topic", "Purpose")
        for given, words, error in (
            (FOUND_NOWHERE, "x", "channel_not_found"),
            ({"channel": "{elsewhere}"}, "x", "not_in_channel"),
            ({"channel": "{archived}"}, "x", "is_archived"),
            ({"channel": "{direct}"}, "x", "method_not_supported_for_channel_type"),
            (HERE, "x" * 251, "too_long"),
        )
    ],
    ("conversations.info", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.info", {"channel": "{secret}"}, "channel_not_found"),
    ("conversations.list", {"types": "dm"}, "invalid_types"),
    ("conversations.list", {"limit": 1001}, "invalid_limit"),
    ("conversations.list", {"cursor": "x"}, "invalid_cursor"),
    ("conversations.members", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.members", {**HERE, "limit": 1001}, "invalid_limit"),
    ("conversations.members", {**HERE, "cursor": "x"}, "invalid_cursor"),
    ("conversations.history", FOUND_NOWHERE, "channel_not_found"),
    ("conversations.history", {"channel": "{elsewhere}"}, "not_in_channel"),
    ("conversations.history", {**HERE, "cursor": "x"}, "invalid_cursor"),
    ("conversations.history", {**HERE, "latest": "x"}, "invalid_ts_latest"),
    ("conversations.history", {**HERE, "oldest": "x"}, "invalid_ts_oldest"),
    ("conversations.replies", {**FOUND_NOWHERE, "ts": NEVER}, "channel_not_found"),
    ("conversations.replies", {**HERE, "ts": NEVER}, "thread_not_found"),
    ("conversations.replies", {**HERE, "ts": "{parent}", "cursor": "x"}, "invalid_cursor"),
    ("conversations.replies", {**HERE, "ts": "{parent}", "latest": "x"}, "invalid_ts_latest"),
    ("conversations.replies", {**HERE, "ts": "{parent}", "limit": 1001}, "invalid_arguments"),
    ("conversations.open", {"users": ""}, "users_list_not_supplied"),
    ("conversations.open", {"users": "U1"}, "user_not_found"),
    ("conversations.open", {"users": "{tom}"}, "user_disabled"),
    ("conversations.open", {"channel": "C1"}, "channel_not_found"),
    ("conversations.open", HERE, "method_not_supported_for_channel_type"),
    ("conversations.open", {"users": APP}, "invalid_user_combination"),
    ("users.info", {"user": "U1"}, "user_not_found"),
    ("users.list", {"cursor": "x"}, "invalid_cursor"),
    ("users.lookupByEmail", {"email": "x@y.z"}, "users_not_found"),
    ("users.lookupByEmail", {"email": "tom@sandbox.example"}, "users_not_found"),
    ("users.conversations", {"types": "dm"}, "invalid_types"),
    ("users.conversations", {"cursor": "x"}, "invalid_cursor"),
    ("users.conversations", {"limit": 1001}, "invalid_limit"),
    ("users.conversations", {"user": "U1"}, "user_not_found"),
    ("users.getPresence", {"user": "U1"}, "user_not_found"),
    ("users.profile.get", {"user": "U1"}, "user_not_found"),
    ("usergroups.users.list", {"usergroup": "S1"}, "no_such_subteam"),
    ("usergroups.enable", {"usergroup": "S1"}, "no_such_subteam"),
    ("usergroups.disable", {"usergroup": "S1"}, "no_such_subteam"),
    ("usergroups.update", {"usergroup": "S1"}, "no_such_subteam"),
    ("usergroups.update", {"usergroup": "{managers}", "handle": "ana"}, "handle_already_exists"),
    ("usergroups.create", {"name": " "}, "missing_subteam_name"),
    ("usergroups.create", {"name": "managers"}, "name_already_exists"),
    ("usergroups.create", {"name": "x", "handle": "managers"}, "handle_already_exists"),
    ("usergroups.create", {"name": "x", "handle": "deployments"}, "handle_already_exists"),
    ("usergroups.create", {"name": "x", "handle": "A B"}, "bad_handle"),
    ("usergroups.create", {"name": "x", "description": "x" * 141}, "description_too_long"),
    ("usergroups.create", {"name": "x", "channels": "C1"}, "invalid_channel_provided"),
    ("usergroups.users.update", {"usergroup": "S1", "users": ANA}, "no_such_subteam"),
    ("usergroups.users.update", {"usergroup": "{managers}", "users": ""}, "no_users_provided"),
    ("usergroups.users.update", {"usergroup": "{managers}", "users": "U1"}, "invalid_users"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 0}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 10**9 + 1}, "file_upload_size_restricted"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 10**6 + 1, "snippet_type": "text"}, "snippet_too_large"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 1, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ("files.completeUploadExternal", {"files": []}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": [{}]}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": [{"id": "F1"}]}, "file_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "{announced}"}]}, "file_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "{file}"}], "channel_id": "C1"}, "channel_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "{file}"}], "channel_id": "{elsewhere}"}, "not_in_channel"),
    ("files.completeUploadExternal", {"files": [{"id": "{file}"}], "channel_id": "{archived}"}, "posting_to_channel_denied"),  # noqa: E501
    (
        "files.completeUploadExternal",
        {"files": [{"id": "{file}"}], "channel_id": DEPLOYMENTS, "thread_ts": NEVER},
        "thread_not_found",
    ),
    (
        "files.completeUploadExternal",
        {"files": [{"id": "{file}"}], "channels": ",".join(f"C{number}" for number in range(101))},
        "channels_limit_exceeded",
    ),
    (
        "files.completeUploadExternal",
        {"files": [{"id": "{file}"}], "channel_id": DEPLOYMENTS, "blocks": [{"type": "x"}]},
        "invalid_blocks",
    ),
    ("files.info", {"file": "F1"}, "file_not_found"),
    ("files.info", {"file": "{announced}"}, "file_not_found"),
    ("files.info", {"file": "{deleted}"}, "file_deleted"),
    ("files.delete", {"file": "F1"}, "file_not_found"),
    ("files.delete", {"file": "{deleted}"}, "file_deleted"),
    ("files.list", {"user": "U1"}, "user_not_found"),
    ("files.list", {"types": "songs"}, "unknown_type"),
    ("files.list", FOUND_NOWHERE, "channel_not_found"),
    ("reactions.add", {**FOUND_NOWHERE, "timestamp": NEVER, "name": "tada"}, "channel_not_found"),
    ("reactions.add", {**HERE, "timestamp": NEVER, "name": "tada"}, "message_not_found"),
    ("reactions.add", {**HERE, "timestamp": "{parent}", "name": "not a name"}, "invalid_name"),
    ("reactions.add", {"channel": "{archived}", "timestamp": "{old}", "name": "tada"}, "is_archived"),
    ("reactions.remove", {**HERE, "timestamp": "{parent}", "name": "tada"}, "no_reaction"),
    ("reactions.remove", {"name": "tada"}, "no_item_specified"),
    ("reactions.remove", {"name": "tada", "file": "F1"}, "file_not_found"),
    ("reactions.remove", {"name": "tada", "file_comment": "Fc1"}, "file_comment_not_found"),
    ("reactions.get", {}, "no_item_specified"),
    ("reactions.get", {"file": "F1"}, "file_not_found"),
    ("reactions.get", {"file_comment": "Fc1"}, "file_comment_not_found"),
    ("reactions.get", {**HERE, "timestamp": NEVER}, "message_not_found"),
    ("reactions.list", {"user": "U1"}, "user_not_found"),
    ("pins.add", {**HERE, "timestamp": NEVER}, "message_not_found"),
    ("pins.add", HERE, "no_item_specified"),
    ("pins.add", {"channel": "{elsewhere}", "timestamp": NEVER}, "not_in_channel"),
    ("pins.add", {**FOUND_NOWHERE, "timestamp": NEVER}, "channel_not_found"),
    ("pins.remove", {**HERE, "timestamp": "{parent}"}, "no_pin"),
    ("pins.list", FOUND_NOWHERE, "channel_not_found"),
    ("pins.list", {"channel": "{elsewhere}"}, "not_in_channel"),
    ("views.open", {"trigger_id": "1.2.abc", "view": MODAL}, "expired_trigger_id"),
    ("views.open", {"trigger_id": "x", "view": MODAL}, "invalid_trigger_id"),
    ("views.open", {"view": MODAL}, "invalid_arguments"),
    ("views.open", {"trigger_id": "x", "view": {"type": "modal"}}, "invalid_arguments"),
    ("views.push", {"trigger_id": "1.2.abc", "view": MODAL}, "expired_trigger_id"),
    ("views.push", {"trigger_id": "x", "view": MODAL}, "invalid_trigger_id"),
    ("views.update", {"view_id": "V1", "view": MODAL}, "not_found"),
    ("views.update", {"view": MODAL}, "invalid_arguments"),
    ("views.publish", {"user_id": "U1", "view": {"type": "home", "blocks": [SECTION]}}, "invalid_arguments"),
    ("views.publish", {"user_id": ANA, "view": MODAL}, "invalid_arguments"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "given", "error"), REFUSALS)
def test_a_call_is_refused(world: World, method: str, given: dict[str, Any], error: str) -> None:
    answer = call(world.client, method, world.named(given))
    assert (answer["ok"], answer.get("error")) == (False, error), answer


@pytest.mark.parametrize(("method", "error"), sorted({(method, error) for method, _, error in REFUSALS}))
def test_each_error_stands_with_its_method_in_the_data_file(method: str, error: str) -> None:
    assert method == "api.test" or error in METHODS[method].errors


def test_each_error_that_the_code_raises_is_met_by_a_test() -> None:
    root = Path(__file__).resolve().parents[3]
    sources = [*(root / "bot/sandbox/webapi").glob("*.py"), *(root / "bot/sandbox/blocks").glob("*.py")]
    sources += [root / "bot/sandbox/modals.py", root / "bot/sandbox/delivery/triggers.py"]
    raised = {error for source in sources for error in _raised(ast.parse(source.read_text(encoding="utf-8")))}
    tests = "".join(path.read_text(encoding="utf-8") for path in (root / "tests").rglob("test_*.py"))
    assert {error for error in raised if f'"{error}"' not in tests} == set()


def _raised(tree: ast.AST) -> set[str]:
    """The words that stand as the error in `SlackError("…")` and `SlackError.with_messages("…")`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    words = [node.args[0] for node in calls if "SlackError" in ast.unparse(node.func)]
    return {
        constant.value
        for word in words
        for constant in ast.walk(word)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str) and IS_ERROR(constant.value)
    }
