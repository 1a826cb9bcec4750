"""Which thread an answer goes to, whoever sends it: the Web API or a response_url."""

from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.ids import is_timestamp


def thread(channel: Channel, thread_ts: object) -> str | None:
    """The thread to answer in; raises thread_not_found, and cannot_reply_to_message for what is itself a reply."""
    if thread_ts is None or thread_ts == "":
        return None
    parent = channel.messages.get(thread_ts) if isinstance(thread_ts, str) and is_timestamp(thread_ts) else None
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.get("thread_ts", parent["ts"]) != parent["ts"]:
        raise SlackError("cannot_reply_to_message")
    return str(parent["ts"])
