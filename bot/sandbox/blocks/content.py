"""What an app may put into a message: text, blocks, attachments, checked and completed as Slack does."""

from bot.sandbox.blocks import validator
from bot.sandbox.blocks.normal_form import completed
from bot.sandbox.blocks.spec import spec
from bot.sandbox.blocks.together import characters
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject

TEXT_KEPT = 40_000
MARKDOWN_TEXT = 12_000
ATTACHMENTS = 100
WORDS = ("text", "pretext", "fallback", "title", "title_link", "color", "author_name", "footer", "image_url")


def checked_content(given: JsonObject, is_update: bool = False) -> JsonObject:
    """The text, blocks and attachments of `given`, ready to be stored.

    Raises no_text, invalid_blocks, msg_blocks_too_long, too_many_attachments, markdown_text_conflict. An update keeps
    what it does not name."""
    text, blocks, attachments = given.get("text"), given.get("blocks"), given.get("attachments")
    if given.get("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(given["markdown_text"]) > MARKDOWN_TEXT:
            raise SlackError("msg_too_long")
        text, blocks = given["markdown_text"], [{"type": "markdown", "text": given["markdown_text"]}]
    if not str(text or "").strip() and not blocks and not attachments:
        raise SlackError("no_text")
    if attachments is not None:
        _check_attachments(attachments)
    content: JsonObject = {}
    if text is not None or not is_update:
        content["text"] = str(text or "")[:TEXT_KEPT]
    if blocks is not None:
        content["blocks"] = checked_blocks(blocks, "message")
    if attachments is not None:
        content["attachments"] = [_attachment(number, given) for number, given in enumerate(attachments, start=1)]
    if not is_update:
        return {key: value for key, value in content.items() if key == "text" or value}
    return content


def checked_blocks(blocks: object, surface: validator.Surface) -> list[JsonObject]:
    """The blocks, completed; raises invalid_blocks with the reasons and their JSON pointers."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    found = validator.problems(blocks, surface, "/blocks")
    if found:
        sentences = [problem.sentence for problem in found]
        raise SlackError.with_messages("invalid_blocks", sentences, errors=sentences)
    if surface == "message" and characters(blocks) > spec().limits["message_characters"]:
        raise SlackError("msg_blocks_too_long")
    return completed(blocks)


def _check_attachments(attachments: object) -> None:
    if not isinstance(attachments, list) or not all(isinstance(attachment, dict) for attachment in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for number, attachment in enumerate(attachments):
        if not is_readable(attachment):
            raise SlackError("invalid_attachments")
        if attachment.get("blocks"):
            found = validator.problems(attachment["blocks"], "message", f"/attachments/{number}/blocks")
            if found:
                sentences = [problem.sentence for problem in found]
                raise SlackError.with_messages("invalid_blocks", sentences, errors=sentences)


def _attachment(number: int, given: JsonObject) -> JsonObject:
    return {"id": number, **given, **({"blocks": completed(given["blocks"])} if given.get("blocks") else {})}


def is_readable(attachment: JsonObject) -> bool:
    """Whether what an attachment says is words."""
    return all(attachment.get(key) is None or isinstance(attachment[key], str | int | float) for key in WORDS)
